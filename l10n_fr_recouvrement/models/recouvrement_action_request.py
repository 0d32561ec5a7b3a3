from odoo import api, fields, models

from ..report import french


class RecouvrementAction(models.Model):
    """Letters on request: they are carried out and proved as every action, and touch
    nothing of the road."""

    _inherit = "recouvrement.action"

    is_on_request = fields.Boolean(
        compute="_compute_is_on_request",
        help="A letter that somebody asked for, which no stage of the road writes.",
    )
    settled_text = fields.Char(
        compute="_compute_settled_text",
        help="Total of the invoices that a receipt is for, as letters write it.",
    )
    date_text = fields.Char(
        compute="_compute_settled_text", help="Day of the letter, as letters write it."
    )

    @api.depends("stage_id.delay_from")
    def _compute_is_on_request(self):
        for action in self:
            action.is_on_request = action.stage_id._is_on_request()

    @api.depends("line_ids.amount_original", "currency_id", "date")
    def _compute_settled_text(self):
        for action in self:
            settled = action.line_ids.filtered(lambda line: line.kind == "invoice")
            action.settled_text = french.format_amount(
                action._sum_amounts(settled, "amount_original"),
                action.currency_id.name,
            )
            action.date_text = action.date and french.format_date(action.date)

    @api.model
    def mail_allowed_qweb_expressions(self):
        # EXTENDS mail
        return (
            *super().mail_allowed_qweb_expressions(),
            "object.settled_text",
            "object.date_text",
        )

    def _refresh_on_request(self, date):
        """Bring the pending letters on request of ``self`` up to the account."""
        if not self:
            return
        empty = self.env["recouvrement.letter.request"]._refresh(self, date)
        for kind, actions in empty.grouped("kind").items():
            actions._cancel(self.env["recouvrement.letter.request"]._get_nothing(kind))
