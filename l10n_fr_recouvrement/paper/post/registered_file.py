"""The file of recipients that a postal service takes registered letters by: a pure
kernel, one row a letter, as CSV or as a workbook."""

import csv
import io

import xlsxwriter

HEADINGS = (
    "Référence",
    "Ligne 1",
    "Ligne 2",
    "Ligne 3",
    "Ligne 4",
    "Ligne 5",
    "Ligne 6",
    "Code postal",
    "Ville",
    "Pays",
    "Pages",
    "Couleur",
    "Recto verso",
    "Avis de réception",
    "Fichier",
)
NUMBERS = {"Pages"}
# What a spreadsheet takes a cell for a formula by.
FORMULA = "=+-@\t\r"


def write_csv(rows):
    """Return a CSV as spreadsheets in France open it: semicolons, UTF-8 with its mark.

    >>> lines = write_csv([["REL/1", "=Société", *[""] * 13]]).decode().splitlines()
    >>> lines[1]
    'REL/1;Société;;;;;;;;;;;;;'
    """
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=";")
    writer.writerow(HEADINGS)
    for row in rows:
        writer.writerow([_harmless(value) for value in row])
    return stream.getvalue().encode("utf-8-sig")


def write_xlsx(rows):
    """Return a workbook; codes and numbers keep their zeros."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet("Recommandés")
        bold = workbook.add_format({"bold": True})
        for column, heading in enumerate(HEADINGS):
            sheet.write_string(0, column, heading, bold)
        for number, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                if HEADINGS[column] in NUMBERS:
                    sheet.write_number(number, column, value)
                else:
                    sheet.write_string(number, column, str(value))
        sheet.set_column(0, len(HEADINGS) - 1, 18)
        sheet.freeze_panes(1, 1)
    return stream.getvalue()


def _harmless(value):
    """A text that no spreadsheet computes; no address begins that way."""
    return value.lstrip(FORMULA) if isinstance(value, str) else value
