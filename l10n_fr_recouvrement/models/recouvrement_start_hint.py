from markupsafe import Markup

from odoo import api, models

from .action_states import CONTACTED_STATES


class RecouvrementAction(models.Model):
    """Tells who looks at an empty list of the day that follow-up was not started."""

    _inherit = "recouvrement.action"

    @api.model
    def get_empty_list_help(self, help_message):
        # EXTENDS base
        help_message = super().get_empty_list_help(help_message)
        if self.env.context.get("recouvrement_todo") and self._is_follow_up_idle():
            return self._get_start_hint() + Markup(help_message or "")
        return help_message

    @api.model
    def _is_follow_up_idle(self):
        """Whether the daily job is off and no debtor was ever contacted."""
        company = self.env.company.sudo()
        return not company.recouvrement_auto and not self.sudo().search_count(
            [("company_id", "=", company.id), ("state", "in", CONTACTED_STATES)],
            limit=1,
        )

    @api.model
    def _get_start_hint(self):
        text = self.env._(
            "Follow-up has not been started: no debtor was ever contacted, and the "
            "daily job is off."
        )
        if self.env.user.has_group("l10n_fr_recouvrement.group_recovery_manager"):
            how = Markup('<a type="action" name="%s" class="btn btn-link">%s</a>') % (
                "l10n_fr_recouvrement.recouvrement_start_wizard_action",
                self.env._("Start follow-up"),
            )
        else:
            how = self.env._("Ask a recovery manager to start it.")
        return Markup('<div class="alert alert-info" role="status">%s %s</div>') % (
            text,
            how,
        )
