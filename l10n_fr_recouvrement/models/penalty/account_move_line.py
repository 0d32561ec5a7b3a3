from odoo import fields, models


class AccountMoveLine(models.Model):
    """Has the penalties of an invoice recomputed when its due lines are reconciled, and
    makes those that a deleted line of a debit note charged owed again."""

    _inherit = "account.move.line"

    recouvrement_penalty_line_ids = fields.One2many(
        "recouvrement.penalty.line",
        "debit_line_id",
        "Penalties charged",
        readonly=True,
        groups="account.group_account_invoice,account.group_account_readonly",
    )

    def write(self, vals):
        # EXTENDS account: time that is granted once it is late forgives penalties
        if self.env.su or "date_maturity" not in vals:
            return super().write(vals)
        days = {company: company._recouvrement_today() for company in self.company_id}
        late = self.filtered(
            lambda line: (
                line.parent_state == "posted"
                and line.display_type == "payment_term"
                and line.date_maturity
                and line.date_maturity < days[line.company_id]
            )
        )
        with late.move_id._recouvrement_conceding():
            return super().write(vals)

    def unlink(self):
        # EXTENDS account: what a draft debit note charged is owed again
        # Who deletes lines need not see what this module adds to them.
        charged = self.sudo().filtered("move_id.recouvrement_is_debit_note")
        penalties = charged.recouvrement_penalty_line_ids
        penalties.debit_line_id = False
        res = super().unlink()
        penalties.move_id._recouvrement_follow_payments()
        return res

    def _reconcile_plan_with_sync(self, plan_list, all_amls):
        # EXTENDS account: penalties stop at the payment
        res = super()._reconcile_plan_with_sync(plan_list, all_amls)
        all_amls.move_id._recouvrement_follow_later(
            all_amls._recouvrement_get_transfers()
        )
        return res

    def _recouvrement_get_transfers(self):
        """The entries on which the debt of an invoice may live on, among those of these
        lines: a debit of a customer that is no document, payment or bank line."""
        return self.filtered(
            lambda line: (
                line.balance > 0
                and line.move_id.move_type == "entry"
                and not (line.payment_id or line.statement_line_id)
            )
        ).move_id
