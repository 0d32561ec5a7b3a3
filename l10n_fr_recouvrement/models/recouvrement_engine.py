from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, format_date

from .. import law
from .account_move import CHASED_PAYMENT_STATES, FOLLOWED_TYPES
from .action_states import CLOSED_STATES, CONTACTED_STATES, PENDING_STATES
from .stage_plan import most_advanced_due


@dataclass
class Prospect:
    """What one debtor owes on one day, before it becomes an action.

    ``debts`` and ``credits`` are rows of :meth:`RecouvrementEngine._read_open_items`;
    ``imputed`` the credits set against the debts, by due line; ``stages`` maps the
    invoices that reach a stage to that stage and ``cycles`` to the lateness it belongs
    to; ``covered`` holds the invoices that unallocated credits pay in full;
    ``excluded`` says, in words, why no action is made.
    """

    company: Any
    partner: Any
    currency: Any
    date: Any
    debts: list = field(default_factory=list)
    credits: list = field(default_factory=list)
    offsets: list = field(default_factory=list)
    moves: Any = None
    imputed: dict = field(default_factory=dict)
    covered: set = field(default_factory=set)
    stages: dict = field(default_factory=dict)
    cycles: dict = field(default_factory=dict)
    excluded: str = ""

    @property
    def stage(self):
        """The most advanced stage due, the one the debtor is contacted at."""
        return max(self.stages.values(), key=lambda stage: stage._get_rank())

    @property
    def move_ids(self):
        """Invoices claimed, in order of due date, each once."""
        return list(dict.fromkeys(row["move_id"] for row in self.debts))

    @property
    def profiles(self):
        """Profiles of the invoices claimed; a letter holds for one."""
        return {row["profile"] for row in self.debts}

    @property
    def amount(self):
        """What the account owes: invoices less credits."""
        digits = self.currency.decimal_places
        return sum(
            (law.to_decimal(row["residual"], digits) for row in self.debts),
            law.to_decimal(0),
        ) - sum(
            (law.to_decimal(row["residual"], digits) for row in self.credits),
            law.to_decimal(0),
        )


class RecouvrementEngine(models.AbstractModel):
    """Finds what is due and turns it into actions, one per debtor.

    The same path serves the preview, the button and the daily run: candidates come
    from the stored next date, the open items of their debtors from one query, and the
    law and the plan are applied in memory.
    """

    _name = "recouvrement.engine"
    _description = "Recovery engine"

    # ------------------------------------------------------------------
    # Candidates
    # ------------------------------------------------------------------

    @api.model
    def _candidate_domain(self, company, date):
        """Domain of the invoices a stage falls due for on ``date``. Hook: narrow it to
        keep invoices out of every run."""
        moves = self.env["account.move"]
        return moves._recouvrement_open_domain() & Domain(
            [("company_id", "=", company.id), ("recouvrement_next_date", "<=", date)]
        )

    @api.model
    def _find_debtors(self, company, date, partners=None):
        """Debtors with an invoice that a stage falls due for, oldest step first."""
        domain = self._candidate_domain(company, date)
        if partners is not None:
            domain &= Domain("commercial_partner_id", "in", partners.ids)
        groups = self.env["account.move"]._read_group(
            domain,
            ["commercial_partner_id"],
            ["recouvrement_next_date:min"],
            order="recouvrement_next_date:min, commercial_partner_id",
        )
        return self.env["res.partner"].union(*(partner for partner, _date in groups))

    # ------------------------------------------------------------------
    # What the debtors owe
    # ------------------------------------------------------------------

    @api.model
    def _collect(self, company, date, partners, planned_only=True):
        """Return the :class:`Prospect` of each debtor and currency.

        :param planned_only: leave out debtors whose invoices have no stage due; False
            collects what is owed whatever the plan (to refresh an existing action)
        """
        prospects = [
            prospect
            for prospect in self._group_open_items(company, date, partners)
            if prospect.debts
        ]
        for prospect in prospects:
            self._offset_credits(prospect)
            self._impute(prospect)
        moves = self.env["account.move"].browse(
            move_id for prospect in prospects for move_id in prospect.move_ids
        )
        for prospect in prospects:
            # Read together, whatever the debtor.
            prospect.moves = moves.browse(prospect.move_ids).with_prefetch(moves.ids)
        if planned_only:
            self._plan(company, date, prospects)
        return prospects

    @api.model
    def _group_open_items(self, company, date, partners):
        """Return the :class:`Prospect` of each debtor and currency with anything open,
        nothing set against anything yet."""
        prospects = {}
        for row in self._read_open_items(company, date, partners):
            key = self._grouping_key(row)
            prospect = prospects.get(key)
            if prospect is None:
                prospect = prospects[key] = Prospect(
                    company=company,
                    partner=self.env["res.partner"].browse(row["partner_id"]),
                    currency=self.env["res.currency"].browse(row["currency_id"]),
                    date=date,
                )
            {
                "debt": prospect.debts,
                "credit": prospect.credits,
                "offset": prospect.offsets,
            }[row["kind"]].append(row)
        return list(prospects.values())

    @api.model
    def _grouping_key(self, row):
        """What makes two open items belong to the same letter. Hook."""
        return (row["partner_id"], row["currency_id"])

    @api.model
    def _read_open_items(self, company, date, partners):
        """Read the overdue due lines and every open credit of the debtors.

        Left out: invoices with ``no_followup``, blocked, in payment, due before the
        day the company follows from, or owed before the debtor's insolvency judgment.
        Credits are always deducted: what is claimed is what the account owes. Debit
        entries (a refund paid back, an opening balance)
        are not claimed, they use credits up.

        :return: list of dicts, residuals positive, in the currency of the item
        """
        self.env["account.move.line"].flush_model()
        self.env["account.move"].flush_model()
        self.env["res.partner"].flush_model()
        return self.env.execute_query_dict(
            SQL(
                """
                SELECT line.id, line.move_id, line.currency_id, line.date,
                       line.date_maturity, line.payment_id,
                       partner.commercial_partner_id AS partner_id,
                       move.name, move.ref, move.move_type, move.invoice_date,
                       COALESCE(move.recouvrement_profile,
                                debtor.recouvrement_profile) AS profile,
                       instalment.number, instalment.count,
                       CASE WHEN line.amount_residual_currency < 0 THEN 'credit'
                            WHEN move.move_type = 'entry' THEN 'offset'
                            ELSE 'debt' END AS kind,
                       ABS(line.amount_residual_currency) AS residual,
                       ABS(line.amount_currency) AS amount
                  FROM account_move_line line
                  JOIN account_move move ON move.id = line.move_id
                  JOIN account_account account ON account.id = line.account_id
                  JOIN res_partner partner ON partner.id = line.partner_id
                  JOIN res_partner debtor ON debtor.id = partner.commercial_partner_id
                  JOIN LATERAL (
                       SELECT COUNT(*) AS count,
                              COUNT(*) FILTER (
                                  WHERE (due.date_maturity, due.id)
                                     <= (line.date_maturity, line.id)) AS number
                         FROM account_move_line due
                        WHERE due.move_id = line.move_id
                          AND due.display_type = 'payment_term'
                       ) instalment ON TRUE
                 WHERE line.company_id = %(company)s
                   AND line.parent_state = 'posted'
                   AND line.reconciled IS NOT TRUE
                   AND account.account_type = 'asset_receivable'
                   AND account.non_trade IS NOT TRUE
                   AND partner.commercial_partner_id = ANY(%(partners)s)
                   AND (line.amount_residual_currency < 0
                        OR move.move_type = 'entry'
                        OR line.amount_residual_currency > 0
                       AND line.date_maturity < %(date)s
                       AND line.no_followup IS NOT TRUE
                       AND move.move_type = ANY(%(types)s)
                       AND move.payment_state = ANY(%(states)s)
                       AND line.date_maturity >= %(start)s
                       AND (debtor.recouvrement_insolvency_date IS NULL
                            OR move.invoice_date
                               >= debtor.recouvrement_insolvency_date))
                 ORDER BY line.date_maturity, line.id
                """,
                company=company.id,
                partners=partners.ids,
                date=date,
                types=list(FOLLOWED_TYPES),
                states=list(CHASED_PAYMENT_STATES),
                start=company.recouvrement_start_date or "-infinity",
            )
        )

    @api.model
    def _offset_credits(self, prospect):
        """Use credits up, oldest first, by the debit entries that are not claimed."""
        digits = prospect.currency.decimal_places
        left = sum(
            (law.to_decimal(row["residual"], digits) for row in prospect.offsets),
            law.to_decimal(0),
        )
        credits = []
        for row in sorted(prospect.credits, key=lambda row: (row["date"], row["id"])):
            residual = law.to_decimal(row["residual"], digits)
            used = min(left, residual)
            left -= used
            if residual > used:
                credits.append({**row, "residual": residual - used})
        prospect.credits = credits

    @api.model
    def _impute(self, prospect):
        """Set the unallocated credits against the oldest debts (C. civ. 1342-10)."""
        digits = prospect.currency.decimal_places
        prospect.imputed = law.impute_oldest_first(
            [
                law.Payment(
                    row["date"],
                    law.to_decimal(row["residual"], digits),
                    prospect.company.recouvrement_credit_effect
                    if row["move_type"] == "out_refund"
                    else "payment",
                )
                for row in prospect.credits
            ],
            [
                law.Debt(
                    row["id"],
                    row["date_maturity"],
                    law.to_decimal(row["residual"], digits),
                )
                for row in prospect.debts
            ],
            digits,
        )
        left = {}
        for row in prospect.debts:
            paid = law.total(prospect.imputed.get(row["id"], ()))
            due = law.to_decimal(row["residual"], digits) - paid
            left[row["move_id"]] = left.get(row["move_id"], 0) + due
        prospect.covered = {move_id for move_id, due in left.items() if due <= 0}

    @api.model
    def _plan(self, company, date, prospects):
        """Fill the stages due, and why a debtor is left out."""
        moves = self.env["account.move"].union(*(p.moves for p in prospects))
        plans = moves._recouvrement_plan()
        stages = self.env["recouvrement.stage"]
        contacts = self._get_recent_contacts(company, date, prospects)
        for prospect in prospects:
            for move_id in prospect.move_ids:
                stage_id = most_advanced_due(plans.get(move_id, ()), date)
                stage = stages.browse(stage_id or ())
                if (
                    stage
                    and move_id not in prospect.covered
                    and self._stage_condition(prospect, moves.browse(move_id), stage)
                ):
                    prospect.stages[move_id] = stage
                    prospect.cycles[move_id] = moves.browse(
                        move_id
                    )._recouvrement_cycle()
            prospect.excluded = self._get_exclusion(prospect, contacts)
            if not prospect.excluded:
                self._set_aside(prospect)

    @api.model
    def _set_aside(self, prospect):
        """Leave out of a letter the invoices that were claimed more firmly already.

        They have a road of their own, and nobody writes softly about a formal notice.
        Where credits are deducted everything stays, so that the letter foots.
        """
        if prospect.credits:
            return
        rank = prospect.stage._get_rank()
        firmer = {
            move.id
            for move in prospect.moves
            if (position := move._recouvrement_position(move._recouvrement_date_due()))
            and position.rank > rank
        }
        prospect.debts = [row for row in prospect.debts if row["move_id"] not in firmer]

    @api.model
    def _stage_condition(self, prospect, move, stage):
        """Whether ``move`` may be claimed at ``stage``. Hook."""
        return True

    @api.model
    def _get_exclusion(self, prospect, contacts):
        if len(prospect.profiles) > 1:
            return self.env._(
                "Its invoices have different profiles: correct the profile of the "
                "debtor or of the invoices."
            )
        if prospect.amount <= 0:
            return self.env._("Credit notes and unallocated payments cover the debt.")
        if not prospect.stages:
            return self.env._("No stage is due.")
        contact = contacts.get(prospect.partner.id)
        if contact:
            state, day = contact
            if state in PENDING_STATES:
                return self.env._("Another action of this debtor is waiting.")
            again = day + timedelta(days=prospect.company.recouvrement_min_interval)
            dates = {
                "date": format_date(self.env, day),
                "next": format_date(self.env, again),
            }
            if state in CONTACTED_STATES:
                return self.env._(
                    "Contacted on %(date)s; next contact from %(next)s.", **dates
                )
            return self.env._(
                "Action cancelled on %(date)s; prepared again from %(next)s.", **dates
            )
        return ""

    @api.model
    def _get_recent_contacts(self, company, date, prospects):
        """Return ``{partner_id: (state, date)}`` of the debtors that an action waits
        for, who were contacted, or whose action somebody cancelled, within the minimum
        interval."""
        since = date - timedelta(days=company.recouvrement_min_interval)
        contacts = {}
        # Those that the user may not see count as well.
        for partner, state, day in self.env["recouvrement.action"].sudo()._read_group(
            Domain("company_id", "=", company.id)
            & Domain("partner_id", "in", [p.partner.id for p in prospects])
            & (
                Domain("state", "in", PENDING_STATES)
                | Domain("state", "in", CLOSED_STATES)
                & Domain("date_closed", ">", since)
            ),
            ["partner_id", "state"],
            ["date_closed:max"],
        ):
            # What waits comes first, then the latest.
            rank = (state in PENDING_STATES, day or date)
            known = contacts.get(partner.id)
            if not known or rank > (known[0] in PENDING_STATES, known[1] or date):
                contacts[partner.id] = (state, day)
        return contacts

    @api.model
    def _explain_left_out(self, company, date, prospects, partners=None):
        """Say why overdue invoices that ``prospects`` do not list are not claimed.

        :return: list of dicts, one per debtor and reason: ``partner_id``,
            ``currency_id`` (of the company), ``amount``, ``invoice_count``,
            ``days_late``, ``reason``
        """
        moves = self.env["account.move"]
        domain = moves._recouvrement_overdue_domain(date) & Domain(
            "company_id", "=", company.id
        )
        if partners is not None:
            domain &= Domain("commercial_partner_id", "in", partners.ids)
        listed = [move_id for prospect in prospects for move_id in prospect.move_ids]
        rows = {}
        for move in moves.search(domain & Domain("id", "not in", listed)):
            reason = self._get_left_out_reason(company, move)
            overdue = move.line_ids.filtered_domain(
                moves._recouvrement_overdue_line_domain(date)
            )
            row = rows.setdefault(
                (move.commercial_partner_id, reason),
                {
                    "partner_id": move.commercial_partner_id.id,
                    "currency_id": company.currency_id.id,
                    "amount": 0,
                    "invoice_count": 0,
                    "days_late": 0,
                    "reason": reason,
                },
            )
            row["amount"] += sum(
                (law.to_decimal(line.amount_residual) for line in overdue),
                law.to_decimal(0),
            )
            row["invoice_count"] += 1
            row["days_late"] = max(
                row["days_late"],
                *((date - line.date_maturity).days for line in overdue),
            )
        return [{**row, "amount": float(row["amount"])} for row in rows.values()]

    @api.model
    def _get_left_out_reason(self, company, move):
        """Why an overdue invoice is not claimed today, in words. Hook."""
        if move.payment_state == "blocked":
            return self.env._("Disputed: its payment is blocked.")
        if move._recouvrement_is_frozen():
            return self.env._(
                "Insolvency proceedings: individual claims are stopped (C. com. art. "
                "L622-21)."
            )
        if (
            company.recouvrement_start_date
            and max(move._recouvrement_dues()) < company.recouvrement_start_date
        ):
            return self.env._("Due before the day that follow-up starts from.")
        if not move._recouvrement_open_lines():
            return self.env._("Left out of follow-up.")
        waiting = move.recouvrement_waiting_action_id.sudo()
        if waiting:
            return self.env._("An action is waiting: %s.", waiting.name)
        if not move.recouvrement_procedure_id:
            return self.env._("No procedure.")
        if move.recouvrement_next_date:
            return self.env._(
                "Next step on %s.", format_date(self.env, move.recouvrement_next_date)
            )
        return self.env._("Every stage of its procedure is done.")

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    @api.model
    def _create_actions(self, run, prospects):
        """Create one action per prospect that is not excluded, with its lines."""
        prospects = [prospect for prospect in prospects if not prospect.excluded]
        penalties = self._get_penalties(prospects)
        partners = self.env["res.partner"].union(*(p.partner for p in prospects))
        contacts = partners._recouvrement_get_contact()
        vals_list = [
            {
                **self._prepare_action_vals(run, prospect, contacts[prospect.partner]),
                **self._prepare_amount_vals(prospect, penalties[index]),
                "line_ids": [
                    fields.Command.create(line)
                    for line in self._prepare_lines(prospect, penalties[index][0])
                ],
            }
            for index, prospect in enumerate(prospects)
        ]
        actions = (
            self.env["recouvrement.action"]
            .sudo()
            .with_context(tracking_disable=True, mail_create_nosubscribe=True)
            .create(vals_list)
        )
        actions._render_letter_texts()
        actions._check_before_sending()
        actions._schedule_activities()
        return actions.with_env(self.env)

    @api.model
    def _prepare_action_vals(self, run, prospect, contact):
        """Values of the action that stay while amounts are refreshed. Hook."""
        stage = prospect.stage
        return {
            "run_id": run.id,
            "company_id": prospect.company.id,
            "partner_id": prospect.partner.id,
            "contact_id": contact.id,
            "stage_id": stage.id,
            "channel": stage.channel,
            "state": self.env["recouvrement.action"]._get_first_state(stage),
            "user_id": prospect.partner._recouvrement_get_responsible(
                prospect.company, stage
            ).id,
            "profile": stage.procedure_id.profile,
            "currency_id": prospect.currency.id,
        }

    @api.model
    def _prepare_amount_vals(self, prospect, penalties):
        """Values of the action that follow the account from day to day.

        :param penalties: item of :meth:`_get_penalties`
        """
        return {
            "date": prospect.date,
            "date_deadline": self._get_deadline(prospect),
            "legal_mentions": self._get_legal_mentions(prospect),
            "failure_reason": self._get_rate_failure(penalties[1]),
        }

    @api.model
    def _prepare_lines(self, prospect, claimed):
        """Values of the lines of an action: what is owed and what is deducted.

        :param claimed: ``{move_id: penalties}``, first part of an item of
            :meth:`_get_penalties`
        """
        lines = [
            self._prepare_action_line_vals(prospect, row, claimed)
            for row in prospect.debts
        ]
        self._add_move_amounts(prospect, lines, claimed)
        return lines + [self._prepare_credit_line_vals(row) for row in prospect.credits]

    @api.model
    def _get_deadline(self, prospect):
        """Working day by which the letter asks for payment."""
        return law.next_working_day(
            prospect.date + timedelta(days=prospect.stage.payment_days),
            prospect.company.recouvrement_alsace_moselle,
        )

    @api.model
    def _get_rate_failure(self, errors):
        for error in errors.values():
            return self.env["recouvrement.rate"]._get_missing_message(error)
        return False

    @api.model
    def _get_penalties(self, prospects):
        """Compute the penalties that each prospect's letter claims, all of one day.

        :return: list of ``({move_id: Penalties}, {move_id: error})``, one per prospect,
            as returned by ``recouvrement.penalty.engine._work_out``; empty where the
            stage claims none
        """
        claiming = [p for p in prospects if p.stage.show_penalties]
        computed, errors = {}, {}
        if claiming:
            computed, errors = self.env["recouvrement.penalty.engine"]._work_out(
                [move_id for prospect in claiming for move_id in prospect.move_ids],
                claiming[0].date,
                {
                    line_id: payments
                    for prospect in claiming
                    for line_id, payments in prospect.imputed.items()
                },
            )
        return [
            tuple(
                {
                    move_id: source[move_id]
                    for move_id in prospect.move_ids
                    if prospect.stage.show_penalties and move_id in source
                }
                for source in (computed, errors)
            )
            for prospect in prospects
        ]

    @api.model
    def _prepare_action_line_vals(self, prospect, row, claimed):
        """Snapshot of one due line. Hook."""
        penalties = claimed.get(row["move_id"])
        segments = penalties.interest.get(row["id"], []) if penalties else []
        stage = prospect.stages.get(row["move_id"])
        return {
            "kind": "invoice",
            "move_id": row["move_id"],
            "move_line_id": row["id"],
            "stage_id": stage.id if stage else False,
            "cycle_date": prospect.cycles.get(row["move_id"], False),
            "label": row["name"],
            "instalment": f"{row['number']}/{row['count']}"
            if row["count"] > 1
            else False,
            "date_document": row["invoice_date"] or row["date"],
            "date_due": row["date_maturity"],
            "days_late": (prospect.date - row["date_maturity"]).days,
            "amount_original": row["amount"],
            "amount_residual": row["residual"],
            "amount_interest": float(law.total(segments)),
            "amount_waived": 0.0,
            "amount_indemnity": 0.0,
            "amount_cost": 0.0,
            "penalty_detail": [self._prepare_segment_detail(s) for s in segments],
        }

    @api.model
    def _prepare_segment_detail(self, segment):
        return {
            "date_from": segment.date_from.isoformat(),
            "date_to": segment.date_to.isoformat(),
            "days": segment.days,
            "base": str(segment.base),
            "rate": str(segment.rate),
            "index": segment.index,
            "index_date": segment.index_date.isoformat(),
            "factor": str(segment.factor),
            "margin": str(segment.margin),
            "divisor": segment.divisor,
            "amount": str(segment.amount),
        }

    @api.model
    def _add_move_amounts(self, prospect, lines, claimed):
        """Put what is due once an invoice on its first due line, the indemnity in the
        currency of the letter, and take what was waived off its interest."""
        done = set()
        digits = prospect.currency.decimal_places
        for line in lines:
            penalties = claimed.get(line["move_id"])
            if not penalties:
                continue
            if line["move_id"] not in done:
                done.add(line["move_id"])
                indemnity = penalties.indemnity - penalties.waived_indemnity
                if indemnity > 0:
                    line["amount_indemnity"] = self._convert_euros(prospect, indemnity)
                line["amount_cost"] = float(penalties.costs)
            interest = law.to_decimal(line["amount_interest"], digits)
            part = min(
                penalties.waived_by_line.get(line["move_line_id"], interest), interest
            )
            line["amount_waived"] = float(part)
            line["amount_interest"] = float(interest - part)

    @api.model
    def _convert_euros(self, prospect, amount):
        """An amount that the law sets in euros, in the currency of the letter."""
        if prospect.currency.name == "EUR":
            return float(amount)
        return self.env.ref("base.EUR")._convert(
            float(amount), prospect.currency, prospect.company, prospect.date
        )

    @api.model
    def _prepare_credit_line_vals(self, row):
        """Snapshot of one open credit of the debtor."""
        is_refund = row["move_type"] == "out_refund"
        return {
            "kind": "credit_note" if is_refund else "payment",
            "move_id": row["move_id"],
            "move_line_id": row["id"],
            "stage_id": False,
            "cycle_date": False,
            "label": row["name"] if is_refund else row["ref"] or row["name"],
            "date_document": row["invoice_date"] or row["date"],
            "date_due": row["date"],
            "days_late": 0,
            "amount_original": row["amount"],
            "amount_residual": float(row["residual"]),
            "amount_interest": 0.0,
            "amount_waived": 0.0,
            "amount_indemnity": 0.0,
            "amount_cost": 0.0,
            "penalty_detail": [],
        }

    @api.model
    def _get_legal_mentions(self, prospect):
        """Texts that the letter cites, as in force on its day. Hook.

        :return: list of ``{"code", "article"}``
        """
        stage = prospect.stage
        codes = []
        profile = stage.procedure_id.profile
        if stage.kind == "formal_notice":
            codes.append("formal_notice")
        if stage.show_penalties and profile == "consumer":
            codes.append("consumer_interest")
        elif stage.show_penalties:
            codes += [f"{profile}_margin", f"{profile}_indemnity"]
        facts = self.env["recouvrement.legal.fact"]._get_table()
        return [
            {"code": code, "article": facts.at(code, prospect.date).article}
            for code in codes
        ]
