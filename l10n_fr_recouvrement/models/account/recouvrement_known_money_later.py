from odoo import api, models

from .recouvrement_known_money import Money


class RecouvrementKnownMoneyLater(models.AbstractModel):
    """A payment or credit note entered already, and dated later."""

    _name = "recouvrement.known.money.later"
    _description = "Credit dated later"
    _inherit = "recouvrement.known.money"

    _sequence = 20
    _must_cover = True

    @api.model
    def _find(self, company, date, accounts):
        # OVERRIDE
        found = []
        for account in accounts:
            if account.later:
                rows = account.later
                found.append(
                    Money(
                        self,
                        account.partner.id,
                        account.currency,
                        sum(map(account.get_residual, rows)),
                        max(row["date"] for row in rows),
                        self.env["account.move"].browse(rows[0]["move_id"]),
                    )
                )
        return found

    @api.model
    def _get_reason(self):
        # OVERRIDE
        return self.env._("What is entered for a later day covers the debt.")
