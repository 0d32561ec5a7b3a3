import logging
from datetime import timedelta

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import split_every

from ..settings.crossing import insist
from .lre import CLOSED

_logger = logging.getLogger(__name__)

# Letters handed over or asked about in one transaction.
BATCH = 10
CARRIERS_JOB = "l10n_fr_recouvrement.cron_carriers"
# A service is asked again after this long about a letter, for so many days.
ASK_AGAIN = timedelta(minutes=30)
FOLLOWED_DAYS = 90
# What the recipient may still do something about, or the service.
OPEN_STATES = ("queued", "deposited", "notified")


class RecouvrementAction(models.Model):
    """Letters that a service posts for the company: electronic registered letters, and
    paper through Odoo. A job has their channels hand them over once they are recorded,
    and ask what became of them."""

    _inherit = "recouvrement.action"

    carrier_state = fields.Selection(
        [
            ("queued", "To be handed over"),
            ("deposited", "Handed over"),
            ("notified", "Presented"),
            ("accepted", "Accepted"),
            ("refused", "Refused"),
            ("unclaimed", "Not collected"),
            ("error", "Not posted"),
        ],
        "Service",
        readonly=True,
        copy=False,
        tracking=True,
        help="What the service that posts the letter says of it.",
    )
    carrier_reference = fields.Char("Reference of the service", readonly=True)
    carrier_error = fields.Text("What the service answered", readonly=True)
    carrier_round = fields.Integer(readonly=True)
    carrier_checked = fields.Datetime("Asked on", readonly=True)
    carrier_done = fields.Boolean(
        readonly=True, help="Nothing more is expected of the service: proofs are kept."
    )

    _carrier_idx = models.Index("(carrier_checked) WHERE carrier_state IS NOT NULL")

    # ------------------------------------------------------------------
    # Buttons
    # ------------------------------------------------------------------

    def action_post_again(self):
        """Hand over once more letters that the service did not post, to the address
        that the contact has now."""
        self.check_access("write")
        actions = self.sudo().filtered(lambda action: action.carrier_state == "error")
        if not actions:
            raise UserError(
                self.env._("No service refused these letters: they are on their way.")
            )
        for part in actions.grouped("channel").values():
            problems = part[0]._channel_handler()._check_deliverable(part)
            if problems:
                raise UserError("\n".join(problems.values()))
        for action in actions:
            action.write(
                {
                    "carrier_state": "queued",
                    "carrier_round": action.carrier_round + 1,
                    "carrier_reference": False,
                    "carrier_error": False,
                    "carrier_checked": False,
                }
            )
        for part in actions.grouped("channel").values():
            part[0]._channel_handler()._post_again(part)
        self._trigger_carriers()
        return True

    # ------------------------------------------------------------------
    # The job
    # ------------------------------------------------------------------

    @api.model
    def _trigger_carriers(self):
        self.env["ir.cron"]._recouvrement_trigger(CARRIERS_JOB)

    @api.model
    def _cron_follow_carriers(self):
        """Scheduled job: hand over the letters that wait, and ask what became of the
        others. Nothing is locked while a service is asked, and what it answered is
        committed; a later call takes up what is left."""
        actions = self.search(
            self._get_carrier_domain(), order="carrier_checked ASC NULLS FIRST, id"
        )
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=len(actions))
        for ids in split_every(BATCH, actions.ids, list):
            claimed = insist(self.env, self.browse(ids)._claim_carried)
            self.browse(claimed)._follow_apart()
            if not progress(len(ids)):
                break

    def _claim_carried(self):
        """Take the letters that nobody asks about: no other process does so until they
        are to be asked about again.

        :return: their ids
        """
        free = self.try_lock_for_update().filtered_domain(self._get_carrier_domain())
        free.carrier_checked = fields.Datetime.now()
        return free.ids

    def _follow_apart(self):
        """Follow the letters, and commit; where that fails, each apart, and note on the
        one at fault what went wrong. What others were in the way of is asked about
        again later."""
        try:
            self._follow_carriers()
            self.env["ir.cron"]._commit_progress()
        except OperationalError as error:
            self.env.cr.rollback()
            _logger.info("%s are followed later: %s", self.ids, error)
        except Exception as error:
            self.env.cr.rollback()
            if len(self) > 1:
                for action in self:
                    action._follow_apart()
                return
            _logger.exception("%s cannot be followed", self.name)
            insist(self.env, self.write, {"carrier_error": str(error)})

    @api.model
    def _get_carrier_domain(self):
        """Letters that the services are to be asked about now."""
        now = fields.Datetime.now()
        return [
            ("date_sent", ">=", now.date() - timedelta(days=FOLLOWED_DAYS)),
            "|",
            ("carrier_checked", "=", False),
            ("carrier_checked", "<=", now - ASK_AGAIN),
            ("carrier_done", "=", False),
            "|",
            ("carrier_state", "in", [*OPEN_STATES, *CLOSED]),
            # Such a service tries again by itself.
            "&",
            (
                "channel",
                "in",
                self.env["recouvrement.channel"]._get_codes("recovers"),
            ),
            ("carrier_state", "=", "error"),
        ]

    def _follow_carriers(self):
        """Ask the service of each letter; one that cannot be followed is reported and
        stops no other."""
        channels = self.env["recouvrement.channel"]
        for (channel, company), actions in self.grouped(
            lambda action: (action.channel, action.company_id)
        ).items():
            channels._get(channel)._follow_carried(actions.with_company(company))

    def _tell_not_posted(self):
        """Notify the responsible that a service did not post the letter."""
        self._ask_responsible(
            self,
            self.env._("The letter %s was not posted", self.name),
            self.carrier_error or "",
        )
