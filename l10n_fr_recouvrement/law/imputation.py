"""Allocation of a payment to debts when nobody chose which it settles."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import groupby
from operator import attrgetter
from typing import Any

from .money import round_half_up


@dataclass(frozen=True)
class Debt:
    """An amount left to pay: ``key`` is the caller's own reference to it."""

    key: Any
    due: date
    amount: Decimal


def impute_oldest_first(payments, debts, digits=2):
    """Set undirected payments against debts, oldest due date first, pro rata among
    debts of the same date (C. civ. 1342-10, al. 2).

    Debts of one debtor towards one creditor are taken as of equal interest to the
    debtor, which is the reading applied where none of them is secured.

    :param payments: iterable of :class:`~.interest.Payment`
    :param debts: iterable of :class:`Debt`
    :return: ``{key: [Payment, …]}`` for the debts that receive something
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
    for _rank, key, part in allocate_oldest_first(payments, debts, digits):
        imputed.setdefault(key, []).append(part)
    return imputed


def allocate_oldest_first(payments, debts, digits=2):
    """The same as :func:`impute_oldest_first`, seen from the payments.

    :return: list of ``(rank, key, part)``, oldest payment first: the rank of a payment
        among those given, the debt that it went to, and the part that it took there
    :rtype: list

    >>> from .interest import Payment
    >>> [(rank, key, str(part.amount)) for rank, key, part in allocate_oldest_first(
    ...     [Payment(date(2026, 4, 20), Decimal("30.00")),
    ...      Payment(date(2026, 4, 10), Decimal("80.00"))],
    ...     [Debt("A", date(2026, 1, 31), Decimal("60.00")),
    ...      Debt("B", date(2026, 3, 31), Decimal("100.00"))])]
    [(1, 'A', '60.00'), (1, 'B', '20.00'), (0, 'B', '30.00')]
    """
    left = {debt.key: debt.amount for debt in debts}
    ranked = sorted(debts, key=attrgetter("due"))
    ranks = [list(group) for _due, group in groupby(ranked, key=attrgetter("due"))]
    allocated = []
    for number, payment in sorted(enumerate(payments), key=lambda item: item[1].date):
        available = payment.amount
        for rank in ranks:
            if available <= 0:
                break
            for key, part in _share(available, rank, left, digits).items():
                left[key] -= part
                available -= part
                allocated.append((number, key, replace(payment, amount=part)))
    return allocated


def _share(available, rank, left, digits):
    """Split ``available`` over the debts of one date: all of each, or pro rata."""
    owed = {debt.key: left[debt.key] for debt in rank if left[debt.key] > 0}
    whole = sum(owed.values(), Decimal(0))
    if available >= whole:
        return owed
    shares = {}
    remaining_part, remaining_whole = available, whole
    for key, amount in owed.items():
        # The running remainder makes the rounded shares add up to the payment.
        share = round_half_up(remaining_part * amount / remaining_whole, digits)
        shares[key] = share
        remaining_part -= share
        remaining_whole -= amount
    return {key: share for key, share in shares.items() if share}
