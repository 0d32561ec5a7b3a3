"""An amount shared among several others: one after the other, or pro rata."""

from decimal import Decimal

from .money import round_half_up


def share_in_order(amount, parts):
    """Set ``amount`` against ``parts`` in their order; what exceeds them all is lost.

    :return: list of what each part takes

    >>> share_in_order(Decimal("60.00"), [Decimal("53.93"), Decimal("196.29")])
    [Decimal('53.93'), Decimal('6.07')]
    """
    shares = []
    for part in parts:
        share = min(amount, part) if amount else Decimal(0)
        amount -= share
        shares.append(share)
    return shares


def share_pro_rata(amount, parts, digits=2):
    """Split ``amount`` over ``parts``, each in its proportion: the shares add up to it,
    the last part taking what rounding leaves. One that is no more than all the parts
    together takes no more than each of them.

    :param parts: amounts of one unit, which need not be that of ``amount``; none is
        negative
    :return: list of what each part takes

    >>> [str(share) for share in share_pro_rata(
    ...     Decimal("600.00"), [Decimal("700.00"), Decimal("300.00")])]
    ['420.00', '180.00']
    >>> [str(share) for share in share_pro_rata(Decimal("0.10"), [Decimal(1)] * 3)]
    ['0.03', '0.04', '0.03']
    """
    shares, whole = [], sum(parts, Decimal(0))
    for part in parts:
        # The running remainder makes the rounded shares add up.
        share = round_half_up(amount * part / whole, digits) if whole else Decimal(0)
        shares.append(share)
        amount, whole = amount - share, whole - part
    return shares
