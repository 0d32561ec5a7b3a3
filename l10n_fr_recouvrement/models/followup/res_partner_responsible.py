from odoo import models
from odoo.exceptions import AccessError

from ...const import MANAGER, OFFICER, PENDING_STATES


class ResPartner(models.Model):
    """Who answers for a debtor, and who may give it to somebody else."""

    _inherit = "res.partner"

    def _recouvrement_check_assignment(self):
        """Where officers answer for their own debtors, or for those of their teams,
        they do not take those of others."""
        if (
            not self.env.su
            and not self.env.user.has_group(MANAGER)
            and self._recouvrement_of_others()
        ):
            raise AccessError(
                self.env._(
                    "Ask a recovery manager to give the debtors of somebody else to "
                    "another responsible."
                )
            )

    def _recouvrement_of_others(self):
        """Debtors of ``self`` that others answer for, by the setting of any company
        that the user works for: debtors are shared by all of them."""
        user = self.env.user
        scopes = set(user.company_ids.sudo().mapped("recouvrement_officer_scope"))
        others = self.browse()
        if "own" in scopes:
            others |= self.filtered(lambda partner: partner.recouvrement_user_id - user)
        if "team" in scopes:
            others |= self._recouvrement_of_other_teams()
        return others

    def _recouvrement_of_other_teams(self):
        """Debtors of ``self`` that neither the user nor a team of theirs answers for,
        but somebody."""
        user = self.env.user
        teams = self.env["recouvrement.team"].sudo()
        teams = teams.search([("member_ids", "in", user.ids)])
        mates = user | teams.member_ids
        return self.filtered(
            lambda partner: (
                (partner.recouvrement_user_id or partner.recouvrement_team_id)
                and partner.recouvrement_user_id not in mates
                and partner.recouvrement_team_id not in teams
            )
        )

    def _recouvrement_check_merge(self):
        """Where officers answer for their own debtors, or for those of their teams,
        merging contacts does not give them those of others."""
        user = self.env.user
        if self.env.su or user.has_group(MANAGER) or not user.has_group(OFFICER):
            return
        debtors = self.commercial_partner_id
        held = debtors._recouvrement_of_others()
        held |= debtors._recouvrement_out_of_reach()
        if held:
            raise AccessError(
                self.env._(
                    "Somebody else answers for %s: ask a recovery manager to merge the "
                    "contacts.",
                    ", ".join(held.mapped("display_name")),
                )
            )

    def _recouvrement_out_of_reach(self):
        """Debtors of ``self`` that have an action open which the user may not change,
        in any company that they work for."""
        companies = self.env.user.company_ids
        actions = self.env["recouvrement.action"].sudo()
        actions = actions.with_context(allowed_company_ids=companies.ids).search(
            [
                ("partner_id", "in", self.ids),
                ("company_id", "in", companies.ids),
                ("state", "in", PENDING_STATES),
            ]
        )
        reached = actions.sudo(False)._filtered_access("write").sudo()
        return (actions - reached).partner_id.sudo(False)

    def _recouvrement_fetch_responsibles(self):
        """Read who answers for these debtors, for all of them at once."""
        debtors = self.sudo()
        debtors.fetch(["recouvrement_user_id", "recouvrement_team_id"])
        debtors.recouvrement_user_id.fetch(["active", "company_ids"])
        debtors.recouvrement_team_id.fetch(["active", "company_id"])

    def _recouvrement_get_responsible(self, company, stage):
        """Who answers for an action at ``stage``: the responsible of the debtor, else
        that of the stage, as far as they work for ``company``; or nobody. Hook."""
        self.ensure_one()
        for user in (self.sudo().recouvrement_user_id, stage.sudo().user_id):
            if user.active and company in user.company_ids:
                return user
        return self.env["res.users"]

    def _recouvrement_get_team(self, company, stage):
        """Team that answers for an action at ``stage``: that of the debtor, else that
        of the stage, as far as it works for ``company``; or none. Hook."""
        self.ensure_one()
        for team in (self.sudo().recouvrement_team_id, stage.sudo().team_id):
            if team and team._serves(company):
                return team
        return self.env["recouvrement.team"]
