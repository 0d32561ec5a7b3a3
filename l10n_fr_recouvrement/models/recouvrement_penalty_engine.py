from datetime import date as Date
from decimal import Decimal
from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL

from .. import law
from ..law.interest import ONE_DAY

ZERO = Decimal(0)
# Errors of the law that a person mends by entering a dated fact.
MISSING_DATA = (law.UnknownHalfYearError, law.UnknownFactError)


class Penalties(NamedTuple):
    """What lateness costs on one invoice at a date.

    ``statements`` are the :class:`law.Statement` of its due lines, ``interest`` their
    segments without the days that a debit note has charged already, both by id of the
    due line and in the currency of the invoice. ``indemnity`` is in euros, zero when a
    debit note has charged it. ``waived_interest`` and ``waived_indemnity`` are what was
    forgiven of these. ``costs`` are the complementary costs that no debit note charges
    yet, in the currency of the invoice.
    """

    statements: dict
    interest: dict
    indemnity: Decimal
    indemnity_date: Date | None
    waived_interest: Decimal
    waived_indemnity: Decimal
    costs: Decimal

    @property
    def interest_ran(self):
        """Interest that no debit note has charged, before waivers."""
        return sum((law.total(part) for part in self.interest.values()), ZERO)


class RecouvrementPenaltyEngine(models.AbstractModel):
    """Works out what lateness costs: reads the inputs of many invoices in a few
    queries, and hands them to ``law``.

    Writes nothing: stored penalties, letters and statements of account all come from
    here.
    """

    _name = "recouvrement.penalty.engine"
    _description = "Penalty engine"

    @api.model
    def _work_out(self, move_ids, date, imputed=None, imputation="principal_first"):
        """Work out the penalties of invoices as of ``date``.

        :param list move_ids: customer invoices; those that are not posted owe nothing
        :param imputed: ``{move_line_id: [law.Payment]}`` of unallocated credits set
            against due lines (C. civ. 1342-10), beside the reconciled payments
        :param imputation: how payments share (C. civ. 1343-1), see
            :func:`law.statement`
        :return: ``({move_id: Penalties}, {move_id: error of the law})``
        """
        due_lines = self._read_due_lines(move_ids)
        move_ids = list(due_lines)
        line_ids = [row["id"] for rows in due_lines.values() for row in rows]
        payments = self._read_payments(line_ids)
        for line_id, credits in (imputed or {}).items():
            payments.setdefault(line_id, []).extend(credits)
        inputs = {
            "payments": payments,
            "notices": self._read_notices(due_lines),
            "charged": self._read_charged(move_ids),
            "waived": self._read_waived(move_ids),
            "costs": self._read_costs(move_ids),
            "judgments": self._read_judgments(move_ids),
            "table": self.env["recouvrement.rate"]._get_table(),
            "facts": self.env["recouvrement.legal.fact"]._get_table(),
            "rules": {},
            "imputation": imputation,
        }
        penalties, errors = {}, {}
        for move_id, rows in due_lines.items():
            try:
                penalties[move_id] = self._work_out_move(move_id, rows, date, inputs)
            except MISSING_DATA as error:
                errors[move_id] = error
        return penalties, errors

    @api.model
    def _work_out_move(self, move_id, rows, date, inputs):
        """Penalties of one invoice, from its due lines."""
        statements, interest = {}, {}
        indemnity, indemnity_date = ZERO, None
        charged, has_indemnity = inputs["charged"].get(move_id, ({}, False))
        for row in rows:
            start = self._get_interest_start(row, inputs)
            end = self._get_interest_end(row, date)
            if start is None or start >= end:
                continue
            found = self._get_statement(row, start, end, inputs)
            if not found.segments:
                continue
            statements[row["id"]] = found
            days = [*charged.get(row["id"], ()), *charged.get(None, ())]
            segments = found.segments
            if days:
                segments = law.without_days(segments, days, row["digits"])
            if segments:
                interest[row["id"]] = segments
            if not indemnity_date and row["profile"] != "consumer":
                indemnity_date = start + ONE_DAY
                if not has_indemnity:
                    indemnity = law.flat_indemnity(
                        inputs["facts"]
                        .at(f"{row['profile']}_indemnity", indemnity_date)
                        .value,
                        start,
                        end,
                        found.segments[0].base,
                    )
        waived = inputs["waived"].get(move_id, (ZERO, ZERO))
        costs = inputs["costs"].get(move_id, ZERO)
        return Penalties(
            statements, interest, indemnity, indemnity_date, *waived, costs
        )

    @api.model
    def _get_statement(self, row, start, end, inputs):
        """The :class:`law.Statement` of one due line."""
        judgment = inputs["judgments"].get(row["move_id"])
        key = (
            row["profile"],
            row["rate_basis"],
            row["contract_rate"],
            row["below_floor"],
            judgment and judgment["id"],
            start,
        )
        rule = inputs["rules"].get(key)
        if rule is None:
            rule = self._rate_rule(row, inputs["facts"], start + ONE_DAY)
            if judgment:
                rule = self._get_judgment_rule(judgment, rule, inputs["facts"])
            inputs["rules"][key] = rule
        return law.statement(
            row["amount"],
            start,
            end,
            rule,
            inputs["table"],
            inputs["payments"].get(row["id"], ()),
            row["divisor"],
            row["digits"],
            inputs["imputation"],
            judgment and judgment["date_capitalised"],
        )

    # ------------------------------------------------------------------
    # Rules
    # ------------------------------------------------------------------

    @api.model
    def _rate_rule(self, row, facts, began):
        """Return the rule of the law that gives the rate of a due line (see
        :func:`law.statement`), interest having begun on ``began``. Hook.

        :param row: due line as read by :meth:`_read_due_lines`, with the terms frozen
            on its invoice
        """
        profile = row["profile"]
        if profile == "consumer":
            return law.RateRule("legal_other")
        margin = facts.at(f"{profile}_margin", began).value.normalize()
        default = law.RateRule("ecb_refi", margin, frozen=profile == "public")
        if profile == "public" or row["rate_basis"] == "ecb":
            return default
        factor = facts.at("business_floor", began).value.normalize()
        if row["rate_basis"] == "legal":
            return law.RateRule("legal_other", factor=factor)
        return law.ContractRule(
            row["contract_rate"], factor, row["below_floor"], default
        )

    @api.model
    def _get_judgment_rule(self, judgment, before, facts):
        """The rule that holds once a judgment was given (C. civ. 1231-7, CMF L313-3):
        an award of the contract's penalties until payment changes nothing."""
        if judgment["rule"] == "penalties":
            return before
        day = judgment["date"]
        return law.judgment_rule(
            judgment["date_interest"] or day,
            judgment["date_enforceable"],
            facts.at("judgment_increase", day).value.normalize(),
            int(facts.at("judgment_months", day).value),
            before,
        )

    @api.model
    def _get_interest_start(self, row, inputs):
        """Last day that bears no interest, or None while none can be due.

        A consumer owes it on what a formal notice claimed, from the event that the
        company settled on (C. civ. 1231-6, 1344-1); a public body from the end of the
        time that it has from receipt of the request (CCP R2192-32), where the day of
        receipt is known; a business from the due date (C. com. L441-10, II).
        """
        if row["profile"] == "consumer":
            return inputs["notices"].get(row["id"])
        if row["profile"] == "public" and row["request_date"]:
            delay = inputs["facts"].at(
                f"public_delay_{row['public_delay']}", row["request_date"]
            )
            limit = law.net_due(row["request_date"], int(delay.value))
            # An instalment that falls due later than the limit is not late before.
            return max(limit, row["date_maturity"]) if row["rank"] > 1 else limit
        return row["date_maturity"]

    @api.model
    def _get_interest_end(self, row, date):
        """Last day that may bear interest: ``date``, the eve of the judgment that opens
        insolvency proceedings for what was owed before it (C. com. L622-28), or the day
        that a waiver stops it."""
        end = date
        opening = row["insolvency_date"]
        if opening and row["invoice_date"] and row["invoice_date"] < opening:
            end = min(end, opening if row["insolvency_day"] else opening - ONE_DAY)
        if row["penalty_end"]:
            end = min(end, row["penalty_end"])
        return end

    # ------------------------------------------------------------------
    # Inputs, a query for all the invoices each
    # ------------------------------------------------------------------

    @api.model
    def _read_due_lines(self, move_ids):
        """Read the due lines of the posted invoices, with the terms frozen on these.

        :return: ``{move_id: [row]}``, oldest due first, amounts as Decimal in the
            currency of the invoice
        """
        self.env["account.move"].flush_model()
        self.env["account.move.line"].flush_model(
            ["move_id", "display_type", "date_maturity", "amount_currency"]
        )
        self.env["res.partner"].flush_model()
        self.env["res.company"].flush_model()
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT line.id, line.move_id, line.date_maturity,
                       line.amount_currency AS amount, line.currency_id,
                       move.company_id, move.invoice_date,
                       COALESCE(move.recouvrement_profile,
                                debtor.recouvrement_profile) AS profile,
                       COALESCE(move.recouvrement_rate_basis, 'ecb') AS rate_basis,
                       move.recouvrement_contract_rate AS contract_rate,
                       COALESCE(move.recouvrement_below_floor,
                                company.recouvrement_below_floor) AS below_floor,
                       move.recouvrement_request_date AS request_date,
                       COALESCE(move.recouvrement_public_delay,
                                debtor.recouvrement_public_delay,
                                'state') AS public_delay,
                       move.recouvrement_penalty_end AS penalty_end,
                       debtor.recouvrement_insolvency_date AS insolvency_date,
                       company.recouvrement_insolvency_day AS insolvency_day,
                       company.recouvrement_divisor AS divisor
                  FROM account_move_line line
                  JOIN account_move move ON move.id = line.move_id
                  JOIN res_company company ON company.id = move.company_id
                  JOIN res_partner debtor ON debtor.id = move.commercial_partner_id
                 WHERE line.move_id = ANY(%s)
                   AND line.display_type = 'payment_term'
                   AND line.date_maturity IS NOT NULL
                   AND line.amount_currency > 0
                   AND move.state = 'posted'
                   AND move.recouvrement_is_debit_note IS NOT TRUE
                 ORDER BY line.move_id, line.date_maturity, line.id
                """,
                list(move_ids),
            )
        )
        currencies = self.env["res.currency"].browse(
            {row["currency_id"] for row in rows}
        )
        digits = {currency.id: currency.decimal_places for currency in currencies}
        due_lines = {}
        for row in rows:
            of_move = due_lines.setdefault(row["move_id"], [])
            row["rank"] = len(of_move) + 1
            row["digits"] = digits[row["currency_id"]]
            row["amount"] = law.to_decimal(row["amount"], row["digits"])
            row["contract_rate"] = law.to_decimal(
                row["contract_rate"] or 0, 4
            ).normalize()
            of_move.append(row)
        return due_lines

    @api.model
    def _read_payments(self, line_ids):
        """Return ``{move_line_id: [law.Payment]}`` as reconciled, each at the later of
        the dates of its two entries, credit notes as the reconciliation says (see
        ``recouvrement_effect``)."""
        self.env["account.partial.reconcile"].flush_model()
        payments = {}
        for line_id, day, amount, kind in self.env.execute_query(
            SQL(
                """
                SELECT partial.debit_move_id, partial.max_date,
                       partial.debit_amount_currency,
                       -- those made before this module have none
                       COALESCE(partial.recouvrement_effect,
                                CASE credit.move_type
                                WHEN 'out_refund'
                                THEN company.recouvrement_credit_effect END)
                  FROM account_partial_reconcile partial
                  JOIN account_move_line line ON line.id = partial.credit_move_id
                  JOIN account_move credit ON credit.id = line.move_id
                  JOIN res_company company ON company.id = credit.company_id
                 WHERE partial.debit_move_id = ANY(%s)
                   AND partial.debit_amount_currency > 0
                 ORDER BY partial.max_date, partial.id
                """,
                line_ids,
            )
        ):
            payments.setdefault(line_id, []).append(
                law.Payment(day, law.to_decimal(amount, 6), kind or "payment")
            )
        return payments

    @api.model
    def _read_notices(self, due_lines):
        """Day on which each due line of a consumer was put in default."""
        move_ids = [
            move_id
            for move_id, rows in due_lines.items()
            if rows[0]["profile"] == "consumer"
        ]
        if not move_ids:
            return {}
        return self.env["recouvrement.action"]._read_formal_notices(
            self.env["account.move"].browse(move_ids)
        )

    @api.model
    def _read_charged(self, move_ids):
        """What debit notes have charged already.

        :return: ``{move_id: ({move_line_id: [(first day, last day)]}, whether the
            indemnity is charged)}``; days of a due line that is no more stand under
            None, and hold for the whole invoice
        """
        self.env["recouvrement.penalty.line"].flush_model()
        charged = {}
        for move_id, line_id, kind, first, last in self.env.execute_query(
            SQL(
                """
                SELECT penalty.move_id, penalty.move_line_id, penalty.kind,
                       penalty.date_from, penalty.date_to
                  FROM recouvrement_penalty_line penalty
                  JOIN account_move_line debit ON debit.id = penalty.debit_line_id
                  JOIN account_move note ON note.id = debit.move_id
                 WHERE penalty.move_id = ANY(%s)
                   AND note.state != 'cancel'
                   AND note.payment_state != 'reversed'
                """,
                list(move_ids),
            )
        ):
            days, has_indemnity = charged.get(move_id, ({}, False))
            if kind == "interest":
                days.setdefault(line_id, []).append((first, last))
            charged[move_id] = (days, has_indemnity or kind == "indemnity")
        return charged

    @api.model
    def _read_waived(self, move_ids):
        """Return ``{move_id: (interest, indemnity)}`` forgiven, less what was left out
        of debit notes for it."""
        self.env["recouvrement.waiver"].flush_model()
        waived = {}
        for move_id, interest, indemnity in self.env.execute_query(
            SQL(
                """
                SELECT move_id, SUM(amount_interest), SUM(amount_indemnity)
                  FROM (SELECT move_id, amount_interest, amount_indemnity
                          FROM recouvrement_waiver
                         WHERE move_id = ANY(%(moves)s) AND state = 'granted'
                         UNION ALL
                        SELECT move_id,
                               CASE WHEN kind = 'interest' THEN -amount_waived END,
                               CASE WHEN kind = 'indemnity' THEN -amount_waived END
                          FROM recouvrement_penalty_line
                         WHERE move_id = ANY(%(moves)s)
                           AND debit_line_id IS NOT NULL) waived
                 GROUP BY move_id
                """,
                moves=list(move_ids),
            )
        ):
            amounts = (max(ZERO, law.to_decimal(x or 0)) for x in (interest, indemnity))
            waived[move_id] = tuple(amounts)
        return waived

    @api.model
    def _read_costs(self, move_ids):
        """Return ``{move_id: amount}`` of the complementary costs that are due."""
        return {
            move_id: law.to_decimal(amount, 6)
            for move_id, amount in self.env.execute_query(
                SQL(
                    """
                    SELECT move_id, SUM(amount)
                      FROM recouvrement_penalty_line
                     WHERE move_id = ANY(%s)
                       AND kind = 'cost'
                       AND state IN ('accrued', 'claimed')
                     GROUP BY move_id
                    """,
                    list(move_ids),
                )
            )
        }

    @api.model
    def _read_judgments(self, move_ids):
        """Return ``{move_id: row}`` of the latest judgment on each invoice."""
        self.env["recouvrement.judgment"].flush_model()
        return {
            row["move_id"]: row
            for row in self.env.execute_query_dict(
                SQL(
                    """
                    SELECT judged.move_id, judgment.id, judgment.rule, judgment.date,
                           judgment.date_interest, judgment.date_enforceable,
                           judgment.date_capitalised
                      FROM recouvrement_judgment judgment
                      JOIN recouvrement_judgment_move_rel judged
                        ON judged.judgment_id = judgment.id
                     WHERE judged.move_id = ANY(%s)
                     ORDER BY judgment.date, judgment.id
                    """,
                    list(move_ids),
                )
            )
        }
