from collections import namedtuple
from dataclasses import dataclass
from datetime import date as Date
from decimal import Decimal
from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL

from ... import law
from ...const import DUE_STATES
from ...law import MISSING_DATA, ZERO
from ...law.interest import ONE_DAY

# Columns of a penalty line that follow the account, with their SQL types.
COLUMNS = {
    "move_line_id": "int",
    "kind": "varchar",
    "date_from": "date",
    "date_to": "date",
    "days": "int",
    "base": "numeric",
    "rate": "numeric",
    "divisor": "int",
    "amount": "numeric",
    "amount_exact": "numeric",
    "amount_waived": "numeric",
    "currency_id": "int",
    "claimed_action_id": "int",
    "state": "varchar",
}
# A penalty line as it is stored: ``charged`` tells whether a debit note holds it,
# ``released`` whether one that was cancelled or reversed held it.
StoredLine = namedtuple("StoredLine", ["id", "charged", "released", *COLUMNS])


class Penalties(NamedTuple):
    """What lateness costs on one invoice at a date.

    ``statements`` are the :class:`law.Statement` of its due lines, ``interest`` their
    segments without the days that a debit note has charged already, both by id of the
    due line and in the currency of the invoice. ``indemnity`` is in euros, zero when a
    debit note has charged it. ``waived_interest`` and ``waived_indemnity`` are what was
    forgiven of these. ``costs`` are the complementary costs that no debit note charges
    yet, in the currency of the invoice. ``charge_gap`` is what the days charged come to
    now, less what was charged for them.
    """

    statements: dict
    interest: dict
    indemnity: Decimal
    indemnity_date: Date | None
    waived_interest: Decimal
    waived_indemnity: Decimal
    costs: Decimal
    charge_gap: Decimal

    @property
    def waived_by_line(self):
        """The interest waived, set against due lines in order of time."""
        shares = law.share_in_order(
            self.waived_interest, [law.total(part) for part in self.interest.values()]
        )
        return dict(zip(self.interest, shares, strict=True))

    @property
    def interest_ran(self):
        """Interest that no debit note has charged, before waivers."""
        return sum((law.total(part) for part in self.interest.values()), ZERO)


@dataclass
class Inputs:
    """What the penalties of some invoices are worked out from, by id of the invoice or
    of the due line: see the methods of the engine that read each of them."""

    due_lines: dict
    payments: dict
    stored: dict
    notices: dict
    waivers: dict
    judgments: dict
    table: law.RateTable
    facts: law.FactTable


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
        inputs = self._read_inputs(move_ids)
        for line_id, credits in (imputed or {}).items():
            inputs.payments.setdefault(line_id, []).extend(credits)
        return self._work_out_inputs(inputs, date, imputation)

    @api.model
    def _read_inputs(self, move_ids):
        """Read all that the penalties of invoices depend on, as :class:`Inputs`."""
        due_lines = self._read_due_lines(move_ids)
        move_ids = list(move_ids)
        stored = self._read_stored(move_ids)
        return Inputs(
            due_lines=due_lines,
            payments=self._read_payments(
                [row["id"] for rows in due_lines.values() for row in rows]
            ),
            stored=stored,
            notices=self._read_notices(due_lines),
            waivers=self._read_waivers(move_ids),
            judgments=self._read_judgments(move_ids),
            table=self.env["recouvrement.rate"]._get_table(),
            facts=self.env["recouvrement.legal.fact"]._get_table(),
        )

    @api.model
    def _work_out_inputs(self, inputs, date, imputation="principal_first"):
        """Second half of :meth:`_work_out`, on inputs that were read."""
        rules, penalties, errors = {}, {}, {}
        for move_id, rows in inputs.due_lines.items():
            try:
                penalties[move_id] = self._work_out_move(
                    move_id, rows, date, inputs, imputation, rules
                )
            except MISSING_DATA as error:
                errors[move_id] = error
        return penalties, errors

    @api.model
    def _work_out_move(self, move_id, rows, date, inputs, imputation, rules):
        """Penalties of one invoice, from its due lines.

        :param dict rules: rules of the law by what they depend on, shared by the
            invoices of a batch
        """
        statements, interest = {}, {}
        indemnity, indemnity_date = ZERO, None
        stored = inputs.stored.get(move_id, ())
        charged, has_indemnity, costs = self._get_charged(stored)
        for row in rows:
            start = self._get_interest_start(row, inputs)
            end = self._get_interest_end(row, date)
            if start is None or start >= end:
                continue
            payments = [
                payment
                for payment in inputs.payments.get(row["id"], ())
                if payment.date <= date
            ]
            found = self._get_statement(
                row, start, end, payments, inputs, imputation, rules
            )
            segments = found.segments
            if not segments:
                continue
            statements[row["id"]] = found
            if not indemnity_date and row["profile"] != "consumer":
                indemnity_date = start + ONE_DAY
                if not has_indemnity:
                    indemnity = law.flat_indemnity(
                        inputs.facts.at(
                            f"{row['profile']}_indemnity", indemnity_date
                        ).value,
                        start,
                        end,
                        segments[0].base,
                    )
            if charged:
                days = charged.get(row["id"], []) + charged.get(None, [])
                segments = law.without_days(segments, days, row["digits"])
            if segments:
                interest[row["id"]] = segments
        if rows[0]["profile"] == "consumer":
            # CPC exec. L111-8: the costs of recovery stay with the creditor.
            costs = ZERO
        waived, gap = (ZERO, ZERO), ZERO
        if move_id in inputs.waivers:
            waived = self._get_waived(
                inputs.waivers[move_id], stored, statements, rows[0]["digits"]
            )
        if charged:
            gap = self._get_charge_gap(stored, statements, rows[0]["digits"])
        return Penalties(
            statements, interest, indemnity, indemnity_date, *waived, costs, gap
        )

    @api.model
    def _get_waived(self, waivers, stored, statements, digits):
        """Interest and indemnity forgiven, less what was left out of debit notes for
        it. A waiver forgives what had run by its day: were that to come down later, the
        days after it bear interest all the same.

        :param waivers: rows of :meth:`_read_waivers`
        """
        interest = indemnity = ZERO
        segments = [part for found in statements.values() for part in found.segments]
        for day, of_interest, of_indemnity in waivers:
            later = [(day + ONE_DAY, Date.max)]
            ran = law.total(law.without_days(segments, later, digits))
            interest = min(interest + of_interest, ran)
            indemnity += of_indemnity
        for line in stored:
            if line.charged and line.kind == "interest":
                interest -= law.to_decimal(line.amount_waived or 0)
            elif line.charged and line.kind == "indemnity":
                indemnity -= law.to_decimal(line.amount_waived or 0)
        return max(ZERO, interest), max(ZERO, indemnity)

    @api.model
    def _get_charge_gap(self, stored, statements, digits):
        """What the days that debit notes charged come to now, less what these charged:
        a payment that bounced since, a credit note that came late."""
        gap = ZERO
        for line in stored:
            if line.charged and line.kind == "interest" and line.move_line_id:
                found = statements.get(line.move_line_id)
                others = [
                    (Date.min, line.date_from - ONE_DAY),
                    (line.date_to + ONE_DAY, Date.max),
                ]
                now = law.without_days(found.segments if found else (), others, digits)
                gap += sum((segment.exact for segment in now), ZERO)
                gap -= law.to_decimal(line.amount_exact, 6)
        return law.round_half_up(gap, digits)

    @api.model
    def _get_charged(self, stored):
        """What debit notes have charged of an invoice, and its costs that are due.

        :param stored: its rows of :meth:`_read_stored`
        :return: ``({move_line_id: [(first day, last day)]}, whether the indemnity is
            charged, costs)``; days of a due line that is no more stand under None, and
            hold for the whole invoice
        """
        days, has_indemnity, costs = {}, False, ZERO
        for line in stored or ():
            if line.charged and line.kind == "interest":
                days.setdefault(line.move_line_id, []).append(
                    (line.date_from, line.date_to)
                )
            elif line.charged and line.kind == "indemnity":
                has_indemnity = True
            elif line.kind == "cost" and line.state in DUE_STATES:
                costs += law.to_decimal(line.amount, 6)
        return days, has_indemnity, costs

    @api.model
    def _get_statement(self, row, start, end, payments, inputs, imputation, rules):
        """The :class:`law.Statement` of one due line."""
        judgments = inputs.judgments.get(row["move_id"], ())
        key = (
            row["profile"],
            row["rate_basis"],
            row["contract_rate"],
            row["below_floor"],
            tuple(judgment["id"] for judgment in judgments),
            start,
        )
        rule = rules.get(key)
        if rule is None:
            rule = self._rate_rule(row, inputs.facts, start + ONE_DAY)
            for judgment in judgments:
                rule = self._get_judgment_rule(judgment, rule, inputs.facts)
            rules[key] = rule
        claims = [
            judgment["date_capitalised"]
            for judgment in judgments
            if judgment["date_capitalised"]
        ]
        return law.statement(
            row["amount"],
            start,
            end,
            rule,
            inputs.table,
            payments,
            row["divisor"],
            row["digits"],
            imputation,
            min(claims, default=None),
            self._get_settled(row, inputs) if claims else (),
        )

    @api.model
    def _get_settled(self, row, inputs):
        """Interest of a due line that is due no more without having been paid on it,
        as ``(day, amount)``: charged by a debit note, or forgiven."""
        charged = [
            (line.date_to, law.to_decimal(line.amount, row["digits"]))
            for line in inputs.stored.get(row["move_id"], ())
            if line.charged and line.move_line_id in (row["id"], None)
        ]
        waived = inputs.waivers.get(row["move_id"], ())
        return charged + [(day, amount) for day, amount, _indemnity in waived]

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
        """The rule that holds once a judgment was given (C. civ. 1231-7 and 1343-5, CMF
        L313-3): an award of the contract's penalties until payment changes nothing."""
        rule, day = before, judgment["date"]
        if judgment["rule"] == "legal":
            rule = law.judgment_rule(
                judgment["date_interest"] or day,
                judgment["date_enforceable"],
                facts.at("judgment_increase", day).value.normalize(),
                int(facts.at("judgment_months", day).value),
                before,
            )
        if judgment["date_grace_from"]:
            rule = law.with_grace(
                rule,
                judgment["date_grace_from"],
                judgment["date_grace_to"],
                law.to_decimal(judgment["grace_rate"] or 0, 4).normalize(),
            )
        return rule

    @api.model
    def _get_interest_start(self, row, inputs):
        """Last day that bears no interest, or None while none can be due.

        A consumer owes it on what a formal notice claimed, from the event that the
        company settled on (C. civ. 1231-6, 1344-1); a public body from the end of the
        time that it has from receipt of the request (CCP R2192-32), where the day of
        receipt is known; a business from the due date (C. com. L441-10, II).
        """
        if row["profile"] == "consumer":
            # A judgment bears interest whatever was claimed (C. civ. 1231-7).
            days = [
                inputs.notices.get(row["id"]),
                *(
                    (judgment["date_interest"] or judgment["date"]) - ONE_DAY
                    for judgment in inputs.judgments.get(row["move_id"], ())
                    if judgment["rule"] == "legal"
                ),
            ]
            return min((day for day in days if day), default=None)
        if row["profile"] == "public" and row["request_date"]:
            limit = law.public_limit(
                inputs.facts, row["public_delay"], row["request_date"]
            )
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
            [
                "move_id",
                "display_type",
                "date_maturity",
                "amount_currency",
                "reconciled",
            ]
        )
        self.env["res.partner"].flush_model()
        self.env["res.company"].flush_model()
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT line.id, line.move_id, line.date_maturity,
                       line.amount_currency AS amount, line.currency_id,
                       line.reconciled, move.invoice_date,
                       move.recouvrement_penalty_settled AS settled,
                       move.recouvrement_charge_gap AS charge_gap,
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
    def _read_stored(self, move_ids):
        """Read the penalty lines of invoices, as they are.

        :return: ``{move_id: [StoredLine]}``
        """
        self.env["recouvrement.penalty.line"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id, move_id, debit_line_id, %s
                  FROM recouvrement_penalty_line
                 WHERE move_id = ANY(%s)
                """,
                SQL(", ").join(
                    # as floats, which is what the rows to compare with hold
                    SQL("%s::float8", SQL.identifier(name))
                    if sql_type == "numeric"
                    else SQL.identifier(name)
                    for name, sql_type in COLUMNS.items()
                ),
                list(move_ids),
            )
        )
        charging = self._read_charging_lines([row[2] for row in rows if row[2]])
        stored = {}
        for line_id, move_id, debit_line_id, *values in rows:
            stored.setdefault(move_id, []).append(
                StoredLine(
                    line_id,
                    bool(debit_line_id) and debit_line_id in charging,
                    bool(debit_line_id) and debit_line_id not in charging,
                    *values,
                )
            )
        return stored

    @api.model
    def _read_charging_lines(self, line_ids):
        """Those of some lines of debit notes whose note was not cancelled nor
        reversed."""
        if not line_ids:
            return set()
        self.env["account.move"].flush_model(["state", "payment_state"])
        return {
            line_id
            for (line_id,) in self.env.execute_query(
                SQL(
                    """
                    SELECT line.id
                      FROM account_move_line line
                      JOIN account_move note ON note.id = line.move_id
                     WHERE line.id = ANY(%s)
                       AND note.state != 'cancel'
                       AND note.payment_state != 'reversed'
                    """,
                    line_ids,
                )
            )
        }

    @api.model
    def _read_waivers(self, move_ids):
        """Return ``{move_id: [(day, interest, indemnity)]}`` forgiven, in order of
        time."""
        self.env["recouvrement.waiver"].flush_model()
        waivers = {}
        for move_id, day, *amounts in self.env.execute_query(
            SQL(
                """
                SELECT move_id, date, amount_interest, amount_indemnity
                  FROM recouvrement_waiver
                 WHERE move_id = ANY(%s) AND state = 'granted'
                 ORDER BY date, id
                """,
                list(move_ids),
            )
        ):
            waivers.setdefault(move_id, []).append(
                (day, *(law.to_decimal(amount or 0) for amount in amounts))
            )
        return waivers

    @api.model
    def _read_judgments(self, move_ids):
        """Return ``{move_id: [row]}`` of the judgments on each invoice, in order of
        time: each of them changes what held before it."""
        self.env["recouvrement.judgment"].flush_model()
        judgments = {}
        for row in self.env.execute_query_dict(
            SQL(
                """
                SELECT judged.move_id, judgment.id, judgment.rule, judgment.date,
                       judgment.date_interest, judgment.date_enforceable,
                       judgment.date_capitalised, judgment.date_grace_from,
                       judgment.date_grace_to, judgment.grace_rate
                  FROM recouvrement_judgment judgment
                  JOIN recouvrement_judgment_move_rel judged
                    ON judged.judgment_id = judgment.id
                 WHERE judged.move_id = ANY(%s)
                 ORDER BY judgment.date, judgment.id
                """,
                list(move_ids),
            )
        ):
            judgments.setdefault(row["move_id"], []).append(row)
        return judgments
