import logging

from psycopg2 import OperationalError
from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import format_date, split_every

from ...const import CHASED_PAYMENT_STATES, CONTACTED_STATES, PENDING_STATES
from ..settings.recouvrement_guarded_mixin import get_given

_logger = logging.getLogger(__name__)

# Concurrent changes in a row, after which the job leaves the rest to its next call.
MAX_CONFLICTS = 5
# Debtors whose actions are made in one transaction.
BATCH_SIZE = 200
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
    _inherit = ["recouvrement.guarded.mixin", "mail.thread"]
    _order = "date desc, id desc"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name")
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    date = fields.Date(required=True, default=fields.Date.context_today)
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

    @api.constrains("date")
    def _check_date(self):
        today = fields.Date.context_today(self)
        for run in self:
            if run.date > today:
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
            run._refresh_outdated(run.company_id)
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
        the next."""
        today = fields.Date.context_today(self)
        claimable = self.env["recouvrement.engine"]._claimable_domain(company, today)
        outdated = Domain("payment_state", "not in", CHASED_PAYMENT_STATES)
        outdated |= ~Domain(claimable)
        self.env["recouvrement.action"].sudo().search(
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
        )._refresh()

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
            batches._distribute()
        elif batches:
            batches.with_env(self.env)._perform()

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

    def action_view_actions(self):
        """Open the actions of this run, or the only one; while it goes on, its
        progress."""
        self.ensure_one()
        self.check_access("read")
        if self.state == "running":
            return self._get_records_action()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "l10n_fr_recouvrement.recouvrement_action_action"
        )
        action["domain"] = [("run_id", "=", self.id)]
        action["context"] = {"create": False}
        if len(self.action_ids) == 1:
            action["res_id"] = self.action_ids.id
            action["views"] = [(False, "form")]
        return action

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
            except Exception:
                # One company does not keep the others from their day.
                self.env.cr.rollback()
                _logger.exception("Sending of %s", company.display_name)

    @api.model
    def _get_automatic_companies(self):
        """Companies that asked for it, where today is a working day."""
        today = fields.Date.context_today(self)
        return (
            self.env["res.company"]
            .search([("recouvrement_auto", "=", True)])
            .filtered(
                lambda company: company._recouvrement_next_working_day(today) == today
            )
        )

    @api.model
    def _start_daily_runs(self):
        """Start the run of the day of each company that has none yet and something to
        do. Two jobs at the same time start one."""
        for company in self._get_automatic_companies():
            model = self._with_company_of_run(company)
            try:
                model._start_daily_run(company)
                self.env.flush_all()
                self.env["ir.cron"]._commit_progress()
            except UniqueViolation:
                self.env.cr.rollback()  # another job has just started it
            except Exception:
                self.env.cr.rollback()
                _logger.exception("Daily run of %s", company.display_name)

    @api.model
    def _start_daily_run(self, company):
        today = fields.Date.context_today(self)
        if self.search_count(
            [
                ("company_id", "=", company.id),
                ("date", "=", today),
                ("automatic", "=", True),
            ],
            limit=1,
        ):
            return
        self._refresh_outdated(company)
        partners = self.env["recouvrement.engine"]._find_debtors(company, today)
        if partners:
            run = self.sudo().create(
                {"company_id": company.id, "date": today, "automatic": True}
            )
            run.with_env(self.env)._start(partners)

    @api.model
    def _work_through(self):
        """Work on the batches that wait, one transaction each, while the job has time.

        :return: whether there is time left
        """
        batches = self.env["recouvrement.run.batch"].sudo()
        conflicts = 0
        while conflicts < MAX_CONFLICTS:
            try:
                batch = batches._take()
                if not batch:
                    break
                model = self._with_company_of_run(batch.run_id.company_id)
                model.env["recouvrement.run.batch"].browse(batch.id)._perform()
                self.env.flush_all()
            except OperationalError:
                self.env.cr.rollback()
                conflicts += 1
                continue
            conflicts = 0
            remaining = batches.search_count([("state", "=", "pending")])
            if not self.env["ir.cron"]._commit_progress(1, remaining=remaining):
                return False
        return not conflicts

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
        body = self.env._("No e-mail is sent. %s", reason)
        if run and body not in run.message_ids.mapped("preview"):
            run.message_post(body=body)

    @api.model
    def _send_company(self, company):
        """Send the e-mails of a company that need no approval, batch by batch; none
        while nobody knows who has paid."""
        today = fields.Date.context_today(self)
        warning = company._recouvrement_get_bank_warning(today)
        if warning:
            self._report_waiting(company, today, warning)
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
        remaining = len(actions)
        for batch_ids in split_every(BATCH_SIZE, actions.ids):
            actions.browse(batch_ids)._send()
            remaining -= len(batch_ids)
            if not self.env["ir.cron"]._commit_progress(
                len(batch_ids), remaining=remaining
            ):
                break
