import html

from freezegun import freeze_time

from odoo.tools import mute_logger

from ..common import RecouvrementCase


class TestChannels(RecouvrementCase):
    """How actions leave the house, and what keeps them in it."""

    def test_email_with_the_frozen_letter_attached(self):
        inbox = self._start_mail_server()
        self._invoice(self.business, 100, "2026-05-01")
        action = self._run("2026-05-05")
        self._approve_and_send(action, "2026-05-05")
        self.assertEqual(action.mail_state, "outgoing")
        self.assertFalse(inbox.messages, "it leaves after the action is recorded")
        action.mail_id.send()
        self.assertEqual(action.mail_state, "sent", action.mail_id.failure_reason)
        [(recipients, message)] = inbox.messages
        self.assertEqual(recipients, [self.business.email])
        self.assertIn(action.name, message["Subject"])
        self.assertEqual(message["Message-Id"].strip(), action.mail_message_id)
        [attachment] = message.iter_attachments()
        self.assertEqual(
            attachment.get_filename(), f"{action.name.replace('/', '-')}.pdf"
        )
        self.assertEqual(attachment.get_content(), action.letter_attachment_id.raw)
        body = html.unescape(message.get_body().get_content())
        self.assertIn("100,00\N{NO-BREAK SPACE}€", body)
        self.assertIn("11\N{NO-BREAK SPACE}mai\N{NO-BREAK SPACE}2026", body)
        self.assertNotIn("t-out", body)

    def test_goes_to_the_invoice_contact(self):
        contact = self.env["res.partner"].create(
            {
                "name": "Comptabilité",
                "type": "invoice",
                "parent_id": self.business.id,
                "email": "compta@menuiserie.example.com",
            }
        )
        self._invoice(self.business, 100, "2026-05-01")
        action = self._run("2026-05-05")
        self.assertEqual(action.contact_id, contact)
        self._approve_and_send(action, "2026-05-05")
        self.assertEqual(action.mail_id.recipient_ids, contact)

    def test_debtor_without_email_is_set_aside_in_words(self):
        self.business.email = False
        self._invoice(self.business, 100, "2026-05-01")
        self._invoice(self.consumer, 100, "2026-04-29")
        actions = self._run("2026-05-05")
        failed = actions.filtered(lambda action: action.partner_id == self.business)
        self.assertEqual(failed.state, "failed")
        self.assertIn("Menuiserie Exemple", failed.failure_reason)
        self.assertEqual((actions - failed).state, "to_approve")
        self.business.email = "nouveau@menuiserie.example.com"
        with freeze_time("2026-05-06"):
            failed.action_retry()
        self.assertEqual(failed.state, "to_approve")
        self.assertFalse(failed.failure_reason)

    def test_debtor_without_email_may_be_written_to(self):
        self.business.email = False
        self._invoice(self.business, 100, "2026-05-01")
        action = self._run("2026-05-05")
        action.channel = "letter"
        with freeze_time("2026-05-06"):
            action.action_retry()
            self.assertEqual(action.state, "to_approve")
            download = action.action_approve_and_send()
        self.assertEqual(action.state, "sent")
        self.assertEqual(download["params"]["next"]["type"], "ir.actions.report")

    def test_letter_without_address_is_set_aside_in_words(self):
        self.business.write({"street": False, "zip": False})
        self._invoice(self.business, 100, "2026-05-01")
        action = self._run("2026-05-20")
        self.assertEqual(action.channel, "registered")
        self.assertEqual(action.state, "failed")

    def test_missing_rate_is_set_aside_with_its_half_year(self):
        self._invoice(self.business, 100, "2026-12-15")
        self._invoice(self.consumer, 100, "2026-12-15")
        actions = self._run("2027-01-04")
        failed = actions.filtered(lambda action: action.partner_id == self.business)
        self.assertEqual(failed.state, "failed")
        self.assertIn("01/01/2027", failed.failure_reason)
        self.assertEqual((actions - failed).state, "to_approve")
        self.env["recouvrement.rate"].create(
            {
                "date_from": "2027-01-01",
                "ecb_refi": 2.65,
                "legal_individual": 6.9,
                "legal_other": 2.8,
            }
        )
        with freeze_time("2027-01-04"):
            failed.action_retry()
        self.assertEqual(failed.state, "to_approve")
        self.assertTrue(failed.amount_interest)

    def test_one_bad_debtor_does_not_stop_the_run(self):
        """A text that breaks for one debtor leaves the others their letters."""
        stage = self.env.ref("l10n_fr_recouvrement.stage_business_reminder")
        stage.letter_intro = '<p><t t-out="1 / (object.partner_id.color != 9)"/></p>'
        self._invoice(self.business, 100, "2026-05-01")
        other = self._create_debtor("Boulangerie Exemple", is_company=True, color=9)
        self._invoice(other, 100, "2026-05-01")
        actions = self._run("2026-05-05")
        with mute_logger("odoo.addons.mail.models.mail_render_mixin"):
            self._approve_and_send(actions, "2026-05-05")
        states = {action.partner_id: action.state for action in actions}
        self.assertEqual(states, {self.business: "sent", other: "failed"})
        self.assertTrue(actions.filtered("failure_reason").partner_id, other)

    def test_one_bad_letter_does_not_stop_the_others(self):
        """What breaks between preparation and sending is set aside with its reason."""
        other = self._create_debtor("Boulangerie Exemple", is_company=True)
        self._invoice(self.business, 100, "2026-05-01")
        self._invoice(other, 100, "2026-05-01")
        actions = self._run("2026-05-05")
        stage = self.env.ref("l10n_fr_recouvrement.stage_business_reminder")
        stage.letter_intro = '<p><t t-out="1 / (object.partner_id.color != 9)"/></p>'
        other.color = 9
        with mute_logger("odoo.addons.mail.models.mail_render_mixin"):
            self._approve_and_send(actions, "2026-05-05")
        failed = actions.filtered(lambda action: action.partner_id == other)
        self.assertEqual(failed.state, "failed")
        self.assertTrue(failed.failure_reason)
        self.assertEqual((actions - failed).state, "sent")

    def test_daily_job_works_for_companies_that_started_it(self):
        self.env.ref(
            "l10n_fr_recouvrement.stage_business_reminder"
        ).needs_approval = False
        self._invoice(self.business, 100, "2026-05-01")
        self._invoice(self.consumer, 100, "2026-04-29")
        cron = self.env.ref("l10n_fr_recouvrement.cron_run")
        actions = self.env["recouvrement.action"]
        domain = [("partner_id", "in", (self.business + self.consumer).ids)]
        with freeze_time("2026-05-05"), self.enter_registry_test_mode():
            cron.method_direct_trigger()
            self.assertFalse(actions.search(domain), "nothing starts by itself")
            self.company.recouvrement_auto = True
            cron.method_direct_trigger()
            cron.method_direct_trigger()
        found = actions.search(domain)
        self.assertEqual(
            {action.partner_id: action.state for action in found},
            {self.business: "sent", self.consumer: "to_approve"},
        )
        self.assertTrue(found.run_id.automatic)

    def test_nightly_penalties_settle_at_the_payment(self):
        invoice = self._invoice(self.business, 10000, "2026-07-31")
        cron = self.env.ref("l10n_fr_recouvrement.cron_penalties")
        with freeze_time("2026-09-20"), self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.assertEqual(str(invoice.recouvrement_penalty_date), "2026-09-20")
        self._pay(invoice, 10000, "2026-09-15")
        with freeze_time("2026-09-22"), self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.assertPenalties(invoice, [("2026-08-01", "2026-09-15", 46, 12.4, 156.27)])
        self.assertEqual(invoice.recouvrement_penalty_total, 196.27)
        self.assertTrue(invoice.recouvrement_penalty_settled)
