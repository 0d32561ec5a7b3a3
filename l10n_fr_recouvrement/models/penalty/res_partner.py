from odoo import models

from ..settings.res_partner import COMPANY_FIELD

# What the penalties of invoices that are there follow from.
PENALTY_FIELDS = {
    # whose debtor's they are
    COMPANY_FIELD,
    "parent_id",
    "recouvrement_insolvency_date",
    "recouvrement_profile",
    "recouvrement_public_delay",
}


class ResPartner(models.Model):
    """Debtor, whose profile and insolvency decide what lateness costs."""

    _inherit = "res.partner"

    def write(self, vals):
        # EXTENDS base: what lowers penalties takes the right to waive them
        if self.env.su or not PENALTY_FIELDS & vals.keys():
            return super().write(vals)
        with self._recouvrement_all_penalised()._recouvrement_conceding():
            return super().write(vals)

    def _recouvrement_all_penalised(self):
        """Invoices of these debtors whose penalties may still change, whatever company
        they are of: a debtor is shared by all."""
        moves = self.env["account.move"]
        found = moves.sudo().search(
            [
                *moves._recouvrement_penalised_domain(),
                ("commercial_partner_id", "in", self.ids),
            ]
        )
        return found.sudo(False)
