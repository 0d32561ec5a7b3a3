from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from typing import Any

from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ... import law
from ...paper.words import letter_kinds
from ..account.recouvrement_account import ITEM_DUE, ITEM_KIND, ITEM_PROFILE, ITEMS
from ..followup.recouvrement_engine import WAITING
from ..settings.batches import in_batches

# Age of what is open, by the first day late of each part.
AGES = [
    ("not_due", "Not due"),
    ("1", "1 to 30 days late"),
    ("31", "31 to 60 days late"),
    ("61", "61 to 90 days late"),
    ("91", "91 to 180 days late"),
    ("181", "181 to 365 days late"),
    ("366", "Over one year late"),
    ("old", "Over five years late"),
    ("entries", "Opening balances, payments returned and bills"),
]


@dataclass(frozen=True)
class StartAnswers:
    """How a company starts to follow its receivables.

    ``entry`` is a value of ``late_entry`` of procedures, or "claimed": invoices late by
    more than ``claimed_days`` are taken as claimed at the stage of ``claimed_kind``.
    ``entries`` is whether what is owed by entries, and not by invoices, is followed.
    """

    start_date: Any
    auto: bool
    entry: str
    claimed_kind: str | None = None
    claimed_days: int = 0
    entries: bool = False


@dataclass
class StartPreview:
    """What the first run would do: ``steps`` and ``excluded`` are dicts by stage and by
    reason, with a count of debtors and of invoices and an amount; ``claimed`` counts
    the invoices taken as claimed before."""

    steps: list
    excluded: list
    claimed: int


class RecouvrementStart(models.AbstractModel):
    """Starts follow-up on a database that already has open invoices: lists what is
    open, tries answers without keeping anything, writes them. It never contacts a
    debtor."""

    _name = "recouvrement.start"
    _description = "Start of follow-up"

    # ------------------------------------------------------------------
    # What is open
    # ------------------------------------------------------------------

    @api.model
    def _read_ages(self, company, date, start_date=None, entries=False):
        """Read what follow-up would chase in a company, by age, in its currency.

        The conditions are those of the engine, without its first day: what is due
        before ``start_date`` is counted apart, and what is owed by entries, followed
        where ``entries``.

        :return: list of dicts with ``age`` (one of ``AGES``, "total", or "credit" for
            the unallocated credits of these debtors), ``invoices``, ``debtors``,
            ``amount``, ``followed`` (amount from ``start_date`` on), ``barred`` and
            ``barred_amount`` (invoices followed whose limitation seems to have run out)
        """
        for model in ("account.move.line", "account.move", "res.partner"):
            self.env[model].flush_model()
        engine = self.env["recouvrement.engine"]
        barred = {
            f"barred_{profile}": self._get_barred_before(profile, date)
            for profile in ("business", "consumer", "public")
        }
        return self.env.execute_query_dict(
            SQL(
                """
                WITH item AS (
                SELECT line.move_id, line.currency_id,
                       %(due)s AS date_maturity,
                       debtor.id AS debtor_id,
                       %(profile)s AS profile,
                       %(kind)s AS kind,
                       %(held)s AS held,
                       ABS(line.amount_residual) AS amount,
                       %(due)s >= %(start)s
                       AND (%(entries)s OR %(held)s IS NULL) AS followed
                  FROM %(items)s
                  %(holds)s
                 WHERE %(condition)s
                ), debt AS (
                SELECT item.*,
                       CASE WHEN held = 'entry' THEN 'entries'
                            WHEN date_maturity >= %(date)s THEN 'not_due'
                            WHEN date_maturity < %(five_years)s THEN 'old'
                            WHEN %(date)s - date_maturity > 365 THEN '366'
                            WHEN %(date)s - date_maturity > 180 THEN '181'
                            WHEN %(date)s - date_maturity > 90 THEN '91'
                            WHEN %(date)s - date_maturity > 60 THEN '61'
                            WHEN %(date)s - date_maturity > 30 THEN '31'
                            ELSE '1' END AS age,
                       followed AND date_maturity < CASE profile
                            WHEN 'consumer' THEN %(barred_consumer)s
                            WHEN 'public' THEN %(barred_public)s
                            ELSE %(barred_business)s END AS barred
                  FROM item
                 WHERE kind = 'debt' AND COALESCE(held, 'entry') = 'entry'
                ), account AS (
                SELECT debtor_id, BOOL_OR(followed) AS followed
                  FROM debt
                 GROUP BY debtor_id
                ), credit AS (
                SELECT debtor_id, account.followed,
                       SUM(amount) AS amount
                  FROM item
                  JOIN account USING (debtor_id)
                 WHERE kind = 'credit'
                 GROUP BY debtor_id, currency_id, account.followed
                )
                SELECT COALESCE(age, 'total') AS age,
                       COUNT(DISTINCT move_id) AS invoices,
                       COUNT(DISTINCT debtor_id) AS debtors,
                       COALESCE(SUM(amount), 0) AS amount,
                       COALESCE(SUM(amount) FILTER (WHERE followed), 0) AS followed,
                       COUNT(DISTINCT move_id) FILTER (WHERE barred) AS barred,
                       COALESCE(SUM(amount) FILTER (WHERE barred), 0) AS barred_amount
                  FROM debt
                 GROUP BY GROUPING SETS ((age), ())
                 UNION ALL
                SELECT 'credit', 0, COUNT(DISTINCT debtor_id), COALESCE(SUM(amount), 0),
                       COALESCE(SUM(amount) FILTER (WHERE followed), 0), 0, 0
                  FROM credit
                 WHERE amount > 0
                """,
                company=company.id,
                date=date,
                start=start_date or "-infinity",
                five_years=date - relativedelta(years=5),
                items=ITEMS,
                holds=self.env["recouvrement.hold"]._prepare_join(date),
                entries=entries,
                due=ITEM_DUE,
                kind=ITEM_KIND,
                held=engine._get_hold_expression(company, date),
                profile=ITEM_PROFILE,
                condition=engine._get_item_condition(company),
                **barred,
            )
        )

    @api.model
    def _get_barred_before(self, profile, date):
        """Day before which what is due seems time-barred on ``date``, unless something
        interrupted the time."""
        facts = self.env["recouvrement.legal.fact"]._get_table()
        years = int(facts.at(f"limitation_{profile}", date).value)
        if profile == "public":
            # The years run from the 1 January after the debt was born.
            return date.replace(year=date.year - years, month=1, day=1)
        return date - relativedelta(years=years)

    @api.model
    def _get_procedures(self, company):
        """Procedures that the open invoices of a company follow, else its default
        ones."""
        moves = self.env["account.move"]
        groups = moves._read_group(
            moves._recouvrement_open_domain()
            & Domain("company_id", "=", company.id)
            & Domain("recouvrement_procedure_id", "!=", False),
            ["recouvrement_procedure_id"],
        )
        procedures = self.env["recouvrement.procedure"]
        return procedures.union(*(procedure for (procedure,) in groups)) or (
            procedures.union(
                *(
                    procedures._get_default(company, profile)
                    for profile in ("business", "consumer", "public")
                )
            )
        )

    # ------------------------------------------------------------------
    # Answers
    # ------------------------------------------------------------------

    @api.model
    def _simulate(self, company, date, answers):
        """Try answers: what the first run would do of them. Nothing is kept.

        :return: a :class:`StartPreview`
        """
        with closing(self.env.cr.savepoint()):
            claimed = self._apply(company, date, answers)
            self.env.flush_all()
            engine = self.env["recouvrement.engine"]
            debtors = engine._find_debtors(company, date)
            steps, excluded, listed = {}, {}, []
            for candidates in engine._collect_in_batches(company, date, debtors):
                for candidate in candidates:
                    self._add_candidate(steps, excluded, candidate)
                    listed.extend(candidate.move_ids)
            for row in engine._explain_left_out(company, date, listed):
                self._add_left_out(excluded, row)
            return StartPreview(
                self._sort_steps(self._count_debtors(steps)),
                sorted(self._count_debtors(excluded), key=lambda row: -row["amount"]),
                len(claimed),
            )

    @api.model
    def _add_candidate(self, steps, excluded, candidate):
        """Add a letter to the row of its stage, or of the reason why there is none."""
        if candidate.excluded:
            rows, key = excluded, {"reason": candidate.excluded}
        else:
            rows, key = steps, {"stage_id": candidate.stage.id}
        self._add(
            rows,
            {**key, "currency_id": candidate.currency.id},
            candidate.partner.id,
            len(candidate.move_ids),
            candidate.amount,
        )

    @api.model
    def _add_left_out(self, excluded, row):
        self._add(
            excluded,
            {"reason": row["reason"], "currency_id": row["currency_id"]},
            row["partner_id"],
            row["invoice_count"],
            law.to_decimal(row["amount"]),
        )

    @api.model
    def _sort_steps(self, rows):
        """The rows in the order of profiles, procedures and stages."""

        def rank(row):
            stage = self.env["recouvrement.stage"].browse(row["stage_id"])
            procedure = stage.procedure_id
            return (procedure.profile, procedure.id, stage._get_rank())

        return sorted(rows, key=rank)

    @api.model
    def _count_debtors(self, rows):
        """The rows, each with the number of its debtors in the place of their ids."""
        for row in rows.values():
            row["debtor_count"] = len(row.pop("debtor_ids"))
        return list(rows.values())

    @api.model
    def _add(self, rows, key, debtor_id, invoices, amount):
        """Add what a debtor owes to the row of ``key``."""
        row = rows.setdefault(
            tuple(key.values()),
            {
                **key,
                "debtor_ids": set(),
                "invoice_count": 0,
                "amount": law.to_decimal(0),
            },
        )
        row["debtor_ids"].add(debtor_id)
        row["invoice_count"] += invoices
        row["amount"] += amount

    @api.model
    def _start(self, company, date, answers):
        """Write answers, and note on the invoices taken as claimed before where their
        stage comes from."""
        for part in in_batches(self._apply(company, date, answers)):
            part._message_log_batch(
                {
                    move.id: self.env._(
                        "Taken as claimed before, at the stage “%s”, when follow-up "
                        "was started: no letter was sent from here.",
                        move.recouvrement_stage_id.name,
                    )
                    for move in part
                }
            )

    @api.model
    def _apply(self, company, date, answers):
        """Write answers: settings, procedures, and the stages of what was claimed
        before.

        :return: the invoices taken as claimed before
        """
        # Who is in charge of recovery need not administer the company.
        company.sudo().write(
            {
                "recouvrement_start_date": answers.start_date,
                "recouvrement_auto": answers.auto,
                "recouvrement_started_on": date,
            }
        )
        if answers.entries:
            self.env["recouvrement.followed.entry"]._follow_all(
                company, answers.start_date
            )
        if answers.entry == "claimed":
            return self._take_as_claimed(company, date, answers)
        self._get_procedures(company).write({"late_entry": answers.entry})
        return self.env["account.move"]

    @api.model
    def _take_as_claimed(self, company, date, answers):
        """Put old debts where they would stand, had a stage been done on ``date``."""
        moves = self.env["account.move"].sudo()
        domain = self._claimed_domain(company, date, answers)
        procedures = self.env["recouvrement.procedure"].sudo()
        groups = moves._read_group(domain, ["recouvrement_procedure_id"])
        stages = self._get_claimed_stages(
            procedures.union(*(procedure for (procedure,) in groups)),
            answers.claimed_kind,
        )
        moves = moves.search(domain)
        reached = {}
        for part in in_batches(moves):
            part._recouvrement_fetch()
            book = self.env["recouvrement.hold"]._read_book(part)
            for move in part:
                due = move._recouvrement_date_due(book)
                stage = stages.get(move.recouvrement_procedure_id)
                if not (stage and due) or (date - due).days <= answers.claimed_days:
                    continue
                standing = move._recouvrement_standing(due)
                if not standing.position or standing.position.rank < stage._get_rank():
                    reached.setdefault((stage, standing.cycle), []).append(move.id)
        for (stage, cycle), move_ids in reached.items():
            for part in in_batches(moves.browse(move_ids)):
                part._recouvrement_write(
                    {
                        "recouvrement_stage_id": stage.id,
                        "recouvrement_stage_date": date,
                        "recouvrement_cycle_date": cycle,
                    }
                )
        self._take_entries_as_claimed(company, date, answers)
        return moves.browse(chain.from_iterable(reached.values()))

    @api.model
    def _take_entries_as_claimed(self, company, date, answers):
        """The same of what is owed by entries that are followed."""
        entries = self.env["recouvrement.followed.entry"].sudo()
        late = entries.search(
            [
                ("company_id", "=", company.id),
                ("date_due", "<", date - timedelta(days=answers.claimed_days)),
                ("stage_id", "=", False),
            ]
        )
        stages = self._get_claimed_stages(late.procedure_id, answers.claimed_kind)
        for (procedure, due), part in late.grouped(
            lambda entry: (entry.procedure_id, entry.date_due)
        ).items():
            if stage := stages.get(procedure):
                part.write(
                    {"stage_id": stage.id, "stage_date": date, "cycle_date": due}
                )

    @api.model
    def _claimed_domain(self, company, date, answers):
        """Domain of the invoices that were claimed before follow-up started. Hook."""
        late = Domain(
            self.env["account.move"]._recouvrement_overdue_line_domain(
                date - timedelta(days=answers.claimed_days)
            )
        ) & Domain("no_followup", "=", False)
        if answers.start_date:
            late &= Domain("date_maturity", ">=", answers.start_date)
        return self.env["account.move"]._recouvrement_open_domain() & Domain(
            [
                ("company_id", "=", company.id),
                ("recouvrement_procedure_id", "!=", False),
                ("line_ids", "any", late),
                ("recouvrement_action_line_ids", "not any", WAITING),
            ]
        )

    @api.model
    def _get_claimed_stages(self, procedures, kind):
        """Return ``{procedure: stage}``: the stage of that kind, or the firmest one
        that is less firm where a procedure has none."""
        stages, firmness = {}, letter_kinds.get(kind).firmness
        for procedure in procedures:
            known = procedure.stage_ids._filter_planned().sorted(
                lambda stage: stage._get_rank()
            )
            same = known.filtered(lambda stage: stage.kind == kind)
            softer = known.filtered(
                lambda stage: 0 < letter_kinds.get(stage.kind).firmness < firmness
            )
            stage = (same or softer)[-1:]
            if stage:
                stages[procedure] = stage
        return stages
