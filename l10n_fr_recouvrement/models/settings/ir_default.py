from odoo import api, models


class IrDefault(models.Model):
    """Keeps the defaults that users save for themselves out of what methods write: the
    superuser makes these records in the name of the user."""

    _inherit = "ir.default"

    @api.model
    def _get_model_defaults(self, model_name, condition=False):
        # EXTENDS base
        defaults = super()._get_model_defaults(model_name, condition)
        model = self.env[model_name]
        if not defaults or not hasattr(model, "_recouvrement_refused_defaults"):
            return defaults
        refused = model._recouvrement_refused_defaults()
        return {name: value for name, value in defaults.items() if name not in refused}
