from freezegun import freeze_time

from ..common import RecouvrementCase


class TestFlow(RecouvrementCase):
    """The main job: an overdue invoice followed to its letters, dates frozen."""

    def test_business_story(self):
        """Reminder, second reminder with penalties, formal notice, payment."""
        invoice = self._invoice(self.business, 5400, "2026-05-31")
        self.assertEqual(invoice.recouvrement_profile, "business")
        self.assertEqual(str(invoice.recouvrement_next_date), "2026-06-03")
        self.assertFalse(self._run("2026-06-02"))

        reminder = self._run("2026-06-03")
        self.assertEqual(reminder.stage_id.kind, "reminder")
        self.assertEqual(reminder.state, "to_approve")
        self.assertEqual(reminder.amount_total, 5400)
        self.assertEqual(invoice.recouvrement_waiting_action_id, reminder)
        self.assertFalse(self._run("2026-06-04"), "nothing is prepared twice")
        self._approve_and_send(reminder, "2026-06-04")
        self.assertEqual(reminder.state, "sent")
        self.assertEqual(str(reminder.date_deadline), "2026-06-10")
        self.assertEqual(invoice.recouvrement_stage_id, reminder.stage_id)
        self.assertEqual(str(invoice.recouvrement_next_date), "2026-06-15")

        second = self._run("2026-06-15")
        self.assertEqual(second.stage_id.kind, "second_reminder")
        # 15 days at 12.15 %: 5400 x 0.1215 x 15 / 365
        self.assertEqual(second.amount_interest, 26.96)
        self.assertEqual(second.amount_indemnity, 40)
        self.assertEqual(second.amount_total, 5466.96)
        self._approve_and_send(second, "2026-06-15")

        self.assertFalse(self._run("2026-06-22"), "8 days after the second reminder")
        notice = self._run("2026-07-15")
        self.assertEqual(notice.stage_id.kind, "formal_notice")
        self.assertEqual(notice.amount_interest, 81.45)
        self._approve_and_send(notice, "2026-07-15")
        self.assertFalse(invoice.recouvrement_formal_notice_date)
        notice.date_presented = "2026-07-17"
        self.assertEqual(str(invoice.recouvrement_formal_notice_date), "2026-07-17")
        self.assertFalse(invoice.recouvrement_next_date, "the procedure ends here")

        self._pay(invoice, 5400, "2026-07-20")
        self.assertFalse(self._run("2026-09-01"))
        self.assertEqual(notice.amount_total, 5521.45, "what was sent is kept")

    def test_very_late_invoice_enters_at_the_stage_it_reached(self):
        self._invoice(self.business, 100, "2026-01-31")
        self.assertEqual(self._run("2026-09-01").stage_id.kind, "second_reminder")

    def test_one_action_per_debtor_at_the_most_advanced_stage(self):
        old = self._invoice(self.business, 100, "2026-05-01")
        young = self._invoice(self.business, 200, "2026-05-20")
        fresh = self._invoice(self.business, 300, "2026-05-31")
        action = self._run("2026-06-01")
        self.assertEqual(len(action), 1)
        self.assertEqual(action.stage_id.kind, "second_reminder")
        self.assertEqual(
            {line.move_id: line.own_stage_id.kind for line in action.line_ids},
            {old: "second_reminder", young: "reminder", fresh: False},
        )
        self._approve_and_send(action, "2026-06-01")
        # What a letter claims has been claimed by it: nothing softer follows.
        for invoice in (old, young, fresh):
            self.assertEqual(invoice.recouvrement_stage_id.kind, "second_reminder")
            self.assertEqual(invoice.recouvrement_deadline, action.date_deadline)

    def test_minimum_interval_between_contacts(self):
        self._invoice(self.business, 100, "2026-05-01")
        self._approve_and_send(self._run("2026-05-04"), "2026-05-04")
        self._invoice(self.business, 200, "2026-05-04")
        self.assertFalse(self._run("2026-05-07"))
        self.assertTrue(self._run("2026-05-11"))

    def test_claimed_is_owed(self):
        """Credit notes and unallocated payments are listed and deducted."""
        self._invoice(self.business, 1000, "2026-05-01")
        self._credit_note(self.business, 400, "2026-05-02")
        self._receive(self.business, 150, "2026-05-03")
        action = self._run("2026-05-04")
        self.assertEqual(action.amount_invoices, 1000)
        self.assertEqual(action.amount_credits, 550)
        self.assertEqual(action.amount_total, 450)
        self.assertEqual(
            sorted(action.line_ids.mapped("kind")),
            ["credit_note", "invoice", "payment"],
        )

    def test_interest_bears_on_what_the_credits_leave(self):
        """An unallocated payment stops interest from its day (C. civ. 1342-10)."""
        self._invoice(self.business, 10000, "2026-07-31")
        self._receive(self.business, 4000, "2026-08-10")
        action = self._run("2026-09-15")
        # 10 days on 10 000 and 36 on 6 000, at 12.40 %
        self.assertEqual(
            [
                (part["days"], part["base"], part["amount"])
                for part in action.line_ids[0].penalty_detail
            ],
            [(10, "10000.00", "33.97"), (36, "6000.00", "73.38")],
        )

    def test_debt_covered_by_credits_is_not_claimed(self):
        self._invoice(self.business, 1000, "2026-05-01")
        self._credit_note(self.business, 1000, "2026-05-02")
        self.assertFalse(self._run("2026-05-04"))

    def test_invoice_covered_by_credits_does_not_raise_the_stage(self):
        self._invoice(self.business, 100, "2026-01-31")
        young = self._invoice(self.business, 500, "2026-05-01")
        self._receive(self.business, 100, "2026-04-30")
        action = self._run("2026-05-04")
        self.assertEqual(action.stage_id.kind, "reminder")
        self.assertEqual(action.line_ids.filtered("stage_id").move_id, young)
        self.assertEqual(action.amount_total, 500)

    def test_left_out_of_follow_up(self):
        blocked = self._invoice(self.business, 100, "2026-05-01")
        blocked.action_toggle_block_payment()
        quiet = self._invoice(self.consumer, 100, "2026-05-01")
        quiet.no_followup = True
        self.assertFalse(blocked.recouvrement_next_date)
        self.assertFalse(quiet.recouvrement_next_date)
        self.assertFalse(self._run("2026-06-01"))
        other = self._invoice(self.business, 50, "2026-05-01")
        action = self._run("2026-06-01")
        self.assertEqual(action.line_ids.move_id, other)
        blocked.action_toggle_block_payment()
        self.assertTrue(blocked.recouvrement_next_date)

    def test_paid_between_preparation_and_sending(self):
        invoice = self._invoice(self.business, 100, "2026-05-01")
        action = self._run("2026-05-04")
        self._pay(invoice, 100, "2026-05-04")
        self._approve_and_send(action, "2026-05-05")
        self.assertEqual(action.state, "cancelled")
        self.assertFalse(invoice.recouvrement_stage_id)

    def test_partly_paid_between_preparation_and_sending(self):
        invoice = self._invoice(self.business, 100, "2026-05-01")
        action = self._run("2026-05-04")
        self._pay(invoice, 30, "2026-05-04")
        self._approve_and_send(action, "2026-05-05")
        self.assertEqual(action.state, "sent")
        self.assertEqual(action.amount_total, 70)

    def test_stage_falls_back_when_the_oldest_is_paid_before_sending(self):
        old = self._invoice(self.business, 100, "2026-05-01")
        self._invoice(self.business, 200, "2026-05-20")
        action = self._run("2026-06-01")
        self._pay(old, 100, "2026-06-01")
        self._approve_and_send(action, "2026-06-02")
        self.assertEqual(action.stage_id.kind, "reminder")
        self.assertEqual(action.channel, "email")
        self.assertEqual(action.amount_total, 200)

    def test_consumer_owes_nothing_more_before_formal_notice(self):
        invoice = self._invoice(self.consumer, 1850, "2026-03-31")
        self.assertEqual(invoice.recouvrement_profile, "consumer")
        second = self._run("2026-05-01")
        self.assertEqual(second.amount_total, 1850)
        self._approve_and_send(second, "2026-05-01")
        notice = self._run("2026-05-12")
        self.assertEqual(notice.amount_total, 1850)
        self._approve_and_send(notice, "2026-05-12")
        with freeze_time("2026-08-31"):
            invoice.action_recouvrement_refresh_penalties()
            self.assertPenalties(invoice, [])
            notice.date_presented = "2026-05-12"
            invoice.action_recouvrement_refresh_penalties()
        self.assertPenalties(
            invoice,
            [
                ("2026-05-13", "2026-06-30", 49, 2.62, 6.51),
                ("2026-07-01", "2026-08-31", 62, 2.75, 8.64),
            ],
        )
        self.assertEqual(invoice.recouvrement_penalty_total, 15.15)

    def test_public_body_rate_is_frozen(self):
        invoice = self._invoice(self.public_body, 24000, "2026-06-19")
        self.assertEqual(invoice.recouvrement_profile, "public")
        with freeze_time("2026-08-10"):
            invoice.action_recouvrement_refresh_penalties()
        self.assertPenalties(invoice, [("2026-06-20", "2026-08-10", 52, 10.15, 347.05)])
        self.assertEqual(invoice.recouvrement_penalty_total, 387.05)

    def test_instalments_start_afresh_once_what_was_due_is_paid(self):
        invoice = self._invoice_in_two(self.business, 1000, "2026-03-01", days=60)
        first = self._run("2026-03-20")
        self.assertEqual(first.amount_invoices, 500, "the second half is not due")
        self._approve_and_send(first, "2026-03-20")
        self.assertEqual(first.stage_id.kind, "second_reminder")
        self._pay(invoice, 500, "2026-03-25")
        self.assertEqual(str(invoice.recouvrement_next_date), "2026-05-04")
        again = self._run("2026-05-04")
        self.assertEqual(again.stage_id.kind, "reminder")

    def test_foreign_currency_has_a_letter_of_its_own(self):
        usd = self.env.ref("base.USD")
        usd.active = True
        self._invoice(self.business, 100, "2026-05-01")
        self._invoice(self.business, 300, "2026-05-01", currency_id=usd.id)
        actions = self._run("2026-05-04")
        self.assertEqual(
            {action.currency_id: action.amount_total for action in actions},
            {self.company.currency_id: 100, usd: 300},
        )

    def test_weekends_and_holidays_wait_for_the_next_working_day(self):
        """Due on Friday 1 May 2026, first reminder on Monday 4 May."""
        self._invoice(self.business, 100, "2026-04-28")
        self.assertFalse(self._run("2026-05-02"))
        self.assertTrue(self._run("2026-05-04"))

    def test_days_that_the_company_does_not_follow(self):
        self.company.recouvrement_start_date = "2026-04-01"
        self._invoice(self.business, 100, "2026-03-15")
        self.assertFalse(self._run("2026-05-04"))
        self._invoice(self.business, 50, "2026-04-15")
        self.assertEqual(self._run("2026-05-04").amount_invoices, 50)

    def test_announced_date_is_a_working_day(self):
        """Three days after Wednesday 18 November 2026 is a Saturday."""
        invoice = self._invoice(self.business, 100, "2026-11-18")
        self.assertEqual(str(invoice.recouvrement_next_date), "2026-11-23")

    def test_no_stage_before_the_deadline_that_was_granted(self):
        """What a letter promises is kept, whatever the delays of the procedure."""
        invoice = self._invoice(self.business, 100, "2026-05-01")
        self._approve_and_send(self._run("2026-05-13"), "2026-05-13")
        self.assertEqual(str(invoice.recouvrement_deadline), "2026-05-19")
        self.assertFalse(self._run("2026-05-19"))
        self.assertEqual(self._run("2026-05-20").stage_id.kind, "second_reminder")

    def test_instalment_due_after_the_notice_bears_no_interest(self):
        """A consumer owes it on what the formal notice claimed (C. civ. 1344-1)."""
        invoice = self._invoice_in_two(self.consumer, 1000, "2026-03-01", days=90)
        self._approve_and_send(self._run("2026-04-01"), "2026-04-01")
        notice = self._run("2026-05-12")
        self._approve_and_send(notice, "2026-05-12")
        with freeze_time("2026-06-30"):
            notice.date_presented = "2026-05-12"
            invoice.action_recouvrement_refresh_penalties()
        self.assertEqual(invoice.recouvrement_penalty_line_ids.mapped("base"), [500.0])

    def test_a_soft_letter_is_silent_on_what_was_claimed_firmly(self):
        old = self._invoice(self.business, 100, "2026-03-01")
        self._approve_and_send(self._run("2026-04-01"), "2026-04-01")
        self._approve_and_send(self._run("2026-04-15"), "2026-04-15")
        self.assertEqual(old.recouvrement_stage_id.kind, "formal_notice")
        young = self._invoice(self.business, 200, "2026-05-01")
        action = self._run("2026-05-05")
        self.assertEqual(action.stage_id.kind, "reminder")
        self.assertEqual(action.line_ids.move_id, young)
        self._approve_and_send(action, "2026-05-05")
        self.assertEqual(action.amount_total, 200)
