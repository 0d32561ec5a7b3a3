"""Settled is not paid: what credits are, and what follows for interest."""

from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import ValidationError
from odoo.fields import Command

from .books import SettledCase

DUE = "2026-08-31"
LATER = "2026-12-15"


class TestNatures(SettledCase):
    """What a credit is, by the counterparts of its entry."""

    def test_a_bank_line_is_money(self):
        invoice = self._invoice(self.business, 1000, DUE)
        self._pay(invoice, 400, "2026-09-10")
        self.assertEqual(self._parts(invoice), [("payment", "400.00", "2026-09-10")])

    def test_imported_books_have_no_payments(self):
        """Dr 512 / Cr 411, an entry like any other."""
        invoice = self._invoice(self.business, 1000, DUE)
        bank = self.company_data["default_journal_bank"].default_account_id
        entry = self._entry("2026-09-10", (bank, 1000), (self._receivable(), -1000))
        self._settle(invoice, entry)
        self.assertEqual(self._parts(invoice), [("payment", "1000.00", "2026-09-10")])

    def test_imported_cheques_wait_for_the_bank(self):
        """Dr 5112 / Cr 411."""
        invoice = self._invoice(self.business, 1000, DUE)
        entry = self._entry(
            "2026-09-10", (self._account("5112"), 1000), (self._receivable(), -1000)
        )
        self._settle(invoice, entry)
        self.assertEqual(self._parts(invoice), [("payment", "1000.00", "2026-09-10")])

    def test_a_loss(self):
        invoice = self._invoice(self.business, 1000, DUE)
        self._write_off(invoice, 1000, "2026-10-01")
        self.assertEqual(self._parts(invoice), [("loss", "1000.00", "2026-10-01")])
        self.assertEqual(
            self._segments(invoice, LATER), [("2026-09-01", "2026-10-01", 1000)]
        )
        self.assertTrue(invoice.recouvrement_penalty_settled)

    def test_a_loss_with_its_tax(self):
        """Dr 654 1 000, Dr 44571 200 / Cr 411 1 200: all of it is lost."""
        invoice = self._invoice(self.business, 1200, DUE)
        entry = self._entry(
            "2026-10-01",
            (self._account("6541"), 1000),
            (self._account("44571"), 200),
            (self._receivable(), -1200),
        )
        self._settle(invoice, entry)
        self.assertEqual(self._parts(invoice), [("loss", "1200.00", "2026-10-01")])

    def test_the_payment_window_writes_the_rest_off(self):
        """700 received, 300 to 654: one credit of 1 000 on 411."""
        invoice = self._invoice(self.business, 1000, DUE)
        payment = self._pay_in_window(
            invoice,
            700,
            "2026-09-10",
            payment_difference_handling="reconcile",
            writeoff_account_id=self._account("6541").id,
        )
        self.assertTrue(payment)
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(
            sorted(self._parts(invoice)),
            [("loss", "300.00", "2026-09-10"), ("payment", "700.00", "2026-09-10")],
        )

    def test_an_early_payment_discount(self):
        """2 % within ten days, taken in the payment window."""
        term = self.env["account.payment.term"].create(
            {
                "name": "2/10 net 30",
                "early_discount": True,
                "discount_percentage": 2,
                "discount_days": 10,
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": 100, "nb_days": 30}
                    )
                ],
            }
        )
        self.company.account_journal_early_pay_discount_loss_account_id = self._account(
            "665"
        )
        invoice = self._invoice(
            self.business,
            1000,
            "2026-08-31",
            invoice_date="2026-08-01",
            invoice_payment_term_id=term.id,
        )
        with freeze_time("2026-08-08"):
            self._pay_in_window(invoice, 980, "2026-08-08")
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(
            sorted(self._parts(invoice)),
            [("discount", "20.00", "2026-08-08"), ("payment", "980.00", "2026-08-08")],
        )
        self.assertFalse(self._segments(invoice, LATER))

    def test_a_set_off(self):
        """Dr 401 / Cr 411: it counts as a payment from its date."""
        invoice = self._invoice(self.business, 1000, DUE)
        entry = self._entry(
            "2026-09-20",
            (self.business.property_account_payable_id, 1000),
            (self._receivable(), -1000),
        )
        self._settle(invoice, entry)
        self.assertEqual(self._parts(invoice), [("set_off", "1000.00", "2026-09-20")])
        self.assertEqual(
            self._segments(invoice, LATER), [("2026-09-01", "2026-09-20", 1000)]
        )

    def test_a_deposit_was_money_before(self):
        invoice = self._invoice(self.business, 1000, DUE)
        entry = self._entry(
            "2026-09-20", (self._account("4191"), 300), (self._receivable(), -300)
        )
        self._settle(invoice, entry)
        self.assertEqual(self._parts(invoice), [("deposit", "300.00", "2026-09-20")])

    def test_charges_that_the_bank_kept(self):
        invoice = self._invoice(self.business, 1000, DUE)
        bank = self.company_data["default_journal_bank"].default_account_id
        entry = self._entry(
            "2026-09-10",
            (bank, 990),
            (self._account("6278"), 10),
            (self._receivable(), -1000),
        )
        self._settle(invoice, entry)
        self.assertEqual(
            [part[:2] for part in self._parts(invoice)],
            [("payment", "990.00"), ("bank_charges", "10.00")],
        )

    def test_an_opening_entry_is_an_adjustment(self):
        """It counts as a payment, and nobody knows that it was one."""
        invoice = self._invoice(self.business, 1000, DUE)
        equity = self.env["account.account"].search(
            [
                ("account_type", "=", "equity"),
                ("company_ids", "in", self.company.ids),
            ],
            limit=1,
        )
        bank = self.company_data["default_journal_bank"].default_account_id
        entry = self._entry(
            "2026-09-10",
            (bank, 5000),
            (self._account("413"), 700),
            (self._receivable(), -1000),
            (equity, -4700),
        )
        self._settle(invoice, entry)
        self.assertEqual(
            self._parts(invoice), [("adjustment", "1000.00", "2026-09-10")]
        )
        self.assertEqual(
            self._segments(invoice, LATER), [("2026-09-01", "2026-09-10", 1000)]
        )

    def test_an_exchange_difference_is_no_payment(self):
        """1 100 USD due, paid when the dollar is worth less."""
        usd = self.env.ref("base.USD")
        usd.active = True
        usd.rate_ids.unlink()
        for day, rate in (("2026-01-01", 1.10), ("2026-09-02", 1.20)):
            self.env["res.currency.rate"].create(
                {
                    "currency_id": usd.id,
                    "company_id": self.company.id,
                    "name": day,
                    "rate": rate,
                }
            )
        invoice = self._invoice(self.business, 1100, DUE, currency_id=usd.id)
        self._pay_in_window(invoice, 1100, "2026-09-02", currency_id=usd.id)
        self.assertTrue(invoice.line_ids.matched_credit_ids.exchange_move_id)
        self.assertEqual(self._parts(invoice), [("payment", "1100.00", "2026-09-02")])

    def test_an_exchange_difference_booked_by_hand(self):
        invoice = self._invoice(self.business, 1000, DUE)
        self._pay(invoice, 995, "2026-09-10")
        entry = self._entry(
            "2026-09-10",
            (self.company.expense_currency_exchange_account_id, 5),
            (self._receivable(), -5),
        )
        self._settle(invoice, entry)
        self.assertEqual(
            [part[:2] for part in self._parts(invoice)],
            [("payment", "995.00"), ("exchange", "5.00")],
        )

    def test_a_credit_note(self):
        invoice = self._invoice(self.business, 1000, DUE)
        refund = self._credit_note(self.business, 400, "2026-09-15")
        self._settle(invoice, refund)
        self.assertEqual(
            self._parts(invoice), [("credit_note", "400.00", "2026-09-15")]
        )

    def test_tax_on_receipts_confuses_nothing(self):
        """The entry of a payment that moves the tax to what is owed to the State."""
        invoice = self._invoice(self.business, 1200, DUE)
        bank = self.company_data["default_journal_bank"].default_account_id
        entry = self._entry(
            "2026-09-10",
            (bank, 1200),
            (self._account("44574"), 200),
            (self._account("44571"), -200),
            (self._receivable(), -1200),
        )
        self._settle(invoice, entry)
        self.assertEqual(self._parts(invoice), [("payment", "1200.00", "2026-09-10")])

    def test_cash_basis_taxes_confuse_nothing(self):
        tax = self.env["account.tax"].search(
            [
                ("company_id", "=", self.company.id),
                ("type_tax_use", "=", "sale"),
                ("amount", "=", 20),
            ],
            limit=1,
        )
        self.company.tax_exigibility = True
        tax.write(
            {
                "tax_exigibility": "on_payment",
                "cash_basis_transition_account_id": self._account("44574").id,
            }
        )
        invoice = self._invoice(self.business, 1000, DUE)
        invoice.button_draft()
        invoice.invoice_line_ids.tax_ids = tax
        invoice.action_post()
        total = invoice.amount_total
        self._pay(invoice, total, "2026-09-10")
        self.assertTrue(invoice.tax_cash_basis_created_move_ids)
        self.assertEqual(
            self._parts(invoice), [("payment", f"{total:.2f}", "2026-09-10")]
        )

    def test_one_credit_of_two_natures_pays_two_invoices(self):
        """Pro rata, the last one taking what rounding leaves."""
        first = self._invoice(self.business, 333.33, DUE)
        second = self._invoice(self.business, 666.67, DUE)
        bank = self.company_data["default_journal_bank"].default_account_id
        entry = self._entry(
            "2026-09-10",
            (bank, 700.01),
            (self._account("6541"), 299.99),
            (self._receivable(), -1000),
        )
        self._settle(first + second, entry)
        found = {
            move: dict(p[:2] for p in self._parts(move)) for move in first + second
        }
        self.assertEqual(found[first], {"payment": "233.33", "loss": "100.00"})
        self.assertEqual(found[second], {"payment": "466.68", "loss": "199.99"})

    def test_a_batch_entry_gives_each_debtor_its_own(self):
        """Each explains its own credit first; the bank line bears no name."""
        other = self._create_debtor("Autre Exemple", is_company=True)
        first = self._invoice(self.business, 1000, DUE)
        second = self._invoice(other, 49000, DUE)
        bank = self.company_data["default_journal_bank"].default_account_id
        entry = self._entry(
            "2026-09-10",
            (bank, 49700, {"partner_id": False}),
            (self._account("6541"), 300),
            (self._receivable(), -1000),
            (self._receivable(), -49000, {"partner_id": other.id}),
        )
        for invoice in (first, second):
            lines = self._open_lines(invoice + entry, self._receivable())
            lines.filtered(
                lambda line, partner=invoice.partner_id: line.partner_id == partner
            ).reconcile()
        self.assertEqual(
            [part[:2] for part in self._parts(first)],
            [("loss", "300.00"), ("payment", "700.00")],
        )
        self.assertEqual(
            [part[:2] for part in self._parts(second)], [("payment", "49000.00")]
        )

    def test_a_month_of_the_bank_in_one_entry(self):
        """Imported books: receipts, suppliers paid and charges, the bank lines without
        a name. What a customer paid is all money."""
        supplier = self._create_debtor("Fournisseur Exemple", is_company=True)
        other = self._create_debtor("Autre Exemple", is_company=True)
        invoice = self._invoice(self.business, 1000, DUE)
        bank = self.company_data["default_journal_bank"].default_account_id
        nobody = {"partner_id": False}
        entry = self._entry(
            "2026-09-30",
            (bank, 10000, nobody),
            (bank, -510, nobody),
            (self._account("6278"), 10, nobody),
            (
                supplier.property_account_payable_id,
                500,
                {"partner_id": supplier.id},
            ),
            (self._receivable(), -1000),
            (self._receivable(), -9000, {"partner_id": other.id}),
        )
        self._open_lines(invoice + entry, self._receivable()).filtered(
            lambda line: line.partner_id == self.business
        ).reconcile()
        self.assertEqual(self._parts(invoice), [("payment", "1000.00", "2026-09-30")])

    def test_depreciation_and_accounts_of_partners(self):
        for code, nature in (("491", "loss"), ("4551", "set_off")):
            with self.subTest(code):
                invoice = self._invoice(self.business, 1000, DUE)
                entry = self._entry(
                    "2026-09-30",
                    (self._account(code), 1000),
                    (self._receivable(), -1000),
                )
                self._settle(invoice, entry)
                self.assertEqual(self._parts(invoice)[0][:2], (nature, "1000.00"))

    def test_a_payment_that_is_reversed(self):
        invoice = self._invoice(self.business, 1000, DUE)
        payment = self._pay_in_window(invoice, 1000, "2026-09-10")
        self.assertEqual([p[0] for p in self._parts(invoice)], ["payment"])
        payment.action_draft()
        self.assertEqual(
            [p[0] for p in self._parts(invoice)],
            ["adjustment"],
            "a draft is in no books: nobody knows whether it is money",
        )
        payment.action_cancel()
        self.assertFalse(self._parts(invoice))
        self.assertEqual(
            self._segments(invoice, "2026-09-30"), [("2026-09-01", "2026-09-30", 1000)]
        )


class TestTransfers(SettledCase):
    """A debt that is transferred lives on in another account."""

    def test_an_accepted_bill_bears_interest_until_it_is_paid(self):
        invoice = self._invoice(self.business, 1000, DUE)
        bill = self._accept_bill(invoice, 1000, "2026-09-01", "2026-11-30")
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(self._parts(invoice), [("bill", "1000.00", "2026-09-01")])
        self.assertEqual(
            self._segments(invoice, "2026-10-15"), [("2026-09-01", "2026-10-15", 1000)]
        )
        self.assertFalse(invoice.recouvrement_penalty_settled)
        self._cash(bill, 1000, "2026-11-30", self._account("413"))
        self.assertEqual(self._parts(invoice), [("payment", "1000.00", "2026-11-30")])
        self.assertEqual(
            self._segments(invoice, LATER), [("2026-09-01", "2026-11-30", 1000)]
        )
        self.assertTrue(invoice.recouvrement_penalty_settled)

    def test_a_bill_paid_in_part(self):
        invoice = self._invoice(self.business, 1000, DUE)
        bill = self._accept_bill(invoice, 1000, "2026-09-01", "2026-11-30")
        self._cash(bill, 400, "2026-11-30", self._account("413"))
        self.assertEqual(
            self._segments(invoice, LATER),
            [("2026-09-01", "2026-11-30", 1000), ("2026-12-01", "2026-12-15", 600)],
        )

    def test_a_bill_that_the_bank_has_not_credited_yet(self):
        """411 → 413 → 5113 → bank: handed in is not paid."""
        collection = self._account("5113")
        collection.write({"account_type": "asset_current", "reconcile": True})
        invoice = self._invoice(self.business, 1000, DUE)
        bill = self._accept_bill(invoice, 1000, "2026-09-01", "2026-11-30")
        handed_in = self._entry(
            "2026-11-25", (collection, 1000), (self._account("413"), -1000)
        )
        self._settle(bill, handed_in, self._account("413"))
        self.assertEqual(
            self._segments(invoice, "2026-11-28"), [("2026-09-01", "2026-11-28", 1000)]
        )
        self._cash(handed_in, 1000, "2026-11-30", collection)
        self.assertEqual(self._parts(invoice), [("payment", "1000.00", "2026-11-30")])

    def test_a_bill_for_two_invoices(self):
        first = self._invoice(self.business, 600, DUE)
        second = self._invoice(self.business, 400, DUE)
        bill = self._accept_bill(first + second, 1000, "2026-09-01", "2026-11-30")
        self._cash(bill, 500, "2026-11-30", self._account("413"))
        self.assertEqual(
            [part[:2] for part in self._parts(first)],
            [("payment", "300.00"), ("bill", "300.00")],
        )
        self.assertEqual(
            [part[:2] for part in self._parts(second)],
            [("payment", "200.00"), ("bill", "200.00")],
        )

    def test_a_chain_to_doubtful_debts_and_the_bank(self):
        """411 → 413 → 416 → bank."""
        invoice = self._invoice(self.business, 1000, DUE)
        bill = self._accept_bill(invoice, 1000, "2026-09-01", "2026-10-31")
        doubtful = self._entry(
            "2026-11-05", (self._account("416"), 1000), (self._account("413"), -1000)
        )
        self._settle(bill, doubtful, self._account("413"))
        self.assertEqual(
            self._segments(invoice, "2026-11-20"), [("2026-09-01", "2026-11-20", 1000)]
        )
        self._cash(doubtful, 1000, "2026-12-01", self._account("416"))
        self.assertEqual(self._parts(invoice), [("payment", "1000.00", "2026-12-01")])
        self.assertEqual(
            self._segments(invoice, LATER), [("2026-09-01", "2026-12-01", 1000)]
        )

    def test_a_doubtful_debt_that_is_lost(self):
        """411 → 416 → 654."""
        invoice = self._invoice(self.business, 1000, DUE)
        doubtful = self._entry(
            "2026-10-01", (self._account("416"), 1000), (self._receivable(), -1000)
        )
        self._settle(invoice, doubtful)
        loss = self._entry(
            "2026-12-01", (self._account("6541"), 1000), (self._account("416"), -1000)
        )
        self._settle(doubtful, loss, self._account("416"))
        self.assertEqual(self._parts(invoice), [("loss", "1000.00", "2026-12-01")])
        self.assertEqual(
            self._segments(invoice, LATER), [("2026-09-01", "2026-12-01", 1000)]
        )

    def test_a_bill_that_comes_back_unpaid(self):
        """411 → 413 → 411: the debt is where it was, and bears interest."""
        invoice = self._invoice(self.business, 1000, DUE)
        bill = self._accept_bill(invoice, 1000, "2026-09-01", "2026-10-31")
        back = self._entry(
            "2026-11-05", (self._receivable(), 1000), (self._account("413"), -1000)
        )
        self._settle(bill, back, self._account("413"))
        self.assertEqual(
            self._segments(invoice, "2026-11-20"), [("2026-09-01", "2026-11-20", 1000)]
        )
        self._cash(back, 1000, "2026-12-01", self._receivable())
        self.assertEqual(
            self._segments(invoice, LATER), [("2026-09-01", "2026-12-01", 1000)]
        )

    def test_the_payment_of_a_bill_is_undone(self):
        """What had stopped bears interest again."""
        invoice = self._invoice(self.business, 1000, DUE)
        bill = self._accept_bill(invoice, 1000, "2026-09-01", "2026-11-30")
        line = self._cash(bill, 1000, "2026-11-30", self._account("413"))
        self._penalties(invoice, LATER)
        self.assertTrue(invoice.recouvrement_penalty_settled)
        with freeze_time(LATER):
            line.remove_move_reconcile()
            self.env.cr.precommit.run()
        self.assertFalse(invoice.recouvrement_penalty_settled)
        self.assertEqual(
            max(invoice.recouvrement_penalty_line_ids.mapped("date_to")).isoformat(),
            LATER,
        )

    def test_interest_follows_the_payment_of_a_bill_at_once(self):
        invoice = self._invoice(self.business, 1000, DUE)
        bill = self._accept_bill(invoice, 1000, "2026-09-01", "2026-10-31")
        self._penalties(invoice, "2026-10-15")
        with freeze_time(LATER):
            self._cash(bill, 1000, "2026-10-31", self._account("413"))
            self.env.cr.precommit.run()
        self.assertTrue(invoice.recouvrement_penalty_settled)
        self.assertEqual(
            max(invoice.recouvrement_penalty_line_ids.mapped("date_to")).isoformat(),
            "2026-10-31",
        )

    def test_another_debtor_takes_the_debt_over(self):
        other = self._create_debtor("Repreneur Exemple", is_company=True)
        invoice = self._invoice(self.business, 1000, DUE)
        entry = self._entry(
            "2026-09-10",
            (self._receivable(), 1000, {"partner_id": other.id}),
            (self._receivable(), -1000),
        )
        self._open_lines(invoice + entry, self._receivable()).filtered(
            lambda line: line.partner_id == self.business
        ).reconcile()
        self.assertEqual(self._parts(invoice), [("transfer", "1000.00", "2026-09-10")])
        self._cash(entry, 1000, "2026-10-10", self._receivable(), other)
        self.assertEqual(self._parts(invoice), [("payment", "1000.00", "2026-10-10")])

    def test_doubtful_debts_of_many_in_one_entry(self):
        """The entry of the year's end: each debtor has its own line of 416."""
        other = self._create_debtor("Autre Exemple", is_company=True)
        first = self._invoice(self.business, 1000, DUE)
        second = self._invoice(other, 300, DUE)
        doubtful = self._account("416")
        entry = self._entry(
            "2026-10-01",
            (doubtful, 1000),
            (doubtful, 300, {"partner_id": other.id}),
            (self._receivable(), -1000),
            (self._receivable(), -300, {"partner_id": other.id}),
        )
        for partner, invoice in ((self.business, first), (other, second)):
            self._open_lines(invoice + entry, self._receivable()).filtered(
                lambda line, partner=partner: line.partner_id == partner
            ).reconcile()
        line = self._receive(self.business, 1000, "2026-11-10")
        line.account_id = doubtful
        (line + entry.line_ids[0]).reconcile()
        self.assertEqual(self._parts(first), [("payment", "1000.00", "2026-11-10")])
        self.assertEqual(self._parts(second), [("doubtful", "300.00", "2026-10-01")])

    def test_a_circle_ends(self):
        """Two entries that settle each other, through two accounts."""
        invoice = self._invoice(self.business, 1000, DUE)
        bill = self._accept_bill(invoice, 400, "2026-09-01", "2026-10-31")
        back = self._entry(
            "2026-11-05", (self._receivable(), 400), (self._account("413"), -400)
        )
        self._settle(bill, back, self._account("413"))
        again = self._entry(
            "2026-11-06", (self._account("413"), 400), (self._receivable(), -400)
        )
        self._settle(back, again)
        round_again = self._entry(
            "2026-11-07", (self._receivable(), 400), (self._account("413"), -400)
        )
        self._settle(again, round_again, self._account("413"))
        self.assertEqual(
            [part[:2] for part in self._parts(invoice)], [("transfer", "400.00")]
        )


class TestChoice(SettledCase):
    """How a reconciliation counts is chosen, with its trace."""

    def _partial(self, invoice):
        return invoice.recouvrement_credit_ids

    def test_its_nature_is_shown(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        invoice = self._invoice(self.business, 1000, DUE)
        self._write_off(invoice, 300, "2026-10-01")
        bill = self._accept_bill(invoice, 700, "2026-10-02", "2026-10-31")
        loss, moved = self._partial(invoice)
        self.assertEqual(loss.recouvrement_nature, "Loss")
        self.assertEqual(moved.recouvrement_nature, "Accepted bill")
        self._cash(bill, 700, "2026-10-31", self._account("413"))
        moved.invalidate_recordset()
        self.assertEqual(moved.recouvrement_nature, "Accepted bill → Payment")
        self.assertEqual(
            loss.with_context(lang="fr_FR").recouvrement_nature, "Perte sur créance"
        )

    def test_a_loss_may_be_claimed_all_the_same(self):
        """To write off is to keep the books: the debt is not forgiven."""
        invoice = self._invoice(self.business, 1000, DUE)
        self._write_off(invoice, 1000, "2026-10-01")
        partial = self._partial(invoice)
        self.assertEqual(partial.recouvrement_effect, "nature")
        partial.recouvrement_effect = "goes_on"
        self.assertIn("counts as", invoice.message_ids[0].body)
        self.assertEqual(
            self._segments(invoice, LATER), [("2026-09-01", "2026-12-15", 1000)]
        )
        self.assertFalse(invoice.recouvrement_penalty_settled)

    def test_a_bill_may_be_taken_for_payment(self):
        invoice = self._invoice(self.business, 1000, DUE)
        bill = self._accept_bill(invoice, 1000, "2026-09-10", "2026-11-30")
        self._partial(invoice).recouvrement_effect = "payment"
        self._cash(bill, 1000, "2026-11-30", self._account("413"))
        self.assertEqual(
            self._segments(invoice, LATER), [("2026-09-01", "2026-09-10", 1000)]
        )

    def test_the_money_of_a_mixed_entry_counts_from_its_date(self):
        """The choice is about the rest of it."""
        invoice = self._invoice(self.business, 1000, DUE)
        self._pay_in_window(
            invoice,
            700,
            "2026-09-10",
            payment_difference_handling="reconcile",
            writeoff_account_id=self._account("6541").id,
        )
        self._partial(invoice).recouvrement_effect = "goes_on"
        self.assertEqual(
            self._segments(invoice, "2026-09-30"),
            [("2026-09-01", "2026-09-10", 1000), ("2026-09-11", "2026-09-30", 300)],
        )

    def test_money_is_no_gesture(self):
        invoice = self._invoice(self.business, 1000, DUE)
        bank = self.company_data["default_journal_bank"].default_account_id
        entry = self._entry("2026-09-10", (bank, 1000), (self._receivable(), -1000))
        self._settle(invoice, entry)
        for effect in ("gesture", "correction", "goes_on"):
            with self.assertRaisesRegex(ValidationError, "money received"):
                self._partial(invoice).recouvrement_effect = effect


class TestCounts(SettledCase):
    """How many queries natures cost."""

    def _count(self, function):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        function()
        return self.env.cr.sql_log_count - before

    def _read(self, invoices):
        dues = invoices.line_ids.filtered(
            lambda line: line.display_type == "payment_term"
        ).ids
        return self._count(lambda: self.env["recouvrement.settlement"]._read(dues))

    def _invoices(self, count, settle):
        invoices = self.env["account.move"]
        for _number in range(count):
            invoice = self._invoice(self.business, 1000, DUE)
            settle(invoice)
            invoices |= invoice
        return invoices

    def _lose_part(self, invoice):
        bank = self.company_data["default_journal_bank"].default_account_id
        entry = self._entry(
            "2026-09-10",
            (bank, 700),
            (self._account("6541"), 300),
            (self._receivable(), -1000),
        )
        self._settle(invoice, entry)

    def _go_far(self, invoice):
        """411 → 413 → 416 → bank."""
        bill = self._accept_bill(invoice, 1000, "2026-09-01", "2026-10-31")
        doubtful = self._entry(
            "2026-11-05", (self._account("416"), 1000), (self._account("413"), -1000)
        )
        self._settle(bill, doubtful, self._account("413"))
        self._cash(doubtful, 1000, "2026-12-01", self._account("416"))

    def test_reading_costs_the_same_for_one_and_for_many(self):
        """One for the reconciliations, one for their entries; one more for an entry of
        several natures, two for transfers, however far they go."""
        for settle, queries in (
            (lambda invoice: None, 1),
            (lambda invoice: self._pay(invoice, 1000, "2026-09-10"), 2),
            (self._lose_part, 3),
            (self._go_far, 4),
        ):
            with self.subTest(queries=queries):
                self.assertEqual(self._read(self._invoices(1, settle)), queries)
                self.assertEqual(self._read(self._invoices(8, settle)), queries)

    def test_paying_reads_no_nature(self):
        """They are read when somebody asks."""
        invoice = self._invoice(self.business, 1000, LATER)
        line = self._receive(self.business, 1000, "2026-09-10")
        dues = self._open_lines(invoice, self._receivable())
        with self._forbid_reading():
            (dues + line).reconcile()
            self.env.flush_all()
            self.env.cr.precommit.run()

    def _forbid_reading(self):
        service = type(self.env["recouvrement.settlement"])
        return patch.object(service, "_read_entries", side_effect=AssertionError)
