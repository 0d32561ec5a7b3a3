import logging

from odoo import api, models

from ...const import PENDING_STATES
from ..settings.one_by_one import attempt
from ..settings.shipped import get_shipped
from .recouvrement_action_approve import NOT_APPROVED

_logger = logging.getLogger(__name__)

# What leaves is no draft, and in the language of its recipient, whatever the context of
# whoever sends it asks for.
SENT_CONTEXT = {"recouvrement_draft": False, "recouvrement_letter_lang": False}


class RecouvrementAction(models.Model):
    """Actions leave by their channels: what is checked, what is reported, what is set
    aside, and what they move on."""

    _inherit = "recouvrement.action"

    # ------------------------------------------------------------------
    # Buttons
    # ------------------------------------------------------------------

    def action_cancel(self):
        """Give the actions up; their invoices come back after the minimum interval."""
        self.check_access("write")
        pending = self.filtered(lambda action: action.state in PENDING_STATES)
        pending._cancel(self.env._("Cancelled by %s.", self.env.user.name))
        companies = self.env["res.company"]
        by_today = companies._recouvrement_group_by_today(pending.sudo())
        for today, actions in by_today.items():
            actions.date_closed = today
        return True

    def action_retry(self):
        """Check again the actions that could not leave."""
        self.check_access("write")
        self.filtered(lambda action: action.state == "failed").sudo()._attempt("_retry")
        return True

    def action_send(self):
        """Carry out the ready actions: send the e-mails, print the letters.

        :return: a notification of what was done, and the download of the letters
        """
        self.check_access("write")
        ready = self.filtered(lambda action: action.state == "ready")
        if self.env.context.get("recouvrement_in_steps"):
            return ready._send_in_steps()
        # Exceptions that were chosen with them are reported, not passed over.
        failed = self.filtered(lambda action: action.state == "failed")
        return (ready | failed)._report_sent(ready._send())

    def _report_sent(self, sent):
        """Report what became of ``self``, which were to be sent, and hand over the
        letters to post."""
        letters = sent.filtered("is_printed")
        download = letters and {**letters._print(), "close_on_report_download": True}
        return self._notify(self._get_sent_message(sent), download or None)

    def action_confirm_sending(self):
        """Open what will leave of these actions, before it does."""
        self.check_access("write")
        return self.env["recouvrement.send.wizard"]._open_for(self)

    @api.model
    def action_confirm_all(self, *_selected):
        """The same of all that waits to be approved or to leave today, and that the
        user may send."""
        self.check_access("write")
        waiting = self.search(
            [
                ("company_id", "in", self.env.companies.ids),
                ("state", "in", PENDING_STATES),
                ("date_planned", "<=", self.env.company._recouvrement_today()),
            ]
        )
        return waiting.action_confirm_sending()

    def action_approve_and_send(self):
        """Approve and carry out at once."""
        self.action_approve()
        return self.action_send()

    def action_print(self):
        """Print the letters: those sent as they were sent, the others as they would be
        sent today, marked as drafts."""
        self.check_access("read")
        pending = self.filtered(lambda action: action.state in PENDING_STATES)
        if pending and self.has_access("write"):
            pending.sudo()._refresh_each()
        kept = self.filtered(lambda action: action.state != "cancelled")
        if not kept:
            return self._notify(
                self.env._("Nothing is left to claim: the action is cancelled.")
            )
        letters = kept.filtered("has_letter")
        if not letters:
            return self._notify(
                self.env._(
                    "There is no letter: calls, visits, tasks and SMS have none."
                )
            )
        return letters._print()

    def _print(self):
        report = get_shipped(self.env, "l10n_fr_recouvrement.action_report_letter")
        return report.report_action(self, config=False)

    def _get_sent_message(self, sent):
        """Return the message on what became of the actions that were to be sent."""
        counts = {}
        for channel, part in sent._group_by_channel():
            text = channel._get_sent_text()
            counts[text] = counts.get(text, 0) + len(part)
        parts = [text % count for text, count in counts.items()]
        for count, text in (
            (
                len(self.filtered(lambda action: action.state == "cancelled")),
                self.env._("Cancelled, nothing being left to claim: %s."),
            ),
            (
                len(self.filtered(lambda action: action.state == "to_approve")),
                self.env._("To be approved first, having changed meanwhile: %s."),
            ),
            (
                len(self.filtered(lambda action: action.state == "failed")),
                self.env._("Set aside as exceptions: %s."),
            ),
        ):
            if count:
                parts.append(text % count)
        parts += self._get_job_warnings(sent)
        return " ".join(parts) or self.env._("No action was ready to be sent.")

    @api.model
    def _get_job_warnings(self, actions):
        """Return why what was sent stays where it is: the jobs that it leaves by and
        that do not work, with the remedy."""
        jobs = dict.fromkeys(
            channel._job for channel, _part in actions._group_by_channel()
        )
        reasons = (
            self.env["ir.cron"]._recouvrement_explain_stopped(job)
            for job in jobs
            if job
        )
        return [reason for reason in reasons if reason]

    def _group_by_channel(self):
        """Pairs of a channel and its actions: what leaves by itself, what somebody is
        to post, then the others."""
        by_code = self.grouped("channel")
        channels = [
            (channel, by_code[code])
            for code, channel in self.env["recouvrement.channel"]._get_all().items()
            if code in by_code
        ]
        return sorted(
            channels,
            key=lambda pair: (not pair[0]._is_electronic, not pair[0]._is_printed),
        )

    @api.model
    def _notify(self, message, next_action=None):
        """Show a message, then go on with an action or refresh the screen."""
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": message,
                "next": next_action
                or {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # ------------------------------------------------------------------
    # Leaving
    # ------------------------------------------------------------------

    def _send(self):
        """Carry out the ready actions of ``self`` at the amounts of today.

        What somebody else is sending at the same time is left to them.

        :return: the actions that have been sent
        """
        actions = self.sudo().with_context(**SENT_CONTEXT).try_lock_for_update()
        ready = actions.filtered(lambda action: action.state == "ready")
        return ready._attempt("_carry_out").with_env(self.env)

    def _attempt(self, method):
        """Call a method on the actions together; when that fails, one by one, so that
        only the one at fault is set aside, with what went wrong.

        :param method: name of a method that returns actions
        :return: the actions that the calls returned
        """
        results = attempt(
            self,
            lambda actions: getattr(actions, method)(),
            lambda action, error: action._set_aside(error),
        )
        return self.browse().union(*results)

    def _set_aside(self, error):
        """Make an exception of an action, with what went wrong; where that is refused
        too, it stays as it is, with a message."""
        _logger.info("%s is set aside", self.name, exc_info=error)
        attempt(
            self,
            lambda action: action._fail(str(error)),
            lambda action, refusal: action.message_post(
                body=self.env._(
                    "It could not be set aside as an exception (%(refusal)s), which "
                    "it is: %(error)s",
                    refusal=refusal,
                    error=error,
                )
            ),
        )

    def _retry(self):
        for is_human, actions in self.grouped("is_human").items():
            actions._set_state(
                "todo" if is_human else "to_approve",
                failure_reason=False,
                **NOT_APPROVED,
            )
        self._refresh()
        self._check_before_sending()
        self._schedule_activities()
        return self

    def _carry_out(self):
        """Refresh, check and hand to their channels.

        :return: the actions that have been sent
        """
        self._refresh()
        self._check_before_sending()
        ready = self.filtered(lambda action: action.state == "ready")
        sent = self.browse()
        for part in ready.grouped("channel").values():
            sent |= part[0]._channel_handler()._carry_out(part)
        return sent

    # ------------------------------------------------------------------
    # What keeps actions from leaving
    # ------------------------------------------------------------------

    def _check_before_sending(self):
        """Set aside, with the reason as text, the actions that cannot leave."""
        pending = self.filtered(lambda action: action.state in PENDING_STATES)
        identity = pending._check_sender()
        for actions in pending.grouped("channel").values():
            problems = actions[0]._channel_handler()._check_deliverable(actions)
            for action in actions:
                reason = (
                    problems.get(action)
                    or identity.get(action)
                    or action.failure_reason
                )
                if reason:
                    action._fail(reason)

    def _check_sender(self):
        """Return which letters would lack what a company must state on all of
        them. The rest is checked on what is printed, when it leaves.

        :return: ``{action: reason as text}``
        """
        service = self.env["report.l10n_fr_recouvrement.report_letter"]
        problems = {}
        for company, actions in (
            self.filtered(lambda action: action._channel_handler()._needs_identity)
            .grouped("company_id")
            .items()
        ):
            reasons = service._get_sender_problems(company)
            if reasons:
                problems |= dict.fromkeys(actions, "\n".join(reasons))
        return problems

    # ------------------------------------------------------------------
    # What left
    # ------------------------------------------------------------------

    def _mark_sent(self, day=None):
        """Close the actions as sent on ``day`` (today) and move their invoices on."""
        by_today = self.env["res.company"]._recouvrement_group_by_today(self)
        for today, actions in by_today.items():
            sent = day or today
            actions._set_state(
                "sent", date_sent=sent, date_closed=sent, failure_reason=False
            )
            actions._advance_stages(sent)
        # Those claimed at this stage before have the time of this letter as well, and
        # no deadline is shortened.
        claiming = self.filtered(lambda action: not action.is_on_request)
        for deadline, actions in claiming.grouped("date_deadline").items():
            actions._extend_deadline(deadline)
        self._mark_penalties_claimed()

    def _advance_stages(self, day):
        """The invoices claimed have reached their stages on ``day``."""
        claimed = self.line_ids.filtered("stage_id")
        for (stage, cycle), lines in claimed.grouped(
            lambda line: (line.stage_id, line.cycle_date)
        ).items():
            invoices = lines.filtered(lambda line: line.kind == "invoice").move_id
            invoices._recouvrement_write(
                {
                    "recouvrement_stage_id": stage.id,
                    "recouvrement_stage_date": day,
                    "recouvrement_cycle_date": cycle,
                }
            )
            lines.followed_id.sudo().write(
                {
                    "stage_id": stage.id,
                    "stage_date": day,
                    "cycle_date": cycle,
                    "presented_date": False,
                }
            )

    def _extend_deadline(self, deadline):
        """Nothing comes before ``deadline`` to what these actions claim; none is
        shortened."""
        self._get_invoices().filtered(
            lambda move: (
                not move.recouvrement_deadline or move.recouvrement_deadline < deadline
            )
        )._recouvrement_write({"recouvrement_deadline": deadline})
        self.line_ids.followed_id.sudo().filtered(
            lambda entry: not entry.deadline or entry.deadline < deadline
        ).deadline = deadline

    def _mark_penalties_claimed(self):
        """Let penalties know the letter that claimed them."""
        claiming = self.filtered("show_penalties")
        for action in claiming.filtered("amount_costs"):
            action.line_ids.move_id.recouvrement_penalty_line_ids.filtered(
                lambda line: line.kind == "cost" and not line.debit_line_id
            ).claimed_action_id = action
        claiming.line_ids.move_id._recouvrement_follow_payments()
