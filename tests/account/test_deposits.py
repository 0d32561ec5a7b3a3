"""Deposits received on orders (4191) that nobody set off against an invoice."""

from freezegun import freeze_time

from odoo.fields import Command

from ..penalty.books import SettledCase


class TestDeposits(SettledCase):
    """Who paid a deposit is not written to before somebody sets it off."""

    def setUp(self):
        super().setUp()
        self.deposits = self._account("4191")

    def _deposit(self, amount, day, partner=None):
        """Dr the bank / Cr 4191."""
        bank = self.company_data["default_journal_bank"].default_account_id
        name = {"partner_id": (partner or self.business).id}
        return self._entry(day, (bank, amount, name), (self.deposits, -amount, name))

    def _preview(self, day):
        with freeze_time(day):
            wizard = self.env["recouvrement.run.wizard"].create({"date": day})
            return wizard.line_ids.filtered(
                lambda line: line.partner_id == self.business
            )

    def test_deposit_holds_the_debtor(self):
        self._invoice(self.business, 1000, "2026-09-01")
        deposit = self._deposit(500, "2026-09-10")
        self.assertFalse(self._run("2026-09-16"))
        [line] = self._preview("2026-09-16")
        self.assertEqual(line.reason, "A deposit waits to be set off.")
        self.assertIn("500", line.detail)
        opened = line.action_set_right()
        self.assertEqual(
            (opened["res_model"], opened["res_id"]), ("account.move", deposit.id)
        )

    def test_account_that_is_not_reconciled(self):
        self.deposits.reconcile = False
        self._invoice(self.business, 1000, "2026-09-01")
        self._deposit(500, "2026-09-10")
        self.assertFalse(self._run("2026-09-16"))
        self._entry("2026-09-15", (self.deposits, 500), (self._receivable(), -500))
        action = self._run("2026-09-16")
        self.assertEqual(action.amount_invoices - action.amount_credits, 500)

    def test_deposit_set_off(self):
        invoice = self._invoice(self.business, 1000, "2026-09-01")
        deposit = self._deposit(500, "2026-09-10")
        taken = self._entry(
            "2026-09-15", (self.deposits, 500), (self._receivable(), -500)
        )
        self._open_lines(deposit + taken, self.deposits).reconcile()
        self._settle(invoice, taken)
        self.assertEqual(self._run("2026-09-16").amount_invoices, 500)

    def test_part_of_it(self):
        self._invoice(self.business, 1000, "2026-09-01")
        deposit = self._deposit(500, "2026-09-10")
        taken = self._entry(
            "2026-09-15", (self.deposits, 200), (self._receivable(), -200)
        )
        self._open_lines(deposit + taken, self.deposits).reconcile()
        [line] = self._preview("2026-09-16")
        self.assertIn("300", line.detail)

    def test_invoice_of_a_deposit_is_no_money(self):
        """Dr 411 / Cr 4191: it is claimed, and the final invoice takes it back."""
        asked = self._invoice_deposit(300, "2026-09-01")
        self.assertEqual(asked.line_ids.account_id & self.deposits, self.deposits)
        action = self._run("2026-09-16")
        self.assertEqual(action._get_invoices(), asked)

    def test_final_invoice_takes_the_deposit_back(self):
        self._deposit(300, "2026-08-10")
        final = self._invoice_deposit(1000, "2026-09-01", taken=300)
        self.assertEqual(final.amount_total, 700)
        self.assertTrue(self._run("2026-09-16"))

    def _invoice_deposit(self, amount, due, taken=0):
        """Post an invoice whose deposit stands on 4191: asked, or taken back."""
        line = {"name": "Acompte", "tax_ids": [], "account_id": self.deposits.id}
        lines = [{**line, "price_unit": amount}]
        if taken:
            lines = [
                {"name": "Prestation", "tax_ids": [], "price_unit": amount},
                {**line, "price_unit": -taken},
            ]
        return self._invoice(
            self.business,
            amount,
            due,
            invoice_line_ids=[Command.create(vals) for vals in lines],
        )

    def test_nothing_of_others(self):
        self._invoice(self.business, 1000, "2026-09-01")
        self._deposit(500, "2026-09-10", partner=self.consumer)
        self._deposit(500, "2026-09-20")
        self.assertTrue(self._run("2026-09-16"), "of somebody else, or of later")

    def test_elsewhere_the_number_is_another_account(self):
        self.company.account_fiscal_country_id = self.env.ref("base.be")
        self._invoice(self.business, 1000, "2026-09-01")
        self._deposit(500, "2026-09-10")
        self.assertTrue(self._run("2026-09-16"))
