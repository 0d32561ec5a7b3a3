import base64

from odoo import api, fields, models


class RecouvrementProofWizard(models.TransientModel):
    """Keeps the scan of a receipt, with the day that stands on it."""

    _name = "recouvrement.proof.wizard"
    _description = "Proof of a letter"
    _inherit = "recouvrement.action.wizard.mixin"

    is_tracked = fields.Boolean(related="action_id.is_tracked", related_sudo=False)
    kind = fields.Selection(
        selection=lambda self: (
            self.env["recouvrement.action.proof"]
            ._fields["kind"]
            ._description_selection(self.env)
        ),
        required=True,
        default="receipt",
    )
    file = fields.Binary(required=True, attachment=False)
    file_name = fields.Char()
    tracking_number = fields.Char(
        "Registered number",
        compute="_compute_known",
        compute_sudo=False,
        store=True,
        readonly=False,
    )
    date_posted = fields.Date(
        "Posted on",
        compute="_compute_known",
        compute_sudo=False,
        store=True,
        readonly=False,
    )
    date_presented = fields.Date(
        "First presented on",
        compute="_compute_known",
        compute_sudo=False,
        store=True,
        readonly=False,
    )
    date_received = fields.Date(
        "Received on",
        compute="_compute_known",
        compute_sudo=False,
        store=True,
        readonly=False,
    )

    @api.depends("action_id")
    def _compute_known(self):
        for wizard in self:
            action = wizard._get_action()
            for name in self._get_known_fields():
                wizard[name] = action[name]

    @api.model
    def _get_known_fields(self):
        """Names of the fields of the action that a receipt fills."""
        return ("tracking_number", "date_posted", "date_presented", "date_received")

    def action_confirm(self):
        """Keep the piece, and write its data on the action."""
        self.ensure_one()
        action = self.action_id
        vals = {
            name: self[name]
            for name in self._get_known_fields()
            if self[name] != action[name]
        }
        if vals and self.is_tracked:
            action.write(vals)
        action._keep_proof(
            self.kind,
            self.file_name,
            base64.b64decode(self.with_context(bin_size=False).file),
        )
        return {"type": "ir.actions.client", "tag": "soft_reload"}
