"""A receipt is for money that came in: what else settled an invoice is named."""

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.fields import Command

from ..penalty.books import SettledCase

DUE = "2026-08-31"
DAY = "2026-12-15"


class TestReceipts(SettledCase):
    """Receipts of invoices that money settled, or something else, or both."""

    def _wizard(self, records, day=DAY):
        with freeze_time(day):
            wizard = self.env["recouvrement.letter.wizard"].with_context(
                active_model=records._name, active_ids=records.ids
            )
            return wizard.create({})

    def _receipt(self, invoices, day=DAY):
        """Ask for the receipt of invoices."""
        wizard = self._wizard(invoices, day)
        wizard.stage_id = wizard.stage_ids.filtered(
            lambda stage: stage.kind == "receipt"
        )
        wizard.move_ids = [Command.set(invoices.ids)]
        with freeze_time(day):
            return self.env["recouvrement.action"].browse(
                wizard.action_write()["res_id"]
            )

    def _values(self, action):
        service = self.env["report.l10n_fr_recouvrement.report_letter"]
        with freeze_time(DAY):
            return service._letter_values(action)

    def _lines(self, action):
        return [
            (line.nature or line.kind, line.amount_original) for line in action.line_ids
        ]

    def _pay_part(self, invoice):
        return self._pay_in_window(
            invoice,
            700,
            "2026-09-10",
            payment_difference_handling="reconcile",
            writeoff_account_id=self._account("6541").id,
        )

    def test_none_for_what_was_written_off(self):
        invoice = self._invoice(self.business, 1000, DUE)
        self._write_off(invoice, 1000, "2026-10-01")
        with self.assertRaisesRegex(UserError, f"{invoice.name} was written off, not"):
            self._receipt(invoice)
        wizard = self._wizard(invoice)
        self.assertFalse(wizard.move_ids)
        self.assertIn("was written off, not paid", wizard.refusals)

    def test_700_of_1000(self):
        """The rest is named, and the total is what was received."""
        invoice = self._invoice(self.business, 1000, DUE)
        self._pay_part(invoice)
        action = self._receipt(invoice)
        self.assertEqual(
            self._lines(action),
            [("invoice", 1000), ("payment", 700), ("loss", 300)],
        )
        self.assertEqual(
            action.settled_text, "1\u202f000,00\u00a0€, dont 700,00\u00a0€ reçus"
        )
        values = self._values(action)
        self.assertEqual(values["total_label"], "Total reçu")
        self.assertEqual(values["total"], "700,00\u00a0€")
        self.assertEqual(values["total_words"], "sept cents euros")
        _invoices, settlements = values["tables"]
        self.assertEqual(
            [row["number"] for row in settlements["rows"]],
            ["Règlement", "Perte sur créance"],
        )
        self.assertEqual(settlements["caption"], "Ce qui a soldé ces factures")
        self.assertIn("Perte sur créance", action.line_ids[-1].summary)
        with freeze_time(DAY):
            action.action_approve_and_send()
        self.assertEqual(action.state, "sent")

    def test_in_english(self):
        debtor = self._create_debtor(
            "Example Joinery Ltd",
            is_company=True,
            lang="en_US",
            country_id=self.env.ref("base.ie").id,
        )
        debtor.recouvrement_profile = "business"
        invoice = self._invoice(debtor, 1000, DUE)
        self._pay_part(invoice)
        action = self._receipt(invoice)
        values = self._values(action)
        self.assertEqual(values["total_label"], "Total received")
        self.assertEqual(action.settled_text, "€1,000.00, of which €700.00 received")
        self.assertEqual(
            [row["number"] for row in values["tables"][1]["rows"]],
            ["Payment", "Written off as a loss"],
        )

    def test_a_bill_has_its_receipt_when_it_is_paid(self):
        invoice = self._invoice(self.business, 1000, DUE)
        bill = self._accept_bill(invoice, 1000, "2026-09-01", "2026-11-30")
        with self.assertRaisesRegex(UserError, "by a bill that is not paid yet"):
            self._receipt(invoice)
        self._cash(bill, 400, "2026-11-30", self._account("413"))
        with self.assertRaisesRegex(UserError, "by a bill that is not paid yet"):
            self._receipt(invoice)
        self._cash(bill, 600, "2026-12-02", self._account("413"))
        action = self._receipt(invoice)
        self.assertEqual(
            self._lines(action), [("invoice", 1000), ("payment", 400), ("payment", 600)]
        )
        self.assertEqual(
            [str(line.date_due) for line in action.line_ids[1:]],
            ["2026-11-30", "2026-12-02"],
        )
        self.assertEqual(action.settled_text, "1\u202f000,00\u00a0€")

    def test_none_for_a_set_off_or_an_adjustment(self):
        for account, reason in (
            (self.business.property_account_payable_id, "set off against"),
            (self._account("467"), "by an adjustment, not by money"),
            (self._account("4191"), "by a deposit received before"),
        ):
            with self.subTest(reason):
                invoice = self._invoice(self.business, 1000, DUE)
                entry = self._entry(
                    "2026-09-20", (account, 1000), (self._receivable(), -1000)
                )
                self._settle(invoice, entry)
                with self.assertRaisesRegex(UserError, reason):
                    self._receipt(invoice)

    def test_none_for_a_draft_payment(self):
        invoice = self._invoice(self.business, 1000, DUE)
        self._pay_in_window(invoice, 1000, "2026-09-10").action_draft()
        with self.assertRaisesRegex(UserError, "no receipt is given"):
            self._receipt(invoice)

    def test_an_early_payment_discount_is_named(self):
        invoice = self._invoice(self.business, 1000, DUE)
        self._pay_in_window(
            invoice,
            980,
            "2026-08-08",
            payment_difference_handling="reconcile",
            writeoff_account_id=self._account("665").id,
        )
        rows = self._values(self._receipt(invoice))["tables"][1]["rows"]
        self.assertEqual([row["number"] for row in rows], ["Règlement", "Escompte"])

    def test_imported_books(self):
        invoice = self._invoice(self.business, 1000, DUE)
        bank = self.company_data["default_journal_bank"].default_account_id
        entry = self._entry("2026-09-10", (bank, 1000), (self._receivable(), -1000))
        self._settle(invoice, entry)
        self.assertEqual(
            self._lines(self._receipt(invoice)), [("invoice", 1000), ("payment", 1000)]
        )

    def test_the_debtor_is_offered_what_was_paid(self):
        """From the debtor: what was reminded and is paid, not what was written off."""
        paid = self._invoice(self.business, 1000, "2026-05-31")
        lost = self._invoice(self.business, 500, "2026-05-31")
        self._approve_and_send(self._run("2026-06-08"), "2026-06-08")
        self._pay(paid, 1000, "2026-06-10")
        self._write_off(lost, 500, "2026-06-10")
        wizard = self._wizard(self.business)
        wizard.stage_id = wizard.stage_ids.filtered(
            lambda stage: stage.kind == "receipt"
        )
        self.assertEqual(wizard.move_ids, paid)

    def test_a_payment_undone_before_the_receipt_leaves(self):
        """The bill comes back unpaid: the receipt is given up."""
        invoice = self._invoice(self.business, 1000, DUE)
        bill = self._accept_bill(invoice, 1000, "2026-09-01", "2026-11-30")
        line = self._cash(bill, 1000, "2026-11-30", self._account("413"))
        action = self._receipt(invoice)
        line.remove_move_reconcile()
        with freeze_time(DAY):
            action.action_approve_and_send()
        self.assertEqual(action.state, "cancelled")


class TestAccounts(SettledCase):
    """A statement of account names each credit by its nature."""

    def _account_letter(self):
        with freeze_time(DAY):
            wizard = (
                self.env["recouvrement.letter.wizard"]
                .with_context(active_model="res.partner", active_ids=self.business.ids)
                .create({})
            )
            wizard.stage_id = wizard.stage_ids.filtered(
                lambda stage: stage.kind == "account_statement"
            )
            return self.env["recouvrement.action"].browse(
                wizard.action_write()["res_id"]
            )

    def test_credits_that_nobody_allocated(self):
        self._invoice(self.business, 5000, DUE)
        bank = self.company_data["default_journal_bank"].default_account_id
        receivable = self._receivable()
        payable = self.business.property_account_payable_id
        self._receive(self.business, 80, "2026-09-01")
        self._entry("2026-09-02", (bank, 90), (receivable, -90))
        self._entry("2026-09-03", (payable, 100), (receivable, -100))
        self._entry(
            "2026-09-04", (bank, 70), (self._account("6541"), 30), (receivable, -100)
        )
        self._entry(
            "2026-09-05",
            (self._account("413"), 50, {"date_maturity": "2026-11-30"}),
            (receivable, -50),
        )
        action = self._account_letter()
        credits = action.line_ids.filtered(lambda line: line.kind == "payment")
        self.assertEqual(
            [(line.nature, line.amount_residual) for line in credits],
            [
                ("payment", 80),
                ("payment", 90),
                ("set_off", 100),
                ("payment", 70),
                ("loss", 30),
                ("bill", 50),
            ],
        )
        service = self.env["report.l10n_fr_recouvrement.report_letter"]
        with freeze_time(DAY):
            [table] = service._letter_values(action)["tables"]
        names = [row["number"] for row in table["rows"] if row["credit"]]
        self.assertEqual(
            names,
            [
                "Règlement reçu",
                "Règlement reçu",
                "Compensation",
                "Règlement reçu",
                "Perte sur créance",
                "Effet accepté",
            ],
        )
        self.assertIn("Compensation du", credits[2].summary)

    def test_what_is_left_of_a_set_off_is_no_payment(self):
        invoice = self._invoice(self.business, 60, DUE)
        payable = self.business.property_account_payable_id
        entry = self._entry("2026-09-03", (payable, 100), (self._receivable(), -100))
        self._settle(invoice, entry)
        action = self._account_letter()
        service = self.env["report.l10n_fr_recouvrement.report_letter"]
        with freeze_time(DAY):
            [table] = service._letter_values(action)["tables"]
        credits = [row for row in table["rows"] if row["credit"]]
        self.assertEqual(credits[0]["number"], "Compensation")
        self.assertIn("Solde d’une écriture de", credits[0]["detail"])

    def test_a_claim_names_credits_by_their_nature(self):
        self._invoice(self.business, 1000, DUE)
        payable = self.business.property_account_payable_id
        self._entry("2026-09-03", (payable, 100), (self._receivable(), -100))
        bank = self.company_data["default_journal_bank"].default_account_id
        self._entry(
            "2026-09-04",
            (bank, 70),
            (self._account("6541"), 30),
            (self._receivable(), -100),
        )
        action = self._run("2026-09-16")
        credits = action.line_ids.filtered(lambda line: line.kind == "payment")
        self.assertEqual(
            [(line.nature, line.amount_residual) for line in credits],
            [("set_off", 100), ("payment", 70), ("loss", 30)],
        )
        self.assertIn("Compensation du", credits[0].summary)
        self.assertNotIn("Règlement", credits[2].summary)

    def test_what_was_written_off_is_not_paid(self):
        """The column of a claim."""
        service = self.env["report.l10n_fr_recouvrement.report_letter"]
        for settle, label in (
            (lambda invoice: self._pay(invoice, 300, "2026-09-01"), "Déjà réglé"),
            (lambda invoice: self._write_off(invoice, 300, "2026-09-01"), "Déjà soldé"),
        ):
            with self.subTest(label):
                debtor = self._create_debtor(f"Exemple {label}", is_company=True)
                debtor.recouvrement_profile = "business"
                invoice = self._invoice(debtor, 1000, DUE)
                settle(invoice)
                action = self._run("2026-09-16").filtered(
                    lambda action, debtor=debtor: action.partner_id == debtor
                )
                with freeze_time("2026-09-16"):
                    table = service._letter_values(action)["tables"][0]
                self.assertEqual(table["paid_label"], label)
                html = self.env["ir.qweb"]._render(
                    "l10n_fr_recouvrement.report_letter",
                    service._prepare_document([service._letter_values(action)]),
                )
                self.assertIn(label, str(html))
