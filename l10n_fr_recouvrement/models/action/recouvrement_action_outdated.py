from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...const import PENDING_STATES

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
        self._trigger_follow()

    @api.model
    def _trigger_follow(self):
        cron = self.env.ref(
            "l10n_fr_recouvrement.cron_follow_account", raise_if_not_found=False
        )
        if cron:
            cron.sudo()._trigger()

    @api.model
    def _cron_follow_account(self):
        """Scheduled job: bring the marked actions up to date. Each batch is committed;
        a later call takes up what is left, and what somebody works on meanwhile."""
        actions, after = self.sudo(), 0
        outdated = Domain("is_outdated", "=", True) & Domain(
            "state", "in", PENDING_STATES
        )
        while batch := actions.search(
            outdated & Domain("id", ">", after), order="id", limit=FOLLOWED
        ):
            after = batch[-1].id
            try:
                batch._follow_by_company()
                self.env.flush_all()
            except OperationalError:
                self.env.cr.rollback()
                self._trigger_follow()
                self.env["ir.cron"]._commit_progress()
                continue
            remaining = actions.search_count(outdated & Domain("id", ">", after))
            if not self.env["ir.cron"]._commit_progress(
                len(batch), remaining=remaining
            ):
                break
            self.env.invalidate_all(flush=False)
