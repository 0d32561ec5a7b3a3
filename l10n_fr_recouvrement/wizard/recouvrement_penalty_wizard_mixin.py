from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..const import FOLLOWED_TYPES


class RecouvrementPenaltyWizardMixin(models.AbstractModel):
    """Assistant that decides about penalties of one invoice, a debtor or a selection.

    Opened from these, it starts from penalties that are up to date.
    """

    _name = "recouvrement.penalty.wizard.mixin"
    _description = "Assistant on penalties"

    company_id = fields.Many2one("res.company", required=True, readonly=True)
    move_ids = fields.Many2many(
        "account.move", string="Invoices", required=True, readonly=True
    )

    @api.model
    def _open_for(self, moves, name):
        """Open the assistant for invoices of one company.

        :param str name: title of the window
        """
        self.check_access("create")
        moves = moves.filtered(self._may_be_late)
        if not moves:
            raise UserError(
                self.env._("Choose posted customer invoices: nothing else is late.")
            )
        self._check_moves(moves)
        self._keep_up(moves, moves.company_id._recouvrement_today())
        wizard = self.create(
            {"company_id": moves.company_id.id, "move_ids": [Command.set(moves.ids)]}
        )
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": self._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    @api.model
    def _may_be_late(self, move):
        """Whether an invoice may bear penalties: posted, and no debit note itself."""
        return (
            move.state == "posted"
            and move.move_type in FOLLOWED_TYPES
            and not move.recouvrement_is_debit_note
        )

    def _check_readable(self):
        """Nothing is computed on invoices that the user may not read."""
        moves = self.env["account.move"].browse(self.sudo().move_ids._origin.ids)
        moves.check_access("read")

    def _check_moves(self, moves):
        """Refuse what the screens would not have let anybody choose."""
        moves.check_access("read")
        companies = moves.company_id | self.company_id
        if len(companies) > 1 or companies - self.env.companies:
            raise UserError(self.env._("Choose invoices of one company, your own."))
        if not all(self._may_be_late(move) for move in moves):
            raise UserError(
                self.env._("Choose posted customer invoices: nothing else is late.")
            )

    @api.model
    def _keep_up(self, moves, date):
        """Bring the penalties of invoices up to a day.

        :raise UserError: when a rate or another fact of the law is missing
        """
        for error in moves._recouvrement_refresh_penalties(date).values():
            raise UserError(self.env["recouvrement.rate"]._get_missing_message(error))


class RecouvrementPenaltyWizardLineMixin(models.AbstractModel):
    """One invoice in an assistant that decides about penalties: interest in its own
    currency, the indemnity in the euros in which the law sets it."""

    _name = "recouvrement.penalty.wizard.line.mixin"
    _description = "Invoice of an assistant on penalties"

    move_id = fields.Many2one(
        "account.move", "Invoice", required=True, readonly=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        related="move_id.commercial_partner_id", related_sudo=False, string="Debtor"
    )
    currency_id = fields.Many2one(related="move_id.currency_id", related_sudo=False)
    euro_id = fields.Many2one("res.currency", compute="_compute_euro_id")

    @api.constrains("move_id")
    def _check_move(self):
        # constraints have every right
        self.sudo(False).move_id.check_access("read")

    def _compute_euro_id(self):
        self.euro_id = self.env.ref("base.EUR")
