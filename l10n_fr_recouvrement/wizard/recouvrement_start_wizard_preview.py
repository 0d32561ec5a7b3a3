from odoo import fields, models


class RecouvrementStartWizardPreview(models.TransientModel):
    """What the first run would do at one stage, or leave out for one reason."""

    _name = "recouvrement.start.wizard.preview"
    _description = "Preview of the first run"
    _order = "id"

    wizard_id = fields.Many2one(
        "recouvrement.start.wizard", required=True, index=True, ondelete="cascade"
    )
    stage_id = fields.Many2one("recouvrement.stage")
    procedure_id = fields.Many2one(related="stage_id.procedure_id")
    channel = fields.Selection(related="stage_id.channel")
    reason = fields.Char()
    debtor_count = fields.Integer("Debtors")
    invoice_count = fields.Integer("Invoices")
    currency_id = fields.Many2one("res.currency", required=True)
    amount = fields.Monetary("Owed", help="Invoices less credits, without penalties.")
