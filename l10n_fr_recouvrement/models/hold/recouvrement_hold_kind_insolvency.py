from odoo import api, models


class RecouvrementHoldKindInsolvency(models.AbstractModel):
    """Insolvency proceedings stop the claims of what was owed before the judgment that
    opened them (C. com. art. L622-7 and L622-21): it follows the day on the debtor."""

    _name = "recouvrement.hold.kind.insolvency"
    _description = "Hold: insolvency proceedings"
    _inherit = "recouvrement.hold.kind"

    _sequence = 30
    _by_hand = False

    @api.model
    def _get_reason(self, hold):
        # OVERRIDE
        return self.env._(
            "Insolvency proceedings: individual claims are stopped (C. com. art. "
            "L622-21)."
        )
