from odoo import api, models
from odoo.tools import SQL


class RecouvrementHoldKindDispute(models.AbstractModel):
    """The debtor disputes invoices: Odoo blocks their payment."""

    _name = "recouvrement.hold.kind.dispute"
    _description = "Hold: dispute"
    _inherit = "recouvrement.hold.kind"

    _sequence = 10
    _is_disputed = True
    _has_flag = True

    @api.model
    def _is_flagged(self, line):
        # OVERRIDE
        return line.move_id.payment_state == "blocked"

    @api.model
    def _get_flag_condition(self):
        # OVERRIDE
        return SQL("move.payment_state = 'blocked'")

    @api.model
    def _set_flag(self, moves, value):
        # OVERRIDE
        for move in moves:
            unpaid = move.payment_state not in ("paid", "in_payment", "reversed")
            if unpaid and (move.payment_state == "blocked") != value:
                move.action_toggle_block_payment()

    @api.model
    def _get_reason(self, hold):
        # OVERRIDE
        return self.env._("Disputed: its payment is blocked.")
