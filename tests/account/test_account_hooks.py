"""The hooks of the account, each used as an addon of an integrator would use it."""

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

    def test_kinds_are_asked_in_order(self):
        kinds = self.env["recouvrement.known.money"]._get_all()
        names = [kind._name.rpartition(".")[2] for kind in kinds]
        self.assertEqual(names[-2:], ["later", "payable"])
        for kind in kinds:
            if kind._name != "recouvrement.known.money.balance":
                self.assertTrue(kind._get_reason(), kind._name)
