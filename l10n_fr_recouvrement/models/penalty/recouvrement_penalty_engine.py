from collections import namedtuple
from dataclasses import dataclass

from odoo import api, models
from odoo.tools import SQL

from ... import law
from ...const import DUE_STATES
from ...law import MISSING_DATA, ZERO

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
# A penalty line as it is stored: ``charged`` is whether a debit note holds it,
# ``released`` whether one that was cancelled or reversed held it.
StoredLine = namedtuple("StoredLine", ["id", "charged", "released", *COLUMNS])


@dataclass
class Inputs:
    """What the penalties of some invoices are computed from, by id of the invoice or
    of the due line: see the methods of the engine that read each of them."""

    due_lines: dict
    settlements: dict
    payments: dict
    stored: dict
    notices: dict
    waivers: dict
    judgments: dict
    table: law.RateTable
    facts: law.FactTable


class RecouvrementPenaltyEngine(models.AbstractModel):
    """Computes what lateness costs: reads the inputs of many invoices in a few
    queries, and hands them to ``law``.

    Writes nothing: stored penalties, letters and statements of account all come from
    here.
    """

    _name = "recouvrement.penalty.engine"
    _description = "Penalty engine"

    @api.model
    def _work_out(self, move_ids, date, imputed=None, imputation="principal_first"):
        """Compute the penalties of invoices as of ``date``.

        :param list move_ids: customer invoices; those that are not posted owe nothing
        :param imputed: ``{move_line_id: [law.Payment]}`` of unallocated credits set
            against due lines (C. civ. 1342-10), beside the reconciled payments
        :param imputation: how payments share (C. civ. 1343-1), see :class:`law.Terms`
        :return: ``({move_id: law.Penalties}, {move_id: error of the law})``
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
        settlements = self.env["recouvrement.settlement"]._read(
            [row["id"] for rows in due_lines.values() for row in rows]
        )
        return Inputs(
            due_lines=due_lines,
            settlements=settlements,
            payments={
                line_id: [payment for one in found for payment in one.payments]
                for line_id, found in settlements.items()
            },
            stored=self._read_stored(move_ids),
            notices=self._read_notices(due_lines),
            waivers=self._read_waivers(move_ids),
            judgments=self._read_judgments(move_ids),
            table=self.env["recouvrement.rate"]._get_table(),
            facts=self.env["recouvrement.legal.fact"]._get_table(),
        )

    @api.model
    def _work_out_inputs(self, inputs, date, imputation="principal_first"):
        """Second half of :meth:`_work_out`, on inputs that were read."""
        terms, penalties, errors = {}, {}, {}
        for move_id, rows in inputs.due_lines.items():
            try:
                penalties[move_id] = self._work_out_move(
                    move_id, rows, date, inputs, imputation, terms
                )
            except MISSING_DATA as error:
                errors[move_id] = error
        return penalties, errors

    @api.model
    def _work_out_move(self, move_id, rows, date, inputs, imputation, terms):
        """Penalties of one invoice, from its due lines.

        :param dict terms: terms of the law by what they depend on, shared by the
            invoices of a batch
        """
        profile, digits = rows[0]["profile"], rows[0]["digits"]
        settled = self._get_settled(
            inputs.stored.get(move_id), inputs.waivers.get(move_id), rows[0]
        )
        statements = {}
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
            its_terms = self._get_terms(row, start, inputs, imputation, terms)
            not_due = (
                law.settled_interest(settled, row["id"])
                if its_terms.capitalised_from
                else ()
            )
            found = law.statement(
                law.LateDebt(row["amount"], start, digits),
                its_terms,
                end,
                law.Events(payments, not_due) if payments or not_due else law.NO_EVENTS,
            )
            if found.segments:
                statements[row["id"]] = found
        indemnity, day = ZERO, None
        if statements and profile != "consumer":
            indemnity, day = self._get_indemnity(profile, statements, settled, inputs)
        return law.penalties(statements, settled, digits, indemnity, day)

    @api.model
    def _get_indemnity(self, profile, statements, settled, inputs):
        """The indemnity that no debit note has charged, and the first day late."""
        segments = next(iter(statements.values())).segments
        began = segments[0].date_from
        if settled.has_indemnity:
            return ZERO, began
        tariff = inputs.facts.at(f"{profile}_indemnity", began).value
        amount = law.flat_indemnity(
            tariff, law.add_days(began, -1), segments[-1].date_to, segments[0].base
        )
        return amount, began

    @api.model
    def _get_settled(self, stored, waivers, row):
        """What debit notes charged and waivers forgave of an invoice, and its costs, as
        :class:`law.Settled`.

        :param stored: its rows of :meth:`_read_stored`
        :param waivers: its :class:`law.Waiver`
        :param row: its first due line
        """
        if not stored and not waivers:
            return law.NOTHING_SETTLED
        charges, costs = [], ZERO
        has_indemnity, indemnity_waived = False, ZERO
        for line in stored or ():
            if line.charged and line.kind == "interest":
                charges.append(self._get_charge(line, row["digits"]))
            elif line.charged and line.kind == "indemnity":
                has_indemnity = True
                indemnity_waived += law.to_decimal(line.amount_waived or 0)
            elif line.kind == "cost" and line.state in DUE_STATES:
                costs += law.to_decimal(line.amount, 6)
        if row["profile"] == "consumer":
            # CPC exec. L111-8: the costs of recovery stay with the creditor.
            costs = ZERO
        binding = law.binding(waivers or (), row["profile"])
        return law.Settled(charges, binding, has_indemnity, indemnity_waived, costs)

    @api.model
    def _get_charge(self, line, digits):
        """The :class:`law.Charge` of a line that a debit note charges."""
        return law.Charge(
            line.move_line_id,
            line.date_from,
            line.date_to,
            law.to_decimal(line.amount, digits),
            law.to_decimal(line.amount_exact, 6),
            law.to_decimal(line.amount_waived or 0, digits),
        )

    @api.model
    def _get_terms(self, row, start, inputs, imputation, terms):
        """The :class:`law.Terms` of one due line, from those computed already where
        they hold for it."""
        judgments = inputs.judgments.get(row["move_id"], ())
        key = (
            self._rate_key(row),
            row["divisor"],
            tuple(judgment["id"] for judgment in judgments),
            start,
        )
        found = terms.get(key)
        if found is None:
            rule = self._rate_rule(row, inputs.facts, law.add_days(start, 1))
            for judgment in judgments:
                rule = self._get_judgment_rule(judgment, rule, inputs.facts, row)
            claims = [
                judgment["date_capitalised"]
                for judgment in judgments
                if judgment["date_capitalised"]
            ]
            found = terms[key] = law.Terms(
                rule,
                inputs.table,
                row["divisor"],
                imputation,
                min(claims, default=None),
            )
        return found

    # ------------------------------------------------------------------
    # Rules
    # ------------------------------------------------------------------

    @api.model
    def _rate_key(self, row):
        """What of a due line its rate follows from, as a tuple: those that share it,
        their first day late and their judgments share what :meth:`_rate_rule` returns
        for the first of them. One that looks at more adds it here. Hook.

        :param row: due line as read by :meth:`_read_due_lines`
        """
        return (
            row["profile"],
            row["rate_basis"],
            row["contract_rate"],
            row["below_floor"],
        )

    @api.model
    def _rate_rule(self, row, facts, began):
        """Return the rule of the law that gives the rate of a due line (see
        :class:`law.Terms`), interest having begun on ``began``. It may look at what is
        in :meth:`_rate_key`. Hook.

        :param row: due line as read by :meth:`_read_due_lines`, with the terms frozen
            on its invoice
        :param facts: :class:`law.FactTable`
        """
        profile = row["profile"]
        if profile == "consumer":
            return law.RateRule("legal_other", fact="consumer_interest")
        code = f"{profile}_margin"
        margin = facts.at(code, began).value.normalize()
        default = law.RateRule(
            "ecb_refi", margin, frozen=profile == "public", fact=code
        )
        if profile == "public" or row["rate_basis"] == "ecb":
            return default
        code = "business_floor"
        factor = facts.at(code, began).value.normalize()
        if row["rate_basis"] == "legal":
            return law.RateRule("legal_other", factor=factor, fact=code)
        return law.ContractRule(
            row["contract_rate"], factor, row["below_floor"], default, code
        )

    @api.model
    def _get_judgment_rule(self, judgment, before, facts, row):
        """The rule that holds once a judgment was given (C. civ. 1231-7 and 1343-5, CMF
        L313-3): an award of the contract's penalties until payment changes nothing."""
        rule, day = before, judgment["date"]
        if judgment["rule"] == "legal":
            consumer = row["profile"] == "consumer"
            rule = law.judgment_rule(
                judgment["date_interest"] or day,
                judgment["date_enforceable"],
                facts.at("judgment_increase", day).value.normalize(),
                int(facts.at("judgment_months", day).value),
                before,
                "consumer_interest" if consumer else "judgment_interest",
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
        """Last day that bears no interest, or None while none can be due. Hook.

        A consumer owes it on what a formal notice claimed, from the event that the
        company settled on (C. civ. 1231-6, 1344-1); a public body from the end of the
        time that it has from receipt of the request (CCP R2192-32), where the day of
        receipt is known; a business from the due date (C. com. L441-10, II). Nothing is
        late before the date of the invoice itself.
        """
        if row["profile"] == "consumer":
            # A judgment bears interest whatever was claimed (C. civ. 1231-7).
            days = [
                inputs.notices.get(row["id"]),
                *(
                    law.add_days(judgment["date_interest"] or judgment["date"], -1)
                    for judgment in inputs.judgments.get(row["move_id"], ())
                    if judgment["rule"] == "legal"
                ),
            ]
            return min((day for day in days if day), default=None)
        if row["profile"] == "public" and row["request_date"]:
            limit = law.public_limit(
                inputs.facts, row["public_delay"], row["request_date"]
            )
            return law.public_due(limit, row["date_maturity"], row["rank"])
        return max(row["date_maturity"], row["invoice_date"] or row["date_maturity"])

    @api.model
    def _get_interest_end(self, row, date):
        """Last day that may bear interest: ``date``, the eve of the judgment that opens
        insolvency proceedings for what was owed before it (C. com. L622-28), or the day
        that a waiver stops it. Hook."""
        end = date
        opening = row["insolvency_date"]
        if opening and row["invoice_date"] and row["invoice_date"] < opening:
            end = min(
                end, law.last_day_before_insolvency(opening, row["insolvency_day"])
            )
        # Nothing stops the interest of a public body but its payment (CCP L2192-14).
        if row["penalty_end"] and row["profile"] != "public":
            end = min(end, row["penalty_end"])
        return end

    # ------------------------------------------------------------------
    # Inputs, a query for all the invoices each
    # ------------------------------------------------------------------

    @api.model
    def _read_due_lines(self, move_ids):
        """Read the due lines of the posted invoices, with the terms frozen on these.
        What a rule of yours looks at is added to the rows here, read for all of them
        together. Hook.

        :return: ``{move_id: [row]}``, oldest due first; a row is a dict of plain
            values, its amounts Decimal in the currency of the invoice
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
        """Return ``{move_id: [law.Waiver]}`` that stand, in order of time."""
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
                law.Waiver(day, *(law.to_decimal(amount or 0) for amount in amounts))
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
