"""Files of tracking numbers, as postal services hand them out: a pure kernel.

CSV (semicolon, comma, tab or bar; UTF-8, UTF-16 or Windows) and XLSX become the same
rows. Columns go by their heading, in French or English, in any order, below a title or
empty lines; the names of those that are not read are given back. One letter may have
several lines, one for each event: they are one row.

>>> content = read(b"Reference;N\\xb0 de suivi;Date de d\\xe9p\\xf4t;Agence\\n"
...                b"REL/1;1A 234 567 8901 2;18/05/2026;Lyon\\n")
>>> [row] = content.rows
>>> row.reference, row.values["tracking_number"], row.values["date_posted"]
('REL/1', '1A 234 567 8901 2', datetime.date(2026, 5, 18))
>>> content.unread
['Agence']
"""

import csv
import io
import re
import zipfile
from dataclasses import dataclass, field
from itertools import islice

import openpyxl
from openpyxl.utils import get_column_letter

from .tracking_cell import (
    Formula,
    UnreadableCellError,
    read_day,
    read_number,
    read_text,
    strip,
)
from .tracking_label import get_column, get_event, simplify
from .tracking_number import normalise

MAX_ROWS = 20_000
# Columns that are read, and bytes: of a file, and of what a workbook packs.
MAX_COLUMNS = 100
MAX_BYTES = 8 * 1024**2
MAX_UNPACKED = 64 * 1024**2
# Lines that are read, empty ones included, and those above the headings at most.
MAX_SCANNED = 200_000
MAX_TITLES = 30
# Names that are given of what a file without headings holds.
MAX_NAMES = 8
DATES = ("date_posted", "date_presented", "date_received")
# What a row may say of a letter.
VALUES = ("tracking_number", *DATES, "return_reason")
DELIMITERS = ";,\t|"
SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)
# Lines that add up the others.
TOTAL = re.compile(r"(?:sous )?tota(?:l|ux)\b|nombre (?:de|d|total)\b|grand total\b")
# How old workbooks begin, and those with a password.
OLD_WORKBOOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class UnreadableFileError(ValueError):
    """The file is none that can be read. ``code``: ``"format"``, ``"old"``,
    ``"heading"``, ``"length"`` or ``"size"``; ``found``: the names of the columns that
    it has."""

    def __init__(self, code, found=()):
        super().__init__(code)
        self.code = code
        self.found = list(found)


@dataclass
class Row:
    """What a file reports of one letter, and what is wrong with it, as ``(name, code,
    value)``: the value of :data:`VALUES` at fault or ``reference``, what is wrong
    (``missing``, ``date``, ``status``, ``returned``, ``shortened``, ``formula`` or
    ``several``), and what stands there."""

    number: int
    reference: str
    values: dict
    errors: list = field(default_factory=list)
    # It came back, for a reason that may stand on another line.
    came_back: str = ""
    # The dates that are days of events: of several, the first counts.
    event_days: set = field(default_factory=set)


@dataclass
class Content:
    """What was read. ``unread``: the names of the columns that were not."""

    rows: list
    unread: list


def read(content):
    """Read a file.

    :param bytes content: what is in it
    :return: :class:`Content`, empty lines and totals left out
    :raise UnreadableFileError: no such file
    """
    if len(content) > MAX_BYTES:
        raise UnreadableFileError("size")
    if content.startswith(OLD_WORKBOOK):
        raise UnreadableFileError("old")
    is_xlsx = zipfile.is_zipfile(io.BytesIO(content))
    table = _read_xlsx(content) if is_xlsx else _read_csv(content)
    (_number, headings), lines = table[0], table[1:]
    columns = _get_columns(headings)
    titles = [strip(heading) for heading in headings]
    rows = [
        _prepare_row(number, cells, columns)
        for number, cells in lines
        if not _is_total(cells, columns) and [strip(cell) for cell in cells] != titles
    ]
    return Content(_fold(rows), _get_unread(headings, lines, columns))


# ----------------------------------------------------------------------
# Columns
# ----------------------------------------------------------------------


def _get_columns(headings):
    """Return ``{name: [index]}``. Several may tell the status, the first one counts
    for the others; the day of an event is read where no column has one of its own."""
    columns = {}
    for index, heading in enumerate(headings):
        name = get_column(strip(heading)) if strip(heading) else ""
        if name == "status" or name and name not in columns:
            columns.setdefault(name, []).append(index)
    if "day" in columns and ("status" not in columns or columns.keys() & set(DATES)):
        del columns["day"]
    return columns


def _is_heading(cells):
    columns = _get_columns(cells)
    return "reference" in columns and len(columns) > 1


def _get_unread(headings, lines, columns):
    """Names of the columns that have something and are not read; the letter of those
    without a name."""
    read_ones = {index for indexes in columns.values() for index in indexes}
    unnamed = set()
    for _number, cells in lines:
        unnamed.update(index for index, cell in enumerate(cells) if strip(cell))
    unread = [
        strip(heading)
        for index, heading in enumerate(headings)
        if strip(heading) and index not in read_ones
    ]
    unnamed -= {index for index, heading in enumerate(headings) if strip(heading)}
    return unread + [get_column_letter(index + 1) for index in sorted(unnamed)]


def _find_headings(table):
    """The table from its headings on.

    :raise UnreadableFileError: it has none
    """
    for index, (_number, cells) in enumerate(table[:MAX_TITLES]):
        if _is_heading(cells):
            return table[index:]
    named = max((cells for _number, cells in table[:MAX_TITLES]), key=len, default=())
    names = filter(None, map(strip, named))
    raise UnreadableFileError("heading", islice(names, MAX_NAMES))


# ----------------------------------------------------------------------
# Files
# ----------------------------------------------------------------------


def _limit(rows):
    """Rows as ``(number, cells)``, of the columns that are read, without the empty
    ones, which spreadsheets add at the end."""
    table = []
    for number, cells in enumerate(islice(rows, MAX_SCANNED), 1):
        cells = list(cells[:MAX_COLUMNS])
        while cells and not strip(cells[-1]):
            cells.pop()
        if not cells:
            continue
        if len(table) == MAX_ROWS:
            raise UnreadableFileError("length")
        table.append((number, cells))
    return table


def _read_xlsx(content):
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            # What is unpacked is never more than what the list declares.
            if sum(item.file_size for item in archive.infolist()) > MAX_UNPACKED:
                raise UnreadableFileError("size")
        return _read_sheets(content)
    except UnreadableFileError:
        raise
    except Exception as error:  # the library raises anything on a damaged file
        raise UnreadableFileError("format") from error


def _open(content, **options):
    return openpyxl.load_workbook(
        io.BytesIO(content), read_only=True, keep_links=False, **options
    )


def _get_cells(sheet):
    return sheet.iter_rows(max_col=MAX_COLUMNS, max_row=MAX_SCANNED, values_only=True)


def _read_sheets(content):
    """The first sheet that has headings. Formulas are read as they stand, and where
    there are some, once more for what they gave."""
    failure = None
    for index, sheet in enumerate(_open(content).worksheets):
        try:
            table = _find_headings(_limit(_get_cells(sheet)))
        except UnreadableFileError as error:
            if error.code != "heading":
                raise
            failure = failure if failure and failure.found else error
            continue
        if any(_is_formula(cell) for _number, cells in table for cell in cells):
            sheet = _open(content, data_only=True).worksheets[index]
            _put_results(table, _get_cells(sheet))
        return table
    raise failure or UnreadableFileError("heading")


def _is_formula(cell):
    return (
        cell.startswith("=")
        if isinstance(cell, str)
        else type(cell).__name__ in ("ArrayFormula", "DataTableFormula")
    )


def _put_results(table, rows):
    """Replace formulas in a table by what they gave, where it is kept."""
    waiting = iter(table)
    number, cells = next(waiting)
    for found, results in enumerate(rows, 1):
        if found < number:
            continue
        for index, cell in enumerate(cells):
            if _is_formula(cell):
                text = cell if isinstance(cell, str) else getattr(cell, "text", "=")
                result = results[index] if index < len(results) else None
                cells[index] = Formula(text) if result is None else result
        number, cells = next(waiting, (None, None))
        if number is None:
            break


def _read_csv(content):
    text = _decode(content)
    if "\0" in text:
        raise UnreadableFileError("format")
    skipped, delimiters = 0, DELIMITERS
    if line := SEPARATOR_LINE.match(text):
        text, skipped, delimiters = text[line.end() :], 1, line[1]
    head = "".join(islice(io.StringIO(text), 2 * MAX_TITLES))
    failures = []
    for delimiter in delimiters:
        try:
            _find_headings(_limit(_parse(head, delimiter)))
        except UnreadableFileError as error:
            failures.append(error)
            continue
        table = _find_headings(_limit(_parse(text, delimiter)))
        return [(number + skipped, cells) for number, cells in table]
    raise max(failures, key=lambda error: len(error.found))


def _parse(text, delimiter):
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error as error:
        raise UnreadableFileError("format") from error


def _decode(content):
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ("utf-16",)
    elif content[:200].count(0) > len(content[:200]) // 4:
        # Without its mark: where the zeros are tells which bytes come first.
        encodings = ("utf-16-le",) if content[1:2] == b"\0" else ("utf-16-be",)
    else:
        encodings = ("utf-8-sig", "cp1252")
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1")


# ----------------------------------------------------------------------
# Rows
# ----------------------------------------------------------------------


def _is_total(cells, columns):
    """Whether a line adds up the others: it names no letter."""
    names = [_get_cell(cells, index) for index in columns["reference"]]
    is_named = any(strip(name) and not TOTAL.match(simplify(name)) for name in names)
    return not is_named and any(
        isinstance(cell, str) and TOTAL.match(simplify(cell)) for cell in cells
    )


def _get_cell(cells, index):
    return cells[index] if index < len(cells) else None


def _prepare_row(number, cells, columns):
    found = {
        name: [_get_cell(cells, index) for index in indexes]
        for name, indexes in columns.items()
    }
    row = Row(number, "", {})

    def take(name, read_cell):
        """Value of a column; what cannot be read is noted."""
        [cell] = found.get(name, [None])
        try:
            return read_cell(cell) if strip(cell) else None
        except UnreadableCellError as error:
            row.errors.append((name, error.code, error.text))
            return None

    row.reference = take("reference", read_text) or ""
    if not row.reference and not row.errors:
        row.errors.append(("reference", "missing", ""))
    if tracking := take("tracking_number", read_number):
        row.values["tracking_number"] = tracking
    for name in DATES:
        if day := take(name, read_day):
            row.values[name] = day
    _read_status(row, found.get("status", ()), take("day", read_day))
    return row


def _read_status(row, cells, day):
    """Note what became of the letter: by one label, or by its code and its label.

    :param day: of the event, if the file has it
    """
    labels, unknown = [], []
    for cell in cells:
        try:
            text = read_text(cell)
        except UnreadableCellError as error:
            row.errors.append(("return_reason", error.code, error.text))
            continue
        if text and (event := get_event(text)):
            labels.append((text, event))
        elif text:
            unknown.append(text)
    for text, event in labels:
        if event.came_back:
            row.came_back = text
        if event.reason:
            _put(row, "return_reason", event.reason)
        if event.day and day:
            row.event_days.add(event.day)
            _put(row, event.day, day)
    # A long label beside a code that is known adds nothing.
    if unknown and (not labels or row.came_back and "return_reason" not in row.values):
        row.errors.append(("return_reason", "status", unknown[0]))


def _put(row, name, value):
    """Note a value: of the days of events, the first; else two that differ are an
    error."""
    known = row.values.get(name)
    if known is None:
        row.values[name] = value
    elif name in row.event_days and name != "date_received":
        row.values[name] = min(known, value)
    elif not _are_same(known, value):
        row.errors.append((name, "several", f"{known}, {value}"))


def _are_same(one, other):
    if isinstance(one, str) and isinstance(other, str):
        return normalise(one) == normalise(other)
    return one == other


def _fold(rows):
    """One row for each letter: lines that say the same, or one event each."""
    letters, folded = {}, []
    for row in rows:
        known = letters.setdefault(row.reference, row) if row.reference else row
        if known is row:
            folded.append(row)
            continue
        known.event_days |= row.event_days
        for name, value in row.values.items():
            _put(known, name, value)
        known.came_back = known.came_back or row.came_back
        known.errors += [error for error in row.errors if error not in known.errors]
    for row in folded:
        names = {name for name, _code, _value in row.errors}
        if (
            row.came_back
            and "return_reason" not in row.values
            and "return_reason" not in names
        ):
            row.errors.append(("return_reason", "returned", row.came_back))
    return folded
