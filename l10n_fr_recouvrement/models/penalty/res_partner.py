from odoo import api, models

from ..settings.res_partner import COMPANY_FIELD

# What the penalties of invoices that are there follow from.
PENALTY_FIELDS = {
    # whose debtor's they are
    COMPANY_FIELD,
    "parent_id",
    "recouvrement_insolvency_date",
    "recouvrement_profile",
    "recouvrement_public_delay",
}


class ResPartner(models.Model):
    """Debtor, whose profile and insolvency decide what lateness costs."""

    _inherit = "res.partner"

    def write(self, vals):
        # EXTENDS base: what lowers penalties takes the right to waive them
        if self.env.su or not PENALTY_FIELDS & vals.keys():
            return super().write(vals)
        with self._recouvrement_all_penalised()._recouvrement_conceding():
            return super().write(vals)

    @api.model
    def _recouvrement_apply_guess(self, moves, profile):
        # EXTENDS: anybody may find that a consumer is none; who is no officer changes
        # nothing else that penalties follow from, and officers do up to their limit
        owing_more = moves.filtered(
            lambda move: move.recouvrement_profile == "consumer"
        )
        res = super()._recouvrement_apply_guess(owing_more, profile)
        rest = moves - owing_more
        if rest and self._recouvrement_may_follow_up():
            with rest.with_env(self.env)._recouvrement_conceding():
                super()._recouvrement_apply_guess(rest, profile)
        return res

    def _recouvrement_all_penalised(self):
        """Invoices of these debtors whose penalties may still change, whatever company
        they are of: a debtor is shared by all."""
        moves = self.env["account.move"]
        found = moves.sudo().search(
            [
                *moves._recouvrement_penalised_domain(),
                ("commercial_partner_id", "in", self.ids),
            ]
        )
        return found.sudo(False)
