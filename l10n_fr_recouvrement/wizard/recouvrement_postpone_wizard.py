from odoo import api, fields, models
from odoo.exceptions import UserError

from .. import law


class RecouvrementPostponeWizard(models.TransientModel):
    """Puts actions off to another day, with a reason."""

    _name = "recouvrement.postpone.wizard"
    _description = "Postpone recovery actions"

    action_ids = fields.Many2many("recouvrement.action", required=True)
    date = fields.Date(
        "New day", required=True, default=lambda self: self._default_date()
    )
    reason = fields.Char(required=True)

    @api.model
    def _default_date(self):
        return law.add_working_days(
            self.env.company._recouvrement_today(),
            1,
            self.env.company.recouvrement_alsace_moselle,
        )

    def action_confirm(self):
        """Put the actions off."""
        self.ensure_one()
        if self.date <= self.action_ids.company_id._recouvrement_today():
            raise UserError(self.env._("Choose a day from tomorrow on."))
        self.action_ids._postpone(self.date, self.reason.strip())
        return {"type": "ir.actions.client", "tag": "soft_reload"}
