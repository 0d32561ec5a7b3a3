from odoo import api, fields, models

from ..law import to_decimal
from ..report import french
from .action_states import PENDING_STATES


class RecouvrementActionLine(models.Model):
    """What one action says of one due line or credit, as it stood that day.

    The unique index is what makes claiming a stage twice impossible, unless somebody
    sends again what came back.
    """

    _name = "recouvrement.action.line"
    _description = "Line of a recovery action"
    _order = "id"

    action_id = fields.Many2one(
        "recouvrement.action", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="action_id.company_id", store=True, index=True)
    partner_id = fields.Many2one(related="action_id.partner_id", store=True)
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
    instalment = fields.Char(
        help="Rank of the due line among those of its invoice, as 2/3; empty when the "
        "invoice has one."
    )
    summary = fields.Char(
        compute="_compute_summary", help="The line in one French sentence, for e-mails."
    )
    date_document = fields.Date("Date")
    date_due = fields.Date("Due date")
    days_late = fields.Integer("Days late")
    currency_id = fields.Many2one(related="action_id.currency_id")
    amount_original = fields.Monetary("Total")
    amount_residual = fields.Monetary("Left")
    balance = fields.Monetary(
        compute="_compute_balance", help="What is owed, negative for a credit."
    )
    amount_interest = fields.Monetary("Interest")
    amount_waived = fields.Monetary(
        "Interest waived", help="Forgiven, and left out of the interest beside it."
    )
    amount_indemnity = fields.Monetary("Indemnity")
    amount_cost = fields.Monetary("Complementary costs")
    penalty_detail = fields.Json(
        help="Segments of the interest: dates, days, base, rate, divisor, amount."
    )

    _stage_once = models.UniqueIndex(
        "(partner_id, move_id, stage_id, cycle_date, move_line_id)"
        " WHERE stage_id IS NOT NULL AND state NOT IN ('cancelled', 'returned')",
        "This invoice was claimed at this stage already.",
    )

    @api.depends("amount_residual", "kind")
    def _compute_balance(self):
        for line in self:
            sign = 1 if line.kind == "invoice" else -1
            line.balance = sign * line.amount_residual

    @api.depends("label", "date_due", "days_late", "amount_residual", "kind")
    def _compute_summary(self):
        for line in self:
            amount = french.format_amount(
                to_decimal(line.amount_residual, line.currency_id.decimal_places),
                line.currency_id.name,
            )
            day = line.date_due and french.format_date(line.date_due)
            due = "échue le" if line.days_late > 0 else "à échéance du"
            names = {
                "invoice": f"Facture {line.label}, {due} {day} : {amount}",
                "credit_note": f"Avoir {line.label} du {day}, à déduire : {amount}",
                "payment": f"Règlement reçu le {day}, à déduire : {amount}",
            }
            line.summary = french.nbsp(names[line.kind])

    def _is_pending(self):
        """Whether the action of this line still waits to be carried out."""
        self.ensure_one()
        return self.state in PENDING_STATES and bool(self.stage_id)
