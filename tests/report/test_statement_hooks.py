"""The hooks of statements of interest, as an integrator uses them from
doc/integrator.md: pages, spreadsheet and statements enclosed with letters alike."""

import base64
import io
from datetime import date

from openpyxl import load_workbook

from ..hooks import Extending
from .statements import StatementCase

REPORT = "report.l10n_fr_recouvrement.report_statement"


class TestStatementHooks(Extending, StatementCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._invoice(cls.business, 8000, "2026-01-31")

    def _workbook_texts(self, day):
        wizard = self._wizard(self.invoice, day)
        wizard.action_export()
        book = load_workbook(io.BytesIO(base64.b64decode(wizard.file)))
        return {
            str(cell.value)
            for sheet in book.worksheets
            for row in sheet.iter_rows()
            for cell in row
            if cell.value is not None
        }

    def test_other_values(self):
        self._extend(
            REPORT,
            "_statement_values",
            lambda report, original, *args: {
                **original(*args),
                "title": "DÉCOMPTE DE LA MAISON",
            },
        )
        printed = self._print(self.invoice, "2026-06-30")
        self.assertIn("DÉCOMPTE DE LA MAISON", printed.text)
        self.assertEqual(self._read(printed).totals[0][1], self._get_total())

    def test_a_debtor_left_out(self):
        """None is no statement, as where nothing was late."""
        other = self._invoice(self.public_body, 1000, "2026-01-31")
        self._extend(
            REPORT,
            "_statement_values",
            lambda report, original, account, *args: (
                None if account.profile == "public" else original(account, *args)
            ),
        )
        [statement] = self.service._get_statements(
            self.invoice + other, date(2026, 6, 30)
        )
        self.assertEqual(statement["name"], "Menuiserie Exemple")

    def test_what_is_enclosed_follows_too(self):
        """A statement that goes with a letter is made by the same hook."""
        self._extend(
            REPORT,
            "_statement_values",
            lambda report, original, *args: {
                **original(*args),
                "title": "DÉCOMPTE DE LA MAISON",
            },
        )
        [(_account, statement)] = self.service._get_account_statements(
            self.invoice, date(2026, 6, 30), reference=lambda account: "REC/1"
        )
        self.assertEqual(statement["title"], "DÉCOMPTE DE LA MAISON")
        self.assertEqual(statement["reference"], "REC/1")

    def test_references_of_an_invoice(self):
        self._extend(
            REPORT,
            "_get_references",
            lambda report, original, account, move: [
                *original(account, move),
                f"chantier de {account.partner_id.city}",
            ],
        )
        self.invoice.ref = "Bon 4711"
        printed = self._print(self.invoice, "2026-06-30")
        self.assertIn("votre réf. Bon 4711", printed.text)
        self.assertIn("chantier de Paris", printed.text)
        self.assertEqual(self._read(printed).totals[0][1], self._get_total())
        self.assertTrue(
            any(
                "chantier de Paris" in text
                for text in self._workbook_texts("2026-06-30")
            )
        )

    def test_sources_of_the_figures(self):
        sentence = "Les présentes pénalités figurent à l’article 8 des CGV."
        self._extend(
            REPORT,
            "_prepare_sources",
            lambda report, original, *args: [*original(*args), ("Contrat", [sentence])],
        )
        printed = self._print(self.invoice, "2026-06-30")
        self.assertIn(sentence, printed.text)
        self.assertIn("Article L441-10, II, du code de commerce :", printed.text)
        self.assertIn(sentence, self._workbook_texts("2026-06-30"))

    def _get_total(self):
        [statement] = self.service._get_statements(self.invoice, date(2026, 6, 30))
        return statement["parts"][0]["total"]
