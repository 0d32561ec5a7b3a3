"""Penalties that are charged: debit notes, and costs on justification."""

from datetime import date
from decimal import Decimal
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2.errors import ExclusionViolation, UniqueViolation

from odoo.exceptions import LockError, UserError
from odoo.fields import Command
from odoo.tools import mute_logger

from .charging import TODAY, ChargingCase


class TestDebitNote(ChargingCase):
    """Penalties are booked when somebody decides so (CGI 237 sexies)."""

    def test_nothing_is_booked_before(self):
        self.assertFalse(
            self.env["account.move"].search([("recouvrement_is_debit_note", "=", True)])
        )

    def test_one_line_by_half_year_and_the_indemnity(self):
        note = self._charge(self.invoice)
        self.assertEqual(
            [(line.name, line.price_subtotal) for line in note.invoice_line_ids],
            [
                (
                    f"Facture {self.invoice.name}\u00a0: pénalités de retard du "
                    "01/06/2026 au 30/06/2026 inclus\n5\u202f400,00\u00a0€ × "
                    "12,15\u00a0% × 30 j ÷ 365",
                    53.93,
                ),
                (
                    f"Facture {self.invoice.name}\u00a0: pénalités de retard du "
                    "01/07/2026 au 15/10/2026 inclus\n5\u202f400,00\u00a0€ × "
                    "12,40\u00a0% × 107 j ÷ 365",
                    196.29,
                ),
                (
                    f"Facture {self.invoice.name}\u00a0: indemnité forfaitaire "
                    "pour frais de recouvrement",
                    40.0,
                ),
            ],
        )
        self.assertEqual(note.state, "posted")
        self.assertEqual(note.amount_tax, 0)
        self.assertFalse(note.invoice_line_ids.tax_ids)
        self.assertEqual(note.invoice_line_ids.account_id.code, "763100")
        self.assertEqual(note.journal_id, self.company.recouvrement_debit_journal_id)
        self.assertNotEqual(note.journal_id, self.invoice.journal_id)
        self.assertIn("hors du champ d’application de la TVA", note.narration)
        # linked both ways
        self.assertEqual(self.invoice.recouvrement_debit_note_ids, note)
        self.assertEqual(
            note.line_ids.recouvrement_penalty_line_ids.move_id, self.invoice
        )
        self.assertEqual(
            self._states(self.invoice),
            {("interest", "invoiced"), ("indemnity", "invoiced")},
        )
        self.assertEqual(self.invoice.recouvrement_penalty_total, 0)

    def test_758100_where_it_was_chosen(self):
        account = self.env["account.account"].search(
            [("code", "=", "758100"), ("company_ids", "in", self.company.ids)]
        )
        self.company.recouvrement_penalty_account_id = account
        note = self._charge(self.invoice)
        self.assertEqual(note.invoice_line_ids.account_id, account)

    def test_the_same_days_are_never_charged_twice(self):
        first = self._charge(self.invoice)
        with self.assertRaisesRegex(UserError, "Nothing is left to charge"):
            self._charge(self.invoice)
        with freeze_time("2026-10-25"):
            second = self._charge(self.invoice)
            self.assertEqual(len(second.invoice_line_ids), 1)
            self.assertIn("du 16/10/2026 au 25/10/2026", second.invoice_line_ids.name)
            # ten days of 12.40 % on 5 400
            self.assertEqual(second.amount_total, 18.35)
        self.assertEqual(first.amount_total, 290.22)

    def test_the_database_refuses_the_same_day_twice(self):
        self._charge(self.invoice)
        line = self.invoice.recouvrement_penalty_line_ids[0].sudo()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(ExclusionViolation),
            self.env.cr.savepoint(),
        ):
            line.copy(
                {"date_from": line.date_to, "debit_line_id": line.debit_line_id.id}
            )
            self.env.flush_all()
        indemnity = self.invoice.recouvrement_penalty_line_ids.filtered(
            lambda line: line.kind == "indemnity"
        ).sudo()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(UniqueViolation),
            self.env.cr.savepoint(),
        ):
            indemnity.copy()
            self.env.flush_all()

    def test_as_of_an_earlier_day_the_rest_stays_due(self):
        note = self._charge(self.invoice, date="2026-07-15")
        self.assertEqual(note.amount_total, 121.45)
        left = self.invoice.recouvrement_penalty_line_ids.filtered(
            lambda line: line.state == "accrued"
        )
        self.assertEqual(str(left.date_from), "2026-07-16")
        self.assertEqual(left.days, 92)

    def test_a_locked_period_refuses_it(self):
        self.company.sale_lock_date = "2026-09-30"
        with self.assertRaisesRegex(UserError, "locked period"):
            self._charge(self.invoice, date="2026-09-15")
        self.assertTrue(self._charge(self.invoice))

    def test_a_day_to_come_is_not_charged(self):
        with self.assertRaisesRegex(UserError, "have not passed"):
            self._charge(self.invoice, date="2026-10-16")

    def test_its_own_lateness_earns_nothing(self):
        note = self._charge(self.invoice)
        with freeze_time("2026-12-31"):
            self.assertFalse(self._penalties(note, "2026-12-31"))
            self.assertNotIn(
                note.id,
                self.env["recouvrement.penalty.line"]._find_stale(
                    date(2026, 12, 31), 0, 1000, self.company
                ),
            )

    def test_collected_when_it_is_paid(self):
        note = self._charge(self.invoice)
        self._pay(note, note.amount_total, TODAY)
        self.env.cr.flush()
        self.assertEqual(
            self._states(self.invoice),
            {("interest", "collected"), ("indemnity", "collected")},
        )

    def test_cancelled_its_days_are_owed_again(self):
        note = self._charge(self.invoice, post=False)
        self.assertEqual(note.state, "draft")
        self.assertEqual(self.invoice.recouvrement_penalty_total, 0)
        note.button_cancel()
        self.assertEqual(self.invoice.recouvrement_penalty_total, 290.22)
        self.assertEqual(self._charge(self.invoice).amount_total, 290.22)

    def test_a_cancelled_note_does_not_come_back(self):
        note = self._charge(self.invoice, post=False)
        note.button_cancel()
        note.button_draft()
        with self.assertRaisesRegex(UserError, "charges no penalties any more"):
            note.action_post()

    def test_a_note_is_not_copied_into_an_invoice(self):
        note = self._charge(self.invoice)
        with self.assertRaisesRegex(UserError, "not copied"):
            note.copy()
        reversal = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=note.ids)
            .create({"journal_id": note.journal_id.id})
        )
        with self.assertRaisesRegex(UserError, "not copied"):
            reversal.modify_moves()

    def test_a_deleted_draft_gives_its_penalties_back(self):
        self._pay(self.invoice, 5400, TODAY)
        note = self._charge(self.invoice, post=False)
        self.assertEqual(self.invoice.recouvrement_penalty_total, 0)
        note.unlink()
        self.env.invalidate_all()
        self.assertEqual(self.invoice.recouvrement_penalty_total, 290.22)

    def test_indemnities_may_have_an_account_of_their_own(self):
        account = self.env["account.account"].search(
            [("code", "=", "758100"), ("company_ids", "in", self.company.ids)]
        )
        self.company.recouvrement_indemnity_account_id = account
        note = self._charge(self.invoice)
        self.assertEqual(
            note.invoice_line_ids.mapped("account_id.code"), ["763100", "758100"]
        )

    def test_a_debtor_found_to_be_a_consumer_is_charged_no_indemnity(self):
        """C. conso. L121-21: nothing but what a consumer owes, paid invoices too."""
        self._pay(self.invoice, 5400, TODAY)
        self.env.cr.flush()
        self.assertEqual(self.invoice.recouvrement_penalty_total, 290.22)
        self.business.recouvrement_profile = "consumer"
        self.assertEqual(self.invoice.recouvrement_profile, "consumer")
        self.assertFalse(self.invoice.recouvrement_penalty_line_ids)

    def test_reversed_its_days_are_owed_again(self):
        note = self._charge(self.invoice)
        self._reverse(note)
        self.assertEqual(note.payment_state, "reversed")
        self._penalties(self.invoice, TODAY)
        self.assertEqual(self.invoice.recouvrement_penalty_total, 290.22)

    def test_a_debtor_whole_one_note_and_the_indemnity_in_euros(self):
        dollar = self.env.ref("base.USD")
        dollar.active = True
        foreign = self._invoice(
            self.business, 10000, "2026-07-31", currency_id=dollar.id
        )
        self._penalties(foreign, TODAY)
        notes = self._charge(self.business)
        self.assertEqual(
            sorted(
                (note.currency_id.name, len(note.invoice_line_ids)) for note in notes
            ),
            [("EUR", 4), ("USD", 1)],
        )

    def _reverse(self, note):
        """Credit a debit note in full."""
        self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=note.ids
        ).create({"journal_id": note.journal_id.id}).refund_moves()
        note.reversal_move_ids.action_post()
        lines = (note + note.reversal_move_ids).line_ids.filtered(
            lambda line: line.display_type == "payment_term" and not line.reconciled
        )
        lines.reconcile()

    def test_a_payment_that_bounces_after_its_days_were_charged(self):
        """What the debit note left out shows; credited and charged again, it is
        exact."""
        payment = self._pay(self.invoice, 3000, "2026-05-31")
        self.env.cr.flush()
        note = self._charge(self.invoice)
        # 2 400 at 12.15 % for 30 days, at 12.40 % for 107, and 40
        self.assertEqual(note.amount_total, 151.21)
        self.assertEqual(self.invoice.recouvrement_charge_gap, 0)
        self.assertFalse(self.invoice.recouvrement_charge_warning)
        payment.remove_move_reconcile()
        self.env.cr.flush()
        # 53.93 + 196.29 were due
        self.assertEqual(self.invoice.recouvrement_charge_gap, 139.01)
        self.assertIn("too little", self.invoice.recouvrement_charge_warning)
        self.assertIn("too little", self.invoice.message_ids[0].body)
        self._reverse(note)
        self._penalties(self.invoice, TODAY)
        self.assertEqual(self.invoice.recouvrement_charge_gap, 0)
        self.assertEqual(self._charge(self.invoice).amount_total, 290.22)

    def test_a_credit_note_after_its_days_were_charged(self):
        self._charge(self.invoice)
        refund = self._credit_note(self.business, 1400, "2026-10-14")
        (self.invoice + refund).line_ids.filtered(
            lambda line: line.display_type == "payment_term"
        ).reconcile()
        self.env.cr.flush()
        # 4 000 from the start: 39.95 + 145.40 instead of 53.93 + 196.29
        self.assertEqual(self.invoice.recouvrement_charge_gap, -64.87)
        self.assertIn("too much", self.invoice.recouvrement_charge_warning)

    def test_1343_2_a_charged_indemnity_takes_nothing_off_capitalised_interest(self):
        invoice = self._invoice(self.business, 10000, "2025-01-31")
        self.env["recouvrement.judgment"].create(
            {
                "name": "RG 25/00012",
                "partner_id": self.business.id,
                "company_id": self.company.id,
                "move_ids": [Command.set(invoice.ids)],
                "date": "2025-03-10",
                "rule": "penalties",
                "date_capitalised": "2025-03-10",
            }
        )
        self._penalties(invoice, TODAY)
        before = self._capitalised(invoice)
        # 10 000 at 13.15 % for 150 days of 2025, 12.15 % for 184 and for 31 of 2026
        self.assertEqual(before, {date(2026, 1, 31): Decimal("1256.09")})
        note = self._charge(invoice, with_interest=False)
        self.assertEqual(note.amount_total, 40)
        self.assertEqual(self._capitalised(invoice), before)

    def _capitalised(self, invoice):
        found, _errors = self.env["recouvrement.penalty.engine"]._work_out(
            invoice.ids, date(2026, 3, 31)
        )
        [statement] = found[invoice.id].statements.values()
        return {part.date: part.amount for part in statement.capitalisations}

    def test_a_reversed_note_is_not_brought_back(self):
        """Its penalties are owed again: they would be twice."""
        note = self._charge(self.invoice)
        self._reverse(note)
        self._penalties(self.invoice, TODAY)
        due = note.line_ids.filtered(lambda line: line.display_type == "payment_term")
        with self.assertRaisesRegex(UserError, "owed again"):
            due.remove_move_reconcile()

    def test_two_people_at_the_same_time(self):
        wizard = self._open(self.invoice, "action_recouvrement_charge")
        # Another transaction holds the rows: its uncommitted test data cannot.
        lines = type(self.env["recouvrement.penalty.line"])
        with (
            patch.object(lines, "lock_for_update", side_effect=LockError("held")),
            self.assertRaisesRegex(UserError, "try again in a moment"),
        ):
            wizard.action_charge()

    def test_fec_export_stays_valid(self):
        note = self._charge(self.invoice)
        wizard = self.env["l10n_fr.fec.export.wizard"].create(
            {"date_from": "2026-01-01", "date_to": "2026-12-31"}
        )
        content = wizard.generate_fec()["file_content"].decode()
        rows = [line.split("|") for line in content.splitlines()]
        head = rows[0]
        mine = [
            dict(zip(head, row, strict=True))
            for row in rows[1:]
            if dict(zip(head, row, strict=True))["EcritureNum"] == note.name
        ]
        self.assertEqual(len(mine), 4)
        debit, credit = (
            sum(float(row[name].replace(",", ".")) for row in mine)
            for name in ("Debit", "Credit")
        )
        self.assertEqual(round(debit, 2), round(credit, 2))
        self.assertEqual({len(row) for row in rows}, {len(head)})


class TestCosts(ChargingCase):
    """Costs beyond the 40 EUR, on justification (C. com. L441-10, II)."""

    def _add_cost(self, invoice, **vals):
        wizard = self.env["recouvrement.cost.wizard"].create(
            {
                "move_id": invoice.id,
                "name": "Honoraires de commissaire de justice",
                "amount": 72.5,
                "attachment_ids": self.env["ir.attachment"]
                .create({"name": "facture.pdf", "raw": b"%PDF"})
                .ids,
                **vals,
            }
        )
        wizard.action_add()
        return invoice.recouvrement_penalty_line_ids.filtered(
            lambda line: line.kind == "cost"
        )

    def test_claimed_and_charged_with_the_rest(self):
        cost = self._add_cost(self.invoice)
        self.assertEqual(cost.attachment_ids.res_id, self.invoice.id)
        stages = self.invoice.recouvrement_procedure_id.stage_ids
        stages.filtered(lambda stage: not stage.show_penalties).unlink()
        action = self._run(TODAY)
        self.assertEqual(action.amount_costs, 72.5)
        self.assertEqual(action.amount_total, 5762.72)
        self._approve_and_send(action, TODAY)
        self.assertEqual(cost.claimed_action_id, action)
        self.assertEqual(cost.state, "claimed")
        note = self._charge(self.invoice)
        self.assertEqual(note.amount_total, 362.72)
        self.assertEqual(cost.state, "invoiced")

    def test_claimed_by_mistake_a_manager_takes_it_back(self):
        cost = self._add_cost(self.invoice)
        stages = self.invoice.recouvrement_procedure_id.stage_ids
        stages.filtered(lambda stage: not stage.show_penalties).unlink()
        self._approve_and_send(self._run(TODAY), TODAY)
        users = {
            group: self._create_user(group, f"l10n_fr_recouvrement.group_{group}")
            for group in ("recovery_officer", "recovery_manager")
        }
        with self.assertRaisesRegex(UserError, "ask a recovery manager"):
            cost.with_user(users["recovery_officer"]).action_remove_cost()
        cost.with_user(users["recovery_manager"]).action_remove_cost()
        self.assertFalse(cost.exists())
        self.assertIn("Honoraires", self.invoice.message_ids[0].body)

    def test_taken_back_before_it_is_claimed(self):
        cost = self._add_cost(self.invoice)
        cost.action_remove_cost()
        self.assertFalse(cost.exists())
        with self.assertRaisesRegex(UserError, "Only a cost"):
            self.invoice.recouvrement_penalty_line_ids.action_remove_cost()

    def test_not_without_its_justification(self):
        with self.assertRaisesRegex(UserError, "on justification only"):
            self._add_cost(self.invoice, attachment_ids=False)

    def test_never_of_a_consumer(self):
        """CPCEx. L111-8: recovery costs stay with the creditor."""
        invoice = self._invoice(self.consumer, 100, "2026-07-31")
        with self.assertRaisesRegex(UserError, "consumer"):
            self._add_cost(invoice)
