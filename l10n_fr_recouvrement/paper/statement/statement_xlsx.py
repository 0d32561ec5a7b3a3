"""Statements of interest as a workbook that computes them again: what the pages show,
with real numbers and dates, and formulas where the law computes."""

import io
import re

import xlsxwriter
from xlsxwriter.utility import xl_range, xl_rowcol_to_cell

from ..words.french import format_date, nbsp
from . import statement_words as words

KINDS = {
    "due": "Échéance",
    "segment": "Calcul",
    "payment": "Imputation",
    "standing": "Pour mémoire",
    "capitalisation": "Capitalisation",
    "waiver": "Remise",
    "indemnity": "Indemnité",
    "cost": "Frais",
    "subtotal": "Sous-total",
}
WIDTHS = (14, 46, 11, 11, 7, 14, 10, 9, 14, 13, 13, 15, 14, 14, 70)
KIND, LABEL, START, END, DAYS, BASE, RATE, DIVISOR = range(8)
PRINCIPAL, INTEREST, FEES, TOTAL, AMOUNT, LEFT, REMARK = range(8, 15)
SUMMED = {"principal": PRINCIPAL, "interest": INTEREST, "fees": FEES}
NAME_LENGTH = 31


def write(statements):
    """Return a workbook, as bytes: a sheet for each statement and order of imputation,
    and where their figures come from."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as workbook:
        names = set()
        for statement in statements:
            formats = _get_formats(workbook, statement)
            for part in statement["parts"]:
                sheet = workbook.add_worksheet(_get_name(statement, part, names))
                _Sheet(sheet, formats, statement, part).fill()
            if statement["comparison"]:
                sheet = workbook.add_worksheet(
                    _unique(f"Comparaison {statement['name']}", names)
                )
                _write_comparison(sheet, formats, statement)
        sheet = workbook.add_worksheet(_unique("Sources", names))
        _write_sources(sheet, workbook.add_format({"bold": True}), statements)
        author = statements[0]["sender"]["name"]
        workbook.set_properties({"title": "Décompte", "author": author})
    return stream.getvalue()


class _Sheet:
    """One statement, row after row."""

    def __init__(self, sheet, formats, statement, part):
        self.sheet = sheet
        self.formats = formats
        self.statement = statement
        self.part = part
        self.row = 0
        # First row of the account, and of the invoice that is written.
        self.first = self.start = 0
        # Row of the due line that is written.
        self.due = 0

    def fill(self):
        self._write_heading()
        self.first = self.start = self.row
        for row in self.part["rows"]:
            self._write_row(row)
        self._write_total()

    def _write_heading(self):
        statement, part = self.statement, self.part
        for text in (
            statement["title"],
            f"arrêté au {format_date(statement['date'])}, montants en "
            f"{statement['currency']}",
            part["heading"],
            f"Créancier : {statement['sender']['name']}",
            f"Débiteur : {', '.join(statement['recipient_lines'])}",
        ):
            if text:
                style = None if self.row else self.formats["bold"]
                self.sheet.write_string(self.row, 0, nbsp(text), style)
                self.row += 1
        self.row += 1
        interest = words.COLUMNS[statement["profile"]]
        heads = ("Nature", "Libellé", "Du", "Au", "Jours", "Base TTC", "Taux annuel")
        heads += ("Diviseur", "Principal TTC", interest, "Indemnité et frais")
        heads += ("Total", "Montant", "Principal restant dû", "Observations")
        for column, head in enumerate(heads):
            self.sheet.write_string(self.row, column, head, self.formats["head"])
        for column, width in enumerate(WIDTHS):
            hidden = column == FEES and statement["profile"] == "consumer"
            self.sheet.set_column(column, column, width, None, {"hidden": hidden})
        self.row += 1
        self.sheet.freeze_panes(self.row, 2)
        self.sheet.set_landscape()
        self.sheet.set_paper(9)
        self.sheet.fit_to_pages(1, 0)
        self.sheet.repeat_rows(self.row - 1)

    def _write_row(self, row):
        kind, formats = row["kind"], self.formats
        style = formats["bold"] if kind in ("due", "subtotal") else None
        self.sheet.write_string(self.row, KIND, KINDS[kind], style)
        if row["label"]:
            self.sheet.write_string(self.row, LABEL, row["label"], style)
        for name, column in (("date_from", START), ("date_to", END)):
            if row[name]:
                self.sheet.write_datetime(self.row, column, row[name], formats["date"])
        if row["details"]:
            self.sheet.write_string(self.row, REMARK, " ; ".join(row["details"]))
        if row["amount"] is not None:
            self._write_amount(AMOUNT, row["amount"])
        if kind == "due":
            self.due = self.row
        if kind == "segment":
            self._write_segment(row)
        elif kind == "subtotal":
            self._write_subtotal(row)
        else:
            for name, column in SUMMED.items():
                if row[name] is not None:
                    self._write_amount(column, row[name])
        if kind == "payment":
            cells = xl_range(self.due, PRINCIPAL, self.row, PRINCIPAL)
            self._write_sum(LEFT, f"=SUM({cells})", row["left"], "amount")
        self.row += 1

    def _write_segment(self, row):
        """The figures that the law multiplies, and their product."""
        cells = {column: xl_rowcol_to_cell(self.row, column) for column in range(9)}
        self.sheet.write_formula(
            self.row,
            DAYS,
            f"={cells[END]}-{cells[START]}+1",
            self.formats["integer"],
            row["days"],
        )
        self._write_amount(BASE, row["base"])
        self.sheet.write_number(
            self.row, RATE, float(row["rate"].scaleb(-2)), self.formats["rate"]
        )
        self.sheet.write_number(
            self.row, DIVISOR, row["divisor"], self.formats["integer"]
        )
        if row["interest"] is not None:
            self.sheet.write_formula(
                self.row,
                INTEREST,
                f"=ROUND({cells[BASE]}*{cells[RATE]}*{cells[DAYS]}/{cells[DIVISOR]},"
                f"{self.statement['digits']})",
                self.formats["amount"],
                float(row["interest"]),
            )

    def _write_subtotal(self, row):
        """Sums of the rows of one invoice, then what they come to."""
        for name, column in SUMMED.items():
            cells = xl_range(self.start, column, self.row - 1, column)
            self._write_sum(column, f"=SUM({cells})", row["sums"][name])
        cells = xl_range(self.row, PRINCIPAL, self.row, FEES)
        self._write_sum(TOTAL, f"=SUM({cells})", row["sums"]["total"])
        self.start = self.row + 1

    def _write_total(self):
        """Sums of the subtotals, and what is left of credits."""
        part, last = self.part, self.row - 1
        kinds = xl_range(self.first, KIND, last, KIND)
        label = f"Total au {format_date(self.statement['date'])}"
        self.sheet.write_string(self.row, LABEL, label, self.formats["bold"])
        for name, column in {**SUMMED, "total": TOTAL}.items():
            cells = xl_range(self.first, column, last, column)
            self._write_sum(
                column,
                f'=SUMIF({kinds},"{KINDS["subtotal"]}",{cells})',
                part["sums"][name],
            )
        self.row += 1
        if part["credit"]:
            total = xl_rowcol_to_cell(self.row - 1, TOTAL)
            credit = xl_rowcol_to_cell(self.row, TOTAL)
            self.sheet.write_string(
                self.row, LABEL, "Avoirs et règlements non affectés"
            )
            self._write_amount(TOTAL, -part["credit"])
            self.row += 1
            self.sheet.write_string(
                self.row, LABEL, "Reste à payer", self.formats["bold"]
            )
            self._write_sum(TOTAL, f"={total}+{credit}", part["total"])
            self.row += 1

    def _write_amount(self, column, amount):
        self.sheet.write_number(self.row, column, float(amount), self.formats["amount"])

    def _write_sum(self, column, formula, amount, style="sum"):
        self.sheet.write_formula(
            self.row, column, formula, self.formats[style], float(amount)
        )


def _write_comparison(sheet, formats, statement):
    """What each invoice comes to under the two orders."""
    heads = ["Facture"]
    titles = ("principal", words.RUNNING[statement["profile"]], "indemnité", "total")
    heads += [f"{side}. {title}" for side in ("I", "II") for title in titles]
    columns = (*SUMMED, "total")
    for column, head in enumerate([*heads, "Écart"]):
        sheet.write_string(0, column, head, formats["head"])
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 9, 15)
    sheet.freeze_panes(1, 1)
    for number, row in enumerate(statement["comparison"], 1):
        sheet.write_string(number, 0, row["label"])
        figures = [sums[name] for sums in row["sums"] for name in columns]
        for column, amount in enumerate(figures, 1):
            sheet.write_number(number, column, float(amount), formats["amount"])
        sheet.write_formula(
            number,
            9,
            f"={xl_rowcol_to_cell(number, 8)}-{xl_rowcol_to_cell(number, 4)}",
            formats["amount"],
            float(figures[7] - figures[3]),
        )
    last = len(statement["comparison"])
    both = [part["sums"] for part in statement["parts"]]
    figures = [sums[name] for sums in both for name in columns]
    figures.append(figures[7] - figures[3])
    sheet.write_string(last + 1, 0, "Totaux", formats["bold"])
    for column, amount in enumerate(figures, 1):
        cells = xl_range(1, column, last, column)
        sheet.write_formula(
            last + 1, column, f"=SUM({cells})", formats["sum"], float(amount)
        )


def _write_sources(sheet, bold, statements):
    """The formula, the rates and the articles, statement by statement."""
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 48)
    sheet.set_column(2, 2, 120)
    for column, head in enumerate(("Décompte", "Objet", "Source")):
        sheet.write_string(0, column, head, bold)
    sheet.freeze_panes(1, 0)
    row = 1
    for statement in statements:
        for title, sentences in statement["sources"]:
            for sentence in sentences:
                for column, text in enumerate((statement["name"], title, sentence)):
                    sheet.write_string(row, column, text)
                row += 1


def _get_formats(workbook, statement):
    digits = statement["digits"]
    amount = "#,##0" + ("." + "0" * digits if digits else "")
    bold = {"bold": True}
    return {
        "bold": workbook.add_format(bold),
        "head": workbook.add_format(
            {**bold, "text_wrap": True, "valign": "vcenter", "bottom": 1}
        ),
        "date": workbook.add_format({"num_format": "dd/mm/yyyy"}),
        "integer": workbook.add_format({"num_format": "0"}),
        "rate": workbook.add_format({"num_format": "0.00##%"}),
        "amount": workbook.add_format({"num_format": amount}),
        "sum": workbook.add_format({**bold, "num_format": amount, "top": 1}),
    }


def _get_name(statement, part, names):
    name = statement["name"]
    if len(statement["parts"]) > 1:
        name = f"{part['heading'][:2].strip('. ')} {name}"
    return _unique(name, names)


def _unique(name, names):
    """A name that Excel takes for a sheet and that no other one has.

    >>> names = set()
    >>> _unique("Bois/Métal", names), _unique("Bois: Métal", names)
    ('Bois Métal', 'Bois Métal 2')
    """
    clean = " ".join(re.sub(r"[\[\]:*?/\\']", " ", name).split()) or "Décompte"
    number, found = 1, clean[:NAME_LENGTH]
    while found.lower() in names:
        number += 1
        suffix = f" {number}"
        found = clean[: NAME_LENGTH - len(suffix)] + suffix
    names.add(found.lower())
    return found
