"""A printed statement of interest and a reader who works it out again by hand."""

import base64
import re
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from freezegun import freeze_time

from odoo.fields import Command

from odoo.addons.l10n_fr_recouvrement.paper.statement import statement_pages

from ..common import RecouvrementCase
from . import test_letter_rendering
from .test_letter_rendering import PrintedLetter

FIGURE = r"(−?\d{1,3}(?: \d{3})*,\d\d)"
DAY = r"(\d\d/\d\d/\d{4})"
SEGMENT = re.compile(rf"{DAY} +{DAY} +(\d+) +{FIGURE} +([\d,]+) % +(36[56]) +{FIGURE}")
DUE = re.compile(rf"^(Facture .+?) {{2,}}{FIGURE}$")
PAYMENT = re.compile(rf"^{DAY} +(\D+?) : {FIGURE} +{FIGURE}(?: +{FIGURE})?$")
LEFT = re.compile(rf"principal restant dû : {FIGURE}")
FEE = re.compile(
    rf"^(Indemnité forfaitaire|Frais complé|Remise accordée sur)[^€]+? {{2,}}{FIGURE}$"
)
WAIVER = re.compile(rf"^Remise accordée {{2,}}{FIGURE}$")
SUBTOTAL = re.compile(
    rf"Reste dû sur la facture (.+) : {FIGURE} +{FIGURE} +{FIGURE}(?: +{FIGURE})?"
)
CARRIED = re.compile(rf"^(Report|À reporter) {{2,}}{FIGURE} +{FIGURE}(?: +{FIGURE})?$")
TOTAL = re.compile(rf"Total dû au (.+?) {{2,}}{FIGURE} €")
CENT = Decimal("0.01")


def number(text):
    """The amount that a reader understands."""
    plain = re.sub(r" ", "", text or "0")
    return Decimal(plain.replace(",", ".").replace("−", "-"))


def day(text):
    return datetime.strptime(text, "%d/%m/%Y").date()


class Reader:
    """Works a printed statement out again, with nothing but the paper.

    Reads the pages from top to bottom as a judge would, and complains of the first
    figure that is not what it should be.
    """

    def __init__(self, test, text):
        self.test = test
        self.segments, self.payments, self.subtotals, self.totals = [], [], {}, []
        self.carried = []
        self.sums = [Decimal(0)] * 3
        self.start = list(self.sums)
        self.left = Decimal(0)
        for line in text.splitlines():
            self._read(line.strip())

    def _read(self, line):
        for pattern, method in (
            (SEGMENT, self._read_segment),
            (DUE, self._read_due),
            (PAYMENT, self._read_payment),
            (LEFT, self._read_left),
            (FEE, self._read_fee),
            (WAIVER, self._read_waiver),
            (SUBTOTAL, self._read_subtotal),
            (CARRIED, self._read_carried),
            (TOTAL, self._read_total),
        ):
            found = pattern.search(line)
            if found:
                method(*found.groups())
                return

    def _read_due(self, _label, amount):
        self.left = number(amount)
        self.sums[0] += self.left

    def _read_segment(self, first, last, days, base, rate, divisor, amount):
        test, days = self.test, int(days)
        test.assertEqual((day(last) - day(first)).days + 1, days)
        test.assertEqual(number(base), self.left, "the base is the principal left")
        exact = number(base) * number(rate) / 100 * days / int(divisor)
        test.assertEqual(exact.quantize(CENT, ROUND_HALF_UP), number(amount))
        self.sums[1] += number(amount)
        self.segments.append((first, last, days, str(number(base)), rate, amount))

    def _read_payment(self, on, nature, amount, principal, interest):
        parts = -number(principal) - number(interest)
        self.test.assertEqual(parts, number(amount), "its two parts make the payment")
        self.payments.append((on, nature, amount, principal, interest))

    def _read_left(self, left):
        """The line under a payment; one that stands alone may be all interest, which
        text without columns does not tell."""
        *_what, principal, interest = self.payments[-1]
        if not interest and number(left) == self.left:
            principal, interest = interest, principal
        self.sums[0] += number(principal)
        self.sums[1] += number(interest)
        self.left += number(principal)
        self.test.assertEqual(number(left), self.left)

    def _read_fee(self, _label, amount):
        self.sums[2] += number(amount)

    def _read_waiver(self, amount):
        self.sums[1] += number(amount)

    def _read_subtotal(self, name, total, *figures):
        printed = [number(figure) for figure in figures]
        sums = [now - then for now, then in zip(self.sums, self.start, strict=True)]
        self.test.assertEqual(printed, sums, name)
        self.test.assertEqual(number(total), sum(sums))
        self.subtotals[name] = number(total)
        self.start = list(self.sums)

    def _read_carried(self, label, *figures):
        self.test.assertEqual([number(figure) for figure in figures], self.sums, label)
        self.carried.append(label)

    def _read_total(self, on, total):
        self.test.assertEqual(number(total), sum(self.sums))
        self.totals.append((on, number(total)))
        self.sums, self.start = [Decimal(0)] * 3, [Decimal(0)] * 3


class StatementCase(RecouvrementCase):
    """Statements printed for real."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.printer.stop()
        cls.service = cls.env["report.l10n_fr_recouvrement.report_statement"]

    _use_build = test_letter_rendering.TestLetterRendering._use_build

    def _wizard(self, moves, day, **vals):
        return self.env["recouvrement.statement.wizard"].create(
            {"move_ids": [Command.set(moves.ids)], "date": day, **vals}
        )

    def _print(self, moves, day, **vals):
        """The statement of invoices, as it comes out of the assistant."""
        wizard = self._wizard(moves, day, **vals)
        wizard.action_print()
        self.assertTrue(wizard.file_name.endswith(f"{day}.pdf"))
        printed = PrintedLetter(base64.b64decode(wizard.file))
        pages = [
            page
            for statement in wizard._get_statements()
            for page in statement_pages.lay_out(statement)["pages"]
        ]
        self.assertEqual(printed.page_count, len(pages), "no page runs over")
        return printed

    def _read(self, printed):
        text = "\n".join(printed.page_texts)
        return Reader(self, text.replace("\N{NO-BREAK SPACE}", " "))

    def _part_paid(self):
        """12 000 EUR over three half-years, two parts of it paid."""
        invoice = self._invoice(self.business, 12000, "2022-11-30")
        self._pay(invoice, 5000, "2023-02-15")
        self._pay(invoice, 2500, "2023-05-31")
        return invoice

    def _interest_first(self):
        """8 000 EUR, 3 000 of it paid."""
        invoice = self._invoice(self.business, 8000, "2026-01-31")
        self._pay(invoice, 3000, "2026-04-01")
        return invoice

    def _formal_notice(self, invoice, sent, presented):
        """Put a consumer in default by a registered letter."""
        action = self._run(sent)
        notice = action.stage_id.procedure_id.stage_ids.filtered(
            lambda stage: stage.kind == "formal_notice"
        )
        action.sudo().line_ids.own_stage_id = notice
        with freeze_time(sent):
            action.sudo()._refresh()
            action.sudo().write({"state": "ready", "channel": "registered"})
            action.sudo()._mark_sent()
        with freeze_time(presented):
            action.date_presented = presented
        return action
