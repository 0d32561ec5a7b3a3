from odoo import models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    """Merges debtors: one action waits for the one that remains."""

    _inherit = "base.partner.merge.automatic.wizard"

    def _merge_bank_accounts(self, src_partners, dst_partner):
        # EXTENDS base: the first step of a merge, before anything changes hands
        (src_partners | dst_partner)._recouvrement_check_merge()
        return super()._merge_bank_accounts(src_partners, dst_partner)

    def _update_foreign_keys(self, src_partners, dst_partner):
        # EXTENDS base: the same stage may have been claimed from each of them
        self.env["recouvrement.action.line"].sudo()._mark_merged(
            src_partners | dst_partner | dst_partner.commercial_partner_id
        )
        return super()._update_foreign_keys(src_partners, dst_partner)

    def _update_values(self, src_partners, dst_partner):
        # EXTENDS base: who may merge contacts need not be in charge of recovery, and
        # an insolvency judgment is not lost; what it takes off penalties has its limit
        kept = dst_partner.with_env(self.env)
        with kept._recouvrement_all_penalised()._recouvrement_conceding():
            return super()._update_values(src_partners.sudo(), dst_partner.sudo())

    def _log_merge_operation(self, src_partners, dst_partner):
        # EXTENDS base: everything belongs to the one that remains by now
        res = super()._log_merge_operation(src_partners, dst_partner)
        self.env["recouvrement.action"]._follow_merge(dst_partner)
        return res
