from odoo import api, models

from .recouvrement_known_money import Money


class RecouvrementKnownMoneyCurrency(models.AbstractModel):
    """A receipt in another currency than that of the debts: at what rate it pays them
    is not for follow-up to say."""

    _name = "recouvrement.known.money.currency"
    _description = "Receipt in another currency"
    _inherit = "recouvrement.known.money"

    @api.model
    def _find(self, company, date, accounts):
        # OVERRIDE
        owing = {account.partner.id: account for account in accounts if account.debts}
        found = []
        for account in accounts:
            other = owing.get(account.partner.id)
            if account.debts or not other or other is account:
                continue
            unused = account.unused or {
                row["id"]: account.get_residual(row) for row in account.credits
            }
            found += [
                Money(
                    self,
                    account.partner.id,
                    account.currency,
                    unused[row["id"]],
                    row["date"],
                    self.env["account.move"].browse(row["move_id"]),
                )
                for row in account.credits
                if unused.get(row["id"])
            ]
        return found

    @api.model
    def _get_reason(self):
        # OVERRIDE
        return self.env._("A receipt in another currency waits to be matched.")
