from functools import partial

from odoo import api, models
from odoo.exceptions import AccessError

from ..settings.crossing import insist
from .return_report import ReturnReport

ACTION = "recouvrement.action"
# Headers by which programs mark automatic answers (RFC 3834, and what was
# used before it).
AUTOMATIC_HEADERS = ("X-Autoreply", "X-Autorespond", "X-Autoresponder")


def is_automatic(message):
    """Whether nobody wrote this e-mail: an out-of-office notice, a receipt.

    :param message: ``email.message.EmailMessage``
    """
    declared = (message.get("Auto-Submitted") or "no").split(";")[0].strip().lower()
    return (
        declared != "no"
        or any(name in message for name in AUTOMATIC_HEADERS)
        or (message.get("Precedence") or "").strip().lower() == "auto_reply"
    )


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
    def _routing_handle_bounce(self, email_message, message_dict):
        # EXTENDS mail
        super()._routing_handle_bounce(email_message, message_dict)
        # Some servers return a plain message, which its references alone identify.
        returned = message_dict["bounced_message"] or self.env["mail.message"].browse(
            message_dict.get("parent_id")
        )
        if returned.sudo().model != ACTION:
            return
        action = (
            self.env[ACTION].sudo().search([("email_message_id", "=", returned.id)])
        )
        report = ReturnReport(email_message, message_dict.get("body") or "")
        if action and report.is_lost:
            action._note_bounce(report)
