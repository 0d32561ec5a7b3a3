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
            for move in candidate.moves:
                row = candidate.rows[move.id]
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
                self._narrow(candidate)
                if not candidate.stages:
                    candidate.excluded = self._get_no_stage_reason(candidate)
        if self._get_courtesy_lead(company):
            self._announce_anew(candidates, date)

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
                candidate.rows.setdefault(row["move_id"], row)
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
    def _stage_condition(self, candidate, move, stage):
        """Whether ``move`` may be claimed at ``stage``; it skips the stages that it may
        not. Asked of every stage ahead of every invoice: read nothing here that was
        not read for all of them together, as ``candidate.rows[move.id]`` was. Hook."""
        admitted = candidate.admitted.get(stage.id)
        return admitted is None or move.id in admitted

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
    def _keep_contacts_apart(self, candidate):
        """A stage that does not reach the debtor, as a task, takes no other with it.
        The invoices that are to be claimed wait until it is done."""
        if candidate.stages and not candidate.stage._channel_handler()._is_contact:
            candidate.stages = {
                move_id: stage
                for move_id, stage in candidate.stages.items()
                if not stage._channel_handler()._is_contact
            }

    @api.model
    def _narrow(self, candidate):
        """Leave out of a letter what :meth:`_set_aside` does: it reaches no stage."""
        self._set_aside(candidate)
        kept = set(candidate.move_ids)
        if not kept.issuperset(candidate.stages):
            candidate.stages = {
                move_id: stage
                for move_id, stage in candidate.stages.items()
                if move_id in kept
            }
            candidate.__dict__.pop("stage", None)  # another one may lead now

    @api.model
    def _set_aside(self, candidate):
        """Leave out of a letter the invoices that were claimed more firmly already, and
        those whose debtor was granted or promised a day that has not passed.

        They have a procedure of their own, and nobody writes softly about a formal
        notice. Where credits are deducted everything stays, so that the letter foots.
        Hook: take rows out of ``candidate.debts``.
        """
        if candidate.account.is_courtesy:
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
    def _announce_anew(self, candidates, date):
        """Announce the next step of invoices that fell due before anybody sent the
        courtesy: no date of a past without a letter stays on the screen."""
        moves = self.env["account.move"].browse(
            move_id
            for candidate in candidates
            for move_id, row in candidate.rows.items()
            if row["next_date"] and row["next_date"] <= row["date_maturity"] < date
        )
        if moves:
            self.env.add_to_compute(moves._fields["recouvrement_next_date"], moves)
