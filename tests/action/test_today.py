from freezegun import freeze_time

from ..common import RecouvrementCase


class TestToday(RecouvrementCase):
    """What the list of the day and the preview show, and in which order."""

    def _groups(self):
        """Groups of the list of the day by state, as the browser reads them."""
        actions = self.env["recouvrement.action"].with_context(read_group_expand=True)
        groups = actions.web_read_group([], ["state"], ["amount_total:sum"])["groups"]
        return [(group["state"], group["__count"]) for group in groups]

    def test_groups_come_in_the_order_of_the_work(self):
        """What is to be mended, then approved, sent, called; no empty group."""
        debtors = [
            self._create_debtor(f"Société Exemple {index}", is_company=True)
            for index in range(4)
        ]
        for debtor in debtors:
            self._invoice(debtor, 100, "2026-05-01")
        actions = self._run("2026-05-18")
        states = ("todo", "to_approve", "failed", "ready")
        for action, state in zip(actions, states, strict=True):
            action.sudo().write({"state": state})
        self.assertEqual(
            self._groups(),
            [("failed", 1), ("to_approve", 1), ("ready", 1), ("todo", 1)],
        )
        actions.sudo().write({"state": "sent"})
        self.assertEqual(self._groups(), [("sent", 4)])

    def test_one_line_says_what_to_note(self):
        """What is to be mended, until it is."""
        self.business.email = False
        self._invoice(self.business, 100, "2026-05-01")
        action = self._run("2026-05-04")
        self.assertEqual(action.state, "failed")
        self.assertIn("no valid e-mail address", action.notice)
        self.business.email = "compta@example.com"
        with freeze_time("2026-05-04"):
            action.action_retry()
        self.assertEqual(action.state, "to_approve")
        self.assertFalse(action.notice)

    # ------------------------------------------------------------------
    # Preview
    # ------------------------------------------------------------------

    def _preview(self):
        return self.env["recouvrement.run.wizard"].create({})

    def test_what_is_left_out_is_counted_by_reason(self):
        """Actions that wait are one reason, and each debtor names its own."""
        for index in range(3):
            debtor = self._create_debtor(f"Société Exemple {index}", is_company=True)
            self._invoice(debtor, 100, "2026-05-01")
            self._invoice(debtor, 50, "2026-05-01")
        disputed = self._invoice(self.business, 70, "2026-05-01")
        disputed.action_toggle_block_payment()
        actions = self._run("2026-05-04")
        with freeze_time("2026-05-04"):
            wizard = self._preview()
            waiting, dispute = wizard.reason_ids
            self.assertEqual(
                (waiting.debtor_count, waiting.invoice_count, waiting.amount),
                (3, 6, 450),
            )
            self.assertEqual(
                (dispute.debtor_count, dispute.invoice_count, dispute.amount),
                (1, 1, 70),
            )
            lines = wizard.excluded_line_ids.filtered(
                lambda line: line.reason == waiting.reason
            )
            self.assertEqual(set(lines.mapped("detail")), set(actions.mapped("name")))

    def test_the_day_that_a_debtor_comes_back_is_its_detail(self):
        """Next steps of two days are one reason."""
        self._invoice(self.business, 100, "2026-05-01")
        self._invoice(self.consumer, 100, "2026-05-02")
        with freeze_time("2026-05-03"):
            wizard = self._preview()
            [reason] = wizard.reason_ids
            self.assertEqual(reason.debtor_count, 2)
            self.assertEqual(len(set(wizard.excluded_line_ids.mapped("detail"))), 2)

    def test_nothing_left_out_has_no_reason(self):
        self._invoice(self.business, 100, "2026-05-01")
        with freeze_time("2026-05-04"):
            wizard = self._preview()
            self.assertEqual(wizard.due_count, 1)
            self.assertFalse(wizard.reason_ids)
