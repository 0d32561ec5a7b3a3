from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...const import ACCOUNTING

# Accounts of the French chart that the debt of a customer lives on in where it is not
# paid, whatever type Odoo gives them: bills to be received, doubtful debts.
DEBTOR_CODES = ("413", "416")


class AccountAccount(models.Model):
    """Says which accounts are those of debtors: the one place that does."""

    _inherit = "account.account"

    recouvrement_is_debtors = fields.Boolean(
        "Account of debtors",
        compute="_compute_recouvrement_is_debtors",
        search="_search_recouvrement_is_debtors",
        help="What is open on it in the name of a customer is owed by that customer.",
        groups=ACCOUNTING,
    )

    @api.model
    def _recouvrement_debtor_domain(self, company):
        """Domain of the accounts of debtors of a company: the receivables of trade, and
        where the chart is French what an invoice is moved to that is not paid, which
        Odoo takes for other current assets. ``code`` is that of the company. Hook."""
        domain = Domain("account_type", "=", "asset_receivable")
        if self._recouvrement_has_french_codes(company):
            domain |= (
                Domain("account_type", "=", "asset_current")
                & Domain("reconcile", "=", True)
                & Domain.OR(
                    Domain("code", "=like", f"{code}%") for code in DEBTOR_CODES
                )
            )
        return domain & Domain("non_trade", "=", False)

    @api.model
    def _recouvrement_has_french_codes(self, company):
        """Whether the accounts of a company are numbered as the French chart has it."""
        country = company.sudo().account_fiscal_country_id.code
        return country in self.env["res.company"]._get_france_country_codes()

    @api.model
    def _recouvrement_find_debtors(self, companies):
        """Find the accounts of debtors of some companies, those out of use as well.

        :return: the query of their ids, for a domain or for SQL
        """
        accounts = self.sudo().with_context(active_test=False)
        return accounts._search(
            Domain.OR(
                Domain(
                    "id",
                    "in",
                    accounts.with_company(root)._search(
                        self._recouvrement_debtor_domain(root)
                    ),
                )
                for root in companies.sudo().root_id
            )
        )

    @api.model
    def _recouvrement_debtor_condition(self, companies):
        """What :meth:`_recouvrement_find_debtors` finds, in SQL over ``account``."""
        return SQL(
            "account.id IN %s", self._recouvrement_find_debtors(companies).subselect()
        )

    @api.depends_context("company")
    @api.depends("account_type", "code", "non_trade", "reconcile")
    def _compute_recouvrement_is_debtors(self):
        debtors = self.filtered_domain(
            self._recouvrement_debtor_domain(self.env.company.root_id)
        )
        for account in self:
            account.recouvrement_is_debtors = account in debtors

    @api.model
    def _search_recouvrement_is_debtors(self, operator, value):
        if operator != "in":
            return NotImplemented
        return [("id", "in", self._recouvrement_find_debtors(self.env.companies))]
