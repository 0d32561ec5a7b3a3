from odoo import api, models

from ...paper.words import letter_kinds
from .recouvrement_stage_sms import SMS_LENGTH


class RecouvrementChannelSms(models.AbstractModel):
    """Short text that asks the debtor to get in touch, through Odoo's own SMS module
    where it is installed.

    It says nothing of a debt: somebody else may read it. There is no letter.
    """

    _name = "recouvrement.channel.sms"
    _description = "Recovery by SMS"
    _inherit = "recouvrement.channel"

    _is_electronic = True
    _has_letter = False
    _job = "sms.ir_cron_sms_scheduler_action"
    _proof_name = "SMS"

    @api.model
    def _check_deliverable(self, actions):
        # OVERRIDE
        if "sms.sms" not in self.env:
            return dict.fromkeys(
                actions,
                self.env._(
                    "Odoo's module “SMS gateway” is not installed: install it, or "
                    "choose another channel, then check again."
                ),
            )
        texts = actions._render_sms_texts()
        problems = {
            action: self._get_problem(action, texts[action]) for action in actions
        }
        return {action: reason for action, reason in problems.items() if reason}

    @api.model
    def _get_problem(self, action, text):
        if not letter_kinds.get(action.kind).by_sms:
            return self.env._(
                "An SMS is for a courtesy or a first reminder: choose another channel, "
                "then check again."
            )
        partner, numbers = action._get_sms_numbers()
        if len(numbers) > 1:
            return self.env._(
                "%(name)s has two mobile numbers or more where one fits: %(numbers)s. "
                "Keep one, and make a contact of the debtor for another, then check "
                "again.",
                name=partner.display_name,
                numbers=", ".join(numbers),
            )
        if not numbers:
            return self.env._(
                "%s has no mobile number: enter one on the debtor or on its contact, "
                "or choose another channel, then check again.",
                action.contact_id.display_name,
            )
        if not 0 < len(text) <= SMS_LENGTH:
            return self.env._(
                "The SMS of the stage %(stage)s has %(count)s characters: it needs "
                "between 1 and %(limit)s. Change it on the stage, then check again.",
                stage=action.stage_id.name,
                count=len(text),
                limit=SMS_LENGTH,
            )
        return ""

    @api.model
    def _get_send_label(self, is_approved):
        # OVERRIDE
        return self.env._("Send the SMS")

    @api.model
    def _get_send_question(self):
        # OVERRIDE
        return self.env._("The SMS will leave as it stands here. Send it now?")

    @api.model
    def _get_sent_text(self):
        # OVERRIDE
        return self.env._("SMS on their way: %s.")

    @api.model
    def _prepare_sent_events(self, action):
        # OVERRIDE: there is no letter
        sheet = self.env["report.l10n_fr_recouvrement.report_proof"]
        sent = sheet._get_towards(sheet._get_channel(action), action.sms_number)
        return [
            (sheet._format_day(action.date_sent), "Envoyé", sent),
            ("", "Identifiant", action.sms_uuid or ""),
        ]

    @api.model
    def _deliver(self, actions):
        # OVERRIDE: queued, so that they leave after the commit that records them
        texts = actions._render_sms_texts()
        messages = {}
        for action in actions:
            partner, number = action._get_sms_recipient()
            messages[action] = action._message_sms(
                texts[action],
                partner_ids=partner.ids,
                sms_pid_to_number={partner.id: number},
                sms_content=texts[action],
                put_in_queue=True,
            )
            action.write(
                {
                    "sms_body": texts[action],
                    "sms_number": number,
                    "sms_message_id": messages[action].id,
                }
            )
        queued = (
            self.env["sms.sms"]
            .sudo()
            .search([("mail_message_id", "in", [m.id for m in messages.values()])])
            .grouped("mail_message_id")
        )
        for action, message in messages.items():
            action.sms_uuid = queued[message].uuid
