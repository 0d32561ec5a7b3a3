from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, split_every

from ... import law
from ...const import CONTACTED_STATES, DUE_STATES, FOLLOWED_TYPES, MANAGER
from .recouvrement_penalty_engine import COLUMNS

# Batches of invoices found by one query.
FOUND_BATCHES = 20
# Nothing is left to pay of a debit note, whatever settled it.
SETTLED_STATES = ("paid", "in_payment")


class RecouvrementPenaltyLine(models.Model):
    """What lateness costs: a segment of interest, the flat-rate indemnity, or a cost.

    Interest and indemnity follow the account until a debit note charges them: they are
    rebuilt from the due lines, their payments and the dated rates. Nothing here is
    booked.
    """

    _name = "recouvrement.penalty.line"
    _description = "Late-payment penalty"
    _inherit = "recouvrement.guarded.mixin"
    _order = "move_id, kind desc, move_line_id, date_from, id"
    # A book has hundreds of thousands of lines that nobody enters.
    _log_access = False

    move_id = fields.Many2one(
        "account.move", "Invoice", required=True, index=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        related="move_id.commercial_partner_id", string="Debtor"
    )
    move_line_id = fields.Many2one(
        "account.move.line", "Due line", index="btree_not_null", ondelete="set null"
    )
    company_id = fields.Many2one(related="move_id.company_id")
    kind = fields.Selection(
        [
            ("interest", "Late-payment interest"),
            ("indemnity", "Flat-rate indemnity"),
            ("cost", "Complementary cost"),
        ],
        required=True,
    )
    name = fields.Char("Nature", help="What a complementary cost was paid for.")
    label = fields.Char("What for", compute="_compute_label")
    date_from = fields.Date("From", required=True)
    date_to = fields.Date("To", required=True)
    days = fields.Integer()
    base = fields.Monetary("Base incl. tax")
    rate = fields.Float("Rate (%)", digits=(7, 4))
    divisor = fields.Integer()
    amount = fields.Monetary(required=True)
    amount_exact = fields.Float(
        "Before rounding", digits=(16, 6), help="The amount before it was rounded."
    )
    amount_waived = fields.Monetary("Waived")
    amount_due = fields.Monetary("Due", compute="_compute_amount_due")
    currency_id = fields.Many2one("res.currency", required=True)
    claimed_action_id = fields.Many2one(
        "recouvrement.action",
        "Claimed by",
        index="btree_not_null",
        ondelete="set null",
        help="The last letter that claimed it, or part of it.",
    )
    debit_line_id = fields.Many2one(
        "account.move.line",
        "Line of the debit note",
        index="btree_not_null",
        ondelete="set null",
    )
    debit_move_id = fields.Many2one(related="debit_line_id.move_id")
    state = fields.Selection(
        [
            ("accrued", "Accrued"),
            ("claimed", "Claimed by letter"),
            ("invoiced", "Invoiced"),
            ("collected", "Collected"),
            ("waived", "Waived"),
        ],
        string="Status",
        compute="_compute_state",
        store=True,
        default="accrued",
    )
    attachment_ids = fields.Many2many(
        "ir.attachment", string="Justification", help="What proves a cost."
    )

    # A due line pays for each of its days once, and an invoice for one indemnity.
    _day_once = models.Constraint(
        "EXCLUDE USING gist (int4range(move_line_id, move_line_id, '[]') WITH =,"
        " daterange(date_from, date_to, '[]') WITH &&)"
        " WHERE (kind = 'interest' AND move_line_id IS NOT NULL"
        " AND debit_line_id IS NOT NULL)",
        "These days of this due line were invoiced already.",
    )
    _indemnity_once = models.UniqueIndex(
        "(move_id) WHERE kind = 'indemnity'",
        "The indemnity is due once an invoice.",
    )
    _open_day_once = models.UniqueIndex(
        "(move_line_id, date_from) WHERE kind = 'interest' AND debit_line_id IS NULL",
        "The interest of this due line is computed already.",
    )
    _waived_within = models.Constraint(
        "CHECK (amount_waived IS NULL OR amount_waived BETWEEN 0 AND amount)",
        "No more can be waived than is due.",
    )

    @api.depends("kind", "name")
    def _compute_label(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for line in self:
            line.label = line.name or kinds.get(line.kind)

    @api.depends("amount", "amount_waived")
    def _compute_amount_due(self):
        for line in self:
            digits = line.currency_id.decimal_places
            line.amount_due = float(
                law.left_of(
                    law.to_decimal(line.amount, digits),
                    law.to_decimal(line.amount_waived, digits),
                )
            )

    # On the debit note itself it does not depend: see _recouvrement_follow_debit_notes.
    @api.depends("amount", "amount_waived", "claimed_action_id", "debit_line_id")
    def _compute_state(self):
        collected = self.sudo()._find_collected()
        for line in self:
            note = line.sudo().debit_line_id.move_id
            if note and note.state != "cancel" and note.payment_state != "reversed":
                is_collected = line.debit_line_id.id in collected
                line.state = "collected" if is_collected else "invoiced"
            else:
                line.state = self._get_open_state(
                    line.amount, line.amount_waived, line.claimed_action_id
                )

    def _find_collected(self):
        """Ids of the lines of settled debit notes that money reached, in the order of
        the note: what is received is taxed (CGI art. 237 sexies), what was written off,
        set off or transferred is not."""
        notes = self.debit_line_id.move_id.filtered(
            lambda note: note.payment_state in SETTLED_STATES
        )
        dues = {
            note: note.line_ids.filtered(
                lambda line: line.display_type == "payment_term"
            )
            for note in notes
        }
        settlements = self.env["recouvrement.settlement"]._read(
            [line.id for lines in dues.values() for line in lines]
        )
        collected = set()
        for note, lines in dues.items():
            received = sum(
                part.amount
                for line in lines
                for settlement in settlements.get(line.id, ())
                for part in settlement.parts
                if part.is_money
            )
            charged = note.invoice_line_ids.sorted(
                lambda line: (line.sequence, line.id)
            )
            digits = note.currency_id.decimal_places
            shares = law.share_in_order(
                received, [law.to_decimal(line.price_total, digits) for line in charged]
            )
            collected.update(
                line.id for line, share in zip(charged, shares, strict=True) if share
            )
        return collected

    @api.model
    def _get_open_state(self, amount, waived, claim):
        """State of a line that no debit note has charged."""
        if amount and waived >= amount:
            return "waived"
        return "claimed" if claim else "accrued"

    def _get_unlink_error(self):
        # OVERRIDE
        if self.env.su:
            return None
        return AccessError(
            self.env._("Penalties follow the account: waive them instead.")
        )

    def action_remove_cost(self):
        """Take back complementary costs that no debit note charges; those that a
        letter claimed, by a manager only."""
        self.env["recouvrement.action"].check_access("write")
        self.check_access("read")
        for line in self:
            if line.kind != "cost" or line.state not in DUE_STATES:
                raise UserError(
                    self.env._(
                        "Only a cost that no debit note charges is removed: credit the "
                        "debit note first."
                    )
                )
            if line.state == "claimed" and not self.env.user.has_group(MANAGER):
                raise UserError(
                    self.env._(
                        "%(action)s claimed this cost: ask a recovery manager to "
                        "remove it.",
                        action=line.sudo().claimed_action_id.name,
                    )
                )
            line.move_id.message_post(
                body=self.env._(
                    "Recovery cost removed: %(name)s, %(amount)s.",
                    name=line.name,
                    amount=line.currency_id.format(line.amount),
                )
            )
        with self.move_id._recouvrement_conceding():
            self.sudo().unlink()
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    # ------------------------------------------------------------------
    # Keeping up with the account
    # ------------------------------------------------------------------

    @api.model
    def _refresh(self, move_ids, date):
        """Bring the penalties of invoices up to ``date``: read in bulk, computed by
        the law, written where they changed.

        :param list move_ids: customer invoices, a few thousand at most
        :return: ``{move_id: error of the law}`` of the invoices left as they were
        """
        if not move_ids:
            return {}
        engine = self.env["recouvrement.penalty.engine"]
        inputs = engine._read_inputs(move_ids)
        penalties, errors = engine._work_out_inputs(inputs, date)
        claims = self._read_claims(move_ids)
        euro = self.env.ref("base.EUR").id
        dropped, changed, new = [], [], []
        for move_id in move_ids:
            if move_id in errors:
                continue
            rows = {}
            if found := penalties.get(move_id):
                currency = inputs.due_lines[move_id][0]["currency_id"]
                claim = claims.get(move_id)
                rows = self._prepare_interest_rows(found, currency, claim)
                if found.indemnity:
                    rows.update(self._prepare_indemnity_row(found, euro, claim))
            for line in inputs.stored.get(move_id, ()):
                if line.charged or line.kind == "cost":
                    continue
                values = line[-len(COLUMNS) :]
                row = rows.pop(values[:3], None)
                if row is None:
                    dropped.append(line.id)
                elif row != values or line.released:
                    changed.append((line.id, *row))
            new += [(move_id, *row) for row in rows.values()]
        self._write_changes(dropped, changed, new)
        self._settle(move_ids, inputs, errors, date)
        self._write_charge_gaps(inputs, penalties)
        return errors

    @api.model
    def _prepare_interest_rows(self, penalties, currency_id, claim):
        """Values of the interest of one invoice, in the order of :data:`COLUMNS`, by
        the first three of them."""
        rows, waived = {}, penalties.waived_by_line
        for line_id, segments in penalties.interest.items():
            claim_id, claim_date = (claim[0] if claim else {}).get(
                line_id, (None, None)
            )
            shares = law.share_in_order(
                waived[line_id], [segment.amount for segment in segments]
            )
            for segment, share in zip(segments, shares, strict=True):
                amount, waiver = float(segment.amount), float(share)
                claimed = (
                    claim_id if claim_id and segment.date_from <= claim_date else None
                )
                rows[line_id, "interest", segment.date_from] = (
                    line_id,
                    "interest",
                    segment.date_from,
                    segment.date_to,
                    segment.days,
                    float(segment.base),
                    float(segment.rate),
                    segment.divisor,
                    amount,
                    round(float(segment.exact), 6),
                    waiver,
                    currency_id,
                    claimed,
                    self._get_open_state(amount, waiver, claimed),
                )
        return rows

    @api.model
    def _prepare_indemnity_row(self, penalties, currency_id, claim):
        """Values of the indemnity of one invoice, as of
        :meth:`_prepare_interest_rows`."""
        amount = float(penalties.indemnity)
        waived = float(penalties.waived_indemnity)
        claimed = claim[1] if claim else None
        day = penalties.indemnity_date
        return {
            (None, "indemnity", day): (
                None,
                "indemnity",
                day,
                day,
                0,
                0.0,
                0.0,
                0,
                amount,
                amount,
                waived,
                currency_id,
                claimed,
                self._get_open_state(amount, waived, claimed),
            )
        }

    @api.model
    def _write_changes(self, dropped, changed, new):
        """Write what changed, in bulk.

        :param dropped: ids
        :param changed: ``(id, *COLUMNS)`` each
        :param new: ``(move_id, *COLUMNS)`` each
        """
        if dropped:
            self.env.cr.execute(
                SQL("DELETE FROM recouvrement_penalty_line WHERE id = ANY(%s)", dropped)
            )
        if changed:
            self._execute_update(changed)
        if new:
            self._execute_insert(new)
        if dropped or changed or new:
            self.invalidate_model(flush=False)
            self.env["account.move"].invalidate_model(
                [
                    "recouvrement_penalty_line_ids",
                    "recouvrement_penalty_total",
                    "recouvrement_penalty_date",
                ],
                flush=False,
            )

    @api.model
    def _execute_update(self, rows):
        """Update lines, ``(id, *COLUMNS)`` each, in one statement."""
        names = list(COLUMNS)
        self.env.cr.execute(
            SQL(
                """
                UPDATE recouvrement_penalty_line penalty
                   SET %s, debit_line_id = NULL
                  FROM (SELECT * FROM unnest(%s)) AS fresh (id, %s)
                 WHERE penalty.id = fresh.id
                """,
                SQL(", ").join(
                    SQL("%s = fresh.%s", SQL.identifier(name), SQL.identifier(name))
                    for name in names
                ),
                self._get_arrays(rows, ["int", *COLUMNS.values()]),
                SQL(", ").join(SQL.identifier(name) for name in names),
            )
        )

    @api.model
    def _execute_insert(self, rows):
        """Insert lines, ``(move_id, *COLUMNS)`` each, in one statement."""
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO recouvrement_penalty_line (move_id, %s)
                SELECT * FROM unnest(%s)
                """,
                SQL(", ").join(SQL.identifier(name) for name in COLUMNS),
                self._get_arrays(rows, ["int", *COLUMNS.values()]),
            )
        )

    @api.model
    def _get_arrays(self, rows, types):
        """Rows as arguments of ``unnest``: an array a column."""
        return SQL(", ").join(
            SQL("%s::%s[]", list(column), SQL(sql_type))
            for column, sql_type in zip(zip(*rows, strict=True), types, strict=True)
        )

    @api.model
    def _read_claims(self, move_ids):
        """Read the last letters that claimed penalties.

        :return: ``{move_id: ({move_line_id: (action_id, as of)}, action_id of the
            indemnity)}``
        """
        self.env["recouvrement.action"].flush_model()
        self.env["recouvrement.action.line"].flush_model()
        claims = {}
        for (
            move_id,
            line_id,
            action_id,
            day,
            interest,
            indemnity,
        ) in self.env.execute_query(
            SQL(
                """
                    SELECT line.move_id, line.move_line_id, action.id, action.date,
                           line.amount_interest, line.amount_indemnity
                      FROM recouvrement_action_line line
                      JOIN recouvrement_action action ON action.id = line.action_id
                     WHERE line.move_id = ANY(%s)
                       AND line.kind = 'invoice'
                       AND action.state = ANY(%s)
                       AND (line.amount_interest > 0 OR line.amount_indemnity > 0)
                     ORDER BY action.date, action.id
                    """,
                list(move_ids),
                list(CONTACTED_STATES),
            )
        ):
            lines, claimed = claims.get(move_id, ({}, None))
            if interest:
                lines[line_id] = (action_id, day)
            claims[move_id] = (lines, action_id if indemnity else claimed)
        return claims

    @api.model
    def _settle(self, move_ids, inputs, errors, date):
        """Mark the invoices whose penalties have stopped, every due line being settled
        by ``date`` and living on nowhere, and those that have none."""
        changes = {True: [], False: []}
        for move_id in move_ids:
            rows = inputs.due_lines.get(move_id)
            if not rows:
                changes[True].append(move_id)
            elif move_id not in errors:
                settled = all(
                    row["reconciled"]
                    and not any(
                        settlement.lives_on
                        for settlement in inputs.settlements.get(row["id"], ())
                    )
                    and all(
                        payment.date <= date
                        for payment in inputs.payments.get(row["id"], ())
                    )
                    for row in rows
                )
                if settled != bool(rows[0]["settled"]):
                    changes[settled].append(move_id)
        for settled, part in changes.items():
            if part:
                self.env.cr.execute(
                    SQL(
                        """
                        UPDATE account_move
                           SET recouvrement_penalty_settled = %s AND state = 'posted'
                         WHERE id = ANY(%s)
                        """,
                        settled,
                        part,
                    )
                )
                self.env["account.move"].invalidate_model(
                    ["recouvrement_penalty_settled"], flush=False
                )

    @api.model
    def _write_charge_gaps(self, inputs, penalties):
        """Keep what debit notes charged too little, and log it where it changed."""
        gaps = {
            move_id: float(found.charge_gap)
            for move_id, found in penalties.items()
            if float(found.charge_gap)
            != float(inputs.due_lines[move_id][0]["charge_gap"] or 0)
        }
        if not gaps:
            return
        moves = self.env["account.move"].sudo().browse(gaps)
        for gap, part in moves.grouped(lambda move: gaps[move.id]).items():
            part._recouvrement_write({"recouvrement_charge_gap": gap})
        wrong = moves.filtered("recouvrement_charge_gap")
        wrong._message_log_batch(
            {move.id: move.recouvrement_charge_warning for move in wrong}
        )

    # ------------------------------------------------------------------
    # Which invoices
    # ------------------------------------------------------------------

    @api.model
    def _iter_stale(self, date, batch_size, companies):
        """Iterate over batches of what :meth:`_find_stale` finds, many of which are
        found at a time."""
        after = 0
        while move_ids := self._find_stale(
            date, after, FOUND_BATCHES * batch_size, companies
        ):
            after = move_ids[-1]
            yield from split_every(batch_size, move_ids, list)

    @api.model
    def _find_stale(self, date, after, limit, companies):
        """Ids of the next invoices whose penalties may change up to ``date``: overdue
        ones, and paid ones whose penalties were not computed up to the payment.

        :param after: id of the last invoice that was found
        """
        self.env["account.move"].flush_model()
        self.env["account.move.line"].flush_model()
        return [
            move_id
            for (move_id,) in self.env.execute_query(
                SQL(
                    """
                    SELECT move.id
                      FROM account_move move
                     WHERE %s
                       AND move.id > %s
                     ORDER BY move.id
                     LIMIT %s
                    """,
                    self._get_stale_condition(date, companies),
                    after,
                    limit,
                )
            )
        ]

    @api.model
    def _count_stale(self, date, companies):
        [[count]] = self.env.execute_query(
            SQL(
                "SELECT COUNT(*) FROM account_move move WHERE %s",
                self._get_stale_condition(date, companies),
            )
        )
        return count

    @api.model
    def _get_stale_condition(self, date, companies):
        return SQL(
            """
            move.state = 'posted'
            AND move.company_id = ANY(%s)
            AND move.move_type = ANY(%s)
            AND move.recouvrement_profile IS NOT NULL
            AND move.recouvrement_penalty_settled IS NOT TRUE
            AND move.recouvrement_is_debit_note IS NOT TRUE
            AND (move.payment_state IN ('paid', 'in_payment', 'reversed')
                 OR EXISTS (SELECT FROM account_move_line line
                             WHERE line.move_id = move.id
                               AND line.display_type = 'payment_term'
                               AND line.date_maturity < %s))
            """,
            companies.ids,
            list(FOLLOWED_TYPES),
            date,
        )
