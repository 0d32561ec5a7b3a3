"""Books at random, entered for real: nothing is lost, and who shows the account shows
the same."""

import random
from datetime import date, timedelta
from decimal import Decimal

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.fields import Command, Domain

from .test_account_cases import AccountCase

TODAY = date(2026, 10, 1)


class TestAccountBooks(AccountCase):
    """What happens to a debtor in a year, in whatever order."""

    def _draw_day(self, rng, first=-120, last=20):
        return TODAY + timedelta(days=rng.randint(first, last))

    def _happen(self, rng):
        """One thing that happens to the account."""
        amount = rng.choice([0.01, 33.33, 100, 250.5, 1000])
        due = self._draw_day(rng, -110, 40)
        name = rng.choice(
            [
                "invoice",
                "invoice",
                "instalments",
                "credit_note",
                "receive",
                "receive",
                "pay",
                "write_off",
                "opening",
                "returned",
                "block",
                "no_followup",
                "hold",
                "follow",
                *(["insolvency"] if rng.random() < 0.3 else []),
            ]
        )
        getattr(self, f"_happen_{name}")(rng, amount, due)

    def _happen_invoice(self, rng, amount, due):
        self.invoices |= self._invoice(self.debtor, amount, due)

    def _happen_instalments(self, rng, amount, due):
        self.invoices |= self._invoice_in_two(self.debtor, amount + 1, due, 30)

    def _happen_credit_note(self, rng, amount, due):
        self._credit_note(self.debtor, amount, self._draw_day(rng))

    def _happen_receive(self, rng, amount, due):
        self._receive(self.debtor, amount, self._draw_day(rng))

    def _happen_pay(self, rng, amount, due):
        if invoice := self._pick(rng):
            self._pay(invoice, amount, self._draw_day(rng))

    def _happen_write_off(self, rng, amount, due):
        if invoice := self._pick(rng):
            entry = self._enter(
                self._draw_day(rng, -60, 0),
                ("654", min(amount, invoice.amount_residual)),
                (self.receivable, -min(amount, invoice.amount_residual)),
            )
            self._settle(invoice, entry)

    def _happen_opening(self, rng, amount, due):
        self._enter(due, (self.receivable, amount, due), ("512", -amount))

    def _happen_returned(self, rng, amount, due):
        self._enter(due, (self.receivable, amount), ("512", -amount))

    def _happen_follow(self, rng, amount, due):
        lines = self.env["account.move.line"]
        found = lines.search(
            lines._recouvrement_entry_domain()
            & Domain("partner_id", "=", self.debtor.id)
        )
        if found:
            found.action_recouvrement_follow()

    def _happen_block(self, rng, amount, due):
        if invoice := self._pick(rng):
            invoice.action_toggle_block_payment()

    def _happen_no_followup(self, rng, amount, due):
        if invoice := self._pick(rng):
            invoice.no_followup = not invoice.no_followup

    def _happen_hold(self, rng, amount, due):
        if invoice := self._pick(rng):
            self.env["recouvrement.hold"].create(
                {
                    "partner_id": self.debtor.id,
                    "company_id": self.company.id,
                    "date_from": "2026-09-15",
                    "move_ids": [Command.set(invoice.ids)],
                    "amount": rng.choice([0, amount]),
                }
            )

    def _happen_insolvency(self, rng, amount, due):
        self.debtor.recouvrement_insolvency_date = self._draw_day(rng, -120, 0)

    def _pick(self, rng):
        open_ones = self.invoices.filtered(
            lambda move: move.payment_state in ("not_paid", "partial", "blocked")
        )
        return rng.choice(open_ones) if open_ones else None

    def _get_ledger(self):
        lines = self.env["account.move.line"]
        found = lines.search(
            lines._recouvrement_item_domain()
            & Domain("partner_id", "=", self.debtor.id)
        )
        return Decimal(str(round(sum(found.mapped("amount_residual")), 2)))

    def _check_balance(self, seed):
        """Claimed, held, not due and told make the balance of the ledger."""
        engine = self.env["recouvrement.engine"]
        accounts = engine._read_accounts(self.company, TODAY, self.debtor, lead=9999)
        engine._impute_all(accounts)
        total = sum(
            account.amount
            + account.amount_held
            + account.amount_not_due
            + account.amount_told
            for account in accounts
        )
        self.assertEqual(total, self._get_ledger(), seed)
        return accounts

    def _check_letters(self, seed):
        """What the letters of the day claim, and the preview of that day seen the next
        one."""
        action = self._run(TODAY.isoformat())
        claimed = sum(
            Decimal(str(line.amount_residual))
            * (1 if line.kind in ("invoice", "entry") else -1)
            for line in action.line_ids
        )
        principal = sum(action.mapped("amount_invoices")) - sum(
            action.mapped("amount_credits")
        )
        self.assertEqual(Decimal(str(round(principal, 2))), claimed, seed)
        with freeze_time(TODAY + timedelta(days=1)):
            wizard = self.env["recouvrement.run.wizard"].create({"date": TODAY})
        lines = wizard.due_line_ids.filtered(
            lambda line: line.partner_id == self.debtor
        )
        previewed = Decimal(str(round(sum(lines.mapped("amount")), 2)))
        self.assertEqual(previewed, claimed, seed)
        return bool(action)

    def _check_statements(self, seed):
        """A statement leaves of the principal of an invoice what its letter does."""
        engine = self.env["recouvrement.engine"]
        accounts = engine._read_accounts(self.company, TODAY, self.debtor)
        engine._impute_all(accounts)
        owed = {}
        for account in accounts:
            for row in [*account.debts, *account.held]:
                move = self.env["account.move"].browse(row["move_id"])
                owed[move] = owed.get(move, 0) + account.owed[row["id"]]
        statements = self.env["report.l10n_fr_recouvrement.report_statement"]
        late = [move for move in owed if move in self.invoices]
        for move in late:
            with freeze_time(TODAY):
                try:
                    [statement] = statements._get_statements(move, TODAY)
                except UserError:
                    # Paid in time: nothing was late.
                    self.assertEqual(owed[move], 0, (seed, move.name))
                    continue
            [part] = statement["parts"]
            left = sum(line.found.principal_left for line in part["lines"])
            self.assertEqual(left, owed[move], (seed, move.name))
        return len(late)

    def test_nothing_is_lost(self):
        letters = late = 0
        for seed in range(25):
            rng = random.Random(seed)
            with self.subTest(seed=seed), self.env.cr.savepoint() as savepoint:
                self.invoices = self.env["account.move"]
                with freeze_time(TODAY):
                    for _event in range(rng.randint(3, 9)):
                        self._happen(rng)
                    self.env.flush_all()
                    self._check_balance(seed)
                late += self._check_statements(seed)
                letters += self._check_letters(seed)
                savepoint.rollback()
                self.env.invalidate_all()
        self.assertGreater(letters, 5, "few books have anything to claim")
        self.assertGreater(late, 10)
