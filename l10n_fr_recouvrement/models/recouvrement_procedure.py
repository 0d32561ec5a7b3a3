from odoo import api, fields, models
from odoo.exceptions import ValidationError

PROFILES = [
    ("business", "Business"),
    ("consumer", "Consumer"),
    ("public", "Public body"),
]


class RecouvrementProcedure(models.Model):
    """An ordered road of stages for debtors of one profile."""

    _name = "recouvrement.procedure"
    _description = "Recovery procedure"
    _order = "profile, sequence, id"
    _check_company_auto = True
    _check_company_domain = models.check_company_domain_parent_of

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(
        default=10,
        help="The first procedure of a profile is the default one of its debtors.",
    )
    profile = fields.Selection(PROFILES, required=True, default="business")
    company_id = fields.Many2one(
        "res.company", help="Empty: the procedure serves every company."
    )
    stage_ids = fields.One2many("recouvrement.stage", "procedure_id", copy=True)
    stage_count = fields.Integer(compute="_compute_stage_count")

    @api.depends("stage_ids")
    def _compute_stage_count(self):
        for procedure in self:
            procedure.stage_count = len(procedure.stage_ids)

    @api.model
    def _get_default(self, company, profile):
        """Procedure that a debtor of ``profile`` follows in ``company`` when nobody
        chose one: the company's own first, then the shared ones, by sequence."""
        candidates = self.sudo().search(
            [
                *self._check_company_domain(company),
                ("profile", "=", profile),
            ]
        )
        return candidates.sorted(lambda procedure: not procedure.company_id)[:1]

    def _refresh_open_invoices(self):
        """Plan anew the next step of the open invoices that follow these procedures."""
        moves = (
            self.env["account.move"]
            .sudo()
            .search(
                [
                    ("recouvrement_procedure_id", "in", self.ids),
                    ("payment_state", "in", ("not_paid", "partial")),
                ]
            )
        )
        self.env.add_to_compute(moves._fields["recouvrement_next_date"], moves)

    @api.constrains("profile")
    def _check_profile(self):
        self.stage_ids._check_consumer_penalties()
        for procedure in self:
            misled = (
                self.env["account.move"]
                .sudo()
                .search_count(
                    [
                        ("recouvrement_procedure_id", "=", procedure.id),
                        ("recouvrement_profile", "!=", procedure.profile),
                    ],
                    limit=1,
                )
            )
            if misled:
                raise ValidationError(
                    self.env._(
                        "Invoices follow “%s”: duplicate it for another profile.",
                        procedure.name,
                    )
                )

    def copy_data(self, default=None):
        # EXTENDS base: a copy is told from its model
        vals_list = super().copy_data(default)
        if "name" not in (default or {}):
            for procedure, vals in zip(self, vals_list, strict=True):
                vals["name"] = self.env._("%s (copy)", procedure.name)
        return vals_list
