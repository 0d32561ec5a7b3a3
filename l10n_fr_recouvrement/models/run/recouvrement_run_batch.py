from odoo import api, fields, models
from odoo.tools import SQL

from ..settings.crossing import is_taken
from ..settings.one_by_one import attempt

JOB_CHANNEL = "root.recouvrement"


class RecouvrementRunBatch(models.Model):
    """A part of a run: some of its debtors, whose actions are made in one transaction.

    Whoever has time takes the next one: the request that started the run, the
    scheduled job, or the workers of `queue_job`. What a process that died was working
    on is taken up by another.
    """

    _name = "recouvrement.run.batch"
    _description = "Part of a recovery run"
    _order = "id"
    _log_access = False

    run_id = fields.Many2one(
        "recouvrement.run", required=True, index=True, ondelete="cascade"
    )
    partner_ids = fields.Json(required=True, readonly=True, help="Ids of the debtors.")
    state = fields.Selection(
        [("pending", "Waiting"), ("done", "Done")],
        default="pending",
        required=True,
        readonly=True,
    )

    _pending_idx = models.Index("(run_id, id) WHERE state = 'pending'")

    @api.model
    def _take(self, runs=None, but=()):
        """Lock the next batch that waits and that nobody works on, of some runs or of
        all, save some ids; nothing when there is none."""
        self.flush_model()
        of_runs = SQL("TRUE") if runs is None else SQL("run_id = ANY(%s)", runs.ids)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id
                  FROM recouvrement_run_batch
                 WHERE state = 'pending' AND %s AND id != ALL(%s)
                 ORDER BY id
                 LIMIT 1
                   FOR UPDATE SKIP LOCKED
                """,
                of_runs,
                list(but),
            )
        )
        return self.browse(batch_id for (batch_id,) in rows)

    def _distribute(self):
        """See that these batches are worked on: as jobs, where `queue_job` is
        installed, else by the scheduled job.

        :return: whether somebody does
        """
        if hasattr(self, "with_delay"):
            for batch in self:
                batch.with_delay(
                    channel=JOB_CHANNEL, description=batch.run_id.name
                )._perform()
            return True
        return self.env["ir.cron"]._recouvrement_trigger(
            "l10n_fr_recouvrement.cron_run"
        )

    def _perform(self):
        """Make the actions of this batch, unless somebody did or does so already.

        :return: the actions made
        """
        self.ensure_one()
        batch = self.sudo().try_lock_for_update()
        if not batch or batch.state != "pending":
            return self.env["recouvrement.action"]
        partners = self.env["res.partner"].browse(batch.partner_ids).exists()
        actions = self._create_actions(partners)
        batch.state = "done"
        self._renew_statistics()
        return actions

    def _renew_statistics(self):
        """Let PostgreSQL count what was written, each time that the part of the run
        that is done has doubled.

        It plans the checks of foreign keys once, and would go on reading whole tables
        that were small when the run began. Another process that counts is not waited
        for.
        """
        done = self.sudo().search_count(
            [("run_id", "=", self.run_id.id), ("state", "=", "done")]
        )
        if done & (done - 1):
            return
        for model in ("recouvrement.action", "recouvrement.action.line"):
            self.env[model].flush_model()
            self.env.cr.execute(
                SQL("ANALYZE (SKIP_LOCKED) %s", SQL.identifier(self.env[model]._table))
            )

    def _create_actions(self, partners):
        """Make the actions of debtors together; when that fails, one by one, so that
        only the debtor at fault is left out, and note it on the run."""
        made = attempt(partners, self._create_actions_together, self._report_failure)
        return self.env["recouvrement.action"].union(*made)

    def _report_failure(self, partner, error):
        # Another run has just claimed the same stage: the index refuses the second.
        if not is_taken(error, self.env["recouvrement.action.line"], "stage_once"):
            self.run_id._report_failure(partner, error)

    def _create_actions_together(self, partners):
        engine = self.env["recouvrement.engine"]
        run = self.run_id
        return engine._create_actions(
            run, engine._collect(run.company_id, run.date, partners)
        )
