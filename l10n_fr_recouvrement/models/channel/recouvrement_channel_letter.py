from odoo import api, models


class RecouvrementChannelLetter(models.AbstractModel):
    """Paper letter, printed and posted by hand."""

    _name = "recouvrement.channel.letter"
    _description = "Recovery by letter"
    _inherit = "recouvrement.channel"

    @api.model
    def _is_printed(self):
        # OVERRIDE
        return True

    @api.model
    def _check_deliverable(self, actions):
        # OVERRIDE
        problems = {}
        for action in actions:
            contact = action.contact_id
            missing = [
                contact._fields[name]._description_string(self.env)
                for name in ("street", "zip", "city")
                if not contact[name]
            ]
            if missing:
                problems[action] = self.env._(
                    "The address of %(recipient)s lacks: %(missing)s. Complete it, or "
                    "choose another recipient or channel, then check again.",
                    recipient=contact.display_name,
                    missing=", ".join(missing),
                )
        return problems
