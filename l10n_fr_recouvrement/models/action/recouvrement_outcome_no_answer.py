from odoo import api, models

from ... import law


class RecouvrementOutcomeNoAnswer(models.AbstractModel):
    """Nobody answered: one calls again on the next working day, and goes on after
    enough calls."""

    _name = "recouvrement.outcome.no_answer"
    _description = "No answer"
    _inherit = "recouvrement.outcome"

    _proof_name = "sans réponse"

    @api.model
    def _is_offered(self, channel):
        # OVERRIDE
        return channel._is_call

    @api.model
    def _get_hint(self):
        # OVERRIDE
        return self.env._(
            "The call comes back on the next working day; after the number of calls of "
            "the settings it is closed and the procedure goes on."
        )

    @api.model
    def _apply(self, action, moves):
        # OVERRIDE
        action.attempts += 1
        company = action.company_id
        if action.attempts >= company.recouvrement_call_attempts:
            action._mark_done()
        else:
            action.date_planned = law.add_working_days(
                company._recouvrement_today(), 1, company.recouvrement_alsace_moselle
            )
