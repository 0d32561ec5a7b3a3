from functools import partial

from odoo import api, models
from odoo.exceptions import AccessError

from ..settings.crossing import insist
from .automatic_answer import is_automatic
from .return_report import ReturnReport

ACTION = "recouvrement.action"
# Identifiers that are looked for of those that a message names.
MAX_NAMED = 100


class MailThread(models.AbstractModel):
    """Marks automatic answers to actions, and notes on them the e-mails that bounce."""

    _inherit = "mail.thread"

    @api.model
    def message_process(self, model, message, custom_values=None, **options):
        # EXTENDS mail: what is fetched is marked as read whatever becomes of it. Each
        # e-mail is a transaction of its own: one that a concurrent transaction undid,
        # as a payment does while a return comes in, is processed again.
        self._recouvrement_check_given(custom_values)
        process = partial(
            super().message_process, model, message, custom_values, **options
        )
        if not self.env.context.get("default_fetchmail_server_id"):
            return process()
        return insist(self.env, process)

    @api.model
    def _recouvrement_check_given(self, values):
        """Any user may call the gateway, and it writes what they give as the superuser:
        nothing of the follow-up is given to it."""
        if not self.env.su and any(
            name.startswith("recouvrement_") for name in values or ()
        ):
            raise AccessError(
                self.env._("No e-mail decides how a debtor is followed up.")
            )

    @api.model
    def _message_route_process(self, message, message_dict, routes):
        # EXTENDS mail: an automatic answer is no task
        if any(route[0] == ACTION for route in routes or ()) and is_automatic(message):
            self = self.with_context(recouvrement_automatic_email=True)  # noqa: PLW0642
        return super()._message_route_process(message, message_dict, routes)

    @api.model
    def _detect_is_bounce(self, message, message_dict):
        # EXTENDS mail: an absence notice or an answer that was sent where returns go is
        # none; a server that neither makes a report nor writes there returns all the
        # same
        is_bounce = super()._detect_is_bounce(message, message_dict)
        report = ReturnReport(message)
        if is_bounce:
            parent = (
                self.env["mail.message"].sudo().browse(message_dict.get("parent_id"))
            )
            return report.is_of_server or parent.model != ACTION
        return bool(
            (report.has_null_path or report.is_signed)
            and report.is_of_server
            and report.is_about_delivery
            and self._recouvrement_find_named(report)
        )

    @api.model
    def _recouvrement_find_named(self, report):
        """The message of an action that a report names, in what it encloses or in its
        words, if any."""
        names = report.named_messages[:MAX_NAMED]
        messages = self.env["mail.message"].sudo()
        return messages.search(
            [("message_id", "in", names), ("model", "=", ACTION)], limit=1
        )

    @api.model
    def _recouvrement_find_returned(self, report, message_dict):
        """The message that a report is about: that which Odoo found, which the report
        names, else which it refers to."""
        return (
            message_dict["bounced_message"].sudo()
            or self._recouvrement_find_named(report)
            or self.env["mail.message"].sudo().browse(message_dict.get("parent_id"))
        )

    @api.model
    def _routing_handle_bounce(self, email_message, message_dict):
        # EXTENDS mail
        report = ReturnReport(email_message, message_dict.get("body") or "")
        returned = self._recouvrement_find_returned(report, message_dict)
        actions = self.env[ACTION].sudo()
        if returned.model == ACTION:
            actions = actions.search([("email_message_id", "=", returned.id)])
            if not report.is_lost:
                # Odoo would count it as a return.
                if actions and report.is_complaint:
                    actions._note_complaint(report)
                return
        super()._routing_handle_bounce(email_message, message_dict)
        if actions:
            actions._note_bounce(report)
