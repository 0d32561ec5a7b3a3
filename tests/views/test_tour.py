import subprocess
from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase
from odoo.tests import common as tests_common
from odoo.tests.common import ChromeBrowser

from ..common import RecouvrementCase


class Browser(ChromeBrowser):
    """Chromium that does not mind the asset Debian's package of Odoo lacks, nor that a
    download interrupts what Discuss is asking for."""

    def _handle_console(self, type, args=None, **kwargs):  # noqa: A002 Odoo's name
        if type == "error" and "selfie_segmentation" in str(args):
            type = "info"  # noqa: A001
        return super()._handle_console(type, args=args, **kwargs)

    def _handle_exception(self, exceptionDetails, timestamp):
        if "discuss.channel/channel_fetched" in str(exceptionDetails):
            return None
        return super()._handle_exception(exceptionDetails, timestamp)


class TestTour(RecouvrementCase, HttpCase):
    """What a user clicks, in Chromium, with the real letter printed."""

    def test_accountant_from_invoice_to_printed_letter(self):
        self.patch(tests_common, "ChromeBrowser", Browser)
        self.printer.stop()
        self.addCleanup(self.printer.start)
        due = fields.Date.today() - timedelta(days=30)
        invoice = self._invoice(self.business, 1234.56, due)
        accountant = self._create_user("comptable", "account.group_account_user")
        self.start_tour(
            "/odoo/action-account.action_move_out_invoice",
            "recouvrement_accountant",
            login=accountant.login,
        )
        action = invoice.recouvrement_action_line_ids.action_id
        self.assertEqual(action.state, "sent")
        self.assertEqual(invoice.recouvrement_stage_id, action.stage_id)
        letter = subprocess.run(
            ["pdftotext", "-layout", "-", "-"],
            input=action.letter_attachment_id.raw,
            capture_output=True,
            check=True,
        ).stdout.decode()
        self.assertIn("Menuiserie Exemple", letter)
        self.assertIn(invoice.name, letter)

    def test_morning_of_the_accountant(self):
        """Preview, run, approve all, print, call with a promise."""
        self.patch(tests_common, "ChromeBrowser", Browser)
        self.printer.stop()
        self.addCleanup(self.printer.start)
        self.env.ref("l10n_fr_recouvrement.stage_consumer_reminder").channel = "phone"
        self.consumer.phone = "01 99 00 77 88"
        other = self._create_debtor("Atelier Exemple", is_company=True)
        today = fields.Date.today()
        letters = self._invoice(self.business, 1234.56, today - timedelta(days=30))
        letters += self._invoice(other, 300, today - timedelta(days=30))
        call = self._invoice(self.consumer, 500, today - timedelta(days=12))
        accountant = self._create_user("comptable", "account.group_account_user")
        self.start_tour(
            "/odoo/action-l10n_fr_recouvrement.recouvrement_run_wizard_action",
            "recouvrement_morning",
            login=accountant.login,
        )
        sent = letters.recouvrement_action_line_ids.action_id
        self.assertEqual(set(sent.mapped("state")), {"sent"})
        self.assertTrue(all(sent.mapped("letter_sha256")))
        called = call.recouvrement_action_line_ids.action_id
        self.assertEqual((called.state, called.outcome), ("done", "promise"))
        self.assertEqual(called.promise_amount, 500)
        self.assertGreater(call.recouvrement_hold_ids.date_to, called.promise_date)

    def test_manager_words_a_stage_and_sends_its_letter(self):
        """Break a placeholder, mend it, preview, send by registered letter, enter its
        number, note that it came back."""
        self.patch(tests_common, "ChromeBrowser", Browser)
        self.printer.stop()
        self.addCleanup(self.printer.start)
        stage = self.env.ref("l10n_fr_recouvrement.stage_business_second")
        due = fields.Date.today() - timedelta(days=30)
        invoice = self._invoice(self.business, 1234.56, due)
        manager = self._create_user("responsable", "account.group_account_manager")
        self.start_tour(
            f"/odoo/action-l10n_fr_recouvrement.recouvrement_stage_action/{stage.id}",
            "recouvrement_texts",
            login=manager.login,
        )
        self.assertEqual(stage.letter_subject, "Impayé de {{ object.principal_text }}")
        self.assertFalse(invoice.recouvrement_action_line_ids, "a preview leaves none")
        run = self.env["recouvrement.run"].create({"company_id": self.company.id})
        run.action_start()
        self.assertEqual(run.action_ids.stage_id, stage)
        self.start_tour(
            "/odoo/action-l10n_fr_recouvrement.recouvrement_action_todo_action",
            "recouvrement_texts_sent",
            login=manager.login,
        )
        action = run.action_ids
        self.assertEqual((action.state, action.channel), ("returned", "registered"))
        self.assertEqual(action.tracking_number, "1A 234 567 8901 2")
        self.assertEqual(action.return_reason, "unclaimed")
        self.assertEqual(action.date_presented, fields.Date.today())
        self.assertEqual(action.letter_subject, "Impayé de 1\u202f234,56\xa0€")

    def test_accountant_waives_and_charges_penalties(self):
        self.patch(tests_common, "ChromeBrowser", Browser)
        due = fields.Date.today() - timedelta(days=30)
        invoice = self._invoice(self.business, 1234.56, due)
        accountant = self._create_user("comptable", "account.group_account_user")
        self.start_tour(
            f"/odoo/action-account.action_move_out_invoice/{invoice.id}",
            "recouvrement_penalties",
            login=accountant.login,
        )
        self.assertEqual(invoice.recouvrement_waiver_ids.amount_indemnity, 40)
        self.assertEqual(invoice.recouvrement_waiver_ids.amount_interest, 0)
        note = invoice.recouvrement_debit_note_ids
        interest = invoice.recouvrement_penalty_line_ids.filtered("days")
        self.assertEqual(note.amount_total, sum(interest.mapped("amount")))
        self.assertEqual(
            set(invoice.recouvrement_penalty_line_ids.mapped("state")),
            {"invoiced", "waived"},
        )
