"""Forgiving penalties: how much, why and by whom."""

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError

from .charging import TODAY, ChargingCase


class TestWaiver(ChargingCase):
    """Forgiving penalties: how much, why and by whom is kept."""

    def _waive(self, records, user=None, amounts=None, **vals):
        wizard = self._open(
            records.with_user(user) if user else records, "action_recouvrement_waive"
        )
        wizard = wizard.with_user(user) if user else wizard
        wizard.write({"reason": "Accord du 12 octobre", **vals})
        if amounts:
            for line in wizard.line_ids:
                line.write(amounts)
        wizard.action_waive()
        return records.recouvrement_waiver_ids

    def test_all_that_is_due(self):
        waiver = self._waive(self.invoice)
        self.assertEqual(waiver.amount_interest, 250.22)
        self.assertEqual(waiver.amount_indemnity, 40)
        self.assertEqual(waiver.user_id, self.env.user)
        self.assertEqual(
            self._states(self.invoice),
            {("interest", "waived"), ("indemnity", "waived")},
        )
        self.assertEqual(self.invoice.recouvrement_penalty_total, 0)
        self.assertIn("Accord du 12 octobre", self.invoice.message_ids[0].body)
        # what accrues later is due
        self._penalties(self.invoice, "2026-10-16")
        self.assertEqual(self.invoice.recouvrement_penalty_total, 1.84)

    def test_the_interest_of_a_public_body_cannot_be_waived(self):
        """CCP art. L2192-14, public order: neither in part, nor for the time to come;
        the indemnity, of which it does not speak, may be."""
        invoice = self._invoice(self.public_body, 5400, "2026-05-31")
        self._penalties(invoice, TODAY)
        due = invoice.recouvrement_penalty_total
        wizard = self._open(invoice, "action_recouvrement_waive")
        self.assertTrue(wizard.has_public)
        self.assertEqual(wizard.line_ids.amount_interest, 0)
        self.assertEqual(wizard.line_ids.amount_indemnity, 40)
        with self.assertRaisesRegex(UserError, "L2192-14"):
            self._waive(invoice, amounts={"amount_interest": 1})
        with self.assertRaisesRegex(UserError, "L2192-14"):
            self._waive(invoice, stops=True)
        self._waive(invoice)
        self.assertEqual(invoice.recouvrement_penalty_total, due - 40)

    def test_who_is_no_public_body_is_not_told_so(self):
        wizard = self._open(self.invoice, "action_recouvrement_waive")
        self.assertFalse(wizard.has_public)

    def test_a_program_does_not_waive_it_either(self):
        invoice = self._invoice(self.public_body, 5400, "2026-05-31")
        vals = {"date": TODAY, "user_id": self.env.uid, "reason": "Accord"}
        with self.assertRaisesRegex(UserError, "L2192-14"):
            self.env["recouvrement.waiver"]._grant(
                [{"move_id": invoice.id, "amount_interest": 1, **vals}]
            )

    def test_what_was_waived_of_it_is_owed_all_the_same(self):
        """A waiver from before the debtor was known to be a public body: its letters
        name none."""
        self._waive(self.invoice, stops=True)
        self.invoice.recouvrement_profile = "public"
        self._penalties(self.invoice, "2026-12-01")
        interest = self.invoice.recouvrement_penalty_line_ids.filtered(
            lambda line: line.kind == "interest"
        )
        self.assertEqual(max(interest.mapped("date_to")).isoformat(), "2026-12-01")
        self.assertFalse(any(interest.mapped("amount_waived")))

    def test_once_and_for_all(self):
        self._waive(self.invoice, stops=True)
        self._penalties(self.invoice, "2026-12-01")
        self.assertEqual(self.invoice.recouvrement_penalty_total, 0)
        self.assertEqual(str(self.invoice.recouvrement_penalty_end), TODAY)

    def test_a_part_of_it(self):
        self._waive(
            self.invoice, amounts={"amount_interest": 60, "amount_indemnity": 0}
        )
        self.assertEqual(
            [
                (line.amount, line.amount_waived, line.state)
                for line in self.invoice.recouvrement_penalty_line_ids
            ],
            [(53.93, 53.93, "waived"), (196.29, 6.07, "accrued"), (40, 0, "accrued")],
        )
        note = self._charge(self.invoice)
        self.assertEqual(note.amount_total, 230.22)
        # the part that was charged net of it does not count again
        self._penalties(self.invoice, "2026-10-25")
        with freeze_time("2026-10-25"):
            self.assertEqual(self._charge(self.invoice).amount_total, 18.35)

    def test_a_debtor_whole(self):
        other = self._invoice(self.business, 1000, "2026-07-31")
        self._penalties(other, TODAY)
        wizard = self._open(self.business, "action_recouvrement_waive")
        self.assertEqual(wizard.line_ids.move_id, self.invoice + other)

    def test_a_reason_is_needed_and_no_more_than_is_due(self):
        wizard = self._open(self.invoice, "action_recouvrement_waive")
        with self.assertRaisesRegex(UserError, "Say why"):
            wizard.action_waive()
        wizard.reason = "Erreur"
        wizard.line_ids.amount_interest = 300
        with self.assertRaisesRegex(UserError, "no more can be waived"):
            wizard.action_waive()

    def test_above_the_limit_a_manager(self):
        officer = self._create_user(
            "agent", "l10n_fr_recouvrement.group_recovery_officer"
        )
        with self.assertRaisesRegex(UserError, "ask a recovery manager|responsable"):
            self._waive(self.invoice, officer)
        self._waive(
            self.invoice,
            officer,
            amounts={"amount_interest": 100, "amount_indemnity": 0},
        )
        self.assertEqual(self.invoice.recouvrement_waiver_ids.user_id, officer)
        with self.assertRaises(UserError):
            self.invoice.recouvrement_waiver_ids.with_user(officer).action_revoke()

    def test_the_first_stop_holds_until_it_is_revoked(self):
        first = self._waive(self.invoice, stops=True)
        with freeze_time("2026-12-15"):
            self.env["recouvrement.waiver"]._grant(
                [
                    {
                        "move_id": self.invoice.id,
                        "date": "2026-12-15",
                        "user_id": self.env.uid,
                        "reason": "Encore",
                        "amount_interest": 0,
                        "amount_indemnity": 0,
                        "stops": True,
                    }
                ]
            )
            self.assertEqual(str(self.invoice.recouvrement_penalty_end), TODAY)
            first.action_revoke()
            self.assertEqual(str(self.invoice.recouvrement_penalty_end), "2026-12-15")

    def test_stopping_and_repeating_take_a_manager_too(self):
        officer = self._create_user(
            "agent", "l10n_fr_recouvrement.group_recovery_officer"
        )
        amounts = {"amount_interest": 120, "amount_indemnity": 0}
        self._waive(self.invoice, officer, amounts=amounts)
        with self.assertRaises(UserError):
            self._waive(self.invoice, officer, amounts=amounts)
        with self.assertRaises(UserError):
            self._waive(
                self.invoice,
                officer,
                amounts={"amount_interest": 0, "amount_indemnity": 0},
                stops=True,
            )

    def test_every_cent_waived_shows_as_waived(self):
        """Amounts that are not whole in binary are compared as what they are."""
        for principal in (173.64, 1940.11, 2167.66):
            invoice = self._invoice(self.business, principal, "2026-07-31")
            self._penalties(invoice, TODAY)
            self._waive(invoice)
            self.env.invalidate_all()
            self.assertEqual(
                set(invoice.recouvrement_penalty_line_ids.mapped("state")), {"waived"}
            )

    def test_a_waiver_forgives_nothing_of_what_runs_later(self):
        """Not even when a payment that was entered late made it forgive too much."""
        self._waive(self.invoice)
        self._pay(self.invoice, 5000, "2026-06-30")
        with freeze_time("2026-11-14"):
            self._penalties(self.invoice, "2026-11-14")
            # thirty days of 400 at 12.40 % since the waiver
            self.assertEqual(self.invoice.recouvrement_penalty_total, 4.08)

    def test_revoked_by_a_manager_never_deleted(self):
        waiver = self._waive(self.invoice, stops=True)
        with self.assertRaisesRegex(UserError, "revoke it instead"):
            waiver.sudo().unlink()
        waiver.action_revoke()
        self.assertEqual(waiver.state, "revoked")
        self.assertFalse(self.invoice.recouvrement_penalty_end)
        self.assertEqual(self.invoice.recouvrement_penalty_total, 290.22)

    def test_nobody_writes_one_by_hand(self):
        manager = self._create_user(
            "chef", "l10n_fr_recouvrement.group_recovery_manager"
        )
        waiver = self._waive(self.invoice)
        with self.assertRaises(AccessError):
            waiver.with_user(manager).amount_interest = 1
