from odoo import fields, models


class RecouvrementDebitWizardLine(models.TransientModel):
    """What a debit note would charge of one invoice."""

    _name = "recouvrement.debit.wizard.line"
    _description = "Preview of a debit note"
    _inherit = "recouvrement.penalty.wizard.line.mixin"

    wizard_id = fields.Many2one(
        "recouvrement.debit.wizard", required=True, ondelete="cascade"
    )
    amount_interest = fields.Monetary("Interest")
    amount_indemnity = fields.Monetary("Indemnity", currency_field="euro_id")
    amount_cost = fields.Monetary("Costs")
