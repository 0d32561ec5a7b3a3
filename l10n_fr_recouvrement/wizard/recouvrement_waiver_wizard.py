from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..const import DUE_STATES, MANAGER
from ..law import ZERO, to_decimal


class RecouvrementWaiverWizard(models.TransientModel):
    """Forgives penalties of one invoice, a debtor or a selection, with the reason."""

    _name = "recouvrement.waiver.wizard"
    _description = "Waive penalties"
    _inherit = "recouvrement.penalty.wizard.mixin"

    reason = fields.Text()
    stops = fields.Boolean(
        "No more penalties after today",
        help="The invoices chosen bear no penalties from tomorrow on.",
    )
    line_ids = fields.One2many(
        "recouvrement.waiver.wizard.line",
        "wizard_id",
        compute="_compute_line_ids",
        compute_sudo=False,
        store=True,
        readonly=False,
    )
    currency_id = fields.Many2one(related="company_id.currency_id", related_sudo=False)
    limit = fields.Monetary(compute="_compute_limit")
    needs_manager = fields.Boolean(compute="_compute_needs_manager")
    has_public = fields.Boolean(
        compute="_compute_has_public",
        help="Some of the invoices are to public bodies, whose interest cannot be "
        "waived (CCP art. L2192-14).",
    )

    @api.model
    def _sum_due(self, moves):
        """Return ``{move_id: {"interest": …, "indemnity": …}}`` that may be waived."""
        rows = {}
        for line in moves.recouvrement_penalty_line_ids:
            if line.state in DUE_STATES and line.kind != "cost":
                row = rows.setdefault(line.move_id.id, {})
                row[line.kind] = row.get(line.kind, ZERO) + to_decimal(
                    line.amount_due, line.currency_id.decimal_places
                )
        return rows

    @api.depends("move_ids")
    def _compute_line_ids(self):
        for wizard in self:
            wizard._check_readable()
            rows = self._sum_due(wizard.move_ids)
            unwaivable = {*wizard.move_ids._recouvrement_get_unwaivable()._origin.ids}
            wizard.line_ids = [
                Command.clear(),
                *(
                    Command.create(
                        {
                            "move_id": move_id,
                            "due_interest": float(row.get("interest", ZERO)),
                            "due_indemnity": float(row.get("indemnity", ZERO)),
                            "amount_interest": 0.0
                            if move_id in unwaivable
                            else float(row.get("interest", ZERO)),
                            "amount_indemnity": float(row.get("indemnity", ZERO)),
                        }
                    )
                    for move_id, row in rows.items()
                ),
            ]

    @api.depends("move_ids")
    def _compute_has_public(self):
        for wizard in self:
            wizard._check_readable()
            wizard.has_public = bool(wizard.move_ids._recouvrement_get_unwaivable())

    @api.depends("company_id")
    def _compute_limit(self):
        for wizard in self:
            wizard.company_id.check_access("read")
            wizard.limit = wizard.company_id.recouvrement_waiver_limit

    @api.depends("stops", "line_ids.amount_interest", "line_ids.amount_indemnity")
    def _compute_needs_manager(self):
        manager = self.env.user.has_group(MANAGER)
        for wizard in self:
            total = self.env["recouvrement.waiver"]._sum_company_amount(
                wizard._prepare_waivers() + wizard._prepare_granted()
            ) + sum(
                to_decimal(move.recouvrement_conceded or 0)
                for move in wizard.line_ids.move_id
            )
            wizard.needs_manager = not manager and (
                wizard.stops or total > to_decimal(wizard.limit)
            )

    def action_waive(self):
        """Grant the waivers."""
        self._confirm()
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def _confirm(self):
        """Grant the waivers that the lines make.

        :return: these waivers
        """
        self.ensure_one()
        self.env["recouvrement.action"].check_access("write")
        if not (self.reason or "").strip():
            raise UserError(
                self.env._("Say why the penalties are waived: it is kept with them.")
            )
        if self.needs_manager:
            raise UserError(
                self.env._(
                    "This is more than you may waive (%(limit)s): ask a recovery "
                    "manager.",
                    limit=self.currency_id.format(self.limit),
                )
            )
        self._check_moves(self.line_ids.move_id)
        self._check_amounts()
        vals_list = self._prepare_waivers()
        if not vals_list:
            raise UserError(self.env._("Enter an amount to be waived."))
        return self.env["recouvrement.waiver"]._grant(vals_list)

    def _check_amounts(self):
        due = self._sum_due(self.line_ids.move_id)
        if len(self.line_ids.move_id) < len(self.line_ids):
            raise UserError(self.env._("Waive the penalties of an invoice once."))
        for line in self.line_ids:
            if line.amount_interest or self.stops:
                line.move_id._recouvrement_check_waivable()
            owed = due.get(line.move_id.id, {})
            if not all(
                0
                <= to_decimal(line[f"amount_{kind}"])
                <= to_decimal(owed.get(kind, ZERO))
                for kind in ("interest", "indemnity")
            ):
                raise UserError(
                    self.env._(
                        "%s: no more can be waived than is due, and nothing negative.",
                        line.move_id.name,
                    )
                )

    def _prepare_granted(self):
        """What was waived of these invoices before: several small waivers need the same
        right as a big one."""
        return [
            {
                "move_id": waiver.move_id.id,
                "date": waiver.date,
                "amount_interest": waiver.amount_interest,
                "amount_indemnity": waiver.amount_indemnity,
            }
            for waiver in self.line_ids.move_id.recouvrement_waiver_ids
            if waiver.state == "granted"
        ]

    def _prepare_waivers(self):
        """Values of the waivers that the lines make."""
        self.ensure_one()
        return [
            {
                "move_id": line.move_id.id,
                "date": line.move_id.company_id._recouvrement_today(),
                "user_id": self.env.uid,
                "reason": (self.reason or "").strip(),
                "amount_interest": line.amount_interest,
                "amount_indemnity": line.amount_indemnity,
                "stops": self.stops,
            }
            for line in self.line_ids
            if line.amount_interest or line.amount_indemnity or self.stops
        ]


class RecouvrementWaiverWizardLine(models.TransientModel):
    """What is waived of one invoice."""

    _name = "recouvrement.waiver.wizard.line"
    _description = "Line of a waiver"
    _inherit = "recouvrement.penalty.wizard.line.mixin"

    wizard_id = fields.Many2one(
        "recouvrement.waiver.wizard", required=True, ondelete="cascade"
    )
    due_interest = fields.Monetary("Interest due", readonly=True)
    due_indemnity = fields.Monetary(
        "Indemnity due", currency_field="euro_id", readonly=True
    )
    amount_interest = fields.Monetary("Interest waived")
    amount_indemnity = fields.Monetary("Indemnity waived", currency_field="euro_id")
