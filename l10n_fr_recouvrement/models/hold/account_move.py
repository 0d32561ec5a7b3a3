from odoo import api, fields, models

from ...const import ACCOUNTING


class AccountMove(models.Model):
    """Invoice that holds may keep from being chased, and whose payment Odoo blocks."""

    _inherit = "account.move"

    recouvrement_hold_ids = fields.Many2many(
        "recouvrement.hold",
        compute="_compute_recouvrement_hold_ids",
        string="Holds",
        groups=ACCOUNTING,
    )

    @api.depends("payment_state", "line_ids.no_followup")
    def _compute_recouvrement_hold_ids(self):
        book = self.env["recouvrement.hold"]._read_book(self)
        for move in self:
            holds = self.env["recouvrement.hold"]
            for line in move._recouvrement_due_lines():
                holds |= holds.union(
                    *(
                        hold
                        for hold in book.by_debtor.get(move.commercial_partner_id, ())
                        if hold._covers(line)
                    )
                )
            # Those of other teams' debtors are not everybody's to read.
            move.recouvrement_hold_ids = holds.sudo(self.env.su)._filtered_access(
                "read"
            )

    def write(self, vals):
        # EXTENDS account: a blocked payment is a dispute
        if "payment_state" not in vals:
            return super().write(vals)
        before = {move: move.payment_state == "blocked" for move in self}
        res = super().write(vals)
        changed = self.filtered(
            lambda move: (move.payment_state == "blocked") != before[move]
        )
        self.env["recouvrement.hold"]._follow_flag("dispute", changed)
        return res

    def action_recouvrement_hold(self):
        """Open the form of a hold of these invoices."""
        self.check_access("read")
        return self.env["recouvrement.hold"]._get_form(
            partner_id=self.commercial_partner_id[:1].id,
            company_id=self.company_id[:1].id,
            scope="invoices",
            move_ids=self.ids,
        )
