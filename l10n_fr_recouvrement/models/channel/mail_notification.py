from odoo import api, models


class MailNotification(models.Model):
    """Keeps who was written to by the message of an action."""

    _inherit = "mail.notification"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_recouvrement_sent(self):
        if not self.env.su:
            self.sudo().mail_message_id._recouvrement_check_sealed()
