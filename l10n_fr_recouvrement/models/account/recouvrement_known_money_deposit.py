from odoo import api, models
from odoo.tools import SQL

from .recouvrement_known_money_balance import OPEN

# Advances and deposits received on orders, in the French chart.
DEPOSITS = "4191"


class RecouvrementKnownMoneyDeposit(models.AbstractModel):
    """A deposit that the debtor paid and that nobody set off against an invoice.

    What an invoice of a deposit books there is no money: it is claimed as any other,
    and the final invoice takes it back.
    """

    _name = "recouvrement.known.money.deposit"
    _description = "Deposit received"
    _inherit = "recouvrement.known.money.balance"

    @api.model
    def _get_balance_condition(self, company):
        # OVERRIDE
        accounts = self.env["account.account"].sudo().with_company(company)
        if not accounts._recouvrement_has_french_codes(company):
            return None
        found = accounts.with_context(active_test=False)._search(
            [("code", "=like", f"{DEPOSITS}%")]
        )
        return SQL(
            "line.company_id = %s AND account.id IN %s", company.id, found.subselect()
        )

    @api.model
    def _get_balance_amount(self):
        # EXTENDS known money
        return SQL(
            "LEAST(%s, COALESCE(-SUM(%s) FILTER (WHERE move.move_type = 'entry'), 0))",
            super()._get_balance_amount(),
            OPEN,
        )

    @api.model
    def _get_record(self, partner_id, move_id):
        # OVERRIDE
        return self.env["account.move"].browse(move_id)

    @api.model
    def _get_reason(self):
        # OVERRIDE
        return self.env._("A deposit waits to be set off.")
