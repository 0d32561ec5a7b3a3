"""What waits to be claimed is right as soon as the account or the debtor moves."""

from datetime import date
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form
from odoo.tools import mute_logger

from ..common import RecouvrementCase

DAY = "2026-05-05"


class EventCase(RecouvrementCase):
    """A call and a letter that wait on the same day."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stage = cls.env.ref("l10n_fr_recouvrement.stage_business_reminder")
        cls.business.write(
            {"phone": "01 99 00 11 22", "recouvrement_user_id": cls.env.uid}
        )

    def setUp(self):
        super().setUp()
        self.startPatcher(freeze_time(DAY))

    def _commit(self):
        """End the transaction as Odoo does, short of the commit itself."""
        self.env.cr.flush()
        self.env.invalidate_all()

    def _prepare(self, *dues, partner=None, amount=100):
        """Invoices of a debtor and the action that waits for them."""
        partner = partner or self.business
        invoices = self.env["account.move"].union(
            *(self._invoice(partner, amount, due) for due in dues or ["2026-05-01"])
        )
        action = self._run(DAY).filtered(lambda action: action.partner_id == partner)
        self._commit()
        self.assertEqual(action.line_ids.move_id, invoices)
        return invoices, action

    def _said(self, record):
        return " ".join(map(str, record.message_ids.mapped("body")))


class TestAccount(EventCase):
    """Payments, credit notes, disputes, corrections."""

    def test_a_paid_debtor_is_not_called(self):
        self.stage.channel = "phone"
        invoice, call = self._prepare()
        self.assertEqual(len(call.activity_ids), 1)
        self._pay(invoice, 100, DAY)
        self.assertEqual(call.state, "todo", "the transaction is not over")
        self._commit()
        self.assertEqual(call.state, "cancelled")
        self.assertFalse(call.activity_ids)
        self.assertFalse(invoice.recouvrement_next_date)

    def test_a_partial_payment_is_deducted(self):
        invoice, action = self._prepare()
        action.action_approve()
        for paid, left in ((30, 70), (20, 50)):
            self._pay(invoice, paid, DAY)
            self._commit()
            self.assertEqual((action.state, action.amount_total), ("ready", left))

    def test_an_undone_payment_is_claimed_again(self):
        invoice, action = self._prepare()
        line = self._pay(invoice, 30, DAY)
        self._commit()
        line.remove_move_reconcile()
        line.move_id.button_draft()
        self._commit()
        self.assertEqual(action.amount_total, 100)
        self.assertEqual(len(action.line_ids), 1)

    def test_the_stage_falls_back_with_the_oldest_invoice(self):
        (old, young), action = self._prepare("2026-04-10", "2026-05-01")
        self.assertEqual(action.stage_id.kind, "second_reminder")
        self._pay(old, 100, DAY)
        self._commit()
        self.assertEqual(action.stage_id, self.stage)
        self.assertEqual(action.channel, "email")
        self.assertEqual(action.line_ids.move_id, young)

    def test_money_that_nobody_allocated_is_deducted_at_once(self):
        _invoice, action = self._prepare()
        received = self._receive(self.business, 40, DAY)
        self._commit()
        self.assertEqual((action.amount_credits, action.amount_total), (40, 60))
        received.move_id.button_draft()
        self._commit()
        self.assertEqual((action.amount_credits, action.amount_total), (0, 100))
        self._receive(self.business, 100, DAY)
        self._commit()
        self.assertEqual(action.state, "cancelled")

    def test_a_credit_note_is_deducted_open_and_reconciled(self):
        invoice, action = self._prepare()
        note = self._credit_note(self.business, 40, DAY)
        self._commit()
        self.assertEqual((action.amount_credits, action.amount_total), (40, 60))
        (invoice + note).line_ids.filtered(
            lambda line: line.display_type == "payment_term"
        ).reconcile()
        self._commit()
        self.assertEqual((action.amount_credits, action.amount_total), (0, 60))

    def test_a_dispute_and_its_end(self):
        (disputed, other), action = self._prepare("2026-05-01", "2026-05-02")
        disputed.action_toggle_block_payment()
        self._commit()
        self.assertEqual(action.line_ids.move_id, other)
        disputed.action_toggle_block_payment()
        self._commit()
        self.assertEqual(action.line_ids.move_id, disputed + other)
        other.action_toggle_block_payment()
        disputed.action_toggle_block_payment()
        self._commit()
        self.assertEqual(action.state, "cancelled")

    def test_left_out_of_follow_up(self):
        invoice, action = self._prepare()
        invoice.no_followup = True
        self._commit()
        self.assertEqual(action.state, "cancelled")

    def test_a_paid_instalment_takes_its_stage_with_it(self):
        """The second is late as well, and starts afresh."""
        invoice = self._invoice_in_two(self.business, 100, "2026-04-15", 15)
        action = self._run(DAY)
        self.assertEqual(action.stage_id.kind, "second_reminder")
        self._pay(invoice, 50, DAY)
        self._commit()
        self.assertEqual(action.state, "cancelled")
        again = self._run(DAY)
        self.assertEqual((again.stage_id, again.amount_total), (self.stage, 50))

    def test_reset_to_draft_and_cancelled(self):
        invoice, action = self._prepare()
        invoice.button_draft()
        self._commit()
        self.assertEqual(action.state, "cancelled")
        invoice.button_cancel()
        self._commit()
        self.assertEqual(action.state, "cancelled")

    def test_due_later(self):
        invoice, action = self._prepare()
        due = invoice.line_ids.filtered(lambda line: line.account_type.endswith("able"))
        due.date_maturity = "2026-06-30"
        self._commit()
        self.assertEqual(action.state, "cancelled")
        self.assertEqual(str(invoice.recouvrement_next_date), "2026-07-03")

    def test_due_a_little_later_is_another_lateness(self):
        """Late by less, it has not come to the second reminder."""
        invoice, action = self._prepare("2026-04-15")
        self.assertEqual(action.stage_id.kind, "second_reminder")
        due = invoice.line_ids.filtered(lambda line: line.account_type.endswith("able"))
        due.date_maturity = "2026-04-30"
        self._commit()
        self.assertEqual(action.state, "cancelled")
        self.assertEqual(self._run(DAY).stage_id, self.stage)

    def test_an_insolvency_judgment_stops_everything(self):
        _invoice, action = self._prepare()
        self.business.recouvrement_insolvency_date = DAY
        self._commit()
        self.assertEqual(action.state, "cancelled")

    def test_another_procedure(self):
        invoice, action = self._prepare()
        invoice.recouvrement_procedure_id = self.env.ref(
            "l10n_fr_recouvrement.procedure_business"
        ).copy()
        self._commit()
        self.assertEqual(action.state, "cancelled")

    def test_another_customer(self):
        """In the drafts or while it is posted again, the invoice goes with its debtor;
        the rest of the action stays."""
        (moved, other), action = self._prepare("2026-05-01", "2026-05-02")
        right = self._create_debtor("Autre Exemple", is_company=True)
        moved.button_draft()
        self._commit()
        self.assertEqual(action.line_ids.move_id, other)
        moved.partner_id = right
        moved.invoice_date_due = "2026-05-01"
        moved.action_post()
        self._commit()
        self.assertEqual(action.line_ids.move_id, other)
        [new] = self._run(DAY)
        self.assertEqual((new.partner_id, new.line_ids.move_id), (right, moved))

    def test_another_customer_in_one_go(self):
        (moved, other), action = self._prepare("2026-05-01", "2026-05-02")
        right = self._create_debtor("Autre Exemple", is_company=True)
        _invoice, waiting = self._prepare("2026-05-01", partner=right)
        moved.button_draft()
        moved.partner_id = right
        moved.invoice_date_due = "2026-05-02"
        moved.action_post()
        self._commit()
        self.assertEqual(action.line_ids.move_id, other)
        self.assertIn(moved, waiting.line_ids.move_id, "owed late, it is listed")
        self.assertEqual(waiting.amount_total, 200)

    def test_what_was_sent_does_not_move(self):
        invoice, action = self._prepare()
        action.action_approve_and_send()
        before = action.read(["amount_total", "state", "line_ids"])
        self._pay(invoice, 100, DAY)
        self._commit()
        self.assertEqual(action.read(["amount_total", "state", "line_ids"]), before)

    def test_an_outcome_in_progress_says_that_the_call_is_over(self):
        self.stage.channel = "phone"
        invoice, call = self._prepare()
        opened = call.action_outcome("promise")
        wizard = (
            self.env[opened["res_model"]].with_context(**opened["context"]).create({})
        )
        self._pay(invoice, 100, DAY)
        self._commit()
        with self.assertRaisesRegex(UserError, "waits to be done"):
            wizard.action_confirm()

    def test_a_dispute_noted_in_a_call_closes_it_once(self):
        self.stage.channel = "phone"
        invoice, call = self._prepare()
        opened = call.action_outcome("dispute")
        self.env[opened["res_model"]].with_context(**opened["context"]).create(
            {}
        ).action_confirm()
        self._commit()
        self.assertEqual((call.state, call.outcome), ("done", "dispute"))
        self.assertEqual(call.line_ids.move_id, invoice)

    def test_nothing_that_goes_wrong_keeps_a_payment_out(self):
        """The action at fault stays for the next run; the others follow."""
        invoice, wrong = self._prepare()
        other, right = self._prepare("2026-04-10", partner=self.public_body)
        real = type(wrong)._keep_stages

        def fail(action, candidate):
            if action == wrong:
                raise ValueError("broken")
            return real(action, candidate)

        self._pay(invoice, 30, DAY)
        self._pay(other, 30, DAY)
        with (
            patch.object(type(wrong), "_keep_stages", fail),
            mute_logger(
                "odoo.addons.l10n_fr_recouvrement.models.action.recouvrement_action_events"
            ),
        ):
            self._commit()
        self.assertEqual((invoice.amount_residual, other.amount_residual), (70, 70))
        self.assertEqual((wrong.state, wrong.amount_total), ("to_approve", 100))
        self.assertEqual(right.amount_invoices, 70)
        wrong.sudo()._refresh()
        self.assertEqual(wrong.amount_total, 70)

    def test_whoever_records_the_payment(self):
        """An accountant who is not in charge of recovery, and whom nothing names."""
        accountant = self._create_user("compta", "account.group_account_user")
        invoice, action = self._prepare()
        self.env["account.payment.register"].with_user(accountant).with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({"payment_date": DAY}).action_create_payments()
        self._commit()
        self.assertEqual(action.state, "cancelled")
        self.assertNotEqual(action.message_ids[0].author_id, accountant.partner_id)

    def test_posting_and_paying_cost_one_query(self):
        """Of all the transaction, where no action waits."""

        def count():
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self.env.cr.flush()
            return self.env.cr.sql_log_count - before

        count()
        for size in (1, 20):
            drafts = self.env["account.move"].create(
                [
                    {
                        "move_type": "out_invoice",
                        "partner_id": self.business.id,
                        "invoice_date": "2026-04-01",
                        "invoice_date_due": "2026-05-01",
                        "invoice_line_ids": [
                            (0, 0, {"name": "Vente", "price_unit": 100, "tax_ids": []})
                        ],
                    }
                    for _number in range(size)
                ]
            )
            self.assertEqual(count(), 0, "a draft asks nothing")
            drafts.action_post()
            self.assertEqual(count(), 1)
            self._pay(drafts[0], 100, DAY)
            self.assertEqual(count(), 2, "one more for the penalties")

    def test_many_payments_cost_one_refresh(self):
        debtors = [
            self._create_debtor(f"Débiteur {number}", is_company=True)
            for number in range(12)
        ]

        def count(partners):
            invoices = [
                self._invoice(partner, 100, "2026-05-01") for partner in partners
            ]
            actions = self._run(DAY)
            self._commit()
            for invoice in invoices:
                self._pay(invoice, 30, DAY)
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self.env.cr.flush()
            queries = self.env.cr.sql_log_count - before
            self.assertEqual(set(actions.mapped("amount_total")), {70})
            return queries

        count(debtors[:1])
        few, many = count(debtors[1:3]), count(debtors[3:])
        self.assertLessEqual(many, few + 4, "nine debtors where there were two")


class TestCorrected(EventCase):
    """Claimed invoices that somebody corrects."""

    def _claim(self, **vals):
        invoice = self._invoice(self.business, 1000, "2026-05-01", **vals)
        action = self._run(DAY)
        action.action_approve_and_send()
        self._commit()
        return invoice, action

    def test_reset_to_draft_warns_and_keeps_its_history(self):
        invoice, action = self._claim()
        self.assertFalse(invoice.recouvrement_draft_warning)
        stage = invoice.recouvrement_stage_id
        invoice.button_draft()
        self._commit()
        self.assertEqual(invoice.recouvrement_stage_id, stage)
        self.assertEqual(action.state, "sent")
        self.assertEqual(action.line_ids.move_id, invoice)
        for text in (self._said(invoice), invoice.recouvrement_draft_warning):
            self.assertIn(action.name, text)
            self.assertIn("05/05/2026", text)
            self.assertIn("1,000.00", text)
            self.assertIn("credit note", text)

    def test_an_invoice_that_nobody_claimed_goes_without_a_word(self):
        invoice, _action = self._prepare()
        before = invoice.message_ids
        invoice.button_draft()
        invoice.invoice_date_due = "2026-05-02"
        invoice.action_post()
        self._commit()
        self.assertEqual(invoice.message_ids, before)
        self.assertFalse(invoice.recouvrement_draft_warning)

    def test_posted_again_as_it_was(self):
        invoice, _action = self._claim()
        invoice.button_draft()
        said = invoice.message_ids
        invoice.action_post()
        self.assertEqual(invoice.message_ids, said)

    def test_another_amount_and_another_due_date(self):
        invoice, action = self._claim()
        invoice.button_draft()
        invoice.invoice_line_ids.price_unit = 900
        invoice.invoice_date_due = "2026-05-15"
        invoice.action_post()
        said = str(invoice.message_ids[0].body)
        self.assertIn(f"claimed by {action.name} from Menuiserie Exemple", said)
        self.assertRegex(said, r"1,000\.00.* due on 05/01/2026")
        self.assertRegex(said, r"900\.00.* due on 05/15/2026")

    def test_another_customer(self):
        invoice, _action = self._claim()
        right = self._create_debtor("Autre Exemple", is_company=True)
        invoice.button_draft()
        invoice.partner_id = right
        invoice.invoice_date_due = "2026-05-01"
        invoice.action_post()
        said = str(invoice.message_ids[0].body)
        self.assertIn("from Menuiserie Exemple", said)
        self.assertIn("owed now by Autre Exemple", said)
        self.assertFalse(invoice.recouvrement_stage_id, "a fresh start for the other")

    def test_what_was_claimed_first_is_no_difference(self):
        """An instalment that the letter did not speak of is not one either."""
        invoice = self._invoice_in_two(self.business, 1000, "2026-05-01", 60)
        self._run(DAY).action_approve_and_send()
        invoice.button_draft()
        said = invoice.message_ids
        invoice.action_post()
        self.assertEqual(invoice.message_ids, said)


class TestMerge(EventCase):
    """Contacts merged by Odoo's own assistant."""

    def _merge(self, source, target, user=None):
        wizard = (
            self.env["base.partner.merge.automatic.wizard"]
            .with_user(user or self.env.user)
            .with_context(active_model="res.partner", active_ids=(source + target).ids)
            .create({"dst_partner_id": target.id})
        )
        wizard.action_merge()
        self._commit()
        self.assertFalse(source.exists())

    def setUp(self):
        super().setUp()
        self.twin = self._create_debtor("Menuiserie Exemple SARL", is_company=True)

    def test_one_action_goes_on(self):
        young, soft = self._prepare("2026-05-01")
        old, firm = self._prepare("2026-04-10", partner=self.twin)
        self.assertEqual(firm.stage_id.kind, "second_reminder")
        self._merge(self.twin, self.business)
        self.assertEqual((firm.state, soft.state), ("to_approve", "cancelled"))
        self.assertIn(firm.name, self._said(soft))
        self.assertEqual(firm.partner_id, self.business)
        self.assertEqual(firm.line_ids.move_id, young + old)
        self.assertEqual(firm.line_ids.partner_id, self.business)
        self.assertEqual(firm.amount_invoices, 200)
        firm.action_approve_and_send()
        self.assertEqual(firm.state, "sent")
        self.assertEqual(young.recouvrement_stage_id, firm.stage_id, "claimed as well")

    def test_what_was_sent_stays_as_proof(self):
        invoice, action = self._prepare(partner=self.twin)
        action.action_approve_and_send()
        sha256 = action.letter_sha256
        self._merge(self.twin, self.business)
        self.assertEqual((action.state, action.partner_id), ("sent", self.business))
        self.assertEqual(action.contact_id, self.business)
        self.assertEqual(action.line_ids.partner_id, self.business)
        self.assertEqual(action.letter_sha256, sha256)
        self.assertTrue(invoice.recouvrement_stage_id)
        self.assertFalse(self._run("2026-05-06"), "it was contacted yesterday")

    def test_claimed_alike_from_both(self):
        """An invoice that changed hands was claimed at the same stage from each."""
        invoice, first = self._prepare()
        first.action_approve_and_send()
        invoice.button_draft()
        due = invoice.invoice_date_due
        invoice.partner_id = self.twin
        invoice.invoice_date_due = due
        invoice.action_post()
        second = self._run("2026-05-12")
        self.assertEqual(second.stage_id, first.stage_id)
        second.action_approve_and_send()
        # The due line is another one since; it may be the same.
        self.env.flush_all()
        self.env.cr.execute(
            """UPDATE recouvrement_action_line SET move_line_id = %s
                WHERE action_id = %s""",
            [second.line_ids.move_line_id.id, first.id],
        )
        self.env.invalidate_all()
        self._merge(self.twin, self.business)
        self.assertEqual((first + second).mapped("state"), ["sent", "sent"])
        self.assertEqual((first + second).line_ids.partner_id, self.business)
        self.assertEqual((first + second).line_ids.mapped("merged"), [True, False])

    def test_invoices_of_two_profiles_keep_a_letter_each(self):
        invoice, action = self._prepare()
        other, consumer = self._prepare("2026-04-10", partner=self.consumer)
        self._merge(self.consumer, self.business)
        self.assertEqual(set((action + consumer).mapped("state")), {"to_approve"})
        self.assertEqual((action + consumer).partner_id, self.business)
        self.assertEqual(action.line_ids.move_id, invoice)
        self.assertEqual(consumer.line_ids.move_id, other)
        self.assertFalse(consumer.amount_interest, "a consumer owes none yet")

    def test_merged_with_the_contact_of_a_company(self):
        """Its company owes from now on."""
        contact = self._create_debtor("Service achats", parent_id=self.business.id)
        person = self._create_debtor("Dominique", recouvrement_profile="business")
        invoice, action = self._prepare(partner=person)
        self._merge(person, contact)
        self.assertEqual(invoice.commercial_partner_id, self.business)
        self.assertEqual(action.partner_id, self.business)
        self.assertEqual(action.line_ids.partner_id, self.business)
        self.assertEqual((action.state, action.amount_total), ("to_approve", 100))

    def test_a_judgment_follows_the_merge(self):
        """It lowers the penalties: not every clerk may have them forgiven so."""
        self.twin.recouvrement_insolvency_date = DAY
        self.twin.email = self.business.email
        _invoice, action = self._prepare()
        clerk = self._create_user(
            "saisie", "account.group_account_invoice,base.group_partner_manager"
        )
        with self.assertRaisesRegex(AccessError, "ask a recovery manager"):
            self._merge(self.twin, self.business, clerk)
        self.env.invalidate_all()
        self._merge(self.twin, self.business)
        self.assertEqual(str(self.business.recouvrement_insolvency_date), DAY)
        self.assertEqual(action.state, "cancelled")


class TestArchived(EventCase):
    def test_nothing_leaves_to_an_archived_debtor(self):
        invoice, action = self._prepare()
        self.business.active = False
        self._commit()
        self.assertEqual(action.state, "cancelled")
        self.assertIn("archived", self._said(action))
        self.assertFalse(invoice.recouvrement_next_date)
        self.assertIn("archived", invoice.recouvrement_hold_reason)
        self.assertFalse(self._run("2026-05-12"))
        wizard = self.env["recouvrement.run.wizard"].create({})
        self.assertIn("archived", wizard.excluded_line_ids.reason)
        self.business.active = True
        self._commit()
        self.assertTrue(invoice.recouvrement_next_date)
        self.assertTrue(self._run("2026-05-12"))

    def test_one_may_write_to_it_by_hand(self):
        invoice, _action = self._prepare()
        self.business.active = False
        opened = invoice.action_recouvrement_prepare()
        wizard = self.env[opened["res_model"]].browse(opened["res_id"])
        self.assertEqual(wizard.due_line_ids.partner_id, self.business)
        wizard.action_start()
        action = invoice.recouvrement_waiting_action_id
        self._pay(invoice, 30, DAY)
        self._commit()
        self.assertEqual((action.state, action.amount_total), ("to_approve", 70))
        action.action_approve_and_send()
        self.assertEqual(action.state, "sent")

    def test_an_archived_contact_hands_over_to_the_next(self):
        contacts = self.env["res.partner"].create(
            [
                {
                    "name": f"Service {kind}",
                    "type": kind,
                    "parent_id": self.business.id,
                    "email": email,
                }
                for kind, email in (
                    ("recouvrement", "a@example.com"),
                    ("invoice", False),
                )
            ]
        )
        _invoice, action = self._prepare()
        self.assertEqual(action.contact_id, contacts[0])
        contacts[0].active = False
        self.assertEqual(action.contact_id, contacts[1])
        self.assertEqual(action.state, "to_approve")
        contacts[1].active = False
        self.assertEqual(action.contact_id, self.business)


class TestPast(EventCase):
    """The preview of a past day shows what its run would have made."""

    def _preview(self, day):
        wizard = self.env["recouvrement.run.wizard"].create({"date": day})
        return {
            line.partner_id: (line.stage_id.kind, line.amount, line.reason or "")
            for line in wizard.line_ids
        }

    def test_what_was_paid_since_was_owed(self):
        paid = self._invoice(self.business, 100, "2026-03-02")
        partly = self._invoice(self.consumer, 300, "2026-03-02")
        self._pay(partly, 100, "2026-03-04")
        self._pay(partly, 100, "2026-03-20")
        self._pay(paid, 100, "2026-03-20")
        self.assertEqual(paid.payment_state, "paid")
        for day in ("2026-03-05", "2026-03-19"):
            found = self._preview(day)
            self.assertEqual(found[self.business][1], 100)
            self.assertEqual(found[self.consumer][1], 200)
        found = self._preview("2026-03-20")
        self.assertNotIn(self.business, found)
        self.assertEqual(found[self.consumer][1], 100)

    def test_credits_of_later_are_not_known(self):
        self._invoice(self.business, 100, "2026-03-02")
        self._receive(self.business, 30, "2026-03-04")
        self._credit_note(self.business, 20, "2026-03-10")
        self.assertEqual(self._preview("2026-03-05")[self.business][1], 70)
        self.assertEqual(self._preview("2026-03-10")[self.business][1], 50)

    def test_a_credit_allocated_since_was_open(self):
        """Received before, allocated to an invoice of later: it was the debtor's."""
        self._invoice(self.business, 100, "2026-03-02")
        received = self._receive(self.business, 30, "2026-03-03")
        later = self._invoice(
            self.business, 30, "2026-04-30", invoice_date="2026-04-01"
        )
        due = later.line_ids.filtered(lambda line: line.display_type == "payment_term")
        (received + due).reconcile()
        self.assertEqual(self._preview("2026-03-05")[self.business][1], 70)
        self.assertEqual(self._preview("2026-04-02")[self.business][1], 100)

    def test_invoices_of_later_are_not_known(self):
        self._invoice(self.business, 100, "2026-03-02")
        self._invoice(self.business, 50, "2026-03-04", invoice_date="2026-03-04")
        kind, amount, reason = self._preview("2026-03-03")[self.business]
        self.assertEqual((kind, amount), (False, 100), "no stage is due yet")
        self._invoice(self.consumer, 80, "2026-03-02", invoice_date="2026-04-01")
        self.assertNotIn(self.consumer, self._preview("2026-03-20"))
        self.assertIn(self.consumer, self._preview("2026-04-07"))

    def test_as_the_run_of_that_day(self):
        """Whatever was sent, paid and promised since."""
        self.stage.channel = "phone"
        invoice = self._invoice(self.business, 100, "2026-03-02")
        expected = {}
        for day in ("2026-03-05", "2026-03-17", "2026-04-07"):
            with freeze_time(day):
                expected[day] = self._preview(day)
                actions = self._run(day)
                self.assertEqual(len(actions), 1)
                if actions.channel == "phone":
                    actions._record_outcome(
                        "promise", promise_date=date(2026, 3, 10), promise_amount=100
                    )
                else:
                    actions.action_approve_and_send()
        self._pay(invoice, 100, "2026-04-20")
        self.assertEqual({day: self._preview(day) for day in expected}, expected)
        kinds = [found[self.business][0] for found in expected.values()]
        self.assertEqual(kinds, ["reminder", "second_reminder", "formal_notice"])

    def test_contacted_a_day_before(self):
        self._invoice(self.business, 100, "2026-03-02")
        with freeze_time("2026-03-05"):
            self._run("2026-03-05").action_approve_and_send()
        self._invoice(self.business, 100, "2026-03-03")
        kind, amount, reason = self._preview("2026-03-06")[self.business]
        self.assertEqual((kind, amount), (False, 200))
        self.assertIn("Contacted less than", reason)

    def test_an_action_that_waited_that_day(self):
        self._invoice(self.business, 100, "2026-03-02")
        with freeze_time("2026-03-05"):
            action = self._run("2026-03-05")
        with freeze_time("2026-03-12"):
            action.action_approve_and_send()
        kind, _amount, reason = self._preview("2026-03-10")[self.business]
        self.assertEqual((kind, reason), (False, "No stage is due."))

    def test_a_judgment_of_later_is_not_known(self):
        self._invoice(self.business, 100, "2026-03-02")
        self.business.recouvrement_insolvency_date = "2026-03-20"
        self.assertEqual(self._preview("2026-03-10")[self.business][1], 100)
        self.assertNotIn(self.business, self._preview("2026-03-20"))

    def test_nothing_is_made_of_it(self):
        paid = self._invoice(self.business, 100, "2026-03-02")
        self._pay(paid, 100, "2026-03-20")
        wizard = self.env["recouvrement.run.wizard"].create({"date": "2026-03-10"})
        self.assertEqual(wizard.due_count, 1)
        with self.assertRaisesRegex(UserError, "choose today"):
            wizard.action_start()
        with self.assertRaises(ValidationError):
            wizard.date = "2026-05-06"
        run = self.env["recouvrement.run"].create({"date": "2026-03-10"})
        run.action_start()
        self.assertFalse(run.action_ids, "a run claims what is owed today")

    def test_the_screen_follows_the_day(self):
        paid = self._invoice(self.business, 100, "2026-03-02")
        self._pay(paid, 100, "2026-03-20")
        with Form(self.env["recouvrement.run.wizard"]) as form:
            self.assertEqual(len(form.due_line_ids), 0)
            form.date = "2026-03-10"
            self.assertTrue(form.is_past)
            self.assertEqual(len(form.due_line_ids), 1)
        self.assertEqual(form.record.due_line_ids.partner_id, self.business)
