"""Files of tracking numbers as services and spreadsheets make them."""

import base64
import io
import re
import zipfile

import openpyxl
from freezegun import freeze_time

from odoo.exceptions import UserError

from odoo.addons.l10n_fr_recouvrement.paper.post import tracking_label

from ..channel.test_registered import HEADING, NUMBERS, RegisteredCase

TODAY = "2026-06-10"
NBSP = "\xa0"


class TrackingFileCase(RegisteredCase):
    def setUp(self):
        super().setUp()
        frozen = freeze_time(TODAY)
        frozen.start()
        self.addCleanup(frozen.stop)

    def _wizard(self, content, name="suivi.csv"):
        wizard = (
            self.env["recouvrement.tracking.wizard"]
            .with_user(self.officer)
            .create({"file": base64.b64encode(content), "file_name": name})
        )
        wizard.action_read()
        return wizard

    def _read(self, *lines, heading=HEADING, encoding="utf-8"):
        return self._wizard("\r\n".join([heading, *lines]).encode(encoding))

    def _workbook(self, *rows):
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        stream = io.BytesIO()
        book.save(stream)
        return stream.getvalue()

    def _changes(self, wizard):
        self.assertFalse([line.error for line in wizard.line_ids if line.error])
        return [line.changes for line in wizard.line_ids]


class TestColumns(TrackingFileCase):
    def test_headings(self):
        for heading, name, value in (
            ("Date de 1ère présentation", "date_presented", "2026-05-21"),
            ("Date 1re présentation", "date_presented", "2026-05-21"),
            ("Date de 1ERE PRÉSENTATION (jj/mm/aaaa)", "date_presented", "2026-05-21"),
            ("1° prés.", "date_presented", "2026-05-21"),
            ("Avisé le", "date_presented", "2026-05-21"),
            ("Date AR", "date_received", "2026-05-21"),
            ("AR signé le", "date_received", "2026-05-21"),
            ("Date de l'accusé de réception", "date_received", "2026-05-21"),
            ("Date de livraison", "date_received", "2026-05-21"),
            ("Date d’expédition", "date_posted", "2026-05-21"),
            ("N° LR", "tracking_number", NUMBERS[0]),
            ("Numéro de LRAR", "tracking_number", NUMBERS[0]),
            ("N° recommandé", "tracking_number", NUMBERS[0]),
            ("Nº de la lettre recommandée", "tracking_number", NUMBERS[0]),
            ("Num. objet", "tracking_number", NUMBERS[0]),
            ("Motif PND", "return_reason", "unclaimed"),
            ("undelivered_mail_reason", "return_reason", "unclaimed"),
        ):
            cell = {"tracking_number": value, "return_reason": "N03"}
            cell = cell.get(name, "21/05/2026")
            with self.subTest(heading):
                wizard = self._read(
                    f"{self.first.name};{cell}", heading=f"Réf. client;{heading}"
                )
                self.assertEqual(self._changes(wizard), [{name: value}])
                self.assertFalse(wizard.unread_columns)

    def test_columns_that_are_not_read_are_named(self):
        wizard = self._read(
            f"7;{self.first.name};Lyon;;20/05/2026;x",
            heading="N°;Référence;Agence;Commentaire;Première présentation;",
        )
        self.assertEqual(
            self._changes(wizard), [{"date_presented": "2026-05-20"}], "no number 7"
        )
        self.assertEqual(wizard.unread_columns, "N°, Agence, Commentaire, F")

    def test_second_column_of_a_kind_is_named(self):
        wizard = self._read(
            f"{self.first.name};{NUMBERS[0]};999",
            heading="Référence;N° de suivi;N° d'envoi",
        )
        self.assertEqual(self._changes(wizard), [{"tracking_number": NUMBERS[0]}])
        self.assertEqual(wizard.unread_columns, "N° d'envoi")

    def test_one_row_is_one_label(self):
        for rows, traits in (
            (tracking_label.HEADINGS, "column"),
            (tracking_label.EVENTS, "reason"),
        ):
            labels = [row.label for row in rows]
            self.assertEqual(len(labels), len(set(labels)))
            for row in rows:
                key = (
                    tracking_label.get_column(row.label)
                    if traits == "column"
                    else tracking_label.get_event(row.label).reason
                )
                self.assertEqual(key, getattr(row, traits), row.label)


class TestCells(TrackingFileCase):
    def test_number_that_a_spreadsheet_shortened(self):
        for cell in ("8,70012E+14", "8.70012e+14", "8E14"):
            with self.subTest(cell):
                wizard = self._read(f"{self.first.name};{cell};;;;")
                self.assertIn(cell, wizard.line_ids.error)
                wizard.action_confirm()
                self.assertFalse(self.first.tracking_number)
        for cell in (870012000000000, 8700123456789012345):
            content = self._workbook(
                ["Référence", "N° de suivi"], [self.first.name, cell]
            )
            self.assertTrue(self._wizard(content).line_ids.error, cell)

    def test_what_keeps_digits_as_they_are_is_left_out(self):
        for cell in (
            f'="{NUMBERS[0]}"',
            f'"=""{NUMBERS[0]}"""',
            f"'{NUMBERS[0]}",
            f"{NBSP}{NUMBERS[0]}\u200b",
        ):
            with self.subTest(cell):
                wizard = self._read(f"{self.first.name};{cell};;;;")
                self.assertEqual(
                    self._changes(wizard), [{"tracking_number": NUMBERS[0]}]
                )

    def test_formula_without_its_result(self):
        content = self._workbook(
            ["Référence", "N° de suivi", "Première présentation"],
            [self.first.name, f'="{NUMBERS[0]}"', None],
            [self.second.name, "=B2", "=TODAY()"],
        )
        wizard = self._wizard(content, "suivi.xlsx")
        first, second = wizard.line_ids
        self.assertEqual(first.changes, {"tracking_number": NUMBERS[0]})
        self.assertIn("=B2", second.error)
        for cell in ("=B2", "#N/A", "#REF!", "#####"):
            wizard = self._read(f"{self.first.name};{cell};;;;")
            self.assertIn(cell, wizard.line_ids.error)

    def test_formula_with_its_result(self):
        content = self._workbook(["Référence", "N° de suivi"], [self.first.name, "=B9"])
        stream = io.BytesIO()
        with (
            zipfile.ZipFile(io.BytesIO(content)) as old,
            zipfile.ZipFile(stream, "w") as new,
        ):
            for item in old.infolist():
                data = old.read(item)
                if item.filename.endswith("sheet1.xml"):
                    result = rb"<f>B9</f><v>870012345678901</v>"
                    data, count = re.subn(
                        rb"<f>B9</f><v ?/>|<f>B9</f><v></v>", result, data
                    )
                    self.assertEqual(count, 1)
                new.writestr(item.filename, data)
        wizard = self._wizard(stream.getvalue(), "suivi.xlsx")
        self.assertEqual(
            self._changes(wizard), [{"tracking_number": "870012345678901"}]
        )

    def test_what_was_stored_wrong_is_corrected_by_the_next_file(self):
        for wrong in ("8,70012E+14", "870012000000000", "1A 234", "="):
            with self.subTest(wrong):
                self.first.tracking_number = wrong
                wizard = self._read(f"{self.first.name};870012345678901;;;;")
                self.assertEqual(
                    self._changes(wizard), [{"tracking_number": "870012345678901"}]
                )
                self.assertIn(wrong, wizard.line_ids.warning)
                wizard.action_confirm()
                self.assertEqual(self.first.tracking_number, "870012345678901")
        self.first.date_presented = "2026-05-20"
        self._read(f"{self.first.name};;;21/05/2026;;").action_confirm()
        self.assertEqual(str(self.first.date_presented), "2026-05-21")

    def test_rounded_number_is_told_on_the_letter(self):
        self.first.tracking_number = "870012000000000"
        self.assertIn("rounded", self.first.tracking_warning)

    def test_moments_are_days_in_paris(self):
        for cell, day in (
            ("2026-05-20T22:00:00.000Z", "2026-05-21"),
            ("2026-05-20T21:59:59Z", "2026-05-20"),
            ("2026-05-20T22:30:00+00:00", "2026-05-21"),
            ("2026-05-21T00:30:00+02:00", "2026-05-21"),
            ("2026-05-21T00:30:00+0400", "2026-05-20"),
            ("2026-05-20 18:30:00-05:00", "2026-05-21"),
            ("20/05/2026 22:30 UTC", "2026-05-21"),
            ("Wed, 20 May 2026 22:30:00 +0000", "2026-05-21"),
            ("2026-05-20T23:30:00", "2026-05-20"),
            ("20/05/2026 à 23h30", "2026-05-20"),
            ("2026/05/20", "2026-05-20"),
            ("20 mai 2026", "2026-05-20"),
            ("mercredi 20 mai 2026", "2026-05-20"),
            ("1er juin 2026", "2026-06-01"),
            ("20-mai-26", "2026-05-20"),
            ("20 mai 2026 22:30 UTC", "2026-05-21"),
        ):
            with self.subTest(cell):
                wizard = self._read(f'{self.first.name};;;"{cell}";;')
                self.assertEqual(self._changes(wizard), [{"date_presented": day}])
        for cell in ("05/20/2026", "20 brumaire 2026", "hier"):
            wizard = self._read(f"{self.first.name};;;{cell};;")
            self.assertIn(cell, wizard.line_ids.error)

    def test_day_that_a_workbook_keeps_as_a_number(self):
        content = self._workbook(
            ["Référence", "Première présentation"], [self.first.name, 46162]
        )
        [changes] = self._changes(self._wizard(content, "suivi.xlsx"))
        self.assertEqual(changes, {"date_presented": "2026-05-20"})


class TestLines(TrackingFileCase):
    def test_lines_of_nothing_and_totals(self):
        line = f"{self.first.name};{NUMBERS[0]};;;;"
        blanks = (";;;;;", f" ;{NBSP};;;;\u202f", f"{NBSP}", "\u200b;;")
        totals = ("Total;2;;;;", "TOTAL : 2 plis;;;;;", ";Total;2;;;", "Sous-total;1")
        wizard = self._read(line, *blanks, *totals, "Nombre de plis : 1;;;;;", HEADING)
        self.assertEqual(self._changes(wizard), [{"tracking_number": NUMBERS[0]}])
        sheet = [[None, NBSP, " "]] * 30
        content = self._workbook(
            ["Référence", "N° de suivi"], [self.first.name, NUMBERS[0]], *sheet
        )
        self.assertEqual(len(self._wizard(content, "suivi.xlsx").line_ids), 1)

    def test_same_line_twice(self):
        line = f"{self.first.name};{NUMBERS[0]};19/05/2026;;;"
        again = line.replace(" ", "")
        wizard = self._read(line, line, again)
        [changes] = self._changes(wizard)
        self.assertEqual(
            changes, {"tracking_number": NUMBERS[0], "date_posted": "2026-05-19"}
        )

    def test_lines_that_do_not_agree(self):
        wizard = self._read(
            f"{self.first.name};{NUMBERS[0]};19/05/2026;;;",
            f"{self.first.name};{NUMBERS[1]};19/05/2026;;;",
            f"{self.second.name};;19/05/2026;;;",
        )
        first, second = wizard.line_ids
        self.assertIn(NUMBERS[1], first.error)
        self.assertTrue(second.changes)

    def test_one_line_for_each_event(self):
        first, second = self.first.name, self.second.name
        wizard = self._read(
            f"{first};{NUMBERS[0]};19/05/2026;Pris en charge",
            f"{second};{NUMBERS[1]};19/05/2026;Pris en charge",
            f"{first};{NUMBERS[0]};21/05/2026;Avisé",
            f"{first};{NUMBERS[0]};22/05/2026;Présenté",
            f"{first};{NUMBERS[0]};23/05/2026;Distribué contre signature",
            f"{second};{NUMBERS[1]};21/05/2026;Mis en instance",
            f"{second};{NUMBERS[1]};06/06/2026;Pli avisé non réclamé",
            f"{second};{NUMBERS[1]};07/06/2026;Distribué à l'expéditeur",
            heading="Référence;N° LR;Date;Événement",
        )
        self.assertEqual(
            self._changes(wizard),
            [
                {
                    "tracking_number": NUMBERS[0],
                    "date_posted": "2026-05-19",
                    "date_presented": "2026-05-21",
                    "date_received": "2026-05-23",
                },
                {
                    "tracking_number": NUMBERS[1],
                    "date_posted": "2026-05-19",
                    "date_presented": "2026-05-21",
                    "return_reason": "unclaimed",
                },
            ],
        )
        wizard.action_confirm()
        self.assertEqual(self.first.state, "delivered")
        self.assertEqual(self.second.state, "returned")
        self.assertFalse(self.second.date_received)

    def test_day_of_nothing_in_particular_is_not_guessed(self):
        wizard = self._read(
            f"{self.first.name};18/05/2026;23/05/2026;Distribué",
            heading="Référence;Date;Date AR;Statut",
        )
        self.assertEqual(self._changes(wizard), [{"date_received": "2026-05-23"}])
        self.assertEqual(wizard.unread_columns, "Date")

    def test_labels(self):
        for label, reason in (
            ("Pli refusé par le destinataire", "refused"),
            ("REFUSÉE PAR LE DESTINATAIRE", "refused"),
            ("N05", "refused"),
            ("Pli avisé non réclamé", "unclaimed"),
            ("Lettre avisée et non réclamée", "unclaimed"),
            ("N03", "unclaimed"),
            ("N02", "unknown"),
            ("N07", "unknown"),
            ("Défaut d’accès ou d’adressage", "unknown"),
            ("Destinataire inconnu à l'adresse", "unknown"),
            ("Distribué contre signature", ""),
            ("Votre lettre a été distribuée contre signature", ""),
            ("AR signé", ""),
            ("DI1", ""),
            ("En cours d’acheminement", ""),
        ):
            with self.subTest(label):
                wizard = self._read(f"{self.first.name};{NUMBERS[0]};;;;{label}")
                [changes] = self._changes(wizard)
                self.assertEqual(changes.get("return_reason", ""), reason)

    def test_label_that_nobody_knows_stops_no_other(self):
        wizard = self._read(
            f"{self.first.name};{NUMBERS[0]};;;;Égaré au tri",
            f"{self.second.name};{NUMBERS[1]};;;;Refusé",
        )
        self.assertIn("Égaré au tri", wizard.line_ids[0].error)
        wizard.action_confirm()
        self.assertEqual(self.second.return_reason, "refused")
        self.assertFalse(self.first.tracking_number)

    def test_came_back_and_why(self):
        heading = "Référence;Statut;Motif de retour"
        for status, reason, changes in (
            ("Retourné à l'expéditeur", "Non réclamé", "unclaimed"),
            ("PND", "N02", "unknown"),
            ("N05", "Refus constaté par le facteur ce jour", "refused"),
        ):
            wizard = self._read(f"{self.first.name};{status};{reason}", heading=heading)
            self.assertEqual(self._changes(wizard), [{"return_reason": changes}])
        for status, reason, words in (
            ("Retourné à l'expéditeur", "", "Retourné"),
            ("Distribué à l'expéditeur", "", "Distribué"),
            ("PND", "Égaré au tri", "Égaré"),
        ):
            wizard = self._read(f"{self.first.name};{status};{reason}", heading=heading)
            self.assertIn(words, wizard.line_ids.error)


class TestFiles(TrackingFileCase):
    def _text(self, *lines):
        return "\r\n".join([*lines, HEADING, f"{self.first.name};{NUMBERS[0]};;;;"])

    def test_read(self):
        plain = self._text()
        for name, content in (
            ("sep", self._text("sep=;").encode("utf-8-sig")),
            ("titles", self._text("Suivi des plis;;;", "Mai 2026, Paris").encode()),
            ("empty lines", self._text("", ";;;;;", "").encode("cp1252")),
            ("utf-16", plain.encode("utf-16")),
            ("utf-16 without its mark", plain.encode("utf-16-le")),
            ("utf-16, other way round", b"\xfe\xff" + plain.encode("utf-16-be")),
            ("bars", plain.replace(";", "|").encode()),
            ("commas below a title", ("A;B\n" + plain.replace(";", ",")).encode()),
            ("sep of its own", ("sep=#\n" + plain.replace(";", "#")).encode()),
        ):
            with self.subTest(name):
                wizard = self._wizard(content)
                self.assertEqual(
                    self._changes(wizard), [{"tracking_number": NUMBERS[0]}]
                )
        self.assertEqual(self._wizard(self._text("sep=;").encode()).line_ids.number, 3)

    def test_headings_further_down_in_a_workbook(self):
        book = openpyxl.Workbook()
        book.active.append(["Page de garde"])
        sheet = book.create_sheet("Suivi")
        for row in (
            ["Suivi des recommandés"],
            [],
            ["Référence", "N° LR"],
            [self.first.name, NUMBERS[0]],
        ):
            sheet.append(row)
        stream = io.BytesIO()
        book.save(stream)
        wizard = self._wizard(stream.getvalue(), "suivi.xlsx")
        self.assertEqual(self._changes(wizard), [{"tracking_number": NUMBERS[0]}])
        self.assertEqual(wizard.line_ids.number, 4)

    def test_the_true_reason(self):
        for content, words in (
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old format"),
            (b"\x00\x01\xff", "cannot be read"),
            (b" ", "must name the columns"),
            ("Nom;Ville;N° LR\nA;B;1".encode(), "It has: Nom, Ville, N° LR"),
            (self._workbook(["Nom", "Ville"]), "It has: Nom, Ville"),
        ):
            with self.subTest(words), self.assertRaisesRegex(UserError, words):
                self._wizard(content)


class TestCorrecting(TrackingFileCase):
    """One bad line among many is corrected in the assistant."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        debtors = [
            cls._create_debtor(f"Société {index}", is_company=True)
            for index in range(8)
        ]
        for debtor in debtors:
            cls._invoice(debtor, 1000, "2026-04-01")
        cls.others = cls._run("2026-05-18")
        cls.others.channel = "registered"
        cls._approve_and_send(cls.others, "2026-05-18")

    def _read_all(self, bad):
        lines = [
            f"{action.name};1A 234 567 {8000 + index} 2;19/05/2026;21/05/2026;;"
            for index, action in enumerate(self.others)
        ]
        lines.insert(3, bad)
        return self._read(*lines)

    def test_others_are_imported_and_it_stays(self):
        wizard = self._read_all(f"{self.first.name};8,70012E+14;;;32/05/2026;Égaré")
        told = wizard.action_confirm()
        self.assertTrue(all(self.others.mapped("tracking_number")))
        self.assertIn("8", told["params"]["message"])
        self.assertEqual(told["params"]["next"]["res_id"], wizard.id)
        [line] = wizard.line_ids
        self.assertIn("8,70012E+14", line.error)
        line.tracking_number = "870012345678901"
        wizard.action_check()
        self.assertIn("32/05/2026", line.error, "what else is wrong with it")
        line.date_received = "2026-05-22"
        wizard.action_check()
        self.assertIn("Égaré", line.error)
        line.is_accepted = True
        wizard.action_check()
        self.assertFalse(line.error)
        wizard.action_confirm()
        self.assertEqual(self.first.tracking_number, "870012345678901")
        self.assertEqual(self.first.state, "delivered")

    def test_reference_is_corrected(self):
        wizard = self._read_all(f"REL/0;{NUMBERS[0]};;;;Refusé")
        wizard.action_confirm()
        wizard.line_ids.reference = self.first.name
        wizard.action_confirm()
        self.assertEqual(self.first.return_reason, "refused")

    def test_what_cannot_be_written_stops_no_other(self):
        """Somebody corrected the letter meanwhile, or may not change it."""
        wizard = self._read_all(f"{self.first.name};{NUMBERS[0]};;;;")
        self.assertFalse(wizard.error_count)
        self.first.tracking_number = NUMBERS[1]
        wizard.action_confirm()
        self.assertTrue(all(self.others.mapped("tracking_number")))
        self.assertIn("another number", wizard.line_ids.error)
        # the rules of the letter itself
        self.first.tracking_number = "1A 234"
        self.first._keep_proof("receipt", "avis.png", self._picture())
        wizard.action_confirm()
        self.assertIn("recovery manager", wizard.line_ids.error)
        self.assertEqual(self.first.tracking_number, "1A 234")

    def _picture(self):
        return base64.b64decode(
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YA"
            "AAAASUVORK5CYII="
        )
