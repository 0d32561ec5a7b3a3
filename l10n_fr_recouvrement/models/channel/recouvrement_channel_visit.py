from odoo import api, models


class RecouvrementChannelVisit(models.AbstractModel):
    """Visit at the debtor's, where a courteous notice is left."""

    _name = "recouvrement.channel.visit"
    _description = "Recovery by a visit"
    _inherit = "recouvrement.channel.human"

    _is_spoken = True
    # The notice that is left says who sends it.
    _needs_identity = True
    _proof_name = "visite"

    @api.model
    def _check_deliverable(self, actions):
        # OVERRIDE: it needs the address that a letter needs
        return self.env["recouvrement.channel.letter"]._check_deliverable(actions)
