"""Conversion and rounding of amounts: Decimal in, Decimal out, half-up."""

from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache

ZERO = Decimal(0)
# Digits enough for any float: an absurd amount is no error of the computation.
_ANY_SIZE = Context(prec=400)


def to_decimal(value, digits=2):
    """Return ``value`` (Decimal, int, str, or a float read from the database) as an
    exact Decimal with ``digits`` decimals.

    A float is taken at its shortest decimal writing, which is what the numeric
    column holds, never at its binary value.

    >>> to_decimal(0.1 + 0.2)
    Decimal('0.30')
    >>> to_decimal("12.405", 3)
    Decimal('12.405')
    """
    exact = value if isinstance(value, Decimal) else Decimal(str(value))
    return round_half_up(exact, digits)


def round_half_up(amount, digits=2):
    """Round a Decimal half away from zero. No French text fixes the rounding of
    penalties; half-up on each printed segment is what lets a statement foot.

    >>> round_half_up(Decimal("27.5178")), round_half_up(Decimal("0.005"))
    (Decimal('27.52'), Decimal('0.01'))
    >>> round_half_up(Decimal("1e30")) == Decimal("1e30")
    True
    """
    return amount.quantize(_unit(digits), rounding=ROUND_HALF_UP, context=_ANY_SIZE)


@lru_cache(maxsize=16)
def _unit(digits):
    return Decimal(1).scaleb(-digits)
