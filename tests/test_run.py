"""The run of the day: what it takes up, what it leaves out, how it goes on."""

from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import UserError

from odoo.addons.l10n_fr_recouvrement.models import recouvrement_run

from .common import RecouvrementCase

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
