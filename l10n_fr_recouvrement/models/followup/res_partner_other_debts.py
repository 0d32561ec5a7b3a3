from odoo import api, fields, models
from odoo.fields import Domain

from ...const import ACCOUNTING


class ResPartner(models.Model):
    """What a debtor owes without an invoice, and that nobody follows."""

    _inherit = "res.partner"

    recouvrement_unfollowed = fields.Monetary(
        "Of it, not followed",
        compute="_compute_recouvrement_unfollowed",
        currency_field="recouvrement_currency_id",
        help="Owed by entries that are no invoices, which letters do not claim until "
        "somebody says so.",
        groups=ACCOUNTING,
    )

    @api.depends_context("company")
    def _compute_recouvrement_unfollowed(self):
        sums = self._recouvrement_sum_residuals(self._recouvrement_other_debts_domain())
        for partner in self:
            partner.recouvrement_unfollowed = sums.get(partner.commercial_partner_id, 0)

    def _recouvrement_other_debts_domain(self):
        """What these debtors owe by entries that are late and that nobody follows."""
        company = self.env.company
        lines = self.env["account.move.line"]
        return (
            lines._recouvrement_overdue_domain(company._recouvrement_today())
            & lines._recouvrement_entry_domain()
            & Domain("company_id", "=", company.id)
            & Domain(
                "partner_id.commercial_partner_id", "in", self.commercial_partner_id.ids
            )
        )

    def action_view_recouvrement_other_debts(self):
        """Open what this debtor owes without an invoice and nobody follows."""
        self.ensure_one()
        self.check_access("read")
        self.env["account.move.line"].check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "l10n_fr_recouvrement.recouvrement_other_debt_action"
        )
        lines = self.env["account.move.line"]
        found = lines.search(self._recouvrement_other_debts_domain())
        action["domain"] = [("id", "in", found.ids)]
        return action
