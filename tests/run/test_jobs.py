"""What keeps the work of follow-up from being done is reported, and keeps nothing else:
an action at fault, a job that is archived, a record that is gone, a veto of another
module."""

import json
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2.errors import SerializationFailure

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.tools import mute_logger

from odoo.addons.l10n_fr_recouvrement.models.run import recouvrement_run
from odoo.addons.l10n_fr_recouvrement.models.settings import crossing
from odoo.addons.l10n_fr_recouvrement.models.settings.one_by_one import attempt

from ..common import RecouvrementCase
from ..hooks import Extending

TODAY = "2026-05-05"
LATER = "2026-05-18"
LOGGERS = "odoo.addons.l10n_fr_recouvrement", "odoo.sql_db"


class JobsCase(Extending, RecouvrementCase):
    def setUp(self):
        super().setUp()
        self.patch(crossing, "PAUSE", 0)

    def _debtors(self, count):
        debtors = self.env["res.partner"].union(
            *(
                self._create_debtor(f"Débiteur {number}", is_company=True)
                for number in range(count)
            )
        )
        for debtor in debtors:
            self._invoice(debtor, 100, "2026-05-01")
        return debtors

    def _call(self, name="cron_run", day=TODAY):
        self.env.flush_all()
        job = self.env.ref(f"l10n_fr_recouvrement.{name}")
        with freeze_time(day), self.enter_registry_test_mode():
            job.method_direct_trigger()
        self.env.invalidate_all()

    def _new_run(self):
        return self.env["recouvrement.run"].create({"company_id": self.company.id})

    def _text(self, run):
        return " ".join(run.message_ids.mapped("preview"))


class TestActionAtFault(JobsCase):
    """One waiting action that cannot be brought up to date stops nobody else."""

    def setUp(self):
        super().setUp()
        invoices = self.env["account.move"].search(
            [("partner_id", "in", self._debtors(2).ids)]
        )
        self.waiting = self._run("2026-05-05")
        self.assertEqual(len(self.waiting), 2)
        # What is paid behind the module's back: the next run looks after it.
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_move SET payment_state = 'paid' WHERE id = ANY(%s)",
            [invoices.ids],
        )
        self.env.invalidate_all()
        self.fault = self.waiting[0]
        self.other = self.waiting[1]

        def keep(action, original, candidate):
            self._refuse(action)
            return original(candidate)

        def cancel(actions, original, reason):
            for action in actions:
                self._refuse(action)
            return original(reason)

        self._extend("recouvrement.action", "_keep_stages", keep)
        self._extend("recouvrement.action", "_cancel", cancel)
        self.debtor = self._create_debtor("Nouveau débiteur", is_company=True)
        self._invoice(self.debtor, 100, "2026-05-01")

    def _refuse(self, action):
        if action == self.fault:
            raise ValidationError("Fiche verrouillée")

    def _check(self, run):
        self.assertEqual(run.action_ids.partner_id, self.debtor)
        self.assertEqual(self.other.state, "cancelled")
        self.assertEqual(self.fault.state, "failed")
        self.assertIn("Fiche verrouillée", self.fault.failure_reason)
        self.assertIn("Fiche verrouillée", self._text(run))
        self.assertIn(self.fault.name, self._text(run))

    @freeze_time(LATER)
    def test_button(self):
        run = self._new_run()
        run.action_start()
        self._check(run)

    def test_daily_job(self):
        self.company.recouvrement_auto = True
        self._call(day=LATER)
        self._check(self.env["recouvrement.run"].search([("automatic", "=", True)]))

    @freeze_time(LATER)
    def test_what_cannot_even_be_set_aside(self):
        def write(actions, original, vals):
            if vals.get("state") == "failed":
                raise UserError("Interdit")
            return original(vals)

        self._extend("recouvrement.action", "write", write)
        run = self._new_run()
        run.action_start()
        self.assertEqual(run.action_ids.partner_id, self.debtor)
        self.assertIn("Fiche verrouillée", self._text(run))
        self.assertIn("Interdit", self._text(self.fault))

    @freeze_time(LATER)
    def test_printing_and_approving_many(self):
        more = self._run(LATER)
        (self.waiting + more).action_approve()
        self.assertEqual(self.fault.state, "failed")
        self.assertEqual(more.state, "ready")


class TestStoppedJob(JobsCase):
    """A long run whose scheduled job is archived or deleted says so, and a person may
    work on it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time(TODAY))
        cls.startClassPatcher(patch.object(recouvrement_run, "BATCH_SIZE", 2))

    def _check(self, words):
        debtors = self._debtors(5)
        run = self._new_run()
        run.action_start()
        self.assertEqual(run.state, "running")
        self.assertIn(words, self._text(run))
        self.assertIn(words, run.job_warning)
        notice = run.action_view_actions()
        self.assertIn(words, notice["params"]["message"])
        self.assertEqual(notice["params"]["next"]["res_model"], run._name)
        run.action_work()
        self.assertEqual(run.state, "done")
        self.assertEqual(run.action_ids.partner_id, debtors)
        self.assertFalse(run.job_warning)

    def test_archived(self):
        job = self.env.ref("l10n_fr_recouvrement.cron_run")
        job.active = False
        self._check(job.name)

    def test_deleted(self):
        self.env.ref("l10n_fr_recouvrement.cron_run").unlink()
        self._check("l10n_fr_recouvrement.cron_run")

    def test_job_that_works_is_not_spoken_of(self):
        self._debtors(3)
        run = self._new_run()
        run.action_start()
        self.assertEqual(run.action_view_actions()["res_model"], run._name)
        self.assertFalse(run.message_ids.filtered(lambda m: "job" in m.preview))

    def test_dashboard_of_a_company_that_is_followed_up_by_itself(self):
        journal = self.company_data["default_journal_sale"]
        job = self.env.ref("l10n_fr_recouvrement.cron_run")

        def notice():
            journal.invalidate_recordset(["kanban_dashboard"])
            return json.loads(journal.kanban_dashboard)["recouvrement_job_notice"]

        job.active = False
        self.assertFalse(notice(), "nobody asked for it")
        self.company.recouvrement_auto = True
        self.assertIn(job.name, notice())
        job.active = True
        self.assertFalse(notice())

    def test_queue_of_mails(self):
        """E-mails that nobody sends are not reported as on their way alone."""
        job = self.env.ref("mail.ir_cron_mail_scheduler_action")
        job.active = False
        self._debtors(1)
        actions = self._run(TODAY)
        message = actions.action_approve_and_send()["params"]["message"]
        self.assertEqual(actions.state, "sent")
        self.assertIn(job.name, message)

    def test_deleted_jobs_stop_no_letter(self):
        for name in (
            "mail.ir_cron_mail_scheduler_action",
            "l10n_fr_recouvrement.cron_carriers",
        ):
            self.env.ref(name).unlink()
        self._debtors(1)
        actions = self._run(TODAY)
        message = actions.action_approve_and_send()["params"]["message"]
        self.assertEqual(actions.state, "sent")
        self.assertIn("mail.ir_cron_mail_scheduler_action", message)
        actions._trigger_carriers()


class TestGoneRecords(JobsCase):
    """What the module ships and somebody deleted is made again, or named."""

    def test_sequence(self):
        self._invoice(self.business, 100, "2026-05-01")
        first = self._run("2026-05-05")
        self.env.ref("l10n_fr_recouvrement.sequence_action").unlink()
        self._debtors(1)
        second = self._run("2026-05-05")
        numbers = [int(action.name.rpartition("/")[2]) for action in first + second]
        self.assertEqual(numbers[1], numbers[0] + 1)
        self.assertRegex(second.name, r"^REL/2026/\d{5}$")
        again = self.env.ref("l10n_fr_recouvrement.sequence_action")
        self.assertEqual(again.code, "recouvrement.action")

    def test_archived_sequence_goes_on(self):
        sequence = self.env.ref("l10n_fr_recouvrement.sequence_action")
        sequence.active = False
        self._invoice(self.business, 100, "2026-05-01")
        action = self._run("2026-05-05")
        self.assertTrue(action.name.startswith("REL/2026/"))
        self.assertFalse(
            self.env["ir.sequence"].search([("code", "=", "recouvrement.action")])
        )

    def test_report(self):
        self._invoice(self.business, 100, "2026-05-01")
        action = self._run("2026-05-05")
        self.env.ref("l10n_fr_recouvrement.action_report_letter").unlink()
        with self.assertRaisesRegex(UserError, "action_report_letter.*upgrade"):
            action.action_print()


class TestVetoes(JobsCase):
    """What other modules refuse before a transaction ends is theirs to say."""

    def _veto(self):
        raise ValidationError("Clôture en cours")

    def test_of_a_payment(self):
        """A hook that refuses the payment is no failure of our penalties."""
        invoice = self._invoice(self.business, 100, "2026-03-02")
        self._penalties(invoice, "2026-04-30")
        line = self._receive(self.business, 100, "2026-05-04")
        dues = invoice.line_ids.filtered(lambda due: due.display_type == "payment_term")
        self.env.cr.flush()
        (line + dues).reconcile()
        self.env.cr.precommit.add(self._veto)
        with self.assertRaisesRegex(ValidationError, "Clôture"):
            self.env.cr.flush()

    def test_of_what_was_written_before(self):
        """It is raised as it is, and no record is set aside for it."""
        failed = []
        self.env.cr.precommit.add(self._veto)
        with self.assertRaisesRegex(ValidationError, "Clôture"):
            attempt(
                self.business + self.consumer,
                lambda records: records,
                lambda record, error: failed.append(record),
            )
        self.assertFalse(failed)

    def test_of_a_condition(self):
        stage = self.env.ref("l10n_fr_recouvrement.stage_business_reminder")
        self.env.cr.flush()
        self.env.cr.precommit.add(self._veto)
        stage.invoice_domain = "[('amount_total', '>', 10)]"
        with self.assertRaisesRegex(ValidationError, "Clôture"):
            self.env.cr.flush()

    def test_of_a_preview(self):
        stage = self.env.ref("l10n_fr_recouvrement.stage_business_reminder")
        self.env.cr.flush()
        self.env.cr.precommit.add(self._veto)
        with self.assertRaisesRegex(ValidationError, "Clôture"):
            stage.get_preview()

    @mute_logger(*LOGGERS)
    def test_of_the_daily_run_is_on_a_run(self):
        """Where the run itself is refused, a person finds one to start, and why."""
        self.company.recouvrement_auto = True
        self._debtors(1)

        def create(runs, original, vals):
            if vals.get("automatic"):
                raise ValidationError("Exercice clos")
            return original(vals)

        self._extend("recouvrement.run", "create", create)
        self._call()
        self._call()
        run = self.env["recouvrement.run"].search(
            [("company_id", "=", self.company.id)]
        )
        self.assertEqual((len(run), run.state), (1, "draft"))
        self.assertEqual(self._text(run).count("Exercice clos"), 1)

    @mute_logger(*LOGGERS)
    def test_of_a_batch_leaves_the_others(self):
        self.company.recouvrement_auto = True
        debtors = self._debtors(4)

        def perform(batch, original):
            if debtors[0].id in batch.partner_ids:
                raise ValidationError("Lot refusé")
            return original()

        self._extend("recouvrement.run.batch", "_perform", perform)
        with patch.object(recouvrement_run, "BATCH_SIZE", 2):
            self._call()
        run = self.env["recouvrement.run"].search([("automatic", "=", True)])
        self.assertEqual(run.action_ids.partner_id, debtors[2:])
        self.assertEqual(run.state, "running")
        self.assertEqual(self._text(run).count("Lot refusé"), 1)


class TestConflicts(JobsCase):
    """What a concurrent transaction undoes is done again; see `test_crossing` for real
    ones."""

    def setUp(self):
        super().setUp()
        self.company.recouvrement_auto = True
        stage = self.env.ref("l10n_fr_recouvrement.stage_business_reminder")
        stage.needs_approval = False
        self.debtors = self._debtors(4)

    def _conflict(self, times, debtor=None):
        """Let sending fail as a concurrent payment makes it, so often, when it is of a
        debtor."""
        left = [times]
        calls = []

        def carry_out(actions, original):
            calls.append(len(actions))
            if left[0] and (not debtor or debtor in actions.partner_id):
                left[0] -= 1
                raise SerializationFailure("could not serialize access")
            return original()

        self._extend("recouvrement.action", "_carry_out", carry_out)
        return calls

    def _states(self):
        actions = self.env["recouvrement.action"].search([])
        return {action.partner_id: action.state for action in actions}

    @mute_logger(*LOGGERS)
    def test_one_conflict_keeps_nothing(self):
        calls = self._conflict(1)
        self._call()
        self.assertEqual({*self._states().values()}, {"sent"})
        self.assertEqual(calls, [4, 2, 2], "in halves: the others wait for no other")

    @mute_logger(*LOGGERS)
    def test_what_is_undone_each_time_comes_soon(self):
        self._conflict(100, self.debtors[0])
        before = self.env["ir.cron.trigger"].search([])
        self._call()
        states = self._states()
        self.assertEqual(states.pop(self.debtors[0]), "ready")
        self.assertEqual({*states.values()}, {"sent"})
        [trigger] = (self.env["ir.cron.trigger"].search([]) - before).filtered(
            lambda trigger: (
                trigger.cron_id == self.env.ref("l10n_fr_recouvrement.cron_run")
            )
        )
        soon = fields.Datetime.to_datetime(TODAY) + timedelta(hours=1)
        self.assertLess(trigger.call_at, soon)

    @mute_logger(*LOGGERS)
    def test_conflict_that_odoo_wraps(self):
        """Odoo shows what fails while a text is rendered as an error of the text."""
        left = [1]

        def render(stage, original, actions):
            if left[0]:
                left[0] -= 1
                try:
                    raise SerializationFailure("could not serialize access")
                except SerializationFailure as error:
                    raise UserError("Failed to render") from error
            return original(actions)

        self._extend("recouvrement.stage", "_render_letter_texts", render)
        self._call()
        self.assertEqual({*self._states().values()}, {"sent"})

    @mute_logger(*LOGGERS)
    def test_conflict_while_a_letter_is_written(self):
        """It is no failure of the letter."""
        left = [1]

        def values(service, original, *args):
            if left[0]:
                left[0] -= 1
                raise SerializationFailure("could not serialize access")
            return original(*args)

        self._extend(
            "report.l10n_fr_recouvrement.report_letter", "_letter_values", values
        )
        self._call()
        self.assertEqual({*self._states().values()}, {"sent"})

    @mute_logger(*LOGGERS)
    def test_start_of_the_daily_run(self):
        left = [1]

        def start(runs, original, company):
            if left[0]:
                left[0] -= 1
                raise SerializationFailure("could not serialize access")
            return original(company)

        self._extend("recouvrement.run", "_start_daily_run", start)
        self._call()
        self.assertEqual({*self._states().values()}, {"sent"})

    @mute_logger(*LOGGERS)
    def test_penalties_of_the_night(self):
        invoice = self._invoice(self.business, 1000, "2026-03-02")
        left = [1]

        def refresh(lines, original, move_ids, date):
            if left[0]:
                left[0] -= 1
                raise SerializationFailure("could not serialize access")
            return original(move_ids, date)

        self._extend("recouvrement.penalty.line", "_refresh", refresh)
        self._call("cron_penalties")
        self.assertTrue(invoice.recouvrement_penalty_line_ids)

    @mute_logger(*LOGGERS)
    def test_button_lets_odoo_try_again(self):
        self.company.recouvrement_auto = False
        actions = self._run(TODAY)
        self._conflict(1)
        with freeze_time(TODAY), self.assertRaises(SerializationFailure):
            actions.action_approve_and_send()
