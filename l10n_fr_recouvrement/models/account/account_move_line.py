from odoo import api, models
from odoo.fields import Domain

from ...const import FOLLOWED_TYPES


class AccountMoveLine(models.Model):
    """Item of the account of a debtor, whatever it is called."""

    _inherit = "account.move.line"

    @api.model
    def _recouvrement_item_domain(self):
        """Domain of the open items on the accounts of debtors of the companies that the
        user works for."""
        debtors = self.env["account.account"]._recouvrement_find_debtors(
            self.env.companies | self.env.company
        )
        return Domain(
            [
                ("parent_state", "=", "posted"),
                ("account_id", "in", debtors),
                ("reconciled", "=", False),
            ]
        )

    @api.model
    def _recouvrement_overdue_domain(self, date):
        """Domain of what was to be paid before ``date``; an entry that names no day, on
        its own."""
        return (
            self._recouvrement_item_domain()
            & Domain("amount_residual", ">", 0)
            & (
                Domain("date_maturity", "<", date)
                | Domain("date_maturity", "=", False) & Domain("date", "<", date)
            )
        )

    def _recouvrement_get_origins(self, seen=()):
        """The due lines of invoices whose debt lives on in this item, which an entry
        moved there, through as many of these as there are; none where an entry moves
        them to several items of one debtor.

        :return: list of ``(due line, part of it that was moved, in its currency)``,
            in order of due date
        """
        self.ensure_one()
        others = self.move_id.line_ids.filtered(
            lambda line: line != self and line.partner_id == self.partner_id
        )
        if self.move_id.id in seen or any(line.balance > 0 for line in others):
            return []
        origins = []
        for partial in others.matched_debit_ids:
            source = partial.debit_move_id
            if source.move_id.move_type in FOLLOWED_TYPES:
                origins.append((source, partial.debit_amount_currency))
            else:
                origins += source._recouvrement_get_origins((*seen, self.move_id.id))
        return sorted(
            origins, key=lambda origin: (origin[0].date_maturity, origin[0].id)
        )
