"""Half-years, public holidays and working days."""

from calendar import monthrange
from datetime import date, timedelta
from functools import lru_cache

ONE_DAY = timedelta(days=1)

# Legal time (décret 2017-292, art. 1 to 3): that of Paris, and of each part of France
# overseas, by the code of its country and the beginning of its post codes.
LEGAL_TIME = "Europe/Paris"
OVERSEAS_TIMES = {
    ("GP", "971"): "America/Guadeloupe",
    ("MQ", "972"): "America/Martinique",
    ("GF", "973"): "America/Cayenne",
    ("RE", "974"): "Indian/Reunion",
    ("PM", "975"): "America/Miquelon",
    ("YT", "976"): "Indian/Mayotte",
    ("BL", "977"): "America/St_Barthelemy",
    ("MF", "978"): "America/Marigot",
    ("TF", "984"): "Indian/Kerguelen",
    ("WF", "986"): "Pacific/Wallis",
    ("PF", "987"): "Pacific/Tahiti",
    ("NC", "988"): "Pacific/Noumea",
}


def legal_time(country_code="", zip_code=""):
    """Name of the time zone that a place in France keeps; that of Paris for any other.

    >>> legal_time("FR", "69001"), legal_time("FR", "97400"), legal_time("NC")
    ('Europe/Paris', 'Indian/Reunion', 'Pacific/Noumea')
    """
    digits = (zip_code or "").replace(" ", "")
    for (code, beginning), zone in OVERSEAS_TIMES.items():
        if country_code == code or (
            country_code == "FR" and digits.startswith(beginning)
        ):
            return zone
    return LEGAL_TIME


def half_year_start(day):
    """First day of the half-year of ``day`` (C. com. L441-10, II: the ECB rate of
    1 January serves the first half-year, that of 1 July the second).

    >>> half_year_start(date(2026, 6, 30)), half_year_start(date(2026, 7, 1))
    (datetime.date(2026, 1, 1), datetime.date(2026, 7, 1))
    """
    return date(day.year, 1 if day.month <= 6 else 7, 1)


def next_half_year_start(day):
    """First day of the half-year that follows the one of ``day``.

    >>> next_half_year_start(date(2026, 11, 21))
    datetime.date(2027, 1, 1)
    """
    start = half_year_start(day)
    return date(start.year, 7, 1) if start.month == 1 else date(start.year + 1, 1, 1)


def easter(year):
    """Easter Sunday of the Gregorian calendar: the Sunday after the first full moon,
    as the computus reckons it, of the spring that begins on 21 March.

    >>> easter(2026), easter(2019)
    (datetime.date(2026, 4, 5), datetime.date(2019, 4, 21))
    """
    century = year // 100
    # age of the moon on 21 March, corrected by the centuries
    moon = (
        19 * (year % 19) + century - century // 4 - (8 * century + 13) // 25 + 15
    ) % 30
    moon -= (moon // 28) * (1 - 29 // (moon + 1) * ((21 - year % 19) // 11))
    weekday = (year + year // 4 + moon + 2 - century + century // 4) % 7
    return date(year, 3, 21) + timedelta(days=moon - weekday + 7)


@lru_cache(maxsize=64)
def public_holidays(year, alsace_moselle=False):
    """The eleven legal holidays (C. trav. L3133-1) as a frozenset of dates, with
    Good Friday and 26 December where the local law of Alsace-Moselle applies
    (C. trav. L3134-13).

    >>> sorted(public_holidays(2026))[2:6]  # doctest: +NORMALIZE_WHITESPACE
    [datetime.date(2026, 5, 1), datetime.date(2026, 5, 8),
     datetime.date(2026, 5, 14), datetime.date(2026, 5, 25)]
    >>> len(public_holidays(2026)), len(public_holidays(2026, alsace_moselle=True))
    (11, 13)
    """
    sunday = easter(year)
    fixed = [(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)]
    days = {date(year, month, day) for month, day in fixed}
    days |= {sunday + timedelta(days=offset) for offset in (1, 39, 50)}
    if alsace_moselle:
        days |= {sunday - timedelta(days=2), date(year, 12, 26)}
    return frozenset(days)


def add_days(day, count):
    """The ``count``-th day after ``day``, before it where negative; the last or the
    first day of the calendar where that is past its end. An absurd date is far away,
    and no error for all that is computed with it.

    >>> add_days(date(2026, 12, 31), 1), add_days(date(9999, 12, 31), 8)
    (datetime.date(2027, 1, 1), datetime.date(9999, 12, 31))
    >>> add_days(date(1, 1, 1), -5)
    datetime.date(1, 1, 1)
    """
    ordinal = day.toordinal() + count
    return date.fromordinal(max(1, min(ordinal, date.max.toordinal())))


def is_working_day(day, alsace_moselle=False):
    """Monday to Friday, public holidays left out.

    >>> is_working_day(date(2026, 7, 14)), is_working_day(date(2026, 7, 15))
    (False, True)
    """
    return day.weekday() < 5 and day not in public_holidays(day.year, alsace_moselle)


@lru_cache(maxsize=4096)
def next_working_day(day, alsace_moselle=False):
    """``day`` itself when it is a working day, else the first one after it.

    >>> next_working_day(date(2026, 12, 25))
    datetime.date(2026, 12, 28)
    """
    while not is_working_day(day, alsace_moselle):
        day += ONE_DAY
    return day


def add_working_days(day, count, alsace_moselle=False):
    """The ``count``-th working day after ``day``.

    >>> add_working_days(date(2026, 12, 24), 2)
    datetime.date(2026, 12, 29)
    """
    for _index in range(count):
        day = next_working_day(add_days(day, 1), alsace_moselle)
    return day


def add_months(day, months):
    """Same day of a later month, or its last day (CPC 641, al. 2).

    >>> add_months(date(2026, 12, 31), 2)
    datetime.date(2027, 2, 28)
    """
    years, month = divmod(day.month - 1 + months, 12)
    return _in_month(day.year + years, month + 1, day.day)


def add_years(day, years):
    """Same day of a later year, 28 February for a 29 that it lacks.

    >>> add_years(date(2024, 2, 29), 1)
    datetime.date(2025, 2, 28)
    """
    return _in_month(day.year + years, day.month, day.day)


def end_of_month(day):
    """Last day of the month of ``day``.

    >>> end_of_month(date(2028, 2, 3))
    datetime.date(2028, 2, 29)
    """
    return _in_month(day.year, day.month, 31)


def _in_month(year, month, day):
    """That day of the month, or its last one; the last day of the calendar where the
    year is past it."""
    if year > date.max.year:
        return date.max
    return date(year, month, min(day, monthrange(year, month)[1]))
