from odoo import models

# From when a consumer is in default.
NOTICE_FIELDS = {"date_presented", "date_received"}


class RecouvrementAction(models.Model):
    """Letter that puts a consumer in default: what becomes of it decides from when
    interest runs."""

    _inherit = "recouvrement.action"

    def write(self, vals):
        # EXTENDS base: what lowers penalties takes the right to waive them
        if self.env.su or not NOTICE_FIELDS & vals.keys():
            return super().write(vals)
        self.check_access("write")
        with self.line_ids.move_id._recouvrement_conceding():
            return super().write(vals)

    def _return_letter(self, reason, presented=None, note=""):
        # EXTENDS l10n_fr_recouvrement: one that reached nobody put nobody in default
        self.check_access("write")
        with self.line_ids.move_id._recouvrement_conceding():
            return super()._return_letter(reason, presented, note)
