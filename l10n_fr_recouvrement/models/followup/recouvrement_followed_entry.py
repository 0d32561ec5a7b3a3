from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ...const import FOLLOWED_TYPES, PROFILES
from ..settings.batches import in_batches


class RecouvrementFollowedEntry(models.Model):
    """What a debtor owes by an entry that is no invoice, and that somebody wants
    claimed: an opening balance, a payment returned, a bill. Keeps where it stands in
    its procedure, as an invoice does."""

    _name = "recouvrement.followed.entry"
    _inherit = "recouvrement.guarded.mixin"
    _description = "Followed entry"
    _order = "date_due, id"

    name = fields.Char(
        "Label", required=True, help="What the debtor knows it by: letters print it."
    )
    active = fields.Boolean(default=True, help="Not claimed any more once archived.")
    line_id = fields.Many2one(
        "account.move.line", "Journal item", required=True, ondelete="cascade"
    )
    move_id = fields.Many2one(related="line_id.move_id", string="Entry")
    company_id = fields.Many2one(related="line_id.company_id", store=True)
    partner_id = fields.Many2one(
        "res.partner",
        "Debtor",
        compute="_compute_partner_id",
        store=True,
        index=True,
    )
    date_due = fields.Date("Due date", compute="_compute_date_due", store=True)
    currency_id = fields.Many2one(related="line_id.currency_id")
    amount_residual = fields.Monetary(
        related="line_id.amount_residual_currency", string="Left"
    )
    profile = fields.Selection(PROFILES, "Debtor profile", required=True)
    procedure_id = fields.Many2one(
        "recouvrement.procedure", index="btree_not_null", ondelete="restrict"
    )
    stage_id = fields.Many2one(
        "recouvrement.stage", "Stage reached", readonly=True, ondelete="restrict"
    )
    stage_date = fields.Date("Stage reached on", readonly=True)
    presented_date = fields.Date("Letter presented on", readonly=True)
    cycle_date = fields.Date(readonly=True)
    deadline = fields.Date("Deadline granted", readonly=True)

    _line_unique = models.Constraint(
        "UNIQUE(line_id)", "This journal item is followed already."
    )

    @api.depends("line_id.partner_id.commercial_partner_id")
    def _compute_partner_id(self):
        for entry in self:
            entry.partner_id = entry.line_id.partner_id.commercial_partner_id

    @api.depends("line_id.date_maturity", "line_id.date")
    def _compute_date_due(self):
        for entry in self:
            entry.date_due = entry.line_id.date_maturity or entry.line_id.date

    @api.constrains("line_id")
    def _check_line_id(self):
        for entry in self:
            line = entry.line_id
            account = line.account_id.sudo().with_company(line.company_id)
            if (
                line.move_id.move_type in FOLLOWED_TYPES
                or not account.recouvrement_is_debtors
                or not line.partner_id
                or line.balance <= 0
            ):
                raise ValidationError(
                    self.env._(
                        "%s is nothing that a customer owes by an entry: only debits "
                        "of a customer account, other than invoices, are followed so.",
                        line.display_name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS base: where it stands is written by its actions
        lines = self.env["account.move.line"].browse(
            vals["line_id"] for vals in vals_list
        )
        terms = self._prepare_terms(lines)
        return super().create(
            [
                {**terms[line], "name": vals.get("name") or terms[line]["name"]}
                for line, vals in zip(lines, vals_list, strict=True)
            ]
        )

    @api.model
    def _prepare_terms(self, lines):
        """``{line: values}`` that entries are followed with: as an invoice posted
        today would be, or as the invoice whose debt lives on in them."""
        terms = {}
        for company, part in lines.grouped("company_id").items():
            debtors = part.partner_id.commercial_partner_id
            procedures = debtors._recouvrement_procedures(company)
            for line in part:
                debtor = line.partner_id.commercial_partner_id
                terms[line] = {
                    "line_id": line.id,
                    "name": line.name or line.move_id.ref or line.move_id.name,
                    "profile": debtor.sudo().recouvrement_profile or "business",
                    "procedure_id": procedures[debtor].id,
                    **self._prepare_origin_terms(line),
                }
        return terms

    @api.model
    def _prepare_origin_terms(self, line):
        """What an entry has of the one invoice that was moved to it, as to doubtful
        debts: its number, its terms, and where it stands, so that nothing softer
        follows what was claimed. One that is due later, as a bill is, starts afresh."""
        origin = self.env["account.move"].union(
            *(due.move_id for due, _amount in line.sudo()._recouvrement_get_origins())
        )
        if len(origin) != 1:
            return {}
        terms = {"name": origin.name}
        if not origin.recouvrement_procedure_id:
            return terms
        terms |= {
            "profile": origin.recouvrement_profile,
            "procedure_id": origin.recouvrement_procedure_id.id,
        }
        reached = origin.recouvrement_stage_date
        if reached and not (line.date_maturity and line.date_maturity > reached):
            terms |= {
                "stage_id": origin.recouvrement_stage_id.id,
                "stage_date": reached,
                "presented_date": origin.recouvrement_presented_date,
                "cycle_date": line.date_maturity or line.date,
                "deadline": origin.recouvrement_deadline,
            }
        return terms

    def write(self, vals):
        # EXTENDS guarded mixin: what is claimed no more is out of follow-up as Odoo
        # has it
        res = super().write(vals)
        if "active" in vals:
            self.line_id.sudo().no_followup = not vals["active"]
        return res

    def _get_editable(self):
        # OVERRIDE
        return {"name", "active"}

    def _get_unlink_error(self):
        # OVERRIDE
        claimed = self.sudo().filtered("stage_id")
        return claimed and UserError(
            self.env._(
                "%s was claimed: archive it to claim it no more.", claimed[0].name
            )
        )

    @api.model
    def _follow(self, lines):
        """Follow what is owed by entries, those that somebody gave up as well."""
        known = self.with_context(active_test=False).search(
            [("line_id", "in", lines.ids)]
        )
        known.filtered(lambda entry: not entry.active).active = True
        # Odoo leaves what comes from general journals out of follow-up.
        lines.sudo().no_followup = False
        new = lines - known.line_id
        return known | self.create([{"line_id": line.id} for line in new])

    @api.model
    def _follow_all(self, company, start_date=None):
        """Follow all that is owed to a company by entries and falls due from
        ``start_date`` on."""
        domain = self.env["account.move.line"]._recouvrement_entry_domain() & Domain(
            "company_id", "=", company.id
        )
        if start_date:
            domain &= Domain("date_maturity", ">=", start_date) | (
                Domain("date_maturity", "=", False) & Domain("date", ">=", start_date)
            )
        for part in in_batches(self.env["account.move.line"].search(domain)):
            self._follow(part)
