from odoo import models

# Without these nothing is followed up by itself.
DAILY_JOBS = (
    "l10n_fr_recouvrement.cron_run",
    "l10n_fr_recouvrement.cron_penalties",
    "l10n_fr_recouvrement.cron_follow_account",
)


class AccountJournal(models.Model):
    """Dashboard of the sales journals: warns when rates are about to be missing, and
    when the jobs of follow-up do not work."""

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
            dashboard_data[journal.id].update(
                recouvrement_rate_notice=notice,
                recouvrement_job_notice=journal._recouvrement_get_job_notice(),
            )

    def _recouvrement_get_job_notice(self):
        """Return why nothing is followed up by itself in a company that asked for it,
        and the remedy, as text."""
        if not self.company_id.sudo().recouvrement_auto:
            return ""
        jobs = self.env["ir.cron"]
        reasons = (jobs._recouvrement_explain_stopped(job) for job in DAILY_JOBS)
        return " ".join(reason for reason in reasons if reason)

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
