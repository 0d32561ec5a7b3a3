"""What was approved is what leaves."""

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from ..hooks import Extending
from .common import ActionCase

DAY = "2026-05-05"


class TestApproval(Extending, ActionCase):
    """An approval holds for what was read: what changes it takes it away, with a
    trace."""

    def setUp(self):
        super().setUp()
        self.stage.needs_approval = True
        self.action = self._prepare("email")
        self.startPatcher(freeze_time(DAY))
        self.action.with_user(self.manager).action_approve()
        self.assertEqual(self.action.state, "ready")
        self.other = self._create_debtor(
            "Autre contact", parent_id=self.business.id, type="contact"
        )

    def assertWithdrawn(self, action=None):
        action = action or self.action
        self.assertEqual(action.state, "to_approve")
        self.assertFalse(action.approver_id)
        self.assertFalse(action.date_approved)
        self.assertIn(self.manager.name, action.message_ids[0].body)

    def test_note(self):
        self.action.with_user(self.officer).letter_note = "<p>Sous 48 h.</p>"
        self.assertWithdrawn()
        self.action.with_user(self.officer).action_send()
        self.assertEqual(self.action.state, "to_approve", "nothing left")
        self.action.with_user(self.officer).action_approve_and_send()
        self.assertEqual(self.action.state, "sent")
        self.assertEqual(self.action.approver_id, self.officer)

    def test_recipient(self):
        self.action.with_user(self.officer).contact_id = self.other
        self.assertWithdrawn()

    def test_channel(self):
        self.action.with_user(self.officer).channel = "letter"
        self.assertWithdrawn()

    def test_all_at_once_by_the_screen(self):
        self.action.with_user(self.officer).web_save(
            {"channel": "letter", "letter_note": "<p>Note</p>"}, {"state": {}}
        )
        self.assertWithdrawn()

    def test_address_of_the_recipient(self):
        for vals in (
            {"email": "ailleurs@example.com"},
            {"street": "9 rue Ailleurs"},
            {"name": "Quelqu’un d’autre"},
        ):
            self.action.with_user(self.manager).action_approve()
            self.business.with_user(self.officer).write(vals)
            self.assertWithdrawn()

    def test_what_says_nothing_else_keeps_it(self):
        self.action.with_user(self.officer).write(
            {"letter_note": self.action.letter_note, "user_id": self.colleague.id}
        )
        self.business.with_user(self.officer).write(
            {"email": self.business.email, "comment": "Interne"}
        )
        self.assertEqual(self.action.state, "ready")
        self.assertEqual(self.action.approver_id, self.manager)

    def test_debtor_does_not_take_it_away(self):
        """A customer who changes their own address on the portal does not keep the
        letter from leaving."""
        portal = self._create_user("portail", "base.group_portal")
        self.business.with_user(portal).sudo().street = "1 rue Neuve"
        self.assertEqual(self.action.state, "ready")

    def test_cost_that_nobody_read(self):
        self.stage.show_penalties = True
        self.action.sudo()._refresh()
        self.action.with_user(self.manager).action_approve()
        self.env["recouvrement.cost.wizard"].with_user(self.officer).create(
            {
                "move_id": self.invoice.id,
                "name": "Frais",
                "amount": 500,
                "attachment_ids": [
                    Command.create({"name": "facture.pdf", "raw": b"%PDF-1.4"})
                ],
            }
        ).action_add()
        self.action.with_user(self.officer).action_send()
        self.assertEqual(self.action.state, "to_approve")
        self.assertFalse(self.action.approver_id)

    def test_above_the_limit_it_is_a_managers_again(self):
        self.company.recouvrement_approval_limit = 10
        self.action.with_user(self.officer).letter_note = "<p>Sous 48 h.</p>"
        self.action.with_user(self.manager).action_approve()
        self.assertTrue(self.action.approved_above_limit)
        self.action.with_user(self.officer).letter_note = "<p>Sous 24 h.</p>"
        self.assertFalse(self.action.approved_above_limit)
        with self.assertRaises(UserError):
            self.action.with_user(self.officer).action_approve()

    def test_what_else_was_read(self):
        """``_get_approved_fields``: who answers is named on the letters of the
        house."""
        self._extend(
            "recouvrement.action",
            "_get_approved_fields",
            lambda actions, original: [*original(), "user_id"],
        )
        self.action.with_user(self.officer).user_id = self.colleague
        self.assertWithdrawn()

    def test_proof_names_who_approved_what_left(self):
        self.action.with_user(self.officer).letter_note = "<p>Sous 48 h.</p>"
        self.action.with_user(self.officer).action_approve_and_send()
        service = self.env["report.l10n_fr_recouvrement.report_proof"]
        sheet = str(service._in_french(self.action).approver_id.name)
        self.assertEqual(sheet, self.officer.name)

    def test_what_others_read_before_is_not_taken_by_readers(self):
        with self.assertRaises(AccessError):
            self.action.with_user(self.auditor).letter_note = "<p>x</p>"
        self.assertEqual(self.action.state, "ready")
