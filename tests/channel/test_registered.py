import ast
import base64
import csv
import io
import zipfile

import openpyxl
from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user

from ..common import RecouvrementCase, blank_letter

HEADING = (
    "Référence;N° de suivi;Date de dépôt;Première présentation;Distribué le;Statut"
)
NUMBERS = ("1A 234 567 8901 2", "1A 234 567 8902 9")


class RegisteredCase(RecouvrementCase):
    """Formal notices by registered letter to two debtors, sent on 18 May 2026."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls._create_debtor("Boulangerie Exemple", is_company=True)
        for debtor in cls.business + cls.other:
            cls._invoice(debtor, 1000, "2026-04-01")
        actions = cls._run("2026-05-18")
        actions.channel = "registered"
        cls._approve_and_send(actions, "2026-05-18")
        cls.first = actions.filtered(lambda action: action.partner_id == cls.business)
        cls.second = actions - cls.first
        cls.officer = cls._create_user(
            "relance", "l10n_fr_recouvrement.group_recovery_officer"
        )


class TestRegistered(RegisteredCase):
    """A registered letter from the post office to its receipt."""

    def test_from_posting_to_receipt(self):
        action = self.first.with_user(self.officer)
        with freeze_time("2026-05-30"):
            action.tracking_number = NUMBERS[0]
            self.assertFalse(action.tracking_warning)
            action.date_posted = "2026-05-19"
            action.date_presented = "2026-05-21"
            self.assertEqual(action.state, "sent")
            action.date_received = "2026-05-23"
        self.assertEqual(action.state, "delivered")
        self.assertEqual(
            str(action.line_ids.move_id.recouvrement_presented_date), "2026-05-21"
        )

    def test_odd_number_is_told_and_kept(self):
        for number, odd in (
            ("1A 234 567 8901 2", False),
            ("RK 123 456 785 FR", False),
            ("87 0012 3456 7890 1", False),
            ("RK 123 456 784 FR", True),
            ("12345", True),
        ):
            self.first.tracking_number = number
            self.assertEqual(bool(self.first.tracking_warning), odd, number)
            self.assertEqual(self.first.tracking_number, number)

    def test_dates_follow_each_other(self):
        for vals in (
            {"date_posted": "2026-05-17"},
            {"date_posted": "2026-06-01"},
            {"date_posted": "2026-05-20", "date_presented": "2026-05-19"},
            {"date_presented": "2026-05-21", "date_received": "2026-05-20"},
        ):
            with (
                freeze_time("2026-05-30"),
                self.assertRaises(ValidationError),
                self.env.cr.savepoint(),
            ):
                self.first.write(vals)

    def test_refused_is_presented_all_the_same(self):
        wizard = self.env["recouvrement.return.wizard"].create(
            {"action_id": self.first.id, "reason": "refused"}
        )
        wizard.date_presented = "2026-05-20"
        with freeze_time("2026-05-30"):
            wizard.action_confirm()
        self.assertEqual(self.first.state, "returned")
        self.assertEqual(
            str(self.first.line_ids.move_id.recouvrement_presented_date), "2026-05-20"
        )

    def _keep(self, user, content, name="avis.pdf", **vals):
        wizard = (
            self.env["recouvrement.proof.wizard"]
            .with_user(user)
            .create(
                {
                    "action_id": self.first.id,
                    "file": base64.b64encode(content),
                    "file_name": name,
                    **vals,
                }
            )
        )
        wizard.action_confirm()

    def test_receipt_is_kept_and_sealed(self):
        scan = blank_letter("AVIS")
        with freeze_time("2026-05-30"):
            self._keep(
                self.officer,
                scan,
                tracking_number=NUMBERS[0],
                date_presented="2026-05-20",
                date_received="2026-05-20",
            )
        self.assertEqual(self.first.state, "delivered")
        self.assertEqual(self.first.tracking_number, NUMBERS[0])
        proof = self.first.proof_ids
        self.assertEqual(proof.attachment_id.raw, scan)
        self.assertEqual(proof.kind, "receipt")
        for change in (
            lambda: proof.attachment_id.write({"raw": b"autre"}),
            lambda: proof.attachment_id.unlink(),
            lambda: proof.unlink(),
        ):
            with self.assertRaises(UserError):
                change()
        for user in (self.officer, self.env.ref("base.user_admin")):
            for operation in ("write", "create", "unlink"):
                self.assertFalse(proof.with_user(user).has_access(operation))

    def test_number_of_a_receipt_that_is_kept_is_for_managers(self):
        action = self.first.with_user(self.officer)
        action.tracking_number = NUMBERS[1]
        action.tracking_number = NUMBERS[0]
        with freeze_time("2026-05-30"):
            self._keep(self.officer, blank_letter("AVIS"))
        for number in (NUMBERS[1], False):
            with self.assertRaisesRegex(UserError, NUMBERS[0]):
                action.tracking_number = number
        action.tracking_number = NUMBERS[0].replace(" ", "")
        manager = self._create_user(
            "responsable", "l10n_fr_recouvrement.group_recovery_manager"
        )
        self.first.with_user(manager).tracking_number = NUMBERS[1]
        self.assertEqual(self.first.tracking_number, NUMBERS[1])

    def test_day_of_posting_is_tracked(self):
        self.assertIn("date_posted", self.first._track_get_fields())

    def test_same_receipt_is_kept_once(self):
        with freeze_time("2026-05-30"):
            self._keep(self.officer, blank_letter("AVIS"))
            self._keep(self.officer, blank_letter("AVIS"))
        self.assertEqual(len(self.first.proof_ids), 1)

    def test_receipt_is_a_pdf_or_a_picture(self):
        with self.assertRaisesRegex(UserError, "avis.html"):
            self._keep(self.officer, b"<html><script/></html>", "avis.html")
        self.assertFalse(self.first.proof_ids)

    def test_filters(self):
        views = self.env["recouvrement.action"].get_views([(False, "search")])
        self.assertIn("awaiting_receipt", views["views"]["search"]["arch"])
        both = self.first + self.second
        self.first.tracking_number = NUMBERS[0]
        waiting = self._filter("awaiting_receipt")
        self.assertEqual(waiting & both, both)
        self.assertEqual(self._filter("without_number") & both, self.second)
        with freeze_time("2026-05-30"):
            self.first.write(
                {"date_presented": "2026-05-20", "date_received": "2026-05-20"}
            )
        self.assertEqual(self._filter("awaiting_receipt") & both, self.second)

    def _filter(self, name):
        """What a filter of the screen finds."""
        view = self.env.ref("l10n_fr_recouvrement.recouvrement_action_view_search")
        [domain] = view._get_combined_arch().xpath(f"//filter[@name='{name}']/@domain")
        return self.env["recouvrement.action"].search(ast.literal_eval(domain))


class TestRegisteredExport(RegisteredCase):
    """What an online postal service is given."""

    def _export(self, user=None, **vals):
        actions = vals.pop("actions", self.first + self.second)
        wizard = (
            self.env["recouvrement.registered.wizard"]
            .with_user(user or self.officer)
            .with_context(active_model="recouvrement.action", active_ids=actions.ids)
            .create(vals)
        )
        wizard.action_export()
        return zipfile.ZipFile(io.BytesIO(base64.b64decode(wizard.file)))

    def test_csv_and_letters(self):
        self.business.write(
            {
                "name": "Compagnie méridionale des boulangeries artisanales réunies",
                "street": "12, rue de la Paix",
                "zip": "01000",
            }
        )
        archive = self._export(color=True)
        name = self.first.name.replace("/", "-")
        self.assertEqual(
            archive.read(f"{name}.pdf"), self.first.letter_attachment_id.raw
        )
        raw = archive.read("destinataires.csv")
        self.assertTrue(raw.startswith(b"\xef\xbb\xbf"))
        rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig")), delimiter=";"))
        self.assertEqual(len(rows), 2)
        [row] = [row for row in rows if row["Référence"] == self.first.name]
        self.assertEqual(
            [row[f"Ligne {number}"] for number in range(1, 7)],
            [
                "Compagnie méridionale des boulangeries",
                "artisanales réunies",
                "12 rue de la Paix",
                "",
                "",
                "01000 PARIS",
            ],
        )
        self.assertEqual(
            [row[name] for name in ("Code postal", "Ville", "Pays", "Pages")],
            ["01000", "Paris", "FR", "1"],
        )
        self.assertEqual(
            [row[name] for name in ("Couleur", "Recto verso", "Avis de réception")],
            ["oui", "non", "oui"],
        )
        self.assertEqual(row["Fichier"], f"{name}.pdf")
        self.assertTrue(all(len(row[f"Ligne {i}"]) <= 38 for i in range(1, 7)))

    def test_last_line_of_addresses_is_postcode_and_town(self):
        """NF Z10-011; the country has a column of its own."""
        full = {
            "name": "Compagnie méridionale des boulangeries artisanales réunies",
            "street": "1234, avenue du Maréchal de Lattre de Tassigny",
            "street2": "Bâtiment C",
            "zip": "34000",
            "city": "Montpellier",
        }
        for vals, country, last in (
            ({}, "fr", "75002 PARIS"),
            ({"street": "12 rue A", "street2": False}, "fr", "75002 PARIS"),
            (full, "fr", "34000 MONTPELLIER"),
            ({**full, "zip": "1000", "city": "Bruxelles"}, "be", "1000 BRUXELLES"),
            ({"zip": "97400", "city": "Saint-Denis"}, "re", "97400 SAINT DENIS"),
        ):
            vals["country_id"] = self.env.ref(f"base.{country}").id
            self.business.write({"zip": "75002", "city": "Paris", **vals})
            archive = self._export(actions=self.first)
            raw = archive.read("destinataires.csv").decode("utf-8-sig")
            [row] = csv.DictReader(io.StringIO(raw), delimiter=";")
            with self.subTest(row):
                self.assertEqual(row["Ligne 6"], last)
                self.assertEqual(row["Pays"], country.upper())
                self.assertTrue(row["Ligne 1"])
                above = [row[f"Ligne {number}"] for number in range(1, 6)]
                self.assertNotIn("", "\0".join(above).strip("\0").split("\0"))
                self.assertNotIn("BELGIQUE", above)

    def test_workbook_keeps_the_zeros(self):
        self.business.zip = "01000"
        archive = self._export(file_format="xlsx", actions=self.first)
        book = openpyxl.load_workbook(io.BytesIO(archive.read("destinataires.xlsx")))
        [heading, row] = book.active.iter_rows(values_only=True)
        self.assertEqual(row[heading.index("Code postal")], "01000")
        self.assertEqual(row[heading.index("Pages")], 1)

    def test_without_a_choice_what_has_no_number_yet(self):
        """What was posted by hand, or is old, would be posted twice."""
        self.first.tracking_number = NUMBERS[0]
        both = self.first + self.second
        for day, proposed in (
            ("2026-05-25", self.second),
            ("2026-05-26", self.second.browse()),
        ):
            with freeze_time(day), self.subTest(day):
                wizard = self.env["recouvrement.registered.wizard"].create({})
                self.assertEqual(wizard.action_ids & both, proposed)
        with freeze_time("2026-05-19"):
            self.second.date_posted = "2026-05-19"
            wizard = self.env["recouvrement.registered.wizard"].create({})
            self.assertFalse(wizard.action_ids & both)

    def test_nothing_to_export_is_told(self):
        self._invoice(self.consumer, 100, "2026-05-01")
        draft = self._run("2026-05-25")
        with self.assertRaises(UserError):
            self._export(actions=draft)

    def test_who_exports(self):
        reader = self._create_user("facturation", "account.group_account_invoice")
        with self.assertRaises(AccessError):
            self._export(user=reader)
        wizard = self.env["recouvrement.registered.wizard"].create({})
        with self.assertRaises(AccessError):
            wizard.with_user(self.officer).read(["file"])


class TestTrackingImport(RegisteredCase):
    """What the post says comes in by a file; a line at fault stops no other."""

    def _wizard(self, content, name="suivi.csv", user=None):
        return (
            self.env["recouvrement.tracking.wizard"]
            .with_user(user or self.officer)
            .create({"file": base64.b64encode(content), "file_name": name})
        )

    def _read(self, *lines, encoding="utf-8-sig", **options):
        content = "\r\n".join([HEADING, *lines]).encode(encoding)
        wizard = self._wizard(content, **options)
        wizard.action_read()
        return wizard

    def test_preview_then_write(self):
        with freeze_time("2026-06-10"):
            wizard = self._read(
                f"{self.first.name};{NUMBERS[0]};19/05/2026;21/05/2026;23/05/2026;Distribué",
                f"{self.second.name};{NUMBERS[1]};19/05/2026;21/05/2026;;"
                "Pli avisé et non réclamé",
            )
            self.assertFalse(wizard.error_count)
            self.assertEqual(wizard.change_count, 2)
            self.assertIn(NUMBERS[0], wizard.line_ids[0].summary)
            self.assertFalse(self.first.tracking_number, "nothing is written yet")
            wizard.action_confirm()
        self.assertEqual(self.first.tracking_number, NUMBERS[0])
        self.assertEqual(str(self.first.date_posted), "2026-05-19")
        self.assertEqual(self.first.state, "delivered")
        self.assertEqual(self.second.state, "returned")
        self.assertEqual(self.second.return_reason, "unclaimed")
        self.assertEqual(str(self.second.date_presented), "2026-05-21")
        with freeze_time("2026-06-11"):
            wizard.action_read()
            self.assertFalse(wizard.change_count, "read again, it says nothing new")
            wizard.action_confirm()

    def test_encodings_and_separators(self):
        for encoding, separator in (
            ("utf-8-sig", ";"),
            ("utf-8", ","),
            ("cp1252", ";"),
            ("latin-1", "\t"),
        ):
            heading = HEADING.replace(";", separator)
            line = separator.join([self.first.name, NUMBERS[0], "", "", "", "Refusé"])
            wizard = self._wizard(f"{heading}\n{line}\n".encode(encoding))
            wizard.action_read()
            self.assertEqual(
                wizard.line_ids.changes,
                {"tracking_number": NUMBERS[0], "return_reason": "refused"},
                encoding,
            )

    def test_workbook(self):
        book = openpyxl.Workbook()
        book.active.append(["Statut", "Reference", "N° de recommandé", "Presented"])
        with freeze_time("2026-06-10"):
            book.active.append(
                [
                    "NPAI",
                    self.first.name,
                    870012345678901,
                    openpyxl.utils.datetime.from_excel(46160),
                ]
            )
            stream = io.BytesIO()
            book.save(stream)
            wizard = self._wizard(stream.getvalue(), "suivi.xlsx")
            wizard.action_read()
            self.assertFalse(wizard.line_ids.error)
            wizard.action_confirm()
        self.assertEqual(self.first.tracking_number, "870012345678901")
        self.assertEqual(self.first.return_reason, "unknown")

    def test_number_of_another_company_is_not_told(self):
        other = self._create_company(name="Autre société")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE recouvrement_action SET company_id = %s, tracking_number = %s "
            "WHERE id = %s",
            [other.id, NUMBERS[0], self.second.id],
        )
        self.env.invalidate_all()
        with freeze_time("2026-06-10"):
            wizard = self._read(f"{self.first.name};{NUMBERS[0]};;;;")
            self.assertFalse(wizard.line_ids.error)
            wizard.action_confirm()
        self.assertEqual(self.first.tracking_number, NUMBERS[0])

    def test_errors_are_told_by_line_and_stop_no_other(self):
        self.second.tracking_number = NUMBERS[1]
        good = f"{self.first.name};{NUMBERS[0]};19/05/2026;;;"
        names = ["state", "return_reason", "tracking_number", "date_received"]
        for line, words in (
            ("REL/NULLE;1;;;;", "No letter has this reference"),
            (f"{self.second.name};{NUMBERS[0][:-1]}9;;;;", "another number already"),
            (f"{self.second.name};;17/05/2026;;;", "do not follow"),
            (f"{self.second.name};;;11/06/2026;;", "do not follow"),
            (f"{self.second.name};;32/05/2026;;;", "32/05/2026"),
            (f"{self.second.name};;;;;Perdu en mer", "Perdu en mer"),
            (f"{self.second.name};;;;20/05/2026;Refusé", "did not come back"),
            (";1;;;;", "reference"),
        ):
            with self.subTest(line), freeze_time("2026-06-10"):
                wizard = self._read(good, line)
                self.assertEqual(wizard.error_count, 1)
                self.assertEqual(wizard.line_ids[1].number, 3)
                self.assertIn(words, wizard.line_ids[1].error)
                before = self.second.read(names)
                told = wizard.action_confirm()
                self.assertEqual(told["params"]["next"]["res_id"], wizard.id)
                self.assertEqual(wizard.line_ids.number, 3)
                self.assertIn(words, wizard.line_ids.error)
                self.assertEqual(self.first.tracking_number, NUMBERS[0])
                self.assertEqual(self.second.read(names), before)
                self.first.write({"tracking_number": False, "date_posted": False})

    def test_one_number_is_for_one_letter(self):
        with freeze_time("2026-06-10"):
            twice = self._read(
                f"{self.first.name};{NUMBERS[0]};;;;",
                f"{self.second.name};1A23456789012;;;;",
            )
            self.assertEqual(twice.error_count, 2)
            self.second.tracking_number = NUMBERS[0]
            taken = self._read(f"{self.first.name};{NUMBERS[0]};;;;")
        self.assertIn("Another letter", taken.line_ids.error)
        with freeze_time("2026-06-10"):
            same = self._read(
                f"{self.first.name};{NUMBERS[1]};;;;",
                f"{self.first.name};{NUMBERS[1]};;;;",
            )
        self.assertFalse(same.error_count)
        self.assertEqual(len(same.line_ids), 1, "the same line twice says one thing")

    def test_odd_number_is_told_and_written(self):
        with freeze_time("2026-06-10"):
            wizard = self._read(f"{self.first.name};123;;;;")
            self.assertTrue(wizard.line_ids.warning)
            wizard.action_confirm()
        self.assertEqual(self.first.tracking_number, "123")

    def test_what_is_no_such_file_is_told(self):
        for content in (b"\x00\x01\xff", b"a;b\n1;2\n", "Référence\nREL/1".encode()):
            with self.assertRaises(UserError):
                self._wizard(content).action_read()

    def test_only_registered_letters_that_were_sent(self):
        self._invoice(self.consumer, 100, "2026-05-01")
        draft = self._run("2026-05-25")
        wizard = self._read(f"{draft.name};{NUMBERS[0]};;;;")
        self.assertIn("no registered letter", wizard.line_ids.error)

    def test_letters_of_another_company_are_not_found(self):
        other = self._create_company(name="Autre société")
        stranger = new_test_user(
            self.env,
            "etranger",
            groups="account.group_account_manager",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        wizard = self._read(f"{self.first.name};{NUMBERS[0]};;;;", user=stranger)
        self.assertIn("No letter has this reference", wizard.line_ids.error)

    def test_who_imports(self):
        for groups in (
            "account.group_account_invoice",
            "account.group_account_readonly",
        ):
            reader = self._create_user(f"lit_{groups[-8:]}", groups)
            with self.assertRaises(AccessError):
                self._read(f"{self.first.name};{NUMBERS[0]};;;;", user=reader)
            with self.assertRaises(AccessError):
                self.first.with_user(
                    reader
                ).action_add_proof() and self.first.with_user(reader)._keep_proof(
                    "other", "a.pdf", blank_letter("A")
                )
            self.assertTrue(self.first.with_user(reader).proof_ids.has_access("read"))
        self.assertFalse(self.first.tracking_number)
