"""Whatever the books hold: nothing is lost, nothing counts twice."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.l10n_fr_recouvrement import law
from odoo.addons.l10n_fr_recouvrement.models.account.debtor_account import (
    DebtorAccount,
)

from ..common import RecouvrementCase

TODAY = date(2026, 10, 1)
CENT = Decimal("0.01")
days = st.integers(-60, 30).map(lambda days: TODAY + timedelta(days=days))
cents = st.integers(1, 400).map(lambda number: number * CENT)
holds = st.sampled_from([None, None, None, "dispute", "start", "entry", "insolvency"])


@st.composite
def rows(draw, kind):
    """Open items of one debtor, the columns that matter."""
    found = []
    for rank in range(draw(st.integers(0, 5))):
        held = draw(holds) if kind == "debt" else None
        prior = held == "insolvency" or (kind == "credit" and draw(st.booleans()))
        day = draw(days)
        discount = draw(cents) if draw(st.booleans()) else None
        amount = draw(cents)
        found.append(
            {
                "id": rank + (1000 if kind == "credit" else 0),
                "move_id": rank,
                "move_type": "entry"
                if kind == "credit" or held == "entry"
                else "out_invoice",
                "kind": kind,
                "held": held,
                "residual": float(amount),
                "date": day,
                "date_maturity": day,
                "origin_id": draw(st.sampled_from([None, 0, 3]))
                if kind == "credit"
                else None,
                "is_prior": prior,
                "payment_id": draw(st.sampled_from([None, None, 1])),
                "statement_line_id": draw(st.sampled_from([None, None, 1])),
                "discount_date": discount and day,
                "discount": discount and float(min(discount, amount)),
            }
        )
    return found


def pay_cent_by_cent(payments, debts):
    """What the law says, spelled out: each cent of each payment goes to the debt that
    comes first on its day."""
    left = {debt.key: debt.amount for debt in debts}
    paid = dict.fromkeys(left, Decimal(0))
    for payment in sorted(payments, key=lambda payment: payment.date):
        available = payment.amount
        while available > 0:
            owing = [debt for debt in debts if left[debt.key] > 0]
            if not owing:
                break
            first = min(
                owing,
                key=lambda debt: (
                    debt.due > payment.date,
                    debt.disputed,
                    debt.due,
                ),
            )
            left[first.key] -= CENT
            paid[first.key] += CENT
            available -= CENT
    return paid


@given(
    st.lists(st.builds(law.Payment, days, cents), max_size=4),
    st.lists(
        st.tuples(days, cents, st.booleans()),
        max_size=5,
        unique_by=lambda item: item[0],
    ),
)
@settings(max_examples=200, deadline=None)
def test_imputation_equals_one_cent_by_cent(payments, owed):
    debts = [
        law.Debt(key, due, amount, disputed)
        for key, (due, amount, disputed) in enumerate(owed)
    ]
    found = law.allocate(payments, debts)
    paid = dict.fromkeys(range(len(debts)), Decimal(0))
    for _rank, key, part in found.principal:
        paid[key] += part.amount
    assert paid == pay_cent_by_cent(payments, debts)
    assert sum(found.unused) == sum(
        (payment.amount for payment in payments), Decimal(0)
    ) - sum(paid.values())


@given(
    st.builds(law.Payment, days, cents),
    cents,
    cents,
    st.integers(-5, 5),
)
@settings(max_examples=200, deadline=None)
def test_a_discount_is_earned_whole_and_in_time(payment, amount, discount, late):
    discount = min(discount, amount)
    last = payment.date - timedelta(days=late)
    found = law.allocate(
        [payment],
        [law.Debt("invoice", TODAY, amount, discount=(last, discount))],
    )
    in_time = payment.date <= last
    short = amount - discount <= payment.amount < amount
    assert bool(found.discounts) == (in_time and short)
    paid = sum((part.amount for _rank, _key, part in found.principal), Decimal(0))
    assert paid + sum(found.discounts.values(), Decimal(0)) <= amount
    if found.discounts:
        assert paid + found.discounts["invoice"] == amount


class TestAccountProperties(RecouvrementCase):
    """The picture of an account, whatever it holds."""

    def _make_account(self, items):
        account = DebtorAccount(
            self.company, self.business, self.company.currency_id, TODAY
        )
        for row in sorted(items, key=lambda row: (row["date_maturity"], row["id"])):
            account.add(row)
        return account

    def test_claimed_held_not_due_and_told_make_the_balance(self):
        service = self.env["recouvrement.account"]

        @given(rows("debt"), rows("credit"), st.dictionaries(st.integers(0, 4), cents))
        @settings(max_examples=300, deadline=None)
        def check(debts, credits, penalties):
            account = self._make_account(debts + credits)
            claimed = {
                line_id: [(TODAY - timedelta(days=30), amount)]
                for line_id, amount in penalties.items()
            }
            service._impute(account, claimed)
            ledger = sum(
                (account.get_residual(row) for row in debts), Decimal(0)
            ) - sum((account.get_residual(row) for row in credits), Decimal(0))
            self.assertEqual(
                account.amount
                + account.amount_held
                + account.amount_not_due
                + account.amount_told,
                ledger,
            )
            for owed in account.owed.values():
                self.assertGreaterEqual(owed, 0, "no debt is paid twice")
            self._check_credits_are_set_once(account, credits)
            self._check_estates(account)

        check()

    def _check_credits_are_set_once(self, account, credits):
        used = {row["id"]: Decimal(0) for row in credits}
        for credit, _line_id, part in [*account.allocated, *account.collected]:
            used[credit["id"]] += part.amount
        for row in account.credits:
            self.assertEqual(
                used[row["id"]] + account.unused.get(row["id"], 0),
                account.get_residual(row),
            )
        for row in account.later:
            self.assertEqual(used[row["id"]], 0, "it is not there yet")

    def _check_estates(self, account):
        """C. com. L622-7: nothing is set off across the judgment, but a credit note
        corrects its own invoice, and what was paid back was paid back."""
        prior = {row["id"]: row["is_prior"] for row in account.items}
        moves = {row["id"]: row["move_id"] for row in account.items}
        repaid = {
            row["id"]
            for row in account.items
            if row["payment_id"] or row["statement_line_id"]
        }
        for credit, line_id, _part in account.allocated:
            if credit["origin_id"] != moves[line_id] and line_id not in repaid:
                self.assertEqual(credit["is_prior"], prior[line_id])
