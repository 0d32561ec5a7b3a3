from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL, format_amount, format_date

from ... import law
from ...const import (
    CHASED_PAYMENT_STATES,
    CLOSED_STATES,
    CONTACTED_STATES,
    FOLLOWED_TYPES,
    PENDING_STATES,
    REGISTERED_CHANNELS,
)
from ...paper.words import letter_kinds
from ..procedure.stage_plan import Standing, most_advanced_due, planned
from .bulk import bulk_create

# Lines of actions that wait to be carried out: their invoices reach no other stage.
WAITING = [("state", "in", PENDING_STATES), ("stage_id", "!=", False)]


@dataclass
class Candidate:
    """What one debtor owes on one day, before it becomes an action.

    ``debts`` and ``credits`` are rows of :meth:`RecouvrementEngine._read_open_items`;
    ``imputed`` the credits set against the debts, by due line; ``stages`` maps the
    invoices that reach a stage to that stage and ``cycles`` to the lateness it belongs
    to; ``coming`` holds the due lines that a courtesy may be about, ``owed`` what the
    credits leave of each invoice, ``covered`` the invoices that they pay in full;
    ``standings`` how far each invoice has come (:class:`~.stage_plan.Standing`) and
    ``reached`` the stages that are behind,
    ``admitted`` the invoices that meet the conditions of the stages that have some,
    ``small`` the stages that are for larger invoices;
    ``excluded`` says, in words, why no action is made, and ``detail`` what makes that
    reason particular: the day that the debtor is contacted again from.
    """

    company: Any
    partner: Any
    currency: Any
    date: Any
    debts: list = field(default_factory=list)
    coming: list = field(default_factory=list)
    credits: list = field(default_factory=list)
    offsets: list = field(default_factory=list)
    moves: Any = None
    imputed: dict = field(default_factory=dict)
    owed: dict = field(default_factory=dict)
    covered: set = field(default_factory=set)
    standings: dict = field(default_factory=dict)
    reached: set = field(default_factory=set)
    admitted: dict = field(default_factory=dict)
    small: dict = field(default_factory=dict)
    stages: dict = field(default_factory=dict)
    cycles: dict = field(default_factory=dict)
    excluded: str = ""
    detail: str = ""

    @cached_property
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
        return self._get_due_domain(company, date)

    @api.model
    def _get_due_domain(self, company, date):
        moves = self.env["account.move"]
        return moves._recouvrement_open_domain() & Domain(
            [
                ("company_id", "=", company.id),
                ("recouvrement_next_date", "<=", date),
                ("recouvrement_action_line_ids", "not any", WAITING),
            ]
        )

    @api.model
    def _find_debtors(self, company, date, partners=None):
        """Debtors with an invoice that a stage falls due for, oldest step first. Those
        that are archived come only when they are among ``partners``."""
        domain = self._candidate_domain(company, date)
        if partners is not None:
            domain &= Domain("commercial_partner_id", "in", partners.ids)
        groups = self.env["account.move"]._read_group(
            domain,
            ["commercial_partner_id"],
            ["recouvrement_next_date:min"],
            order="recouvrement_next_date:min, commercial_partner_id",
        )
        debtors = self.env["res.partner"].union(*(partner for partner, _date in groups))
        if partners is not None:
            debtors |= partners.filtered(lambda partner: not partner.active)
        return debtors

    # ------------------------------------------------------------------
    # What the debtors owe
    # ------------------------------------------------------------------

    @api.model
    def _collect(self, company, date, partners, planned_only=True):
        """Return the :class:`Candidate` of each debtor and currency.

        :param planned_only: leave out debtors whose invoices have no stage due; False
            collects what is owed whatever the plan (to refresh an existing action)
        """
        candidates = self._group_open_items(
            company, date, partners, lead=self._get_courtesy_lead(company)
        )
        self._choose_debts(company, candidates, planned_only)
        candidates = [candidate for candidate in candidates if candidate.debts]
        for candidate in candidates:
            self._offset_credits(candidate)
            self._impute(candidate)
        moves = self.env["account.move"].browse(
            move_id for candidate in candidates for move_id in candidate.move_ids
        )
        for candidate in candidates:
            # Read together, whatever the debtor.
            candidate.moves = moves.browse(candidate.move_ids).with_prefetch(moves.ids)
        self._find_standings(candidates)
        if planned_only:
            self._plan(company, date, candidates)
            # Who is late with nothing is not listed for being on time.
            candidates = [p for p in candidates if p.stages or p.debts is not p.coming]
        return candidates

    @api.model
    def _get_courtesy_lead(self, company):
        """Days before the due date from which a stage in use may write to a debtor."""
        procedures = self.env["recouvrement.procedure"]
        earliest = (
            self.env["recouvrement.stage"]
            .sudo()
            .search(
                Domain("delay", "<", 0)
                & Domain(
                    "procedure_id",
                    "any",
                    procedures._check_company_domain(company),
                ),
                order="delay",
                limit=1,
            )
        )
        return -earliest.delay

    @api.model
    def _choose_debts(self, company, candidates, planned_only):
        """Decide which debtors are written to about what is to fall due: those who are
        late with nothing, or whose action that waits is a courtesy."""
        if planned_only:
            late = {candidate.partner for candidate in candidates if candidate.debts}
            courtesies = {candidate.partner for candidate in candidates} - late
        else:
            courtesies = set(
                self.env["recouvrement.action"]
                .search(
                    [
                        ("company_id", "=", company.id),
                        ("partner_id", "in", [p.partner.id for p in candidates]),
                        ("state", "in", PENDING_STATES),
                        ("stage_id.delay", "<", 0),
                    ]
                )
                .partner_id
            )
        for candidate in candidates:
            if candidate.partner in courtesies:
                candidate.debts = candidate.coming

    @api.model
    def _group_open_items(self, company, date, partners, lead=0):
        """Return the :class:`Candidate` of each debtor and currency with anything open,
        nothing set against anything yet.

        :param lead: days ahead of which due lines are read as well, as ``coming``
        """
        candidates = {}
        before = date + timedelta(days=lead + 1) if lead else date
        for row in self._read_open_items(company, before, partners):
            key = self._grouping_key(row)
            candidate = candidates.get(key)
            if candidate is None:
                candidate = candidates[key] = Candidate(
                    company=company,
                    partner=self.env["res.partner"].browse(row["partner_id"]),
                    currency=self.env["res.currency"].browse(row["currency_id"]),
                    date=date,
                )
            ahead = row["kind"] == "debt" and row["date_maturity"] >= date
            {
                "debt": candidate.coming if ahead else candidate.debts,
                "credit": candidate.credits,
                "offset": candidate.offsets,
            }[row["kind"]].append(row)
        return list(candidates.values())

    @api.model
    def _grouping_key(self, row):
        """What makes two open items belong to the same letter. Hook."""
        return (row["partner_id"], row["currency_id"])

    @api.model
    def _prepare_tables(self):
        """Tables that stand in for those that the queries below read."""
        return SQL()

    @api.model
    def _read_open_items(self, company, date, partners):
        """Read the lines due before ``date`` and every open credit of the debtors.

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
        self.env["recouvrement.action.line"].flush_model(["move_id", "state"])
        # Named one by one: PostgreSQL would read every open item of the company, for a
        # few of its debtors.
        contacts = [
            contact_id
            for (contact_id,) in self.env.execute_query(
                SQL(
                    "SELECT id FROM res_partner WHERE commercial_partner_id = ANY(%s)",
                    partners.ids,
                )
            )
        ]
        return self.env.execute_query_dict(
            SQL(
                """
                %(tables)s
                SELECT line.id, line.move_id, line.currency_id, line.date,
                       line.date_maturity, line.payment_id,
                       partner.commercial_partner_id AS partner_id,
                       move.name, move.ref, move.move_type, move.invoice_date,
                       move.recouvrement_procedure_id AS procedure_id,
                       move.recouvrement_stage_id AS stage_id,
                       move.recouvrement_stage_date AS stage_date,
                       move.recouvrement_cycle_date AS cycle_date,
                       move.recouvrement_deadline AS deadline,
                       move.recouvrement_presented_date AS presented,
                       COALESCE(move.recouvrement_profile,
                                debtor.recouvrement_profile) AS profile,
                       instalment.number, instalment.count,
                       EXISTS (SELECT FROM recouvrement_action_line waiting
                                WHERE waiting.move_id = move.id
                                  AND waiting.stage_id IS NOT NULL
                                  AND waiting.state = ANY(%(waiting)s)) AS waiting,
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
                   AND line.partner_id = ANY(%(contacts)s)
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
                tables=self._prepare_tables(),
                company=company.id,
                contacts=contacts,
                date=date,
                types=list(FOLLOWED_TYPES),
                states=list(CHASED_PAYMENT_STATES),
                start=company.recouvrement_start_date or "-infinity",
                waiting=list(PENDING_STATES),
            )
        )

    @api.model
    def _offset_credits(self, candidate):
        """Use credits up, oldest first, by the debit entries that are not claimed."""
        digits = candidate.currency.decimal_places
        left = sum(
            (law.to_decimal(row["residual"], digits) for row in candidate.offsets),
            law.to_decimal(0),
        )
        credits = []
        for row in sorted(candidate.credits, key=lambda row: (row["date"], row["id"])):
            residual = law.to_decimal(row["residual"], digits)
            used = min(left, residual)
            left -= used
            if residual > used:
                credits.append({**row, "residual": residual - used})
        candidate.credits = credits

    @api.model
    def _impute(self, candidate):
        """Set the unallocated credits against the oldest debts (C. civ. 1342-10)."""
        digits = candidate.currency.decimal_places
        candidate.imputed = law.impute_oldest_first(
            [
                law.Payment(
                    row["date"],
                    law.to_decimal(row["residual"], digits),
                    candidate.company.recouvrement_credit_effect
                    if row["move_type"] == "out_refund"
                    else "payment",
                )
                for row in candidate.credits
            ],
            [
                law.Debt(
                    row["id"],
                    row["date_maturity"],
                    law.to_decimal(row["residual"], digits),
                )
                for row in candidate.debts
            ],
            digits,
        )
        left = {}
        for row in candidate.debts:
            paid = law.total(candidate.imputed.get(row["id"], ()))
            due = law.to_decimal(row["residual"], digits) - paid
            left[row["move_id"]] = left.get(row["move_id"], 0) + due
        candidate.owed = left
        candidate.covered = {move_id for move_id, due in left.items() if due <= 0}

    @api.model
    def _find_standings(self, candidates):
        """Say how far each invoice has come, from what was read of it."""
        ranks = {
            stage.id: stage._get_rank()
            for stage in self.env["recouvrement.stage"]
            .sudo()
            .with_context(active_test=False)
            .search([])
        }
        registered = self._read_registered(
            [
                row["move_id"]
                for candidate in candidates
                for row in candidate.debts
                if row["stage_id"]
            ]
        )
        for candidate in candidates:
            for row in candidate.debts:
                # The rows stand in order of due date.
                candidate.standings.setdefault(
                    row["move_id"],
                    Standing(
                        row["date_maturity"],
                        ranks.get(row["stage_id"]),
                        row["stage_date"],
                        row["cycle_date"],
                        row["deadline"],
                        row["move_id"] in registered,
                        row["presented"],
                    ),
                )

    @api.model
    def _read_registered(self, move_ids):
        """Ids of the invoices whose last contact was a registered letter."""
        if not move_ids:
            return set()
        self.env["recouvrement.action"].flush_model(["channel", "state", "date_closed"])
        return {
            move_id
            for move_id, channel in self.env.execute_query(
                SQL(
                    """
                    %s
                    SELECT DISTINCT ON (line.move_id) line.move_id, action.channel
                      FROM recouvrement_action_line line
                      JOIN recouvrement_action action ON action.id = line.action_id
                     WHERE line.move_id = ANY(%s)
                       AND line.stage_id IS NOT NULL
                       AND action.state = ANY(%s)
                     ORDER BY line.move_id, action.date_closed DESC, action.id DESC
                    """,
                    self._prepare_tables(),
                    move_ids,
                    list(CONTACTED_STATES),
                )
            )
            if channel in REGISTERED_CHANNELS
        }

    @api.model
    def _plan(self, company, date, candidates):
        """Fill the stages due, and why a debtor is left out."""
        procedures = self.env["recouvrement.procedure"].browse(
            {row["procedure_id"] for p in candidates for row in p.debts} - {None}
        )
        procedures = procedures.sudo()
        moves = self.env["account.move"].union(*(p.moves for p in candidates))
        admitted = procedures.stage_ids._get_admitted(moves)
        by_procedure = procedures.stage_ids._get_steps()
        in_order = {
            procedure.id: procedure.late_entry == "first" for procedure in procedures
        }
        contacts = self._get_recent_contacts(company, date, candidates)
        reached = self._read_reached(candidates)
        for candidate in candidates:
            candidate.admitted = admitted
            candidate.reached = reached
            rows = {row["move_id"]: row for row in reversed(candidate.debts)}
            for move in candidate.moves:
                row = rows[move.id]
                procedure_id = row["procedure_id"]
                if row["waiting"] or move.id in candidate.covered or not procedure_id:
                    continue
                stage = self._get_stage_due(
                    candidate,
                    move,
                    by_procedure.get(procedure_id, ()),
                    in_order[procedure_id],
                )
                if stage:
                    self._reach(candidate, move, stage)
            self._keep_contacts_apart(candidate)
            candidate.excluded = self._get_exclusion(candidate)
            if not candidate.excluded:
                self._keep_interval(candidate, contacts.get(candidate.partner.id))
            if not candidate.excluded:
                self._set_aside(candidate)
        if self._get_courtesy_lead(company):
            self._announce_anew(moves, date)

    @api.model
    def _keep_contacts_apart(self, candidate):
        """A task is no contact: it carries no other stage with it. The invoices that
        are to be claimed wait until it is done."""
        if candidate.stages and candidate.stage.channel == "task":
            candidate.stages = {
                move_id: stage
                for move_id, stage in candidate.stages.items()
                if stage.channel == "task"
            }

    @api.model
    def _read_reached(self, candidates):
        """``(debtor, invoice, stage, due date)`` of the stages that were reached, or
        that an action waits for: none is reached twice, whatever its place."""
        self.env["recouvrement.action.line"].flush_model()
        return set(
            self.env.execute_query(
                SQL(
                    """
                    %s
                    SELECT partner_id, move_id, stage_id, cycle_date
                      FROM recouvrement_action_line
                     WHERE move_id = ANY(%s)
                       AND stage_id IS NOT NULL
                       AND state != 'cancelled'
                    """,
                    self._prepare_tables(),
                    [
                        move_id
                        for candidate in candidates
                        for move_id in candidate.move_ids
                    ],
                )
            )
        )

    @api.model
    def _get_stage_due(self, candidate, move, steps, in_order):
        """The stage that falls due for an invoice, or an empty one."""
        stages = self.env["recouvrement.stage"]
        standing = candidate.standings[move.id]
        position, cycle = standing.position, standing.cycle
        partner_id, move_id, reached = candidate.partner.id, move.id, candidate.reached
        ahead = [
            step
            for step in steps
            if (position is None or step.rank > position.rank)
            and (partner_id, move_id, step.stage_id, cycle) not in reached
            and self._stage_condition(candidate, move, stages.browse(step.stage_id))
        ]
        plan = planned(
            ahead,
            standing.due,
            position,
            standing.deadline,
            day=candidate.date,
            in_order=in_order,
            shift=candidate.company._recouvrement_next_working_day,
        )
        return stages.browse(most_advanced_due(plan, candidate.date) or ())

    @api.model
    def _reach(self, candidate, move, stage):
        """Let an invoice reach a stage, unless it is for larger ones."""
        owed = candidate.owed[move.id]
        if self._is_small(candidate, owed, stage.min_amount_invoice):
            candidate.small[move.id] = stage
        else:
            candidate.stages[move.id] = stage
            candidate.cycles[move.id] = candidate.standings[move.id].cycle

    @api.model
    def _is_small(self, candidate, owed, minimum):
        """Whether ``owed`` is under a minimum in the currency of the company."""
        if not minimum:
            return False
        currency = candidate.company.currency_id
        if candidate.currency != currency:
            owed = candidate.currency._convert(
                float(owed), currency, candidate.company, candidate.date
            )
        digits = currency.decimal_places
        return law.to_decimal(owed, digits) < law.to_decimal(minimum, digits)

    @api.model
    def _announce_anew(self, moves, date):
        """Announce the next step of invoices that fell due before anybody sent the
        courtesy: no date of a past without a letter stays on the screen."""
        late = moves.filtered(
            lambda move: (
                move.recouvrement_next_date
                and (due := move._recouvrement_date_due())
                and move.recouvrement_next_date <= due < date
            )
        )
        if late:
            self.env.add_to_compute(moves._fields["recouvrement_next_date"], late)

    @api.model
    def _set_aside(self, candidate):
        """Leave out of a letter the invoices that were claimed more firmly already, and
        those whose debtor was granted or promised a day that has not passed.

        They have a procedure of their own, and nobody writes softly about a formal
        notice. Where credits are deducted everything stays, so that the letter foots.
        """
        if candidate.debts is candidate.coming:
            # A courtesy is about the invoices of its stage alone.
            candidate.debts = [
                row for row in candidate.debts if row["move_id"] in candidate.stages
            ]
        if candidate.credits:
            return
        rank = candidate.stage._get_rank()
        apart = {
            move_id
            for move_id, standing in candidate.standings.items()
            if move_id not in candidate.stages
            and (
                (standing.deadline and standing.deadline >= candidate.date)
                or ((position := standing.position) and position.rank > rank)
            )
        }
        candidate.debts = [
            row for row in candidate.debts if row["move_id"] not in apart
        ]

    @api.model
    def _stage_condition(self, candidate, move, stage):
        """Whether ``move`` may be claimed at ``stage``; it skips the stages that it may
        not. Asked of every stage ahead of every invoice: read nothing here that was
        not read for all of them together. Hook."""
        admitted = candidate.admitted.get(stage.id)
        return admitted is None or move.id in admitted

    @api.model
    def _get_exclusion(self, candidate):
        if len(candidate.profiles) > 1:
            return self.env._(
                "Its invoices have different profiles: correct the profile of the "
                "debtor or of the invoices."
            )
        if candidate.amount <= 0:
            return self.env._("Credit notes and unallocated payments cover the debt.")
        if not candidate.stages:
            return self._get_no_stage_reason(candidate)
        procedure = candidate.stage.procedure_id
        minimum = procedure.min_amount_debtor
        if self._is_small(candidate, candidate.amount, minimum):
            return self.env._(
                "“%(procedure)s” leaves debts under %(amount)s alone.",
                procedure=procedure.name,
                amount=format_amount(self.env, minimum, candidate.company.currency_id),
            )
        return ""

    @api.model
    def _keep_interval(self, candidate, contact):
        """Leave alone a debtor that an action waits for, or whose last one was within
        the minimum interval.

        :param contact: its ``(state, date)``, as :meth:`_get_recent_contacts` finds it
        """
        if not contact:
            return
        state, day = contact
        days = candidate.company.recouvrement_min_interval
        if state in PENDING_STATES:
            candidate.excluded = self.env._("An action of this debtor is waiting.")
            return
        candidate.detail = format_date(self.env, day + timedelta(days=days))
        if state in CONTACTED_STATES:
            candidate.excluded = self.env._("Contacted less than %s days ago.", days)
        else:
            candidate.excluded = self.env._(
                "Action cancelled less than %s days ago.", days
            )

    @api.model
    def _get_no_stage_reason(self, candidate):
        """Why no invoice of a debtor reaches a stage, in words."""
        for stage in candidate.small.values():
            return self.env._(
                "“%(stage)s” is for invoices from %(amount)s on.",
                stage=stage.name,
                amount=format_amount(
                    self.env, stage.min_amount_invoice, candidate.company.currency_id
                ),
            )
        refusing = self.env["recouvrement.stage"].browse(
            stage_id
            for stage_id, admitted in candidate.admitted.items()
            if not admitted.issuperset(candidate.move_ids)
        )
        names = (
            refusing.sudo()
            .filtered(
                lambda stage: (
                    stage.procedure_id in candidate.moves.recouvrement_procedure_id
                )
            )
            .mapped("name")
        )
        if names:
            return self.env._("Left out by the conditions of: %s.", ", ".join(names))
        return self.env._("No stage is due.")

    @api.model
    def _get_recent_contacts(self, company, date, candidates):
        """Return ``{partner_id: (state, date)}`` of the debtors that an action waits
        for, who were contacted, or whose action somebody cancelled, within the minimum
        interval. A letter that was asked for is no contact: it claims nothing."""
        since = date - timedelta(days=company.recouvrement_min_interval)
        contacts = {}
        # Those that the user may not see count as well.
        for partner, state, day in (
            self.env["recouvrement.action"]
            .sudo()
            ._read_group(
                Domain("company_id", "=", company.id)
                & Domain("partner_id", "in", [p.partner.id for p in candidates])
                & Domain("stage_id.delay_from", "!=", "hand")
                & (
                    Domain("state", "in", PENDING_STATES)
                    | Domain("state", "in", CLOSED_STATES)
                    & Domain("date_closed", ">", since)
                ),
                ["partner_id", "state"],
                ["date_closed:max"],
            )
        ):
            # What waits comes first, then the latest.
            rank = (state in PENDING_STATES, day or date)
            known = contacts.get(partner.id)
            if not known or rank > (known[0] in PENDING_STATES, known[1] or date):
                contacts[partner.id] = (state, day)
        return contacts

    @api.model
    def _explain_left_out(self, company, date, candidates, partners=None):
        """Say why overdue invoices that ``candidates`` do not list are not claimed.

        :return: list of dicts, one per debtor and reason: ``partner_id``,
            ``currency_id`` (of the company), ``amount``, ``invoice_count``,
            ``days_late``, ``reason``, ``detail``
        """
        moves = self.env["account.move"]
        domain = moves._recouvrement_overdue_domain(date) & Domain(
            "company_id", "=", company.id
        )
        if partners is not None:
            domain &= Domain("commercial_partner_id", "in", partners.ids)
        listed = [move_id for candidate in candidates for move_id in candidate.move_ids]
        rows = {}
        for move in moves.search(domain & Domain("id", "not in", listed)):
            overdue = move.line_ids.filtered_domain(
                moves._recouvrement_overdue_line_domain(date)
            )
            self._add_left_out(
                rows,
                company,
                move,
                (
                    self._get_left_out_reason(company, move),
                    self._get_left_out_detail(move),
                ),
                {line.date_maturity for line in overdue},
                overdue.mapped("amount_residual"),
                date,
            )
        for move in moves.search(self._in_transit_domain(company, date, partners)):
            self._add_left_out(
                rows,
                company,
                move,
                (
                    self.env._(
                        "A payment is under way for more than %s days: see with the "
                        "bank.",
                        company.recouvrement_transit_days,
                    ),
                    "",
                ),
                {move.invoice_date_due},
                [move.amount_total_signed],
                date,
            )
        return [{**row, "amount": float(row["amount"])} for row in rows.values()]

    @api.model
    def _add_left_out(self, rows, company, move, why, dues, amounts, date):
        """Add an invoice to the row of its debtor and of ``why``: reason and detail."""
        reason, detail = why
        row = rows.setdefault(
            (move.commercial_partner_id, reason, detail),
            {
                "partner_id": move.commercial_partner_id.id,
                "currency_id": company.currency_id.id,
                "amount": 0,
                "invoice_count": 0,
                "days_late": 0,
                "reason": reason,
                "detail": detail,
            },
        )
        row["amount"] += sum(map(law.to_decimal, amounts), law.to_decimal(0))
        row["invoice_count"] += 1
        row["days_late"] = max(row["days_late"], *((date - due).days for due in dues))

    @api.model
    def _in_transit_domain(self, company, date, partners=None):
        """Domain of the invoices paid by a payment that the bank does not confirm."""
        since = date - timedelta(days=company.recouvrement_transit_days)
        old = [("state", "=", "in_process"), ("date", "<", since)]
        entries = "line_ids.matched_credit_ids.credit_move_id.payment_id"
        domain = Domain(
            [
                ("company_id", "=", company.id),
                ("move_type", "in", FOLLOWED_TYPES),
                ("state", "=", "posted"),
                ("payment_state", "=", "in_payment"),
                ("invoice_date_due", "<", date),
            ]
        ) & (Domain("matched_payment_ids", "any", old) | Domain(entries, "any", old))
        if partners is not None:
            domain &= Domain("commercial_partner_id", "in", partners.ids)
        return domain

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
        if move.recouvrement_waiting_action_id.sudo():
            return self.env._("An action of this debtor is waiting.")
        if not move.commercial_partner_id.active:
            return self.env._(
                "The debtor is archived: nothing leaves by itself. Restore it, or "
                "prepare its follow-up from its own page."
            )
        if not move.recouvrement_procedure_id:
            return self.env._("No procedure.")
        if move.recouvrement_next_date:
            return self.env._("Its next stage is not due yet.")
        return self.env._("Every stage of its procedure is done.")

    @api.model
    def _get_left_out_detail(self, move):
        """The action that an overdue invoice waits for, or else the day of its next
        step. Reasons are counted together, details are not. Hook."""
        waiting = move.recouvrement_waiting_action_id.sudo()
        if waiting or not move.recouvrement_next_date:
            return waiting.name or ""
        return format_date(self.env, move.recouvrement_next_date)

    # ------------------------------------------------------------------
    # Actions
    # ------------------------------------------------------------------

    @api.model
    def _create_actions(self, run, candidates):
        """Create one action per candidate that is not excluded, with its lines."""
        candidates = [candidate for candidate in candidates if not candidate.excluded]
        penalties = self._get_penalties(candidates)
        partners = self.env["res.partner"].union(*(p.partner for p in candidates))
        contacts = partners._recouvrement_get_contact()
        # Each candidate has a partner of its own: read them together.
        partners._recouvrement_fetch_responsibles()
        actions = (
            self.env["recouvrement.action"].sudo().with_context(tracking_disable=True)
        )
        references = actions._next_references(len(candidates))
        parts = [
            self._prepare_lines(candidate, penalty[0])
            for candidate, penalty in zip(candidates, penalties, strict=True)
        ]
        actions = bulk_create(
            actions,
            [
                {
                    "name": reference,
                    **self._prepare_action_vals(
                        run, candidate, contacts[candidate.partner]
                    ),
                    **self._prepare_amount_vals(candidate, penalty),
                    **actions._get_amounts(lines, candidate.currency.decimal_places),
                }
                for reference, candidate, penalty, lines in zip(
                    references, candidates, penalties, parts, strict=True
                )
            ],
        )
        # Before their lines, which take over the state.
        actions._hold_above_limit()
        bulk_create(
            actions.line_ids.browse(),
            [
                {
                    **line,
                    "action_id": action.id,
                    "company_id": candidate.company.id,
                    "partner_id": candidate.partner.id,
                    "state": action.state,
                }
                for action, candidate, lines in zip(
                    actions, candidates, parts, strict=True
                )
                for line in lines
            ],
        )
        for name in actions._get_amounts([], 2):
            # Summed up from the same lines above.
            self.env.remove_to_compute(actions._fields[name], actions)
        actions._check_before_sending()
        actions._schedule_activities()
        return actions.with_env(self.env)

    @api.model
    def _prepare_action_vals(self, run, candidate, contact):
        """Values of the action that stay while amounts are refreshed. Hook."""
        stage = candidate.stage
        return {
            "run_id": run.id,
            "company_id": candidate.company.id,
            "partner_id": candidate.partner.id,
            "contact_id": contact.id,
            "stage_id": stage.id,
            "channel": stage.channel,
            "state": self.env["recouvrement.action"]._get_first_state(stage),
            "user_id": candidate.partner._recouvrement_get_responsible(
                candidate.company, stage
            ).id,
            "team_id": candidate.partner._recouvrement_get_team(
                candidate.company, stage
            ).id,
            "date_planned": candidate.date,
            "profile": stage.procedure_id.profile,
            "currency_id": candidate.currency.id,
        }

    @api.model
    def _prepare_amount_vals(self, candidate, penalties):
        """Values of the action that follow the account from day to day.

        :param penalties: item of :meth:`_get_penalties`
        """
        return {
            "date": candidate.date,
            "date_deadline": self._get_deadline(candidate),
            "legal_mentions": self._get_legal_mentions(candidate),
            "failure_reason": self._get_rate_failure(penalties[1]),
        }

    @api.model
    def _prepare_lines(self, candidate, claimed):
        """Values of the lines of an action: what is owed and what is deducted.

        :param claimed: ``{move_id: penalties}``, first part of an item of
            :meth:`_get_penalties`
        """
        lines = [
            self._prepare_action_line_vals(candidate, row, claimed)
            for row in candidate.debts
        ]
        self._add_move_amounts(candidate, lines, claimed)
        return lines + [
            self._prepare_credit_line_vals(row) for row in candidate.credits
        ]

    @api.model
    def _get_deadline(self, candidate):
        """Working day by which the letter asks for payment."""
        return law.next_working_day(
            candidate.date + timedelta(days=candidate.stage.payment_days),
            candidate.company.recouvrement_alsace_moselle,
        )

    @api.model
    def _get_rate_failure(self, errors):
        for error in errors.values():
            return self.env["recouvrement.rate"]._get_missing_message(error)
        return False

    @api.model
    def _get_penalties(self, candidates):
        """Compute the penalties that each candidate's letter claims, all of one day.

        :return: list of ``({move_id: Penalties}, {move_id: error})``, one for each
            candidate, as returned by ``recouvrement.penalty.engine._work_out``; empty
            where the stage claims none
        """
        claiming = [p for p in candidates if p.stage.show_penalties]
        computed, errors = {}, {}
        if claiming:
            computed, errors = self.env["recouvrement.penalty.engine"]._work_out(
                [move_id for candidate in claiming for move_id in candidate.move_ids],
                claiming[0].date,
                {
                    line_id: payments
                    for candidate in claiming
                    for line_id, payments in candidate.imputed.items()
                },
            )
        return [
            tuple(
                {
                    move_id: source[move_id]
                    for move_id in candidate.move_ids
                    if candidate.stage.show_penalties and move_id in source
                }
                for source in (computed, errors)
            )
            for candidate in candidates
        ]

    @api.model
    def _prepare_action_line_vals(self, candidate, row, claimed):
        """Snapshot of one due line. Hook."""
        penalties = claimed.get(row["move_id"])
        segments = penalties.interest.get(row["id"], []) if penalties else []
        stage = candidate.stages.get(row["move_id"])
        return {
            "kind": "invoice",
            "move_id": row["move_id"],
            "move_line_id": row["id"],
            "stage_id": stage.id if stage else False,
            "cycle_date": candidate.cycles.get(row["move_id"], False),
            "label": row["name"],
            "instalment": f"{row['number']}/{row['count']}"
            if row["count"] > 1
            else False,
            "date_document": row["invoice_date"] or row["date"],
            "date_due": row["date_maturity"],
            "days_late": (candidate.date - row["date_maturity"]).days,
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
    def _add_move_amounts(self, candidate, lines, claimed):
        """Put what is due once an invoice on its first due line, the indemnity in the
        currency of the letter, and take what was waived off its interest."""
        done = set()
        digits = candidate.currency.decimal_places
        for line in lines:
            penalties = claimed.get(line["move_id"])
            if not penalties:
                continue
            if line["move_id"] not in done:
                done.add(line["move_id"])
                indemnity = penalties.indemnity - penalties.waived_indemnity
                if indemnity > 0:
                    line["amount_indemnity"] = self._convert_euros(candidate, indemnity)
                line["amount_cost"] = float(penalties.costs)
            interest = law.to_decimal(line["amount_interest"], digits)
            part = min(
                penalties.waived_by_line.get(line["move_line_id"], interest), interest
            )
            line["amount_waived"] = float(part)
            line["amount_interest"] = float(interest - part)

    @api.model
    def _convert_euros(self, candidate, amount):
        """An amount that the law sets in euros, in the currency of the letter."""
        if candidate.currency.name == "EUR":
            return float(amount)
        return self.env.ref("base.EUR")._convert(
            float(amount), candidate.currency, candidate.company, candidate.date
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
            "instalment": False,
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
    def _get_legal_mentions(self, candidate):
        """Texts that the letter cites, as in force on its day. Hook.

        :return: list of ``{"code", "article"}``
        """
        stage = candidate.stage
        codes = list(letter_kinds.get(stage.kind).cites)
        profile = stage.procedure_id.profile
        if stage.show_penalties and profile == "consumer":
            codes.append("consumer_interest")
        elif stage.show_penalties:
            codes += [f"{profile}_margin", f"{profile}_indemnity"]
            if profile == "public":
                codes.append("public_settlement_days")
        facts = self.env["recouvrement.legal.fact"]._get_table()
        return [
            {"code": code, "article": facts.at(code, candidate.date).article}
            for code in codes
        ]
