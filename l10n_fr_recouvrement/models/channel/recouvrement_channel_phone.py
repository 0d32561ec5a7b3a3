from odoo import api, models


class RecouvrementChannelPhone(models.AbstractModel):
    """Phone call, made from the sheet that shows what is owed and what was said."""

    _name = "recouvrement.channel.phone"
    _description = "Recovery by phone"
    _inherit = "recouvrement.channel.human"

    _is_spoken = True
    _is_call = True
    _proof_name = "appel téléphonique"

    @api.model
    def _get_activity_type(self):
        # OVERRIDE
        return self.env.ref("mail.mail_activity_data_call", raise_if_not_found=False)

    @api.model
    def _check_deliverable(self, actions):
        # OVERRIDE
        return {
            action: self.env._(
                "%s has no phone number: enter one on the debtor or on one of its "
                "contacts, or choose another channel, then check again.",
                action.partner_id.display_name,
            )
            for action in actions
            if not any(contact.phone for contact in action._get_contacts())
        }
