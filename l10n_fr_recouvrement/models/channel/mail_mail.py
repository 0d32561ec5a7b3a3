import smtplib
import traceback

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

ACTION = "recouvrement.action"
# Content and recipients of a mail: what leaves is what was approved.
SEALED_FIELDS = {
    "attachment_ids",
    "body_html",
    "email_cc",
    "email_from",
    "email_to",
    "headers",
    "mail_message_id",
    "mail_server_id",
    "recipient_ids",
    "references",
    "reply_to",
    "reply_to_force_new",
}


def _was_handed_over(error):
    """Whether the connection broke after the message was announced to the server, who
    may have taken it."""
    return any(
        frame.f_code is smtplib.SMTP.data.__code__
        for frame, _line in traceback.walk_tb(error.__traceback__)
    )


class MailMail(models.Model):
    """Records on actions whether their e-mails left or why not, and keeps users from
    changing or deleting what was approved."""

    _inherit = "mail.mail"

    def _recouvrement_mails(self):
        """Those that an action sent, which costs nothing where there is none."""
        ours = self.sudo().filtered(lambda mail: mail.model == ACTION)
        return ours.with_env(self.env)

    def _recouvrement_actions(self):
        mails = self._recouvrement_mails()
        actions = self.env[ACTION].sudo()
        return actions.search([("mail_id", "in", mails.ids)]) if mails else actions

    # ------------------------------------------------------------------
    # Leaving
    # ------------------------------------------------------------------

    def _prepare_outgoing_list(self, mail_server=False, doc_to_followers=None):
        # EXTENDS mail: the last step before the server. Take the row that will be
        # written afterwards: failing then would undo the note that the mail has left.
        if self._recouvrement_mails():
            self.env.execute_query(
                SQL(
                    """
                    SELECT id FROM recouvrement_action WHERE mail_id = %s
                       FOR NO KEY UPDATE
                    """,
                    self.id,
                )
            )
        return super()._prepare_outgoing_list(
            mail_server=mail_server, doc_to_followers=doc_to_followers
        )

    def _send(self, *args, **kwargs):
        # EXTENDS mail: note what a broken connection means for the mail that it
        # interrupts; the next ones stay in the queue
        try:
            return super()._send(*args, **kwargs)
        except smtplib.SMTPServerDisconnected as error:
            actions = self._recouvrement_actions().filtered(
                lambda action: (
                    action.mail_id.state == "exception"
                    and not action.date_left
                    and not action.email_failure
                )
            )
            if _was_handed_over(error):
                actions._note_cut()
            else:
                actions._note_unreachable()
            raise

    def _postprocess_sent_message(
        self, success_pids, success_emails, failure_reason=False, failure_type=None
    ):
        # EXTENDS mail
        actions = self._recouvrement_actions()
        left = actions.filtered(lambda action: action.mail_id.state == "sent")
        left._note_left()
        failed = (actions - left).filtered(
            lambda action: action.mail_id.state == "exception"
        )
        if failure_type == "mail_smtp":
            failed._note_unreachable()
        else:
            failed._note_failure()
        return super()._postprocess_sent_message(
            success_pids,
            success_emails,
            failure_reason=failure_reason,
            failure_type=failure_type,
        )

    def cancel(self):
        # EXTENDS mail: what somebody stops in the queue shows on the action
        res = super().cancel()
        for action in self._recouvrement_actions():
            if not action.email_failure:
                action.email_failure = self.env._(
                    "%s cancelled the e-mail in the queue.", self.env.user.name
                )
        return res

    # ------------------------------------------------------------------
    # What may change
    # ------------------------------------------------------------------

    def write(self, vals):
        # EXTENDS mail
        if not self.env.su and SEALED_FIELDS & vals.keys():
            for action in self._recouvrement_actions():
                raise UserError(
                    self.env._(
                        "The e-mail of %s is part of what was approved and sent: it "
                        "does not change.",
                        action.name,
                    )
                )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_recouvrement_waiting(self):
        for action in self._recouvrement_actions():
            if not action.date_left and action.state == "sent":
                raise UserError(
                    self.env._(
                        "The e-mail of %s has not left: send it, or prepare the action "
                        "again by another channel.",
                        action.name,
                    )
                )
