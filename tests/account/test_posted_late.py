"""Invoices posted after they fell due: their debtor learns of them on that day."""

from freezegun import freeze_time

from .test_account_cases import AccountCase


class TestPostedLate(AccountCase):
    """Nobody gets a firm letter about an invoice that was entered the day before."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.recouvrement_started_on = "2026-01-01"

    def _post_late(self, day, amount=1000, due="2026-08-31", **vals):
        with freeze_time(day):
            return self._invoice(self.debtor, amount, due, **vals)

    def _get_kinds(self, day):
        return self._run(day).mapped("kind")

    def test_first_reminder_whatever_the_lateness(self):
        """Of a procedure where what is late enters at the stage it reaches."""
        invoice = self._post_late("2026-10-30")
        self.assertEqual(str(invoice.recouvrement_posted_date), "2026-10-30")
        self.assertEqual(str(invoice.recouvrement_next_date), "2026-11-02")
        self.assertEqual(invoice.recouvrement_next_stage_id.kind, "reminder")
        self.assertFalse(self._run("2026-10-30"))
        self.assertFalse(self._run("2026-11-01"))
        action = self._run("2026-11-02")
        self.assertEqual(action.kind, "reminder")
        self.assertClaims(action, {invoice: 1000})
        self._approve_and_send(action, "2026-11-02")
        self.assertEqual(self._get_kinds("2026-11-12"), [], "counted from its posting")
        self.assertEqual(self._get_kinds("2026-11-16"), ["second_reminder"])

    def test_posted_in_time(self):
        invoice = self._post_late("2026-08-31")
        self.assertFalse(invoice.recouvrement_posted_date)
        self.assertEqual(self._get_kinds("2026-10-30"), ["second_reminder"])

    def test_before_follow_up_was_started(self):
        self.company.recouvrement_started_on = False
        invoice = self._post_late("2026-10-30")
        self.assertFalse(invoice.recouvrement_posted_date)
        self.assertEqual(self._get_kinds("2026-10-30"), ["second_reminder"])

    def test_posted_again(self):
        """What was posted in time is no news because somebody corrects it."""
        invoice = self._post_late("2026-08-31")
        with freeze_time("2026-10-30"):
            invoice.button_draft()
            invoice.action_post()
        self.assertFalse(invoice.recouvrement_posted_date)

    def test_copy_is_another_invoice(self):
        self.assertFalse(self._post_late("2026-10-30").copy().recouvrement_posted_date)

    def test_firmer_letters_leave_it_alone(self):
        old = self._post_late("2026-08-01", 500)
        late = self._post_late("2026-10-30")
        action = self._run("2026-10-30")
        self.assertEqual(action.kind, "second_reminder")
        self.assertEqual(action.stage_id.takes_along, "all")
        self.assertClaims(action, {old: 500})
        with freeze_time("2026-10-30"):
            action.sudo()._refresh()
        self.assertClaims(action, {old: 500})
        self._approve_and_send(action, "2026-10-30")
        reminder = self._run("2026-11-05")
        self.assertEqual(reminder.kind, "reminder")
        self.assertClaims(reminder, {late: 1000})

    def test_first_reminder_of_others_takes_it_along(self):
        other = self._post_late("2026-10-01", 500, "2026-10-26")
        late = self._post_late("2026-10-29")
        action = self._run("2026-10-30")
        self.assertEqual(action.kind, "reminder")
        self.assertClaims(action, {other: 500, late: 1000})

    def test_instalment_that_falls_due_later(self):
        """Its own lateness starts on its own day."""
        with freeze_time("2026-09-10"):
            invoice = self._invoice_in_two(self.debtor, 600, "2026-08-31", 30)
        first, second = invoice.line_ids.filtered("date_maturity").sorted(
            "date_maturity"
        )
        self.assertEqual(str(invoice.recouvrement_next_date), "2026-09-14")
        with freeze_time("2026-09-11"):
            (self._receive(self.debtor, 300, "2026-09-11") + first).reconcile()
        self.assertEqual(str(second.date_maturity), "2026-09-30")
        self.assertEqual(str(invoice.recouvrement_next_date), "2026-10-05")

    def test_interest_runs_all_the_same(self):
        """When it is claimed is one thing, what it costs another: the law counts from
        the due date of the invoice."""
        invoice = self._post_late("2026-10-30")
        lines = self._penalties(invoice, "2026-11-02")
        self.assertEqual(
            str(lines.filtered(lambda line: line.kind == "interest")[:1].date_from),
            "2026-09-01",
        )
