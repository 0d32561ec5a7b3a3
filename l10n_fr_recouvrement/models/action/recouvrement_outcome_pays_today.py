from odoo import api, models


class RecouvrementOutcomePaysToday(models.AbstractModel):
    """The debtor says that it pays today: a promise without a day to ask."""

    _name = "recouvrement.outcome.pays_today"
    _description = "Payment announced for today"
    _inherit = "recouvrement.outcome.promise"

    _asks_day = False
    _is_primary = False
    _proof_name = "règlement annoncé pour le jour même"

    @api.model
    def _get_button_label(self):
        # OVERRIDE
        return self._get_label()

    @api.model
    def _get_default_day(self, action):
        # OVERRIDE
        return action.company_id._recouvrement_today()

    @api.model
    def _get_promised_day(self, wizard):
        # OVERRIDE
        return wizard.action_id.company_id._recouvrement_today()
