"""Files of tracking numbers, as postal services hand them out: a pure kernel.

CSV (semicolon, comma or tab; UTF-8 or Windows) and XLSX become the same rows. Columns
go by their heading, in French or English, in any order; others are left alone.

>>> rows = read(b"Reference;N\\xb0 de suivi;Date de d\\xe9p\\xf4t\\n"
...             b"REL/1;1A 234 567 8901 2;18/05/2026\\n")
>>> rows[0].reference, rows[0].values["tracking_number"], rows[0].values["date_posted"]
('REL/1', '1A 234 567 8901 2', datetime.date(2026, 5, 18))
"""

import csv
import io
import re
import unicodedata
import zipfile
from dataclasses import dataclass, field
from datetime import date, datetime

import openpyxl

MAX_ROWS = 20_000
# Columns that are read, and bytes: of a file, and of what a workbook packs.
MAX_COLUMNS = 100
MAX_BYTES = 8 * 1024**2
MAX_UNPACKED = 64 * 1024**2
# Headings of each column, without accents nor punctuation.
HEADINGS = {
    "reference": (
        "reference",
        "ref",
        "votre reference",
        "reference client",
        "reference expediteur",
        "reference interne",
        "your reference",
    ),
    "tracking_number": (
        "numero de suivi",
        "n de suivi",
        "no de suivi",
        "suivi",
        "numero de recommande",
        "n de recommande",
        "numero lrar",
        "n lrar",
        "numero d envoi",
        "tracking number",
        "tracking",
    ),
    "date_posted": (
        "date de depot",
        "depose le",
        "date d envoi",
        "date de prise en charge",
        "posted",
        "posted on",
        "posting date",
    ),
    "date_presented": (
        "date de premiere presentation",
        "premiere presentation",
        "date de presentation",
        "presente le",
        "date d avis",
        "presented",
        "presented on",
        "first presented",
        "first presented on",
    ),
    "date_received": (
        "date de distribution",
        "distribue le",
        "date de reception",
        "recu le",
        "remis le",
        "received",
        "received on",
        "delivered on",
    ),
    "status": ("statut", "etat", "motif", "motif de retour", "resultat", "status"),
}
# What became of a letter, by the words that services use: a return reason, or nothing
# that the dates do not show.
STATUSES = {
    "": "",
    "distribue": "",
    "livre": "",
    "remis": "",
    "remis au destinataire": "",
    "delivered": "",
    "en cours": "",
    "en cours d acheminement": "",
    "en attente": "",
    "depose": "",
    "pris en charge": "",
    "presente": "",
    "avise": "",
    "mis en instance": "",
    "in transit": "",
    "refuse": "refused",
    "pli refuse": "refused",
    "refuse par le destinataire": "refused",
    "refused": "refused",
    "non reclame": "unclaimed",
    "pli non reclame": "unclaimed",
    "pli avise et non reclame": "unclaimed",
    "avise et non reclame": "unclaimed",
    "unclaimed": "unclaimed",
    "npai": "unknown",
    "n habite pas a l adresse indiquee": "unknown",
    "n habite plus a l adresse indiquee": "unknown",
    "destinataire inconnu a l adresse": "unknown",
    "destinataire inconnu": "unknown",
    "inconnu a l adresse": "unknown",
    "inconnu": "unknown",
    "defaut d acces ou d adressage": "unknown",
    "adresse incomplete": "unknown",
    "adresse insuffisante": "unknown",
    "unknown": "unknown",
}
DATES = ("date_posted", "date_presented", "date_received")


class UnreadableFileError(ValueError):
    """The file is none that can be read. ``code``: ``"format"``, ``"heading"``,
    ``"length"`` or ``"size"``."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


@dataclass
class Row:
    """One line of a file: what it reports of one letter, and what is wrong with it, as
    ``(code, value)``: ``reference``, ``date`` or ``status``."""

    number: int
    reference: str
    values: dict
    errors: list = field(default_factory=list)


def read(content):
    """Read a file.

    :param bytes content: what is in it
    :return: list of :class:`Row`, empty lines left out
    :raise UnreadableFileError: no such file
    """
    if len(content) > MAX_BYTES:
        raise UnreadableFileError("size")
    table = _read_xlsx(content) if _is_xlsx(content) else _read_csv(content)
    columns = {}
    for index, heading in enumerate(table[0] if table else ()):
        if name := _get_column(heading):
            columns.setdefault(name, index)
    if "reference" not in columns or len(columns) < 2:
        raise UnreadableFileError("heading")
    return [
        _prepare_row(number, cells, columns)
        for number, cells in enumerate(table[1:], 2)
        if any(cell not in (None, "") for cell in cells)
    ]


def simplify(text):
    """Text without accents, punctuation nor capitals.

    >>> simplify("N° de suivi"), simplify("Non-réclamé ")
    ('n de suivi', 'non reclame')
    """
    text = unicodedata.normalize("NFD", str(text or "")).lower()
    text = "".join(char for char in text if not unicodedata.combining(char))
    return re.sub(r"[^a-z0-9]+", " ", text).strip()


def _get_column(heading):
    heading = simplify(heading)
    return next(
        (name for name, headings in HEADINGS.items() if heading in headings), None
    )


def _is_xlsx(content):
    return zipfile.is_zipfile(io.BytesIO(content))


def _read_xlsx(content):
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            # What is unpacked is never more than what the list declares.
            if sum(item.file_size for item in archive.infolist()) > MAX_UNPACKED:
                raise UnreadableFileError("size")
        book = openpyxl.load_workbook(
            io.BytesIO(content), read_only=True, data_only=True, keep_links=False
        )
        return _limit(
            book.worksheets[0].iter_rows(
                max_col=MAX_COLUMNS, max_row=MAX_ROWS + 1, values_only=True
            )
        )
    except UnreadableFileError:
        raise
    except Exception as error:  # the library raises anything on a damaged file
        raise UnreadableFileError("format") from error


def _limit(rows):
    """Rows as lists, of the columns that are read."""
    table = []
    for cells in rows:
        if len(table) == MAX_ROWS:
            raise UnreadableFileError("length")
        table.append(list(cells[:MAX_COLUMNS]))
    return table


def _read_csv(content):
    text = _decode(content)
    heading = text.partition("\n")[0]
    delimiter = max(";,\t", key=heading.count)
    try:
        return _limit(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise UnreadableFileError("format") from error


def _decode(content):
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1")


def _prepare_row(number, cells, columns):
    found = {
        name: cells[index] if index < len(cells) else None
        for name, index in columns.items()
    }
    row = Row(number, _to_text(found.get("reference")), {})
    if not row.reference:
        row.errors.append(("reference", ""))
    if tracking := _to_text(found.get("tracking_number")):
        row.values["tracking_number"] = tracking
    for name in DATES:
        value = found.get(name)
        if value in (None, ""):
            continue
        try:
            row.values[name] = read_date(value)
        except ValueError:
            row.errors.append(("date", _to_text(value)))
    status = simplify(_to_text(found.get("status")))
    if status not in STATUSES:
        row.errors.append(("status", _to_text(found["status"])))
    elif STATUSES[status]:
        row.values["return_reason"] = STATUSES[status]
    return row


def _to_text(value):
    """Text of a cell; a number that a spreadsheet made of digits is digits again.

    >>> _to_text(870012345678901.0), _to_text(" REL/1 "), _to_text(None)
    ('870012345678901', 'REL/1', '')
    """
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value if value is not None else "").strip()


def read_date(value):
    """Day of a cell: a date, or a text, French or ISO; the time of the day is left out.

    >>> read_date("18/05/2026 14:32"), read_date("2026-05-18T14:32:00")
    (datetime.date(2026, 5, 18), datetime.date(2026, 5, 18))
    >>> read_date("05/18/2026")
    Traceback (most recent call last):
    ...
    ValueError: 05/18/2026
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = _to_text(value)
    for pattern, form in (
        (r"\d{4}-\d\d-\d\d", "%Y-%m-%d"),
        (r"\d{1,2}[/.-]\d{1,2}[/.-]\d{4}", "%d/%m/%Y"),
        (r"\d{1,2}[/.-]\d{1,2}[/.-]\d\d", "%d/%m/%y"),
        (r"\d{8}", "%Y%m%d"),
    ):
        match = re.match(rf"({pattern})(?:[T ].*)?$", text)
        if match:
            day = match[1]
            if "/" in form:
                day = re.sub(r"[.-]", "/", day)
            try:
                return datetime.strptime(day, form).date()
            except ValueError:
                break
    raise ValueError(text)
