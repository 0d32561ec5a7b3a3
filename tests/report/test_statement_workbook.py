"""The statement of interest as a spreadsheet."""

import base64
import io
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from openpyxl import load_workbook

from .statements import CENT, StatementCase


class TestStatementWorkbook(StatementCase):
    """The spreadsheet: real figures and dates, and formulas that compute them."""

    def _export(self, moves, day, **vals):
        wizard = self._wizard(moves, day, **vals)
        wizard.action_export()
        self.assertTrue(wizard.file_name.endswith(".xlsx"))
        content = base64.b64decode(wizard.file)
        return (
            load_workbook(io.BytesIO(content)),
            load_workbook(io.BytesIO(content), data_only=True),
        )

    def test_figures_dates_and_formulas(self):
        invoice = self._part_paid()
        formulas, values = self._export(invoice, "2023-08-31")
        self.assertEqual(formulas.sheetnames, ["Menuiserie Exemple", "Sources"])
        sheet, cached = formulas.worksheets[0], values.worksheets[0]
        kinds = [cell.value for cell in sheet["A"]]
        rows = [rank for rank, kind in enumerate(kinds, 1) if kind == "Calcul"]
        self.assertEqual(len(rows), 5)
        total = Decimal(0)
        for row in rows:
            self.assertEqual(
                sheet[f"J{row}"].value, f"=ROUND(F{row}*G{row}*E{row}/H{row},2)"
            )
            self.assertEqual(sheet[f"E{row}"].value, f"=D{row}-C{row}+1")
            for column in "CD":
                self.assertIsInstance(sheet[f"{column}{row}"].value, datetime)
                self.assertTrue(sheet[f"{column}{row}"].is_date)
            first, last, days, base, rate, divisor, amount = (
                cached[f"{column}{row}"].value for column in "CDEFGHJ"
            )
            self.assertEqual((last - first).days + 1, days)
            exact = Decimal(str(base)) * Decimal(str(rate)) * days / divisor
            self.assertEqual(exact.quantize(CENT, ROUND_HALF_UP), Decimal(str(amount)))
            total += Decimal(str(amount))
        self.assertEqual(total, Decimal("695.91"))
        [subtotal] = [
            rank for rank, kind in enumerate(kinds, 1) if kind == "Sous-total"
        ]
        first = kinds.index("Échéance") + 1
        self.assertEqual(sheet[f"J{subtotal}"].value, f"=SUM(J{first}:J{subtotal - 1})")
        self.assertEqual(cached[f"J{subtotal}"].value, 695.91)
        self.assertEqual(cached[f"I{subtotal}"].value, 4500)
        self.assertEqual(sheet[f"L{subtotal}"].value, f"=SUM(I{subtotal}:K{subtotal})")
        last = subtotal + 1
        self.assertEqual(
            sheet[f"L{last}"].value,
            f'=SUMIF(A{first}:A{subtotal},"Sous-total",L{first}:L{subtotal})',
        )
        self.assertEqual(cached[f"L{last}"].value, 5235.91)
        self.assertEqual(sheet.freeze_panes, f"C{first}")
        self.assertEqual(sheet[f"G{rows[0]}"].number_format, "0.00##%")
        first_payment = kinds.index("Imputation") + 1
        self.assertEqual(cached[f"M{first_payment}"].value, 5000)
        self.assertEqual(cached[f"N{first_payment}"].value, 7000)
        self.assertEqual(
            sheet[f"N{first_payment}"].value, f"=SUM(I{first}:I{first_payment})"
        )
        sources = [cell.value for cell in formulas["Sources"]["C"]]
        self.assertTrue(any("taux de refinancement" in source for source in sources))

    def test_side_by_side(self):
        _formulas, values = self._export(
            self._interest_first(), "2026-06-30", imputation="both"
        )
        self.assertEqual(
            values.sheetnames,
            [
                "I Menuiserie Exemple",
                "II Menuiserie Exemple",
                "Comparaison Menuiserie Exemple",
                "Sources",
            ],
        )
        comparison = values["Comparaison Menuiserie Exemple"]
        self.assertEqual(
            [cell.value for cell in comparison[3]][4::4], [5349.57, 5354.36]
        )
        self.assertEqual(comparison["J3"].value, 4.79)

    def test_no_formula_comes_from_a_name(self):
        self.business.name = "=HYPERLINK(1)"
        invoice = self._invoice(self.business, 100, "2026-01-31")
        formulas, _values = self._export(invoice, "2026-06-30")
        sheet = formulas.worksheets[0]
        heading = [cell for row in sheet.iter_rows(max_row=6) for cell in row]
        self.assertFalse([cell for cell in heading if cell.data_type == "f"])
