from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from .. import law
from ..const import OUTCOMES, PROMISES

# A week is what debtors ask for most.
PROMISE_DAYS = 7


class RecouvrementOutcomeWizard(models.TransientModel):
    """Asks what came of a call, a visit or a task: the note, the promise, what is
    disputed."""

    _name = "recouvrement.outcome.wizard"
    _description = "Outcome of a call, a visit or a task"

    action_id = fields.Many2one(
        "recouvrement.action", required=True, readonly=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(related="action_id.partner_id")
    outcome = fields.Selection(OUTCOMES, required=True, readonly=True)
    note = fields.Text("What was said")
    currency_id = fields.Many2one(related="action_id.currency_id")
    promise_date = fields.Date(
        "Pays on", compute="_compute_promise_date", store=True, readonly=False
    )
    promise_amount = fields.Monetary(
        "Amount", compute="_compute_promise_amount", store=True, readonly=False
    )
    invoice_ids = fields.Many2many(
        "account.move", compute="_compute_invoice_ids", string="Invoices claimed"
    )
    move_ids = fields.Many2many(
        "account.move",
        string="Disputed invoices",
        compute="_compute_move_ids",
        store=True,
        readonly=False,
        domain="[('id', 'in', invoice_ids)]",
    )

    @api.depends("action_id", "outcome")
    def _compute_promise_date(self):
        today = fields.Date.context_today(self)
        for wizard in self:
            wizard.promise_date = today
            if wizard.outcome == "promise":
                wizard.promise_date = law.next_working_day(
                    today + timedelta(days=PROMISE_DAYS),
                    wizard.action_id.company_id.recouvrement_alsace_moselle,
                )

    @api.depends("action_id")
    def _compute_promise_amount(self):
        for wizard in self:
            wizard.promise_amount = wizard.action_id.amount_total

    @api.depends("action_id")
    def _compute_invoice_ids(self):
        for wizard in self:
            wizard.invoice_ids = wizard.action_id._get_invoices()

    @api.depends("action_id", "outcome")
    def _compute_move_ids(self):
        for wizard in self:
            disputes = wizard.outcome == "dispute"
            wizard.move_ids = wizard.invoice_ids if disputes else False

    def action_confirm(self):
        """Keep the outcome and do what follows from it."""
        self.ensure_one()
        vals = {"note": (self.note or "").strip()}
        if self.outcome in PROMISES:
            vals.update(self._prepare_promise())
        if self.outcome == "dispute":
            vals["moves"] = self._get_disputed()
        self.action_id._record_outcome(self.outcome, **vals)
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def _prepare_promise(self):
        today = fields.Date.context_today(self)
        if self.outcome == "pays_today":
            self.promise_date = today
        elif not self.promise_date or self.promise_date <= today:
            raise UserError(
                self.env._(
                    "A promise is for a day to come: enter it, from tomorrow on."
                )
            )
        if self.currency_id.compare_amounts(self.promise_amount, 0) <= 0:
            raise UserError(self.env._("Enter the amount that is promised."))
        return {
            "promise_date": self.promise_date,
            "promise_amount": self.promise_amount,
        }

    def _get_disputed(self):
        disputed = self.move_ids & self.action_id._get_invoices()
        if not disputed:
            raise UserError(self.env._("Choose the invoices that are disputed."))
        return disputed
