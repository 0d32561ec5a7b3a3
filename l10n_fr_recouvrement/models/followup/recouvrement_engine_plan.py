from odoo import api, models

from ... import law
from ..procedure.stage_plan import Standing, most_advanced_due, planned


class RecouvrementEngine(models.AbstractModel):
    """Which stage falls due for which invoice of a debtor, and what its letter takes
    along."""

    _inherit = "recouvrement.engine"

    @api.model
    def _plan(self, company, date, candidates):
        """Fill the stages due, and why a debtor is left out."""
        procedures = self._get_procedures(candidates)
        by_procedure = procedures.stage_ids._get_steps()
        in_order = {
            procedure.id: procedure.late_entry == "first" for procedure in procedures
        }
        contacts = self._get_recent_contacts(company, date, candidates)
        known = {}
        for candidate in candidates:
            for unit, row in candidate.rows.items():
                procedure_id = row["procedure_id"]
                if row["waiting"] or unit in candidate.covered or not procedure_id:
                    continue
                stage = self._get_stage_due(
                    candidate,
                    unit,
                    by_procedure.get(procedure_id, ()),
                    in_order[procedure_id],
                    known,
                )
                if stage:
                    self._reach(candidate, unit, stage)
            self._keep_contacts_apart(candidate)
            candidate.excluded = self._get_exclusion(candidate)
            if not candidate.excluded:
                self._keep_interval(candidate, contacts.get(candidate.partner.id))
            if not candidate.excluded:
                self._narrow(candidate)
                if not candidate.stages:
                    candidate.excluded = self._get_no_stage_reason(candidate)
        self._announce_anew(company, candidates, date)

    @api.model
    def _get_procedures(self, candidates):
        """The procedures that the invoices of letters follow."""
        return (
            self.env["recouvrement.procedure"]
            .browse(
                {row["procedure_id"] for p in candidates for row in p.debts} - {None}
            )
            .sudo()
        )

    @api.model
    def _find_admitted(self, candidates):
        """Set which stages may claim what, and which did already."""
        moves = self.env["account.move"].union(*(p.moves for p in candidates))
        stages = self._get_procedures(candidates).stage_ids
        admitted = stages._get_admitted(moves)
        reached = self._read_reached(candidates)
        for candidate in candidates:
            candidate.admitted = admitted
            candidate.reached = reached

    @api.model
    def _find_standings(self, candidates):
        """Set the standing of each invoice, from what was read of it."""
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
                candidate.rows.setdefault(row["unit"], row)
                candidate.standings.setdefault(
                    row["unit"],
                    Standing(
                        row["date_maturity"],
                        ranks.get(row["stage_id"]),
                        row["stage_date"],
                        row["cycle_date"],
                        row["deadline"],
                        row["unit"] in registered,
                        row["presented"],
                        row["posted"],
                    ),
                )

    @api.model
    def _get_stage_due(self, candidate, unit, steps, in_order, known):
        """The stage that falls due for an invoice or entry, or an empty one.

        :param known: those found already, which many invoices have in common
        """
        stages = self.env["recouvrement.stage"]
        standing = candidate.standings[unit]
        position, cycle = standing.position, standing.cycle
        partner_id, reached = candidate.partner.id, candidate.reached
        move = candidate.get_move(unit)
        ahead = [
            step
            for step in steps
            if (position is None or step.rank > position.rank)
            and (partner_id, unit, step.stage_id, cycle) not in reached
            and self._stage_condition(candidate, move, stages.browse(step.stage_id))
        ]
        key = (
            *(step.stage_id for step in ahead),
            standing.due,
            position,
            standing.deadline,
            standing.posted,
        )
        if key not in known:
            plan = planned(
                ahead,
                standing.due,
                position,
                standing.deadline,
                posted=standing.posted,
                day=candidate.date,
                in_order=in_order,
                shift=candidate.company._recouvrement_next_working_day,
            )
            known[key] = most_advanced_due(plan, candidate.date) or ()
        return stages.browse(known[key])

    @api.model
    def _stage_condition(self, candidate, move, stage):
        """Whether ``move`` may be claimed at ``stage``; it skips the stages that it may
        not. Asked of every stage ahead of every invoice: read nothing here that was
        not read for all of them together, as ``candidate.rows[move.id]`` was, which is
        not there for the entry of what is no invoice. Hook."""
        admitted = candidate.admitted.get(stage.id)
        return admitted is None or move.id in admitted

    @api.model
    def _reach(self, candidate, unit, stage):
        """Let an invoice or entry reach a stage, unless it is for larger ones."""
        owed = candidate.owed[unit]
        if self._is_small(candidate, owed, stage.min_amount_invoice):
            candidate.small[unit] = stage
        else:
            candidate.stages[unit] = stage

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
    def _keep_contacts_apart(self, candidate):
        """A stage that does not reach the debtor, as a task, takes no other with it.
        The invoices that are to be claimed wait until it is done."""
        if candidate.stages and not candidate.stage._channel_handler()._is_contact:
            candidate.stages = {
                unit: stage
                for unit, stage in candidate.stages.items()
                if not stage._channel_handler()._is_contact
            }

    @api.model
    def _narrow(self, candidate):
        """Leave out of a letter what :meth:`_set_aside` does, which reaches no stage,
        and have it claim what stays: nothing softer comes after it."""
        self._set_aside(candidate)
        kept = set(candidate.units)
        for unit in candidate.stages.keys() - kept:
            del candidate.stages[unit]
        candidate.__dict__.pop("stage", None)  # another one may lead now
        if candidate.stages:
            lead = candidate.stage
            candidate.along = {
                unit: lead
                for unit in kept
                if candidate.stages.get(unit) != lead
                and self._is_claimed_along(candidate, unit, lead)
            }

    @api.model
    def _set_aside(self, candidate):
        """Leave out of a letter what its stage does not claim along: see
        :meth:`_takes_along`, and invoices that credits cover. Each keeps the credits
        set against it, so that the letter foots. Hook: take rows out of
        ``candidate.debts``."""
        lead = candidate.stage
        candidate.debts = [
            row
            for row in candidate.debts
            if candidate.stages.get(row["unit"]) == lead
            or self._takes_along(candidate, row["unit"], lead)
        ]

    @api.model
    def _takes_along(self, candidate, unit, lead):
        """Whether the letter of the stage ``lead`` claims an invoice that did not reach
        that stage itself.

        It leaves alone what was claimed more firmly already, nobody writing softly
        about a formal notice; what the debtor was granted or promised a day for that
        has not passed; what was posted late, until it was reminded for the first time;
        what the stage is not for; and a courtesy is about its own.
        """
        standing = candidate.standings[unit]
        own = candidate.stages.get(unit)
        if own and own.procedure_id != lead.procedure_id:
            # Another procedure has come to a stage of its own.
            return lead.takes_along != "reached"
        return not (
            candidate.account.is_courtesy
            or unit in candidate.covered
            or (standing.deadline and standing.deadline >= candidate.date)
            or ((position := standing.position) and position.rank > lead._get_rank())
            or (standing.is_new and not lead._is_first())
            or not self._may_claim_along(candidate, unit, lead)
        )

    @api.model
    def _may_claim_along(self, candidate, unit, lead):
        """Whether the stage ``lead`` is for an invoice, and takes it along."""
        if lead.takes_along == "reached" or (
            lead.takes_along == "reminded" and not candidate.standings[unit].position
        ):
            return False
        row = candidate.rows[unit]
        return (
            row["procedure_id"] == lead.procedure_id.id
            and self._stage_condition(candidate, candidate.get_move(unit), lead)
            and not self._is_small(
                candidate, candidate.owed[unit], lead.min_amount_invoice
            )
        )

    @api.model
    def _is_claimed_along(self, candidate, unit, lead):
        """Whether an invoice that goes along is claimed at the stage ``lead``, and was
        not before: then it is listed, and has the deadline of the letter."""
        own = candidate.stages.get(unit)
        if own and own.procedure_id != lead.procedure_id:
            return False
        standing = candidate.standings[unit]
        return (
            candidate.partner.id,
            unit,
            lead.id,
            standing.cycle,
        ) not in candidate.reached

    @api.model
    def _announce_anew(self, company, candidates, date):
        """Announce the next step of invoices that fell due before anybody sent the
        courtesy: no date of a past without a letter stays on the screen."""
        moves = self.env["account.move"].browse(
            unit
            for candidate in candidates
            for unit, row in candidate.rows.items()
            if row["next_date"] and row["next_date"] <= row["date_maturity"] < date
        )
        if moves and self._get_courtesy_lead(company):
            self.env.add_to_compute(moves._fields["recouvrement_next_date"], moves)
