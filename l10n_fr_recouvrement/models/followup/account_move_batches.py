from odoo import models

# What follow-up reads of an invoice, of its due lines and of its debtor to plan it, or
# to report why it is left out: a tenth of what Odoo would read.
MOVE_FIELDS = (
    "state",
    "move_type",
    "payment_state",
    "amount_residual",
    "company_id",
    "commercial_partner_id",
    "invoice_date",
    "recouvrement_procedure_id",
    "recouvrement_stage_id",
    "recouvrement_stage_date",
    "recouvrement_presented_date",
    "recouvrement_cycle_date",
    "recouvrement_deadline",
    "recouvrement_posted_date",
)
LINE_FIELDS = (
    "move_id",
    "display_type",
    "date_maturity",
    "reconciled",
    "no_followup",
    "amount_residual",
)
DEBTOR_FIELDS = ("active",)


class AccountMove(models.Model):
    """Reads and plans many invoices, those of a batch in memory."""

    _inherit = "account.move"

    def _recouvrement_fetch(self, *names):
        """Read what the plan of these invoices follows from, and nothing else.

        :param names: further fields of the invoices
        """
        moves = self.sudo()
        moves.fetch([*MOVE_FIELDS, *names])
        moves.line_ids.fetch(LINE_FIELDS)
        moves.commercial_partner_id.fetch(DEBTOR_FIELDS)

    def _recouvrement_forget(self, *names):
        """Write these invoices to the database, and forget what
        :meth:`_recouvrement_fetch` read."""
        moves = self.sudo()
        moves.commercial_partner_id.invalidate_recordset(DEBTOR_FIELDS)
        moves.line_ids.invalidate_recordset(LINE_FIELDS)
        moves.invalidate_recordset([*MOVE_FIELDS, "line_ids", *names])

    def _recouvrement_plan_batch(self, field):
        """Plan these invoices anew and forget them: those whose next step stays are not
        written, and nothing that waits for them changes.

        :param field: that of the next date
        """
        self.env.remove_to_compute(field, self)
        moves = self.sudo().exists()
        moves._recouvrement_fetch(field.name)
        before = dict(zip(moves, moves.mapped(field.name), strict=True))
        with self.env.protecting([field], moves):
            moves._recouvrement_set_next_dates()
        changed = moves.filtered(lambda move: move[field.name] != before[move])
        changed._recouvrement_watch()
        moves._recouvrement_forget(field.name)
