from odoo import fields, models


class RecouvrementAssignWizard(models.TransientModel):
    """Gives actions, and their debtors if one wants, to another responsible."""

    _name = "recouvrement.assign.wizard"
    _description = "Reassign recovery actions"

    action_ids = fields.Many2many("recouvrement.action", required=True)
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        domain="[('share', '=', False), ('company_ids', 'in', allowed_company_ids)]",
        help="Empty: nobody in particular.",
    )
    team_id = fields.Many2one(
        "recouvrement.team", help="Empty: the team that each has."
    )
    with_debtor = fields.Boolean(
        "From now on",
        help="The debtors are this person's, or this team's: their next actions too.",
    )

    def action_confirm(self):
        """Give the actions."""
        self.ensure_one()
        # Read first: who gives an action away may see it no more.
        debtors = self.action_ids.partner_id
        self.action_ids._reassign(self.user_id, self.team_id)
        if self.with_debtor:
            vals = {"recouvrement_user_id": self.user_id.id}
            if self.team_id:
                vals["recouvrement_team_id"] = self.team_id.id
            debtors.write(vals)
        return {"type": "ir.actions.client", "tag": "soft_reload"}
