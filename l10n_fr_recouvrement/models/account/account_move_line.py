from odoo import api, models
from odoo.fields import Domain


class AccountMoveLine(models.Model):
    """Item of the account of a debtor, whatever it is called."""

    _inherit = "account.move.line"

    @api.model
    def _recouvrement_item_domain(self):
        """Domain of the open items of debtors: the receivables of trade."""
        return Domain(
            [
                ("parent_state", "=", "posted"),
                ("account_type", "=", "asset_receivable"),
                ("account_id.non_trade", "=", False),
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
