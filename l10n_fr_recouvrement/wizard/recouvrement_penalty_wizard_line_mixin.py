from odoo import fields, models


class RecouvrementPenaltyWizardLineMixin(models.AbstractModel):
    """One invoice in an assistant that decides about penalties: interest in its own
    currency, the indemnity in the euros in which the law sets it."""

    _name = "recouvrement.penalty.wizard.line.mixin"
    _description = "Invoice of an assistant on penalties"

    move_id = fields.Many2one(
        "account.move", "Invoice", required=True, readonly=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        related="move_id.commercial_partner_id", string="Debtor"
    )
    currency_id = fields.Many2one(related="move_id.currency_id")
    euro_id = fields.Many2one("res.currency", compute="_compute_euro_id")

    def _compute_euro_id(self):
        self.euro_id = self.env.ref("base.EUR")
