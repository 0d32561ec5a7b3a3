from markupsafe import Markup

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date, plaintext2html

from ... import law
from ...const import OUTCOMES, RETURN_REASONS

# Working days that a bank transfer takes to show, once the promised day has passed.
BANK_DAYS = 2


class RecouvrementAction(models.Model):
    """What came of an action: the outcome of a call or a visit, the proof or the return
    of a letter, and what follows from it."""

    _inherit = "recouvrement.action"

    outcome = fields.Selection(
        OUTCOMES,
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
        # EXTENDS base: the receipt says that the letter was delivered
        res = super().write(vals)
        if "date_received" in vals:
            self.sudo()._follow_receipt()
        return res

    def _follow_receipt(self):
        received = self.filtered("date_received")
        received.filtered(lambda action: action.state == "sent").state = "delivered"
        (self - received).filtered(
            lambda action: action.state == "delivered"
        ).state = "sent"

    # ------------------------------------------------------------------
    # Buttons
    # ------------------------------------------------------------------

    def action_promise(self):
        """Note that the debtor promises to pay by a day."""
        return self._open_outcome("promise")

    def action_pays_today(self):
        """Note that the debtor says it pays today."""
        return self._open_outcome("pays_today")

    def action_dispute(self):
        """Note that the debtor disputes invoices."""
        return self._open_outcome("dispute")

    def action_no_answer(self):
        """Note that nobody answered."""
        return self._open_outcome("no_answer")

    def action_wrong_number(self):
        """Note that the number is not the debtor's."""
        return self._open_outcome("wrong_number")

    def action_done(self):
        """Note that a visit or a task is done."""
        return self._open_outcome("done")

    def action_update(self):
        """Bring what waits up to what the account owes today."""
        self._check_pending().sudo()._refresh()
        return True

    def action_print_notice(self):
        """Print the notices of visit, at the amounts of today."""
        self._check_pending().sudo()._refresh()
        visits = self.filtered(
            lambda action: action.channel == "visit" and action.state == "todo"
        )
        if not visits:
            return self._notify(self.env._("No visit is to be made."))
        report = self.env.ref("l10n_fr_recouvrement.action_report_visit_notice")
        return report.report_action(visits, config=False)

    def action_return(self):
        """Open the assistant that notes why a letter came back."""
        self.ensure_one()
        return self._open_wizard(
            "recouvrement.return.wizard",
            self.env._("Letter returned"),
            {"default_action_id": self.id},
        )

    def _open_outcome(self, outcome):
        """Open the assistant of an outcome, at the amounts of today."""
        self.ensure_one()
        self._check_todo()
        self.sudo()._refresh()
        if self.state != "todo":
            return self._notify(
                self.env._("The account has changed since: read this action again.")
            )
        return self._open_wizard(
            "recouvrement.outcome.wizard",
            self._get_outcome_label(outcome),
            {"default_action_id": self.id, "default_outcome": outcome},
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

    def _get_outcome_label(self, outcome):
        selection = self._fields["outcome"]._description_selection(self.env)
        return dict(selection)[outcome]

    # ------------------------------------------------------------------
    # Outcomes
    # ------------------------------------------------------------------

    def _record_outcome(self, outcome, note="", moves=None, **promise):
        """Keep what came of a call, a visit or a task, and do what follows from it.

        An outcome ``x`` is a value of ``outcome`` and a method ``_apply_x``.

        :param moves: invoices that are disputed
        :param promise: ``promise_date`` and ``promise_amount``
        """
        self.ensure_one()
        self._check_todo()
        action = self.sudo()
        action.write({"outcome": outcome, "outcome_note": note, **promise})
        body = action._prepare_outcome_body(moves)
        action.message_post(body=body)
        action.partner_id.message_post(
            body=Markup("%s<br/>%s") % (f"{action.name} – {action.stage_id.name}", body)
        )
        getattr(action, f"_apply_{outcome}")(moves)

    def _prepare_outcome_body(self, moves):
        """The outcome in one line, and the note below it."""
        line = self._get_outcome_label(self.outcome)
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
        day = day or fields.Date.context_today(self)
        self.write({"state": "done", "date_closed": day, "failure_reason": False})
        self._advance_stages(day)
        self._mark_penalties_claimed()
        self._close_activities()

    def _apply_done(self, _moves):
        self._mark_done()

    def _apply_promise(self, _moves):
        self._mark_done()
        self._hold_until(self.promise_date)

    def _apply_pays_today(self, _moves):
        self._apply_promise(_moves)

    def _hold_until(self, day):
        """Nothing comes before the money that is promised for ``day`` shows."""
        deadline = law.add_working_days(
            day, BANK_DAYS, self.company_id.recouvrement_alsace_moselle
        )
        self._get_invoices().filtered(
            lambda move: (
                not move.recouvrement_deadline or move.recouvrement_deadline < deadline
            )
        )._recouvrement_write({"recouvrement_deadline": deadline})

    def _apply_dispute(self, moves):
        """Block the payment of what is disputed, as Odoo does, until it is settled."""
        self._mark_done()
        for move in moves.sudo():
            if move.payment_state != "blocked":
                move.action_toggle_block_payment()
        self._ask_responsible(
            moves[:1],
            self.env._("Settle the dispute: %s", ", ".join(moves.mapped("name"))),
            self.outcome_note,
        )

    def _apply_no_answer(self, _moves):
        """Call again on the next working day, and go on after enough calls."""
        self.attempts += 1
        company = self.company_id
        if self.attempts >= company.recouvrement_call_attempts:
            self._mark_done()
        else:
            self.date_planned = law.add_working_days(
                fields.Date.context_today(self), 1, company.recouvrement_alsace_moselle
            )

    def _apply_wrong_number(self, _moves):
        """The call waits until somebody has found the number."""
        if self.contact_id != self.partner_id:
            self.contact_id.message_post(body=self._prepare_outcome_body(None))
        self._ask_to_find(
            self.env._("Find the phone number of %s", self.contact_id.display_name),
            self.outcome_note,
        )

    def _ask_to_find(self, summary, note):
        """Ask the responsible for what is missing on the contact."""
        self._ask_responsible(self.contact_id, summary, note)

    def _ask_responsible(self, record, summary, note):
        """Leave the responsible of the action something to do on a record."""
        record.sudo().activity_schedule(
            "mail.mail_activity_data_todo",
            summary=summary,
            note=note and plaintext2html(note),
            user_id=self._get_responsible().id,
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
        action.write({"state": "returned", "return_reason": reason})
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
            or self.channel == "email"
            or self.state
            not in (
                "sent",
                "delivered",
            )
        ):
            raise UserError(self.env._("%s is not a letter that was sent.", self.name))
