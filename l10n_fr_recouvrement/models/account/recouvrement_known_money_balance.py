from odoo import api, models
from odoo.tools import SQL

from ... import law
from .recouvrement_known_money import Money


class RecouvrementKnownMoneyBalance(models.AbstractModel):
    """Money of the debtor on another account: the base of those that read a balance in
    the currency of the company."""

    _name = "recouvrement.known.money.balance"
    _description = "Balance in favour of a debtor"
    _inherit = "recouvrement.known.money"

    @api.model
    def _get_balance_condition(self, company):
        """The open items that make the balance, over ``line`` and ``account``, or None
        where there are none. Hook."""
        return None

    @api.model
    def _get_presence(self, company, date):
        # OVERRIDE
        condition = self._get_balance_condition(company)
        if condition is None:
            return None
        self.env["account.move.line"].flush_model()
        return SQL(
            """
            SELECT FROM account_move_line line
              JOIN account_account account ON account.id = line.account_id
              JOIN contact ON contact.id = line.partner_id
             WHERE %s AND line.amount_residual < 0
            """,
            self._get_open_condition(date, condition),
        )

    @api.model
    def _get_open_condition(self, date, condition):
        return SQL(
            """
                line.parent_state = 'posted'
            AND line.reconciled IS NOT TRUE
            AND line.date <= %s
            AND %s
            """,
            date,
            condition,
        )

    @api.model
    def _find(self, company, date, accounts):
        # OVERRIDE
        if self._is_absent():
            return []
        condition = self._get_balance_condition(company)
        partner_ids = list({account.partner.id for account in accounts})
        if condition is None or not partner_ids:
            return []
        currency = company.currency_id
        return [
            Money(
                self,
                partner_id,
                currency,
                law.to_decimal(amount, currency.decimal_places),
                day,
                self.env["res.partner"].browse(partner_id),
            )
            for partner_id, amount, day in self.env.execute_query(
                SQL(
                    """
                    WITH partner AS MATERIALIZED (
                        SELECT id, commercial_partner_id
                          FROM res_partner
                         WHERE commercial_partner_id = ANY(%s)
                    )
                    SELECT partner.commercial_partner_id, -SUM(line.amount_residual),
                           MAX(line.date)
                      FROM account_move_line line
                      JOIN account_account account ON account.id = line.account_id
                      JOIN partner ON partner.id = line.partner_id
                     WHERE %s
                     GROUP BY partner.commercial_partner_id, line.company_id
                    HAVING SUM(line.amount_residual) < 0
                    """,
                    partner_ids,
                    self._get_open_condition(date, condition),
                )
            )
        ]
