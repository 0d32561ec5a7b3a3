from odoo import api, models
from odoo.tools import SQL


class RecouvrementKnownMoneyPayable(models.AbstractModel):
    """What the company owes the debtor as its customer: either may set it off."""

    _name = "recouvrement.known.money.payable"
    _description = "What is owed to the debtor"
    _inherit = "recouvrement.known.money.balance"

    _sequence = 30
    _must_cover = True

    @api.model
    def _get_balance_condition(self, company):
        # OVERRIDE
        return SQL(
            "line.company_id = %s AND account.account_type = 'liability_payable'"
            " AND account.non_trade IS NOT TRUE",
            company.id,
        )

    @api.model
    def _get_reason(self):
        # OVERRIDE
        return self.env._("You owe this debtor as much: see whether it is set off.")
