"""An amount set against several others, one after the other."""

from decimal import Decimal


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
