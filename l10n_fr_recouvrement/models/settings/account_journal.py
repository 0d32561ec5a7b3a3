from odoo import models


class AccountJournal(models.Model):
    """Dashboard of the sales journals: warns when rates are about to be missing."""

    _inherit = "account.journal"

    def _fill_sale_purchase_dashboard_data(self, dashboard_data):
        # EXTENDS account
        super()._fill_sale_purchase_dashboard_data(dashboard_data)
        rates = self.env["recouvrement.rate"]
        journals = self._recouvrement_filter_french_sales()
        if not journals or not rates.has_access("read"):
            return
        notice = rates._get_missing_notice(self.env.company._recouvrement_today())
        for journal in journals:
            dashboard_data[journal.id]["recouvrement_rate_notice"] = notice

    def _recouvrement_filter_french_sales(self):
        """Journals of sales of the companies that these rates are for."""
        codes = self.env["res.company"]._get_france_country_codes()
        # a journal may be readable where its company is not
        return self.filtered(
            lambda journal: (
                journal.type == "sale"
                and journal.company_id.sudo().account_fiscal_country_id.code in codes
            )
        )
