from markupsafe import Markup

from odoo import api, fields, models

from ...const import CONTACTED_STATES


class RecouvrementAction(models.Model):
    """The list of the day: the order of its groups, what one must know of each action,
    and the text of an empty one."""

    _inherit = "recouvrement.action"

    state = fields.Selection(group_expand="_group_expand_state")
    notice = fields.Char(
        "To note",
        compute="_compute_notice",
        help="What to correct before the action can leave, or what came of the contact "
        "before it.",
    )

    def _group_expand_state(self, states, domain):
        """Order groups as the states are declared, which is that of the work; those
        that hold nothing stay out."""
        values = self._fields["state"].get_values(self.env)
        return [value for value in values if value in states]

    @api.depends("state", "failure_reason", "previous_outcome")
    def _compute_notice(self):
        for action in self:
            action.notice = (
                action.failure_reason
                if action.state == "failed"
                else action.previous_outcome
            )

    # ------------------------------------------------------------------
    # When the list is empty
    # ------------------------------------------------------------------

    @api.model
    def action_open_today(self):
        """Open the list of the day, with a hint where follow-up was not started.

        The browser keeps the text of an empty list of a window action for long: only
        here is it asked anew each time.
        """
        self.check_access("read")
        actions = self.env["ir.actions.act_window"]
        action = actions.with_context(recouvrement_start_hint=True)._for_xml_id(
            "l10n_fr_recouvrement.recouvrement_action_todo_action"
        )
        if self.env.context.get("recouvrement_just_started"):
            # Nothing goes back to a list that shows otherwise.
            action["target"] = "main"
        return action

    @api.model
    def get_empty_list_help(self, help_message):
        # EXTENDS base
        help_message = super().get_empty_list_help(help_message)
        if not self.env.context.get("recouvrement_todo"):
            return help_message
        parts = [Markup(help_message or "")]
        if self.env.context.get("recouvrement_start_hint") and self._is_idle():
            parts.insert(0, self._get_start_hint())
        elif self.env.user.has_group("l10n_fr_recouvrement.group_recovery_officer"):
            parts.append(
                self._get_link(
                    "recouvrement_run_wizard_action",
                    self.env._("Prepare today's follow-up"),
                )
            )
        return Markup("").join(parts)

    @api.model
    def _is_idle(self):
        """Whether nobody started follow-up, the daily job is off and no debtor was ever
        contacted."""
        company = self.env.company.sudo()
        return not (
            company.recouvrement_started_on
            or company.recouvrement_auto
            or self.sudo().search_count(
                [("company_id", "=", company.id), ("state", "in", CONTACTED_STATES)],
                limit=1,
            )
        )

    @api.model
    def _get_link(self, action, label):
        link = Markup('<a type="action" name="%s" class="btn btn-link">%s</a>')
        return link % (f"l10n_fr_recouvrement.{action}", label)

    @api.model
    def _get_start_hint(self):
        text = self.env._(
            "Follow-up has not been started: no debtor was ever contacted, and the "
            "daily job is off."
        )
        if self.env.user.has_group("l10n_fr_recouvrement.group_recovery_manager"):
            how = self._get_link(
                "recouvrement_start_wizard_action", self.env._("Start follow-up")
            )
        else:
            how = self.env._("Ask a recovery manager to start it.")
        return Markup('<div class="alert alert-info" role="status">%s %s</div>') % (
            text,
            how,
        )
