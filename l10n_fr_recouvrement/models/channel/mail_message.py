from odoo import api, models
from odoo.exceptions import UserError

from ...const import CLOSED_STATES

ACTION = "recouvrement.action"
SEALED_FIELDS = {
    "attachment_ids",
    "author_id",
    "body",
    "date",
    "email_from",
    "message_id",
    "message_type",
    "model",
    "res_id",
    "subject",
}
# Where answers go, who was written to, who reads it: Odoo's own queue writes them, no
# user does.
SEALED_FOR_USERS = {
    "email_layout_xmlid",
    "is_internal",
    "mail_server_id",
    "notification_ids",
    "notified_partner_ids",
    "outgoing_email_to",
    "parent_id",
    "partner_ids",
    "record_alias_domain_id",
    "record_company_id",
    "reply_to",
    "reply_to_force_new",
    "subtype_id",
}
# What takes a message away from the record that it is about, or what it records: who
# said what and when.
HISTORY_FIELDS = {
    "attachment_ids",
    "author_guest_id",
    "author_id",
    "date",
    "email_from",
    "message_type",
    "model",
    "res_id",
    "subject",
    "tracking_value_ids",
}
# Types of the messages by which actions go out.
SENT_TYPES = ("email_outgoing", "sms")


class MailMessage(models.Model):
    """Keeps the message of an e-mail or SMS as it was sent."""

    _inherit = "mail.message"

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS mail
        messages = super().create(vals_list)
        messages._recouvrement_check_author()
        return messages

    def _recouvrement_check_author(self):
        """Refuse users to speak for the debtor: what it wrote comes by the gateway, and
        may acknowledge its debt (C. civ. art. 2240)."""
        if self.env.su:
            return
        for message in self.sudo():
            author = message.author_id
            if message.model == ACTION and (
                message.message_type == "email" or not author or author.partner_share
            ):
                raise UserError(
                    self.env._(
                        "What a debtor wrote comes in by e-mail: write in your own "
                        "name what you were told."
                    )
                )

    def write(self, vals):
        # EXTENDS mail
        sealed = SEALED_FIELDS & vals.keys()
        if not self.env.su:
            sealed |= SEALED_FOR_USERS & vals.keys()
        if sealed and not self._recouvrement_is_same(sealed, vals):
            self._recouvrement_check_sealed()
        if HISTORY_FIELDS & vals.keys():
            self._recouvrement_check_history()
        elif "body" in vals:
            self._recouvrement_check_history(but_own=True)
        return super().write(vals)

    def _recouvrement_is_same(self, sealed, vals):
        """Whether ``vals`` write again the identifier alone, as sending does."""
        return sealed == {"message_id"} and all(
            message.message_id == vals["message_id"] for message in self.sudo()
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_recouvrement_sent(self):
        self._recouvrement_check_sealed()
        self._recouvrement_check_history()

    def _recouvrement_check_history(self, but_own=False):
        """Refuse users to take messages away from an action that is closed, or to
        rewrite them.

        :param but_own: what they wrote themselves is theirs to correct
        """
        if self.env.su:
            return
        messages = self.sudo().filtered(lambda message: message.model == ACTION)
        if but_own:
            author = self.env.user.partner_id
            messages = messages.filtered(lambda message: message.author_id != author)
        actions = self.env[ACTION].sudo().browse(messages.mapped("res_id")).exists()
        closed = actions.filtered(lambda action: action.state in CLOSED_STATES)
        if closed:
            raise UserError(
                self.env._(
                    "%s is closed: its messages say what happened, and stay. Write "
                    "another one instead.",
                    closed[0].name,
                )
            )

    def _recouvrement_check_sealed(self):
        """Refuse when one of the messages is that of an action; asks the database only
        where one looks like it."""
        messages = self.sudo().filtered(
            lambda message: (
                message.model == ACTION and message.message_type in SENT_TYPES
            )
        )
        if not messages:
            return
        action = (
            self.env[ACTION]
            .sudo()
            .search(
                [
                    ("id", "in", messages.mapped("res_id")),
                    "|",
                    ("email_message_id", "in", messages.ids),
                    ("sms_message_id", "in", messages.ids),
                ],
                limit=1,
            )
        )
        if action:
            raise UserError(
                self.env._(
                    "What %s sent is kept as it was: its message can be neither "
                    "changed nor deleted.",
                    action.name,
                )
            )
