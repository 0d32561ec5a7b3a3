from odoo import models

from ...const import DEBIT_KINDS, PENDING_STATES
from ..settings.batches import in_batches
from ..settings.one_by_one import attempt
from .recouvrement_action_approve import NOT_APPROVED


class RecouvrementAction(models.Model):
    """Actions that wait follow the account: what they claim is what is owed, and one
    that has nothing left to claim is cancelled."""

    _inherit = "recouvrement.action"

    def _refresh(self):
        """Bring the pending actions up to what the account owes today; cancel those
        whose invoices were paid, disputed or left out meanwhile."""
        self.fetch(["state", "is_outdated", "stage_id", "company_id", "partner_id"])
        pending = self.filtered(lambda action: action.state in PENDING_STATES)
        pending.filtered("is_outdated").is_outdated = False
        on_request = pending.filtered("is_on_request")
        for company, actions in on_request.grouped("company_id").items():
            actions._refresh_on_request(company._recouvrement_today())
        on_request._hold_above_limit()
        for company, actions in (pending - on_request).grouped("company_id").items():
            today = company._recouvrement_today()
            by_debtor = actions.grouped("partner_id")
            for debtors in in_batches(actions.partner_id):
                part = self.browse().union(*(by_debtor[debtor] for debtor in debtors))
                part._refresh_together(company, today)
                part._hold_above_limit()

    def _refresh_together(self, company, today):
        """Refresh all the pending actions of some debtors of a company."""
        engine = self.env["recouvrement.engine"]
        approved = self._filter_approved()
        costs = {action: action.amount_costs for action in approved}
        claimed = {action: action._get_claimed_moves() for action in approved}
        candidates = {
            candidate.key: candidate
            for candidate in engine._collect(
                company, today, self.partner_id, planned_only=False
            )
        }
        kept = []
        for action in self:
            # Once: the debtors of two actions may have been merged.
            candidate = candidates.pop(action._get_grouping_key(), None)
            if candidate and action._keep_stages(candidate):
                kept.append((action, candidate))
            else:
                action._cancel(
                    self.env._(
                        "Nothing is left to claim at this stage: paid, credited, "
                        "disputed or left out, or the debtor follows another "
                        "procedure now."
                    )
                )
        penalties = engine._get_penalties([candidate for _action, candidate in kept])
        # All lines at once: unlinking empties the cache.
        refreshed = self.browse([action.id for action, _candidate in kept])
        refreshed.line_ids.unlink()
        refreshed.fetch(["company_id", "currency_id", "partner_id", "state"])
        contents = engine._prepare_all_lines(
            [candidate for _action, candidate in kept], penalties
        )
        self.env["recouvrement.action.line"].create(
            [
                {**line, "action_id": action.id}
                for (action, _candidate), lines in zip(kept, contents, strict=True)
                for line in lines
            ]
        )
        for (action, candidate), penalty in zip(kept, penalties, strict=True):
            vals = engine._prepare_amount_vals(candidate, penalty)
            if action.state == "failed" and not vals["failure_reason"]:
                del vals["failure_reason"]  # another one stands
            vals |= action._prepare_stage_vals(candidate.stage)
            if "state" in vals:
                action._set_state(**vals)
            else:
                action.write(vals)
        for action, cost in costs.items():
            if action.amount_costs > cost:
                action._withdraw_approval(self.env._("Complementary costs"))
            if action._get_claimed_moves() - claimed[action]:
                action._withdraw_approval(self.env._("The invoices claimed"))

    def _get_claimed_moves(self):
        return self.line_ids.filtered(lambda line: line.kind in DEBIT_KINDS).move_id

    def _refresh_each(self):
        """Refresh together; when that fails, one by one, and set the one at fault
        aside.

        :return: ``{action: error}`` of those at fault
        """
        errors = {}

        def set_aside(action, error):
            errors[action] = error
            action._set_aside(error)

        if self:
            attempt(self, lambda actions: actions._refresh(), set_aside)
        return errors

    def _get_grouping_key(self):
        """Whose letter this is and which, see ``recouvrement.engine._grouping_key``."""
        self.ensure_one()
        return (
            self.partner_id.id,
            self.currency_id.id,
            self.letter_key or "",
            self.profile,
        )

    def _keep_stages(self, candidate):
        """Give ``candidate`` the stages of this action that are still to be claimed.

        :return: whether there are any
        """
        units = set(candidate.units)
        for line in self.line_ids:
            unit = line._get_unit()
            if (
                line.own_stage_id
                and unit in units
                and candidate.rows[unit]["procedure_id"]
                == line.own_stage_id.procedure_id.id
                and unit not in candidate.covered
                # A due date that was moved, or paid, begins another lateness.
                and line.cycle_date == candidate.standings[unit].cycle
            ):
                candidate.stages[unit] = line.own_stage_id
        if not candidate.stages or candidate.amount <= 0:
            return False
        self.env["recouvrement.engine"]._narrow(candidate)
        return bool(candidate.stages)

    def _prepare_stage_vals(self, stage):
        """The stage falls back when the most advanced invoice was paid meanwhile."""
        self.ensure_one()
        if stage == self.stage_id:
            return {}
        vals = {"stage_id": stage.id, "channel": stage.channel}
        if stage.addressee != self.stage_id.addressee:
            debtor = self.partner_id
            contact = debtor._recouvrement_get_contact()[debtor]
            # One that somebody chose stays.
            if self.contact_id == self.stage_id._get_addressee(debtor, contact):
                vals["contact_id"] = stage._get_addressee(debtor, contact).id
        if self.state != "failed":
            # What was approved was another letter.
            vals["state"] = self._get_first_state(stage)
            vals |= NOT_APPROVED
        return vals
