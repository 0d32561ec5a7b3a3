from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

# Invoices that payments without an entry pay part of, and how much: Odoo has the whole
# of them in payment, the books have them open. Certain payments alone: in the currency
# of the invoice, and for it only.
UNDER_WAY = """
    SELECT invoice.id AS move_id, SUM(payment.amount) AS amount
      FROM account_payment payment
      JOIN account_move__account_payment matched ON matched.payment_id = payment.id
      JOIN account_move invoice ON invoice.id = matched.invoice_id
     WHERE %s
       AND payment.state = 'in_process'
       AND payment.move_id IS NULL
       AND invoice.payment_state = 'in_payment'
     GROUP BY invoice.id, invoice.amount_residual
    HAVING SUM(payment.amount) < invoice.amount_residual
       AND BOOL_AND(payment.payment_type = 'inbound'
                    AND payment.currency_id = invoice.currency_id
                    AND NOT EXISTS (
                        SELECT FROM account_move__account_payment other
                         WHERE other.payment_id = payment.id
                           AND other.invoice_id != invoice.id))
"""
# Of one, for a lateral join.
UNDER_WAY_OF_MOVE = SQL(
    UNDER_WAY, SQL("invoice.id = move.id AND move.payment_state = 'in_payment'")
)


class AccountMove(models.Model):
    """Invoice that a payment under way pays part of: the rest is owed, and claimed."""

    _inherit = "account.move"

    @api.model
    def _recouvrement_partly_paid_domain(self):
        """Domain of the invoices that payments under way pay part of."""
        self.env["account.payment"].flush_model()
        return Domain("payment_state", "=", "in_payment") & Domain(
            "id",
            "in",
            SQL("(SELECT move_id FROM (%s) under_way)", SQL(UNDER_WAY, SQL("TRUE"))),
        )

    def _recouvrement_is_partly_paid(self):
        """Whether payments under way pay part of this invoice, as :data:`UNDER_WAY`
        says of many."""
        self.ensure_one()
        if self.payment_state != "in_payment":
            return False
        payments = self.sudo().matched_payment_ids.filtered(
            lambda payment: payment.state == "in_process" and not payment.move_id
        )
        return (
            bool(payments)
            and all(
                payment.payment_type == "inbound"
                and payment.currency_id == self.currency_id
                and len(payment.invoice_ids) == 1
                for payment in payments
            )
            and self.currency_id.compare_amounts(
                sum(payments.mapped("amount")), self.amount_residual
            )
            < 0
        )
