from odoo import fields, models


class RecouvrementEvidenceWizardLine(models.TransientModel):
    """One file of an invoice, and what it proves."""

    _name = "recouvrement.evidence.wizard.line"
    _description = "File of an invoice"

    wizard_id = fields.Many2one(
        "recouvrement.evidence.wizard", required=True, ondelete="cascade"
    )
    attachment_id = fields.Many2one(
        "ir.attachment", "File", required=True, ondelete="cascade"
    )
    kind = fields.Selection(
        selection=lambda self: (
            self.env["ir.attachment"]
            ._fields["recouvrement_evidence"]
            ._description_selection(self.env)
        ),
        string="Proves",
    )
