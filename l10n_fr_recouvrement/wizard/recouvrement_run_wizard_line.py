from odoo import fields, models


class RecouvrementRunWizardLine(models.TransientModel):
    """One debtor of the preview: contacted, or left out and why."""

    _name = "recouvrement.run.wizard.line"
    _description = "Debtor in the preview of a run"
    _order = "id"

    wizard_id = fields.Many2one(
        "recouvrement.run.wizard", required=True, index=True, ondelete="cascade"
    )
    partner_id = fields.Many2one("res.partner", "Debtor", required=True)
    stage_id = fields.Many2one("recouvrement.stage")
    channel = fields.Selection(related="stage_id.channel")
    invoice_count = fields.Integer("Invoices")
    days_late = fields.Integer("Days late")
    currency_id = fields.Many2one("res.currency", required=True)
    amount = fields.Monetary("Owed", help="Invoices less credits, without penalties.")
    excluded = fields.Boolean()
    reason = fields.Char()
    detail = fields.Char(
        "Action or day",
        help="The action that waits, or the day that the debtor is contacted from.",
    )
