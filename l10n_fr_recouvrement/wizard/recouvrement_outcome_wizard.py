from odoo import api, fields, models
from odoo.exceptions import UserError


class RecouvrementOutcomeWizard(models.TransientModel):
    """Asks what came of a call, a visit or a task: the note, the promise, what is
    disputed."""

    _name = "recouvrement.outcome.wizard"
    _description = "Outcome of a call, a visit or a task"
    _inherit = "recouvrement.action.wizard.mixin"

    partner_id = fields.Many2one(related="action_id.partner_id", related_sudo=False)
    outcome = fields.Selection(
        selection=lambda self: (
            self.env["recouvrement.action"]
            ._fields["outcome"]
            ._description_selection(self.env)
        ),
        required=True,
        readonly=True,
    )
    hint = fields.Text(compute="_compute_asked")
    asks_day = fields.Boolean(compute="_compute_asked")
    asks_amount = fields.Boolean(compute="_compute_asked")
    asks_moves = fields.Boolean(compute="_compute_asked")
    needs_note = fields.Boolean(compute="_compute_asked")
    note = fields.Text("What was said")
    currency_id = fields.Many2one(related="action_id.currency_id", related_sudo=False)
    promise_date = fields.Date(
        "Pays on",
        compute="_compute_promise_date",
        compute_sudo=False,
        store=True,
        readonly=False,
    )
    promise_amount = fields.Monetary(
        "Amount",
        compute="_compute_promise_amount",
        compute_sudo=False,
        store=True,
        readonly=False,
    )
    invoice_ids = fields.Many2many(
        "account.move", compute="_compute_invoice_ids", string="Invoices claimed"
    )
    move_ids = fields.Many2many(
        "account.move",
        string="Disputed invoices",
        compute="_compute_move_ids",
        compute_sudo=False,
        store=True,
        readonly=False,
        domain="[('id', 'in', invoice_ids)]",
    )

    def _get_outcome_service(self):
        return self.env["recouvrement.outcome"]._get(self.outcome)

    @api.depends("outcome")
    def _compute_asked(self):
        for wizard in self:
            outcome = wizard._get_outcome_service()
            wizard.hint = outcome._get_hint()
            wizard.asks_day = outcome._asks_day
            wizard.asks_amount = outcome._is_promise
            wizard.asks_moves = outcome._asks_moves
            wizard.needs_note = outcome._needs_note

    @api.depends("action_id", "outcome")
    def _compute_promise_date(self):
        for wizard in self:
            outcome = wizard._get_outcome_service()
            wizard.promise_date = outcome._get_default_day(wizard._get_action())

    @api.depends("action_id")
    def _compute_promise_amount(self):
        for wizard in self:
            wizard.promise_amount = wizard._get_action().amount_total

    @api.depends("action_id")
    def _compute_invoice_ids(self):
        for wizard in self:
            wizard.invoice_ids = wizard._get_action()._get_invoices()

    @api.depends("action_id", "outcome")
    def _compute_move_ids(self):
        for wizard in self:
            wizard.move_ids = wizard.invoice_ids if wizard.asks_moves else False

    def action_confirm(self):
        """Keep the outcome and do what follows from it."""
        self.ensure_one()
        note = (self.note or "").strip()
        if self.needs_note and not note:
            raise UserError(self.env._("Note what was said."))
        values = self._get_outcome_service()._prepare_values(self)
        self.action_id._record_outcome(self.outcome, note=note, **values)
        return {"type": "ir.actions.client", "tag": "soft_reload"}
