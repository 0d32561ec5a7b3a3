from odoo import api, models
from odoo.exceptions import AccessError

# By which a call asks that what it changes is not noted.
UNTRACKED = {"mail_notrack", "tracking_disable"}


def note_changes(records, names):
    """Have what a user changes noted where their context asks that it is not; nobody is
    notified of it."""
    if not records.env.su and UNTRACKED & records.env.context.keys():
        records._track_prepare(names)


class RecouvrementThreadMixin(models.AbstractModel):
    """Has messages, in which every change is noted, and is never made by one: any user
    may call the mail gateway with values of their choice, which it writes as the
    superuser."""

    _name = "recouvrement.thread.mixin"
    _description = "Record with messages that no e-mail makes"
    _inherit = "mail.thread"

    def write(self, vals):
        # EXTENDS mail
        note_changes(self, vals.keys())
        return super().write(vals)

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        # OVERRIDE mail
        raise AccessError(self.env._("No e-mail makes a record of debt recovery."))
