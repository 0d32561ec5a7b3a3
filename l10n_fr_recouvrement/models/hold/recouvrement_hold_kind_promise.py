from odoo import api, models


class RecouvrementHoldKindPromise(models.AbstractModel):
    """The debtor promised to pay by a day: until the money had time to show, nothing
    comes."""

    _name = "recouvrement.hold.kind.promise"
    _description = "Hold: promise to pay"
    _inherit = "recouvrement.hold.kind"

    _sequence = 40
    _by_hand = False

    @api.model
    def _get_reason(self, hold):
        # OVERRIDE
        return self.env._("The debtor promised to pay.")
