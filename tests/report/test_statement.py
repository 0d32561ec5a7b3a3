"""The statement of interest, printed and worked out again by hand from the paper."""

from datetime import date
from decimal import Decimal

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.fields import Command

from .statements import StatementCase
from .test_letter_rendering import BUILDS


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
            "à payer au plus tard le 24 septembre 2026 (article R2192-36 du code de "
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
