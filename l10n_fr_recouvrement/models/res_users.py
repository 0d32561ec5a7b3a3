from odoo import fields, models

from .account_move import ACCOUNTING


class ResUsers(models.Model):
    """Recovery officer: the teams they belong to."""

    _inherit = "res.users"

    recouvrement_team_ids = fields.Many2many(
        "recouvrement.team",
        "recouvrement_team_member_rel",
        "user_id",
        "team_id",
        string="Recovery teams",
        groups=ACCOUNTING,
    )
