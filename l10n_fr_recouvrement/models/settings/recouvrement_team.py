from odoo import api, fields, models
from odoo.exceptions import ValidationError


class RecouvrementTeam(models.Model):
    """People who answer for debtors together.

    Where the company chooses it, an officer sees and does what is of the teams they
    belong to, and of their members.
    """

    _name = "recouvrement.team"
    _description = "Recovery team"
    _order = "sequence, name, id"
    _check_company_auto = True
    _check_company_domain = models.check_company_domain_parent_of

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        "res.company",
        default=lambda self: self.env.company,
        help="Empty: the team serves every company.",
    )
    member_ids = fields.Many2many(
        "res.users",
        "recouvrement_team_member_rel",
        "team_id",
        "user_id",
        string="Members",
        domain="[('share', '=', False)]",
    )

    @api.constrains("member_ids")
    def _check_member_ids(self):
        for team in self:
            if strangers := team.member_ids.filtered("share"):
                raise ValidationError(
                    self.env._(
                        "%(users)s cannot be members of “%(team)s”: they are no "
                        "internal users.",
                        users=", ".join(strangers.mapped("name")),
                        team=team.name,
                    )
                )

    def _serves(self, company):
        """Whether this team, in use, works for ``company``."""
        self.ensure_one()
        return self.active and (
            not self.company_id or self.company_id in company.parent_ids
        )
