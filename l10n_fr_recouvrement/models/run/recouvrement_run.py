import logging
import time
from collections import deque
from textwrap import shorten

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import format_date, split_every

from ...const import CONTACTED_STATES, PENDING_STATES
from ..settings.crossing import COME_BACK, MAX_CONFLICTS, insist, is_taken
from ..settings.one_by_one import attempt
from ..settings.recouvrement_guarded_mixin import get_given

_logger = logging.getLogger(__name__)

# Debtors whose actions are made in one transaction.
BATCH_SIZE = 200
# Seconds that a person waits for batches that the job does not take.
PATIENCE = 20
# Longest text that messages are recognised by.
PREVIEW = 150
DAILY_JOB = "l10n_fr_recouvrement.cron_run"
MAGIC_FIELDS = {"create_date", "create_uid", "id", "write_date", "write_uid"}
# What a run is about.
FIXED_FIELDS = {
    "action_ids",
    "automatic",
    "batch_ids",
    "company_id",
    "date",
    "started",
    "state",
}


class RecouvrementRun(models.Model):
    """One execution of the engine for one company and day, with what came of it."""

    _name = "recouvrement.run"
    _description = "Recovery run"
    _inherit = ["recouvrement.guarded.mixin", "recouvrement.thread.mixin"]
    _order = "date desc, id desc"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name")
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    date = fields.Date(
        required=True, default=lambda self: self.env.company._recouvrement_today()
    )
    started = fields.Boolean(readonly=True, copy=False)
    state = fields.Selection(
        [("draft", "Draft"), ("running", "Going on"), ("done", "Done")],
        compute="_compute_progress",
    )
    automatic = fields.Boolean("By the daily job", readonly=True)
    batch_ids = fields.One2many("recouvrement.run.batch", "run_id", readonly=True)
    progress = fields.Float(
        compute="_compute_progress", help="Part of the debtors worked through, in %."
    )
    job_warning = fields.Char(compute="_compute_job_warning")
    action_ids = fields.One2many("recouvrement.action", "run_id", "Actions")
    action_count = fields.Integer("Actions made", compute="_compute_counts")
    pending_count = fields.Integer("To approve", compute="_compute_counts")
    ready_count = fields.Integer("Actions ready", compute="_compute_counts")
    sent_count = fields.Integer("Actions sent", compute="_compute_counts")
    failed_count = fields.Integer("Exceptions", compute="_compute_counts")

    _automatic_once = models.UniqueIndex(
        "(company_id, date) WHERE automatic", "The run of this day was started already."
    )

    @api.depends("date")
    @api.depends_context("lang")
    def _compute_name(self):
        for run in self:
            run.name = self.env._("Run of %s", format_date(self.env, run.date))

    @api.depends("action_ids.state")
    def _compute_counts(self):
        counts = {}
        for run, state, count in self.env["recouvrement.action"]._read_group(
            [("run_id", "in", self.ids)], ["run_id", "state"], ["__count"]
        ):
            counts.setdefault(run, {})[state] = count
        for run in self:
            by_state = counts.get(run, {})
            run.action_count = sum(by_state.values())
            run.pending_count = by_state.get("to_approve", 0)
            run.ready_count = by_state.get("ready", 0)
            run.sent_count = sum(by_state.get(state, 0) for state in CONTACTED_STATES)
            run.failed_count = by_state.get("failed", 0)

    @api.depends("batch_ids.state", "started")
    def _compute_progress(self):
        counts = {}
        for run, state, count in (
            self.env["recouvrement.run.batch"]
            .sudo()
            ._read_group([("run_id", "in", self.ids)], ["run_id", "state"], ["__count"])
        ):
            counts.setdefault(run.id, {})[state] = count
        for run in self:
            done, pending = (
                counts.get(run.id, {}).get(state, 0) for state in ("done", "pending")
            )
            run.progress = 100 * done / (done + pending) if done else 0
            if pending:
                run.state = "running"
            else:
                run.state = "done" if run.started else "draft"

    @api.depends("state")
    def _compute_job_warning(self):
        running = self.filtered(lambda run: run.state == "running")
        (self - running).job_warning = False
        running.job_warning = running and running._get_job_warning()

    @api.constrains("date")
    def _check_date(self):
        for run in self:
            if run.date > run.company_id._recouvrement_today():
                raise ValidationError(
                    self.env._(
                        "A run cannot be ahead of time: choose today or earlier."
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS base: the run of the day is started by the daily job alone
        if not self.env.su and {"started", "automatic"} & get_given(self, vals_list):
            raise UserError(self.env._("The daily job alone makes automatic runs."))
        return super().create(vals_list)

    def _get_editable(self):
        # OVERRIDE: what a run is about is set when it is made
        return self._fields.keys() - FIXED_FIELDS - MAGIC_FIELDS

    def _explain_locked(self, names):
        # OVERRIDE
        return self.env._("A run does not change: start a new one instead.")

    def action_start(self):
        """Make the actions of the day for every debtor something falls due for: at once
        when they are few, else by the scheduled job or the workers of `queue_job`."""
        self.check_access("write")
        for run in self:
            for action, error in run._refresh_outdated(run.company_id).items():
                run._report_outdated(action, error)
            if run.started:
                raise UserError(
                    self.env._("%s was started: start a new run.", run.display_name)
                )
            run._start(
                self.env["recouvrement.engine"]._find_debtors(run.company_id, run.date)
            )
        return True

    @api.model
    def _refresh_outdated(self, company):
        """Bring up to date, or cancel, the actions that wait for invoices that were
        paid, disputed, cancelled or left out meanwhile: they keep their debtor from
        the next.

        :return: ``{action: error}`` of those at fault, which are set aside
        """
        today = company._recouvrement_today()
        claimable = self.env["recouvrement.engine"]._claimable_domain(company, today)
        outdated = ~self.env["account.move"]._recouvrement_chased_domain()
        outdated |= ~Domain(claimable)
        actions = self.env["recouvrement.action"].sudo()
        return actions.search(
            [
                ("company_id", "=", company.id),
                ("state", "in", PENDING_STATES),
                (
                    "line_ids",
                    "any",
                    [
                        ("stage_id", "!=", False),
                        ("move_id", "any", outdated),
                    ],
                ),
            ]
        )._refresh_each()

    def _start(self, partners):
        """Split the run into batches of debtors and see that they are worked on."""
        self.ensure_one()
        batches = (
            self.env["recouvrement.run.batch"]
            .sudo()
            .create(
                [
                    {"run_id": self.id, "partner_ids": list(partner_ids)}
                    for partner_ids in split_every(BATCH_SIZE, partners.ids)
                ]
            )
        )
        self.sudo().started = True
        if len(batches) > 1:
            if not batches._distribute():
                self._note_once(self._get_job_warning())
        elif batches:
            batches.with_env(self.env)._perform()

    @api.model
    def _get_job_warning(self):
        """Return why nobody takes the batches that wait, and the remedy, as text; empty
        where the job does."""
        if hasattr(self, "with_delay"):
            return ""
        reason = self.env["ir.cron"]._recouvrement_explain_stopped(DAILY_JOB)
        return reason and self.env._(
            "%s Until then, press “Work on it now” on the run.", reason
        )

    def _note_once(self, body):
        """Post a text, unless it stands there already."""
        self.ensure_one()
        beginning = shorten(body, PREVIEW)
        previews = self.sudo().message_ids.mapped("preview")
        if beginning not in (shorten(preview or "", PREVIEW) for preview in previews):
            self.message_post(body=body)

    def _report_outdated(self, action, error):
        _logger.info("%s is not brought up to date", action.name, exc_info=error)
        self.message_post(
            body=self.env._(
                "%(action)s of %(debtor)s could not be brought up to date and is set "
                "aside: %(error)s",
                action=action.name,
                debtor=action.partner_id.display_name,
                error=str(error),
            )
        )

    def _report_failure(self, partner, error):
        _logger.info("No action for %s", partner.display_name, exc_info=error)
        self.message_post(
            body=self.env._(
                "No action could be made for %(debtor)s: %(error)s",
                debtor=partner.display_name,
                error=str(error),
            )
        )

    def action_refresh(self):
        """Show the progress of the run."""
        self.check_access("read")
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def action_work(self):
        """Work on the batches that the job does not take, for as long as a person
        waits; then show the progress."""
        self.check_access("write")
        batches = self.env["recouvrement.run.batch"]
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and (batch := batches.sudo()._take(self)):
            batches.browse(batch.id)._perform()
        return self.action_refresh()

    def action_view_actions(self):
        """Open the actions of this run, or the only one; while it goes on, its
        progress."""
        self.ensure_one()
        self.check_access("read")
        if self.state == "running":
            return self._get_progress_action()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "l10n_fr_recouvrement.recouvrement_action_action"
        )
        action["domain"] = [("run_id", "=", self.id)]
        action["context"] = {"create": False}
        if len(self.action_ids) == 1:
            action["res_id"] = self.action_ids.id
            action["views"] = [(False, "form")]
        return action

    def _get_progress_action(self):
        """Open the run; where nobody works on it, with a warning."""
        action = self._get_records_action()
        warning = self._get_job_warning()
        if not warning:
            return action
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": warning,
                "type": "warning",
                "sticky": True,
                "next": action,
            },
        }

    @api.model
    def _cron_run(self):
        """Scheduled job: start the run of the day of each company that asked for it,
        make the actions of every run that is going on, then send the e-mails that need
        no approval. Each batch is committed; a later call takes up what is left."""
        self._start_daily_runs()
        if not self._work_through():
            return
        for company in self._get_automatic_companies():
            model = self._with_company_of_run(company)
            try:
                model._send_company(company)
            except Exception as error:
                # One company does not keep the others from their day.
                self.env.cr.rollback()
                model._report_daily_failure(company, error)

    @api.model
    def _get_automatic_companies(self):
        """Companies that asked for it, where today is a working day."""
        companies = self.env["res.company"].search([("recouvrement_auto", "=", True)])
        days = {company: company._recouvrement_today() for company in companies}
        return companies.filtered(
            lambda company: (
                company._recouvrement_next_working_day(days[company]) == days[company]
            )
        )

    @api.model
    def _start_daily_runs(self):
        """Start the run of the day of each company that has none yet and something to
        do. Two jobs at the same time start one."""
        for company in self._get_automatic_companies():
            model = self._with_company_of_run(company)
            try:
                insist(self.env, model._start_daily_run, company)
            except Exception as error:
                # Another job may have just started it.
                if not is_taken(error, self, "automatic_once"):
                    model._report_daily_failure(company, error)

    @api.model
    def _start_daily_run(self, company):
        today = company._recouvrement_today()
        if self.search_count(
            [
                ("company_id", "=", company.id),
                ("date", "=", today),
                ("automatic", "=", True),
            ],
            limit=1,
        ):
            return
        self.env["recouvrement.hold"]._follow_flags(company)
        errors = self._refresh_outdated(company)
        partners = self.env["recouvrement.engine"]._find_debtors(company, today)
        if partners or errors:
            run = self.sudo().create(
                {"company_id": company.id, "date": today, "automatic": True}
            )
            for action, error in errors.items():
                run._report_outdated(action, error)
            run.with_env(self.env)._start(partners)

    @api.model
    def _work_through(self):
        """Work on the batches that wait, one transaction each, while the job has time.

        :return: whether there is time left
        """
        batches = self.env["recouvrement.run.batch"].sudo()
        refused = set()
        try:
            while insist(self.env, self._work_on_next, refused):
                remaining = batches.search_count(
                    [("state", "=", "pending"), ("id", "not in", list(refused))]
                )
                if not self.env["ir.cron"]._commit_progress(1, remaining=remaining):
                    return False
        except OperationalError:
            self._come_back()
            return False
        return True

    @api.model
    def _work_on_next(self, refused):
        """Work on the next batch that waits. One that is refused as a whole is reported
        on its run and left to the next day.

        :param refused: ids of those that were, to which this one is added
        :return: whether there was one
        """
        batch = self.env["recouvrement.run.batch"].sudo()._take(but=refused)
        if not batch:
            return False
        model = self._with_company_of_run(batch.run_id.company_id)

        def refuse(batch, error):
            refused.add(batch.id)
            _logger.error("Batch %s", batch.id, exc_info=error)
            run = batch.run_id
            run._note_once(
                self.env._("The daily job could not do all of its work: %s", error)
            )

        attempt(
            model.env["recouvrement.run.batch"].browse(batch.ids),
            lambda batches: [batch._perform() for batch in batches],
            refuse,
        )
        return True

    @api.model
    def _come_back(self):
        """Have the job called again soon: what is left does not wait for its next
        day."""
        soon = fields.Datetime.now() + COME_BACK
        insist(self.env, self.env["ir.cron"]._recouvrement_trigger, DAILY_JOB, soon)

    @api.model
    def _report_daily_failure(self, company, error):
        """Note on the run of the day what keeps it from being prepared or from being
        sent; where there is none yet, on one that somebody starts."""
        _logger.error("Daily run of %s", company.display_name, exc_info=error)
        try:
            insist(self.env, self._note_daily_failure, company, str(error))
        except Exception:
            # What is refused here was logged: the other companies go on.
            _logger.exception("Note on the daily run of %s", company.display_name)

    @api.model
    def _note_daily_failure(self, company, error):
        today = company._recouvrement_today()
        of_day = [("company_id", "=", company.id), ("date", "=", today)]
        run = self.search([*of_day, ("automatic", "=", True)], limit=1)
        run = run or self.search([*of_day, ("started", "=", False)], limit=1)
        run = run or self.create({"company_id": company.id, "date": today})
        run._note_once(
            self.env._("The daily job could not do all of its work: %s", error)
        )

    @api.model
    def _with_company_of_run(self, company):
        """This model as it works for a company when no user is logged in."""
        return self.with_company(company).with_context(lang=self._get_lang(company))

    @api.model
    def _get_lang(self, company):
        """Language of what the scheduled job writes for people to read: that of the
        company, which works where no user is logged in."""
        installed = dict(self.env["res.lang"].get_installed())
        candidates = (company.partner_id.lang, "fr_FR", self.env.lang)
        return next((lang for lang in candidates if lang in installed), None)

    @api.model
    def _report_waiting(self, company, date, reason):
        """Note on the run of the day, once, why nothing is sent."""
        run = self.search(
            [
                ("company_id", "=", company.id),
                ("date", "=", date),
                ("automatic", "=", True),
            ],
            limit=1,
        )
        if run:
            run._note_once(self.env._("No e-mail is sent. %s", reason))

    @api.model
    def _send_company(self, company):
        """Send the e-mails of a company that need no approval, batch by batch; none
        while nobody knows who has paid."""
        today = company._recouvrement_today()
        warning = company._recouvrement_get_bank_warning(today)
        if warning:
            insist(self.env, self._report_waiting, company, today, warning)
            return
        actions = self.env["recouvrement.action"].search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "ready"),
                (
                    "channel",
                    "in",
                    self.env["recouvrement.channel"]._get_codes("is_automatic"),
                ),
                ("stage_id.needs_approval", "=", False),
                ("date_planned", "<=", today),
            ]
        )
        self._send_batches(actions)

    @api.model
    def _send_batches(self, actions):
        """Send actions, batch by batch, each committed. A batch that a concurrent
        transaction undid is sent again in halves: whoever pays at the same moment keeps
        the others no longer than that, and what is still undone comes soon."""
        parts = deque(split_every(BATCH_SIZE, actions.ids, list))
        remaining, undone = len(actions), False
        while parts:
            ids = parts.popleft()
            tries = 1 if len(ids) > 1 else MAX_CONFLICTS
            try:
                insist(self.env, actions.browse(ids)._send, tries=tries)
            except OperationalError:
                if half := len(ids) // 2:
                    parts.extendleft([ids[half:], ids[:half]])
                else:
                    remaining, undone = remaining - 1, True
                continue
            remaining -= len(ids)
            if not self.env["ir.cron"]._commit_progress(len(ids), remaining=remaining):
                break
        if undone:
            self.env["ir.cron"]._commit_progress(remaining=remaining)
            self._come_back()
