from datetime import timedelta

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ... import law
from ...const import (
    CHASED_PAYMENT_STATES,
    CLOSED_STATES,
    CONTACTED_STATES,
    FOLLOWED_TYPES,
    PENDING_STATES,
    REGISTERED_CHANNELS,
)
from .candidate import Candidate


class RecouvrementEngine(models.AbstractModel):
    """What the engine reads, a few queries for all the debtors: what is open on their
    accounts, and what was done about it before. Sets the credits against the debts."""

    _inherit = "recouvrement.engine"

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
