"""Late-payment interest as segments that a reader can recompute by hand."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from .calendar import half_year_start, next_half_year_start
from .money import round_half_up

ONE_DAY = timedelta(days=1)
DIVISORS = ("365", "actual")
IMPUTATIONS = ("principal_first", "interest_first")


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


@dataclass(frozen=True)
class Imputation:
    """How a payment was shared between interest and principal."""

    date: date
    amount: Decimal
    to_interest: Decimal
    to_principal: Decimal


@dataclass(frozen=True)
class Statement:
    """A debt worked out at a date: what ran, what payments went to, what is left."""

    segments: tuple
    imputations: tuple
    principal_left: Decimal
    interest_left: Decimal


def late_segments(
    principal, due, at, rule, table, payments=(), divisor="365", digits=2
):
    """Segments of :func:`statement`, payments set against principal as reconciled.

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
    """
    found = statement(principal, due, at, rule, table, payments, divisor, digits)
    return list(found.segments)


def statement(
    principal,
    due,
    at,
    rule,
    table,
    payments=(),
    divisor="365",
    digits=2,
    imputation="principal_first",
):
    """Work out a late debt at a date.

    Interest runs from the day after ``due`` (C. com. L441-10, II: "le jour suivant la
    date de règlement") to ``at``, the day of payment, both included; a payment lowers
    the base from the day after it was credited (CJEU C-306/06). The base includes VAT
    (CJEU C-585/20) and never the 40 EUR.

    :param principal: amount due, VAT included
    :param due: last day on which payment was in time (for a consumer: the day from
        which the formal notice bears interest, excluded, C. civ. 1344-1)
    :param at: last day counted; later payments are not looked at
    :param rule: :class:`~.rates.RateRule`; a frozen or fixed one is not cut at
        half-years
    :param table: :class:`~.rates.RateTable`
    :param payments: iterable of :class:`Payment`, in any order; those made in time
        lower the base from the start
    :param divisor: ``"365"`` or ``"actual"`` (days of the civil year)
    :param digits: decimals of the currency
    :param imputation: ``"interest_first"``, the default rule of the law on a debt that
        bears interest (C. civ. 1343-1), or ``"principal_first"``, as reconciled
    :return: :class:`Statement`, its segments in order of time
    :raise UnknownHalfYearError: when a day to be counted has no known rate

    A part paid on the way, both ways:

    >>> from .rates import HalfYear, RateRule, RateTable
    >>> table = RateTable([HalfYear(date(2026, 1, 1), Decimal("2.15"), Decimal("6.67"),
    ...                             Decimal("2.62"))])
    >>> debt = (Decimal("8000.00"), date(2026, 1, 31), date(2026, 6, 30),
    ...         RateRule("ecb_refi", Decimal(10)), table,
    ...         [Payment(date(2026, 4, 1), Decimal("3000.00"))])
    >>> for order in IMPUTATIONS:
    ...     found = statement(*debt, imputation=order)
    ...     print([(str(s.base), str(s.amount)) for s in found.segments],
    ...           found.principal_left, found.interest_left)
    [('8000.00', '159.78'), ('5000.00', '149.79')] 5000.00 309.57
    [('8000.00', '159.78'), ('5159.78', '154.58')] 5159.78 154.58
    """
    if divisor not in DIVISORS:
        raise ValueError(f"divisor must be one of {DIVISORS}, not {divisor!r}")
    if imputation not in IMPUTATIONS:
        raise ValueError(f"imputation must be one of {IMPUTATIONS}, not {imputation!r}")
    began = due + ONE_DAY
    by_day = _sum_by_day(payment for payment in payments if payment.date <= at)
    left, accrued = principal, Decimal(0)
    segments, imputations = [], []
    for day in sorted(by_day):
        if day <= due:
            part = _impute(day, by_day.pop(day), left, accrued, imputation)
            imputations.append(part)
            left -= part.to_principal
    start = began
    while start <= at and left > 0:
        end = min(_period_end(start, rule, divisor), at)
        end = min([end, *(day for day in by_day if start <= day < end)])
        segment = _segment(start, end, left, rule, table, began, divisor, digits)
        segments.append(segment)
        accrued += segment.amount
        if end in by_day:
            part = _impute(end, by_day.pop(end), left, accrued, imputation)
            imputations.append(part)
            left -= part.to_principal
            accrued -= part.to_interest
        start = end + ONE_DAY
    for day in sorted(by_day):
        part = _impute(day, by_day[day], left, accrued, imputation)
        imputations.append(part)
        accrued -= part.to_interest
    return Statement(tuple(segments), tuple(imputations), left, accrued)


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


def _impute(day, amount, principal, interest, imputation):
    """Share a payment; what exceeds the whole debt goes to nothing."""
    if imputation == "interest_first":
        to_interest = min(amount, interest)
        to_principal = min(amount - to_interest, principal)
    else:
        to_principal = min(amount, principal)
        to_interest = min(amount - to_principal, interest)
    return Imputation(day, amount, to_interest, to_principal)


def _period_end(start, rule, divisor):
    """Last day that shares the rate and the divisor of ``start``."""
    if rule.is_cut():
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
