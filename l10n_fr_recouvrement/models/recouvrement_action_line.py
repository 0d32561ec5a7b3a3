from odoo import fields, models

from .recouvrement_engine import PENDING_STATES


class RecouvrementActionLine(models.Model):
    """What one action says of one due line or credit, as it stood that day.

    The unique index is what makes claiming a stage twice impossible.
    """

    _name = "recouvrement.action.line"
    _description = "Line of a recovery action"
    _order = "id"

    action_id = fields.Many2one(
        "recouvrement.action", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="action_id.company_id", store=True, index=True)
    state = fields.Selection(related="action_id.state", store=True)
    date_sent = fields.Date(related="action_id.date_sent")
    kind = fields.Selection(
        [
            ("invoice", "Invoice"),
            ("credit_note", "Credit note"),
            ("payment", "Unallocated payment"),
        ],
        required=True,
        default="invoice",
    )
    move_id = fields.Many2one("account.move", "Entry", index=True, ondelete="restrict")
    move_line_id = fields.Many2one("account.move.line", index="btree_not_null")
    stage_id = fields.Many2one(
        "recouvrement.stage",
        index="btree_not_null",
        ondelete="restrict",
        help="The stage this invoice reaches by the action. Empty: listed only.",
    )
    cycle_date = fields.Date(
        help="Due date whose lateness the stage belongs to.",
    )
    label = fields.Char("Number")
    date_document = fields.Date("Date")
    date_due = fields.Date("Due date")
    days_late = fields.Integer("Days late")
    currency_id = fields.Many2one(related="action_id.currency_id")
    amount_original = fields.Monetary("Total")
    amount_residual = fields.Monetary("Balance")
    amount_interest = fields.Monetary("Penalties")
    amount_indemnity = fields.Monetary("Indemnity")
    penalty_detail = fields.Json(
        help="Segments of the interest: dates, days, base, rate, divisor, amount."
    )

    _stage_once = models.UniqueIndex(
        "(move_id, stage_id, cycle_date, move_line_id)"
        " WHERE stage_id IS NOT NULL AND state != 'cancelled'",
        "This invoice was claimed at this stage already.",
    )

    def _is_pending(self):
        """Whether the action of this line still waits to be carried out."""
        self.ensure_one()
        return self.state in PENDING_STATES and bool(self.stage_id)
