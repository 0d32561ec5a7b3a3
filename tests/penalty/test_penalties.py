"""Penalties in Odoo: documents go in, exact cents come out, and follow every change."""

import json
from datetime import date

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command

from odoo.addons.l10n_fr_recouvrement.models.penalty import (
    account_move as account_move_penalty,
)

from ..common import RecouvrementCase
from ..odoo_process import REPOSITORY

EXAMPLES = json.loads(
    (REPOSITORY / "tests/law/worked_examples.json").read_text(encoding="utf-8")
)


class TestWorkedExamples(RecouvrementCase):
    """Each worked example through real invoices and bank entries."""

    def _make(self, example):
        regime = example["regime"].split("_")[0]
        partner = {
            "b2b": self.business,
            "b2c": self.consumer,
            "public": self.public_body,
        }[regime]
        self.company.recouvrement_divisor = {"365": "365", "act": "actual"}[
            example["basis"]
        ]
        due = example["due_or_start_excl"]
        if regime == "b2c":
            return self._make_consumer(partner, example)
        if regime == "public":
            # the request is received 30 days before the end of the time to pay
            invoice = self._invoice(partner, float(example["principal"]), "2026-12-31")
            invoice.recouvrement_request_date = fields.Date.subtract(
                fields.Date.to_date(due), days=30
            )
        else:
            invoice = self._invoice(partner, float(example["principal"]), due)
        for day, amount in example["payments"]:
            self._pay(invoice, float(amount), day)
        return invoice

    def _make_consumer(self, partner, example):
        """A formal notice is sent, and presented on the day interest starts from."""
        invoice = self._invoice(partner, float(example["principal"]), "2026-03-31")
        stages = invoice.recouvrement_procedure_id.stage_ids
        notice = stages.filtered(lambda stage: stage.kind == "formal_notice")
        (stages - notice).unlink()
        day = example["due_or_start_excl"]
        actions = self._run(day)
        action = actions.filtered(lambda action: action.partner_id == partner)
        self._approve_and_send(action, day)
        (actions - action).action_cancel()
        with freeze_time(day):
            action.date_presented = day
        return invoice

    def test_every_example_to_the_cent(self):
        engine = self.env["recouvrement.penalty.engine"]
        for example in EXAMPLES:
            with self.subTest(example=example["id"]):
                invoice = self._make(example)
                self.env.flush_all()
                at = fields.Date.to_date(example["at"])
                found, errors = engine._work_out(
                    invoice.ids, at, imputation=example["imputation"]
                )
                self.assertFalse(errors)
                penalties = found[invoice.id]
                (statement,) = penalties.statements.values()
                self.assertEqual(
                    [
                        {
                            "frm": segment.date_from.isoformat(),
                            "to": segment.date_to.isoformat(),
                            "days": segment.days,
                            "base": str(segment.base),
                            "rate": f"{segment.rate:.2f}",
                            "divisor": segment.divisor,
                            "amount": str(segment.amount),
                        }
                        for segment in statement.segments
                    ],
                    example["segments"],
                )
                due = (
                    statement.principal_left
                    + statement.interest_left
                    + penalties.indemnity
                )
                self.assertEqual(f"{due:.2f}", example["total_due"])

    def test_stored_lines_are_the_statement_as_reconciled(self):
        for example in EXAMPLES:
            if example["payments"] and example["imputation"] == "interest_first":
                continue
            with self.subTest(example=example["id"]):
                invoice = self._make(example)
                lines = self._penalties(invoice, example["at"])
                self.assertEqual(
                    [
                        (str(line.date_from), str(line.date_to), f"{line.amount:.2f}")
                        for line in lines
                        if line.kind == "interest"
                    ],
                    [
                        (part["frm"], part["to"], part["amount"])
                        for part in example["segments"]
                    ],
                )
                indemnity = lines.filtered(lambda line: line.kind == "indemnity")
                self.assertEqual(sum(indemnity.mapped("amount")), example["indemnity"])


class TestRates(RecouvrementCase):
    """Which rate an invoice bears: frozen when it is posted (C. com. L441-10, II)."""

    def test_three_times_the_legal_rate_of_the_company(self):
        self.company.recouvrement_rate_basis = "legal"
        invoice = self._invoice(self.business, 6000, "2026-08-31")
        self.assertEqual(self._amounts(invoice, "2026-10-15"), ["61.03"])

    def test_own_rate_of_a_customer_and_frozen_on_the_invoice(self):
        self.business.recouvrement_rate_basis = "contract"
        self.business.recouvrement_contract_rate = 10
        invoice = self._invoice(self.business, 6000, "2026-08-31")
        self.business.recouvrement_rate_basis = "ecb"
        self.assertEqual(self._amounts(invoice, "2026-10-15"), ["73.97"])
        self.assertFalse(invoice.recouvrement_terms_warning)

    def test_a_rate_under_the_floor_is_told_and_the_choice_is_the_users(self):
        self.company.write(
            {"recouvrement_rate_basis": "contract", "recouvrement_contract_rate": 5}
        )
        invoice = self._invoice(self.business, 6000, "2026-08-31")
        self.assertEqual(invoice.recouvrement_below_floor, "floor")
        self.assertEqual(self._amounts(invoice, "2026-10-15"), ["61.03"])
        self.assertIn("under the legal floor", invoice.recouvrement_terms_warning)
        with freeze_time("2026-10-15"):
            invoice.recouvrement_below_floor = "default"
            self.assertPenalties(
                invoice, [("2026-09-01", "2026-10-15", 45, 12.4, 91.73)]
            )
            invoice.recouvrement_below_floor = "contract"
            self.assertPenalties(
                invoice, [("2026-09-01", "2026-10-15", 45, 5.0, 36.99)]
            )

    def test_a_changed_rate_leaves_a_trace(self):
        invoice = self._invoice(self.business, 6000, "2026-08-31")
        self.env.cr.flush()  # what a new record is given is not tracked
        before = invoice.message_ids
        invoice.with_context(
            tracking_disable=False, mail_notrack=False
        ).recouvrement_rate_basis = "legal"
        self.env.flush_all()
        self.env.cr.flush()
        self.env.invalidate_all()
        values = (invoice.message_ids - before).sudo().tracking_value_ids
        self.assertIn("Penalty rate", values.mapped("field_id.field_description"))

    def test_the_rate_that_the_invoice_prints(self):
        """A later module of Odoo freezes one: invoice and claim agree."""
        invoice = self._invoice(self.business, 6000, "2026-08-31")
        self.env["ir.model.fields"].create(
            {
                "name": "x_printed_rate",
                "field_description": "Rate printed",
                "model_id": self.env["ir.model"]._get_id("account.move"),
                "ttype": "float",
            }
        )
        self.addCleanup(self.registry.reset_changes)
        self.patch(account_move_penalty, "PRINTED_RATE_FIELD", "x_printed_rate")
        invoice.x_printed_rate = 11
        invoice.button_draft()
        invoice.action_post()
        self.assertEqual(invoice.recouvrement_rate_basis, "printed")
        self.assertEqual(self._amounts(invoice, "2026-10-15"), ["81.37"])

    def test_fixed_rate_must_be_entered(self):
        with self.assertRaisesRegex(ValidationError, "fixed rate"):
            self.company.recouvrement_rate_basis = "contract"

    def test_l441_10_too_long_a_term_is_told(self):
        late = self._invoice(
            self.business, 100, "2026-11-30", invoice_date="2026-09-10"
        )
        self.assertIn("later than the law", late.recouvrement_terms_warning)
        lawful = self._invoice(
            self.business, 100, "2026-11-14", invoice_date="2026-09-10"
        )
        self.assertFalse(lawful.recouvrement_terms_warning)

    def test_r2192_11_hospitals_have_50_days(self):
        self.public_body.recouvrement_public_delay = "health"
        invoice = self._invoice(self.public_body, 24000, "2026-06-19")
        invoice.recouvrement_request_date = "2026-05-20"
        first = self._penalties(invoice, "2026-08-10")[0]
        self.assertEqual(str(first.date_from), "2026-07-10")
        # interest began in the second half-year: 2.40 + 8
        self.assertEqual(first.rate, 10.4)

    def test_consumer_interest_from_the_event_that_the_company_chose(self):
        """C. civ. 1231-6 and 1344: sending, first presentation or receipt."""
        invoice = self._invoice(self.consumer, 1850, "2026-03-31")
        stages = invoice.recouvrement_procedure_id.stage_ids
        notice = stages.filtered(lambda stage: stage.kind == "formal_notice")
        (stages - notice).unlink()
        action = self._run("2026-05-11")
        self._approve_and_send(action, "2026-05-11")
        self.assertFalse(self._penalties(invoice, "2026-08-31"))
        with freeze_time("2026-08-31"):
            action.date_presented = "2026-05-12"
            action.date_received = "2026-05-15"
        for event, start in (
            ("presented", "2026-05-13"),
            ("sent", "2026-05-12"),
            ("received", "2026-05-16"),
        ):
            self.company.recouvrement_consumer_start = event
            lines = self._penalties(invoice, "2026-08-31")
            self.assertEqual(str(lines[0].date_from), start, event)
            self.assertEqual(set(lines.mapped("kind")), {"interest"}, event)


class TestPayments(RecouvrementCase):
    """Penalties follow what really happened to an invoice."""

    def test_a_payment_stops_them_at_once_and_undoing_it_brings_them_back(self):
        invoice = self._invoice(self.business, 10000, "2026-07-31")
        self._penalties(invoice, "2026-10-15")
        with freeze_time("2026-10-15"):
            line = self._pay(invoice, 10000, "2026-09-15")
            self.env.cr.flush()  # as at the end of the request
            self.assertPenalties(
                invoice, [("2026-08-01", "2026-09-15", 46, 12.4, 156.27)]
            )
            self.assertTrue(invoice.recouvrement_penalty_settled)
            line.remove_move_reconcile()
            self.env.cr.flush()
            self.assertPenalties(
                invoice, [("2026-08-01", "2026-10-15", 76, 12.4, 258.19)]
            )
            self.assertFalse(invoice.recouvrement_penalty_settled)

    def test_paid_late_before_any_computation_keeps_its_penalties(self):
        invoice = self._invoice(self.business, 10000, "2026-07-31")
        self._pay(invoice, 10000, "2026-09-15")
        in_time = self._invoice(self.business, 500, "2026-07-31")
        self._pay(in_time, 500, "2026-07-31")
        with freeze_time("2026-10-15"):
            self._run_nightly()
        self.assertPenalties(invoice, [("2026-08-01", "2026-09-15", 46, 12.4, 156.27)])
        self.assertEqual(invoice.recouvrement_penalty_total, 196.27)
        self.assertFalse(in_time.recouvrement_penalty_line_ids)
        self.assertTrue(in_time.recouvrement_penalty_settled)
        # settled: the next nights leave them alone
        self.assertNotIn(
            invoice.id,
            self.env["recouvrement.penalty.line"]._find_stale(
                date(2026, 10, 16), 0, 1000, self.company
            ),
        )

    def _run_nightly(self):
        with self.enter_registry_test_mode():
            self.env.ref("l10n_fr_recouvrement.cron_penalties").method_direct_trigger()
        self.env.invalidate_all()

    def test_what_was_paid_before_the_module_came_is_taken_on_when_undone(self):
        invoice = self._invoice(self.business, 5400, "2026-05-31")
        payment = self._pay(invoice, 5400, "2026-05-31")
        self._forget_terms(invoice)
        with freeze_time("2026-07-15"):
            payment.remove_move_reconcile()
            self.assertEqual(invoice.recouvrement_profile, "business")
            self.assertTrue(invoice.recouvrement_next_date)
            self._run_nightly()
        self.assertEqual(invoice.recouvrement_penalty_total, 53.93 + 27.52 + 40)

    def test_paid_invoices_follow_what_is_corrected_later(self):
        """A rate entered wrongly, the divisor, the day of insolvency proceedings."""
        invoice = self._invoice(self.business, 5400, "2026-05-31")
        with freeze_time("2026-07-15"):
            self._pay(invoice, 5400, "2026-07-15")
            self._run_nightly()
            self.assertTrue(invoice.recouvrement_penalty_settled)
            rate = self.env["recouvrement.rate"].search(
                [("date_from", "=", "2026-07-01")]
            )
            rate.ecb_refi = 3.4
            self._run_nightly()
            # fifteen days at 13.40 %
            self.assertPenalties(
                invoice,
                [
                    ("2026-06-01", "2026-06-30", 30, 12.15, 53.93),
                    ("2026-07-01", "2026-07-15", 15, 13.4, 29.74),
                ],
            )
            self.business.recouvrement_insolvency_date = "2026-07-01"
            self.assertPenalties(
                invoice, [("2026-06-01", "2026-06-30", 30, 12.15, 53.93)]
            )
            self.company.recouvrement_divisor = "actual"
            self.assertFalse(invoice.recouvrement_penalty_settled)

    def test_an_update_without_new_facts_leaves_paid_invoices_alone(self):
        """Shipped rates and facts are loaded at each update; most bring none."""
        invoice = self._invoice(self.business, 5400, "2026-05-31")
        with freeze_time("2026-07-15"):
            self._pay(invoice, 5400, "2026-07-15")
            self._run_nightly()
            self.assertTrue(invoice.recouvrement_penalty_settled)
            for name in ("recouvrement.rate", "recouvrement.legal.fact"):
                facts = self.env[name]
                facts._load_shipped()
                facts.browse().write({"date_from": "2026-01-01"})
                facts.search([], limit=1).write({})
                facts.browse().unlink()
            self.assertTrue(invoice.recouvrement_penalty_settled)

    def test_unreconciled_after_being_settled_in_time(self):
        invoice = self._invoice(self.business, 500, "2026-07-31")
        line = self._pay(invoice, 500, "2026-07-31")
        with freeze_time("2026-10-15"):
            self._run_nightly()
            line.remove_move_reconcile()
            self.env.cr.flush()
            self.assertEqual(len(invoice.recouvrement_penalty_line_ids), 2)

    def test_a_back_dated_payment_counts_at_its_own_date(self):
        invoice = self._invoice(self.business, 10000, "2026-07-31")
        self._penalties(invoice, "2026-11-15")
        with freeze_time("2026-11-15"):
            self._pay(invoice, 4000, "2026-08-20")
            self.env.cr.flush()
        self.assertPenalties(
            invoice,
            [
                ("2026-08-01", "2026-08-20", 20, 12.4, 67.95),
                ("2026-08-21", "2026-11-15", 87, 12.4, 177.34),
            ],
        )

    def test_a_payment_to_come_does_not_settle(self):
        invoice = self._invoice(self.business, 10000, "2026-09-30")
        with freeze_time("2026-10-15"):
            self._pay(invoice, 10000, "2026-11-15")
            self._run_nightly()
            self.assertFalse(invoice.recouvrement_penalty_settled)
        with freeze_time("2026-11-20"):
            self._run_nightly()
        self.assertPenalties(invoice, [("2026-10-01", "2026-11-15", 46, 12.4, 156.27)])

    def test_who_may_not_waive_does_not_change_how_a_payment_counts(self):
        invoice = self._invoice(self.business, 1000, "2026-07-31")
        self._pay(invoice, 400, "2026-09-15")
        clerk = self._create_user("facturation", "account.group_account_invoice")
        partial = invoice.recouvrement_credit_ids
        with self.assertRaises(AccessError):
            partial.with_user(clerk).recouvrement_effect = "gesture"
        with self.assertRaisesRegex(ValidationError, "money received"):
            partial.recouvrement_effect = "correction"

    def test_the_terms_of_a_former_customer_go_with_him(self):
        self.business.recouvrement_rate_basis = "legal"
        invoice = self._invoice(self.business, 1000, "2026-07-31")
        invoice.button_draft()
        invoice.partner_id = self._create_debtor("Autre Exemple", is_company=True)
        invoice.action_post()
        self.assertEqual(invoice.recouvrement_rate_basis, "ecb")

    def test_1231_7_a_judgment_against_a_consumer_bears_interest(self):
        invoice = self._invoice(self.consumer, 5000, "2026-01-31")
        self.env["recouvrement.judgment"].create(
            {
                "name": "RG 26/00034",
                "partner_id": self.consumer.id,
                "company_id": self.company.id,
                "move_ids": [Command.set(invoice.ids)],
                "date": "2026-03-01",
            }
        )
        first = self._penalties(invoice, "2026-03-31")
        self.assertEqual((str(first.date_from), first.rate), ("2026-03-01", 2.62))

    def test_a_payment_registered_in_odoo(self):
        invoice = self._invoice(self.business, 10000, "2026-07-31")
        self._penalties(invoice, "2026-10-15")
        with freeze_time("2026-10-15"):
            self.env["account.payment.register"].with_context(
                active_model="account.move", active_ids=invoice.ids
            ).create({"payment_date": "2026-09-15"})._create_payments()
        last = self._penalties(invoice, "2026-10-15").filtered("days")[-1]
        paid = (
            invoice.payment_state == "paid"
            or invoice.line_ids.filtered(
                lambda line: line.display_type == "payment_term"
            ).reconciled
        )
        self.assertEqual(str(last.date_to), "2026-09-15" if paid else "2026-10-15")

    def test_write_off_ends_them(self):
        invoice = self._invoice(self.business, 10000, "2026-07-31")
        self._pay(invoice, 9990, "2026-08-20")
        receivable = self.business.property_account_receivable_id
        entry = self.env["account.move"].create(
            {
                "date": "2026-08-25",
                "journal_id": self.company_data["default_journal_misc"].id,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": receivable.id,
                            "partner_id": self.business.id,
                            "credit": 10,
                        }
                    ),
                    Command.create(
                        {
                            "account_id": self.company_data[
                                "default_account_expense"
                            ].id,
                            "debit": 10,
                        }
                    ),
                ],
            }
        )
        entry.action_post()
        due = invoice.line_ids.filtered(lambda line: not line.reconciled)
        (entry.line_ids[0] + due.filtered("date_maturity")).reconcile()
        self.assertEqual(self._amounts(invoice, "2026-10-15"), ["67.95", "0.02"])

    def test_exchange_difference_changes_nothing_in_the_invoices_currency(self):
        dollar = self.env.ref("base.USD")
        dollar.active = True
        self.env["res.currency.rate"].create(
            [
                {
                    "name": day,
                    "rate": rate,
                    "currency_id": dollar.id,
                    "company_id": self.company.id,
                }
                for day, rate in (("2026-01-01", 1.1), ("2026-08-01", 1.3))
            ]
        )
        invoice = self._invoice(
            self.business, 10000, "2026-07-31", currency_id=dollar.id
        )
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create(
            {"payment_date": "2026-09-15", "currency_id": dollar.id, "amount": 4000}
        )._create_payments()
        lines = self._penalties(invoice, "2026-09-15")
        interest = lines.filtered(lambda line: line.kind == "interest")
        self.assertEqual(interest.currency_id, dollar)
        self.assertEqual(sum(interest.mapped("amount")), 156.27)
        indemnity = lines - interest
        self.assertEqual((indemnity.currency_id.name, indemnity.amount), ("EUR", 40.0))

    def test_credit_note_corrects_the_price_unless_it_is_a_gesture(self):
        invoice = self._invoice(self.business, 1000, "2026-07-31")
        refund = self._credit_note(self.business, 400, "2026-09-15")
        (refund.line_ids + invoice.line_ids).filtered(
            lambda line: line.display_type == "payment_term"
        ).reconcile()
        self.assertEqual(self._amounts(invoice, "2026-09-30"), ["12.43"])
        with freeze_time("2026-09-30"):
            partial = invoice.recouvrement_credit_ids
            self.assertEqual(partial.recouvrement_effect, "correction")
            partial.recouvrement_effect = "gesture"
        self.assertEqual(
            [line.amount for line in invoice.recouvrement_penalty_line_ids][:2],
            [15.63, 3.06],
        )
        self.assertIn("counts as", invoice.message_ids[0].body)

    def test_a_company_may_hold_credit_notes_for_gestures(self):
        self.company.recouvrement_credit_effect = "gesture"
        invoice = self._invoice(self.business, 1000, "2026-07-31")
        refund = self._credit_note(self.business, 400, "2026-09-15")
        (refund.line_ids + invoice.line_ids).filtered(
            lambda line: line.display_type == "payment_term"
        ).reconcile()
        self.assertEqual(self._amounts(invoice, "2026-09-30"), ["15.63", "3.06"])

    def test_an_instalment_invoice_bears_one_indemnity(self):
        """C. com. D441-5: 40 EUR an invoice, whatever its instalments."""
        invoice = self._invoice_in_two(self.business, 2000, "2026-07-31", 30)
        lines = self._penalties(invoice, "2026-10-15")
        self.assertEqual(
            [line.kind for line in lines], ["interest", "interest", "indemnity"]
        )
        self.assertEqual(len(lines.move_line_id), 2)

    def test_reset_to_draft_owes_nothing(self):
        invoice = self._invoice(self.business, 1000, "2026-07-31")
        self._penalties(invoice, "2026-10-15")
        invoice.button_draft()
        self.assertFalse(invoice.recouvrement_penalty_line_ids)

    def test_a_missing_rate_in_the_middle_leaves_what_was_known(self):
        invoice = self._invoice(self.business, 1000, "2025-05-31")
        other = self._invoice(self.business, 1000, "2026-07-31")
        before = self._penalties(invoice, "2025-06-30").mapped("amount")
        self.env["recouvrement.rate"].search(
            [("date_from", "=", "2025-07-01")]
        ).unlink()
        errors = (invoice | other)._recouvrement_refresh_penalties(date(2026, 8, 31))
        self.assertEqual(list(errors), invoice.ids)
        self.assertIn("2025-07-01", str(errors[invoice.id]))
        self.assertEqual(invoice.recouvrement_penalty_line_ids.mapped("amount"), before)
        self.assertTrue(other.recouvrement_penalty_line_ids)
        with self.assertRaisesRegex(UserError, "July 1, 2025|07/01/2025"):
            invoice.action_recouvrement_refresh_penalties()

    def test_two_companies_have_their_own_rules(self):
        data = self.setup_other_company()
        other = data["company"]
        self._setup_creditor(other)
        other.recouvrement_divisor = "actual"
        other.recouvrement_rate_basis = "legal"
        mine = self._invoice(self.business, 20000, "2024-01-31")
        theirs = self._invoice(
            self.business,
            20000,
            "2024-01-31",
            company_id=other.id,
            journal_id=data["default_journal_sale"].id,
        )
        self.assertEqual(self._amounts(mine, "2024-03-31"), ["476.71"])
        # 60 days of 3 x 5.07 over 366
        self.assertEqual(self._amounts(theirs, "2024-03-31"), ["498.69"])

    def test_l622_28_insolvency_stops_interest_the_eve_of_the_judgment(self):
        invoice = self._invoice(self.business, 1000, "2026-07-31")
        due_after = self._invoice(
            self.business, 1000, "2026-09-30", invoice_date="2026-08-20"
        )
        later = self._invoice(
            self.business, 1000, "2026-09-30", invoice_date="2026-09-05"
        )
        self.business.recouvrement_insolvency_date = "2026-09-01"
        last = self._penalties(invoice, "2026-10-15").filtered("days")[-1]
        self.assertEqual(str(last.date_to), "2026-08-31")
        self.company.recouvrement_insolvency_day = True
        last = self._penalties(invoice, "2026-10-15").filtered("days")[-1]
        self.assertEqual(str(last.date_to), "2026-09-01")
        # L441-10, II in fine: no indemnity on what the judgment forbids to pay
        self.assertFalse(self._penalties(due_after, "2026-10-15"))
        # what arises after the judgment is to be paid on time (L622-17)
        self.assertTrue(self._penalties(later, "2026-10-15"))
        self.assertFalse(invoice.recouvrement_next_date)
        self.assertFalse(
            self._run("2026-10-15").line_ids.move_id & (invoice | due_after)
        )

    def test_l313_3_a_judgment_changes_the_rate_and_capitalises(self):
        invoice = self._invoice(self.business, 10000, "2025-12-31")
        self._penalties(invoice, "2026-07-31")
        with freeze_time("2026-07-31"):
            judgment = self.env["recouvrement.judgment"].create(
                {
                    "name": "RG 26/00012",
                    "partner_id": self.business.id,
                    "company_id": self.company.id,
                    "move_ids": [Command.set(invoice.ids)],
                    "date": "2026-01-15",
                    "date_enforceable": "2026-02-20",
                }
            )
        self.assertPenalties(
            invoice,
            [
                ("2026-01-01", "2026-01-14", 14, 12.15, 46.6),
                ("2026-01-15", "2026-04-20", 96, 2.62, 68.91),
                ("2026-04-21", "2026-06-30", 71, 7.62, 148.22),
                ("2026-07-01", "2026-07-31", 31, 7.75, 65.82),
            ],
        )
        with freeze_time("2026-07-31"):
            judgment.rule = "penalties"
            self.assertEqual(
                {
                    line.rate
                    for line in invoice.recouvrement_penalty_line_ids
                    if line.days
                },
                {12.15, 12.4},
            )
            with self.assertRaisesRegex(ValidationError, "not enforceable before"):
                judgment.date_enforceable = "2026-01-01"

    def test_1343_5_time_to_pay_after_a_judgment(self):
        """The second judgment changes nothing of the first but the days it grants."""
        invoice = self._invoice(self.business, 10000, "2025-12-31")
        with freeze_time("2026-06-30"):
            common = {
                "partner_id": self.business.id,
                "company_id": self.company.id,
                "move_ids": [Command.set(invoice.ids)],
            }
            self.env["recouvrement.judgment"].create(
                [
                    {"name": "RG 26/00012", "date": "2026-01-15", **common},
                    {
                        "name": "RG 26/00777",
                        "date": "2026-03-01",
                        "rule": "penalties",
                        "date_grace_from": "2026-03-01",
                        "date_grace_to": "2026-04-30",
                        **common,
                    },
                ]
            )
        self._penalties(invoice, "2026-06-30")
        self.assertPenalties(
            invoice,
            [
                ("2026-01-01", "2026-01-14", 14, 12.15, 46.6),
                ("2026-01-15", "2026-02-28", 45, 2.62, 32.3),
                ("2026-03-01", "2026-04-30", 61, 0, 0),
                ("2026-05-01", "2026-06-30", 61, 2.62, 43.79),
            ],
        )


class TestLetters(RecouvrementCase):
    """What letters claim is what is owed."""

    def _claim(self, day="2026-09-30"):
        action = self._run(day)
        self._approve_and_send(action, day)
        return action

    def test_claimed_penalties_know_their_letter(self):
        invoice = self._invoice(self.business, 1000, "2026-07-31")
        self.assertEqual(
            set(self._penalties(invoice, "2026-09-30").mapped("state")), {"accrued"}
        )
        stages = invoice.recouvrement_procedure_id.stage_ids
        stages.filtered(lambda stage: not stage.show_penalties).unlink()
        action = self._claim()
        lines = invoice.recouvrement_penalty_line_ids
        self.assertEqual(set(lines.mapped("state")), {"claimed"})
        self.assertEqual(lines.claimed_action_id, action)

    def test_a_credit_note_counts_the_same_before_it_is_allocated(self):
        invoice = self._invoice(self.business, 1000, "2026-07-31")
        stages = invoice.recouvrement_procedure_id.stage_ids
        stages.filtered(lambda stage: not stage.show_penalties).unlink()
        self._credit_note(self.business, 400, "2026-09-15")
        for effect, interest in (("correction", 12.43), ("gesture", 18.69)):
            self.company.recouvrement_credit_effect = effect
            action = self._run("2026-09-30")
            self.assertEqual(action.amount_interest, interest, effect)
            self.assertEqual(action.amount_invoices - action.amount_credits, 600)
            action.sudo().unlink()

    def test_waived_penalties_are_not_claimed(self):
        invoice = self._invoice(self.business, 1000, "2026-07-31")
        stages = invoice.recouvrement_procedure_id.stage_ids
        stages.filtered(lambda stage: not stage.show_penalties).unlink()
        self._penalties(invoice, "2026-09-30")
        self.env["recouvrement.waiver"]._grant(
            [
                {
                    "move_id": invoice.id,
                    "date": "2026-09-30",
                    "user_id": self.env.uid,
                    "reason": "Geste commercial",
                    "amount_interest": 5,
                    "amount_indemnity": 40,
                    "stops": False,
                }
            ]
        )
        action = self._run("2026-09-30")
        # 61 days of 12.40 % on 1 000 are 20.72
        self.assertEqual(action.amount_interest, 15.72)
        self.assertEqual(action.amount_indemnity, 0)
        self.assertEqual(action.line_ids.amount_waived, 5)
        self.assertEqual(action.amount_total, 1015.72)
