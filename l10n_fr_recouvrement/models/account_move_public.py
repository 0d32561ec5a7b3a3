from odoo import models
from odoo.tools import format_date

from .. import law

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
        facts = self.env["recouvrement.legal.fact"]._get_table()
        notes = {}
        for move in received:
            days, limit = move._recouvrement_get_limit(facts)
            if move._recouvrement_move_due_dates(limit):
                notes[move.id] = self.env._(
                    "Due date: %(limit)s, %(days)s days after the request for payment "
                    "was received.",
                    limit=format_date(self.env, limit),
                    days=days,
                )
        received.browse(notes)._message_log_batch(notes)

    def _recouvrement_get_limit(self, facts):
        """``(days, last day)`` of the time to pay."""
        self.ensure_one()
        delay = (
            self.recouvrement_public_delay
            or self.commercial_partner_id.recouvrement_public_delay
            or "state"
        )
        received = self.recouvrement_request_date
        days = int(facts.at(f"public_delay_{delay}", received).value)
        return days, law.net_due(received, days)

    def _recouvrement_move_due_dates(self, limit):
        """Return whether a due date was another."""
        self.ensure_one()
        dues = self.line_ids.filtered(
            lambda line: line.display_type == "payment_term"
        ).sorted(lambda line: (line.date_maturity, line.id))
        moved = False
        for due in dues:
            day = limit if due == dues[0] else max(limit, due.date_maturity)
            if due.date_maturity != day:
                due.date_maturity = day
                moved = True
        if moved:
            # Shown only: the lines are what is due, and are not made anew.
            self.with_context(skip_invoice_sync=True).invoice_date_due = max(
                dues.mapped("date_maturity")
            )
        return moved
