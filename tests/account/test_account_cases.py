"""The account of a debtor at its edges: what real books hold, and what is claimed."""

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.fields import Command

from ..common import RecouvrementCase


class AccountCase(RecouvrementCase):
    """A debtor of the shipped business procedure whose books are entered as an
    accountant would."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.debtor = cls._create_debtor(
            "Charpentes du Rhône",
            is_company=True,
            vat="FR40303265045",
            company_registry="30326504500015",
        )
        cls.receivable = cls.debtor.property_account_receivable_id
        cls.misc = cls.company_data["default_journal_misc"]

    @classmethod
    def _find_account(cls, code):
        return cls.env["account.account"].search(
            [("code", "=like", f"{code}%"), ("company_ids", "in", cls.company.id)],
            limit=1,
        )

    @classmethod
    def _enter(cls, day, *lines):
        """Post an entry; a line is ``(account or code, amount)`` or, with its due
        date, ``(account, amount, due)``: a debit where the amount is positive."""
        commands = []
        for account, amount, *due in lines:
            if isinstance(account, str):
                account = cls._find_account(account)
            is_debtor = account.account_type == "asset_receivable"
            commands.append(
                Command.create(
                    {
                        "name": "Écriture",
                        "account_id": account.id,
                        "partner_id": is_debtor and cls.debtor.id,
                        "debit": max(amount, 0),
                        "credit": max(-amount, 0),
                        "date_maturity": due[0] if due else False,
                    }
                )
            )
        entry = cls.env["account.move"].create(
            {
                "move_type": "entry",
                "journal_id": cls.misc.id,
                "date": day,
                "line_ids": commands,
            }
        )
        entry.action_post()
        return entry

    @classmethod
    def _settle(cls, invoice, entry):
        """Reconcile an invoice with the credit of an entry on its account."""
        lines = (invoice + entry).line_ids.filtered(
            lambda line: line.account_id == cls.receivable and not line.reconciled
        )
        lines.reconcile()

    @classmethod
    def _promise(cls, invoice, day, until):
        """Somebody writes down that the debtor pays an invoice by a day."""
        with freeze_time(day):
            cls.env["recouvrement.hold"]._open(
                "promise",
                invoice.commercial_partner_id,
                company_id=invoice.company_id.id,
                move_ids=[Command.set(invoice.ids)],
                date_to=until,
            )

    def assertClaims(self, actions, expected):
        """Check what actions claim: ``{invoice: amount}``, less their credits."""
        claimed = {}
        for line in actions.line_ids:
            if line.kind == "invoice":
                claimed[line.move_id] = (
                    claimed.get(line.move_id, 0) + line.amount_residual
                )
        self.assertEqual(claimed, expected)

    def _get_reasons(self, day):
        """Why what is late is left alone, as the preview of a day counts it."""
        with freeze_time(day):
            wizard = self.env["recouvrement.run.wizard"].create({"date": day})
            lines = wizard.line_ids.filtered(
                lambda line: line.partner_id == self.debtor and line.reason
            )
            return lines.mapped("reason")


class TestAccountCases(AccountCase):
    """Each case is a public complaint of somebody who chases debts."""

    def test_a1_bill_that_is_not_due_uses_no_receipt_up(self):
        invoice = self._invoice(self.debtor, 1000, "2026-08-31")
        bill = self._enter(
            "2026-09-01", ("413000", 1000, "2026-11-30"), (self.receivable, -1000)
        )
        self._settle(invoice, bill)
        self._invoice(self.debtor, 500, "2026-09-15")
        self._receive(self.debtor, 500, "2026-09-13")
        self.assertFalse(self._run("2026-10-01"))

    def test_a2_receipt_pays_what_was_due_on_its_day(self):
        invoice = self._invoice(self.debtor, 10000, "2026-08-31")
        self._receive(self.debtor, 10000, "2026-09-10")
        self._enter(
            "2026-09-15", (self.receivable, 10000, "2026-09-25"), ("512", -10000)
        )
        self.assertFalse(self._run("2026-10-01").line_ids.filtered("stage_id"))
        statements = self.env["report.l10n_fr_recouvrement.report_statement"]
        with freeze_time("2026-10-01"):
            [statement] = statements._get_statements(
                invoice, invoice.invoice_date_due.replace(month=10, day=1)
            )
        [part] = statement["parts"]
        self.assertEqual(
            [str(line.found.interest) for line in part["lines"]], ["33.97"]
        )
        self.assertTrue(self._get_reasons("2026-10-01"))

    def test_a3_opening_balance(self):
        self._enter("2026-06-30", (self.receivable, 1200, "2026-05-31"), ("512", -1200))
        with freeze_time("2026-10-01"):
            self.assertEqual(self.debtor.recouvrement_overdue, 1200)
            self.assertTrue(self.debtor.recouvrement_is_debtor)
            self.assertIn(
                self.debtor,
                self.env["res.partner"].search([("recouvrement_is_debtor", "=", True)]),
            )
        self.assertTrue(self._get_reasons("2026-10-01"))

    def test_a4_cheque_returned(self):
        invoice = self._invoice(self.debtor, 500, "2026-08-31")
        self._pay(invoice, 500, "2026-09-02")
        self._enter("2026-09-08", (self.receivable, 500), ("512", -500))
        with freeze_time("2026-10-01"):
            self.assertEqual(self.debtor.recouvrement_overdue, 500)
            self.assertIn(
                self.debtor,
                self.env["res.partner"].search([("recouvrement_is_debtor", "=", True)]),
            )
        self.assertTrue(self._get_reasons("2026-10-01"))

    def test_a5_old_invoice_takes_the_payment_that_is_its_own(self):
        self.company.recouvrement_start_date = "2026-01-01"
        self._invoice(self.debtor, 1000, "2024-03-31")
        self._receive(self.debtor, 1000, "2024-04-15")
        invoice = self._invoice(self.debtor, 1000, "2026-08-31")
        action = self._run("2026-10-01")
        self.assertClaims(action, {invoice: 1000})
        self.assertEqual(action.amount_credits, 0)

    def test_a6_credits_of_before_a_judgment_pay_nothing_of_after(self):
        self._invoice(self.debtor, 1000, "2026-05-31")
        self._credit_note(self.debtor, 400, "2026-06-10")
        self.debtor.recouvrement_insolvency_date = "2026-07-01"
        invoice = self._invoice(
            self.debtor, 500, "2026-08-31", invoice_date="2026-08-01"
        )
        action = self._run("2026-09-04")
        self.assertClaims(action, {invoice: 500})
        self.assertEqual(action.amount_credits, 0)

    def test_a7_promised_invoice_keeps_its_credits(self):
        promised = self._invoice(self.debtor, 1000, "2026-09-01")
        self._approve_and_send(self._run("2026-09-04"), "2026-09-04")
        self._promise(promised, "2026-09-11", "2026-10-22")
        invoice = self._invoice(self.debtor, 300, "2026-10-01")
        self._receive(self.debtor, 50, "2026-10-02")
        action = self._run("2026-10-06")
        self.assertClaims(action, {invoice: 300})
        self.assertEqual(action.amount_credits, 0)

    def test_a8_what_a_letter_claims_has_been_claimed(self):
        old = self._invoice(self.debtor, 1000, "2026-09-01")
        young = self._invoice(self.debtor, 300, "2026-09-03")
        action = self._run("2026-09-04")
        self.assertClaims(action, {old: 1000, young: 300})
        self._approve_and_send(action, "2026-09-04")
        self.assertEqual(str(action.date_deadline), "2026-09-10")
        self.assertFalse(self._run("2026-09-09"))

    def test_a9_invoice_that_the_stage_may_not_claim(self):
        notice = self.env.ref("l10n_fr_recouvrement.stage_business_notice")
        notice.invoice_domain = "[('amount_total', '>=', 1000)]"
        notice.delay_from = "previous"
        large = self._invoice(self.debtor, 1000, "2026-07-31")
        small = self._invoice(self.debtor, 300, "2026-07-31")
        self._approve_and_send(self._run("2026-09-01"), "2026-09-01")
        self.assertEqual(large.recouvrement_stage_id.kind, "second_reminder")
        self.assertEqual(small.recouvrement_stage_id.kind, "second_reminder")
        action = self._run("2026-09-14")
        self.assertEqual(action.kind, "formal_notice")
        self.assertClaims(action, {large: 1000})

    def test_a10_no_receipt_without_money(self):
        invoice = self._invoice(self.debtor, 1000, "2026-08-31")
        self._settle(
            invoice,
            self._enter("2026-09-20", ("654", 1000), (self.receivable, -1000)),
        )
        with freeze_time("2026-09-25"):
            wizard = (
                self.env["recouvrement.letter.wizard"]
                .with_context(active_model="account.move", active_ids=invoice.ids)
                .create({})
            )
            wizard.stage_id = wizard.stage_ids.filtered(
                lambda stage: stage.kind == "receipt"
            )
            with self.assertRaisesRegex(UserError, "settled by a payment"):
                wizard.action_write()

    def test_a12_discount_taken_in_time(self):
        term = self.env["account.payment.term"].create(
            {
                "name": "2/10, 30 net",
                "early_discount": True,
                "discount_percentage": 2,
                "discount_days": 10,
                "line_ids": [
                    Command.create(
                        {"value": "percent", "value_amount": 100, "nb_days": 30}
                    )
                ],
            }
        )
        self._invoice(
            self.debtor,
            1000,
            "2026-08-31",
            invoice_date="2026-08-01",
            invoice_payment_term_id=term.id,
            invoice_date_due=False,
        )
        self._receive(self.debtor, 980, "2026-08-08")
        self.assertFalse(self._run("2026-09-16"))

    def test_a13_receipt_that_nobody_matched(self):
        self._invoice(self.debtor, 1000, "2026-09-01")
        self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.company_data["default_journal_bank"].id,
                "date": "2026-09-03",
                "payment_ref": "Virement",
                "partner_id": self.debtor.id,
                "amount": 1000,
            }
        )
        self.assertFalse(self._run("2026-09-04"))
        [reason] = self._get_reasons("2026-09-04")
        self.assertIn("waits to be matched", reason)

    def test_a14_receipt_in_another_currency(self):
        dollar = self.env.ref("base.USD")
        dollar.active = True
        self.env["res.currency.rate"].create(
            {
                "currency_id": dollar.id,
                "name": "2026-01-01",
                "company_id": self.company.id,
                "rate": 1.1,
            }
        )
        self._invoice(self.debtor, 1100, "2026-08-31", currency_id=dollar.id)
        self._receive(self.debtor, 1000, "2026-09-02")
        self.assertFalse(self._run("2026-09-16"))
        [reason] = self._get_reasons("2026-09-16")
        self.assertIn("another currency", reason)

    def test_a15_credit_note_dated_later(self):
        invoice = self._invoice(self.debtor, 1000, "2026-08-31")
        note = self._credit_note(self.debtor, 400, "2026-10-31")
        self._settle(invoice, note)
        action = self._run("2026-09-16")
        self.assertClaims(action, {invoice: 1000})
        self.assertEqual(action.amount_credits, 0)
        statements = self.env["report.l10n_fr_recouvrement.report_statement"]
        with freeze_time("2026-09-16"):
            [statement] = statements._get_statements(invoice, action.date)
        [part] = statement["parts"]
        self.assertEqual(
            [str(line.found.principal_left) for line in part["lines"]], ["1000.00"]
        )
        action._cancel("Sent by nobody.")
        with freeze_time("2026-09-17"):
            wizard = self.env["recouvrement.run.wizard"].create({"date": "2026-09-16"})
            line = wizard.line_ids.filtered(lambda line: line.partner_id == self.debtor)
            self.assertEqual(line.amount, 1000)

    def test_a16_receivable_that_is_no_customer(self):
        account = self._find_account("445670")
        self.assertEqual(account.account_type, "asset_receivable")
        self._enter("2026-07-20", (account, 5000, "2026-07-24"), ("512", -5000))
        with freeze_time("2026-10-01"):
            self.assertEqual(self.debtor.recouvrement_overdue, 0)
            self.assertFalse(self.debtor.recouvrement_is_debtor)
            self.assertNotIn(
                self.debtor,
                self.env["res.partner"].search([("recouvrement_is_debtor", "=", True)]),
            )
        self.assertFalse(self._get_reasons("2026-10-01"))

    def test_a17_number_entered_between_two_invoices(self):
        contact = self._create_debtor("Lou Exemple")
        first = self._invoice(contact, 600, "2026-08-31")
        contact.vat = "FR23334175221"
        second = self._invoice(contact, 400, "2026-09-01")
        self.assertClaims(self._run("2026-09-04"), {first: 600, second: 400})

    def test_a18_penalties_collected_pay_no_other_invoice(self):
        paid = self._invoice(self.debtor, 1000, "2026-08-31")
        action = self._run("2026-09-16")
        self._approve_and_send(action, "2026-09-16")
        self.assertEqual(action.amount_total, 1045.44)
        self._receive(self.debtor, action.amount_total, "2026-09-20")
        invoice = self._invoice(self.debtor, 500, "2026-09-30")
        second = self._run("2026-10-12")
        self.assertClaims(second, {invoice: 500})
        self.assertEqual(second.amount_credits, 0)
        self.assertFalse(paid.recouvrement_waiting_action_id)


class TestAccountKinds(AccountCase):
    """The same thoughts elsewhere: screens, past days, the start, other edges."""

    def test_k1_not_due_debts_of_a_past_day(self):
        invoice = self._invoice(self.debtor, 1000, "2026-08-31")
        self._enter("2026-09-01", (self.receivable, 700, "2026-11-30"), ("512", -700))
        self._receive(self.debtor, 400, "2026-09-05")
        with freeze_time("2026-09-20"):
            wizard = self.env["recouvrement.run.wizard"].create({"date": "2026-09-16"})
            [line] = wizard.line_ids.filtered(
                lambda line: line.partner_id == self.debtor
            )
        self.assertEqual((line.amount, line.amount_deducted), (600, 400))
        self.assertTrue(invoice)

    def test_k3_disputed_invoice_is_paid_last(self):
        disputed = self._invoice(self.debtor, 1000, "2026-08-31")
        disputed.action_toggle_block_payment()
        invoice = self._invoice(self.debtor, 500, "2026-09-01")
        self._receive(self.debtor, 200, "2026-09-10")
        action = self._run("2026-09-16")
        self.assertClaims(action, {invoice: 500})
        self.assertEqual(action.amount_credits, 200)

    def test_k3_invoice_left_out_keeps_its_payment(self):
        left_out = self._invoice(self.debtor, 1000, "2026-08-31")
        left_out.line_ids.no_followup = True
        invoice = self._invoice(self.debtor, 500, "2026-09-10")
        self._receive(self.debtor, 1000, "2026-09-05")
        action = self._run("2026-09-16")
        self.assertClaims(action, {invoice: 500})
        self.assertEqual(action.amount_credits, 0)

    def test_k3_credit_note_of_a_prior_invoice(self):
        """Dated after the judgment, it corrects what was owed before."""
        prior = self._invoice(self.debtor, 1000, "2026-05-31")
        self.debtor.recouvrement_insolvency_date = "2026-07-01"
        note = self._credit_note(
            self.debtor, 300, "2026-08-10", reversed_entry_id=prior.id
        )
        invoice = self._invoice(
            self.debtor, 500, "2026-08-31", invoice_date="2026-08-01"
        )
        action = self._run("2026-09-04")
        self.assertClaims(action, {invoice: 500})
        self.assertEqual(action.amount_credits, 0)
        self.assertTrue(note)

    def test_k4_a_cent_brings_no_firm_claim_back(self):
        firm = self._invoice(self.debtor, 1000, "2026-06-30")
        self._approve_and_send(self._run("2026-09-01"), "2026-09-01")
        self.assertEqual(firm.recouvrement_stage_id.kind, "second_reminder")
        fresh = self._invoice(self.debtor, 300, "2026-09-05")
        self._receive(self.debtor, 0.01, "2026-09-06")
        self.env.ref("l10n_fr_recouvrement.stage_business_last").active = False
        self.env.ref("l10n_fr_recouvrement.stage_business_notice").active = False
        action = self._run("2026-09-09")
        self.assertEqual(action.kind, "reminder")
        self.assertClaims(action, {fresh: 300})
        self.assertEqual(action.amount_credits, 0)

    def test_k4_an_approved_letter_that_gains_an_invoice(self):
        self._invoice(self.debtor, 1000, "2026-09-01")
        action = self._run("2026-09-04")
        with freeze_time("2026-09-04"):
            action.action_approve()
            self.assertEqual(action.state, "ready")
            self._invoice(self.debtor, 300, "2026-09-02")
            action.sudo()._refresh()
        self.assertEqual(action.state, "to_approve")
        self.assertEqual(action.amount_invoices, 1300)

    def test_k5_a_notice_takes_along_what_was_reminded(self):
        old = self._invoice(self.debtor, 1000, "2026-06-30")
        self._approve_and_send(self._run("2026-08-03"), "2026-08-03")
        reminded = self._invoice(self.debtor, 500, "2026-08-04")
        self._approve_and_send(self._run("2026-08-10"), "2026-08-10")
        self.assertEqual(reminded.recouvrement_stage_id.kind, "reminder")
        fresh = self._invoice(self.debtor, 300, "2026-08-20")
        self.env.ref("l10n_fr_recouvrement.stage_business_last").active = False
        action = self._run("2026-08-24")
        self.assertEqual(action.kind, "formal_notice")
        self.assertEqual(action._get_invoices(), old + reminded)
        self._approve_and_send(action, "2026-08-24")
        self.assertEqual(reminded.recouvrement_stage_id, old.recouvrement_stage_id)
        self.assertFalse(fresh.recouvrement_stage_id)

    def test_k5_what_a_stage_takes_along_is_a_choice(self):
        stage = self.env.ref("l10n_fr_recouvrement.stage_business_reminder")
        self.assertEqual(stage.takes_along, "all")
        stage.takes_along = "reached"
        old = self._invoice(self.debtor, 1000, "2026-09-01")
        self._invoice(self.debtor, 300, "2026-09-03")
        self.assertClaims(self._run("2026-09-04"), {old: 1000})

    def test_k7_partial_receipt_that_nobody_matched(self):
        """Whatever it pays: who is written to about it is right to be angry."""
        self._invoice(self.debtor, 1000, "2026-09-01")
        line = self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.company_data["default_journal_bank"].id,
                "date": "2026-09-03",
                "payment_ref": "Virement",
                "partner_id": self.debtor.id,
                "amount": 250,
            }
        )
        self.assertFalse(self._run("2026-09-04"))
        with freeze_time("2026-09-04"):
            wizard = self.env["recouvrement.run.wizard"].create({"date": "2026-09-04"})
            [left_out] = wizard.excluded_line_ids.filtered(
                lambda line: line.partner_id == self.debtor
            )
            self.assertIn("250", left_out.detail)
            opened = left_out.action_set_right()
        self.assertEqual((opened["res_model"], opened["res_id"]), (line._name, line.id))
        self.assertFalse(
            self._run("2026-09-02"), "it was not there on a day before either"
        )

    def test_k7_what_is_owed_to_the_debtor(self):
        self._invoice(self.debtor, 1000, "2026-09-01")
        bill = self._invoice(
            self.debtor,
            400,
            "2026-09-30",
            move_type="in_invoice",
            invoice_date="2026-09-01",
            date="2026-09-01",
        )
        with freeze_time("2026-09-04"):
            wizard = self.env["recouvrement.run.wizard"].create({"date": "2026-09-04"})
            [line] = wizard.due_line_ids.filtered(
                lambda line: line.partner_id == self.debtor
            )
        self.assertEqual(line.amount, 1000, "it is for them to set it off")
        self.assertIn("400", line.known)
        self._invoice(
            self.debtor,
            600,
            "2026-09-30",
            move_type="in_invoice",
            invoice_date="2026-09-01",
            date="2026-09-01",
        )
        self.assertFalse(self._run("2026-09-04"))
        self.assertTrue(bill)

    def test_k8_what_is_entered_for_later_covers_the_debt(self):
        self._invoice(self.debtor, 1000, "2026-08-31")
        self._credit_note(self.debtor, 1000, "2026-10-31")
        self.assertFalse(self._run("2026-09-16"))
        [reason] = self._get_reasons("2026-09-16")
        self.assertIn("later day", reason)

    def test_k9_no_vat_number(self):
        contact = self._create_debtor("Lou Exemple", vat="/")
        self.assertEqual(contact.recouvrement_profile, "consumer")

    def test_k9_claimed_invoices_keep_their_profile(self):
        contact = self._create_debtor("Lou Exemple")
        claimed = self._invoice(contact, 600, "2026-08-31")
        self._approve_and_send(self._run("2026-09-07"), "2026-09-07")
        fresh = self._invoice(contact, 200, "2026-09-20")
        contact.vat = "FR23334175221"
        self.assertEqual(claimed.recouvrement_profile, "consumer")
        self.assertEqual(fresh.recouvrement_profile, "business")

    def test_smallest_debt_as_shipped(self):
        self._invoice(self.debtor, 4.99, "2026-08-31")
        self.assertFalse(self._run("2026-10-01"))
        self._invoice(self.debtor, 0.01, "2026-08-31")
        self.assertTrue(self._run("2026-10-01"))

    def test_nothing_is_late_before_the_date_of_the_invoice(self):
        invoice = self._invoice(
            self.debtor, 1000, "2026-07-31", invoice_date="2026-09-01"
        )
        lines = self._penalties(invoice, "2026-09-11")
        interest = lines.filtered(lambda line: line.kind == "interest")
        self.assertEqual(str(interest.date_from), "2026-09-02")
        self.assertEqual(interest.days, 10)
