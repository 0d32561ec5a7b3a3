from odoo import api, models


class RecouvrementChannelLetter(models.AbstractModel):
    """Paper letter, printed and posted by hand."""

    _name = "recouvrement.channel.letter"
    _description = "Recovery by letter"
    _inherit = "recouvrement.channel"

    _is_paper = True
    _is_printed = True
    _proof_name = "lettre"
    _posting_name = "Lettre"

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

    @api.model
    def _get_send_label(self, is_approved):
        # OVERRIDE
        if not self._is_printed:
            return super()._get_send_label(is_approved)
        if is_approved:
            return self.env._("Print to post")
        return self.env._("Approve and print to post")

    @api.model
    def _get_send_question(self):
        # OVERRIDE
        if not self._is_printed:
            return super()._get_send_question()
        return self.env._(
            "The letter is kept as printed and the action is marked sent today. Print "
            "it to post it now?"
        )

    @api.model
    def _get_sent_text(self):
        # OVERRIDE
        if not self._is_printed:
            return super()._get_sent_text()
        return self.env._("Letters printed and marked as sent today: %s.")
