import logging

from psycopg2 import OperationalError
from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date, split_every

from .action_states import CONTACTED_STATES

_logger = logging.getLogger(__name__)

BATCH_SIZE = 200


class RecouvrementRun(models.Model):
    """One execution of the engine for one company and day, with what came of it."""

    _name = "recouvrement.run"
    _description = "Recovery run"
    _inherit = "mail.thread"
    _order = "date desc, id desc"
    _check_company_auto = True

    name = fields.Char(compute="_compute_name")
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    date = fields.Date(required=True, default=fields.Date.context_today)
    state = fields.Selection(
        [("draft", "Draft"), ("done", "Done")], default="draft", readonly=True
    )
    automatic = fields.Boolean("By the daily job", readonly=True)
    action_ids = fields.One2many("recouvrement.action", "run_id", "Actions")
    action_count = fields.Integer("Actions made", compute="_compute_counts")
    pending_count = fields.Integer("To approve", compute="_compute_counts")
    ready_count = fields.Integer("Actions ready", compute="_compute_counts")
    sent_count = fields.Integer("Actions sent", compute="_compute_counts")
    failed_count = fields.Integer("Exceptions", compute="_compute_counts")

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

    def write(self, vals):
        # EXTENDS base: what a run is about is set when it is made
        if (
            not self.env.su
            and {"state", "date", "company_id", "automatic"} & vals.keys()
        ):
            raise UserError(
                self.env._("A run does not change: start a new one instead.")
            )
        return super().write(vals)

    def action_start(self):
        """Make the actions of the day for every debtor something falls due for."""
        for run in self:
            if run.state == "done":
                raise UserError(
                    self.env._("%s is done: start a new run.", run.display_name)
                )
            run._process(run._find_debtors())
            run.sudo().state = "done"
        return True

    def _find_debtors(self):
        self.ensure_one()
        return self.env["recouvrement.engine"]._find_debtors(self.company_id, self.date)

    def _process(self, partners):
        """Make the actions of ``partners``, batch by batch."""
        self.ensure_one()
        actions = self.env["recouvrement.action"]
        # Debtors that another run is working on are left to it.
        locked = partners.sudo().try_lock_for_update(allow_referencing=True)
        partners = partners & locked.with_env(self.env)
        for partner_ids in split_every(BATCH_SIZE, partners.ids):
            actions |= self._process_batch(partners.browse(partner_ids))
        return actions

    def _process_batch(self, partners):
        """Make the actions of a batch of debtors; when it fails, go one by one so that
        only the debtor at fault is left out, and say so on the run."""
        try:
            with self.env.cr.savepoint():
                return self._create_actions(partners)
        except OperationalError:
            raise  # concurrent transactions: Odoo tries the whole request again
        except UniqueViolation:
            # Another run has just claimed the same stage.
            if len(partners) == 1:
                return self.env["recouvrement.action"]
        except Exception as error:
            if len(partners) == 1:
                self._report_failure(partners, error)
                return self.env["recouvrement.action"]
        actions = self.env["recouvrement.action"]
        for partner in partners:
            actions |= self._process_batch(partner)
        return actions

    def _create_actions(self, partners):
        engine = self.env["recouvrement.engine"]
        prospects = engine._collect(self.company_id, self.date, partners)
        return engine._create_actions(self, prospects)

    def _report_failure(self, partner, error):
        _logger.info("No action for %s", partner.display_name, exc_info=error)
        self.message_post(
            body=self.env._(
                "No action could be made for %(debtor)s: %(error)s",
                debtor=partner.display_name,
                error=str(error),
            )
        )

    def action_view_actions(self):
        """Open the actions of this run, or the only one."""
        self.ensure_one()
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
        """Daily job: make the actions of each company that asked for it, then send the
        e-mails that need no approval. Each batch is committed; a later call takes up
        what is left."""
        companies = self.env["res.company"].search([("recouvrement_auto", "=", True)])
        for company in companies:
            model = self.with_company(company).with_context(
                lang=self._get_lang(company)
            )
            for job in (model._run_company, model._send_company):
                try:
                    job(company)
                except Exception:
                    # One company does not keep the others from their day.
                    self.env.cr.rollback()
                    _logger.exception("Daily run of %s", company.display_name)

    @api.model
    def _get_lang(self, company):
        """Language of what the daily job writes for people to read: that of the
        company, which works where no user is logged in."""
        installed = dict(self.env["res.lang"].get_installed())
        candidates = (company.partner_id.lang, "fr_FR", self.env.lang)
        return next((lang for lang in candidates if lang in installed), None)

    @api.model
    def _run_company(self, company):
        """Make the actions of the day of a company, batch by batch."""
        today = fields.Date.context_today(self)
        partners = self.env["recouvrement.engine"]._find_debtors(company, today)
        if not partners:
            return
        run = self.create({"company_id": company.id, "date": today, "automatic": True})
        self._in_batches(partners, run._process)
        run.sudo().state = "done"

    @api.model
    def _send_company(self, company):
        """Send the e-mails of a company that need no approval, batch by batch."""
        actions = self.env["recouvrement.action"].search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "ready"),
                ("channel", "=", "email"),
                ("stage_id.needs_approval", "=", False),
            ]
        )
        self._in_batches(actions, lambda batch: batch._send())

    @api.model
    def _in_batches(self, records, work):
        """Work on records and commit batch by batch, while the job has time left; the
        next call takes up what remains."""
        remaining = len(records)
        for batch_ids in split_every(BATCH_SIZE, records.ids):
            work(records.browse(batch_ids))
            remaining -= len(batch_ids)
            if not self.env["ir.cron"]._commit_progress(
                len(batch_ids), remaining=remaining
            ):
                break
