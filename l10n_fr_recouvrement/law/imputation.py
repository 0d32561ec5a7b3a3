"""Allocation of what a debtor paid to its debts, when nobody chose which it settles."""

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any, NamedTuple

from .money import ZERO, round_half_up


@dataclass(frozen=True)
class Debt:
    """An amount left to pay.

    ``key`` is the caller's own reference to it. What is ``disputed`` is paid after what
    is not. ``accessories`` are ``(day, amount)`` of the interest, indemnity and costs
    that were claimed of it, from that day on: they are paid after its principal, and
    before the next debt. ``discount`` is ``(last day, amount)`` that may be deducted by
    who pays the rest by that day. What is no payment does neither.
    """

    key: Any
    due: date
    amount: Decimal
    disputed: bool = False
    accessories: tuple = ()
    discount: tuple | None = None


class Part(NamedTuple):
    """What a debt took of a payment: ``rank`` is that of the payment among those given,
    ``part`` the same :class:`~.interest.Payment` for that amount."""

    rank: int
    key: Any
    part: Any


@dataclass
class Allocation:
    """Where payments went: ``principal`` and ``accessories`` are lists of
    :class:`Part`, in the order in which they were paid, ``discounts`` maps the debts
    whose discount was earned to it, ``unused`` what is left of each payment, by rank.
    """

    principal: list = field(default_factory=list)
    accessories: list = field(default_factory=list)
    discounts: dict = field(default_factory=dict)
    unused: list = field(default_factory=list)


def impute_oldest_first(payments, debts, digits=2):
    """Set undirected payments against debts, see :func:`allocate`.

    :return: ``{key: [Payment, …]}`` for the debts whose principal receives something
    :rtype: dict

    >>> from .interest import Payment
    >>> debts = [Debt("B", date(2026, 3, 31), Decimal("100.00")),
    ...          Debt("A", date(2026, 1, 31), Decimal("60.00"))]
    >>> imputed = impute_oldest_first(
    ...     [Payment(date(2026, 4, 10), Decimal("90.00"))], debts)
    >>> {key: [str(p.amount) for p in part] for key, part in sorted(imputed.items())}
    {'A': ['60.00'], 'B': ['30.00']}
    """
    imputed = {}
    for _rank, key, part in allocate(payments, debts, digits).principal:
        imputed.setdefault(key, []).append(part)
    return imputed


def allocate(payments, debts, digits=2):
    """Set undirected payments against debts, oldest payment first: what is due on its
    day before what is not, what is not disputed before what is, then the oldest due
    date, pro rata among debts of the same date (C. civ. 1342-10, al. 2).

    Debts of one debtor towards one creditor are taken as of equal interest to the
    debtor, which is the reading applied where none of them is secured. Within a debt
    the principal comes first, as a receipt that allocates to it accepts (C. civ.
    1343-1), then what was claimed besides.

    :param payments: iterable of :class:`~.interest.Payment`
    :param debts: iterable of :class:`Debt`
    :rtype: Allocation

    >>> from .interest import Payment
    >>> [(rank, key, str(part.amount)) for rank, key, part in allocate(
    ...     [Payment(date(2026, 4, 20), Decimal("30.00")),
    ...      Payment(date(2026, 4, 10), Decimal("80.00"))],
    ...     [Debt("A", date(2026, 1, 31), Decimal("60.00")),
    ...      Debt("B", date(2026, 3, 31), Decimal("100.00"))]).principal]
    [(1, 'A', '60.00'), (1, 'B', '20.00'), (0, 'B', '30.00')]

    What is not due waits, and a discount is earned by who pays in time:

    >>> found = allocate(
    ...     [Payment(date(2026, 9, 8), Decimal("980.00"))],
    ...     [Debt("bill", date(2026, 11, 30), Decimal("500.00")),
    ...      Debt("invoice", date(2026, 9, 30), Decimal("1000.00"),
    ...           discount=(date(2026, 9, 10), Decimal("20.00")))])
    >>> [(key, str(part.amount)) for _rank, key, part in found.principal]
    [('invoice', '980.00')]
    >>> {key: str(amount) for key, amount in found.discounts.items()}
    {'invoice': '20.00'}
    """
    payments, debts = list(payments), list(debts)
    account = _Account(debts, digits)
    account.found.unused = [payment.amount for payment in payments]
    for rank, payment in sorted(enumerate(payments), key=lambda item: item[1].date):
        account.receive(rank, payment)
    return account.found


class _Account:
    """What is left of debts while they are paid."""

    def __init__(self, debts, digits):
        self.digits = digits
        self.debts = sorted(debts, key=lambda debt: debt.due)
        self.left = {debt.key: debt.amount for debt in debts}
        self.accessories = {
            debt.key: sorted(debt.accessories) for debt in debts if debt.accessories
        }
        self.paid_accessories = {}
        self.found = Allocation()

    def receive(self, rank, payment):
        """Let the debts take what they do of a payment, one rank after the other."""

        def order(debt):
            return (debt.due > payment.date, debt.disputed, debt.due)

        available = payment.amount
        for _order, group in groupby(sorted(self.debts, key=order), key=order):
            if available <= 0:
                break
            available -= self._pay(rank, payment, available, list(group))
        self.found.unused[rank] = available

    def _pay(self, rank, payment, available, group):
        """Pay the debts of one rank, all of each or pro rata.

        :return: what they took
        """
        owed = {debt.key: self._get_owed(debt, payment) for debt in group}
        owed = {key: amount for key, amount in owed.items() if amount > 0}
        whole = sum(owed.values(), ZERO)
        if available < whole:
            self._earn_discounts(payment, group, owed, whole - available)
            whole = sum(owed.values(), ZERO)
        shares = owed if available >= whole else self._share(available, owed, whole)
        for key, amount in shares.items():
            self._take(rank, payment, key, amount)
        return sum(shares.values(), ZERO)

    def _get_owed(self, debt, payment):
        """What is left of a debt on the day of a payment, accessories included."""
        claimed = [
            amount
            for day, amount in self.accessories.get(debt.key, ())
            if day <= payment.date and payment.kind == "payment"
        ]
        paid = self.paid_accessories.get(debt.key, ZERO)
        return self.left[debt.key] + max(ZERO, sum(claimed, ZERO) - paid)

    def _earn_discounts(self, payment, group, owed, missing):
        """Deduct the discounts of a rank where the payment is short of no more than
        them, and came in time."""
        earned = {
            debt.key: min(debt.discount[1], self.left[debt.key])
            for debt in group
            if debt.key in owed
            and debt.discount
            and payment.kind == "payment"
            and payment.date <= debt.discount[0]
            and debt.key not in self.found.discounts
        }
        if sum(earned.values(), ZERO) < missing:
            return
        for key, amount in earned.items():
            self.found.discounts[key] = amount
            self.left[key] -= amount
            owed[key] -= amount

    def _share(self, available, owed, whole):
        """Split ``available`` pro rata."""
        shares = {}
        for key, amount in owed.items():
            # The running remainder makes the rounded shares add up to the payment.
            share = round_half_up(available * amount / whole, self.digits)
            shares[key] = share
            available -= share
            whole -= amount
        return {key: share for key, share in shares.items() if share}

    def _take(self, rank, payment, key, amount):
        """Pay one debt: its principal, then what was claimed besides."""
        principal = min(amount, self.left[key])
        if principal:
            self.left[key] -= principal
            part = replace(payment, amount=principal)
            self.found.principal.append(Part(rank, key, part))
        if amount > principal:
            rest = amount - principal
            self.paid_accessories[key] = self.paid_accessories.get(key, ZERO) + rest
            part = replace(payment, amount=rest)
            self.found.accessories.append(Part(rank, key, part))
