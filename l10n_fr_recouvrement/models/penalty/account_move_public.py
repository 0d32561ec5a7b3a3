from odoo import models
from odoo.tools import format_date

from ... import law

# What the end of the time to pay of a public body follows from.
LIMIT_FIELDS = {
    "recouvrement_profile",
    "recouvrement_public_delay",
    "recouvrement_request_date",
}


class AccountMove(models.Model):
    """Keeps the due date of an invoice to a public body at the end of the time that it
    has from receipt of the request for payment (CCP art. R2192-10 and R2192-11): until
    then nothing is late, whatever day the invoice was given as its due date."""

    _inherit = "account.move"

    def write(self, vals):
        # EXTENDS account
        res = super().write(vals)
        if LIMIT_FIELDS & vals.keys():
            self._recouvrement_follow_request()
        return res

    def _post(self, soft=True):
        # EXTENDS account: the request may have been received before
        posted = super()._post(soft=soft)
        posted._recouvrement_follow_request()
        return posted

    def _recouvrement_follow_request(self):
        """Move the due dates of the posted invoices whose request was received; an
        instalment that falls due later keeps its day."""
        received = self.sudo().filtered(
            lambda move: (
                move.state == "posted"
                and move.move_type == "out_invoice"
                and move.recouvrement_profile == "public"
                and move.recouvrement_request_date
            )
        )
        if not received:
            return
        facts = self.env["recouvrement.legal.fact"].sudo()._get_table()
        limits = {move: move._recouvrement_get_limit(facts) for move in received}
        days = dict(
            pair
            for move, limit in limits.items()
            for pair in move._recouvrement_get_due_days(limit)
        )
        moved = received.line_ids.filtered(
            lambda due: due in days and due.date_maturity != days[due]
        )
        for day, dues in moved.grouped(days.get).items():
            dues.date_maturity = day
        late = moved.move_id
        # Shown only: the lines are what is due, and are not made anew.
        for day, moves in late.grouped(
            lambda move: max(days[due] for due in move.line_ids if due in days)
        ).items():
            moves.with_context(skip_invoice_sync=True).invoice_date_due = day
        late._message_log_batch(
            {move.id: move._recouvrement_describe_limit(limits[move]) for move in late}
        )

    def _recouvrement_get_limit(self, facts):
        """Last day of the time to pay."""
        self.ensure_one()
        delay = (
            self.recouvrement_public_delay
            or self.commercial_partner_id.recouvrement_public_delay
            or "state"
        )
        return law.public_limit(facts, delay, self.recouvrement_request_date)

    def _recouvrement_get_due_days(self, limit):
        """``[(due line, day)]``: the first falls due at the limit, no other before."""
        self.ensure_one()
        dues = self.line_ids.filtered(
            lambda line: line.display_type == "payment_term"
        ).sorted(lambda line: (line.date_maturity, line.id))
        return [
            (due, law.public_due(limit, due.date_maturity, rank))
            for rank, due in enumerate(dues, 1)
        ]

    def _recouvrement_describe_limit(self, limit):
        self.ensure_one()
        return self.env._(
            "Due date: %(limit)s, %(days)s days after the request for payment was "
            "received.",
            limit=format_date(self.env, limit),
            days=(limit - self.recouvrement_request_date).days,
        )
