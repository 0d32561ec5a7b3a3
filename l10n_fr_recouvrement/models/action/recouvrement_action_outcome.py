from markupsafe import Markup

from odoo import Command, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ... import law
from ...const import DEBIT_KINDS, RETURN_REASONS

# Working days that a bank transfer takes to show, once the promised day has passed.
BANK_DAYS = 2


class RecouvrementAction(models.Model):
    """What came of an action: the outcome of a call or a visit, the proof or the return
    of a letter, and what follows from it."""

    _inherit = "recouvrement.action"

    outcome = fields.Selection(
        [
            ("promise", "Promise to pay"),
            ("pays_today", "Pays today"),
            ("dispute", "Dispute"),
            ("no_answer", "No answer"),
            ("wrong_number", "Wrong number"),
            ("done", "Done"),
        ],
        readonly=True,
        tracking=True,
        help="What came of the last call or visit.",
    )
    outcome_note = fields.Text("What was said", readonly=True)
    promise_date = fields.Date("Promised for", readonly=True)
    promise_amount = fields.Monetary("Promised", readonly=True)
    attempts = fields.Integer("Calls without answer", readonly=True)
    return_reason = fields.Selection(RETURN_REASONS, "Returned because", readonly=True)

    def write(self, vals):
        # EXTENDS base: the receipt shows that the letter was delivered
        res = super().write(vals)
        if "date_received" in vals:
            self.sudo()._follow_receipt()
        return res

    def _follow_receipt(self):
        received = self.filtered("date_received")
        received.filtered(lambda action: action.state == "sent")._set_state("delivered")
        (self - received).filtered(
            lambda action: action.state == "delivered"
        )._set_state("sent")

    # ------------------------------------------------------------------
    # Buttons
    # ------------------------------------------------------------------

    def action_outcome(self, outcome="done"):
        """Open the assistant that notes an outcome, at the amounts of today."""
        self.ensure_one()
        self._check_todo()
        self.sudo()._refresh()
        if self.state != "todo":
            return self._notify(
                self.env._("The account has changed since: read this action again.")
            )
        return self._open_wizard(
            "recouvrement.outcome.wizard",
            self.env["recouvrement.outcome"]._get(outcome)._get_label(),
            {"default_action_id": self.id, "default_outcome": outcome},
        )

    def action_update(self):
        """Bring what waits up to what the account owes today."""
        self._check_pending().sudo()._refresh()
        return True

    def action_return(self):
        """Open the assistant that notes why a letter came back."""
        self.ensure_one()
        self.check_access("write")
        return self._open_wizard(
            "recouvrement.return.wizard",
            self.env._("Letter returned"),
            {"default_action_id": self.id},
        )

    def _check_todo(self):
        self.check_access("write")
        for action in self:
            if action.state != "todo":
                raise UserError(
                    self.env._(
                        "%(action)s is not a call, a visit or a task that waits to be "
                        "done.",
                        action=action.name,
                    )
                )

    # ------------------------------------------------------------------
    # Outcomes
    # ------------------------------------------------------------------

    def _record_outcome(self, outcome, note="", moves=None, **promise):
        """Keep what came of a call, a visit or a task, and do what follows from it.

        :param outcome: name of a ``recouvrement.outcome``
        :param moves: invoices that it is about
        :param promise: ``promise_date`` and ``promise_amount``
        """
        self.ensure_one()
        self._check_todo()
        action = self.sudo()
        action.write({"outcome": outcome, "outcome_note": note, **promise})
        # Not on the contact, which every employee of every company reads.
        action.message_post(body=action._prepare_outcome_body(moves))
        action._get_outcome_service()._apply(action, moves)

    def _get_outcome_service(self):
        """What came of the action, see ``recouvrement.outcome``."""
        self.ensure_one()
        return self.env["recouvrement.outcome"]._get(self.outcome)

    def _prepare_outcome_body(self, moves):
        """The outcome in one line, and the note below it."""
        line = self._get_outcome_service()._get_label()
        if self.promise_date:
            line = self.env._(
                "%(outcome)s: %(amount)s, %(date)s",
                outcome=line,
                amount=self.currency_id.format(self.promise_amount),
                date=format_date(self.env, self.promise_date),
            )
        if moves:
            line += f" – {', '.join(moves.mapped('name'))}"
        return Markup("<br/>").join([line, *(self.outcome_note or "").splitlines()])

    def _mark_done(self, day=None):
        """Close the actions as done on ``day`` (today) and move their invoices on."""
        by_today = self.env["res.company"]._recouvrement_group_by_today(self)
        for today, actions in by_today.items():
            closed = day or today
            actions._set_state("done", date_closed=closed, failure_reason=False)
            actions._advance_stages(closed)
        self._mark_penalties_claimed()
        self._close_activities()

    def _hold_promised(self):
        """Hold what a promise is about until the money had time to show."""
        self.ensure_one()
        shows = law.add_working_days(
            self.promise_date, BANK_DAYS, self.company_id.recouvrement_alsace_moselle
        )
        lines = self.line_ids.filtered(lambda line: line.kind in DEBIT_KINDS)
        followed = lines.filtered("followed_id")
        for name, named in (
            ("move_ids", (lines - followed).move_id),
            ("line_ids", followed.move_line_id),
        ):
            if named:
                self.env["recouvrement.hold"]._open(
                    "promise",
                    self.partner_id,
                    company_id=self.company_id.id,
                    date_to=shows,
                    res_model=self._name,
                    res_id=self.id,
                    **{name: [Command.set(named.ids)]},
                )

    def _ask_to_find(self, summary, note):
        """Ask the responsible for what is missing on the contact. What was said stays
        on the action: everybody reads the activities of a contact."""
        self._ask_responsible(
            self.contact_id,
            summary,
            note and self.env._("What was said stands on %s.", self.name),
        )

    # ------------------------------------------------------------------
    # Letters that come back
    # ------------------------------------------------------------------

    def _return_letter(self, reason, presented=None, note=""):
        """Note that the post brought a letter back. One that was refused or not
        collected was presented all the same."""
        self.ensure_one()
        self.check_access("write")
        self._check_returnable()
        if presented:
            self.date_presented = presented
        action = self.sudo()
        action._set_state("returned", return_reason=reason)
        label = dict(action._fields["return_reason"]._description_selection(self.env))
        body = self.env._("Letter returned: %s", label[reason])
        action.message_post(body=Markup("<br/>").join([body, *note.splitlines()]))
        if reason == "unknown":
            action._ask_to_find(
                self.env._("Find the address of %s", self.contact_id.display_name), note
            )

    def _check_returnable(self):
        if (
            self.is_human
            or self.is_electronic
            or self.state
            not in (
                "sent",
                "delivered",
            )
        ):
            raise UserError(self.env._("%s is not a letter that was sent.", self.name))
