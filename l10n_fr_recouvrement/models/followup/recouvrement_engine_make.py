from odoo import api, models

from ... import law
from ...const import FOLLOWED_TYPES
from ...paper.words import letter_kinds
from ..settings.bulk import bulk_create


class RecouvrementEngine(models.AbstractModel):
    """Turns what is due into actions: their values, their lines, the penalties and
    articles that their letters state."""

    _inherit = "recouvrement.engine"

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
        parts = self._prepare_all_lines(candidates, penalties)
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
            actions.env["recouvrement.action.line"],
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
            "contact_id": stage._get_addressee(candidate.partner, contact).id,
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
            "letter_key": candidate.letter_key,
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
    def _prepare_all_lines(self, candidates, penalties):
        """Values of the lines of several letters, their credits named by what they are.

        :param penalties: see :meth:`_get_penalties`
        """
        return (
            self.env["recouvrement.settlement"]
            .sudo()
            ._name_credits(
                [
                    self._prepare_lines(candidate, claimed)
                    for candidate, (claimed, _errors) in zip(
                        candidates, penalties, strict=True
                    )
                ]
            )
        )

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
        """Working day by which the letter asks for payment. Computed again whenever the
        amounts are refreshed, until the letter leaves. Hook."""
        return law.next_working_day(
            law.add_days(candidate.date, candidate.stage.payment_days),
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
        if not claiming:
            return [({}, {}) for _candidate in candidates]
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
        own = candidate.stages.get(row["unit"])
        stage = candidate.along.get(row["unit"], own)
        standing = candidate.standings.get(row["unit"])
        return {
            "kind": "invoice" if row["move_type"] in FOLLOWED_TYPES else "entry",
            "move_id": row["move_id"],
            "move_line_id": row["id"],
            "stage_id": stage.id if stage else False,
            "own_stage_id": own.id if own else False,
            "cycle_date": standing.cycle if stage and standing else False,
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
            "own_stage_id": False,
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
