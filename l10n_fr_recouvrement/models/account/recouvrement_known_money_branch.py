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
        other_ids = [
            branch_id
            for branch_id in company._recouvrement_get_branch_ids()
            if branch_id != company.id
        ]
        if not other_ids:
            return None
        return SQL(
            "line.company_id = ANY(%s) AND %s",
            other_ids,
            self.env["account.account"]._recouvrement_debtor_condition(
                self.env["res.company"].browse(other_ids)
            ),
        )

    @api.model
    def _get_reason(self):
        # OVERRIDE
        return self.env._("A receipt in another branch waits to be matched.")
