"""Late-payment interest as segments that a reader can recompute by hand."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from .calendar import half_year_start, next_half_year_start
from .money import round_half_up

ONE_DAY = timedelta(days=1)
DIVISORS = ("365", "actual")


@dataclass(frozen=True)
class Payment:
    """What reduces the principal: ``amount`` credited on ``date``."""

    date: date
    amount: Decimal


@dataclass(frozen=True)
class Segment:
    """A stretch of days with one base and one rate.

    ``date_from`` and ``date_to`` are both included. ``rate`` is what the ``index`` of
    the half-year from ``index_date`` and the margin add up to. ``amount`` is the
    rounded figure that is printed and summed, ``exact`` the same before rounding.
    """

    date_from: date
    date_to: date
    days: int
    base: Decimal
    rate: Decimal
    index: str
    index_date: date
    margin: Decimal
    divisor: int
    exact: Decimal
    amount: Decimal


def late_segments(
    principal, due, at, rule, table, payments=(), divisor="365", digits=2
):
    """Cut the delay on one due amount into segments.

    Interest runs from the day after ``due`` (C. com. L441-10, II: "le jour suivant la
    date de règlement") to ``at``, the day of payment, both included; a payment lowers
    the base from the day after it was credited (CJEU C-306/06). The base includes VAT
    (CJEU C-585/20) and never the 40 EUR. Payments are set against principal only.

    :param principal: amount due, VAT included
    :param due: last day on which payment was in time (for a consumer: the day from
        which the formal notice bears interest, excluded, C. civ. 1344-1)
    :param at: last day counted
    :param rule: :class:`~.rates.RateRule`; a frozen rule is not cut at half-years
    :param table: :class:`~.rates.RateTable`
    :param payments: iterable of :class:`Payment`, in any order; those made in time
        lower the base from the start
    :param divisor: ``"365"`` or ``"actual"`` (days of the civil year)
    :param digits: decimals of the currency
    :return: list of :class:`Segment`, in order of time
    :raise UnknownHalfYearError: when a day to be counted has no known rate

    Two half-years, each day at its own rate:

    >>> from .rates import HalfYear, RateRule, RateTable
    >>> table = RateTable([
    ...     HalfYear(date(2026, month, 1), Decimal(ecb), Decimal(own), Decimal(other))
    ...     for month, ecb, own, other in (
    ...         (1, "2.15", "6.67", "2.62"), (7, "2.40", "6.84", "2.75"))
    ... ])
    >>> business = RateRule("ecb_refi", Decimal(10))
    >>> [(s.days, str(s.rate), str(s.amount)) for s in late_segments(
    ...     Decimal("5400.00"), date(2026, 5, 31), date(2026, 7, 15), business, table)]
    [(30, '12.15', '53.93'), (15, '12.40', '27.52')]

    A part paid on the way:

    >>> [(s.days, str(s.base), str(s.amount)) for s in late_segments(
    ...     Decimal("8000.00"), date(2026, 1, 31), date(2026, 6, 30), business, table,
    ...     payments=[Payment(date(2026, 4, 1), Decimal("3000.00"))])]
    [(60, '8000.00', '159.78'), (90, '5000.00', '149.79')]
    """
    if divisor not in DIVISORS:
        raise ValueError(f"divisor must be one of {DIVISORS}, not {divisor!r}")
    began = due + ONE_DAY
    by_day = _sum_by_day(payments)
    base = principal - sum(
        (amount for day, amount in by_day.items() if day <= due), Decimal(0)
    )
    segments = []
    start = began
    while start <= at and base > 0:
        end = min(_period_end(start, rule, divisor), at)
        end = min([end, *(day for day in by_day if start <= day < end)])
        segments.append(_segment(start, end, base, rule, table, began, divisor, digits))
        base -= by_day.get(end, Decimal(0))
        start = end + ONE_DAY
    return segments


def total(segments):
    """Sum of the printed amounts.

    >>> total([])
    Decimal('0')
    """
    return sum((segment.amount for segment in segments), Decimal(0))


def _sum_by_day(payments):
    by_day = {}
    for payment in payments:
        by_day[payment.date] = by_day.get(payment.date, Decimal(0)) + payment.amount
    return by_day


def _period_end(start, rule, divisor):
    """Last day that shares the rate and the divisor of ``start``."""
    if not rule.frozen:
        return next_half_year_start(start) - ONE_DAY
    if divisor == "actual":
        return date(start.year, 12, 31)
    return date.max


def _segment(start, end, base, rule, table, began, divisor, digits):
    rate = rule.rate(table, start, began)
    days = (end - start).days + 1
    year_days = 365 if divisor == "365" else _days_in_year(start.year)
    exact = base * rate * days / (100 * year_days)
    return Segment(
        date_from=start,
        date_to=end,
        days=days,
        base=round_half_up(base, digits),
        rate=rate,
        index=rule.index,
        index_date=half_year_start(began if rule.frozen else start),
        margin=rule.margin,
        divisor=year_days,
        exact=exact,
        amount=round_half_up(exact, digits),
    )


def _days_in_year(year):
    return (date(year + 1, 1, 1) - date(year, 1, 1)).days
