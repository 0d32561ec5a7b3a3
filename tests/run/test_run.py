"""The run of the day: what it takes up, what it leaves out, how it goes on."""

from datetime import date
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import UserError

from odoo.addons.l10n_fr_recouvrement.models.run import recouvrement_run

from ..common import RecouvrementCase

TODAY = "2026-05-05"


class DailyCase(RecouvrementCase):
    def _run_daily_job(self):
        with self.enter_registry_test_mode():
            self.env.ref("l10n_fr_recouvrement.cron_run").method_direct_trigger()
        self.env.invalidate_all()


class TestBatches(DailyCase):
    """A long run is made of batches, which whoever has time takes."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.debtors = cls.env["res.partner"].union(
            *(
                cls._create_debtor(f"Débiteur {number}", is_company=True)
                for number in range(5)
            )
        )
        for debtor in cls.debtors:
            cls._invoice(debtor, 100, "2026-05-01")
        cls.startClassPatcher(freeze_time(TODAY))
        cls.startClassPatcher(patch.object(recouvrement_run, "BATCH_SIZE", 2))

    def _start(self, **vals):
        run = self.env["recouvrement.run"].create(
            {"company_id": self.company.id, **vals}
        )
        run.action_start()
        return run

    def test_it_goes_on_by_itself_and_shows_how_far(self):
        cron = self.env.ref("l10n_fr_recouvrement.cron_run")
        run = self._start()
        self.assertEqual(run.state, "running")
        self.assertTrue(self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)]))
        self.assertEqual(run.action_view_actions()["res_model"], run._name)
        batches = self.env["recouvrement.run.batch"]
        batches._take()._perform()
        self.assertAlmostEqual(run.progress, 100 / 3)
        self.assertEqual(len(run.action_ids), 2)
        self._run_daily_job()
        self.assertEqual((run.state, run.progress), ("done", 100))
        self.assertEqual(run.action_ids.partner_id, self.debtors)
        self.assertEqual(len(run.action_ids), 5)

    def test_a_batch_is_done_once(self):
        run = self._start()
        batch = run.batch_ids[0]
        self.assertEqual(len(batch._perform()), 2)
        self.assertFalse(batch._perform())

    def test_two_runs_of_one_day_share_the_debtors(self):
        first, second = self._start(), self._start()
        for batch in second.batch_ids + first.batch_ids:
            batch._perform()
        self.assertFalse(first.action_ids)
        self.assertEqual(len(second.action_ids), 5)

    def test_the_daily_job_starts_one_run_a_day(self):
        self.company.recouvrement_auto = True
        runs = self.env["recouvrement.run"]
        self._run_daily_job()
        self._run_daily_job()
        run = runs.search([("automatic", "=", True)])
        self.assertEqual(len(run), 1)
        self.assertEqual(len(run.action_ids), 5)

    def test_a_run_is_started_once(self):
        run = self._start()
        with self.assertRaisesRegex(UserError, "start a new run"):
            run.action_start()


class TestBank(DailyCase):
    """Nobody is asked for what the bank may have received already."""

    def _preview(self):
        action = self.env["recouvrement.run.wizard"].action_open()
        return self.env[action["res_model"]].browse(action["res_id"])

    @freeze_time(TODAY)
    def test_old_bank_entries_are_told_and_nothing_leaves_by_itself(self):
        self._invoice(self.business, 100, "2026-05-01")
        stage = self.env.ref("l10n_fr_recouvrement.stage_business_reminder")
        stage.needs_approval = False
        self.assertFalse(self._preview().bank_warning, "no bank entry at all")
        self._receive(self.consumer, 10, "2026-04-20")
        self.assertIn("The last bank entry", self._preview().bank_warning)
        self.company.recouvrement_auto = True
        self._run_daily_job()
        action = self.env["recouvrement.action"].search([])
        self.assertEqual(action.state, "ready")
        self.assertIn("No e-mail is sent", action.run_id.message_ids[0].body)
        self._receive(self.consumer, 10, "2026-05-04")
        self.assertFalse(self._preview().bank_warning)
        self._run_daily_job()
        self.assertEqual(action.state, "sent")

    @freeze_time(TODAY)
    def test_a_payment_that_the_bank_does_not_confirm_is_told(self):
        invoice = self._invoice(self.business, 100, "2026-03-31")
        with freeze_time("2026-04-01"):
            self.env["account.payment.register"].with_context(
                active_model="account.move", active_ids=invoice.ids
            ).create({"payment_date": "2026-04-01"}).action_create_payments()
        payment = invoice.matched_payment_ids or invoice.reconciled_payment_ids
        # The states that Odoo Accounting gives until the bank confirms.
        self.env.flush_all()
        self.env.cr.execute(
            """UPDATE account_move SET payment_state = 'in_payment' WHERE id = %s;
               UPDATE account_payment SET state = 'in_process' WHERE id = %s""",
            [invoice.id, payment.id],
        )
        self.env.invalidate_all()
        [line] = self._preview().excluded_line_ids
        self.assertIn("under way for more than 10 days", line.reason)
        self.assertEqual((line.amount, line.days_late), (100, 35))


class TestContact(RecouvrementCase):
    def test_a_follow_up_address_comes_before_the_invoice_address(self):
        self._invoice(self.business, 100, "2026-05-01")
        contacts = self.env["res.partner"].create(
            [
                {
                    "name": f"Service {kind}",
                    "type": kind,
                    "parent_id": self.business.id,
                    "email": f"{kind}@example.com",
                }
                for kind in ("invoice", "recouvrement")
            ]
        )
        found = self.business._recouvrement_get_contact()
        self.assertEqual(found[self.business], contacts[1])
        contacts[1].active = False
        found = self.business._recouvrement_get_contact()
        self.assertEqual(found[self.business], contacts[0])

    def _invoicing(self, partner):
        return self.env["res.partner"].create(
            {
                "name": "Comptabilité",
                "type": "invoice",
                "parent_id": partner.id,
                "email": "comptabilite@example.com",
            }
        )

    def _notify(self, partner):
        """The formal notice to a debtor, the only stage of its procedure."""
        procedure = partner._recouvrement_procedures(self.company)[partner]
        stages = procedure.stage_ids._filter_planned()
        (stages - stages.filtered(lambda stage: stage.kind == "formal_notice")).write(
            {"active": False}
        )
        notice = stages.filtered("active")
        notice.write({"delay_from": "due_date", "delay": 5})
        self._invoice(partner, 100, "2026-05-01")
        return notice, self._run("2026-06-01")

    def test_a_formal_notice_reaches_a_company_at_its_registered_office(self):
        """The debtor itself, wherever its invoices go."""
        self._invoicing(self.business)
        _notice, action = self._notify(self.business)
        self.assertEqual(action.contact_id, self.business)

    def test_a_stage_says_where_it_goes(self):
        service = self._invoicing(self.business)
        reminder = self.env.ref("l10n_fr_recouvrement.stage_business_reminder")
        notice = self.env.ref("l10n_fr_recouvrement.stage_business_notice")
        self.assertEqual((reminder.addressee, notice.addressee), ("contact", "seat"))
        self.assertEqual(reminder._get_addressee(self.business, service), service)
        notice.addressee = "contact"
        _notice, action = self._notify(self.business)
        self.assertEqual(action.contact_id, service)

    def test_a_consumer_has_no_registered_office(self):
        address = self._invoicing(self.consumer)
        _notice, action = self._notify(self.consumer)
        self.assertEqual(action.contact_id, address)

    def test_a_letter_that_falls_back_goes_where_its_stage_goes(self):
        """And one that somebody gave another recipient keeps it."""
        service = self._invoicing(self.business)
        notice, action = self._notify(self.business)
        reminder = self.env.ref("l10n_fr_recouvrement.stage_business_reminder")
        action = action.sudo()
        self.assertEqual(action._prepare_stage_vals(reminder)["contact_id"], service.id)
        action.contact_id = service
        self.assertNotIn("contact_id", action._prepare_stage_vals(reminder))

    def test_a_consumer_abroad_is_told_apart(self):
        """Rome I, art. 6: on the debtor and on what is about to be sent to it."""
        abroad = self._create_debtor(
            "Taylor Example", country_id=self.env.ref("base.be").id
        )
        firm = self._create_debtor(
            "Exemple SRL", is_company=True, country_id=self.env.ref("base.be").id
        )
        overseas = self._create_debtor(
            "Camille Fictif", country_id=self.env.ref("base.re").id
        )
        self.assertTrue(abroad.recouvrement_consumer_abroad)
        for partner in (firm, overseas, self.consumer, self.business):
            self.assertFalse(partner.recouvrement_consumer_abroad, partner.name)
        self._invoice(abroad, 100, "2026-05-01")
        self._invoice(firm, 100, "2026-05-01")
        actions = self._run("2026-06-01").sudo()
        self.assertEqual(actions.filtered("is_consumer_abroad").partner_id, abroad)


class TestInterval(RecouvrementCase):
    """How long a debtor is left alone: longer where it is a consumer."""

    def _contacted_again_on(self, partner, *days):
        """The first of some days on which the debtor gets another action."""
        self._invoice(partner, 100, "2026-05-01")
        self._approve_and_send(self._run("2026-06-01"), "2026-06-01")
        self._invoice(partner, 100, "2026-05-02")
        return next((day for day in days if self._run(day)), None)

    DAYS = ("2026-06-05", "2026-06-08", "2026-06-09")

    def test_five_days_for_a_business_and_seven_for_a_consumer(self):
        self.company.recouvrement_min_interval = 4
        self.assertEqual(
            self._contacted_again_on(self.business, *self.DAYS), "2026-06-05"
        )
        self.assertEqual(
            self._contacted_again_on(self.consumer, *self.DAYS), "2026-06-08"
        )

    def test_the_setting_of_consumers_only_lengthens_it(self):
        self.company.recouvrement_consumer_interval = 0
        self.company.recouvrement_min_interval = 8
        self.assertEqual(
            self._contacted_again_on(self.consumer, *self.DAYS), "2026-06-09"
        )


class TestSharing(RecouvrementCase):
    """One letter for a debtor, and each of its invoices in its own procedure."""

    def _stage(self, name):
        return self.env.ref(f"l10n_fr_recouvrement.stage_business_{name}")

    def _send(self, day):
        actions = self._run(day)
        self._approve_and_send(actions, day)
        return actions

    def test_a_newer_invoice_does_not_hold_up_an_older_one(self):
        old = self._invoice(self.business, 100, "2026-05-01")
        self._send("2026-05-04")
        granted = old.recouvrement_deadline
        self._invoice(self.business, 200, "2026-05-07")
        second = self._run("2026-05-11")
        self.assertNotIn(old, second.line_ids.move_id, "the day granted is not over")
        self._approve_and_send(second, "2026-05-11")
        self.assertEqual(old.recouvrement_deadline, granted)

    def test_what_was_promised_is_left_out_until_then(self):
        promised = self._invoice(self.business, 1000, "2026-05-01")
        self._send("2026-05-04")
        promised._recouvrement_write({"recouvrement_deadline": date(2026, 6, 30)})
        other = self._invoice(self.business, 50, "2026-05-14")
        letter = self._send("2026-05-18")
        self.assertEqual(letter.line_ids.move_id, other)
        self.assertEqual(str(promised.recouvrement_deadline), "2026-06-30")

    def test_a_task_does_not_stand_for_a_letter(self):
        """To decide about one invoice says nothing to the debtor about the other."""
        old = self._invoice(self.business, 100, "2026-03-02")
        self._stage("decision").active = True
        notice = self._stage("notice")
        old._recouvrement_write(
            {
                "recouvrement_stage_id": notice.id,
                "recouvrement_stage_date": date(2026, 4, 1),
                "recouvrement_cycle_date": date(2026, 3, 2),
            }
        )
        new = self._invoice(self.business, 100, "2026-05-01")
        task = self._run("2026-05-04")
        self.assertEqual(task.channel, "task")
        self.assertEqual(task.line_ids.filtered("stage_id").move_id, old)
        self.assertFalse(new.recouvrement_waiting_action_id)

    def test_a_stage_that_moved_behind_is_not_waited_for(self):
        """The call was made before the reminder that the procedure puts after it."""
        invoice = self._invoice(self.business, 100, "2026-05-01")
        self._send("2026-05-04")
        self._stage("call").sequence = 5
        self._stage("reminder").sequence = 15
        invoice._recouvrement_write({"recouvrement_stage_id": self._stage("call").id})
        action = self._run("2026-05-18")
        self.assertEqual(action.stage_id, self._stage("second"))

    def test_what_was_paid_leaves_the_list_at_the_next_run(self):
        paid = self._invoice(self.business, 100, "2026-05-01")
        waiting = self._run("2026-05-04")
        self._pay(paid, 100, "2026-05-05")
        due = self._invoice(self.business, 900, "2026-05-03")
        action = self._run("2026-05-06")
        self.assertEqual(waiting.state, "cancelled")
        self.assertEqual(action.line_ids.move_id, due)

    def test_an_invoice_given_to_its_right_customer(self):
        """What waited for the wrong one goes, and the right one is written to."""
        invoice = self._invoice(self.business, 100, "2026-05-01")
        wrong = self._run("2026-05-04")
        right = self._create_debtor("Autre Exemple", is_company=True)
        with freeze_time("2026-05-05"):
            invoice.button_draft()
            invoice.partner_id = right
            invoice.invoice_date_due = "2026-05-01"
            invoice.action_post()
        self.assertEqual(wrong.state, "cancelled")
        self.assertEqual(self._run("2026-05-06").partner_id, right)

    def test_a_look_does_not_hide_what_is_to_be_mended(self):
        self.business.email = False
        self._invoice(self.business, 100, "2026-05-01")
        action = self._run("2026-05-04")
        reason = action.failure_reason
        self.assertIn("e-mail", reason)
        with freeze_time("2026-05-04"):
            action.action_print()
        self.assertEqual((action.state, action.failure_reason), ("failed", reason))

    def test_the_daily_job_alone_makes_automatic_runs(self):
        officer = self._create_user(
            "agent", "l10n_fr_recouvrement.group_recovery_officer"
        )
        runs = self.env["recouvrement.run"].with_user(officer)
        with self.assertRaises(UserError):
            runs.create({"company_id": self.company.id, "automatic": True})

    def test_the_limit_holds_for_what_is_owed_at_approval(self):
        officer = self._create_user(
            "agent", "l10n_fr_recouvrement.group_recovery_officer"
        )
        self.company.recouvrement_approval_limit = 500
        self._invoice(self.business, 400, "2026-05-01")
        action = self._run("2026-05-04")
        self._invoice(self.business, 50000, "2026-05-05")
        with (
            freeze_time("2026-05-06"),
            self.assertRaisesRegex(UserError, "approved by"),
        ):
            action.with_user(officer).action_approve_and_send()
        self.assertEqual(action.state, "to_approve")
