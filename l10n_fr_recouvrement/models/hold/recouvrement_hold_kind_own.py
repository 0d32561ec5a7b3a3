from odoo import api, models


class RecouvrementHoldKindOwn(models.AbstractModel):
    """Somebody in charge decided to wait."""

    _name = "recouvrement.hold.kind.own"
    _description = "Hold: own decision"
    _inherit = "recouvrement.hold.kind"

    @api.model
    def _get_reason(self, hold):
        # OVERRIDE
        return self.env._("Your organisation decided to wait.")
