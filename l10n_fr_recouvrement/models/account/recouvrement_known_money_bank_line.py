from odoo import api, models
from odoo.tools import SQL

from ... import law
from .recouvrement_known_money import Money


class RecouvrementKnownMoneyBankLine(models.AbstractModel):
    """A bank line in the name of the debtor that nobody matched."""

    _name = "recouvrement.known.money.bank_line"
    _description = "Receipt that waits to be matched"
    _inherit = "recouvrement.known.money"

    @api.model
    def _get_presence(self, company, date):
        # OVERRIDE
        self.env["account.bank.statement.line"].flush_model(
            ["partner_id", "is_reconciled", "amount"]
        )
        return SQL(
            """
            SELECT FROM account_bank_statement_line line
              JOIN contact ON contact.id = line.partner_id
             WHERE line.is_reconciled IS NOT TRUE AND line.amount > 0
            """
        )

    @api.model
    def _find(self, company, date, accounts):
        # OVERRIDE
        if self._is_absent():
            return []
        partner_ids = list({account.partner.id for account in accounts})
        lines = (
            self.env["account.bank.statement.line"]
            .sudo()
            .search(
                [
                    ("company_id", "=", company.id),
                    ("partner_id.commercial_partner_id", "in", partner_ids),
                    ("is_reconciled", "=", False),
                    ("amount", ">", 0),
                    ("date", "<=", date),
                    ("state", "=", "posted"),
                ],
                order="internal_index",
            )
        )
        return [
            Money(
                self,
                line.partner_id.commercial_partner_id.id,
                line.currency_id,
                law.to_decimal(line.amount, line.currency_id.decimal_places),
                line.date,
                line,
            )
            for line in lines
        ]

    @api.model
    def _get_reason(self):
        # OVERRIDE
        return self.env._("A receipt in the bank waits to be matched.")
