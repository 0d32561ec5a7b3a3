from odoo import api, models


class RecouvrementChannelLre(models.AbstractModel):
    """Electronic registered letter (C. postes art. L100), worth a registered letter.

    Letters are frozen and put in a queue in the transaction that closes the action; the
    job that follows hands them over to the service of the company.
    """

    _name = "recouvrement.channel.lre"
    _description = "Recovery by electronic registered letter"
    _inherit = "recouvrement.channel"

    _is_registered = True
    _has_carrier = True
    _job = "l10n_fr_recouvrement.cron_carriers"
    _delivery_text = "lre"
    _proof_name = "lettre recommandée électronique"

    @api.model
    def _check_deliverable(self, actions):
        # OVERRIDE
        problems = {}
        for company, part in actions.grouped("company_id").items():
            provider = company._recouvrement_get_lre_provider()
            reason = provider._check_ready(company)
            for action in part:
                problem = reason or self._get_problem(action)
                if problem:
                    problems[action] = problem
        return problems

    @api.model
    def _get_problem(self, action):
        """What keeps one letter from leaving, or nothing."""
        if problem := action._get_address_problem():
            return problem
        # Who is no professional must have agreed beforehand (C. postes art. L100).
        consent = action.partner_id.sudo().recouvrement_lre_consent_date
        if action.profile == "consumer" and not (consent and consent <= action.date):
            return self.env._(
                "%s is a consumer, who must have agreed to electronic registered "
                "letters beforehand: enter the consent on the debtor, or choose "
                "another channel, then check again.",
                action.partner_id.display_name,
            )
        return ""

    @api.model
    def _deliver(self, actions):
        # OVERRIDE: what the service does is not undone with the transaction, so it is
        # asked once the letter is recorded
        for action in actions:
            action.write(
                {
                    "carrier_state": "queued",
                    "email_to": action._get_email_address(),
                }
            )
        actions._trigger_carriers()

    @api.model
    def _get_sent_text(self):
        # OVERRIDE
        return self.env._("Letters on their way to the service that posts them: %s.")

    @api.model
    def _follow_carried(self, actions):
        # OVERRIDE
        actions._follow_lre()

    @api.model
    def _post_again(self, actions):
        # OVERRIDE: to the address that the recipient has now
        for action in actions:
            action.email_to = action._get_email_address()
