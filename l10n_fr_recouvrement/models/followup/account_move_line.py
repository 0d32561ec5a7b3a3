from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...const import FOLLOWED_TYPES


class AccountMoveLine(models.Model):
    """Due item that is no invoice, and that somebody may have follow-up claim."""

    _inherit = "account.move.line"

    @api.model
    def _recouvrement_entry_domain(self):
        """Domain of what debtors owe by entries that nobody follows."""
        followed = self.env["recouvrement.followed.entry"].sudo()._search([])
        return (
            self._recouvrement_item_domain()
            & Domain("amount_residual", ">", 0)
            & Domain("partner_id", "!=", False)
            & Domain("move_id.move_type", "not in", FOLLOWED_TYPES)
            & Domain("id", "not in", followed.subselect("line_id"))
        )

    def action_recouvrement_follow(self):
        """Have follow-up claim what is owed by these entries."""
        self.check_access("read")
        self.env["recouvrement.followed.entry"].check_access("create")
        lines = self.search(
            self._recouvrement_entry_domain() & Domain("id", "in", self.ids)
        )
        if not lines:
            raise UserError(
                self.env._("Nothing of this is owed by an entry that nobody follows.")
            )
        self.env["recouvrement.followed.entry"]._follow(lines)
        return {"type": "ir.actions.client", "tag": "soft_reload"}
