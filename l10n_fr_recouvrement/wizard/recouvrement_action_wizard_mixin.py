from odoo import api, fields, models


class RecouvrementActionWizardMixin(models.AbstractModel):
    """Assistant about one action: it shows nothing of one that its user may not
    read."""

    _name = "recouvrement.action.wizard.mixin"
    _description = "Assistant about an action"

    action_id = fields.Many2one(
        "recouvrement.action", required=True, readonly=True, ondelete="cascade"
    )

    @api.constrains("action_id")
    def _check_action(self):
        for wizard in self:
            wizard._get_action()

    def _get_action(self):
        """The action, whose access is checked, of the user and not of a constraint that
        has every right: what is in cache was read by anybody."""
        action = self.action_id._origin.sudo(False)
        action.check_access("read")
        return action
