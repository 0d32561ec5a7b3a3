"""Days that were invoiced already, taken out of a statement."""

from datetime import date, timedelta

from .money import round_half_up

ONE_DAY = timedelta(days=1)


def without_days(segments, covered, digits=2):
    """Cut out of ``segments`` the days of ``covered``, so that no day of a debt is
    charged twice.

    :param segments: list of :class:`~.interest.Segment`, in order of time
    :param covered: list of ``(first day, last day)``, both included
    :param digits: decimals of the currency
    :return: list of :class:`~.interest.Segment`; a cut one is computed again for the
        days that are left

    >>> from datetime import date
    >>> from decimal import Decimal
    >>> from .interest import LateDebt, Terms, statement
    >>> from .rates import RateRule, RateTable
    >>> ran = statement(LateDebt(Decimal("1000.00"), date(2026, 7, 31)),
    ...                 Terms(RateRule(None, Decimal(10)), RateTable([])),
    ...                 date(2026, 8, 31)).segments
    >>> [(s.days, str(s.amount)) for s in ran]
    [(31, '8.49')]
    >>> left = without_days(ran, [(date(2026, 8, 1), date(2026, 8, 20))])
    >>> [(s.date_from.isoformat(), s.days, str(s.amount)) for s in left]
    [('2026-08-21', 11, '3.01')]
    """
    for first, last in covered:
        kept = []
        for segment in segments:
            if segment.date_to < first or last < segment.date_from:
                kept.append(segment)
                continue
            if segment.date_from < first:
                kept.append(_cut(segment, segment.date_from, first - ONE_DAY, digits))
            if last < segment.date_to:
                kept.append(_cut(segment, last + ONE_DAY, segment.date_to, digits))
        segments = kept
    return list(segments)


def within_days(segments, first, last, digits=2):
    """The part of ``segments`` from ``first`` to ``last``, both included.

    >>> from datetime import date
    >>> from decimal import Decimal
    >>> from .interest import LateDebt, Terms, statement
    >>> from .rates import RateRule
    >>> ran = statement(LateDebt(Decimal("1000.00"), date(2026, 7, 31)),
    ...                 Terms(RateRule(None, Decimal(10)), None),
    ...                 date(2026, 8, 31)).segments
    >>> [(s.date_from.isoformat(), s.days, str(s.amount))
    ...  for s in within_days(ran, date(2026, 8, 21), date.max)]
    [('2026-08-21', 11, '3.01')]
    """
    outside = []
    if first > date.min:
        outside.append((date.min, first - ONE_DAY))
    if last < date.max:
        outside.append((last + ONE_DAY, date.max))
    return without_days(segments, outside, digits)


def _cut(segment, date_from, date_to, digits):
    days = (date_to - date_from).days + 1
    exact = segment.base * segment.rate * days / (100 * segment.divisor)
    return segment._replace(
        date_from=date_from,
        date_to=date_to,
        days=days,
        exact=exact,
        amount=round_half_up(exact, digits),
    )
