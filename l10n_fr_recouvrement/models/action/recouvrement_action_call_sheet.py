from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import format_date

from ... import law
from ...const import CONTACTED_STATES

NOTES = 5


class RecouvrementAction(models.Model):
    """Computes what a person needs while calling: whom to ask for, what was said and
    promised before, the penalties owed besides."""

    _inherit = "recouvrement.action"

    call_contact_ids = fields.Many2many(
        "res.partner", compute="_compute_call_contact_ids", string="Whom to call"
    )
    call_phone = fields.Char("Phone", compute="_compute_call_phone")
    amount_accrued = fields.Monetary(
        "Penalties accrued",
        compute="_compute_amount_accrued",
        help="Due on these invoices as of the last computation, claimed or not.",
    )
    previous_action_ids = fields.Many2many(
        "recouvrement.action",
        compute="_compute_previous_action_ids",
        string="Contacts before",
    )
    previous_outcome = fields.Char(
        "Before",
        compute="_compute_previous_outcome",
        help="What came of the contact before this one.",
    )
    last_notes = fields.Html(compute="_compute_last_notes")

    def _get_contacts(self):
        """People of the debtor, the one that the action is for first."""
        self.ensure_one()
        return self.contact_id | self.partner_id | self.partner_id.child_ids

    @api.depends("contact_id", "partner_id.child_ids")
    def _compute_call_contact_ids(self):
        for action in self:
            action.call_contact_ids = action._get_contacts()

    @api.depends("contact_id.phone", "partner_id.phone", "partner_id.child_ids.phone")
    def _compute_call_phone(self):
        for action in self:
            action.call_phone = action.call_contact_ids.filtered("phone")[:1].phone

    @api.depends("line_ids.move_id")
    def _compute_amount_accrued(self):
        for action in self:
            action.amount_accrued = float(
                action._sum_amounts(
                    action._get_invoices(), "recouvrement_penalty_total"
                )
            )

    @api.depends("partner_id", "company_id")
    def _compute_previous_action_ids(self):
        before = self._read_previous()
        for action in self:
            action.previous_action_ids = before[action]

    def _read_previous(self):
        """Return ``{action: the contacts of its debtor before it, latest first}``."""
        found = self.search(
            [
                ("partner_id", "in", self.partner_id.ids),
                ("company_id", "in", self.company_id.ids),
                ("state", "in", CONTACTED_STATES),
            ],
            order="id desc",
        ).grouped(lambda action: (action.partner_id, action.company_id))
        return {
            action: found.get(
                (action.partner_id, action.company_id), self.browse()
            ).filtered(lambda other, action=action: other.id < action._origin.id)
            for action in self
        }

    @api.depends("partner_id", "company_id", "line_ids.amount_residual")
    @api.depends_context("lang")
    def _compute_previous_outcome(self):
        before = self._read_previous()
        for action in self:
            previous = before[action][:1]
            action.previous_outcome = (
                action._describe_previous(previous) if previous.outcome else False
            )

    def _describe_previous(self, previous):
        """What came of the contact before, as text: a promise was kept or not."""
        outcome = previous._get_outcome_service()
        if outcome._is_promise:
            promise = {
                "amount": previous.currency_id.format(previous.promise_amount),
                "date": format_date(self.env, previous.promise_date),
            }
            if self._is_promise_kept(previous):
                return self.env._("Promise of %(amount)s for %(date)s kept.", **promise)
            if previous.promise_date >= (
                self.date_closed or self.company_id._recouvrement_today()
            ):
                return self.env._("Promise of %(amount)s for %(date)s.", **promise)
            return self.env._("Promise of %(amount)s for %(date)s not kept.", **promise)
        return self.env._(
            "%(date)s: %(outcome)s.",
            date=format_date(self.env, previous.date_closed),
            outcome=outcome._get_label().lower(),
        )

    def _is_promise_kept(self, previous):
        """Whether what the promise was about went down by as much as was promised."""
        claimed = previous.line_ids.filtered(lambda line: line.kind == "invoice")
        left = self.line_ids.filtered(
            lambda line: line.move_line_id in claimed.move_line_id
        )
        owed = previous._sum_amounts(claimed, "amount_residual")
        paid = owed - previous._sum_amounts(left, "amount_residual")
        # Money that came and that nobody allocated is deducted, not yet paid in.
        paid += self._sum_amounts(self, "amount_credits")
        paid -= previous._sum_amounts(previous, "amount_credits")
        promised = law.to_decimal(
            previous.promise_amount, previous.currency_id.decimal_places
        )
        return paid >= min(promised, owed)

    @api.depends("partner_id")
    def _compute_last_notes(self):
        messages = self.env["mail.message"].search(
            [
                ("model", "=", "res.partner"),
                ("res_id", "in", self.partner_id.ids),
                ("message_type", "=", "comment"),
            ],
            limit=NOTES * len(self.partner_id),
        )
        notes = messages.grouped("res_id")
        for action in self:
            action.last_notes = Markup("").join(
                Markup("<p><b>%s, %s</b></p>%s")
                % (
                    format_date(self.env, message.date),
                    message.author_id.name or "",
                    message.body,
                )
                for message in notes.get(action.partner_id.id, messages.browse())[
                    :NOTES
                ]
            )
