from functools import partial

from odoo import api, models
from odoo.tools import email_normalize, html2plaintext

from ..settings.crossing import insist

ACTION = "recouvrement.action"
# Headers by which programs mark automatic answers (RFC 3834, and what was
# used before it).
AUTOMATIC_HEADERS = ("X-Autoreply", "X-Autorespond", "X-Autoresponder")
# What a delivery report gives for a message that is lost (RFC 3464); the other actions
# are that it was delivered, or that the server still tries.
LOST = "failed"
REASON_LENGTH = 500


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


def read_report(message):
    """Read what a returned e-mail reports.

    :param message: ``email.message.EmailMessage``
    :return: ``(action, words)``: the action of RFC 3464, ``"failed"`` where a bounce
        names none, and what the server answered, or ``""``; ``("", "")`` for what is no
        delivery report, as a confirmation of reading
    """
    for part in message.walk():
        if part.get_content_type() == "message/disposition-notification":
            return "", ""
        if part.get_content_type() == "message/delivery-status":
            for block in part.get_payload():
                if block["Action"]:
                    words = [_value(block["Final-Recipient"])]
                    words.append(
                        _value(block["Diagnostic-Code"]) or str(block["Status"] or "")
                    )
                    return (
                        block["Action"].strip().lower(),
                        ": ".join(filter(None, words)),
                    )
    return LOST, ""


def read_recipients(message):
    """Addresses that a delivery report is about, as it came in and as the server passed
    it on; none where it names none.

    :param message: ``email.message.EmailMessage``
    """
    addresses = {
        email_normalize(_value(block[name]))
        for part in message.walk()
        if part.get_content_type() == "message/delivery-status"
        for block in part.get_payload()
        for name in ("Original-Recipient", "Final-Recipient")
        if block[name]
    }
    return addresses - {False}


def _value(header):
    """The value of a typed header, as ``smtp; 550 unknown``, on one line."""
    return " ".join(str(header or "").split(";", 1)[-1].split())


class MailThread(models.AbstractModel):
    """Marks automatic answers to actions, and notes on them the e-mails that bounce."""

    _inherit = "mail.thread"

    @api.model
    def message_process(self, *args, **kwargs):
        # EXTENDS mail: what is fetched is marked as read whatever becomes of it. Each
        # e-mail is a transaction of its own: one that a concurrent transaction undid,
        # as a payment does while a return comes in, is processed again.
        process = super().message_process
        if not self.env.context.get("default_fetchmail_server_id"):
            return process(*args, **kwargs)
        return insist(self.env, partial(process, *args, **kwargs))

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
        kind, words = read_report(email_message)
        if action and kind == LOST:
            action._note_bounce(
                words or html2plaintext(message_dict.get("body") or "")[:REASON_LENGTH],
                email_message.as_bytes(),
                read_recipients(email_message),
            )
