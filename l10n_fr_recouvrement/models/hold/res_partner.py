from odoo import api, fields, models

from ...const import ACCOUNTING


class ResPartner(models.Model):
    """Debtor that holds may keep from being chased, and whose insolvency does."""

    _inherit = "res.partner"

    recouvrement_insolvency_date = fields.Date(
        "Insolvency judgment of",
        tracking=True,
        help="Day of the judgment that opened insolvency proceedings: what was owed "
        "before is not chased any more, and bears no interest from then on (C. com. "
        "art. L622-21 and L622-28).",
        copy=False,
        groups=ACCOUNTING,
    )
    recouvrement_hold_ids = fields.Many2many(
        "recouvrement.hold",
        compute="_compute_recouvrement_hold_ids",
        string="Holds",
        groups=ACCOUNTING,
    )

    @api.depends_context("company")
    def _compute_recouvrement_hold_ids(self):
        holds = self.env["recouvrement.hold"].search(
            [
                ("commercial_partner_id", "in", self.commercial_partner_id.ids),
                ("is_standing", "=", True),
            ]
        )
        by_debtor = holds.grouped("commercial_partner_id")
        for partner in self:
            partner.recouvrement_hold_ids = by_debtor.get(
                partner.commercial_partner_id, holds.browse()
            )

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS base
        partners = super().create(vals_list)
        partners.filtered(
            lambda partner: partner.sudo().recouvrement_insolvency_date
        )._recouvrement_follow_insolvency()
        return partners

    def write(self, vals):
        # EXTENDS base: the day of the judgment holds what was owed before
        res = super().write(vals)
        if "recouvrement_insolvency_date" in vals:
            self._recouvrement_follow_insolvency()
        return res

    def _recouvrement_follow_insolvency(self):
        """Open the hold of insolvency proceedings after the day of the judgment, or
        have the one there is follow it."""
        holds = self.env["recouvrement.hold"].sudo()
        standing = holds.search(
            [
                ("kind", "=", "insolvency"),
                ("date_end", "=", False),
                ("partner_id", "in", self.ids),
            ]
        ).grouped("partner_id")
        new = []
        for partner in self.sudo():
            day = partner.recouvrement_insolvency_date
            known = standing.get(partner, holds)
            if not day:
                known._lift()
                continue
            since = min(day, self.env.company._recouvrement_today())
            vals = {"owed_before": day, "date_from": since}
            if known:
                known.write(vals)
            elif partner == partner.commercial_partner_id:
                new.append(
                    holds._prepare_opened(
                        "insolvency", partner, company_id=False, **vals
                    )
                )
        holds.create(new)

    def action_recouvrement_hold(self):
        """Open the form of a hold of all that this debtor owes."""
        self.ensure_one()
        self.check_access("read")
        return self.env["recouvrement.hold"]._get_form(
            partner_id=self.commercial_partner_id.id
        )
