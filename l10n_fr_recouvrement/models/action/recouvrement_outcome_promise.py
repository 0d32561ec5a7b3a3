from datetime import timedelta

from odoo import api, models
from odoo.exceptions import UserError

from ... import law

# A week is what debtors ask for most.
PROMISE_DAYS = 7


class RecouvrementOutcomePromise(models.AbstractModel):
    """The debtor promises to pay by a day: what it is about is held until then."""

    _name = "recouvrement.outcome.promise"
    _description = "Promise to pay"
    _inherit = "recouvrement.outcome"

    _is_promise = True
    _asks_day = True
    _is_primary = True
    _proof_name = "promesse de règlement"

    @api.model
    def _is_offered(self, channel):
        # OVERRIDE
        return channel._is_spoken

    @api.model
    def _get_button_label(self):
        # OVERRIDE
        return self.env._("Promise")

    @api.model
    def _get_hint(self):
        # OVERRIDE
        return self.env._(
            "Nothing else is prepared on these invoices until two working days after "
            "this day."
        )

    @api.model
    def _get_default_day(self, action):
        # OVERRIDE
        return law.next_working_day(
            action.company_id._recouvrement_today() + timedelta(days=PROMISE_DAYS),
            action.company_id.recouvrement_alsace_moselle,
        )

    @api.model
    def _prepare_values(self, wizard):
        # OVERRIDE
        day = self._get_promised_day(wizard)
        if wizard.currency_id.compare_amounts(wizard.promise_amount, 0) <= 0:
            raise UserError(self.env._("Enter the amount that is promised."))
        return {"promise_date": day, "promise_amount": wizard.promise_amount}

    @api.model
    def _get_promised_day(self, wizard):
        """Day by which the debtor says that it pays. Hook."""
        day = wizard.promise_date
        if not day or day <= wizard.action_id.company_id._recouvrement_today():
            raise UserError(
                self.env._(
                    "A promise is for a day to come: enter it, from tomorrow on."
                )
            )
        return day

    @api.model
    def _apply(self, action, moves):
        # EXTENDS recouvrement.outcome
        res = super()._apply(action, moves)
        action._hold_promised()
        return res
