"""Late-payment interest as segments that a reader can recompute by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from .calendar import add_days, add_years, half_year_start, next_half_year_start
from .money import round_half_up
from .rates import WrongTermsError

ONE_DAY = timedelta(days=1)
DIVISORS = ("365", "actual")
IMPUTATIONS = ("principal_first", "interest_first")
# What lowers a debt: money, which may go to interest first (C. civ. 1343-1); a credit
# that is no payment and lowers the principal, from its date (a gesture) or from the
# start (the price was wrong).
KINDS = ("payment", "gesture", "correction")


@dataclass(frozen=True)
class Payment:
    """What lowers a debt: ``amount`` credited on ``date``; see :data:`KINDS`.
    ``nature`` is the caller's own reference to what it is.

    The same amount credited as a correction of the price, and as a gesture:

    >>> from .rates import RateRule
    >>> debt = LateDebt(Decimal("8000.00"), date(2026, 1, 31))
    >>> terms = Terms(RateRule(None, Decimal(10)), None, imputation="interest_first")
    >>> for kind in ("correction", "gesture"):
    ...     credit = Payment(date(2026, 4, 1), Decimal("3000.00"), kind)
    ...     found = statement(debt, terms, date(2026, 6, 30), Events([credit]))
    ...     print([(str(s.base), s.days) for s in found.segments])
    [('5000.00', 150)]
    [('8000.00', 60), ('5000.00', 90)]
    """

    date: date
    amount: Decimal
    kind: str = "payment"
    nature: Any = None


class Segment(NamedTuple):
    """A stretch of days with one base and one rate.

    ``date_from`` and ``date_to`` are both included. ``rate`` is what ``factor`` times
    the ``index`` of the half-year from ``index_date`` and the margin add up to.
    ``amount`` is the rounded figure that is printed and summed, ``exact`` the same
    before rounding. ``fact`` is the code of the dated fact that the rate rests on.
    """

    date_from: date
    date_to: date
    days: int
    base: Decimal
    rate: Decimal
    index: str | None
    index_date: date
    factor: Decimal
    margin: Decimal
    divisor: int
    exact: Decimal
    amount: Decimal
    fact: str | None = None


@dataclass(frozen=True)
class Imputation:
    """How a payment or credit was shared between interest and principal."""

    date: date
    amount: Decimal
    to_interest: Decimal
    to_principal: Decimal
    kind: str = "payment"
    nature: Any = None


@dataclass(frozen=True)
class Capitalisation:
    """Interest that bears interest itself from the day after ``date``."""

    date: date
    amount: Decimal


@dataclass(frozen=True)
class Statement:
    """A debt computed at a date: what ran, what payments went to, what is left.

    ``interest_left`` includes the capitalised interest that is still owed.
    """

    segments: tuple
    imputations: tuple
    principal_left: Decimal
    interest_left: Decimal
    capitalisations: tuple = ()

    @property
    def interest(self):
        """All the interest that ran, paid or not."""
        return total(self.segments)


@dataclass(frozen=True)
class LateDebt:
    """What is owed, and until when payment is in time.

    ``amount`` includes VAT (CJEU C-585/20) and never the 40 EUR. ``due`` is the last
    day on which payment is in time; for a consumer, the day from which the formal
    notice bears interest, excluded (C. civ. 1344-1). ``digits`` are the decimals of its
    currency.
    """

    amount: Decimal
    due: date
    digits: int = 2


@dataclass(frozen=True)
class Terms:
    """How interest is counted: computed once, shared by all the debts it holds for.

    ``rule`` is a :class:`~.rates.RateRule`, or one of those that resolve to it
    (:class:`~.contract.ContractRule`, :class:`~.judgment.RateSchedule`), ``table`` the
    :class:`~.rates.RateTable` that it takes half-yearly rates from. ``divisor`` is
    ``"365"`` or ``"actual"`` (days of the civil year): no text fixes it (Cass. com.
    10-01-1995, 91-21.141). ``imputation`` is ``"interest_first"``, the default rule of
    the law on a debt that bears interest (C. civ. 1343-1), or ``"principal_first"``, as
    reconciled. ``capitalised_from`` is the day on which capitalisation was claimed in
    court, or from which the contract provides for it: interest due for a full year then
    bears interest (C. civ. 1343-2).

    >>> Terms(None, None, divisor="360")
    Traceback (most recent call last):
    ...
    WrongTermsError: divisor must be one of ('365', 'actual'), not '360'
    """

    rule: Any
    table: Any
    divisor: str = "365"
    imputation: str = "principal_first"
    capitalised_from: date | None = None

    def __post_init__(self):
        if self.divisor not in DIVISORS:
            raise WrongTermsError(
                f"divisor must be one of {DIVISORS}, not {self.divisor!r}"
            )
        if self.imputation not in IMPUTATIONS:
            raise WrongTermsError(
                f"imputation must be one of {IMPUTATIONS}, not {self.imputation!r}"
            )


@dataclass(frozen=True)
class Events:
    """What happened to a debt.

    ``payments`` are :class:`Payment`, in any order; those made in time, and corrections
    of the price whatever their date, lower the base from the start. ``settled`` are
    ``(day, amount)`` of interest that a debit note charged or that was forgiven: it is
    due no more, and is not capitalised.
    """

    payments: Sequence = ()
    settled: Sequence = ()


NO_EVENTS = Events()


def statement(debt, terms, at, events=NO_EVENTS):
    """Compute a late debt at a date.

    Interest runs from the day after the debt was due (C. com. L441-10, II: "le jour
    suivant la date de règlement") to ``at``, the day of payment, both included; a
    payment lowers the base from the day after it was credited (CJEU C-306/06).

    :param debt: :class:`LateDebt`
    :param terms: :class:`Terms`
    :param at: last day that bears interest; what is paid later is set against what is
        left, so that a statement as of a past day is given no later payments
    :param events: :class:`Events`
    :return: :class:`Statement`, its segments in order of time
    :raise UnknownHalfYearError: when a day to be counted has no known rate

    Two half-years, each day at its own rate:

    >>> from .rates import HalfYear, RateRule, RateTable
    >>> table = RateTable([
    ...     HalfYear(date(2026, month, 1), Decimal(ecb), Decimal(own), Decimal(other))
    ...     for month, ecb, own, other in (
    ...         (1, "2.15", "6.67", "2.62"), (7, "2.40", "6.84", "2.75"))
    ... ])
    >>> business = RateRule("ecb_refi", Decimal(10))
    >>> found = statement(LateDebt(Decimal("5400.00"), date(2026, 5, 31)),
    ...                   Terms(business, table), date(2026, 7, 15))
    >>> [(s.days, str(s.rate), str(s.amount)) for s in found.segments]
    [(30, '12.15', '53.93'), (15, '12.40', '27.52')]

    A part paid on the way, both ways (C. civ. 1343-1):

    >>> debt = LateDebt(Decimal("8000.00"), date(2026, 1, 31))
    >>> paid = Payment(date(2026, 4, 1), Decimal("3000.00"))
    >>> for order in IMPUTATIONS:
    ...     found = statement(debt, Terms(business, table, imputation=order),
    ...                       date(2026, 6, 30), Events([paid]))
    ...     print([(str(s.base), str(s.amount)) for s in found.segments],
    ...           found.principal_left, found.interest_left)
    [('8000.00', '159.78'), ('5000.00', '149.79')] 5000.00 309.57
    [('8000.00', '159.78'), ('5159.78', '154.58')] 5159.78 154.58
    """
    left = _Left(debt.amount, terms.imputation)
    by_day = left.receive_in_time(events.payments, debt.due) if events.payments else {}
    segments = _accrue(left, debt, terms, at, by_day, events.settled)
    for day in sorted(by_day):
        for payment in by_day[day]:
            left.receive(payment)
    return left.make_statement(segments)


def without_interest(amount, payments):
    """State a debt on which nothing ran: what was received lowers the principal, no
    interest being due for it to go to (C. civ. 1343-1).

    >>> found = without_interest(Decimal("100.00"),
    ...                          [Payment(date(2026, 4, 1), Decimal("30.00"))])
    >>> found.principal_left, found.interest
    (Decimal('70.00'), Decimal('0'))
    """
    left = _Left(amount, "principal_first")
    left.receive_in_time(payments, date.max)
    return left.make_statement(())


def _accrue(left, debt, terms, at, by_day, settled):
    """The segments up to ``at``: each ends where the base, the rate or the divisor
    changes.

    :param left: what is left of the debt, which goes down as it is paid
    :param by_day: ``{day: payments}`` after the due date; those of the days that were
        counted are taken out
    """
    rule, divisor = terms.rule, terms.divisor
    start = began = add_days(debt.due, 1)
    anniversaries = (
        _anniversaries(terms.capitalised_from, debt.due, at)
        if terms.capitalised_from
        else frozenset()
    )
    stops = sorted(by_day.keys() | anniversaries) if by_day or anniversaries else []
    segments = []
    while start <= at and (base := left.base) > 0:
        end = min(_period_end(start, rule, divisor), at)
        while stops and stops[0] < start:
            stops.pop(0)
        if stops and stops[0] < end:
            end = stops[0]
        segment = _segment(start, end, base, terms, began, debt.digits)
        segments.append(segment)
        left.accrued += segment.amount
        if end in by_day:
            for payment in by_day.pop(end):
                left.receive(payment)
        if end in anniversaries:
            left.capitalise(end, sum(amount for day, amount in settled if day <= end))
        start = end + ONE_DAY
    return segments


class _Left:
    """What is left of a debt while time goes by."""

    __slots__ = (
        "accrued",
        "capitalisations",
        "capitalised",
        "imputation",
        "imputations",
        "principal",
    )

    def __init__(self, principal, imputation):
        self.principal = principal
        self.imputation = imputation
        self.accrued = Decimal(0)
        self.capitalised = Decimal(0)
        self.imputations = []
        self.capitalisations = []

    @property
    def base(self):
        """What bears interest."""
        return self.principal + self.capitalised

    def receive_in_time(self, payments, due):
        """Take what lowers the base from the start: corrections of the price, and what
        was paid in time.

        :return: ``{day: payments}`` that come later
        """
        by_day = {}
        for payment in sorted(payments, key=_get_rank):
            if payment.kind == "correction" or payment.date <= due:
                self.receive(payment)
            else:
                by_day.setdefault(payment.date, []).append(payment)
        return by_day

    def receive(self, payment):
        """Share a payment; what exceeds the whole debt goes to nothing. A credit note
        is no payment: it lowers the principal alone."""
        left = payment.amount
        to_principal = to_interest = Decimal(0)
        if payment.kind == "payment" and self.imputation == "interest_first":
            to_interest, left = self._pay_interest(left)
        to_principal = min(left, self.principal)
        self.principal -= to_principal
        left -= to_principal
        if payment.kind == "payment" and self.imputation == "principal_first":
            to_interest, left = self._pay_interest(left)
        self.imputations.append(
            Imputation(
                payment.date,
                payment.amount,
                to_interest,
                to_principal,
                payment.kind,
                payment.nature,
            )
        )

    def _pay_interest(self, amount):
        accrued = min(amount, self.accrued)
        capitalised = min(amount - accrued, self.capitalised)
        self.accrued -= accrued
        self.capitalised -= capitalised
        return accrued + capitalised, amount - accrued - capitalised

    def capitalise(self, day, settled):
        """Have the interest that is due bear interest itself (C. civ. 1343-2)."""
        amount = self.accrued - settled
        if amount > 0:
            self.capitalisations.append(Capitalisation(day, amount))
            self.capitalised += amount
            self.accrued -= amount

    def make_statement(self, segments):
        return Statement(
            tuple(segments),
            tuple(self.imputations),
            self.principal,
            self.accrued + self.capitalised,
            tuple(self.capitalisations),
        )


def total(segments):
    """Sum of the printed amounts.

    >>> total([])
    Decimal('0')
    """
    return sum((segment.amount for segment in segments), Decimal(0))


def _get_rank(payment):
    """Corrections of the price come before what was paid of it."""
    return (payment.kind != "correction", payment.date)


def _anniversaries(claimed, due, at):
    """Days at whose end interest due for a full year is capitalised: once both a year
    has run and it was claimed, then each year."""
    days = set()
    first = max(claimed, add_years(due, 1))
    day, years = first, 0
    while day <= at and day < date.max:
        days.add(day)
        years += 1
        day = add_years(first, years)
    return days


def _period_end(start, rule, divisor):
    """Last day that shares the rate and the divisor of ``start``."""
    if rule.is_cut(start):
        end = next_half_year_start(start) - ONE_DAY
    elif divisor == "actual":
        end = date(start.year, 12, 31)
    else:
        end = date.max
    change = rule.next_change(start)
    return min(end, change - ONE_DAY) if change else end


def _segment(start, end, base, terms, began, digits):
    rule = terms.rule.resolve(terms.table, start)
    rate = rule.rate(terms.table, start, began)
    days = (end - start).days + 1
    year_days = 365 if terms.divisor == "365" else _days_in_year(start.year)
    exact = base * rate * days / (100 * year_days)
    return Segment(
        start,
        end,
        days,
        round_half_up(base, digits),
        rate,
        rule.index,
        half_year_start(began if rule.frozen else start),
        rule.factor,
        rule.margin,
        year_days,
        exact,
        round_half_up(exact, digits),
        rule.fact,
    )


def _days_in_year(year):
    return (date(year + 1, 1, 1) - date(year, 1, 1)).days
