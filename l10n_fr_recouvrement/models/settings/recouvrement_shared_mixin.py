from odoo import models
from odoo.exceptions import AccessError


class RecouvrementSharedMixin(models.AbstractModel):
    """What all companies share, rates and shipped procedures, is changed by whoever
    works for each company that it is used in, or administers them all."""

    _name = "recouvrement.shared.mixin"
    _description = "Record shared by all companies"

    def _check_access(self, operation):
        # EXTENDS base
        result = super()._check_access(operation)
        if result or operation == "read" or self.env.su:
            return result
        shared = self._filter_shared()
        if not shared or self._works_for_all():
            return result
        return shared, lambda: AccessError(
            self.env._(
                "%s: other companies than yours use it. Copy the procedure for your "
                "company, or ask an administrator.",
                shared[:1].sudo().display_name,
            )
        )

    def _filter_shared(self):
        """Those of these records that are of no company."""
        if "company_id" not in self._fields:
            return self
        return self.filtered(lambda record: not record.sudo().company_id)

    def _works_for_all(self):
        """Whether no company of somebody else has invoices that are followed."""
        user = self.env.user
        if user.has_group("base.group_system"):
            return True
        others = self.env["res.company"].sudo()
        others = others.search([("id", "not in", user.company_ids.ids)])
        return not others or not self.env["account.move"].sudo().search_count(
            [("company_id", "in", others.ids), ("recouvrement_profile", "!=", False)],
            limit=1,
        )
