"""The floor under the penalty rate of a contract between businesses."""

from .calendar import half_year_start, next_half_year_start


def legal_floor(table, day, factor):
    """Lowest yearly rate in percent that a contract may set: the legal rate of the
    half-year, ``factor`` times (three, C. com. L441-10, II, a dated fact).

    >>> from datetime import date
    >>> from decimal import Decimal
    >>> from .rates import HalfYear, RateTable
    >>> table = RateTable([HalfYear(date(2026, 7, 1), Decimal("2.40"), Decimal("6.84"),
    ...                             Decimal("2.75"))])
    >>> legal_floor(table, date(2026, 9, 1), Decimal(3))
    Decimal('8.25')

    :raise UnknownHalfYearError: when the legal rate is not known
    """
    return table.at(day).get("legal_other") * factor


def half_years_below_floor(rate, table, date_from, date_to, factor):
    """Return the first days of the half-years, from ``date_from`` to ``date_to``, in
    which a contract ``rate`` is under the floor. What to apply then is not settled by
    any text (C. com. L441-16 fines the clause): the caller warns and lets its user
    choose.

    :raise UnknownHalfYearError: when a half-year on the way is not known

    >>> from datetime import date
    >>> from decimal import Decimal
    >>> from .rates import HalfYear, RateTable
    >>> table = RateTable(
    ...     HalfYear(start, Decimal("2.15"), Decimal("6.65"), Decimal(other))
    ...     for start, other in (
    ...         (date(2025, 7, 1), "2.76"), (date(2026, 1, 1), "2.62")))
    >>> half_years_below_floor(Decimal(8), table, date(2025, 9, 1), date(2026, 3, 1),
    ...                        Decimal(3))
    [datetime.date(2025, 7, 1)]
    """
    below = []
    start = half_year_start(date_from)
    while start <= date_to:
        if rate < legal_floor(table, start, factor):
            below.append(start)
        start = next_half_year_start(start)
    return below
