from odoo import api, models
from odoo.exceptions import UserError

from ...const import FIRST_STATES, TRANSITIONS


class RecouvrementAction(models.Model):
    """The states that an action goes through: one method changes them, by the table of
    what may follow what (``const.TRANSITIONS``)."""

    _inherit = "recouvrement.action"

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS base
        for vals in vals_list:
            if vals.get("state", FIRST_STATES[0]) not in FIRST_STATES:
                raise UserError(
                    self.env._(
                        "An action is not made “%s”: other states come first.",
                        self._get_state_label(vals["state"]),
                    )
                )
        return super().create(vals_list)

    def _set_state(self, state, **vals):
        """Bring the actions to a state that may follow theirs.

        :param vals: what else is written with it
        """
        for action in self:
            if state not in TRANSITIONS[action.state]:
                raise UserError(
                    self.env._(
                        "%(action)s is “%(state)s”: it does not become “%(next)s”.",
                        action=action.name,
                        state=self._get_state_label(action.state),
                        next=self._get_state_label(state),
                    )
                )
        if self:
            self.write({"state": state, **vals})

    def _fail(self, reason):
        """Set the actions aside as exceptions: ``reason`` is what to correct."""
        self.sudo()._set_state("failed", failure_reason=reason)

    def _cancel(self, reason):
        """Give the actions up and post the reason on each: every cancellation comes
        here. Hook."""
        for action in self.sudo():
            action.message_post(body=reason)
        self.sudo()._set_state("cancelled")
        self._drop_activities()

    @api.model
    def _get_state_label(self, state):
        labels = dict(self._fields["state"]._description_selection(self.env))
        return labels.get(state, state)
