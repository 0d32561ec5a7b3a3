from odoo import models


class AccountMoveLine(models.Model):
    """Due line that somebody takes out of follow-up by Odoo's own box."""

    _inherit = "account.move.line"

    def write(self, vals):
        # EXTENDS account: what is taken out of follow-up is held
        if "no_followup" not in vals:
            return super().write(vals)
        before = {line: line.no_followup for line in self}
        res = super().write(vals)
        changed = self.filtered(lambda line: line.no_followup != before[line])
        if changed:
            self.env["recouvrement.hold"]._follow_flag("left_out", changed.move_id)
        return res
