import re

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import MissingError, UserError

from ..action.contact_field import split_numbers
from ..settings.crossing import raise_crossing

# State of an SMS, by the status of its notification.
SMS_STATES = {
    "ready": "queued",
    "process": "queued",
    "pending": "left",
    "sent": "delivered",
    "exception": "failed",
    "bounce": "failed",
    "canceled": "failed",
}


def _to_international(number):
    """A number as it was typed, in international form where it is French.

    >>> _to_international("06 12.34-56 78"), _to_international("0033612345678")
    ('+33612345678', '+33612345678')
    """
    digits = re.sub(r"[^\d+]", "", number).replace("+330", "+33")
    if digits.startswith("00"):
        return f"+{digits[2:]}"
    return re.sub(r"^0(?=\d{9}$)", "+33", digits)


def _is_mobile(number):
    """Whether an SMS reaches the owner: a French landline would read it aloud.

    >>> _is_mobile("+33612345678"), _is_mobile("+33199001234"), _is_mobile("0612")
    (True, False, False)
    """
    return bool(re.fullmatch(r"\+33[67]\d{8}|\+(?!33)\d{8,15}", number))


class RecouvrementAction(models.Model):
    """The SMS of an action: its text, its number and its state."""

    _inherit = "recouvrement.action"

    sms_text = fields.Text(
        "SMS", compute="_compute_sms_text", help="As sent; until then, as of today."
    )
    sms_body = fields.Text("SMS sent", readonly=True)
    sms_number = fields.Char("SMS sent to", readonly=True)
    sms_uuid = fields.Char("Identifier of the SMS", readonly=True)
    sms_message_id = fields.Many2one(
        "mail.message",
        "Message of the SMS",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    sms_state = fields.Selection(
        [
            ("queued", "On its way"),
            ("left", "Has left"),
            ("delivered", "Arrived"),
            ("failed", "Failed"),
        ],
        compute="_compute_sms_state",
        string="State of the SMS",
    )
    sms_failure = fields.Char(
        "Why the SMS did not arrive", compute="_compute_sms_state"
    )

    @api.model
    def mail_allowed_qweb_expressions(self):
        # EXTENDS mail: the placeholders of the SMS shipped
        return (
            *super().mail_allowed_qweb_expressions(),
            "object.company_id.phone",
            "object.name",
        )

    @api.depends("sms_body", "channel", "stage_id")
    def _compute_sms_text(self):
        for action in self:
            if action.channel != "sms" or action.sms_body:
                action.sms_text = action.sms_body
                continue
            try:
                action.sms_text = action._render_sms_texts()[action]
            except (UserError, MissingError) as error:
                raise_crossing(error, psycopg2.Error)
                # The screen shows what is wrong; sending sets the action aside.
                action.sms_text = str(error)

    @api.depends(
        "sms_message_id.notification_ids.notification_status",
        "sms_message_id.notification_ids.failure_type",
    )
    def _compute_sms_state(self):
        for action in self:
            notification = action.sudo().sms_message_id.notification_ids.filtered(
                lambda notification: notification.notification_type == "sms"
            )[:1]
            action.sms_state = SMS_STATES.get(notification.notification_status)
            action.sms_failure = (
                notification.failure_type
                and dict(
                    notification._fields["failure_type"]._description_selection(
                        self.env
                    )
                )[notification.failure_type]
            )

    def _render_sms_texts(self):
        """Return ``{action: text of its SMS, as of today}``."""
        texts = {}
        for stage, actions in self.grouped("stage_id").items():
            texts.update(stage._render_sms_texts(actions))
        return texts

    def _get_sms_recipient(self):
        """Whom the SMS is for and the mobile number, the recipient before the debtor.

        :return: ``(partner, number in international form)``, empty when there is none,
            or several
        """
        partner, numbers = self._get_sms_numbers()
        if len(numbers) == 1:
            return partner, numbers[0]
        return self.env["res.partner"], ""

    def _get_sms_numbers(self):
        """The first of the recipient and the debtor who has a mobile number, and its
        mobile numbers in international form."""
        self.ensure_one()
        for partner in self.contact_id | self.partner_id:
            numbers = map(_to_international, split_numbers(partner.phone))
            if mobiles := list(dict.fromkeys(filter(_is_mobile, numbers))):
                return partner, mobiles
        return self.env["res.partner"], []
