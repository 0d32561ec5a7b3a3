"""Proof: what was sent is kept as it was, nobody changes it, and a sheet tells it."""

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user
from odoo.tools import SQL

from odoo.addons.l10n_fr_recouvrement.const import ALTERED, INTACT, LOST

from ..common import blank_letter
from .test_enclosures import EnclosureCase, make_pdf, read_pages

FIRST, SECOND = "2026-06-03", "2026-06-15"


class ProofCase(EnclosureCase):
    """A reminder by e-mail and a registered letter, with pieces, that were sent."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["recouvrement.stage"].search([]).write(
            {"enclose_earlier_letters": True, "enclose_evidence": True}
        )
        cls.accountant = cls._create_user("comptable", "account.group_account_user")
        cls.officer = cls._create_user(
            "relance", "l10n_fr_recouvrement.group_recovery_officer"
        )
        cls.manager = cls._create_user(
            "responsable",
            "l10n_fr_recouvrement.group_recovery_manager,"
            "account.group_account_manager,base.group_system",
        )
        cls.invoicing = cls._create_user("facturation", "account.group_account_invoice")
        cls.invoice = cls._invoice(cls.business, 1000, "2026-05-31")
        cls.env["ir.attachment"].create(
            {
                "name": "BL 12.pdf",
                "raw": make_pdf("Bon de livraison signé"),
                "res_model": "account.move",
                "res_id": cls.invoice.id,
                "recouvrement_evidence": "delivery",
            }
        )
        cls.first = cls._run(FIRST)
        with freeze_time("2026-06-03 08:15:00"):
            cls.first.with_user(cls.accountant).action_approve_and_send()
        cls.second = cls._run(SECOND)
        with freeze_time("2026-06-15 07:05:00"):
            cls.second.with_user(cls.manager).action_approve()
        cls.second.tracking_number = "1A 234 567 8901 2"
        with freeze_time("2026-06-15 12:40:00"):
            cls.second.with_user(cls.officer).action_send()
        cls.actions = cls.first | cls.second
        cls.letter = cls.second.letter_attachment_id


class TestSealing(ProofCase):
    def test_who_approved_and_sent_what_to_whom(self):
        self.assertEqual(set(self.actions.mapped("state")), {"sent"})
        self.assertEqual(self.second.approver_id, self.manager)
        self.assertEqual(f"{self.second.date_approved}", "2026-06-15 07:05:00")
        self.assertEqual(self.second.sender_id, self.officer)
        self.assertEqual(f"{self.second.date_frozen}", "2026-06-15 12:40:00")
        self.assertEqual(self.first.approver_id, self.accountant)
        self.business.write({"name": "Autre nom", "street": "9 rue Ailleurs"})
        self.assertEqual(
            self.second.recipient_text,
            "Menuiserie Exemple\n2 allée des Essais\n75001 PARIS",
        )

    def test_an_approval_is_of_one_letter(self):
        """What falls back to another stage is to be approved again."""
        other = self._invoice(self.consumer, 300, "2026-05-31")
        late = self._invoice(self.consumer, 500, "2026-05-31")
        self._approve_and_send(
            self._run(FIRST).filtered(lambda one: one.partner_id == self.consumer),
            FIRST,
        )
        self._invoice(self.consumer, 200, "2026-06-10")
        action = self._run("2026-06-25").filtered(
            lambda one: one.partner_id == self.consumer
        )
        self.assertEqual(action.kind, "second_reminder")
        with freeze_time("2026-06-25"):
            action.action_approve()
            self.assertTrue(action.approver_id)
            self._pay(other, 300, "2026-06-25")
            self._pay(late, 500, "2026-06-25")
            action.sudo()._refresh()
        self.assertEqual((action.kind, action.state), ("reminder", "to_approve"))
        self.assertFalse(action.approver_id or action.date_approved)

    def test_nobody_changes_or_deletes_what_was_sent(self):
        values = (
            {"raw": make_pdf("autre")},
            {"datas": "eA=="},
            {"name": "autre"},
            {"mimetype": "text/plain"},
            {"res_id": 1},
            {"res_model": "res.partner"},
            {"recouvrement_sealed": False},
            {"public": True},
            {"access_token": "devine"},
            {"company_id": False},
            {"description": "autre"},
            {"index_content": "autre"},
        )
        before = self.letter.raw
        users = (self.officer, self.accountant, self.invoicing, self.manager)
        for user in (*users, self.env.ref("base.user_admin"), self.env.user):
            letter = self.letter.with_user(user)
            for vals in values:
                with (
                    self.subTest(user=user.login, vals=[*vals]),
                    self.assertRaises(UserError),
                ):
                    letter.write(vals)
            with self.assertRaises(UserError):
                letter.unlink()
            for vals in (
                {"letter_sha256": "0" * 64},
                {"letter_attachment_id": False},
                {"letter_enclosures": []},
                {"recipient_text": "autre"},
                {"approver_id": user.id},
                {"sender_id": user.id},
                {"date_frozen": "2026-01-01 00:00:00"},
            ):
                with self.assertRaises(UserError):
                    self.second.with_user(user).write(vals)
        self.env.invalidate_all()
        self.assertEqual(self.letter.raw, before)

    def test_our_own_code_is_held_as_well(self):
        for vals in ({"raw": b"autre"}, {"res_id": 1}):
            with self.assertRaisesRegex(UserError, "proof of a recovery action"):
                self.letter.sudo().write(vals)
        with self.assertRaisesRegex(UserError, "neither changed nor deleted"):
            self.letter.sudo().unlink()

    def test_only_the_e_mail_makes_a_link_to_the_letter(self):
        with self.assertRaises(UserError):
            self.letter.with_user(self.officer).generate_access_token()
        self.assertFalse(self.letter.access_token)
        self.assertTrue(all(self.letter.sudo().generate_access_token()))

    def test_who_approved_and_sent_is_not_deleted(self):
        for user in (self.accountant, self.manager, self.officer):
            with self.assertRaisesRegex(UserError, "archive the user"):
                user.unlink()
        self.invoicing.unlink()

    def test_nobody_seals_by_hand(self):
        with self.assertRaisesRegex(UserError, "by the follow-up alone"):
            self.env["ir.attachment"].with_user(self.manager).create(
                {"name": "x", "raw": b"x", "recouvrement_sealed": True}
            )
        plain = (
            self.env["ir.attachment"]
            .with_user(self.manager)
            .create({"name": "x", "raw": b"x"})
        )
        with self.assertRaisesRegex(UserError, "by the follow-up alone"):
            plain.recouvrement_sealed = True
        plain.raw = b"y"
        plain.unlink()

    def test_the_sources_may_change_the_letter_stays(self):
        """What was enclosed is in the letter, whatever becomes of the file it was
        taken from."""
        evidence = self.invoice.recouvrement_evidence_ids
        evidence.unlink()
        pages = read_pages(self.letter.raw)
        self.assertEqual(pages[-1], "Bon de livraison signé")
        self.assertEqual(self.second.seal_state, INTACT)

    def test_alteration_is_detected(self):
        self.assertEqual(self.second.seal_state, INTACT)
        self._tamper({"db_datas": make_pdf("autre")})
        self.assertEqual(self.second.seal_state, ALTERED)
        [(piece, state)] = self.second._verify_seal().items()
        self.assertEqual((piece.attachment, state), (self.letter, ALTERED))
        self._tamper({"db_datas": None})
        self.assertEqual(self.second.seal_state, LOST)
        self.assertEqual(self.first.seal_state, INTACT)

    def _tamper(self, vals):
        """Change the file of the letter as somebody does who has the database."""
        [(column, value)] = vals.items()
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE ir_attachment SET %s = %s WHERE id = %s",
                SQL.identifier(column),
                value,
                self.letter.id,
            )
        )
        self.env.invalidate_all()

    def test_what_was_not_sent_has_no_seal(self):
        action = self._run("2026-07-10")
        self.assertFalse(action.seal_state)
        self.assertEqual(action.action_print_proof()["tag"], "display_notification")

    def test_the_letter_alone(self):
        report = "l10n_fr_recouvrement.report_letter_alone"
        service = self.env["ir.actions.report"].with_context(
            force_report_rendering=True
        )
        pdf, _kind = service._render_qweb_pdf(report, self.second.ids)
        self.assertEqual(read_pages(pdf), [f"Lettre {self.second.name}", "suite"])
        self.assertEqual(len(read_pages(self.letter.raw)), 5)


class TestProofSheet(ProofCase):
    """The sheet read back from the PDF that is printed."""

    def _print(self, actions, user=None):
        report = (
            self.env["ir.actions.report"]
            .with_user(user or self.accountant)
            .with_context(force_report_rendering=True)
        )
        with freeze_time("2026-06-20 09:30:00"):
            pdf, _kind = report._render_qweb_pdf(
                "l10n_fr_recouvrement.report_proof", actions.ids
            )
        return read_pages(pdf)

    def test_the_chain_of_a_registered_letter(self):
        with freeze_time("2026-06-20"):
            self.second.with_user(self.officer).write({"date_presented": "2026-06-17"})
            self.second.with_user(self.officer)._return_letter(
                "unclaimed", "2026-06-17"
            )
        text = " ".join(self._print(self.second))
        letter = self.second
        for words in (
            f"FICHE DE PREUVE – {letter.name}",
            "lettre recommandée avec avis de réception – Menuiserie Exemple",
            "Débiteur Menuiserie Exemple, SIREN 334 175 221",
            "2 allée des Essais",
            "Préparée campagne du 15 juin 2026, par",
            "15/06/2026 à 09 h 05 Approuvée par responsable",
            "15/06/2026 à 14 h 40 Lettre établie et scellée par relance",
            "15/06/2026 Envoyée par lettre recommandée avec avis de réception",
            "N° de recommandé 1A 234 567 8901 2",
            "17/06/2026 Première présentation",
            "Retournée non réclamée",
            f"Facture {self.invoice.name} 01/05/2026 31/05/2026",
            "Principal 1 000,00 €",
            "Indemnité forfaitaire 40,00 €",
            f"SHA-256 {letter.letter_sha256}",
            "Fichier intact : l’empreinte calculée à nouveau est celle de l’envoi.",
            "1–2 la lettre",
            f"3–4 notre e-mail du 3 juin 2026 ({self.first.name})",
            self.first.letter_sha256,
            f"5 bon de livraison (facture {self.invoice.name})",
            "Vérifié le 20/06/2026 à 11 h 30, à l’impression de cette fiche par "
            f"{self.accountant.name}, heure de Paris.",
        ):
            with self.subTest(words):
                self.assertIn(words, text.replace("\N{NARROW NO-BREAK SPACE}", " "))

    def test_the_scan_of_the_receipt_is_a_piece(self):
        """What proves the delivery stands beside the letter, verified as it is."""
        with freeze_time("2026-06-20"):
            self.second.with_user(self.officer).write({"date_posted": "2026-06-16"})
            proof = (
                self.env["recouvrement.action.proof"]
                .sudo()
                ._keep(self.second, "receipt", "avis.pdf", blank_letter("Avis"))
            )
        text = " ".join(self._print(self.second))
        self.assertIn("16/06/2026 Postée", text)
        self.assertIn("avis.pdf", text)
        self.assertIn(f"SHA-256 {proof.sha256}", text)
        self.assertEqual(text.count("Fichier intact"), 2)
        with self.assertRaisesRegex(UserError, "proof of a recovery action"):
            proof.attachment_id.unlink()

    def test_the_chain_of_an_e_mail(self):
        text = " ".join(self._print(self.first))
        # Long, and broken where the column ends.
        self.assertIn(f"Message-Id{self.first.mail_message_id}", text.replace(" ", ""))
        for words in (
            "Envoyée par e-mail à menuiserie.exemple@debiteur.example.com",
            "Approuvée par comptable",
        ):
            with self.subTest(words):
                self.assertIn(words, text)

    def test_an_altered_file_is_told(self):
        self.second.sudo().letter_sha256 = "0" * 64
        text = " ".join(self._print(self.second))
        self.assertIn("Fichier ALTÉRÉ", text)
        self.assertNotIn("intact", text)

    def test_a_call_has_a_sheet_without_files(self):
        stage = self.env.ref("l10n_fr_recouvrement.stage_consumer_reminder")
        stage.write({"channel": "phone", "needs_approval": False})
        self.consumer.phone = "01 99 00 77 88"
        self._invoice(self.consumer, 500, "2026-05-31")
        call = self._run("2026-06-05").filtered(
            lambda one: one.partner_id == self.consumer
        )
        with freeze_time("2026-06-05"):
            call._record_outcome(
                "promise",
                "Rappeler lundi",
                promise_date="2026-06-12",
                promise_amount=500,
            )
        text = " ".join(self._print(call))
        self.assertIn("promesse de règlement : 500,00 € pour le 12 juin 2026", text)
        self.assertNotIn("Fichiers conservés", text)

    def test_several_sheets_at_once(self):
        pages = self._print(self.actions)
        self.assertIn(self.first.name, pages[0])
        self.assertTrue(
            any(f"PREUVE – {self.second.name}" in page for page in pages[1:])
        )

    def test_the_sheet_is_for_those_who_may_read_the_action(self):
        self._print(self.second, self.invoicing)
        employee = self._create_user("salarie", "base.group_user")
        other = self._create_company(name="Autre société")
        stranger = new_test_user(
            self.env,
            "etranger",
            groups="account.group_account_manager",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        for user in (employee, stranger):
            with self.assertRaises(AccessError):
                self._print(self.second, user)
