"""Letters on request: receipts and statements of account, which are no step of the
procedure."""

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command

from odoo.addons.l10n_fr_recouvrement.models.letter.recouvrement_letter_request import (
    LetterRequest,
)
from odoo.addons.l10n_fr_recouvrement.paper.words import letter_kinds

from ..common import RecouvrementCase

MODULE = "l10n_fr_recouvrement"
DAY = "2026-09-15"


class TestLetterRequests(RecouvrementCase):
    """What is written whenever it is asked for, and leaves procedures alone."""

    def _wizard(self, records, day=DAY, user=None, **vals):
        with freeze_time(day):
            wizard = self.env["recouvrement.letter.wizard"]
            return (
                wizard.with_user(user or self.env.user)
                .with_context(active_model=records._name, active_ids=records.ids)
                .create(vals)
            )

    def _write(self, records, kind, day=DAY, **vals):
        """Ask for a letter; return its actions."""
        wizard = self._wizard(records, day, **vals)
        wizard.stage_id = wizard.stage_ids.filtered(lambda stage: stage.kind == kind)
        with freeze_time(day):
            result = wizard.action_write()
        domain = result.get("domain") or [("id", "=", result["res_id"])]
        return self.env["recouvrement.action"].search(domain)

    # ------------------------------------------------------------------
    # Procedures
    # ------------------------------------------------------------------

    def test_every_shipped_procedure_has_its_letters(self):
        """And they are left out of procedures."""
        for procedure in self.env["recouvrement.procedure"].search([]):
            stages = procedure._get_stages_on_request(self.company)
            self.assertEqual(stages.procedure_id, procedure)
            self.assertEqual(
                sorted(stages.mapped("kind")),
                sorted(letter_kinds.codes(lambda kind: kind.on_request)),
            )
            planned = procedure.stage_ids._filter_planned()
            self.assertFalse(planned & stages)
            self.assertEqual(procedure.stage_count, len(planned))
            steps = procedure.stage_ids._get_steps()[procedure.id]
            self.assertEqual([step.stage_id for step in steps], planned.ids)

    def test_own_procedure_without_letters_takes_those_of_the_profile(self):
        shipped = self.env.ref(f"{MODULE}.procedure_business")
        own = shipped.copy({"sequence": 1})
        own.stage_ids.filtered(lambda stage: stage.delay_from == "hand").unlink()
        self.business.recouvrement_procedure_id = own
        self.assertIn(
            self.env.ref(f"{MODULE}.stage_business_receipt"),
            self._wizard(self.business).stage_ids,
        )

    def test_another_procedure_is_followed_from_a_step_of_it(self):
        invoice = self._invoice(self.business, 100, "2026-05-31")
        self._approve_and_send(self._run("2026-06-20"), "2026-06-20")
        classic = self.env.ref(f"{MODULE}.procedure_classic")
        invoice.recouvrement_procedure_id = classic
        self.assertEqual(invoice.recouvrement_stage_id.procedure_id, classic)
        self.assertFalse(invoice.recouvrement_stage_id._is_on_request())

    def test_nature_and_timing_go_together(self):
        receipt = self.env.ref(f"{MODULE}.stage_business_receipt")
        reminder = self.env.ref(f"{MODULE}.stage_business_reminder")
        for stage, vals in (
            (receipt, {"delay_from": "due_date"}),
            (receipt, {"channel": "phone"}),
            (receipt, {"show_penalties": True}),
            (reminder, {"delay_from": "hand"}),
        ):
            with self.subTest(vals), self.assertRaises(ValidationError):
                stage.write(vals)

    def test_no_contact(self):
        """It keeps no reminder back, and no reminder keeps it back."""
        invoice = self._invoice(self.business, 1000, "2026-05-31")
        action = self._write(self.business, "account_statement", "2026-06-02")
        self._approve_and_send(action, "2026-06-02")
        self.assertEqual(action.state, "sent")
        self.assertFalse(invoice.recouvrement_stage_id)
        self.assertFalse(invoice.recouvrement_deadline)
        reminder = self._run("2026-06-03")
        self.assertEqual(reminder.kind, "reminder")
        self._approve_and_send(reminder, "2026-06-03")
        again = self._write(self.business, "account_statement", "2026-06-03")
        self._approve_and_send(again, "2026-06-03")
        self.assertEqual((reminder.state, again.state), ("sent", "sent"))
        self.assertEqual(invoice.recouvrement_stage_id, reminder.stage_id)

    def test_it_waits_beside_a_reminder(self):
        """Both are brought up to date, each in its own way."""
        invoice = self._invoice(self.business, 1000, "2026-05-31")
        self._invoice(self.business, 500, "2026-12-31", invoice_date="2026-06-01")
        statement = self._write(self.business, "account_statement", "2026-06-02")
        reminder = self._run("2026-06-03")
        self.assertFalse(statement.line_ids.stage_id)
        self._pay(invoice, 400, "2026-06-03")
        self._approve_and_send(statement | reminder, "2026-06-04")
        self.assertEqual((statement | reminder).mapped("state"), ["sent", "sent"])
        self.assertEqual(statement.amount_total, 1100)
        self.assertEqual(reminder.amount_total, 600)

    # ------------------------------------------------------------------
    # Statement of account
    # ------------------------------------------------------------------

    def test_statement_lists_everything_open(self):
        """Due or not, disputed or not, credits included, in order, to the balance."""
        late = self._invoice(self.business, 1000, "2026-05-31")
        disputed = self._invoice(self.business, 300, "2026-06-30")
        disputed.action_toggle_block_payment()
        coming = self._invoice(
            self.business, 500, "2026-12-31", invoice_date="2026-09-01"
        )
        self._credit_note(self.business, 120, "2026-07-02", ref="Retour")
        self._receive(self.business, 80, "2026-08-03")
        paid = self._invoice(self.business, 900, "2026-04-30")
        self._pay(paid, 900, "2026-05-04")
        action = self._write(self.business, "account_statement")
        self.assertEqual(
            action.line_ids.mapped(lambda line: (line.kind, line.amount_residual)),
            [
                ("invoice", 1000),
                ("invoice", 300),
                ("credit_note", 120),
                ("payment", 80),
                ("invoice", 500),
            ],
        )
        self.assertEqual(
            action._get_invoices(), late | disputed | coming, "in order of date"
        )
        self.assertEqual(action.amount_total, 1600)
        with freeze_time(DAY):
            values = self.env["report.l10n_fr_recouvrement.report_letter"]
            values = values._letter_values(action)
        [table] = values["tables"]
        self.assertEqual(
            [row["balance"].split(",")[0] for row in table["rows"]],
            ["1\u202f000", "1\u202f300", "1\u202f180", "1\u202f100", "1\u202f600"],
        )
        self.assertIn("réclamation en cours", table["rows"][1]["detail"])
        self.assertEqual(values["title"], "RELEVÉ DE COMPTE")
        self.assertEqual(values["total_label"], "Solde du compte")
        self.assertEqual(
            [label for label, _amount in table["sums"]],
            ["Solde du compte", "dont échu, avoirs et règlements déduits"],
        )

    def test_statement_stops_at_its_date(self):
        """What is dated later is in nobody's books yet; it comes in on its day."""
        self._invoice(self.business, 1000, "2026-05-31")
        self._invoice(self.business, 500, "2026-10-15", invoice_date="2026-09-16")
        self._receive(self.business, 80, "2026-09-16")
        action = self._write(self.business, "account_statement")
        self.assertEqual(action.amount_total, 1000)
        self._approve_and_send(action, "2026-09-16")
        self.assertEqual(action.state, "sent")
        self.assertEqual(action.amount_total, 1420)

    def test_statement_has_a_payment_code_only_where_all_is_due(self):
        self._invoice(self.business, 1000, "2026-05-31")
        self._invoice(self.consumer, 1000, "2026-05-31")
        self._invoice(self.consumer, 500, "2026-12-31", invoice_date="2026-09-01")
        self._invoice(self.public_body, 1000, "2026-05-31")
        letters = self.env["report.l10n_fr_recouvrement.report_letter"]
        for debtor, has_code in (
            (self.business, True),
            (self.consumer, False),
            (self.public_body, False),
        ):
            action = self._write(debtor, "account_statement")
            with freeze_time(DAY), self.subTest(debtor.name):
                payment = letters._letter_values(action)["payment"]
                self.assertEqual(bool(payment["code"]), has_code)
                self.assertTrue(payment["items"], "the IBAN stands there in any case")

    def test_email_of_a_statement_asks_for_nothing(self):
        self._invoice(self.business, 1000, "2026-05-31")
        action = self._write(self.business, "account_statement")
        self._approve_and_send(action, DAY)
        self.assertIn(
            "Le relevé joint donne le détail de ces écritures.", action.email_body
        )
        self.assertNotIn("virement", action.email_body)

    def test_every_shipped_statement_has_its_email(self):
        stages = self.env["recouvrement.stage"].search(
            [("kind", "=", "account_statement")]
        )
        self.assertEqual(
            stages.mail_template_id, self.env.ref(f"{MODULE}.mail_template_account")
        )
        self.assertEqual(
            stages.text_ids.mail_template_id,
            self.env.ref(f"{MODULE}.mail_template_account_en"),
        )

    def test_statement_of_a_debtor_with_two_currencies(self):
        usd = self.env.ref("base.USD")
        usd.active = True
        self._invoice(self.business, 1000, "2026-05-31")
        self._invoice(self.business, 200, "2026-05-31", currency_id=usd.id)
        actions = self._write(self.business, "account_statement")
        self.assertEqual(
            {action.currency_id.name: action.amount_total for action in actions},
            {"EUR": 1000, "USD": 200},
        )

    def test_amounts_owed_that_are_no_invoice(self):
        """An opening balance is owed: it adds up."""
        receivable = self.business.property_account_receivable_id
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": "2026-01-01",
                "ref": "À nouveaux",
                "line_ids": [
                    Command.create(
                        {
                            "account_id": receivable.id,
                            "partner_id": self.business.id,
                            "debit": 250,
                        }
                    ),
                    Command.create(
                        {
                            "account_id": self.company_data[
                                "default_account_revenue"
                            ].id,
                            "credit": 250,
                        }
                    ),
                ],
            }
        )
        entry.action_post()
        self._invoice(self.business, 100, "2026-05-31")
        action = self._write(self.business, "account_statement")
        self.assertEqual(action.line_ids.mapped("kind"), ["entry", "invoice"])
        self.assertEqual(action.amount_total, 350)
        self.assertEqual(action.line_ids.mapped("balance"), [250, 100])

    def test_nothing_open(self):
        with self.assertRaisesRegex(UserError, "Nothing is open"):
            self._write(self.business, "account_statement")

    def test_account_settled_meanwhile(self):
        """There is nothing left to tell: it does not leave."""
        invoice = self._invoice(self.business, 100, "2026-05-31")
        action = self._write(self.business, "account_statement")
        self._pay(invoice, 100, "2026-09-15")
        self._approve_and_send(action, DAY)
        self.assertEqual(action.state, "cancelled")

    def test_credit_balance(self):
        self._receive(self.business, 80, "2026-08-03")
        action = self._write(self.business, "account_statement")
        self.assertEqual(action.amount_total, -80)
        service = self.env["report.l10n_fr_recouvrement.report_letter"]
        values = service._letter_values(action)
        self.assertEqual(values["total_label"], "Solde en votre faveur")
        self.assertEqual(values["total"], "80,00\u00a0€")
        self.assertFalse(values["payment"]["code"])

    # ------------------------------------------------------------------
    # Receipt
    # ------------------------------------------------------------------

    def _settled(self, day="2026-08-03"):
        """A reminded invoice, settled by a payment and a credit note."""
        invoice = self._invoice(self.business, 1000, "2026-05-31")
        self._approve_and_send(self._run("2026-06-08"), "2026-06-08")
        credit = self._credit_note(self.business, 100, "2026-06-10", ref="Geste")
        due = invoice.line_ids.filtered(
            lambda line: line.display_type == "payment_term"
        )
        (due + credit.line_ids.filtered("date_maturity")).reconcile()
        self._pay(invoice, 900, day)
        return invoice

    def test_receipt_of_what_was_reminded(self):
        """From the debtor: what was reminded and is settled, once."""
        invoice = self._settled()
        self._invoice(self.business, 50, "2026-12-31")
        action = self._write(self.business, "receipt")
        self.assertEqual(
            action.line_ids.mapped(
                lambda line: (line.kind, line.amount_original, line.amount_residual)
            ),
            [("invoice", 1000, 0), ("credit_note", 100, 0), ("payment", 900, 0)],
        )
        self.assertEqual(action.settled_text, "1\u202f000,00\u00a0€")
        self.assertFalse(action.amount_total)
        self.assertIn("soldée", action.line_ids[0].summary)
        self._approve_and_send(action, DAY)
        self.assertEqual(action.state, "sent")
        self.assertEqual(invoice.recouvrement_stage_id.kind, "reminder")
        wizard = self._wizard(self.business)
        wizard.stage_id = action.stage_id
        self.assertFalse(wizard.move_ids, "it has its receipt")

    def test_receipt_of_chosen_invoices(self):
        """From the list of invoices, whether they were reminded or not."""
        invoice = self._invoice(self.consumer, 100, "2026-05-31")
        self._pay(invoice, 100, "2026-05-20")
        wizard = self._wizard(invoice)
        self.assertEqual(wizard.stage_id.kind, "receipt")
        self.assertEqual(wizard.stage_id.profile, "consumer")
        with freeze_time(DAY):
            action = self.env["recouvrement.action"].browse(
                wizard.action_write()["res_id"]
            )
        self.assertEqual(action._get_invoices(), invoice)

    def test_receipt_is_for_one_customer(self):
        invoices = self._invoice(self.business, 100, "2026-05-31")
        invoices |= self._invoice(self.consumer, 100, "2026-05-31")
        with self.assertRaisesRegex(UserError, "one customer"):
            self._wizard(invoices)

    def test_no_receipt_for_what_is_owed(self):
        invoice = self._invoice(self.business, 100, "2026-05-31")
        self._pay(invoice, 60, "2026-06-03")
        with self.assertRaisesRegex(UserError, "receipt"):
            self.env["recouvrement.letter.request"]._create_actions(
                self.company,
                self.env.ref(f"{MODULE}.stage_business_receipt"),
                LetterRequest(self.business, invoice),
            )

    def test_no_receipt_for_a_credit_note_alone(self):
        """Nothing was paid."""
        invoice = self._invoice(self.business, 100, "2026-05-31")
        credit = self._credit_note(self.business, 100, "2026-06-10")
        (invoice + credit).line_ids.filtered(
            lambda line: line.account_type == "asset_receivable"
        ).reconcile()
        with self.assertRaisesRegex(UserError, "receipt"):
            self._write(invoice, "receipt", move_ids=[Command.set(invoice.ids)])

    def test_payment_that_bounces_before_the_receipt_leaves(self):
        invoice = self._settled()
        action = self._write(self.business, "receipt")
        invoice.line_ids.filtered("matched_credit_ids").remove_move_reconcile()
        self._approve_and_send(action, DAY)
        self.assertEqual(action.state, "cancelled")

    def test_receipt_forgives_nothing(self):
        """What is due besides is reserved; once it is waived nothing is said of it."""
        invoice = self._settled()
        self._penalties(invoice, DAY)
        self.assertTrue(invoice.recouvrement_penalty_total)
        action = self._write(self.business, "receipt")
        service = self.env["report.l10n_fr_recouvrement.report_letter"]
        reserve = service._letter_values(action)["reserve"]
        self.assertIn("ne vaut renonciation ni", reserve)
        self.assertIn(
            f"{invoice.recouvrement_penalty_total:.2f}".replace(".", ","), reserve
        )
        invoice.recouvrement_penalty_line_ids.sudo().unlink()
        invoice.invalidate_recordset()
        self.assertFalse(service._letter_values(action)["reserve"])

    # ------------------------------------------------------------------
    # Who
    # ------------------------------------------------------------------

    def test_who_may_write(self):
        self._invoice(self.business, 100, "2026-05-31")
        clerk = self._create_user("facturier", "account.group_account_invoice")
        with self.assertRaises(AccessError):
            self._wizard(self.business, user=clerk)
        officer = self._create_user("agent", f"{MODULE}.group_recovery_officer")
        with freeze_time(DAY):
            result = self._wizard(self.business, user=officer).action_write()
        action = self.env["recouvrement.action"].browse(result["res_id"])
        self.assertEqual(action.create_uid, officer)

    def test_only_letters_on_request(self):
        """A step of a procedure is not written by hand."""
        self._invoice(self.business, 100, "2026-05-31")
        wizard = self._wizard(self.business)
        wizard.stage_id = self.env.ref(f"{MODULE}.stage_business_notice")
        with self.assertRaisesRegex(UserError, "proposed"):
            wizard.action_write()

    def test_for_the_companies_of_the_user(self):
        self._invoice(self.business, 100, "2026-05-31")
        other = self._create_company(name="Autre société")
        officer = self._create_user("agent", f"{MODULE}.group_recovery_officer")
        wizard = self._wizard(self.business, user=officer)
        wizard.sudo().company_id = other
        with self.assertRaises(AccessError):
            wizard.action_write()

    def test_debtors_of_somebody_else(self):
        self._invoice(self.business, 100, "2026-05-31")
        self.company.recouvrement_officer_scope = "own"
        self.business.recouvrement_user_id = self.env.user
        officer = self._create_user("agent", f"{MODULE}.group_recovery_officer")
        with self.assertRaises(AccessError), freeze_time(DAY):
            self._wizard(self.business, user=officer).action_write()

    def test_recipient_and_channel_are_chosen(self):
        self._invoice(self.business, 100, "2026-05-31")
        contact = self.env["res.partner"].create(
            {
                "name": "Service comptable",
                "parent_id": self.business.id,
                "email": "compta@menuiserie.example.com",
            }
        )
        action = self._write(
            self.business,
            "account_statement",
            contact_id=contact.id,
        )
        self.assertEqual((action.contact_id, action.channel), (contact, "email"))
        wizard = self._wizard(self.business)
        wizard.channel = "letter"
        with freeze_time(DAY):
            result = wizard.action_write()
        action = self.env["recouvrement.action"].browse(result["res_id"])
        self.assertEqual(action.channel, "letter")
