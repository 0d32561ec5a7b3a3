from odoo import api, fields, models
from odoo.exceptions import UserError

from ...const import PENDING_STATES


class RecouvrementAction(models.Model):
    """Who does an action and when: its responsible, its planned day, and the activity
    that notifies them of a call, a visit or a task."""

    _inherit = "recouvrement.action"

    date_planned = fields.Date(
        "Planned on",
        compute="_compute_date_planned",
        store=True,
        precompute=True,
        readonly=False,
        index=True,
        tracking=True,
        help="Day it is to be done; until then it is out of what is to do today.",
    )

    @api.depends("run_id")
    def _compute_date_planned(self):
        for action in self:
            action.date_planned = action.run_id.date or action.date

    @api.depends("name", "partner_id.name")
    @api.depends_context("recouvrement_with_debtor")
    def _compute_display_name(self):
        # EXTENDS base: a calendar shows nothing else
        if not self.env.context.get("recouvrement_with_debtor"):
            return super()._compute_display_name()
        for action in self:
            action.display_name = f"{action.partner_id.name} – {action.name}"
        return None

    def write(self, vals):
        # EXTENDS base: the activity follows who does the action, how and when
        res = super().write(vals)
        if "channel" in vals:
            self.sudo()._follow_channel()
        if {"user_id", "date_planned"} & vals.keys():
            self.sudo()._follow_assignment()
        return res

    @api.model
    def _get_first_state(self, stage):
        """State that an action of ``stage`` is made in, up to the limit of officers."""
        if stage.is_human:
            return "todo"
        return "to_approve" if stage.needs_approval else "ready"

    def _follow_channel(self):
        """What becomes a call waits to be made, a letter to be approved."""
        human = self.filtered(
            lambda action: action.is_human and action.state in ("to_approve", "ready")
        )
        human._set_state("todo")
        human._check_before_sending()
        others = self.filtered(
            lambda action: not action.is_human and action.state == "todo"
        )
        others._set_state("to_approve")
        others._get_activities().unlink()
        human._schedule_activities()

    # ------------------------------------------------------------------
    # Activities
    # ------------------------------------------------------------------

    def _schedule_activities(self):
        """Notify the responsible of each call, visit or task that waits: one activity
        each, all made at once."""
        actions = self.sudo().filtered(
            lambda action: (
                action.state == "todo"
                and action.user_id
                and not action._get_activities()
            )
        )
        model_id = self.env["ir.model"]._get_id(self._name)
        # No e-mail for each: a run may make a hundred calls.
        self.env["mail.activity"].sudo().with_context(
            mail_activity_quick_update=True
        ).create([action._prepare_activity(model_id) for action in actions])

    def _prepare_activity(self, model_id):
        """Values of the activity of a call, a visit or a task. Hook."""
        self.ensure_one()
        kind = (
            self.stage_id.activity_type_id
            or self._channel_handler()._get_activity_type()
        )
        return {
            "res_model_id": model_id,
            "res_id": self.id,
            "activity_type_id": kind.id,
            "summary": f"{self.stage_id.name} – {self.partner_id.name}",
            "date_deadline": self.date_planned or self.date,
            "user_id": self.user_id.id,
            "automated": True,
        }

    def _get_activities(self):
        """Open activities that follow-up made."""
        return self.activity_ids.filtered("automated")

    def _close_activities(self):
        """The actions are done: so are their activities."""
        self.sudo()._get_activities().action_archive()

    def _drop_activities(self):
        """There is nothing to do any more."""
        self.sudo().filtered("is_human")._get_activities().unlink()

    def _follow_assignment(self):
        """Hand the activities over to the responsible and the day of their actions."""
        todo = self.filtered(lambda action: action.state == "todo")
        for (user, day), actions in todo.grouped(
            lambda action: (action.user_id, action.date_planned)
        ).items():
            activities = actions._get_activities().with_context(
                mail_activity_quick_update=True
            )
            if user:
                activities.write(
                    {
                        "user_id": user.id,
                        "date_deadline": day
                        or actions[:1].company_id._recouvrement_today(),
                    }
                )
            else:
                activities.unlink()
        todo._schedule_activities()

    # ------------------------------------------------------------------
    # Postpone, reassign
    # ------------------------------------------------------------------

    def action_postpone(self):
        """Open the assistant that puts the actions off."""
        self.check_access("write")
        return self._open_wizard(
            "recouvrement.postpone.wizard",
            self.env._("Postpone"),
            {"default_action_ids": self.ids},
        )

    def action_reassign(self):
        """Open the assistant that gives the actions to somebody."""
        self.check_access("write")
        return self._open_wizard(
            "recouvrement.assign.wizard",
            self.env._("Reassign"),
            {"default_action_ids": self.ids},
        )

    def _postpone(self, day, reason):
        """Put the pending actions of ``self`` off to ``day``."""
        pending = self._check_pending()
        pending.sudo().date_planned = day
        for action in pending:
            action.message_post(body=self.env._("Postponed: %s", reason))

    def _reassign(self, user, team=None):
        """Give the pending actions of ``self`` to ``user``, or to nobody, and to
        ``team`` if there is one."""
        vals = {"user_id": user.id}
        if team:
            vals["team_id"] = team.id
        self._check_pending().sudo().write(vals)

    def _check_pending(self):
        """Return the actions of ``self`` that wait, which the user may change."""
        self.check_access("write")
        pending = self.filtered(lambda action: action.state in PENDING_STATES)
        if not pending:
            raise UserError(
                self.env._("These actions are closed: nothing is left to do.")
            )
        return pending

    @api.model
    def _open_wizard(self, model, name, context):
        """Open an assistant over the screen."""
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": context,
        }
