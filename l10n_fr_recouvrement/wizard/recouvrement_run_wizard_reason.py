from odoo import fields, models


class RecouvrementRunWizardReason(models.TransientModel):
    """One reason that debtors are left out for in the preview, and how much of what
    they owe."""

    _name = "recouvrement.run.wizard.reason"
    _description = "Reason in the preview of a run"
    _order = "id"

    wizard_id = fields.Many2one(
        "recouvrement.run.wizard", required=True, index=True, ondelete="cascade"
    )
    reason = fields.Char()
    debtor_count = fields.Integer("Debtors")
    invoice_count = fields.Integer("Invoices")
    currency_id = fields.Many2one("res.currency", required=True)
    amount = fields.Monetary("Owed", help="Invoices less credits, without penalties.")
