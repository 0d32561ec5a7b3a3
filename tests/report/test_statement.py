"""The statement of interest, printed and worked out again by hand from the paper."""

import base64
import io
import re
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from urllib.parse import parse_qs, urlparse

from freezegun import freeze_time
from openpyxl import load_workbook

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user

from odoo.addons.l10n_fr_recouvrement.paper.statement import statement_pages

from ..common import RecouvrementCase
from . import test_letter_rendering
from .test_letter_rendering import BUILDS, PrintedLetter

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
        action.sudo().line_ids.stage_id = notice
        with freeze_time(sent):
            action.sudo()._refresh()
            action.sudo().write({"state": "ready", "channel": "registered"})
            action.sudo()._mark_sent()
        with freeze_time(presented):
            action.date_presented = presented
        return action


class TestStatement(StatementCase):
    """What the paper says, and that it is enough to work it out again."""

    def test_three_half_years_and_two_payments(self):
        invoice = self._part_paid()
        for build in BUILDS:
            with self.subTest(build):
                self._use_build(build)
                printed = self._print(invoice, "2023-08-31")
                found = self._read(printed)
                self.assertEqual(
                    [segment[2:] for segment in found.segments],
                    [
                        (31, "12000.00", "10,00", "101,92"),
                        (46, "12000.00", "12,50", "189,04"),
                        (105, "7000.00", "12,50", "251,71"),
                        (30, "4500.00", "12,50", "46,23"),
                        (62, "4500.00", "14,00", "107,01"),
                    ],
                )
                self.assertEqual(found.segments[0][0], "01/12/2022")
                self.assertEqual(found.segments[-1][1], "31/08/2023")
                self.assertEqual(
                    [payment[:3] for payment in found.payments],
                    [
                        ("15/02/2023", "Règlement", "5 000,00"),
                        ("31/05/2023", "Règlement", "2 500,00"),
                    ],
                )
                self.assertEqual(found.subtotals, {invoice.name: Decimal("5235.91")})
                self.assertEqual(found.totals, [("31 août 2023", Decimal("5235.91"))])
                self.assertEqual(printed.page_count, 1)

    def test_what_it_says_of_its_sources(self):
        invoice = self._part_paid()
        invoice.ref = "Bon 4711"
        with freeze_time("2023-09-04"):
            text = self._print(invoice, "2023-08-31").text
        for expected in (
            "DÉCOMPTE DES PÉNALITÉS DE RETARD arrêté au 31 août 2023",
            "Menuiserie Exemple",
            "SIREN 334 175 221",
            "Pénalités de retard 695,91 €",
            "Indemnité forfaitaire 40,00 €",
            "Total dû au 31 août 2023 5 235,91 €",
            "cinq mille deux cent trente-cinq euros et quatre-vingt-onze centimes",
            "base × taux × jours ÷ diviseur, arrondi au centime ligne par ligne",
            "10,00 % : taux de refinancement de la BCE au 1er juillet 2022 (0,00 %) "
            "majoré de 10 points de pourcentage",
            "14,00 % : taux de refinancement de la BCE au 1er juillet 2023 (4,00 %)",
            "Taux annuels Article L441-10, II, du code de commerce :",
            "40,00 € par facture payée en retard",
            "articles L441-10, II, et D441-5 du code de commerce",
            "ne sont pas soumises à la TVA (article 256 du code général des impôts)",
            "imputés d’abord sur le principal",
            "votre réf. Bon 4711",
            "Lyon, le 4 septembre 2023",
            "Dominique Gérant",
        ):
            self.assertIn(expected, text)

    def test_three_times_the_legal_rate_as_agreed_or_as_the_floor(self):
        for basis, origin in (("legal", "taux convenu"), ("contract", "minimum légal")):
            with self.subTest(basis):
                self.business.recouvrement_rate_basis = basis
                self.business.recouvrement_contract_rate = 5
                invoice = self._invoice(self.business, 6000, "2026-08-31")
                text = self._print(invoice, "2026-10-15").text
                self.assertIn(
                    f"8,25 % : {origin}, 3 fois le taux de l’intérêt légal", text
                )

    def test_interest_first(self):
        invoice = self._interest_first()
        printed = self._print(invoice, "2026-06-30", imputation="interest_first")
        found = self._read(printed)
        self.assertEqual(
            [segment[2:] for segment in found.segments],
            [
                (60, "8000.00", "12,15", "159,78"),
                (90, "5159.78", "12,15", "154,58"),
            ],
        )
        self.assertEqual(found.payments[0][2:], ("3 000,00", "−2 840,22", "−159,78"))
        self.assertEqual(found.totals[0][1], Decimal("5354.36"))
        self.assertIn("article 1343-1 du code civil", printed.text)
        principal_first = self._read(self._print(invoice, "2026-06-30"))
        self.assertEqual(principal_first.totals[0][1], Decimal("5349.57"))

    def test_side_by_side(self):
        invoice = self._interest_first()
        other = self._invoice(self.business, 1000, "2026-03-31")
        printed = self._print(invoice + other, "2026-06-30", imputation="both")
        found = self._read(printed)
        first, second = (total for _on, total in found.totals)
        self.assertEqual(second - first, Decimal("5354.36") - Decimal("5349.57"))
        for expected in (
            "I. Paiements imputés d’abord sur le principal",
            "II. Paiements imputés d’abord sur les pénalités (article 1343-1 du code "
            "civil)",
            "Comparaison des deux imputations",
            f"{invoice.name} 5 000,00 309,57 40,00 5 349,57 5 159,78 154,58 40,00 "
            "5 354,36",
            "laissent 4,79 € de plus à payer",
        ):
            self.assertIn(expected, printed.text)

    def test_consumer(self):
        invoice = self._invoice(self.consumer, 1850, "2026-03-31")
        before = self._print(invoice, "2026-05-12")
        self.assertIn("sans mise en demeure à cette date", before.text)
        self.assertEqual(self._read(before).totals[0][1], Decimal("1850.00"))
        self._formal_notice(invoice, "2026-05-08", "2026-05-12")
        printed = self._print(invoice, "2026-08-31")
        found = self._read(printed)
        self.assertEqual(
            [segment[2:] for segment in found.segments],
            [(49, "1850.00", "2,62", "6,51"), (62, "1850.00", "2,75", "8,64")],
        )
        self.assertEqual(found.totals[0][1], Decimal("1865.15"))
        self.assertIn("DÉCOMPTE DES INTÉRÊTS AU TAUX LÉGAL", printed.text)
        self.assertIn("12/05/2026, date d’effet de la mise en demeure", printed.text)
        self.assertIn("articles 1231-6 et 1344-1 du code civil", printed.text)
        for never in ("40,00", "L441-10", "ndemnité", "énalité"):
            self.assertNotIn(never, printed.text)

    def test_public_body(self):
        invoice = self._invoice(self.public_body, 24000, "2026-06-19")
        invoice.recouvrement_request_date = "2026-05-20"
        self._pay(invoice, 24000, "2026-08-10")
        printed = self._print(invoice, "2026-09-01")
        found = self._read(printed)
        self.assertEqual(
            found.segments,
            [("20/06/2026", "10/08/2026", 52, "24000.00", "10,15", "347,05")],
        )
        self.assertEqual(found.totals[0][1], Decimal("387.05"))
        for expected in (
            "DÉCOMPTE DES INTÉRÊTS MORATOIRES",
            "demande de paiement reçue le 20/05/2026, délai de 30 jours expiré le "
            "19/06/2026",
            "à mandater au plus tard le 24 septembre 2026 (article R2192-36 du code de "
            "la commande publique)",
            "fixe pendant toute la durée du retard",
            "article R2192-10 du code de la commande publique",
        ):
            self.assertIn(expected, printed.text)
        self.assertNotIn("L441-10", printed.text)

    def test_instalments_credits_and_waiver(self):
        invoice = self._invoice_in_two(self.business, 2000, "2026-01-31", 59)
        refund = self._credit_note(self.business, 100, "2026-03-15")
        lines = (refund + invoice).line_ids.filtered(
            lambda line: line.account_type == "asset_receivable" and not line.reconciled
        )
        (lines.filtered("credit") + lines.filtered("debit").sorted()[0]).reconcile()
        self._receive(self.business, 300, "2026-05-10")
        with freeze_time("2026-05-31"):
            self.env["recouvrement.waiver"]._grant(
                [
                    {
                        "move_id": invoice.id,
                        "date": "2026-05-31",
                        "user_id": self.env.uid,
                        "reason": "Accord",
                        "amount_interest": 10,
                    }
                ]
            )
        printed = self._print(invoice, "2026-05-31")
        found = self._read(printed)
        self.assertEqual(
            [payment[1] for payment in found.payments],
            [
                "Avoir, correction de prix",
                "Règlement non affecté",
            ],
        )
        for expected in (
            "échéance 1 sur 2 du 31/01/2026",
            "échéance 2 sur 2 du 31/03/2026",
            "facture de 2 000,00 € TTC",
            "Remise accordée −10,00",
            "base réduite dès l’origine ; principal restant dû : 900,00",
            "imputés sur les sommes échues les plus anciennes",
        ):
            self.assertIn(expected, printed.text)
        without = self._print(invoice, "2026-05-31", with_credits=False)
        self.assertNotIn("non affecté", without.text)

    def test_costs_and_what_was_forgiven_of_the_indemnity(self):
        invoice = self._invoice(self.business, 1000, "2026-01-31")
        self.env["recouvrement.penalty.line"].sudo().create(
            {
                "move_id": invoice.id,
                "kind": "cost",
                "name": "lettre recommandée",
                "date_from": "2026-03-02",
                "date_to": "2026-03-02",
                "amount": 7.45,
                "currency_id": invoice.currency_id.id,
            }
        )
        self.env["recouvrement.waiver"]._grant(
            [
                {
                    "move_id": invoice.id,
                    "date": "2026-05-31",
                    "user_id": self.env.uid,
                    "reason": "Accord",
                    "amount_indemnity": 15,
                }
            ]
        )
        printed = self._print(invoice, "2026-05-31")
        found = self._read(printed)
        # 1 000 × 12,15 % × 120 ÷ 365 = 39,95
        self.assertEqual(found.totals[0][1], Decimal("1072.40"))
        for expected in (
            "Frais complémentaires du 02/03/2026 : lettre recommandée 7,45",
            "Remise accordée sur l’indemnité −15,00",
            "Indemnité forfaitaire 25,00 €",
            "Frais de recouvrement complémentaires 7,45 €",
        ):
            self.assertIn(expected, printed.text)

    def test_credit_note_pays_no_interest(self):
        """Even where payments go to interest first."""
        invoice = self._invoice(self.business, 8000, "2026-01-31")
        self._credit_note(self.business, 3000, "2026-04-01")
        printed = self._print(invoice, "2026-06-30", imputation="interest_first")
        found = self._read(printed)
        self.assertEqual(
            found.payments,
            [
                (
                    "01/04/2026",
                    "Avoir non affecté",
                    "3 000,00",
                    "−3 000,00",
                    None,
                )
            ],
        )

    def test_credits_beyond_the_principal_are_deducted(self):
        """A transfer that pays the penalties too, before anybody allocated it."""
        invoice = self._invoice(self.business, 8000, "2026-01-31")
        invoice.action_toggle_block_payment()
        self._receive(self.business, 8100, "2026-04-01")
        [statement] = self.service._get_statements(invoice, date(2026, 6, 30))
        [part] = statement["parts"]
        self.assertEqual(part["sums"]["interest"], Decimal("159.78"))
        self.assertEqual(part["credit"], Decimal("100.00"))
        self.assertEqual(part["total"], Decimal("99.78"))

    def test_insolvency_stops_interest_and_payments_go_on(self):
        invoice = self._invoice(self.business, 8000, "2026-01-31")
        self.business.recouvrement_insolvency_date = "2026-04-02"
        self._pay(invoice, 3000, "2026-05-15")
        printed = self._print(invoice, "2026-06-30", imputation="interest_first")
        found = self._read(printed)
        self.assertEqual(
            [segment[:2] for segment in found.segments], [("01/02/2026", "01/04/2026")]
        )
        self.assertEqual(found.payments[0][3:], ("−2 840,22", "−159,78"))
        self.assertIn("procédure collective ouverte le 02/04/2026", printed.text)

    def test_judgment_and_capitalisation(self):
        invoice = self._invoice(self.business, 10000, "2023-12-31")
        self._judge(
            invoice,
            rule="legal",
            date_enforceable="2025-03-20",
            date_capitalised="2024-12-31",
        )
        printed = self._print(invoice, "2026-01-31")
        for expected in (
            "jugement RG 25/00123 du 10/03/2025, tribunal de commerce de Lyon",
            "31/12/2024 Intérêts capitalisés : 1 441,37 la base devient 11 441,37",
            "article 1343-2 du code civil",
            "Article L313-3 du code monétaire et financier :",
        ):
            self.assertIn(expected, printed.text)
        [statement] = self.service._get_statements(invoice, date(2026, 1, 31))
        [part] = statement["parts"]
        [line] = part["lines"]
        self.assertEqual(part["sums"]["interest"], line.found.interest_left)

    def test_time_that_a_judge_granted(self):
        invoice = self._invoice(self.business, 10000, "2024-12-31")
        self._judge(
            invoice,
            rule="penalties",
            date_grace_from="2025-04-01",
            date_grace_to="2025-09-30",
        )
        printed = self._print(invoice, "2025-12-31")
        found = self._read(printed)
        self.assertEqual(
            [(segment[0], segment[4]) for segment in found.segments],
            [
                ("01/01/2025", "13,15"),
                ("01/04/2025", "0,00"),
                ("01/07/2025", "0,00"),
                ("01/10/2025", "12,15"),
            ],
        )
        self.assertIn("0,00 % : du 01/04/2025 au 30/09/2025", printed.text)
        self.assertNotIn("taux convenu", printed.text)

    def _judge(self, invoice, **vals):
        return self.env["recouvrement.judgment"].create(
            {
                "name": "RG 25/00123",
                "court": "tribunal de commerce de Lyon",
                "partner_id": self.business.id,
                "company_id": self.company.id,
                "move_ids": [Command.set(invoice.ids)],
                "date": "2025-03-10",
                **vals,
            }
        )

    def test_days_charged_already_are_not_counted_again(self):
        invoice = self._invoice(self.business, 10000, "2026-01-31")
        with freeze_time("2026-03-31"):
            invoice.action_recouvrement_refresh_penalties()
            note = self._charge(invoice)
        printed = self._print(invoice, "2026-06-30")
        found = self._read(printed)
        self.assertEqual(
            [segment[:2] for segment in found.segments], [("01/04/2026", "30/06/2026")]
        )
        self.assertIn(f"déjà facturé par la note de débit {note.name}", printed.text)
        self.assertIn(f"déjà facturée par la note de débit {note.name}", printed.text)

    def _charge(self, invoice):
        """Make the debit note of an invoice as of today."""
        wizard = self.env["recouvrement.debit.wizard"].create(
            {
                "company_id": self.company.id,
                "move_ids": [Command.set(invoice.ids)],
            }
        )
        wizard.action_charge()
        return invoice.recouvrement_debit_note_ids

    def test_one_statement_for_each_debtor(self):
        invoices = self._invoice(self.business, 1000, "2026-01-31") + self._invoice(
            self.public_body, 2000, "2026-01-31"
        )
        printed = self._print(invoices, "2026-06-30")
        self.assertEqual(printed.page_count, 2)
        for text, name in zip(
            printed.page_texts,
            ("Menuiserie Exemple", "Commune de Testville"),
            strict=True,
        ):
            self.assertIn(name, text)
        self.assertEqual(len(self._read(printed).totals), 2)

    def test_another_currency(self):
        swiss = self.env.ref("base.CHF")
        swiss.active = True
        self.env["res.currency.rate"].create(
            {"currency_id": swiss.id, "name": "2026-01-01", "rate": 0.95}
        )
        invoice = self._invoice(self.business, 1000, "2026-01-31", currency_id=swiss.id)
        printed = self._print(invoice, "2026-06-30")
        self.assertIn("Montants en CHF", printed.text)
        self.assertIn("40,00 € au cours du 30/06/2026", printed.text)
        self.assertIn("38,00", printed.text)

    def test_nothing_to_state_and_missing_rate(self):
        invoice = self._invoice(self.business, 1000, "2026-06-30")
        with self.assertRaisesRegex(UserError, "nothing to state"):
            self._print(invoice, "2026-06-30")
        with self.assertRaisesRegex(UserError, "2027"):
            self._print(invoice, "2027-02-01")


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


class TestStatementAccess(StatementCase):
    """Where the assistant opens from, and for whom."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._invoice(cls.business, 1000, "2026-01-31")
        cls.users = [
            cls._create_user(login, group)
            for login, group in (
                ("facturation", "account.group_account_invoice"),
                ("auditeur", "account.group_account_readonly"),
                ("relance", "l10n_fr_recouvrement.group_recovery_officer"),
            )
        ]
        cls.other_company = cls._create_company(name="Autre société")
        cls.stranger = new_test_user(
            cls.env,
            "etranger",
            groups="account.group_account_manager",
            company_id=cls.other_company.id,
            company_ids=[Command.set(cls.other_company.ids)],
        )

    def _open(self, records, user=None):
        """The assistant, opened from records as the screen does."""
        model = self.env["recouvrement.statement.wizard"].with_user(
            user or self.env.user
        )
        return model.with_context(
            active_model=records._name, active_ids=records.ids
        ).create({})

    def test_accounting_prints_and_exports(self):
        for user in self.users:
            wizard = self._open(self.invoice, user)
            wizard.date = "2026-06-30"
            wizard.action_print()
            self.assertTrue(base64.b64decode(wizard.file).startswith(b"%PDF"))
            wizard.action_export()
            self.assertTrue(base64.b64decode(wizard.file).startswith(b"PK"))

    def test_nobody_else_does(self):
        portal = new_test_user(self.env, "portail", groups="base.group_portal")
        employee = self._create_user("salarie", "base.group_user")
        for user in (portal, employee):
            with self.assertRaises(AccessError):
                self._wizard(self.invoice, "2026-06-30").with_user(user).action_print()
            model = self.env["recouvrement.statement.wizard"].with_user(user)
            self.assertFalse(model.has_access("create"))

    def test_other_companies_do_not(self):
        model = self.env["recouvrement.statement.wizard"].with_user(self.stranger)
        wizard = model.create({"date": "2026-06-30"})
        wizard.sudo().move_ids = self.invoice
        with self.assertRaises(AccessError):
            wizard.action_print()
        with self.assertRaises(AccessError):
            wizard.action_export()

    def test_what_somebody_downloads_is_theirs(self):
        mine, yours = self.users[:2]
        wizard = self._open(self.invoice, mine)
        with self.assertRaises(AccessError):
            wizard.with_user(yours).read(["file"])

    def test_opened_from_a_debtor(self):
        """Its late invoices and those that still owe penalties, as of the date."""
        paid = self._invoice(self.business, 500, "2026-01-31")
        self._pay(paid, 500, "2026-03-01")
        with freeze_time("2026-06-30"):
            paid._recouvrement_refresh_penalties(date(2026, 6, 30))
            in_time = self._invoice(self.business, 300, "2026-01-31")
            self._pay(in_time, 300, "2026-01-15")
            later = self._invoice(self.business, 200, "2026-08-31")
            self._invoice(self.consumer, 200, "2026-01-31")
            wizard = self._open(self.business)
            self.assertEqual(wizard.move_ids, self.invoice + paid)
            wizard.date = "2026-09-15"
            self.assertEqual(wizard.move_ids, self.invoice + paid + later)

    def test_opened_from_an_action(self):
        action = self._run("2026-03-15")
        wizard = self._open(action)
        self.assertEqual(wizard.move_ids, self.invoice)
        self.assertEqual(wizard.date, date(2026, 3, 15))
        [statement] = wizard._get_statements()
        self.assertEqual(statement["reference"], f"{action.name}, décompte")

    def test_letter_and_statement_agree(self):
        """Enclosed with a letter that claims penalties, it comes to the same."""
        self._receive(self.business, 150, "2026-02-20")
        action = self._run("2026-03-15")
        stage = action.stage_id.procedure_id.stage_ids.filtered("show_penalties")[0]
        action.sudo().line_ids.stage_id = stage
        with freeze_time("2026-03-15"):
            action.sudo()._refresh()
        [statement] = self._open(action)._get_statements()
        self.assertTrue(action.show_penalties)
        self.assertEqual(float(statement["parts"][0]["total"]), action.amount_total)

    def test_bills_have_no_statement(self):
        refund = self._credit_note(self.business, 10, "2026-01-31")
        with self.assertRaises(UserError):
            self._open(refund)
        wizard = self._open(self.invoice + refund)
        self.assertEqual(wizard.move_ids, self.invoice)


class TestStatementDownload(StatementCase, HttpCase):
    """The file, as the browser fetches it."""

    def test_download(self):
        invoice = self._invoice(self.business, 1000, "2026-01-31")
        user = self._create_user("facturation", "account.group_account_invoice")
        other = self._create_user("auditeur", "account.group_account_readonly")
        model = self.env["recouvrement.statement.wizard"].with_user(user)
        wizard = model.create({"date": "2026-06-30", "move_ids": invoice.ids})
        action = wizard.action_export()
        self.assertEqual(action["type"], "ir.actions.act_url")
        query = parse_qs(urlparse(action["url"]).query)
        self.assertEqual(query["id"], [str(wizard.id)])
        for login, status in ((other.login, 404), (user.login, 200)):
            self.authenticate(login, login)
            response = self.url_open(action["url"])
            self.assertEqual(response.status_code, status)
        self.assertTrue(response.content.startswith(b"PK"))
        self.assertIn("attachment", response.headers["Content-Disposition"])
