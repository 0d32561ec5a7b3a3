"""Cells of a file of tracking numbers, as spreadsheets write them: a pure kernel."""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

from openpyxl.utils.datetime import from_excel

from .tracking_label import simplify
from .tracking_number import is_rounded

# Days with a time zone are days of the post, and of the law, which is in Paris.
PARIS = ZoneInfo("Europe/Paris")
# A number that a spreadsheet shows by its first digits alone, an error of a formula,
# a column too narrow.
SHORTENED = re.compile(r"\d(?:[.,]\d+)?E[+-]?\d+", re.IGNORECASE)
ERROR = re.compile(r"#+|#[A-Z0-9/ÉÈ]+[!?]?")
WRAPPED = re.compile(r'=\s*"([^"]*)"')
# What nobody sees: no-break spaces at both ends go with the others.
INVISIBLE = re.compile("[\0\u00ad\u200b-\u200f\u2060\ufeff]")
# Digits that a spreadsheet keeps of a number.
MAX_EXACT = 10**15
# Numbers that are days in a spreadsheet: from 2000 to 2099.
SERIALS = range(36526, 73051)
MONTHS = {
    "jan": 1,
    "fev": 2,
    "feb": 2,
    "mar": 3,
    "avr": 4,
    "apr": 4,
    "mai": 5,
    "may": 5,
    "jui": 6,  # juin; juillet has four letters
    "jun": 6,
    "juil": 7,
    "jul": 7,
    "aou": 8,
    "aug": 8,
    "sep": 9,
    "oct": 10,
    "nov": 11,
    "dec": 12,
}
FORMS = (
    (re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)"), "ymd"),
    (re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d\d)(?!\d)"), "dmy"),
    (re.compile(r"(\d{4})(\d\d)(\d\d)(?!\d)"), "ymd"),
)
WORDS = re.compile(r"(?:[a-z]+ )?(\d{1,2})(?:er)? ([a-z]+) (\d{4}|\d\d)(?!\d)")
TIME = re.compile(
    r"[T\s,à-]*(\d{1,2})[:h](\d\d)(?::(\d\d)(?:[.,]\d+)?)?\s*"
    r"(Z|UTC|GMT|(?:UTC|GMT)?[+-]\d\d(?::?\d\d)?)?\s*(?:\(.*\))?$",
    re.IGNORECASE,
)


class UnreadableCellError(ValueError):
    """The cell does not hold what it should. ``code``: ``"shortened"``, ``"formula"``
    or ``"date"``; ``text``: what it holds."""

    def __init__(self, code, text):
        super().__init__(text)
        self.code = code
        self.text = text


class Formula(str):
    """A formula of which no spreadsheet kept the result."""

    __slots__ = ()


def strip(value):
    """Text without what nobody sees.

    >>> strip("\\ufeff\\xa0REL/1 \\u202f"), strip(None)
    ('REL/1', '')
    """
    return INVISIBLE.sub("", str(value if value is not None else "")).strip()


def read_text(value):
    """Text of a cell; a number that a spreadsheet made of digits is digits again, and
    what keeps it from doing so is left out.

    >>> read_text(870012345678901.0), read_text(" REL/1 "), read_text(None)
    ('870012345678901', 'REL/1', '')
    >>> read_text('="1A 234 567 8901 2"'), read_text("'870012345678901")
    ('1A 234 567 8901 2', '870012345678901')
    """
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = strip(value)
    if wrapped := WRAPPED.fullmatch(text):
        text = strip(wrapped[1])
    elif text.startswith("=") or ERROR.fullmatch(text) or isinstance(value, Formula):
        raise UnreadableCellError("formula", text)
    return text[1:].lstrip() if text[:1] in ("'", "’") else text


def read_number(value):
    """Text of a cell that names a letter: no digit is to be missing.

    >>> try:
    ...     read_number("8,70012E+14")
    ... except UnreadableCellError as error:
    ...     error.code
    'shortened'
    """
    text = read_text(value)
    if (
        SHORTENED.fullmatch(text)
        or isinstance(value, int | float)
        and (value >= MAX_EXACT or is_rounded(text))
    ):
        raise UnreadableCellError("shortened", text)
    return text


def read_day(value):
    """Day of a cell: a date, or a text, French or ISO. The time of the day is left out,
    save where its zone makes it another day in Paris.

    >>> read_day("18/05/2026 14:32"), read_day("2026-05-18T14:32:00")
    (datetime.date(2026, 5, 18), datetime.date(2026, 5, 18))
    >>> read_day("2026-05-20T22:00:00.000Z"), read_day("1er juin 2026")
    (datetime.date(2026, 5, 21), datetime.date(2026, 6, 1))
    """
    if isinstance(value, datetime):
        return value.astimezone(PARIS).date() if value.tzinfo else value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, int | float) and int(value) in SERIALS:
        return from_excel(value).date()
    text = read_text(value)
    try:
        return _read_day(text)
    except ValueError as error:
        raise UnreadableCellError("date", text) from error


def _read_day(text):
    for form, order in FORMS:
        if match := form.match(text):
            parts = dict(zip(order, match.groups(), strict=True))
            return _at_paris(_make_day(**parts), text[match.end() :])
    if match := WORDS.match(_without_signs(text)):
        day, month, year = match.groups()
        number = MONTHS.get(month[:4]) or MONTHS.get(month[:3])
        if number:
            rest = text[text.index(year) + len(year) :]
            return _at_paris(_make_day(year, number, day), rest)
    raise ValueError(text)


def _without_signs(text):
    return re.sub(r"(\d)(?=[a-z])(?!er)", r"\1 ", simplify(text))


def _make_day(y, m, d):
    year = int(y)
    return date(year + 2000 if year < 100 else year, int(m), int(d))


def _at_paris(day, rest):
    """The day in Paris of a moment whose time and zone are in ``rest``."""
    time = TIME.match(rest)
    if not time:
        return day
    hours, minutes, seconds, zone = time.groups()
    if not zone:
        return day
    zone = zone.upper().removeprefix("UTC").removeprefix("GMT")
    zone = zone if zone not in ("", "Z") else "+00:00"
    if ":" not in zone:
        zone = f"{zone[:3]}:{zone[3:] or '00'}"
    text = f"{day}T{int(hours):02}:{minutes}:{seconds or '00'}{zone}"
    return datetime.fromisoformat(text).astimezone(PARIS).date()
