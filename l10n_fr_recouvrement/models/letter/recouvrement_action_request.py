from odoo import api, fields, models

from ...paper.words import letter_kinds


class RecouvrementAction(models.Model):
    """Letters on request: they are carried out and proved as every action, and touch
    nothing of a procedure."""

    _inherit = "recouvrement.action"

    is_on_request = fields.Boolean(
        compute="_compute_is_on_request",
        help="A letter that somebody asked for, which no stage of a procedure writes.",
    )

    is_about_settled = fields.Boolean(
        compute="_compute_is_about_settled",
        help="A letter about settled invoices, of which nothing is left to pay.",
    )

    @api.depends("stage_id.kind")
    def _compute_is_about_settled(self):
        for action in self:
            action.is_about_settled = letter_kinds.get(action.kind).about_settled

    @api.depends("stage_id.delay_from")
    def _compute_is_on_request(self):
        for action in self:
            action.is_on_request = action.stage_id._is_on_request()

    def _refresh_on_request(self, date):
        """Bring the pending letters on request of ``self`` up to the account."""
        if not self:
            return
        empty = self.env["recouvrement.letter.request"]._refresh(self, date)
        for kind, actions in empty.grouped("kind").items():
            actions._cancel(self.env["recouvrement.letter.request"]._get_nothing(kind))
