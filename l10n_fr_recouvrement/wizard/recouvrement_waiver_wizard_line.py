from odoo import fields, models


class RecouvrementWaiverWizardLine(models.TransientModel):
    """What is waived of one invoice."""

    _name = "recouvrement.waiver.wizard.line"
    _description = "Line of a waiver"
    _inherit = "recouvrement.penalty.wizard.line.mixin"

    wizard_id = fields.Many2one(
        "recouvrement.waiver.wizard", required=True, ondelete="cascade"
    )
    due_interest = fields.Monetary("Interest due", readonly=True)
    due_indemnity = fields.Monetary(
        "Indemnity due", currency_field="euro_id", readonly=True
    )
    amount_interest = fields.Monetary("Interest waived")
    amount_indemnity = fields.Monetary("Indemnity waived", currency_field="euro_id")
