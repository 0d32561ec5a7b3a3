from odoo import api, models
from odoo.tools import SQL

from ... import law
from .recouvrement_known_money import Money


class RecouvrementKnownMoneyPayment(models.AbstractModel):
    """A payment under way that has no entry: for no invoice, or for part of one, which
    letters deduct."""

    _name = "recouvrement.known.money.payment"
    _description = "Payment under way"
    _inherit = "recouvrement.known.money"

    @api.model
    def _get_presence(self, company, date):
        # OVERRIDE
        self.env["account.payment"].flush_model(["partner_id", "state", "move_id"])
        return SQL(
            """
            SELECT FROM account_payment payment
              JOIN contact ON contact.id = payment.partner_id
             WHERE payment.state = 'in_process' AND payment.move_id IS NULL
            """
        )

    @api.model
    def _find(self, company, date, accounts):
        # OVERRIDE
        if self._is_absent():
            return []
        partner_ids = list({account.partner.id for account in accounts})
        partly_paid = {
            row["move_id"]
            for account in accounts
            for row in account.items
            if row["under_way"]
        }
        payments = (
            self.env["account.payment"]
            .sudo()
            .search(
                [
                    ("company_id", "=", company.id),
                    ("partner_id.commercial_partner_id", "in", partner_ids),
                    ("payment_type", "=", "inbound"),
                    ("partner_type", "=", "customer"),
                    ("state", "=", "in_process"),
                    ("move_id", "=", False),
                    "|",
                    "&",
                    ("invoice_ids", "=", False),
                    ("date", "<=", date),
                    ("invoice_ids", "in", list(partly_paid)),
                ],
                order="date, id",
            )
        )
        return [
            Money(
                self,
                payment.partner_id.commercial_partner_id.id,
                payment.currency_id,
                law.to_decimal(payment.amount, payment.currency_id.decimal_places),
                payment.date,
                payment,
            )
            for payment in payments
        ]

    @api.model
    def _get_reason(self):
        # OVERRIDE
        return self.env._("A payment is under way.")

    @api.model
    def _get_detail(self, money):
        # EXTENDS known money
        detail = super()._get_detail(money)
        if money.record.invoice_ids:
            return self.env._("%s, deducted", detail)
        return detail

    @api.model
    def _holds(self, money, owed, currency, company):
        # EXTENDS known money: what is deducted keeps nothing back
        return not money.record.invoice_ids and super()._holds(
            money, owed, currency, company
        )
