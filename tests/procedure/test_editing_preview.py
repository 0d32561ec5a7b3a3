"""The preview of a letter and of its e-mail while a stage is worded."""

import base64
import subprocess
from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user

from .editing import MODULE, EditingCase


@freeze_time("2026-05-20")
class TestPreview(EditingCase):
    """What the form shows beside the texts."""

    def setUp(self):
        super().setUp()
        self.printer.stop()
        self.addCleanup(self.printer.start)

    def _count(self):
        """How many there are of what a preview must not leave behind."""
        sequence = self.env.ref(f"{MODULE}.sequence_action")
        models = (
            "account.move",
            "account.move.line",
            "ir.attachment",
            "mail.activity",
            "mail.mail",
            "mail.message",
            "recouvrement.action",
            "recouvrement.action.line",
            "res.partner",
        )
        return {
            **{
                model: self.env[model].with_context(active_test=False).search_count([])
                for model in models
            },
            "next number": sequence.number_next_actual,
        }

    def _preview(self, stage, partner=None, values=None, texts=None, user=None):
        self.env.flush_all()
        before = self._count()
        with self.allow_pdf_render():
            preview = stage.with_user(user or self.manager).get_preview(
                values, partner and partner.id, texts and texts.id
            )
        self.assertEqual(self._count(), before, "nothing is kept")
        preview["text"] = ""
        if preview["letter"]:
            text = subprocess.run(
                ["pdftotext", "-raw", "-", "-"],
                input=base64.b64decode(preview["letter"]),
                capture_output=True,
                check=True,
            ).stdout.decode()
            preview["text"] = " ".join(text.split())
        return preview

    def test_letter_and_email_of_a_real_debtor(self):
        invoice = self._invoice(self.business, 1234.56, "2026-05-01")
        preview = self._preview(self.second, self.business)
        self.assertFalse(preview["error"])
        self.assertFalse(preview["notice"])
        for words in ("Menuiserie Exemple", invoice.name, "RELANCE", "P R O J E T"):
            self.assertIn(words, preview["text"])
        self.assertEqual(preview["mail"]["to"], self.business.email)
        self.assertIn("Retard de paiement", preview["mail"]["subject"])
        self.assertIn(invoice.name, preview["mail"]["body"])
        self.assertEqual(invoice.recouvrement_stage_id, self.env["recouvrement.stage"])

    def test_what_is_not_saved_is_shown_and_not_kept(self):
        self._invoice(self.business, 100, "2026-05-01")
        before = self.second.letter_demand
        preview = self._preview(
            self.second,
            self.business,
            {
                "letter_demand": "<p>Réglez {{ object.principal_text }} ce jour.</p>",
                "mail_subject": "Au sujet de {{ object.first_invoice_text }}",
                "show_penalties": False,
                "delay": 300,
            },
        )
        self.assertIn("Réglez 100,00 € ce jour.", preview["text"])
        self.assertNotIn("Pénalités de retard", preview["text"])
        self.assertIn("Au sujet de ", preview["mail"]["subject"])
        self.assertEqual(self.second.letter_demand, before)
        self.assertTrue(self.second.show_penalties)
        self.assertNotIn("Au sujet", self.template.subject)

    def test_a_broken_placeholder_is_told(self):
        self._invoice(self.business, 100, "2026-05-01")
        preview = self._preview(
            self.second,
            self.business,
            {"letter_demand": '<p><t t-out="object.amont_text"></t></p>'},
        )
        self.assertIn("Did you mean “object.amount_text”?", preview["error"])
        self.assertFalse(preview["letter"])

    def test_of_a_debtor_whose_action_waits_at_that_stage(self):
        self._invoice(self.business, 100, "2026-05-17")
        action = self._run("2026-05-20")
        self.assertEqual(action.stage_id, self.reminder)
        self.assertEqual(
            self.reminder.with_user(self.manager).preview_partner_id, self.business
        )
        preview = self._preview(self.reminder, self.business)
        self.assertIn("simple oubli", preview["text"])
        self.assertEqual(action.state, "to_approve")

    def test_default_debtor_is_of_the_profile(self):
        self._invoice(self.consumer, 100, "2026-05-01")
        self.assertFalse(self.second.with_user(self.manager).preview_partner_id)
        self._invoice(self.business, 100, "2026-05-01")
        self.second.invalidate_recordset()
        self.assertEqual(
            self.second.with_user(self.manager).preview_partner_id, self.business
        )

    def test_an_example_where_nobody_owes_anything(self):
        procedures = self.env["recouvrement.procedure"].search([])
        stages = procedures.with_context(active_test=False).stage_ids
        for stage in stages.filtered("letter_demand"):
            with self.subTest(f"{stage.procedure_id.name}, {stage.name}"):
                if stage.kind == "receipt":
                    continue
                preview = self._preview(stage)
                self.assertFalse(preview["error"])
                self.assertIn("an example", preview["notice"])
                self.assertIn("1 234,56 €", preview["text"])

    def test_in_another_language(self):
        self._invoice(self.business, 1234.56, "2026-05-01")
        preview = self._preview(self.second, self.business, texts=self.second.text_ids)
        self.assertIn("We ask you to pay us the total sum of €", preview["text"])
        self.assertIn("Dear Sir or Madam", preview["mail"]["body"])

    def test_unsaved_texts_of_another_language(self):
        self._invoice(self.business, 100, "2026-05-01")
        english = self.second.text_ids
        preview = self._preview(
            self.second,
            self.business,
            {
                "text_ids": [
                    Command.update(english.id, {"letter_subject": "Final call"})
                ]
            },
            texts=english,
        )
        self.assertIn("Final call", preview["text"])
        self.assertNotEqual(english.letter_subject, "Final call")

    def test_a_letter_holds_for_one_profile(self):
        """Invoices of another time, when the debtor was taken for a consumer."""
        other = self._invoice(self.business, 55.55, "2026-05-01")
        other.sudo().recouvrement_profile = "consumer"
        invoice = self._invoice(self.business, 100, "2026-05-01")
        preview = self._preview(self.second, self.business)
        self.assertIn(invoice.name, preview["text"])
        self.assertNotIn("55,55", preview["text"])

    def test_courtesy_is_about_what_falls_due(self):
        self._invoice(self.business, 100, fields.Date.today() + timedelta(days=5))
        late = self._create_debtor("Atelier Exemple", is_company=True)
        self._invoice(late, 100, "2026-05-01")
        courtesy = self.env.ref(f"{MODULE}.stage_business_courtesy")
        self.assertEqual(
            courtesy.with_user(self.manager).preview_partner_id, self.business
        )
        preview = self._preview(courtesy, self.business)
        self.assertFalse(preview["notice"])
        self.assertIn("25/05/2026", preview["text"])

    def test_receipt_of_a_settled_invoice(self):
        invoice = self._invoice(self.business, 100, "2026-05-01")
        self._pay(invoice, 100, "2026-05-10")
        receipt = self.env.ref(f"{MODULE}.stage_business_receipt")
        preview = self._preview(receipt, self.business)
        self.assertIn(invoice.name, preview["text"])
        self.assertIn("REÇU", preview["text"])

    def test_officers_look_and_change_nothing(self):
        self._invoice(self.business, 100, "2026-05-01")
        preview = self._preview(self.second, self.business, user=self.officer)
        self.assertIn("RELANCE", preview["text"])
        with self.assertRaises(AccessError):
            self._preview(
                self.second,
                self.business,
                {"letter_subject": "Autre"},
                user=self.officer,
            )

    def test_for_nobody_who_may_not_read_the_account(self):
        clerk = new_test_user(self.env, "vente", groups="base.group_user")
        with self.assertRaises(AccessError):
            self.second.with_user(clerk).get_preview({}, self.business.id)
