from odoo import fields, models

from ..models.recouvrement_start import AGES


class RecouvrementStartWizardLine(models.TransientModel):
    """What is open of one age, and how much of it would be followed."""

    _name = "recouvrement.start.wizard.line"
    _description = "Open receivables by age"
    _order = "id"

    wizard_id = fields.Many2one(
        "recouvrement.start.wizard", required=True, index=True, ondelete="cascade"
    )
    age = fields.Selection(
        [
            *AGES,
            ("total", "Total"),
            ("credit", "Unallocated credits of these debtors"),
        ],
        required=True,
    )
    invoice_count = fields.Integer("Invoices")
    debtor_count = fields.Integer("Debtors")
    currency_id = fields.Many2one(related="wizard_id.currency_id")
    amount = fields.Monetary()
    amount_followed = fields.Monetary("Followed")
    amount_left_out = fields.Monetary("Left alone")
    barred_count = fields.Integer("Time-barred, as it seems")
    barred_amount = fields.Monetary("Amount time-barred, as it seems")
