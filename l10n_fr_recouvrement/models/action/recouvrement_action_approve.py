from odoo import api, fields, models
from odoo.exceptions import UserError

from ...const import MANAGER

# What is no more approved.
NOT_APPROVED = {
    "approver_id": False,
    "approved_above_limit": False,
    "date_approved": False,
}


class RecouvrementAction(models.Model):
    """Who lets actions leave: officers up to a limit, managers above it."""

    _inherit = "recouvrement.action"

    def write(self, vals):
        # EXTENDS base: what was approved is what leaves
        names = () if "approver_id" in vals else self._get_approved_fields()
        names = [name for name in names if name in vals]
        before = {
            action: [action[name] for name in names]
            for action in (self._filter_approved() if names else ())
        }
        res = super().write(vals)
        for action, values in before.items():
            changed = [
                name
                for name, value in zip(names, values, strict=True)
                if action[name] != value
            ]
            if changed:
                action._withdraw_approval(
                    ", ".join(
                        self._fields[name]._description_string(self.env)
                        for name in changed
                    )
                )
        return res

    @api.model
    def _get_approved_fields(self):
        """Names of the fields that whoever approves an action has read: changing one
        takes the approval away. Hook."""
        return ["channel", "contact_id", "letter_note", "stage_id"]

    def _filter_approved(self):
        """Those that somebody approved and that have not left."""
        return self.filtered(
            lambda action: action.state == "ready" and action.approver_id
        )

    def _withdraw_approval(self, what):
        """The actions are not what was approved any more: they wait to be approved
        again.

        :param str what: what changed
        """
        for action in self.sudo()._filter_approved():
            body = self.env._(
                "No longer approved by %(user)s: %(what)s changed.",
                user=action.approver_id.name,
                what=what,
            )
            action._set_state("to_approve", **NOT_APPROVED)
            action._message_log(body=body, author_id=self.env.user.partner_id.id)

    def action_approve(self):
        """Approve: the actions may leave."""
        self.check_access("write")
        waiting = self.filtered(lambda action: action.state == "to_approve")
        # What is approved is what is owed now.
        waiting.sudo()._refresh_each()
        waiting = waiting.filtered(lambda action: action.state == "to_approve")
        waiting._approve_above_limit()
        waiting.sudo()._set_state(
            "ready", approver_id=self.env.uid, date_approved=fields.Datetime.now()
        )
        return True

    def _get_approving_group(self):
        """External id of the group whose members approve what claims more than officers
        approve. Hook."""
        return MANAGER

    def _approve_above_limit(self):
        """Above the limit of the company, approving is for a manager."""
        above = self.filtered(lambda action: action._is_above_limit())
        group = self._get_approving_group()
        if above and not self.env.su and not self.env.user.has_group(group):
            company = above[0].company_id
            raise UserError(
                self.env._(
                    "Above %(limit)s, an action is approved by a member of the group "
                    "“%(group)s”: %(actions)s.",
                    limit=company.currency_id.format(
                        company.recouvrement_approval_limit
                    ),
                    group=self.env.ref(group).sudo().name,
                    actions=", ".join(
                        f"{action.name} ({action.partner_id.name})" for action in above
                    ),
                )
            )
        above.sudo().approved_above_limit = True

    def _is_above_limit(self):
        """Whether this action claims more than officers approve. Hook."""
        self.ensure_one()
        company = self.company_id
        limit = company.recouvrement_approval_limit
        return limit > 0 and limit < self.currency_id._convert(
            self.amount_total, company.currency_id, company, self.date
        )

    def _hold_above_limit(self):
        """What is ready and claims more than officers approve waits for a manager,
        unless one approved it already."""
        self.filtered(
            lambda action: (
                action.state == "ready"
                and not action.approved_above_limit
                and action._is_above_limit()
            )
        )._set_state("to_approve", **NOT_APPROVED)
