from odoo import models
from odoo.exceptions import UserError

from ...const import CLOSED_STATES, CONTACTED_STATES

# What a person may change on an action; everything else is written by its methods.
EDITABLE_FIELDS = frozenset(
    {
        "channel",
        "contact_id",
        "date_planned",
        "letter_note",
        "team_id",
        "tracking_number",
        "user_id",
    }
)
EDITABLE_WHEN_SENT = frozenset(
    {
        "tracking_number",
        "date_posted",
        "date_presented",
        "date_received",
        "team_id",
        "user_id",
    }
)


class RecouvrementAction(models.Model):
    """What people may change on an action, and when: what was sent is kept."""

    _inherit = "recouvrement.action"

    def _get_editable(self):
        # OVERRIDE
        if self.state in CLOSED_STATES:
            return EDITABLE_WHEN_SENT
        return EDITABLE_FIELDS | EDITABLE_WHEN_SENT

    def _explain_locked(self, names):
        # OVERRIDE
        if self.state in CLOSED_STATES:
            return self.env._(
                "%(action)s is closed: what was sent does not change. Make a new "
                "action instead.",
                action=self.name,
            )
        return self.env._(
            "%(fields)s of an action follow the account: change the invoices, "
            "the stage or the debtor instead.",
            fields=", ".join(
                sorted(
                    self._fields[name]._description_string(self.env)
                    for name in names
                    if name in self._fields
                )
            ),
        )

    def _get_unlink_error(self):
        # OVERRIDE
        if any(action.state in CONTACTED_STATES for action in self):
            return UserError(
                self.env._("What was sent is kept: a sent action cannot be deleted.")
            )
        return None
