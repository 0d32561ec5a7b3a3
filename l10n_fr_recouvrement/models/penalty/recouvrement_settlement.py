from dataclasses import replace

from odoo import api, models
from odoo.tools import SQL

from ... import law
from ...const import DEBIT_KINDS
from ...paper.words import natures
from .settlement_book import (
    BY_NATURE,
    Book,
    Pot,
    Settlement,
    explain,
)

# Columns of a row of :meth:`_read_entries` that its nature is known by.
KNOWN_BY = (
    "account_type",
    "account_code",
    "is_reconcilable",
    "is_liquidity",
    "is_exchange",
    "is_discount",
    "account_id",
    "journal_id",
)


class RecouvrementSettlement(models.AbstractModel):
    """What credits are, in the one place that knows: money, a credit note, a loss, a
    transfer to another account, a set-off… or a mix of them.

    Settled is not paid: what is reconciled with an invoice is money for what came in
    alone. The entry of a credit says it, by its counterparts; what was transferred is
    followed to the account where it lives on. Reads many credits in a few queries and
    writes nothing; penalties, receipts, statements and letters all ask here.
    """

    _name = "recouvrement.settlement"
    _description = "Nature of credits"

    # ------------------------------------------------------------------
    # What others ask
    # ------------------------------------------------------------------

    @api.model
    def _read(self, line_ids):
        """What settled due lines, reconciliation by reconciliation: one query, one
        more where something did, one where an entry is of several natures, and one more
        where a debt lives on in another account, whatever their number.

        :return: ``{due line id: [Settlement]}``, in order of time
        """
        if not line_ids:
            return {}
        partials = self._read_partials(line_ids)
        book = self._open_book({row["credit_id"] for row in partials}, partials)
        settlements = {}
        for row in partials:
            if row["debit_amount"] > 0:
                settlement = Settlement(
                    row["id"],
                    row["debit_id"],
                    row["credit_id"],
                    row["date"],
                    row["debit_amount"],
                    row["effect"],
                    book.get_parts(row, row["debit_amount"], row["digits"]),
                )
                settlements.setdefault(row["debit_id"], []).append(settlement)
        return settlements

    @api.model
    def _read_credits(self, amounts):
        """What credits that nobody allocated are, as far as nothing is set against
        them.

        :param amounts: ``{credit line: what is left of it}``, lines as records
        :return: ``{credit line id: [Part]}``
        """
        lines = self.env["account.move.line"].union(*amounts)
        book = self._open_book(set(lines.ids), ())
        return {
            line.id: book.get_rest(line.id, amount, line.currency_id.decimal_places)
            for line, amount in amounts.items()
        }

    @api.model
    def _read_allocated(self, allocated):
        """What credits that nobody allocated are, as they were set against due lines.

        :param allocated: ``[(row of the credit, due line id, law.Payment)]``
        :return: list of :class:`Settlement`, in the same order
        """
        sums = {}
        for credit, _line_id, payment in allocated:
            sums[credit["id"]] = sums.get(credit["id"], law.ZERO) + payment.amount
        lines = self.env["account.move.line"].browse(sums)
        digits = {line.id: line.currency_id.decimal_places for line in lines}
        found = self._read_credits({line: sums[line.id] for line in lines})
        pots = {
            credit_id: Pot((part, part.amount) for part in parts)
            for credit_id, parts in found.items()
        }
        return [
            Settlement(
                0,
                line_id,
                credit["id"],
                payment.date,
                payment.amount,
                payment.kind if credit["move_type"] == "out_refund" else BY_NATURE,
                [
                    replace(part, amount=share, date=part.date or payment.date)
                    for part, share in pots[credit["id"]].draw(
                        payment.amount, digits[credit["id"]]
                    )
                ],
            )
            for credit, line_id, payment in allocated
        ]

    @api.model
    def _name_credits(self, contents):
        """Give the credits that actions list their nature; one of several natures
        becomes as many lines. Read for all the actions together.

        :param contents: for each action, the values of its lines
        :return: the same, in order
        """
        listed = {
            vals["move_line_id"]: vals
            for vals_list in contents
            for vals in vals_list
            if vals["kind"] not in DEBIT_KINDS
        }
        lines = self.env["account.move.line"].browse(listed)
        lines.fetch(["currency_id"])
        found = self._read_credits(
            {
                line: law.to_decimal(
                    listed[line.id]["amount_residual"], line.currency_id.decimal_places
                )
                for line in lines
            }
        )
        return [
            [
                named
                for vals in vals_list
                for named in self._split_vals(vals, found.get(vals["move_line_id"]))
            ]
            for vals_list in contents
        ]

    @api.model
    def _split_vals(self, vals, parts):
        """Values of the lines of one credit, one for each of its natures; a debit has
        none."""
        if not parts:
            return [{**vals, "nature": False}]
        sums = {}
        for part in parts:
            sums[part.origin] = sums.get(part.origin, law.ZERO) + part.amount
        if len(sums) < 2:
            return [{**vals, "nature": next(iter(sums))}]
        digits = max(-amount.as_tuple().exponent for amount in sums.values())
        originals = law.share_pro_rata(
            law.to_decimal(vals["amount_original"], digits), list(sums.values()), digits
        )
        return [
            {
                **vals,
                "nature": code,
                "amount_residual": float(amount),
                "amount_original": float(original),
            }
            for (code, amount), original in zip(sums.items(), originals, strict=True)
        ]

    @api.model
    def _recognise(self, counterpart):
        """Return the code of the nature of a counterpart of an entry, a
        :class:`~...paper.words.natures.Counterpart`. Hook."""
        return natures.recognise(counterpart).code

    # ------------------------------------------------------------------
    # From the books
    # ------------------------------------------------------------------

    @api.model
    def _open_book(self, credit_ids, partials):
        """The :class:`~.settlement_book.Book` of credits, with all that their natures
        follow from."""
        if not credit_ids:
            return Book({}, (), 2)
        sources, digits = self._read_sources(credit_ids)
        plain = {
            credit_id for credit_id, found in sources.items() if len(found) == 1
        } - self._get_followed(sources)
        mixed = credit_ids - plain
        if mixed:
            known = {row["id"]: row for row in partials}
            more = self._read_reachable(mixed)
            known.update((row["id"], row) for row in more)
            partials = known.values()
            reached = {row["credit_id"] for row in more} - sources.keys()
            if reached:
                sources.update(self._read_sources(reached)[0])
        return Book(sources, partials, digits)

    @api.model
    def _get_followed(self, sources):
        """The credits of which something lives on in another account."""
        return {
            credit_id
            for credit_id, found in sources.items()
            if any(not isinstance(source, str) for source, _amount in found)
        }

    @api.model
    def _read_sources(self, credit_ids):
        """What credits are made of, by their entries.

        :return: ``({credit line id: [(source, amount)]}, decimals)``
        """
        entries, digits = {}, 2
        known = {}
        for row in self._read_entries(credit_ids):
            entries.setdefault(row["move_id"], []).append(row)
            digits = max(digits, row["digits"])
            key = tuple(row[name] for name in KNOWN_BY)
            if key not in known:
                known[key] = self._recognise(natures.Counterpart(*key))
            row["nature"] = known[key]
        sources = {
            credit_id: [(natures.ADJUSTMENT, law.ZERO + 1)] for credit_id in credit_ids
        }
        for rows in entries.values():
            for row in rows:
                row["balance"] = law.to_decimal(row["balance"], digits)
                row["is_claim"] = row["balance"] < 0 and (
                    row["id"] in credit_ids or natures.get(row["nature"]).lives_on
                )
            if rows[0]["move_type"] == "out_refund":
                found = {
                    row["id"]: [(natures.CREDIT_NOTE, law.ZERO + 1)] for row in rows
                }
            else:
                found = explain(rows, digits)
            sources.update(
                (line_id, parts) for line_id, parts in found.items() if parts
            )
        return sources, digits

    @api.model
    def _read_entries(self, credit_ids):
        """Read the lines of the entries that credits belong to. An entry that is not
        posted, or that touches the capital, as an opening one does, says nothing of
        what settled anything: it is left out, as are the other lines of documents."""
        self.env["account.move"].flush_model()
        self.env["account.move.line"].flush_model()
        self.env["account.account"].flush_model()
        self.env["account.payment"].flush_model(["outstanding_account_id"])
        return self.env.execute_query_dict(
            SQL(
                """
                WITH entry AS (
                    SELECT DISTINCT move_id FROM account_move_line WHERE id = ANY(%s)
                )
                SELECT line.id, line.move_id, line.balance, move.move_type,
                       partner.commercial_partner_id AS partner_id,
                       line.date_maturity AS due, line.account_id, line.journal_id,
                       account.account_type,
                       COALESCE(account.code_store->>root.id::text, '') AS account_code,
                       account.reconcile IS TRUE AS is_reconcilable,
                       account.account_type IN ('asset_cash', 'liability_credit_card')
                       OR journal.type IN ('bank', 'cash', 'credit')
                          AND journal.default_account_id = account.id
                       OR payment.outstanding_account_id IS NOT DISTINCT FROM account.id
                       OR EXISTS (SELECT FROM account_payment_method_line method
                                   WHERE method.payment_account_id = account.id)
                          AS is_liquidity,
                       account.account_type != 'asset_receivable'
                       AND (journal.id = COALESCE(company.currency_exchange_journal_id,
                                                  root.currency_exchange_journal_id)
                            OR account.id IN
                               (COALESCE(company.expense_currency_exchange_account_id,
                                         root.expense_currency_exchange_account_id),
                                COALESCE(company.income_currency_exchange_account_id,
                                         root.income_currency_exchange_account_id)))
                          IS TRUE AS is_exchange,
                       account.id IN
                       (company.account_journal_early_pay_discount_loss_account_id,
                        root.account_journal_early_pay_discount_loss_account_id)
                          IS TRUE AS is_discount,
                       line.tax_line_id IS NOT NULL
                       OR account.code_store->>root.id::text LIKE '445%%' AS is_tax,
                       currency.decimal_places AS digits
                  FROM entry
                  JOIN account_move move ON move.id = entry.move_id
                  JOIN account_move_line line ON line.move_id = move.id
                  JOIN account_account account ON account.id = line.account_id
                  JOIN account_journal journal ON journal.id = line.journal_id
                  JOIN res_company company ON company.id = move.company_id
                  JOIN res_company root
                    ON root.id = split_part(company.parent_path, '/', 1)::int
                  JOIN res_currency currency ON currency.id = company.currency_id
                  LEFT JOIN res_partner partner ON partner.id = line.partner_id
                  LEFT JOIN account_payment payment
                    ON payment.id = move.origin_payment_id
                 WHERE (line.id = ANY(%s) OR move.move_type = 'entry')
                   AND move.state = 'posted'
                   AND NOT EXISTS (SELECT
                                     FROM account_move_line other
                                     JOIN account_account capital
                                       ON capital.id = other.account_id
                                    WHERE other.move_id = move.id
                                      AND capital.account_type LIKE 'equity%%')
                 ORDER BY line.move_id, line.id
                """,
                list(credit_ids),
                list(credit_ids),
            )
        )

    @api.model
    def _read_partials(self, line_ids):
        """Read what is reconciled with due lines, each at the later of the dates of its
        two entries, with how somebody chose that it counts."""
        self.env["account.partial.reconcile"].flush_model()
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT %s, partial.debit_amount_currency AS debit_amount,
                       currency.decimal_places AS digits,
                       -- those made before this module have none
                       COALESCE(partial.recouvrement_effect,
                                CASE credit.move_type
                                WHEN 'out_refund'
                                THEN company.recouvrement_credit_effect END,
                                %s) AS effect
                  FROM account_partial_reconcile partial
                  JOIN account_move_line line ON line.id = partial.credit_move_id
                  JOIN account_move credit ON credit.id = line.move_id
                  JOIN res_company company ON company.id = credit.company_id
                  JOIN res_currency currency ON currency.id = partial.debit_currency_id
                 WHERE partial.debit_move_id = ANY(%s)
                 ORDER BY partial.max_date, partial.id
                """,
                self._get_partial_columns(),
                BY_NATURE,
                list(line_ids),
            )
        )
        for row in rows:
            row["amount"] = law.to_decimal(row["amount"], 6)
            row["debit_amount"] = law.to_decimal(row["debit_amount"], row["digits"])
        return rows

    @api.model
    def _read_reachable(self, credit_ids):
        """Read all that is set against some credits, and against those that settled
        what was transferred by them, and so on: what was come by is not gone through
        again, so that a circle ends."""
        rows = self.env.execute_query_dict(
            SQL(
                """
                WITH RECURSIVE reached (id, move_id) AS (
                    SELECT id, move_id FROM account_move_line WHERE id = ANY(%s)
                     UNION
                    SELECT further.id, further.move_id
                      FROM reached
                      JOIN account_move_line target
                        ON target.move_id = reached.move_id AND target.balance > 0
                      JOIN account_account account
                        ON account.id = target.account_id AND account.reconcile
                      JOIN account_partial_reconcile partial
                        ON partial.debit_move_id = target.id
                      JOIN account_move_line further
                        ON further.id = partial.credit_move_id
                )
                SELECT %s
                  FROM reached
                  JOIN account_partial_reconcile partial
                    ON partial.credit_move_id = reached.id
                """,
                list(credit_ids),
                self._get_partial_columns(),
            )
        )
        for row in rows:
            row["amount"] = law.to_decimal(row["amount"], 6)
        return rows

    @api.model
    def _get_partial_columns(self):
        return SQL(
            """
            partial.id, partial.debit_move_id AS debit_id,
            partial.credit_move_id AS credit_id, partial.max_date AS date,
            partial.amount
            """
        )

    # ------------------------------------------------------------------
    # The other way
    # ------------------------------------------------------------------

    @api.model
    def _read_origins(self, move_ids):
        """Ids of the documents whose debt lives on in entries, through as many of these
        as there are."""
        if not move_ids:
            return []
        self.env["account.partial.reconcile"].flush_model()
        return [
            move_id
            for (move_id,) in self.env.execute_query(
                SQL(
                    """
                    WITH RECURSIVE origin (move_id) AS (
                        SELECT unnest(%s::int[])
                         UNION
                        SELECT source.move_id
                          FROM origin
                          JOIN account_move_line credit
                            ON credit.move_id = origin.move_id AND credit.balance < 0
                          JOIN account_partial_reconcile partial
                            ON partial.credit_move_id = credit.id
                          JOIN account_move_line source
                            ON source.id = partial.debit_move_id
                    )
                    SELECT move_id FROM origin
                    """,
                    list(move_ids),
                )
            )
        ]
