"""What a debtor owes on other accounts than 411: bills, doubtful debts, holdbacks."""

from ast import literal_eval
from decimal import Decimal

from freezegun import freeze_time

from odoo.exceptions import ValidationError
from odoo.fields import Date, Domain

from ..hooks import Extending
from ..penalty.books import SettledCase


class DebtorAccountCase(SettledCase):
    """A debtor whose debts are moved from account to account."""

    def setUp(self):
        super().setUp()
        self.receivable = self._receivable()
        self.doubtful = self._account("416")
        self.bills = self._account("413")

    def _move_to(self, account, invoice, amount, day, due=False):
        """Dr the account / Cr 411, reconciled with the invoice."""
        entry = self._entry(
            day,
            (account, amount, {"date_maturity": due}),
            (self.receivable, -amount),
        )
        self._settle(invoice, entry)
        return entry

    def _follow(self, entry, account):
        lines = entry.line_ids.filtered(lambda line: line.account_id == account)
        lines.action_recouvrement_follow()

    def _read_account(self, day):
        """The account of the debtor on a day, credits set."""
        engine = self.env["recouvrement.engine"]
        [account] = engine._read_accounts(
            self.company, Date.to_date(day), self.business
        )
        engine._impute_all([account])
        return account

    def assertFoots(self, account, expected):
        """Claimed, held, not due and told make the ledger of the debtor's accounts."""
        self.assertEqual(
            account.amount
            + account.amount_held
            + account.amount_not_due
            + account.amount_told,
            Decimal(expected),
        )


class TestDebtorAccounts(DebtorAccountCase):
    """What is moved to 413 or 416 is owed as before."""

    def test_types_that_the_chart_gives(self):
        self.assertEqual(self.doubtful.account_type, "asset_current")
        for account in (self.doubtful, self.bills, self._account("4117")):
            self.assertTrue(account.recouvrement_is_debtors, account.code)
        for code in ("4188", "4191", "44587"):
            self.assertFalse(self._account(code).recouvrement_is_debtors, code)

    def test_doubtful_debt_is_owed_and_told(self):
        invoice = self._invoice(self.business, 1000, "2026-08-31")
        entry = self._move_to(
            self.doubtful, invoice, 1000, "2026-09-20", due="2026-08-31"
        )
        with freeze_time("2026-10-01"):
            self.assertEqual(self.business.recouvrement_overdue, 1000)
            self.assertTrue(self.business.recouvrement_is_debtor)
            self.assertEqual(self.business.recouvrement_unfollowed, 1000)
            found = self.env["res.partner"].search(
                [("recouvrement_is_debtor", "=", True)]
            )
            self.assertIn(self.business, found)
            wizard = self.env["recouvrement.run.wizard"].create({"date": "2026-10-01"})
            left_out = wizard.line_ids.filtered(
                lambda line: line.partner_id == self.business and line.reason
            )
            self.assertEqual(left_out.mapped("amount"), [1000])
            account = self._read_account("2026-10-01")
            self.assertEqual(account.amount_held, 1000)
            self.assertFoots(account, 1000)
            action = self.env["ir.actions.act_window"]._for_xml_id(
                "l10n_fr_recouvrement.recouvrement_other_debt_action"
            )
            listed = self.env["account.move.line"].search(
                literal_eval(action["domain"])
            )
        self.assertIn(self.doubtful, listed.account_id)
        self.assertEqual(listed.move_id, entry)

    def test_doubtful_debt_is_chased_once_followed(self):
        invoice = self._invoice(self.business, 1000, "2026-08-31")
        entry = self._move_to(
            self.doubtful, invoice, 1000, "2026-09-20", due="2026-08-31"
        )
        self.assertFalse(self._run("2026-10-01"))
        with freeze_time("2026-10-01"):
            self._follow(entry, self.doubtful)
        action = self._run("2026-10-01")
        self.assertEqual(action.partner_id, self.business)
        self.assertEqual(action.amount_invoices, 1000)
        with freeze_time("2026-10-01"):
            self._cash(entry, 1000, "2026-10-01", self.doubtful)
            self.env.flush_all()
            self.env.cr.precommit.run()
        self.assertEqual(action.state, "cancelled")

    def _claim_and_move(self, account, due=False):
        """An invoice that was reminded, and then moved."""
        invoice = self._invoice(self.business, 1000, "2026-08-31")
        self._approve_and_send(self._run("2026-09-07"), "2026-09-07")
        self.assertEqual(invoice.recouvrement_stage_id.kind, "reminder")
        entry = self._move_to(account, invoice, 1000, "2026-09-20", due=due)
        with freeze_time("2026-09-20"):
            self._follow(entry, account)
        followed = self.env["recouvrement.followed.entry"].search([])
        self.assertEqual(followed.name, invoice.name, "the debtor knows it by that")
        return invoice, followed

    def test_doubtful_debt_goes_on_where_it_stood(self):
        invoice, followed = self._claim_and_move(self.doubtful)
        self.assertEqual(followed.stage_id, invoice.recouvrement_stage_id)
        action = self._run("2026-10-05")
        self.assertEqual(action.kind, "second_reminder")
        self.assertEqual(action.line_ids.label, invoice.name)

    def test_bill_that_is_due_later_starts_afresh(self):
        _invoice, followed = self._claim_and_move(self.bills, "2026-11-30")
        self.assertFalse(followed.stage_id)
        self.assertFalse(self._run("2026-11-30"))
        self.assertEqual(self._run("2026-12-03").kind, "reminder")

    def test_moved_entry_of_several_invoices_is_an_entry(self):
        invoices = self.env["account.move"].union(
            *(self._invoice(self.business, 500, "2026-08-31") for _n in range(2))
        )
        entry = self._move_to(self.doubtful, invoices, 1000, "2026-09-20")
        with freeze_time("2026-09-20"):
            self._follow(entry, self.doubtful)
        followed = self.env["recouvrement.followed.entry"].search([])
        self.assertNotIn(followed.name, invoices.mapped("name"))

    def test_starting_assistant_counts_it(self):
        invoice = self._invoice(self.business, 1000, "2026-08-31")
        self._move_to(self.doubtful, invoice, 1000, "2026-09-20")
        with freeze_time("2026-10-01"):
            wizard = self.env["recouvrement.start.wizard"].create(
                {"entry": "first", "entries": True}
            )
            by_age = {line.age: line for line in wizard.line_ids}
            self.assertEqual(by_age["entries"].amount, 1000)
            wizard.action_start()
        followed = self.env["recouvrement.followed.entry"].search([])
        self.assertEqual(followed.line_id.account_id, self.doubtful)

    def test_unallocated_credit_of_416_is_deducted_at_once(self):
        """What waits is brought up to date when the account that moves is 416."""
        invoice = self._invoice(self.business, 1000, "2026-08-31")
        entry = self._move_to(
            self.doubtful, invoice, 1000, "2026-09-20", due="2026-08-31"
        )
        with freeze_time("2026-10-01"):
            self._follow(entry, self.doubtful)
        action = self._run("2026-10-01")
        with freeze_time("2026-10-01"):
            line = self._receive(self.business, 400, "2026-10-01")
            line.account_id = self.doubtful
            self.env.flush_all()
            self.env.cr.precommit.run()
            self.assertFoots(self._read_account("2026-10-02"), 600)
        self.assertEqual(action.amount_credits, 400)

    def test_bill_of_a_chart_that_makes_it_no_receivable(self):
        self.bills.account_type = "asset_current"
        invoice = self._invoice(self.business, 1000, "2026-08-31")
        self._accept_bill(invoice, 1000, "2026-09-01", "2026-11-30")
        with freeze_time("2026-10-01"):
            self.assertEqual(self.business.recouvrement_overdue, 0, "not due")
            account = self.env["recouvrement.engine"]._read_accounts(
                self.company, Date.to_date("2026-10-01"), self.business, lead=90
            )[0]
            self.assertEqual(account.amount_not_due, 1000)
            self.assertFoots(account, 1000)
        with freeze_time("2026-12-05"):
            self.business.invalidate_recordset()
            self.assertEqual(self.business.recouvrement_overdue, 1000)

    def test_interest_goes_on_through_416(self):
        invoice = self._invoice(self.business, 1000, "2026-08-31")
        entry = self._move_to(self.doubtful, invoice, 1000, "2026-09-20")
        self.assertEqual(
            self._segments(invoice, "2026-10-10"), [("2026-09-01", "2026-10-10", 1000)]
        )
        self._cash(entry, 1000, "2026-10-05", self.doubtful)
        self.assertEqual(
            self._segments(invoice, "2026-10-10"), [("2026-09-01", "2026-10-05", 1000)]
        )

    def test_holdback_is_owed_when_it_falls_due(self):
        entry = self._entry(
            "2026-06-01",
            (self._account("4117"), 500, {"date_maturity": "2027-06-01"}),
            (self.receivable, -500),
        )
        self._settle(self._invoice(self.business, 500, "2026-05-31"), entry)
        with freeze_time("2026-10-01"):
            self.assertEqual(self.business.recouvrement_overdue, 0)
        with freeze_time("2027-06-02"):
            self.business.invalidate_recordset()
            self.assertEqual(self.business.recouvrement_overdue, 500)

    def test_letter_of_account_lists_it(self):
        invoice = self._invoice(self.business, 1000, "2026-08-31")
        self._move_to(self.doubtful, invoice, 1000, "2026-09-20")
        with freeze_time("2026-10-01"):
            wizard = (
                self.env["recouvrement.letter.wizard"]
                .with_context(active_model="res.partner", active_ids=self.business.ids)
                .create({})
            )
            wizard.stage_id = wizard.stage_ids.filtered(
                lambda stage: stage.kind == "account_statement"
            )
            wizard.action_write()
        action = self.env["recouvrement.action"].search(
            [("partner_id", "=", self.business.id)], limit=1
        )
        self.assertEqual(action.line_ids.mapped("amount_residual"), [1000])

    def test_elsewhere_than_in_france(self):
        self.company.account_fiscal_country_id = self.env.ref("base.be")
        self.env.invalidate_all()
        self.assertFalse(self.doubtful.recouvrement_is_debtors)
        self.assertTrue(self.receivable.recouvrement_is_debtors)

    def test_other_accounts_are_not_followed(self):
        entry = self._entry(
            "2026-06-30", (self._account("4188"), 100), (self.receivable, -100)
        )
        line = entry.line_ids.filtered("debit")
        with self.assertRaises(ValidationError):
            self.env["recouvrement.followed.entry"].create([{"line_id": line.id}])


class TestDebtorAccountHook(Extending, DebtorAccountCase):
    """An integrator says which accounts are those of debtors."""

    def test_accrued_interest_is_owed_as_well(self):
        account = self._account("4188")
        self._entry(
            "2026-06-30",
            (account, 100, {"date_maturity": "2026-06-30"}),
            (self._account("44571"), -100),
        )
        with freeze_time("2026-10-01"):
            self.assertEqual(self.business.recouvrement_overdue, 0)
            self._extend(
                "account.account",
                "_recouvrement_debtor_domain",
                lambda accounts, super_, company: (
                    super_(company) | Domain("code", "=like", "4188%")
                ),
            )
            self.business.invalidate_recordset()
            self.assertEqual(self.business.recouvrement_overdue, 100)
            self.assertEqual(self._read_account("2026-10-01").amount_held, 100)
