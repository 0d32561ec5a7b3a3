from odoo import api, models
from odoo.tools import SQL

from ... import law
from .recouvrement_known_money import Money

# What is open of an item, on an account that is reconciled or not.
OPEN = SQL(
    "CASE WHEN account.reconcile THEN line.amount_residual ELSE line.balance END"
)


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
    def _get_balance_amount(self):
        """The balance in favour of the debtor, of all its items together, over
        ``line``, ``account`` and ``move``."""
        return SQL("-SUM(%s)", OPEN)

    @api.model
    def _get_record(self, partner_id, move_id):
        """Where somebody sets it right.

        :param move_id: the last entry in favour of the debtor
        """
        return self.env["res.partner"].browse(partner_id)

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
             WHERE %s AND %s < 0
            """,
            self._get_open_condition(date, condition),
            OPEN,
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
                self._get_record(partner_id, move_id),
            )
            for partner_id, amount, day, move_id in self.env.execute_query(
                SQL(
                    """
                    WITH partner AS MATERIALIZED (
                        SELECT id, commercial_partner_id
                          FROM res_partner
                         WHERE commercial_partner_id = ANY(%(partners)s)
                    )
                    SELECT partner.commercial_partner_id, %(amount)s, MAX(line.date),
                           (ARRAY_AGG(line.move_id ORDER BY line.date DESC, line.id)
                            FILTER (WHERE line.balance < 0))[1]
                      FROM account_move_line line
                      JOIN account_move move ON move.id = line.move_id
                      JOIN account_account account ON account.id = line.account_id
                      JOIN partner ON partner.id = line.partner_id
                     WHERE %(open)s
                     GROUP BY partner.commercial_partner_id, line.company_id
                    HAVING %(amount)s > 0
                    """,
                    amount=self._get_balance_amount(),
                    partners=partner_ids,
                    open=self._get_open_condition(date, condition),
                )
            )
        ]
