from odoo import api, fields, models

from ..const import RETURN_REASONS


class RecouvrementReturnWizard(models.TransientModel):
    """Asks why the post brought a letter back."""

    _name = "recouvrement.return.wizard"
    _description = "Letter returned by the post"
    _inherit = "recouvrement.action.wizard.mixin"

    is_registered = fields.Boolean(
        related="action_id.is_registered", related_sudo=False
    )
    reason = fields.Selection(RETURN_REASONS, required=True)
    date_presented = fields.Date(
        "First presented on",
        compute="_compute_date_presented",
        compute_sudo=False,
        store=True,
        readonly=False,
        help="A letter refused or not collected was presented: that day counts.",
    )
    note = fields.Text()

    @api.depends("action_id")
    def _compute_date_presented(self):
        for wizard in self:
            wizard.date_presented = wizard._get_action().date_presented

    def action_confirm(self):
        """Note the return."""
        self.ensure_one()
        presented = self.reason != "unknown" and self.date_presented
        self.action_id._return_letter(self.reason, presented, self.note or "")
        return {"type": "ir.actions.client", "tag": "soft_reload"}
