"""Statements of many invoices: pages that carry their totals forward."""

from datetime import date, timedelta

from .statements import StatementCase
from .test_letter_rendering import BUILDS


class TestLongStatement(StatementCase):
    """A hundred and twenty invoices: pages that carry their totals forward."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        start = date(2025, 11, 3)
        cls.invoices = cls.env["account.move"].union(
            *(
                cls._invoice(
                    cls.business, 100 + 13.37 * rank, start + timedelta(days=rank)
                )
                for rank in range(120)
            )
        )
        for rank in range(0, 120, 7):
            cls._pay(cls.invoices[rank], 50, "2026-06-01")

    def test_totals_are_carried_forward(self):
        texts = []
        for build in BUILDS:
            self._use_build(build)
            printed = self._print(self.invoices, "2026-08-31")
            found = self._read(printed)
            self.assertEqual(len(found.subtotals), 120)
            self.assertEqual(found.totals[0][1], sum(found.subtotals.values()))
            self._check_pages(printed.page_texts)
            texts.append(printed.text)
            [statement] = self.service._get_statements(self.invoices, date(2026, 8, 31))
            self.assertEqual(found.totals[0][1], statement["parts"][0]["total"])
        self.assertEqual(*texts)

    def _check_pages(self, pages):
        """Every page of the account opens with what the one before carried, under the
        head of the table, and no total stands alone."""
        self.assertGreater(len(pages), 10)
        accounts = [page for page in pages if "Base TTC" in page]
        for number_, page in enumerate(pages, 1):
            self.assertIn(f"page {number_}/{len(pages)}", page)
            self.assertIn("SIREN", page)
        for page in accounts[1:]:
            self.assertIn("(suite)", page)
            lines = [line.strip() for line in page.splitlines() if line.strip()]
            head = next(i for i, line in enumerate(lines) if "Base TTC" in line)
            follows = [line for line in lines[head : head + 4] if "Report" in line]
            self.assertTrue(follows, page)
            self.assertRegex(page, "Facture INV")
        for page in accounts[:-1]:
            self.assertIn("À reporter", page)
        self.assertNotIn("À reporter", accounts[-1])

    def test_one_old_debt(self):
        """Seventeen years of half-years and payments: an invoice that is cut, its base
        and its sums read on from page to page."""
        invoice = self._invoice(self.business, 90000, "2009-01-15")
        for rank in range(30):
            self._pay(invoice, 500, date(2012, 1, 10) + timedelta(days=150 * rank))
        for build in BUILDS:
            with self.subTest(build):
                self._use_build(build)
                printed = self._print(invoice, "2026-08-31")
                found = self._read(printed)
                self.assertGreater(len(found.segments), 60)
                self.assertEqual(found.carried[:2], ["À reporter", "Report"])
                self.assertEqual(list(found.subtotals), [invoice.name])
                last = next(page for page in printed.page_texts if "Total dû" in page)
                self.assertRegex(last, r"\d\d/\d\d/\d{4} +\d\d/\d\d/\d{4} +\d+")
                self.assertIn("Article L441-6, I, du code de commerce :", printed.text)
                self.assertIn(
                    "Article L441-10, II, du code de commerce :", printed.text
                )

    def test_queries_do_not_grow_with_the_invoices(self):
        counts = []
        for part in (self.invoices[:10], self.invoices[:10], self.invoices[:100]):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.service._get_statements(part, date(2026, 8, 31))
            counts.append(self.env.cr.sql_log_count - before)
        _first_time, of_ten, of_hundred = counts
        self.assertEqual(of_ten, of_hundred)

    def test_long_comparison(self):
        self._use_build("UNPATCHED")
        printed = self._print(self.invoices, "2026-08-31", imputation="both")
        found = self._read(printed)
        self.assertEqual(len(found.totals), 2)
        self.assertGreater(printed.text.count("I. Sur le principal d’abord"), 1)
