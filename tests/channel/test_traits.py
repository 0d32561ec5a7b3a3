"""Traits of the channels, and who asks them."""

from freezegun import freeze_time
from lxml import etree

from odoo import models
from odoo.tools.safe_eval import safe_eval

from odoo.addons.l10n_fr_recouvrement.models.channel.recouvrement_channel import (
    RecouvrementChannel,
)

from ..common import RecouvrementCase

HUMAN = {"phone", "visit", "task"}
PAPER = {"letter", "registered", "snailmail"}
# Channels that have each trait, whatever order they come in.
EXPECTED = {
    "is_human": HUMAN,
    "is_spoken": {"phone", "visit"},
    "is_call": {"phone"},
    "is_contact": {"email", "sms", "phone", "visit", "lre"} | PAPER,
    "has_letter": {"email", "lre"} | PAPER,
    "is_paper": PAPER,
    "is_printed": {"letter", "registered"},
    "is_registered": {"registered", "lre"},
    "is_tracked": {"registered"},
    "is_electronic": {"email", "sms"},
    "has_carrier": {"snailmail", "lre"},
    "recovers": {"snailmail"},
    "needs_template": {"email"},
    "is_size_limited": {"email"},
    "is_automatic": {"email"},
    "needs_identity": {"email", "sms", "visit", "lre"} | PAPER,
    "counts_when_returned": {"sms", "lre"} | HUMAN | PAPER,
}


class TestTraits(RecouvrementCase):
    """What channels are is asked of them, in code, in searches and on screens."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.channels = cls.env["recouvrement.channel"]

    def test_each_channel_says_what_it_is(self):
        for trait, codes in EXPECTED.items():
            self.assertEqual(set(self.channels._get_codes(trait)), codes, trait)
            others = set(self.channels._get_all()) - codes
            self.assertEqual(set(self.channels._get_codes(trait, False)), others)

    def test_every_trait_is_expected_here(self):
        traits = {
            name.removeprefix("_")
            for name, value in vars(RecouvrementChannel).items()
            if isinstance(value, bool) and not hasattr(models.AbstractModel, name)
        }
        self.assertEqual(traits, EXPECTED.keys())
        fields = {
            name
            for name, field in self.env["recouvrement.channel.mixin"]._fields.items()
            if field.compute == "_compute_channel_traits"
        }
        self.assertLessEqual(fields, traits)

    def test_asking_costs_no_query(self):
        self.channels._get_codes("is_registered")
        with self.assertQueryCount(0):
            self.channels._get_codes("is_registered")

    def test_channel_of_an_addon_that_is_gone(self):
        """What it sent is still read; what waits for it does not leave."""
        self._invoice(self.business, 100, "2026-05-01")
        action = self._run("2026-05-05")
        self.env.cr.execute(
            "UPDATE recouvrement_action SET channel = 'pigeon' WHERE id = %s",
            [action.id],
        )
        action.invalidate_recordset(["channel"])
        self.assertFalse(action.is_registered or action.is_human or action.is_printed)
        self.assertEqual(action._channel_handler()._name, "recouvrement.channel")
        with freeze_time("2026-05-05"):
            action.action_approve_and_send()
        self.assertEqual(action.state, "failed")
        self.assertIn("not installed any more", action.failure_reason)

    def test_searches_and_stages_agree_with_the_channels(self):
        stages = self.env["recouvrement.stage"].with_context(active_test=False)
        every = stages.search([])
        for name in ("is_human", "has_letter", "is_paper", "is_registered"):
            codes = self.channels._get_codes(name)
            having = every.filtered(lambda stage, codes=codes: stage.channel in codes)
            self.assertEqual(stages.search([(name, "=", True)]), having, name)
            self.assertEqual(stages.search([(name, "=", False)]), every - having, name)
            self.assertEqual(stages.search([(name, "!=", True)]), every - having, name)
            self.assertEqual(every.filtered(name), having, name)

    def test_screen_follows_a_channel_before_it_is_saved(self):
        stage = self.env["recouvrement.stage"].new({"channel": "phone"})
        self.assertTrue(stage.is_human)
        stage.channel = "registered"
        self.assertTrue(stage.has_letter and stage.is_registered)
        self.assertFalse(stage.is_human)


class TestWords(RecouvrementCase):
    """What screens say of a channel, in its own words."""

    def _buttons(self, name, state, channel, is_human=False):
        """Buttons that the form shows for an action, and what they ask."""
        view = self.env["recouvrement.action"].get_view(view_type="form")
        values = {"state": state, "channel": channel, "is_human": is_human}
        return [
            (button.get("string"), button.get("confirm"))
            for button in etree.fromstring(view["arch"]).xpath(
                f"//header/button[@name='{name}']"
            )
            if not safe_eval(button.get("invisible"), values)
        ]

    def test_button_that_sends(self):
        expected = {
            "email": ("Approve and send the e-mail", "Send the e-mail"),
            "letter": ("Approve and print to post", "Print to post"),
            "registered": ("Approve and print to post", "Print to post"),
            "lre": ("Approve and send", "Send"),
            "snailmail": ("Approve and send", "Send"),
            "sms": ("Send the SMS", "Send the SMS"),
        }
        for channel, labels in expected.items():
            for state, label in zip(("to_approve", "ready"), labels, strict=True):
                [button] = self._buttons("action_approve_and_send", state, channel)
                self.assertEqual(button[0], label, channel)
                self.assertTrue(button[1].endswith("now?"))
            self.assertFalse(self._buttons("action_approve_and_send", "sent", channel))
        for channel in HUMAN:
            self.assertFalse(self._buttons("action_approve_and_send", "todo", channel))

    def test_buttons_of_outcomes(self):
        spoken = ["Promise", "Pays today", "Dispute"]
        expected = {
            "phone": [*spoken, "No answer", "Wrong number"],
            "visit": [*spoken, "Mark as done"],
            "task": ["Mark as done"],
            "letter": [],
        }
        for channel, labels in expected.items():
            shown = self._buttons("action_outcome", "todo", channel)
            self.assertEqual([label for label, _ask in shown], labels, channel)
            self.assertFalse(self._buttons("action_outcome", "done", channel))

    def test_message_counts_each_channel_in_its_words(self):
        debtors = [self._create_debtor(f"Société {n}", is_company=True) for n in "ABC"]
        for debtor in debtors:
            self._invoice(debtor, 100, "2026-05-01")
        actions = self._run("2026-05-05")
        for action, channel in zip(
            actions, ("registered", "letter", "email"), strict=True
        ):
            action.channel = channel
        with freeze_time("2026-05-05"):
            shown = actions.action_approve_and_send()
        self.assertEqual(
            shown["params"]["message"],
            "E-mails on their way: 1. Letters printed and marked as sent today: 2.",
        )
