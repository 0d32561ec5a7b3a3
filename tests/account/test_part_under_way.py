"""Payments that are under way and that no entry tells: the part that they pay is not
claimed, the rest is."""

from decimal import Decimal

from freezegun import freeze_time

from odoo.fields import Date

from .test_account_cases import AccountCase


class TestPartUnderWay(AccountCase):
    """Odoo has the whole invoice in payment; in the books it is open."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._invoice(cls.debtor, 1000, "2026-08-31")
        # As where an addon has the bank confirm payments: none has an entry before.
        cls.classPatch(
            type(cls.env["account.move"]),
            "_get_invoice_in_payment_state",
            lambda self: "in_payment",
        )
        cls.inbound_payment_method_line.payment_account_id = False

    def _begin(self, amount, day, invoices=None, **vals):
        """Register a payment that has no entry, in a journal without an account for
        outstanding receipts."""
        invoices = invoices or self.invoice
        with freeze_time(day):
            payments = (
                self.env["account.payment.register"]
                .with_context(active_model="account.move", active_ids=invoices.ids)
                .create({"payment_date": day, "amount": amount, **vals})
                ._create_payments()
            )
        self.assertFalse(payments.move_id)
        self.assertEqual(set(payments.mapped("state")), {"in_process"})
        return payments

    def _preview(self, day):
        with freeze_time(day):
            wizard = self.env["recouvrement.run.wizard"].create({"date": day})
            return wizard.line_ids.filtered(lambda line: line.partner_id == self.debtor)

    def test_the_rest_is_claimed(self):
        self._begin(300, "2026-09-10")
        self.assertEqual(self.invoice.payment_state, "in_payment")
        self.assertTrue(self.invoice.recouvrement_next_date)
        [line] = self._preview("2026-09-16")
        self.assertEqual((line.amount, line.reason), (700, False))
        self.assertIn("under way", line.known)
        self.assertIn("300", line.known)
        action = self._run("2026-09-16")
        self.assertClaims(action, {self.invoice: 700})
        self.assertEqual(action.amount_invoices, 700)
        self._approve_and_send(action, "2026-09-16")
        self.assertEqual(self.invoice.recouvrement_stage_id, action.stage_id)

    def test_the_ledger_foots(self):
        self._begin(300, "2026-09-10")
        engine = self.env["recouvrement.engine"]
        [account] = engine._read_accounts(
            self.company, Date.to_date("2026-09-16"), self.debtor
        )
        engine._impute_all([account])
        self.assertEqual(account.amount, 700)
        self.assertEqual(
            account.amount
            + account.amount_held
            + account.amount_not_due
            + account.amount_told,
            Decimal(1000),
        )

    def test_what_waits_follows(self):
        action = self._run("2026-09-16")
        self.assertClaims(action, {self.invoice: 1000})
        with freeze_time("2026-09-16"):
            self._begin(300, "2026-09-16")
            self.env.flush_all()
            self.env.cr.precommit.run()
        self.assertClaims(action, {self.invoice: 700})
        with freeze_time("2026-09-16"):
            self._begin(700, "2026-09-16")
            self.env.flush_all()
            self.env.cr.precommit.run()
        self.assertEqual(action.state, "cancelled")

    def test_payments_that_cover_all(self):
        self._begin(300, "2026-09-10")
        self._begin(700, "2026-09-11")
        self.assertFalse(self.invoice.recouvrement_next_date)
        self.assertFalse(self._run("2026-09-16"))
        self.assertFalse(self._preview("2026-09-16"), "it is on its way")
        [line] = self._preview("2026-09-30")
        self.assertIn("under way for more than", line.reason)

    def test_payment_of_several_invoices(self):
        """Which of them it pays a part of is not certain."""
        other = self._invoice(self.debtor, 500, "2026-08-31")
        self._begin(1200, "2026-09-10", self.invoice + other, group_payment=True)
        self.assertFalse(self._run("2026-09-16"))

    def test_instalments_due_first_are_paid_first(self):
        twice = self._invoice_in_two(self.debtor, 600, "2026-08-31", 10)
        self._begin(400, "2026-09-10", twice)
        action = self._run("2026-09-16")
        self.assertClaims(action, {self.invoice: 1000, twice: 200})

    def test_seen_as_of_a_past_day(self):
        self._begin(300, "2026-09-10")
        with freeze_time("2026-09-20"):
            wizard = self.env["recouvrement.run.wizard"].create({"date": "2026-09-16"})
            [line] = wizard.due_line_ids.filtered(
                lambda line: line.partner_id == self.debtor
            )
        self.assertEqual(line.amount, 700)

    def test_money_that_came_is_deducted_once(self):
        payment = self._begin(300, "2026-09-10")
        self._pay(self.invoice, 300, "2026-09-12")
        self.assertEqual(payment.state, "paid")
        action = self._run("2026-09-16")
        self.assertClaims(action, {self.invoice: 700})

    def test_one_rule_in_two_forms(self):
        """Asked of one invoice, and found among many."""
        others = self.env["account.move"].union(
            *(self._invoice(self.debtor, 100 * rank, "2026-08-31") for rank in (1, 2))
        )
        self._begin(50, "2026-09-10", others[0])
        self._begin(200, "2026-09-10", others[1])
        moves = self.invoice + others
        found = moves.search(moves._recouvrement_partly_paid_domain())
        self.assertEqual(found, others[0])
        self.assertEqual(
            moves.filtered(lambda move: move._recouvrement_is_partly_paid()), found
        )

    def test_told_while_its_next_stage_is_not_due(self):
        self._begin(300, "2026-09-10")
        self._approve_and_send(self._run("2026-09-16"), "2026-09-16")
        [line] = self._preview("2026-09-25")
        self.assertIn("not due yet", line.reason)

    def test_followed_by_whoever_plans_anew(self):
        self._begin(300, "2026-09-10")
        procedure = self.invoice.recouvrement_procedure_id
        before = self.invoice.recouvrement_next_date
        procedure.stage_ids.filtered(
            lambda stage: stage.delay_from == "due_date"
        ).write({"delay": 40})
        self.assertNotEqual(self.invoice.recouvrement_next_date, before)
        procedure.stage_ids.write({"active": False})
        self.assertFalse(self.invoice.recouvrement_next_date)
