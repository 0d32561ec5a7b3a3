from odoo import api, fields, models
from odoo.exceptions import UserError

from ...const import ACCOUNTING


class ResUsers(models.Model):
    """Recovery officer: the teams they belong to; who approved or sent an action stays
    known."""

    _inherit = "res.users"

    recouvrement_team_ids = fields.Many2many(
        "recouvrement.team",
        "recouvrement_team_member_rel",
        "user_id",
        "team_id",
        string="Recovery teams",
        copy=False,
        groups=ACCOUNTING,
    )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_recouvrement_signed(self):
        action = (
            self.env["recouvrement.action"]
            .sudo()
            .search(
                ["|", ("approver_id", "in", self.ids), ("sender_id", "in", self.ids)],
                limit=1,
            )
        )
        if action:
            raise UserError(
                self.env._(
                    "%(user)s approved or sent %(action)s, which proves it: archive "
                    "the user instead.",
                    user=((action.approver_id | action.sender_id) & self)[0].name,
                    action=action.name,
                )
            )
