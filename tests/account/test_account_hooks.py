"""The hooks of the account, each used as an addon of an integrator would use it."""

from datetime import date

from odoo.fields import Command

from odoo.addons.l10n_fr_recouvrement.models.account.recouvrement_known_money import (
    Money,
)

from ..hooks import Extending
from .test_account_cases import AccountCase


class TestKnownMoney(Extending, AccountCase):
    """What is known of money elsewhere is found by kinds, which others may narrow."""

    def test_bank_lines_of_a_journal_are_none_of_ours(self):
        self._invoice(self.debtor, 1000, "2026-09-01")
        journal = self.company_data["default_journal_bank"]
        self.env["account.bank.statement.line"].create(
            {
                "journal_id": journal.id,
                "date": "2026-09-03",
                "payment_ref": "Virement",
                "partner_id": self.debtor.id,
                "amount": 1000,
            }
        )
        self.assertFalse(self._run("2026-09-04"))
        self._extend(
            "recouvrement.known.money.bank_line",
            "_find",
            lambda kind, super_, *args: [
                money for money in super_(*args) if money.record.journal_id != journal
            ],
        )
        self.assertTrue(self._run("2026-09-04"))

    def test_more_is_found_where_there_is_nothing_of_ours(self):
        """Who finds more than a kind does is asked, whatever the kind has."""
        self._invoice(self.debtor, 1000, "2026-09-01")
        self._extend(
            "recouvrement.known.money.bank_line",
            "_find",
            lambda kind, super_, company, date, accounts: [
                *super_(company, date, accounts),
                *(
                    Money(kind, account.partner.id, account.currency, 10, date)
                    for account in accounts
                ),
            ],
        )
        self.assertFalse(self._run("2026-09-04"))

    def test_receipt_in_a_branch_opened_since(self):
        """Branches are kept, and known anew where one is opened or closed."""
        self._invoice(self.debtor, 1000, "2026-09-01")
        self.assertEqual(self._get_reasons("2026-09-04"), [])
        branch = self.env["res.company"].create(
            {"name": "Agence de Lyon", "parent_id": self.company.id}
        )
        self.env.user.company_ids |= branch
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "company_id": branch.id,
                "journal_id": self.misc.id,
                "date": "2026-09-02",
                "line_ids": [
                    Command.create(
                        {
                            "name": "Virement",
                            "account_id": account.id,
                            "partner_id": self.debtor.id,
                            "balance": balance,
                        }
                    )
                    for account, balance in (
                        (self._find_account("471"), 400),
                        (self.receivable, -400),
                    )
                ],
            }
        )
        entry.action_post()
        self.assertEqual(entry.company_id, branch)
        reason = "A receipt in another branch waits to be matched."
        self.assertEqual(self._get_reasons("2026-09-04"), [reason])
        branch.active = False
        self.assertEqual(self._get_reasons("2026-09-04"), [])
        self.assertTrue(self._run("2026-09-04"))

    def test_one_query_tells_that_there_is_nothing(self):
        """Most debtors have no money elsewhere: each kind is not to look for it."""
        self._invoice(self.debtor, 1000, "2026-09-01")
        day = date(2026, 9, 4)
        accounts = self.env["recouvrement.account"]._read_accounts(
            self.company, day, self.debtor
        )
        self.assertTrue(accounts)
        kinds = self.env["recouvrement.known.money"]
        # The branches of the company are read once and kept.
        kinds._find_all(self.company, day, accounts)
        with self.assertQueryCount(1):
            found = kinds._find_all(self.company, day, accounts)
        self.assertEqual(found, {})

    def test_kinds_are_asked_in_order(self):
        kinds = self.env["recouvrement.known.money"]._get_all()
        names = [kind._name.rpartition(".")[2] for kind in kinds]
        self.assertEqual(names[-2:], ["later", "payable"])
        for kind in kinds:
            if kind._name != "recouvrement.known.money.balance":
                self.assertTrue(kind._get_reason(), kind._name)
