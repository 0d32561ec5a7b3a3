from odoo import api, models
from odoo.tools import SQL


class RecouvrementHoldKindLeftOut(models.AbstractModel):
    """Somebody took invoices out of follow-up, by the box that Odoo has for it."""

    _name = "recouvrement.hold.kind.left_out"
    _description = "Hold: left out of follow-up"
    _inherit = "recouvrement.hold.kind"

    _sequence = 20
    _has_flag = True

    @api.model
    def _is_flagged(self, line):
        # OVERRIDE
        return line.no_followup

    @api.model
    def _get_flag_condition(self):
        # OVERRIDE
        return SQL("line.no_followup IS TRUE")

    @api.model
    def _set_flag(self, moves, value):
        # OVERRIDE
        for move in moves:
            if move.no_followup != value:
                move.no_followup = value

    @api.model
    def _get_reason(self, hold):
        # OVERRIDE
        return self.env._("Left out of follow-up.")
