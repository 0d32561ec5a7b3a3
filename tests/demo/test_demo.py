"""The demonstration company: complete, fictitious, the same every time."""

import re
from datetime import timedelta

from stdnum.fr import siret, tva
from stdnum.iso7064 import mod_97_10

from odoo import fields
from odoo.modules import Manifest
from odoo.tests import TransactionCase, freeze_time, tagged
from odoo.tools import convert_file

MODULE = "l10n_fr_recouvrement"
TODAY = "2026-03-17"
# RFC 2606 and RFC 6761
RESERVED_MAIL = re.compile(r"@(example\.(com|net|org)|[a-z.-]+\.example)$")
# ARCEP decision 2018-0881: numbers reserved for audiovisual fiction
FICTION_PHONE = re.compile(r"^(01 99 00|06 39 98)( \d\d){2}$")


@tagged("standard", "post_install", "-at_install")
@freeze_time(TODAY)
class TestDemo(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mails_before = cls.env["mail.mail"].search([])
        for path in Manifest.for_addon(MODULE)["demo"]:
            convert_file(cls.env, MODULE, path, {}, mode="init", noupdate=True)
        cls.today = fields.Date.to_date(TODAY)
        cls.company = cls.env.ref(f"{MODULE}.demo_company")
        cls.env = cls.env(
            context={"allowed_company_ids": cls.company.ids, "lang": "fr_FR"}
        )
        cls.partners = cls.env["res.partner"].search(
            [("company_id", "=", cls.company.id), ("user_ids", "=", False)]
        )
        cls.debtors = cls.partners.filtered(lambda partner: not partner.parent_id)
        cls.entries = cls.env["account.move"].search(
            [("company_id", "=", cls.company.id)]
        )
        cls.invoices = cls.entries.filtered(
            lambda move: (
                move.move_type == "out_invoice" and not move.recouvrement_is_debit_note
            )
        )

    def _get_days_late(self):
        """Days late of the due lines that may be chased, by debtor."""
        late = {}
        for line in self.invoices.line_ids:
            if (
                line.display_type == "payment_term"
                and line.date_maturity < self.today
                and not line.reconciled
                and not line.no_followup
                and line.move_id.payment_state != "blocked"
            ):
                debtor = line.partner_id.commercial_partner_id
                late.setdefault(debtor, []).append(
                    (self.today - line.date_maturity).days
                )
        return late

    def _get_profile(self, debtor):
        if not debtor.is_company:
            return "consumer"
        return "public" if (debtor.company_registry or " ")[0] in "12" else "business"

    def test_company(self):
        self.assertTrue(siret.is_valid(self.company.company_registry))
        self.assertTrue(tva.is_valid(self.company.vat))
        self.assertEqual(self.company.vat[4:], self.company.company_registry[:9])
        self.assertEqual(self.company.chart_template, "fr")
        self.assertTrue(self.company.logo)
        self.assertRegex(self.company.email, RESERVED_MAIL)
        bank = self.company.partner_id.bank_ids
        self.assertEqual(bank.acc_type, "iban")
        number = bank.sanitized_acc_number
        # not stdnum.iban: its data file cannot be opened under Odoo's import hooks
        self.assertTrue(mod_97_10.is_valid(number[4:] + number[:4]))
        journal = self.env["account.journal"].search(
            [("company_id", "=", self.company.id), ("type", "=", "bank")]
        )
        self.assertEqual(journal.bank_account_id, bank)
        self.assertRegex(bank.bank_bic, r"^[A-Z]{4}FR[0-9A-Z]0[0-9A-Z]{3}$")
        self.assertEqual(
            self.company.recouvrement_share_capital,
            "50\N{NO-BREAK SPACE}000\N{NO-BREAK SPACE}€",
        )

    def test_debtors(self):
        self.assertEqual(len(self.debtors), 40)
        consumers = self.debtors.filtered(lambda debtor: not debtor.is_company)
        self.assertEqual(len(consumers), 10)
        self.assertFalse(any(consumers.mapped("company_registry")))
        self.assertEqual(len(self.debtors.filtered(lambda d: not d.email)), 2)
        self.assertEqual(len(self.debtors.filtered(lambda d: not d.street)), 1)
        self.assertTrue(self.partners.filtered(lambda p: p.type == "invoice"))

    def test_identifiers(self):
        french = self.debtors.filtered(
            lambda debtor: debtor.is_company and debtor.country_code == "FR"
        )
        self.assertEqual(len(french), 29)
        for debtor in french:
            with self.subTest(debtor.name):
                self.assertTrue(siret.is_valid(debtor.company_registry))
                if debtor.vat:
                    self.assertTrue(tva.is_valid(debtor.vat))
                    self.assertEqual(debtor.vat[4:], debtor.company_registry[:9])
        self.assertEqual(len(set(french.mapped("company_registry"))), len(french))

    def test_reserved_contacts(self):
        users = self.env["res.users"].search(
            [("company_id", "=", self.company.id), ("login", "!=", "admin")]
        )
        people = self.partners + self.company.partner_id + users.partner_id
        for partner in people:
            with self.subTest(partner.name):
                if partner.email:
                    self.assertRegex(partner.email, RESERVED_MAIL)
                if partner.phone:
                    self.assertRegex(partner.phone, FICTION_PHONE)

    def test_users(self):
        accountant = self.env.ref(f"{MODULE}.demo_user_accountant")
        officer = self.env.ref(f"{MODULE}.demo_user_recovery")
        for user in accountant + officer:
            self.assertEqual(user.company_ids, self.company)
            self.assertEqual(user.lang, "fr_FR")
        self.assertTrue(accountant.has_group("account.group_account_user"))
        self.assertTrue(officer.has_group(f"{MODULE}.group_recovery_officer"))
        admin = self.env.ref("base.user_admin")
        self.assertEqual(admin.company_id, self.company)

    def test_invoices(self):
        self.assertTrue(290 <= len(self.invoices) <= 310)
        self.assertEqual(set(self.entries.mapped("state")), {"posted"})
        self.assertEqual(
            set(self.invoices.mapped("payment_state")),
            {"paid", "not_paid", "partial", "reversed", "blocked"},
        )
        self.assertLessEqual(max(self.entries.mapped("date")), self.today)
        oldest = min(self.invoices.mapped("invoice_date"))
        self.assertLess(oldest, self.today - timedelta(days=480))
        self.assertEqual(
            self.invoices.sorted("name").mapped("invoice_date"),
            sorted(self.invoices.mapped("invoice_date")),
            "Numbers follow dates",
        )

    def test_taxes(self):
        tax = self.company.account_sale_tax_id
        self.assertEqual(tax.amount, 20)
        for move in self.invoices:
            if move.currency_id == self.company.currency_id:
                self.assertEqual(move.invoice_line_ids.tax_ids, tax)
            else:
                self.assertEqual(move.currency_id.name, "CHF")
                self.assertFalse(move.amount_tax)

    def test_overdue(self):
        late = self._get_days_late()
        self.assertTrue(22 <= len(late) <= 28, len(late))
        self.assertEqual(
            {self._get_profile(debtor) for debtor in late},
            {"business", "consumer", "public"},
        )
        worst = [max(days) for days in late.values()]
        for first, last in ((1, 10), (15, 40), (60, 300)):
            count = sum(first <= days <= last for days in worst)
            self.assertGreaterEqual(count, 2, (first, last))
        self.assertEqual(max(worst), 300)
        self.assertTrue([debtor for debtor in late if not debtor.email])
        self.assertTrue([debtor for debtor in late if not debtor.street])
        self.assertTrue([debtor for debtor in late if debtor.country_code == "CH"])

    def test_profile_guessed(self):
        for debtor in self.debtors:
            self.assertEqual(debtor.recouvrement_profile, self._get_profile(debtor))

    def test_instalments(self):
        due_lines = self.invoices.line_ids.filtered(
            lambda line: line.display_type == "payment_term"
        )
        split = self.invoices.browse(
            move.id
            for move, lines in due_lines.grouped("move_id").items()
            if len(lines) > 1 and not all(lines.mapped("reconciled"))
        )
        self.assertEqual(len(split), 2)
        self.assertEqual(set(split.mapped("payment_state")), {"not_paid", "partial"})

    def test_unallocated(self):
        open_credits = self.env["account.move.line"].search(
            [
                ("company_id", "=", self.company.id),
                ("account_type", "=", "asset_receivable"),
                ("reconciled", "=", False),
                ("amount_residual", "<", 0),
            ]
        )
        self.assertEqual(len(open_credits), 6)
        self.assertEqual(len(open_credits.move_id.statement_line_ids), 3)

    def test_payments_at_their_date(self):
        partials = self.env["account.partial.reconcile"].search(
            [("company_id", "=", self.company.id)]
        )
        self.assertGreater(len(set(partials.mapped("max_date"))), 100)
        receipts = partials.filtered(
            # the others match exchange differences
            lambda partial: (
                partial.credit_move_id.move_id.statement_line_ids
                and partial.debit_move_id.move_id.is_invoice()
            )
        )
        for partial in receipts:
            self.assertEqual(partial.max_date, partial.credit_move_id.date)
        self.assertFalse(
            self.entries.statement_line_ids.filtered(lambda li: not li.is_reconciled)
        )

    def test_marks(self):
        blocked = self.invoices.filtered(lambda m: m.payment_state == "blocked")
        left_out = self.invoices.filtered("no_followup")
        self.assertEqual((len(blocked), len(left_out)), (3, 1))
        for move in blocked + left_out:
            self.assertTrue(
                move.message_ids.filtered(lambda m: m.message_type == "comment")
            )

    def test_nothing_sent(self):
        self.assertEqual(self.env["mail.mail"].search([]), self.mails_before)
        self.assertFalse(self.company.recouvrement_auto)

    def test_idempotent(self):
        self.env["recouvrement.demo"]._load()
        self.assertEqual(
            self.env["account.move"].search([("company_id", "=", self.company.id)]),
            self.entries,
        )

    def test_lateness_has_its_price(self):
        """Accrued, claimed, charged and waived penalties are there to be looked at."""
        lines = self.invoices.recouvrement_penalty_line_ids
        self.assertEqual(
            set(lines.mapped("state")), {"accrued", "claimed", "invoiced", "waived"}
        )
        self.assertEqual(
            set(self.invoices.mapped("recouvrement_rate_basis")),
            {"ecb", "legal", "contract"},
        )
        self.assertEqual(
            self.invoices.recouvrement_debit_note_ids.journal_id,
            self.company.recouvrement_debit_journal_id,
        )

    def test_same_every_time(self):
        first = self.env["recouvrement.demo"]._plan_sales()
        self.assertEqual(first, self.env["recouvrement.demo"]._plan_sales())
        self.assertEqual(len(first), len(self.invoices))
