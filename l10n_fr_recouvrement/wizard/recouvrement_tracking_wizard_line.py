from odoo import fields, models


class RecouvrementTrackingWizardLine(models.TransientModel):
    """What the post says of one letter, and what would be written of it."""

    _name = "recouvrement.tracking.wizard.line"
    _description = "Line of a file of tracking numbers"
    _order = "number"

    wizard_id = fields.Many2one(
        "recouvrement.tracking.wizard", required=True, index=True, ondelete="cascade"
    )
    number = fields.Integer("Line", readonly=True)
    reference = fields.Char(readonly=True)
    action_id = fields.Many2one("recouvrement.action", "Letter", readonly=True)
    partner_id = fields.Many2one(related="action_id.partner_id")
    changes = fields.Json(readonly=True)
    summary = fields.Char("To be written", readonly=True)
    warning = fields.Char(readonly=True)
    error = fields.Char("What to mend", readonly=True)
