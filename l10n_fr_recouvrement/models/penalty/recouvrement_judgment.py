from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ... import law
from ..settings.recouvrement_guarded_mixin import get_given


class RecouvrementJudgment(models.Model):
    """What a court awarded on invoices, and the interest that runs from then on."""

    _name = "recouvrement.judgment"
    _description = "Judgment"
    _inherit = ["recouvrement.thread.mixin"]
    _order = "date desc, id desc"
    _check_company_auto = True

    name = fields.Char(
        "Reference", required=True, tracking=True, help="Number on the register (RG)."
    )
    court = fields.Char(tracking=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Debtor",
        required=True,
        index=True,
        domain="[('parent_id', '=', False)]",
        check_company=True,
    )
    move_ids = fields.Many2many(
        "account.move",
        "recouvrement_judgment_move_rel",
        "judgment_id",
        "move_id",
        "Invoices",
        required=True,
        check_company=True,
        domain="[('commercial_partner_id', '=', partner_id), "
        "('company_id', '=', company_id), ('state', '=', 'posted'), "
        "('invoice_date', '<=', date), "
        "('move_type', 'in', ('out_invoice', 'out_receipt'))]",
    )
    date = fields.Date("Given on", required=True, tracking=True)
    rule = fields.Selection(
        [
            ("legal", "Legal interest"),
            ("penalties", "Unchanged: penalties of the invoices, or a judgment before"),
        ],
        "Interest awarded",
        default="legal",
        required=True,
        tracking=True,
    )
    date_interest = fields.Date(
        "Legal interest from",
        tracking=True,
        help="First day at the legal rate, where the court set one; else the day of "
        "the judgment (C. civ. art. 1231-7).",
    )
    date_enforceable = fields.Date(
        "Enforceable on",
        tracking=True,
        help="Day that the judgment became enforceable, even provisionally. Two months "
        "later the legal rate is raised by 5 points (CMF art. L313-3).",
    )
    date_capitalised = fields.Date(
        "Capitalisation claimed on",
        tracking=True,
        help="Day of the claim that the court granted: from then on interest due for a "
        "full year bears interest (C. civ. art. 1343-2). Empty: none.",
    )

    date_grace_from = fields.Date(
        "Time granted from",
        tracking=True,
        help="Time to pay granted by the judge, two years at most: no penalties are "
        "incurred while it runs (C. civ. art. 1343-5).",
    )
    date_grace_to = fields.Date("Time granted to", tracking=True)
    grace_rate = fields.Float(
        "Rate while it runs (%)",
        digits=(7, 4),
        tracking=True,
        help="Where the judge set a reduced rate; else 0.",
    )

    @api.constrains("date_grace_from", "date_grace_to", "grace_rate")
    def _check_grace(self):
        facts = self.env["recouvrement.legal.fact"]._get_table()
        for judgment in self:
            start, end = judgment.date_grace_from, judgment.date_grace_to
            years = int(facts.at("grace", start or judgment.date).value)
            if bool(start) != bool(end) or (
                start and not start <= end < law.add_years(start, years)
            ):
                raise ValidationError(
                    self.env._(
                        "%(judgment)s: the time granted has a first and a last day, "
                        "%(years)s years apart at most (C. civ. art. 1343-5).",
                        judgment=judgment.name,
                        years=years,
                    )
                )

    @api.constrains("date", "date_enforceable", "date_interest", "move_ids")
    def _check_judgment(self):
        for judgment in self:
            if judgment.date_enforceable and judgment.date_enforceable < judgment.date:
                raise ValidationError(
                    self.env._(
                        "%s: a judgment is not enforceable before it is given.",
                        judgment.name,
                    )
                )
            later = [
                move
                for move in judgment.move_ids
                if move.invoice_date and move.invoice_date > judgment.date
            ]
            if later:
                raise ValidationError(
                    self.env._(
                        "%(judgment)s: %(invoice)s is later than the judgment.",
                        judgment=judgment.name,
                        invoice=later[0].display_name,
                    )
                )
            if judgment.move_ids.commercial_partner_id - judgment.partner_id:
                raise ValidationError(
                    self.env._(
                        "%(judgment)s: choose invoices of %(debtor)s only.",
                        judgment=judgment.name,
                        debtor=judgment.partner_id.display_name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS base: interest follows the judgment
        moves = self._get_named_moves(vals_list)
        if "move_ids" in get_given(self, []):
            moves |= self._get_named_moves([self.default_get(["move_ids"])])
        with moves._recouvrement_conceding():
            judgments = super().create(vals_list)
            judgments.move_ids._recouvrement_follow_payments()
        return judgments

    def write(self, vals):
        # EXTENDS base
        before = self.move_ids
        with (before | self._get_named_moves([vals]))._recouvrement_conceding():
            res = super().write(vals)
            (before | self.move_ids)._recouvrement_follow_payments()
        return res

    def unlink(self):
        # EXTENDS base
        moves = self.move_ids
        with moves._recouvrement_conceding():
            res = super().unlink()
            moves._recouvrement_follow_payments()
        return res

    @api.model
    def _get_named_moves(self, vals_list):
        """Invoices that values link to judgments."""
        moves = self.env["account.move"]
        for vals in vals_list:
            if vals.get("move_ids"):
                linked = self.new({"move_ids": vals["move_ids"]}).move_ids
                moves |= linked._origin.exists()
        return moves
