"""The SMS of the first reminder: neutral, to a mobile, by Odoo's own module."""

from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import UserError, ValidationError
from odoo.tools import mute_logger

from ..common import RecouvrementCase
from ..odoo_process import installed_database, shell

DAY = "2026-05-05"


class TestSms(RecouvrementCase):
    """A first reminder by SMS; Odoo's gateway answers from here."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stage = cls.env.ref("l10n_fr_recouvrement.stage_business_reminder")
        cls.stage.channel = "sms"
        cls.business.phone = "06 12 34 56 78"

    def _prepare(self, debtor=None):
        self._invoice(debtor or self.business, 100, "2026-05-01")
        return self._run(DAY)

    def _send(self):
        action = self._prepare()
        self._approve_and_send(action, DAY)
        return action

    def _work_queue(self, state):
        """Odoo's job hands the queue to the gateway, which answers ``state``."""
        asked = []

        def gateway(url, params, timeout):
            asked.extend(params["messages"])
            return [
                {"uuid": number["uuid"], "state": state, "credit": 1}
                for message in params["messages"]
                for number in message["numbers"]
            ]

        with (
            patch(
                "odoo.addons.sms.tools.sms_api.iap_tools.iap_jsonrpc",
                side_effect=gateway,
            ),
            self.enter_registry_test_mode(),
        ):
            self.env.ref("sms.ir_cron_sms_scheduler_action").method_direct_trigger()
        self.env.invalidate_all()
        return asked

    def test_the_text_is_shown_before_the_channel_is_saved(self):
        self.stage.channel = "letter"
        action = self._prepare()
        chosen = action.new({"channel": "sms"}, origin=action)
        self.assertIn(action.name, chosen.sms_text)

    def test_neutral_text_to_the_mobile(self):
        action = self._send()
        self.assertEqual((action.state, action.sms_state), ("sent", "queued"))
        [message] = self._work_queue("success")
        self.assertEqual(message["content"], action.sms_body)
        [number] = message["numbers"]
        self.assertEqual(number, {"number": "+33612345678", "uuid": action.sms_uuid})
        self.assertEqual(action.sms_number, "+33612345678")
        self.assertEqual(action.sms_state, "left")
        text = action.sms_body
        self.assertIn(self.company.name, text)
        self.assertIn("01 99 00 12 34", text)
        self.assertIn(action.name, text)
        self.assertLessEqual(len(text), 160)
        for word in ("100", "facture", "impay", "dette", "relance", "échéance", "dû"):
            self.assertNotIn(word, text)
        self.assertFalse(action.letter_attachment_id)
        self.assertEqual(action.line_ids.move_id.recouvrement_stage_id, self.stage)

    def test_nothing_is_printed(self):
        action = self._prepare()
        with freeze_time(DAY):
            told = action.action_approve_and_send()
        self.assertEqual(told["params"]["next"]["tag"], "soft_reload")
        self.assertEqual(action.action_print()["tag"], "display_notification")

    def test_delivered_or_not(self):
        action = self._send()
        self._work_queue("success")
        trackers = self.env["sms.tracker"].sudo()
        tracker = trackers.search([("sms_uuid", "=", action.sms_uuid)])
        tracker._action_update_from_sms_state("sent")
        self.assertEqual(action.sms_state, "delivered")

    @mute_logger("odoo.addons.sms.models.sms_sms")
    def test_refused_by_the_gateway(self):
        action = self._send()
        self._work_queue("insufficient_credit")
        self.assertEqual(action.sms_state, "failed")
        self.assertEqual(action.sms_failure, "Insufficient Credit")

    def test_message_is_proof(self):
        action = self._send()
        message = action.sms_message_id
        self.assertIn(message, action.message_ids)
        officer = self._create_user(
            "relance", "l10n_fr_recouvrement.group_recovery_officer"
        )
        with self.assertRaises(UserError):
            message.with_user(officer).write({"body": "Rien"})
        with self.assertRaises(UserError):
            message.with_user(officer).unlink()

    def test_the_mobile_of_the_recipient_comes_first(self):
        contact = self.env["res.partner"].create(
            {
                "name": "Comptabilité",
                "type": "invoice",
                "parent_id": self.business.id,
                "phone": "+33 7 00 00 00 01",
            }
        )
        action = self._prepare()
        self.assertEqual(action._get_sms_recipient(), (contact, "+33700000001"))
        contact.phone = "01 99 00 00 00"
        self.assertEqual(action._get_sms_recipient(), (self.business, "+33612345678"))

    def test_a_landline_would_read_it_aloud(self):
        self.business.phone = "01 99 00 12 34"
        action = self._prepare()
        self.assertEqual(action.state, "failed")
        self.assertIn("mobile", action.failure_reason)
        self.business.phone = "0612345678"
        with freeze_time(DAY):
            action.action_retry()
        self.assertEqual(action.state, "to_approve")

    def test_only_for_a_courtesy_or_a_first_reminder(self):
        second = self.env.ref("l10n_fr_recouvrement.stage_business_second")
        with self.assertRaises(ValidationError):
            second.channel = "sms"
        self._invoice(self.business, 100, "2026-04-01")
        action = self._run(DAY)
        self.assertEqual(action.stage_id, second)
        action.channel = "sms"
        self._approve_and_send(action, DAY)
        self.assertEqual(action.state, "failed")
        self.assertFalse(action.sms_body)

    def test_text_that_holds_no_sms(self):
        with self.assertRaises(ValidationError):
            self.stage.sms_text = False
        self.stage.sms_text = "Bonjour. " * 40
        action = self._prepare()
        self.assertEqual(action.state, "failed")
        self.assertIn("306", action.failure_reason)

    def test_text_of_the_day_on_screen_then_as_sent(self):
        action = self._prepare()
        self.assertIn(action.name, action.sms_text)
        self._approve_and_send(action, DAY)
        sent = action.sms_text
        self.stage.sms_text = "Autre chose"
        self.env.invalidate_all()
        self.assertEqual(action.sms_text, sent)


WITHOUT_SMS = """
env["ir.module.module"].search([("name", "=", "sms")]).button_immediate_uninstall()
"""
CHECK = """
stage = env.ref("l10n_fr_recouvrement.stage_business_reminder")
stage.channel = "sms"
action = env["recouvrement.action"].new({"stage_id": stage.id, "channel": "sms"})
print("REASON", list(action._channel_handler()._check_deliverable(action).values()))
"""


def test_without_the_module_of_odoo():
    """Real Odoo without `sms`: the channel says what is missing."""
    with installed_database("nosms") as name:
        shell(name, WITHOUT_SMS)
        out = shell(name, CHECK)
        [line] = [line for line in out.splitlines() if line.startswith("REASON")]
        assert "SMS gateway" in line, out[-3000:]
