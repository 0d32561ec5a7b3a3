"""The life of a penalty: claimed, charged, collected or waived; who may do what."""

from datetime import date, timedelta
from decimal import Decimal
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2.errors import ExclusionViolation, UniqueViolation

from odoo.exceptions import AccessError, LockError, UserError
from odoo.tools import mute_logger

from odoo.addons.l10n_fr_recouvrement import law

from ..common import RecouvrementCase

TODAY = "2026-10-15"


class ChargingCase(RecouvrementCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["res.lang"]._activate_lang("fr_FR")
        cls.startClassPatcher(freeze_time(TODAY))
        cls.invoice = cls._invoice(cls.business, 5400, "2026-05-31")
        cls._penalties(cls.invoice, TODAY)

    def _open(self, records, method):
        action = getattr(records, method)()
        return self.env[action["res_model"]].browse(action["res_id"])

    def _charge(self, records, **vals):
        wizard = self._open(records, "action_recouvrement_charge")
        wizard.write(vals)
        action = wizard.action_charge()
        if action.get("res_id"):
            return self.env["account.move"].browse(action["res_id"])
        return self.env["account.move"].search(action["domain"])

    def _states(self, invoice):
        return {
            (line.kind, line.state) for line in invoice.recouvrement_penalty_line_ids
        }


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
                    f"Facture {self.invoice.name}\u00a0: indemnité forfaitaire de "
                    "recouvrement",
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
                    date(2026, 12, 31), 0, 1000
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


class TestWaiver(ChargingCase):
    """Forgiving penalties: how much, why and by whom is kept."""

    def _waive(self, records, user=None, amounts=None, **vals):
        wizard = self._open(
            records.with_user(user) if user else records, "action_recouvrement_waive"
        )
        wizard = wizard.with_user(user) if user else wizard
        wizard.write({"reason": "Accord du 12 octobre", **vals})
        if amounts:
            for line in wizard.line_ids:
                line.write(amounts)
        wizard.action_waive()
        return records.recouvrement_waiver_ids

    def test_all_that_is_due(self):
        waiver = self._waive(self.invoice)
        self.assertEqual(waiver.amount_interest, 250.22)
        self.assertEqual(waiver.amount_indemnity, 40)
        self.assertEqual(waiver.user_id, self.env.user)
        self.assertEqual(
            self._states(self.invoice),
            {("interest", "waived"), ("indemnity", "waived")},
        )
        self.assertEqual(self.invoice.recouvrement_penalty_total, 0)
        self.assertIn("Accord du 12 octobre", self.invoice.message_ids[0].body)
        # what accrues later is due
        self._penalties(self.invoice, "2026-10-16")
        self.assertEqual(self.invoice.recouvrement_penalty_total, 1.84)

    def test_once_and_for_all(self):
        self._waive(self.invoice, stops=True)
        self._penalties(self.invoice, "2026-12-01")
        self.assertEqual(self.invoice.recouvrement_penalty_total, 0)
        self.assertEqual(str(self.invoice.recouvrement_penalty_end), TODAY)

    def test_a_part_of_it(self):
        self._waive(
            self.invoice, amounts={"amount_interest": 60, "amount_indemnity": 0}
        )
        self.assertEqual(
            [
                (line.amount, line.amount_waived, line.state)
                for line in self.invoice.recouvrement_penalty_line_ids
            ],
            [(53.93, 53.93, "waived"), (196.29, 6.07, "accrued"), (40, 0, "accrued")],
        )
        note = self._charge(self.invoice)
        self.assertEqual(note.amount_total, 230.22)
        # the part that was charged net of it does not count again
        self._penalties(self.invoice, "2026-10-25")
        with freeze_time("2026-10-25"):
            self.assertEqual(self._charge(self.invoice).amount_total, 18.35)

    def test_a_debtor_whole(self):
        other = self._invoice(self.business, 1000, "2026-07-31")
        self._penalties(other, TODAY)
        wizard = self._open(self.business, "action_recouvrement_waive")
        self.assertEqual(wizard.line_ids.move_id, self.invoice + other)

    def test_a_reason_is_needed_and_no_more_than_is_due(self):
        wizard = self._open(self.invoice, "action_recouvrement_waive")
        with self.assertRaisesRegex(UserError, "Say why"):
            wizard.action_waive()
        wizard.reason = "Erreur"
        wizard.line_ids.amount_interest = 300
        with self.assertRaisesRegex(UserError, "no more can be waived"):
            wizard.action_waive()

    def test_above_the_limit_a_manager(self):
        officer = self._create_user(
            "agent", "l10n_fr_recouvrement.group_recovery_officer"
        )
        with self.assertRaisesRegex(UserError, "ask a recovery manager|responsable"):
            self._waive(self.invoice, officer)
        self._waive(
            self.invoice,
            officer,
            amounts={"amount_interest": 100, "amount_indemnity": 0},
        )
        self.assertEqual(self.invoice.recouvrement_waiver_ids.user_id, officer)
        with self.assertRaises(UserError):
            self.invoice.recouvrement_waiver_ids.with_user(officer).action_revoke()

    def test_the_first_stop_holds_until_it_is_revoked(self):
        first = self._waive(self.invoice, stops=True)
        with freeze_time("2026-12-15"):
            self.env["recouvrement.waiver"]._grant(
                [
                    {
                        "move_id": self.invoice.id,
                        "date": "2026-12-15",
                        "user_id": self.env.uid,
                        "reason": "Encore",
                        "amount_interest": 0,
                        "amount_indemnity": 0,
                        "stops": True,
                    }
                ]
            )
            self.assertEqual(str(self.invoice.recouvrement_penalty_end), TODAY)
            first.action_revoke()
            self.assertEqual(str(self.invoice.recouvrement_penalty_end), "2026-12-15")

    def test_stopping_and_repeating_take_a_manager_too(self):
        officer = self._create_user(
            "agent", "l10n_fr_recouvrement.group_recovery_officer"
        )
        amounts = {"amount_interest": 120, "amount_indemnity": 0}
        self._waive(self.invoice, officer, amounts=amounts)
        with self.assertRaises(UserError):
            self._waive(self.invoice, officer, amounts=amounts)
        with self.assertRaises(UserError):
            self._waive(
                self.invoice,
                officer,
                amounts={"amount_interest": 0, "amount_indemnity": 0},
                stops=True,
            )

    def test_every_cent_waived_shows_as_waived(self):
        """Amounts that are not whole in binary are compared as what they are."""
        for principal in (173.64, 1940.11, 2167.66):
            invoice = self._invoice(self.business, principal, "2026-07-31")
            self._penalties(invoice, TODAY)
            self._waive(invoice)
            self.env.invalidate_all()
            self.assertEqual(
                set(invoice.recouvrement_penalty_line_ids.mapped("state")), {"waived"}
            )

    def test_a_waiver_forgives_nothing_of_what_runs_later(self):
        """Not even when a payment that was entered late made it forgive too much."""
        self._waive(self.invoice)
        self._pay(self.invoice, 5000, "2026-06-30")
        with freeze_time("2026-11-14"):
            self._penalties(self.invoice, "2026-11-14")
            # thirty days of 400 at 12.40 % since the waiver
            self.assertEqual(self.invoice.recouvrement_penalty_total, 4.08)

    def test_revoked_by_a_manager_never_deleted(self):
        waiver = self._waive(self.invoice, stops=True)
        with self.assertRaisesRegex(UserError, "revoke it instead"):
            waiver.sudo().unlink()
        waiver.action_revoke()
        self.assertEqual(waiver.state, "revoked")
        self.assertFalse(self.invoice.recouvrement_penalty_end)
        self.assertEqual(self.invoice.recouvrement_penalty_total, 290.22)

    def test_nobody_writes_one_by_hand(self):
        manager = self._create_user(
            "chef", "l10n_fr_recouvrement.group_recovery_manager"
        )
        waiver = self._waive(self.invoice)
        with self.assertRaises(AccessError):
            waiver.with_user(manager).amount_interest = 1


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


class TestAccess(ChargingCase):
    """Who sees and decides about penalties."""

    def test_invoicing_charges_but_does_not_waive(self):
        clerk = self._create_user("facturation", "account.group_account_invoice")
        invoice = self.invoice.with_user(clerk)
        self.assertTrue(invoice.recouvrement_penalty_line_ids)
        with self.assertRaises(AccessError):
            invoice.action_recouvrement_waive()
        action = invoice.action_recouvrement_charge()
        wizard = self.env[action["res_model"]].with_user(clerk).browse(action["res_id"])
        wizard.action_charge()
        self.assertEqual(self.invoice.recouvrement_debit_note_count, 1)

    def test_officer_waives_but_does_not_invoice(self):
        officer = self._create_user(
            "agent", "l10n_fr_recouvrement.group_recovery_officer"
        )
        self.invoice.with_user(officer).action_recouvrement_waive()
        with self.assertRaises(AccessError):
            self.invoice.with_user(officer).action_recouvrement_charge()

    def test_nobody_writes_penalties_by_hand(self):
        for group in (
            "account.group_account_invoice",
            "l10n_fr_recouvrement.group_recovery_manager",
        ):
            user = self._create_user(group, group)
            lines = self.invoice.recouvrement_penalty_line_ids.with_user(user)
            with self.assertRaises(AccessError):
                lines.write({"amount": 0})
            with self.assertRaises(AccessError):
                lines.unlink()

    def test_another_company_sees_none_of_it(self):
        other = self.setup_other_company()["company"]
        stranger = self._create_user(
            "voisin", "l10n_fr_recouvrement.group_recovery_manager"
        )
        stranger.write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})
        waiver = self.env["recouvrement.waiver"]._grant(
            [
                {
                    "move_id": self.invoice.id,
                    "date": TODAY,
                    "user_id": self.env.uid,
                    "reason": "Accord",
                    "amount_interest": 1,
                    "amount_indemnity": 0,
                }
            ]
        )
        for model in ("recouvrement.penalty.line", "recouvrement.waiver"):
            found = self.env[model].with_user(stranger).search([])
            self.assertFalse(found & (waiver if "waiver" in model else found.browse()))
            self.assertNotIn(self.invoice, found.sudo().move_id)
        with self.assertRaises(AccessError):
            waiver.with_user(stranger).read(["reason"])
        with self.assertRaises(AccessError):
            self.invoice.with_user(stranger).action_recouvrement_waive()

    def _stranger(self):
        """A manager of another company, who sees nothing of this one."""
        other = self.setup_other_company()["company"]
        user = self._create_user(
            "etranger", "l10n_fr_recouvrement.group_recovery_manager"
        )
        user.write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})
        return user

    def test_a_waiver_is_not_revoked_from_another_company(self):
        waiver = self.env["recouvrement.waiver"]._grant(
            [
                {
                    "move_id": self.invoice.id,
                    "date": TODAY,
                    "user_id": self.env.uid,
                    "reason": "Accord",
                    "amount_interest": 1,
                    "amount_indemnity": 0,
                    "stops": False,
                }
            ]
        )
        with self.assertRaises(AccessError):
            waiver.with_user(self._stranger()).action_revoke()
        self.assertEqual(waiver.state, "granted")

    def test_the_limit_is_that_of_the_invoices_company(self):
        officer = self._create_user(
            "agent", "l10n_fr_recouvrement.group_recovery_officer"
        )
        generous = self.setup_other_company()["company"]
        generous.recouvrement_waiver_limit = 10**6
        wizard = (
            self.env["recouvrement.waiver.wizard"]
            .with_user(officer)
            .create(
                {
                    "company_id": generous.id,
                    "move_ids": self.invoice.ids,
                    "reason": "Forgé",
                }
            )
        )
        with self.assertRaises(UserError):
            wizard.action_waive()
        self.assertFalse(self.invoice.recouvrement_waiver_ids)

    def test_an_invoice_is_waived_once_by_an_assistant(self):
        wizard = self._open(self.invoice, "action_recouvrement_waive")
        wizard.reason = "Deux fois"
        wizard.line_ids.copy()
        with self.assertRaisesRegex(UserError, "once"):
            wizard.action_waive()

    def test_somebody_elses_attachment_is_not_taken(self):
        officer = self._create_user(
            "agent", "l10n_fr_recouvrement.group_recovery_officer"
        )
        secret = self.env["ir.attachment"].create(
            {
                "name": "paie.pdf",
                "raw": b"%PDF",
                "res_model": "res.users",
                "res_id": self.env.uid,
            }
        )
        wizard = (
            self.env["recouvrement.cost.wizard"]
            .with_user(officer)
            .create({"move_id": self.invoice.id, "name": "Frais", "amount": 10})
        )
        wizard.sudo().attachment_ids = secret
        with self.assertRaises(AccessError):
            wizard.action_add()
        self.assertEqual(secret.res_model, "res.users")

    def test_terms_are_not_changed_through_a_draft(self):
        clerk = self._create_user("facturation", "account.group_account_invoice")
        invoice = self.invoice.with_user(clerk)
        invoice.button_draft()
        with self.assertRaises(AccessError):
            invoice.write(
                {
                    "recouvrement_rate_basis": "contract",
                    "recouvrement_contract_rate": 0.01,
                    "recouvrement_below_floor": "contract",
                }
            )

    def test_who_enters_judgments(self):
        vals = {
            "name": "RG 26/00099",
            "partner_id": self.business.id,
            "company_id": self.company.id,
            "move_ids": self.invoice.ids,
            "date": TODAY,
        }
        for group, may in (
            ("account.group_account_invoice", False),
            ("account.group_account_readonly", False),
            ("l10n_fr_recouvrement.group_recovery_officer", True),
        ):
            judgments = self.env["recouvrement.judgment"].with_user(
                self._create_user(group, group)
            )
            if may:
                judgment = judgments.create(vals)
            else:
                with self.assertRaises(AccessError):
                    judgments.create(vals)
        with self.assertRaises(AccessError):
            judgment.unlink()  # a manager's
        self.assertFalse(
            judgment.with_user(self._stranger()).search([("id", "=", judgment.id)])
        )

    def test_portal_reaches_nothing(self):
        portal = self._create_user("portail", "base.group_portal")
        for model in (
            "recouvrement.penalty.line",
            "recouvrement.waiver",
            "recouvrement.judgment",
            "recouvrement.debit.wizard",
            "recouvrement.waiver.wizard",
        ):
            with self.assertRaises(AccessError):
                self.env[model].with_user(portal).search([])


class TestHooks(ChargingCase):
    """What an integrator may change, as doc/integrator.md tells."""

    def _extend(self, model, name, method):
        """Stand in for an addon that overrides a method."""
        model_class = type(self.env[model])
        original = getattr(model_class, name)
        self.patch(
            model_class, name, lambda *args: method(lambda: original(*args), *args)
        )

    def test_another_rate(self):
        self._extend(
            "recouvrement.penalty.engine",
            "_rate_rule",
            lambda original, *args: law.RateRule(None, Decimal(7)),
        )
        lines = self._penalties(self.invoice, TODAY)
        self.assertEqual(set(lines.filtered("days").mapped("rate")), {7.0})

    def test_days_of_grace_of_the_house(self):
        self._extend(
            "recouvrement.penalty.engine",
            "_get_interest_start",
            lambda original, *args: original() + timedelta(days=10),
        )
        first = self._penalties(self.invoice, TODAY)[0]
        self.assertEqual(str(first.date_from), "2026-06-11")

    def test_other_terms_at_posting(self):
        self._extend(
            "account.move",
            "_recouvrement_prepare_rate_vals",
            lambda original, *args: {
                **original(),
                "recouvrement_rate_basis": "legal",
            },
        )
        invoice = self._invoice(self.business, 100, "2026-09-30")
        self.assertEqual(invoice.recouvrement_rate_basis, "legal")

    def test_other_lines_of_a_debit_note(self):
        self._extend(
            "recouvrement.debit.wizard",
            "_prepare_note_line_vals",
            lambda original, *args: {**original(), "name": "Retard"},
        )
        note = self._charge(self.invoice)
        self.assertEqual(set(note.invoice_line_ids.mapped("name")), {"Retard"})
