"""What people enter that no computation is for: it is refused, or keeps the job from
nothing else."""

from unittest.mock import patch

from odoo.exceptions import ValidationError

from .charging import TODAY, ChargingCase

JOB_LOGGER = "odoo.addons.l10n_fr_recouvrement.models.penalty.account_move"


class TestNightlyJob(ChargingCase):
    """The penalties of all invoices, whatever one of them holds."""

    def test_an_invoice_at_fault_leaves_the_others_alone(self):
        other = self._invoice(self.consumer, 100, "2026-06-30")
        third = self._invoice(self.business, 100, "2026-06-30")
        self.env.flush_all()
        engine = type(self.env["recouvrement.penalty.engine"])
        work_out = engine._work_out_move

        def fail(engine, move_id, *args):
            if move_id == other.id:
                raise ZeroDivisionError("absurd")
            return work_out(engine, move_id, *args)

        with (
            patch.object(engine, "_work_out_move", fail),
            self.assertLogs(JOB_LOGGER, "WARNING") as logs,
            self.enter_registry_test_mode(),
        ):
            self.env.ref("l10n_fr_recouvrement.cron_penalties").method_direct_trigger()
        self.env.invalidate_all()
        self.assertIn(other.name, logs.output[0])
        self.assertEqual(str(third.recouvrement_penalty_date), TODAY)
        self.assertTrue(third.recouvrement_penalty_line_ids)
        self.assertFalse(other.recouvrement_penalty_line_ids)

    def test_rates_that_no_contract_sets(self):
        for rate in (1000, 1e30, 1e300, -5):
            for record in (self.invoice, self.business, self.company):
                with (
                    self.subTest(record=record, rate=rate),
                    self.assertRaises(ValidationError),
                ):
                    record.recouvrement_contract_rate = rate
                record.invalidate_recordset(["recouvrement_contract_rate"])

    def test_an_absurd_rate_of_the_database(self):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move SET recouvrement_rate_basis = 'contract',"
            " recouvrement_contract_rate = 1e30 WHERE id = %s",
            [self.invoice.id],
        )
        self.env.invalidate_all()
        self._penalties(self.invoice, TODAY)
        self.assertGreater(self.invoice.recouvrement_penalty_total, 1e30)


class TestEndOfTheCalendar(ChargingCase):
    """A date at the end of the calendar is far away, and no error."""

    def test_due_at_the_end_of_the_calendar(self):
        far = self._invoice(self.business, 100, "9999-12-31")
        self.assertEqual(str(far.recouvrement_next_date), "9999-12-31")
        near = self._invoice(self.business, 100, "9999-12-20")
        stage = self.env.ref("l10n_fr_recouvrement.stage_business_reminder")
        stage.delay = 60
        self.assertEqual(str(near.recouvrement_next_date), "9999-12-31")
        stage.delay = 2000000000
        stage.delay = 3
        self.assertEqual(str(near.recouvrement_next_date), "9999-12-23")
        self.assertFalse(self._penalties(far | near, TODAY))

    def test_promise_for_the_end_of_the_calendar(self):
        self.invoice._recouvrement_write({"recouvrement_deadline": "9999-12-31"})
        stage = self.env.ref("l10n_fr_recouvrement.stage_business_reminder")
        stage.delay = 4
        self.assertEqual(str(self.invoice.recouvrement_next_date), "9999-12-31")
