from odoo import api, models


class RecouvrementOutcomeWrongNumber(models.AbstractModel):
    """The number is not the debtor's: the call waits until somebody has found it."""

    _name = "recouvrement.outcome.wrong_number"
    _description = "Wrong number"
    _inherit = "recouvrement.outcome"

    _proof_name = "numéro erroné"

    @api.model
    def _is_offered(self, channel):
        # OVERRIDE
        return channel._is_call

    @api.model
    def _get_hint(self):
        # OVERRIDE
        return self.env._(
            "The call waits, and an activity on the contact asks for the right number."
        )

    @api.model
    def _apply(self, action, moves):
        # OVERRIDE
        action._ask_to_find(
            self.env._("Find the phone number of %s", action.contact_id.display_name),
            action.outcome_note,
        )
