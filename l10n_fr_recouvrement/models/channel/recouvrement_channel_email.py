from odoo import api, models


class RecouvrementChannelEmail(models.AbstractModel):
    """E-mail made from the template of the stage, with the frozen letter attached.

    Mails are queued in the transaction that closes the action and leave after it. They
    are for the recipient of the action alone, whatever template and followers add.
    """

    _name = "recouvrement.channel.email"
    _description = "Recovery by e-mail"
    _inherit = "recouvrement.channel"

    _is_electronic = True
    _needs_template = True
    _is_size_limited = True
    _is_automatic = True
    _job = "mail.ir_cron_mail_scheduler_action"
    # One that came back reached nobody.
    _counts_when_returned = False
    _proof_name = "e-mail"

    @api.model
    def _check_deliverable(self, actions):
        # OVERRIDE
        problems = {}
        for action in actions:
            if problem := action._get_address_problem():
                problems[action] = problem
            elif not action.stage_id.mail_template_id:
                problems[action] = self.env._(
                    "The stage %s has no e-mail: choose one on the stage, or another "
                    "channel on this action, then check again.",
                    action.stage_id.name,
                )
        return problems

    @api.model
    def _deliver(self, actions):
        # OVERRIDE
        for template, part in actions.grouped(
            lambda action: action.stage_id._get_mail_template(action.letter_lang)
        ).items():
            mails = template.send_mail_batch(
                part.ids, email_values=self._prepare_mail_vals()
            )
            reply_to = part._notify_get_reply_to()
            for action, mail in zip(part, mails, strict=True):
                if not mail.reply_to:
                    # A template without one would have answers go past Odoo.
                    mail.reply_to = reply_to[action.id]
                if mail.recipient_ids != action.email_partner_id:
                    mail.recipient_ids = action.email_partner_id
                mail.attachment_ids |= action.letter_attachment_id
                action.write(
                    {
                        "mail_id": mail.id,
                        "email_message_id": mail.mail_message_id.id,
                        "mail_message_id": mail.message_id,
                        "email_to": action._get_email_address(),
                        "email_subject": mail.subject,
                        "email_body": mail.body,
                    }
                )
        actions._trigger_mail_queue()

    @api.model
    def _get_send_label(self, is_approved):
        # OVERRIDE
        if is_approved:
            return self.env._("Send the e-mail")
        return self.env._("Approve and send the e-mail")

    @api.model
    def _get_send_question(self):
        # OVERRIDE
        return self.env._(
            "The e-mail will leave with the letter attached, and the letter is kept as "
            "sent. Send it now?"
        )

    @api.model
    def _get_sent_text(self):
        # OVERRIDE
        return self.env._("E-mails on their way: %s.")

    @api.model
    def _prepare_sent_events(self, action):
        # OVERRIDE: the identifier is that of the e-mail, and its server reports more
        sheet = self.env["report.l10n_fr_recouvrement.report_proof"]
        towards = sheet._get_towards(sheet._get_channel(action), action.email_to)
        events = [
            (sheet._format_day(action.date_sent), "Envoyée", towards),
            ("", "Message-Id", action.mail_message_id or "non attribué"),
        ]
        if action.date_left:
            time = sheet._format_time(action.date_left)
            events.append((time, "Acceptée", "par le serveur de messagerie"))
        elif action.email_failure:
            events.append(("", "Non partie", action.email_failure))
        return events

    @api.model
    def _prepare_mail_vals(self):
        """What no template may decide: nobody gets a copy, and the message stays in
        the chatter when somebody clears the queue."""
        return {
            "email_to": False,
            "email_cc": False,
            "auto_delete": False,
            "is_notification": True,
        }
