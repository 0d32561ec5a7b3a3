from odoo import api, fields, models
from odoo.tools import SQL

from .. import law
from ..law.interest import ONE_DAY


class RecouvrementPenaltyLine(models.Model):
    """What lateness costs: one segment of interest, or the flat-rate indemnity.

    Rebuilt from the due lines, their payments and the dated rates; the arithmetic is
    in ``law``. Nothing here is booked.
    """

    _name = "recouvrement.penalty.line"
    _description = "Late-payment penalty"
    _order = "id"

    move_id = fields.Many2one(
        "account.move", "Invoice", required=True, index=True, ondelete="cascade"
    )
    move_line_id = fields.Many2one(
        "account.move.line", "Due line", index="btree_not_null", ondelete="cascade"
    )
    company_id = fields.Many2one(related="move_id.company_id", store=True, index=True)
    kind = fields.Selection(
        [("interest", "Late-payment interest"), ("indemnity", "Flat-rate indemnity")],
        required=True,
    )
    date_from = fields.Date("From", required=True)
    date_to = fields.Date("To", required=True)
    days = fields.Integer()
    base = fields.Monetary("Base incl. tax")
    rate = fields.Float("Rate (%)", digits=(7, 4))
    divisor = fields.Integer()
    amount = fields.Monetary(required=True)
    currency_id = fields.Many2one("res.currency", required=True)

    @api.model
    def _rebuild(self, moves, date):
        """Replace the penalty lines of ``moves`` by those due as of ``date``, where
        they differ.

        :return: ``{move_id: error of the law}`` of the invoices left untouched
        """
        penalties, errors = self._compute_penalties(moves, date)
        moves = moves.filtered(lambda move: move.id not in errors)
        euro = self.env.ref("base.EUR")
        wanted = {
            move.id: [
                *self._prepare_interest_vals(move, penalties[move.id]),
                *self._prepare_indemnity_vals(move, penalties[move.id], euro),
            ]
            for move in moves
        }
        changed = moves.filtered(
            lambda move: (
                wanted[move.id]
                != [line._get_vals() for line in move.recouvrement_penalty_line_ids]
            )
        )
        changed.recouvrement_penalty_line_ids.unlink()
        self.create([vals for move in changed for vals in wanted[move.id]])
        for settled, part in moves.grouped(
            lambda move: not move._recouvrement_is_chased()
        ).items():
            part.sudo()._recouvrement_write(
                {
                    "recouvrement_penalty_date": date,
                    "recouvrement_penalty_settled": settled,
                }
            )
        return errors

    def _get_vals(self):
        """The values this line was made from, to be compared with new ones."""
        self.ensure_one()
        return {
            "move_id": self.move_id.id,
            "move_line_id": self.move_line_id.id,
            "kind": self.kind,
            "date_from": self.date_from,
            "date_to": self.date_to,
            "days": self.days,
            "base": self.base,
            "rate": self.rate,
            "divisor": self.divisor,
            "amount": self.amount,
            "currency_id": self.currency_id.id,
        }

    # ------------------------------------------------------------------
    # Inputs of the law
    # ------------------------------------------------------------------

    @api.model
    def _compute_penalties(self, moves, date, imputed=None):
        """Compute what lateness costs as of ``date``.

        :param moves: posted customer invoices
        :param imputed: ``{move_line_id: [law.Payment]}`` of unallocated credits set
            against due lines (C. civ. 1342-10), beside the reconciled payments
        :return: ``({move_id: {"interest": {move_line_id: [law.Segment]},
            "indemnity": Decimal in euros, "indemnity_date": date}},
            {move_id: law.UnknownHalfYearError or law.UnknownFactError})``
        """
        table = self.env["recouvrement.rate"]._get_table()
        facts = self.env["recouvrement.legal.fact"]._get_table()
        due_lines = self._read_due_lines(moves)
        payments = self._read_payments(
            [row["id"] for rows in due_lines.values() for row in rows]
        )
        for line_id, credits in (imputed or {}).items():
            payments.setdefault(line_id, []).extend(credits)
        notices = self.env["recouvrement.action"]._read_formal_notices(moves)
        penalties, errors = {}, {}
        for move in moves:
            rows = [
                {**row, "notice": notices.get(row["id"])}
                for row in due_lines.get(move.id, ())
            ]
            try:
                penalties[move.id] = self._compute_move(
                    move, rows, payments, date, table, facts
                )
            except (law.UnknownHalfYearError, law.UnknownFactError) as error:
                errors[move.id] = error
        return penalties, errors

    @api.model
    def _compute_move(self, move, rows, payments, date, table, facts):
        profile = (
            move.recouvrement_profile or move.commercial_partner_id.recouvrement_profile
        )
        digits = move.currency_id.decimal_places
        interest, indemnity, indemnity_date = {}, law.to_decimal(0), None
        for row in rows:
            start = self._get_interest_start(profile, row)
            if start is None or start >= date:
                continue
            line_payments = payments.get(row["id"], [])
            segments = law.late_segments(
                law.to_decimal(row["amount"], digits),
                start,
                date,
                self._rate_rule(profile, facts, start + ONE_DAY),
                table,
                line_payments,
                move.company_id.recouvrement_divisor,
                digits,
            )
            if segments:
                interest[row["id"]] = segments
            if segments and not indemnity and profile != "consumer":
                indemnity = law.flat_indemnity(
                    facts.at(f"{profile}_indemnity", start + ONE_DAY).value,
                    start,
                    date,
                    segments[0].base,
                )
                indemnity_date = start + ONE_DAY
        return {
            "interest": interest,
            "indemnity": law.to_decimal(indemnity),
            "indemnity_date": indemnity_date,
        }

    @api.model
    def _get_interest_start(self, profile, row):
        """Last day that bears no interest, or None while none can be due: a consumer
        owes it on what a formal notice claimed, from its presentation (C. civ. 1231-6,
        1344-1).

        :param row: due line, as read by :meth:`_read_due_lines`, with its ``notice``
        """
        return row["notice"] if profile == "consumer" else row["date_maturity"]

    @api.model
    def _rate_rule(self, profile, facts, began):
        """Return the :class:`law.RateRule` of a profile for interest that began on
        ``began``. Hook for contract rates."""
        if profile == "consumer":
            return law.RateRule("legal_other")
        margin = facts.at(f"{profile}_margin", began).value.normalize()
        return law.RateRule("ecb_refi", margin, frozen=profile == "public")

    @api.model
    def _read_due_lines(self, moves):
        """Return ``{move_id: [{"id", "date_maturity", "amount"}]}``, oldest due first,
        amounts in the currency of the invoice."""
        self.env["account.move.line"].flush_model(
            ["move_id", "display_type", "date_maturity", "amount_currency"]
        )
        due_lines = {}
        for row in self.env.execute_query_dict(
            SQL(
                """
                SELECT id, move_id, date_maturity, amount_currency AS amount
                  FROM account_move_line
                 WHERE move_id = ANY(%s)
                   AND display_type = 'payment_term'
                   AND date_maturity IS NOT NULL
                   AND amount_currency > 0
                 ORDER BY date_maturity, id
                """,
                moves.ids,
            )
        ):
            due_lines.setdefault(row["move_id"], []).append(row)
        return due_lines

    @api.model
    def _read_payments(self, line_ids):
        """Return ``{move_line_id: [law.Payment]}`` as reconciled, each at the later of
        the dates of its two entries."""
        self.env["account.partial.reconcile"].flush_model(
            ["debit_move_id", "max_date", "debit_amount_currency"]
        )
        payments = {}
        for line_id, date, amount in self.env.execute_query(
            SQL(
                """
                SELECT debit_move_id, max_date, debit_amount_currency
                  FROM account_partial_reconcile
                 WHERE debit_move_id = ANY(%s)
                """,
                line_ids,
            )
        ):
            payments.setdefault(line_id, []).append(
                law.Payment(date, law.to_decimal(amount, 6))
            )
        return payments

    @api.model
    def _prepare_interest_vals(self, move, penalties):
        return [
            {
                "move_id": move.id,
                "move_line_id": line_id,
                "kind": "interest",
                "date_from": segment.date_from,
                "date_to": segment.date_to,
                "days": segment.days,
                "base": float(segment.base),
                "rate": float(segment.rate),
                "divisor": segment.divisor,
                "amount": float(segment.amount),
                "currency_id": move.currency_id.id,
            }
            for line_id, segments in penalties["interest"].items()
            for segment in segments
        ]

    @api.model
    def _prepare_indemnity_vals(self, move, penalties, euro):
        if not penalties["indemnity"]:
            return []
        return [
            {
                "move_id": move.id,
                "move_line_id": False,
                "kind": "indemnity",
                "date_from": penalties["indemnity_date"],
                "date_to": penalties["indemnity_date"],
                "days": 0,
                "base": 0.0,
                "rate": 0.0,
                "divisor": 0,
                "amount": float(penalties["indemnity"]),
                "currency_id": euro.id,
            }
        ]
