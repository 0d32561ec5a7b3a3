from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...const import PENDING_STATES
from ..settings.crossing import COME_BACK, insist

FOLLOW_JOB = "l10n_fr_recouvrement.cron_follow_account"
# Actions brought up to date in one transaction.
FOLLOWED = 200


class RecouvrementAction(models.Model):
    """Actions that wait for more than a request may bring up to date: they are marked,
    and the scheduled job refreshes them batch by batch. Approving, printing and sending
    refresh what they are about, marked or not."""

    _inherit = "recouvrement.action"

    is_outdated = fields.Boolean(
        "To be brought up to date",
        readonly=True,
        copy=False,
        help="What the account owes changed for many debtors at once: the scheduled "
        "job brings the amounts of this action up to date.",
    )

    _is_outdated_idx = models.Index("(id) WHERE is_outdated")

    def _follow_later(self):
        """Leave these actions to the scheduled job."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE recouvrement_action SET is_outdated = TRUE
                 WHERE id = ANY(%s) AND is_outdated IS NOT TRUE
                """,
                self.ids,
            )
        )
        self.invalidate_model(["is_outdated"], flush=False)
        self.env["ir.cron"]._recouvrement_trigger(FOLLOW_JOB)

    @api.model
    def _cron_follow_account(self):
        """Scheduled job: bring the marked actions up to date. Each batch is committed;
        a later call takes up what is left, and what somebody works on meanwhile."""
        actions, after, undone = self.sudo(), 0, False
        outdated = Domain("is_outdated", "=", True) & Domain(
            "state", "in", PENDING_STATES
        )
        while batch := actions.search(
            outdated & Domain("id", ">", after), order="id", limit=FOLLOWED
        ):
            after, done = batch[-1].id, len(batch)
            try:
                insist(self.env, batch._follow_by_company)
            except OperationalError:
                done, undone = 0, True
            remaining = actions.search_count(outdated & Domain("id", ">", after))
            if not self.env["ir.cron"]._commit_progress(done, remaining=remaining):
                break
            self.env.invalidate_all(flush=False)
        if undone:
            # What others were in the way of does not wait for the next day.
            soon = fields.Datetime.now() + COME_BACK
            jobs = self.env["ir.cron"]
            insist(self.env, jobs._recouvrement_trigger, FOLLOW_JOB, soon)
