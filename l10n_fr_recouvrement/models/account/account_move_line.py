from odoo import api, models
from odoo.fields import Domain


class AccountMoveLine(models.Model):
    """Item of the account of a debtor, whatever it is called."""

    _inherit = "account.move.line"

    @api.model
    def _recouvrement_item_domain(self):
        """Domain of the open items on the accounts of debtors of the companies that the
        user works for."""
        debtors = self.env["account.account"]._recouvrement_find_debtors(
            self.env.companies | self.env.company
        )
        return Domain(
            [
                ("parent_state", "=", "posted"),
                ("account_id", "in", debtors),
                ("reconciled", "=", False),
            ]
        )

    @api.model
    def _recouvrement_overdue_domain(self, date):
        """Domain of what was to be paid before ``date``; an entry that names no day, on
        its own."""
        return (
            self._recouvrement_item_domain()
            & Domain("amount_residual", ">", 0)
            & (
                Domain("date_maturity", "<", date)
                | Domain("date_maturity", "=", False) & Domain("date", "<", date)
            )
        )
