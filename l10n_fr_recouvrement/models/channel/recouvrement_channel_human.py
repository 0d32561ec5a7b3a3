from odoo import api, models


class RecouvrementChannelHuman(models.AbstractModel):
    """Step that a person carries out and notes the outcome of: the base of calls,
    visits and tasks. It has no letter, and waits for nobody's approval."""

    _name = "recouvrement.channel.human"
    _description = "Recovery by a person"
    _inherit = "recouvrement.channel"

    _is_human = True
    _has_letter = False
    _needs_identity = False

    @api.model
    def _get_activity_type(self):
        """Type of the activity of the responsible, where the stage names none. Hook."""
        return self.env.ref("mail.mail_activity_data_todo", raise_if_not_found=False)

    @api.model
    def _get_send_label(self, is_approved):
        # OVERRIDE: the buttons are those of the outcomes
        return ""

    @api.model
    def _carry_out(self, actions):
        # OVERRIDE: a person carries them out, they do not leave by themselves
        actions._set_state("todo")
        actions._schedule_activities()
        return actions.browse()
