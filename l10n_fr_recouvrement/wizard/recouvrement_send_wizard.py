from odoo import Command, api, fields, models

from ..const import PENDING_STATES


class RecouvrementSendWizard(models.TransientModel):
    """Says what will leave and what will not, before anything does."""

    _name = "recouvrement.send.wizard"
    _description = "Actions about to be sent"

    action_ids = fields.Many2many("recouvrement.action", readonly=True)
    line_ids = fields.One2many(
        "recouvrement.send.wizard.line",
        "wizard_id",
        domain=[("is_left_out", "=", False)],
        readonly=True,
    )
    left_out_ids = fields.One2many(
        "recouvrement.send.wizard.line",
        "wizard_id",
        domain=[("is_left_out", "=", True)],
        readonly=True,
    )

    @api.model
    def _open_for(self, actions):
        """Open the confirmation of some actions: those that may leave by channel, the
        others by the reason why they do not."""
        self.check_access("create")
        left_out = self._find_left_out(actions)
        ready = actions - actions.browse().union(*left_out.values())
        wizard = self.create(
            {
                "action_ids": [Command.set(ready.ids)],
                "line_ids": [
                    Command.create(vals)
                    for vals in (
                        *self._prepare_channel_lines(ready),
                        *self._prepare_left_out_lines(left_out),
                    )
                ],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("What will leave"),
            "res_model": self._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    @api.model
    def _find_left_out(self, actions):
        """``{reason: actions}`` of those that do not leave now."""
        found = {}
        may_approve = self.env.user.has_group(actions._get_approving_group())
        for action in actions:
            if reason := self._get_left_out_reason(action, may_approve):
                found[reason] = found.get(reason, actions.browse()) | action
        return found

    @api.model
    def _get_left_out_reason(self, action, may_approve):
        if action.state == "failed":
            return self.env._("Exceptions: correct them first.")
        if action.state not in PENDING_STATES:
            return self.env._("Sent, done or cancelled already.")
        if action.is_human:
            return self.env._("Calls, visits and tasks: note what came of each.")
        needs_manager = action.state == "to_approve" and action._is_above_limit()
        if needs_manager and not may_approve:
            return self.env._("Above what officers approve: a manager approves them.")
        return ""

    @api.model
    def _prepare_channel_lines(self, actions):
        for channel, part in actions._group_by_channel():
            for currency, same in part.grouped("currency_id").items():
                yield {
                    "channel": same[0].channel,
                    "note": channel._get_what_follows(),
                    "count": len(same),
                    "currency_id": currency.id,
                    "amount": sum(same.mapped("amount_total")),
                }

    @api.model
    def _prepare_left_out_lines(self, left_out):
        for reason, actions in left_out.items():
            for currency, same in actions.grouped("currency_id").items():
                yield {
                    "is_left_out": True,
                    "note": reason,
                    "count": len(same),
                    "currency_id": currency.id,
                    "amount": sum(same.mapped("amount_total")),
                }

    def action_send(self):
        """Approve and carry out what was shown."""
        self.ensure_one()
        actions = self.action_ids.with_context(recouvrement_in_steps=True)
        return actions.action_approve_and_send()


class RecouvrementSendWizardLine(models.TransientModel):
    """What leaves by one channel, or does not for one reason."""

    _name = "recouvrement.send.wizard.line"
    _description = "Actions about to be sent, by channel or reason"
    _order = "id"

    wizard_id = fields.Many2one(
        "recouvrement.send.wizard", required=True, index=True, ondelete="cascade"
    )
    is_left_out = fields.Boolean()
    channel = fields.Selection(
        selection=lambda self: (
            self.env["recouvrement.action"]
            ._fields["channel"]
            ._description_selection(self.env)
        )
    )
    note = fields.Char("What follows")
    count = fields.Integer("Actions")
    currency_id = fields.Many2one("res.currency", required=True)
    amount = fields.Monetary("Claimed")
