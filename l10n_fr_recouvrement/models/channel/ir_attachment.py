from odoo import api, models

from ..evidence.ir_attachment import SEALED_FIELDS

ACTION = "recouvrement.action"


class IrAttachment(models.Model):
    """Keeps what came in with the messages of an action that is closed: the files are
    part of its history."""

    _inherit = "ir.attachment"

    def write(self, vals):
        # EXTENDS base
        if SEALED_FIELDS & vals.keys():
            self._recouvrement_check_history()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_history(self):
        self._recouvrement_check_history()

    def _recouvrement_check_history(self):
        """Refuse users to change or delete the files of messages that stay, save those
        of what they wrote themselves."""
        if self.env.su:
            return
        files = self.sudo().filtered(
            lambda file: file.res_model == ACTION and not file.res_field
        )
        if files:
            messages = self.env["mail.message"].sudo()
            messages = messages.search(
                [("model", "=", ACTION), ("attachment_ids", "in", files.ids)]
            )
            messages.with_env(self.env)._recouvrement_check_history(but_own=True)
