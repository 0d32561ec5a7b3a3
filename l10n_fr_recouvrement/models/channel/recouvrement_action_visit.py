from odoo import models

from ..settings.shipped import get_shipped


class RecouvrementAction(models.Model):
    """The notice that is left at the debtor's by a visit."""

    _inherit = "recouvrement.action"

    def action_print_notice(self):
        """Print the notices of visit, at the amounts of today."""
        self._check_pending().sudo()._refresh_each()
        visits = self.filtered(
            lambda action: action.channel == "visit" and action.state == "todo"
        )
        if not visits:
            return self._notify(self.env._("No visit is to be made."))
        report = get_shipped(
            self.env, "l10n_fr_recouvrement.action_report_visit_notice"
        )
        return report.report_action(visits, config=False)
