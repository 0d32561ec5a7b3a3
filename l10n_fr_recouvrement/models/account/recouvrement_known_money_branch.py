from odoo import api, models
from odoo.tools import SQL


class RecouvrementKnownMoneyBranch(models.AbstractModel):
    """What another branch of the company received of the debtor beyond what it is
    owed."""

    _name = "recouvrement.known.money.branch"
    _description = "Receipt in another branch"
    _inherit = "recouvrement.known.money.balance"

    @api.model
    def _get_balance_condition(self, company):
        # OVERRIDE
        others = (
            self.env["res.company"]
            .sudo()
            .search([("id", "child_of", company.root_id.id), ("id", "!=", company.id)])
        )
        if not others:
            return None
        return SQL(
            "line.company_id = ANY(%s) AND %s",
            others.ids,
            self.env["account.account"]._recouvrement_debtor_condition(others),
        )

    @api.model
    def _get_reason(self):
        # OVERRIDE
        return self.env._("A receipt in another branch waits to be matched.")
