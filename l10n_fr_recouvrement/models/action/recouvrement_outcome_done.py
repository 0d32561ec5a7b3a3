from odoo import api, models


class RecouvrementOutcomeDone(models.AbstractModel):
    """A visit or a task is done; a call has outcomes of its own instead."""

    _name = "recouvrement.outcome.done"
    _description = "Done"
    _inherit = "recouvrement.outcome"

    _is_primary = True
    _proof_name = "fait"

    @api.model
    def _is_offered(self, channel):
        # OVERRIDE
        return not channel._is_call

    @api.model
    def _get_button_label(self):
        # OVERRIDE
        return self.env._("Mark as done")
