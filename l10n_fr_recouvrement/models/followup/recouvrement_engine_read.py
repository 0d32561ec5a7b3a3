import json
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
)
from .candidate import Candidate, DebtorAccount

# The tables that open items are read from, by the names that conditions give them.
ITEMS = SQL(
    """account_move_line line
       JOIN account_move move ON move.id = line.move_id
       JOIN account_account account ON account.id = line.account_id
       JOIN res_partner partner ON partner.id = line.partner_id
       JOIN res_partner debtor ON debtor.id = partner.commercial_partner_id"""
)
# Whether an open item is claimed, deducted, or uses up what is deducted.
ITEM_KIND = SQL(
    """CASE WHEN line.amount_residual_currency < 0 THEN 'credit'
            WHEN move.move_type = 'entry' THEN 'offset'
            ELSE 'debt' END"""
)
ITEM_PROFILE = SQL("COALESCE(move.recouvrement_profile, debtor.recouvrement_profile)")


class RecouvrementEngine(models.AbstractModel):
    """What the engine reads, a few queries for all the debtors: what is open on their
    accounts, and what was done about it before. Sets the credits against the debts."""

    _inherit = "recouvrement.engine"

    # ------------------------------------------------------------------
    # Open items
    # ------------------------------------------------------------------

    @api.model
    def _grouping_key(self, row):
        """What makes two debts share a letter: a tuple that begins with the debtor and
        the currency. Hook: add to it, and keep what stands there.

        - The columns: any of an :class:`~.candidate.OpenItem`, one of your own by
          :meth:`_get_item_columns`.
        - The value: what you add is kept on the action, as text
          (:meth:`_get_letter_key`), and an action that waits, or that is sent again,
          finds its debts by it. Add what is the same tomorrow, an id or a code, no
          amount and no state. Nothing but empty values is the letter of the account,
          which actions made before have as well.
        - The invoice: its due lines stay together, by the key of the oldest.
        - The account: credits have no letter. They are set against the oldest debts of
          the debtor, and each letter deducts what its own take up.
        """
        return (row["partner_id"], row["currency_id"])

    @api.model
    def _get_letter_key(self, row):
        """What :meth:`_grouping_key` returns of a row beyond debtor and currency, as
        it is kept in ``recouvrement.action.letter_key``."""
        _partner_id, _currency_id, *others = self._grouping_key(row)
        return json.dumps(others, default=str) if any(others) else ""

    @api.model
    def _get_item_columns(self):
        """Columns that the rows of open items have beyond those of
        :class:`~.candidate.OpenItem`. Hook.

        :return: ``{name: SQL}``; the expressions read the tables of :data:`ITEMS`:
            ``line``, ``move``, ``account``, ``partner`` and ``debtor``. As of a past
            day they are as they are today, and need nothing more.
        """
        return {}

    @api.model
    def _prepare_tables(self):
        """Tables that stand in for those that the queries below read."""
        return SQL()

    @api.model
    def _get_item_condition(self, company, date, before=None, since=None):
        """What an open item of a company is, over :data:`ITEMS`: debts that follow-up
        may claim on ``date``, due before ``before`` and from ``since`` on, and every
        credit and debit entry whatever its date.

        Left out: invoices with ``no_followup``, blocked, in payment, owed before the
        debtor's insolvency judgment, or that :meth:`_claimable_domain` leaves out.
        """
        return SQL(
            """
                line.company_id = %(company)s
            AND line.parent_state = 'posted'
            AND line.reconciled IS NOT TRUE
            AND account.account_type = 'asset_receivable'
            AND account.non_trade IS NOT TRUE
            AND (line.amount_residual_currency < 0
                 OR move.move_type = 'entry'
                 OR line.amount_residual_currency > 0
                AND line.date_maturity < %(before)s
                AND line.no_followup IS NOT TRUE
                AND move.move_type = ANY(%(types)s)
                AND move.payment_state = ANY(%(states)s)
                AND line.date_maturity >= %(since)s
                AND (debtor.recouvrement_insolvency_date IS NULL
                     OR move.invoice_date >= debtor.recouvrement_insolvency_date)
                AND %(claimable)s)
            """,
            company=company.id,
            before=before or "infinity",
            since=since or "-infinity",
            types=list(FOLLOWED_TYPES),
            states=list(CHASED_PAYMENT_STATES),
            claimable=self._get_claimable_condition(company, date),
        )

    @api.model
    def _get_claimable_condition(self, company, date):
        domain = Domain(self._claimable_domain(company, date))
        if domain.is_true():
            return SQL("TRUE")
        found = self.env["account.move"].sudo()._search(domain)
        return SQL("move.id IN %s", found.subselect())

    @api.model
    def _read_open_items(self, company, date, before, partners):
        """Read the lines due before ``before`` and every open credit of the debtors.

        Credits are always deducted: what is claimed is what the account owes. Debit
        entries (a refund paid back, an opening balance)
        are not claimed, they use credits up.

        :return: list of :class:`~.candidate.OpenItem`, in order of due date
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
                       debtor.id AS partner_id,
                       move.name, move.ref, move.move_type, move.invoice_date,
                       move.recouvrement_procedure_id AS procedure_id,
                       move.recouvrement_stage_id AS stage_id,
                       move.recouvrement_stage_date AS stage_date,
                       move.recouvrement_cycle_date AS cycle_date,
                       move.recouvrement_deadline AS deadline,
                       move.recouvrement_presented_date AS presented,
                       move.recouvrement_next_date AS next_date,
                       %(profile)s AS profile,
                       instalment.number, instalment.count,
                       EXISTS (SELECT FROM recouvrement_action_line waiting
                                WHERE waiting.move_id = move.id
                                  AND waiting.stage_id IS NOT NULL
                                  AND waiting.state = ANY(%(waiting)s)) AS waiting,
                       %(kind)s AS kind,
                       ABS(line.amount_residual_currency) AS residual,
                       ABS(line.amount_currency) AS amount
                       %(columns)s
                  FROM %(items)s
                  JOIN LATERAL (
                       SELECT COUNT(*) AS count,
                              COUNT(*) FILTER (
                                  WHERE (due.date_maturity, due.id)
                                     <= (line.date_maturity, line.id)) AS number
                         FROM account_move_line due
                        WHERE due.move_id = line.move_id
                          AND due.display_type = 'payment_term'
                       ) instalment ON TRUE
                 WHERE %(condition)s
                   AND line.partner_id = ANY(%(contacts)s)
                 ORDER BY line.date_maturity, line.id
                """,
                tables=self._prepare_tables(),
                items=ITEMS,
                kind=ITEM_KIND,
                profile=ITEM_PROFILE,
                columns=self._prepare_item_columns(),
                condition=self._get_item_condition(
                    company, date, before, company.recouvrement_start_date
                ),
                contacts=contacts,
                waiting=list(PENDING_STATES),
            )
        )

    @api.model
    def _prepare_item_columns(self):
        return SQL().join(
            SQL(", %s AS %s", expression, SQL.identifier(name))
            for name, expression in self._get_item_columns().items()
        )

    # ------------------------------------------------------------------
    # Accounts and letters
    # ------------------------------------------------------------------

    @api.model
    def _read_accounts(self, company, date, partners, lead=0):
        """Return the :class:`~.candidate.DebtorAccount` of each debtor and currency
        with anything open, nothing set against anything yet.

        :param lead: days ahead of which due lines are read as well, as ``coming``
        """
        accounts = {}
        before = date + timedelta(days=lead + 1) if lead else date
        for row in self._read_open_items(company, date, before, partners):
            key = (row["partner_id"], row["currency_id"])
            account = accounts.get(key)
            if account is None:
                account = accounts[key] = DebtorAccount(
                    company=company,
                    partner=self.env["res.partner"].browse(row["partner_id"]),
                    currency=self.env["res.currency"].browse(row["currency_id"]),
                    date=date,
                )
            ahead = row["kind"] == "debt" and row["date_maturity"] >= date
            {
                "debt": account.coming if ahead else account.debts,
                "credit": account.credits,
                "offset": account.offsets,
            }[row["kind"]].append(row)
        return list(accounts.values())

    @api.model
    def _impute(self, account):
        """Use the credits up by the debit entries that are not claimed, oldest first,
        and set what is left of them against the oldest debts (C. civ. 1342-10)."""
        digits = account.digits
        credits = sorted(account.credits, key=lambda row: (row["date"], row["id"]))
        residuals = [law.to_decimal(row["residual"], digits) for row in credits]
        used = law.share_in_order(account.sum_residuals(account.offsets), residuals)
        account.credits = [
            {**row, "residual": residual - part}
            for row, residual, part in zip(credits, residuals, used, strict=True)
            if residual > part
        ]
        account.allocated = [
            (account.credits[rank], line_id, part)
            for rank, line_id, part in law.allocate_oldest_first(
                [
                    law.Payment(
                        row["date"],
                        row["residual"],
                        account.company.recouvrement_credit_effect
                        if row["move_type"] == "out_refund"
                        else "payment",
                    )
                    for row in account.credits
                ],
                [
                    law.Debt(
                        row["id"],
                        row["date_maturity"],
                        law.to_decimal(row["residual"], digits),
                    )
                    for row in account.debts
                ],
                digits,
            )
        ]
        account.imputed = {}
        for _credit, line_id, part in account.allocated:
            account.imputed.setdefault(line_id, []).append(part)

    @api.model
    def _get_candidates(self, account):
        """Set the credits of an account against its debts and return the
        :class:`~.candidate.Candidate` of each of its letters."""
        if not account.debts:
            return []
        self._impute(account)
        letters, keys = {}, {}
        for row in account.debts:
            move_id = row["move_id"]
            if move_id not in keys:
                keys[move_id] = self._get_letter_key(row)
            key = keys[move_id]
            if key not in letters:
                letters[key] = Candidate(account, key)
            letters[key].debts.append(row)
        candidates = list(letters.values())
        self._share_credits(account, candidates)
        for candidate in candidates:
            self._set_owed(candidate)
        return candidates

    @api.model
    def _share_credits(self, account, candidates):
        """Deduct the credits of an account from its letters: from each what its debts
        took of them, and what none took from the last, so that together they claim what
        the account owes."""
        letters = {
            row["id"]: rank
            for rank, candidate in enumerate(candidates)
            for row in candidate.debts
        }
        parts = {}
        for credit, line_id, part in account.allocated:
            key = (letters[line_id], credit["id"])
            parts[key] = parts.get(key, 0) + part.amount
        for credit in account.credits:
            left = credit["residual"]
            for rank, candidate in enumerate(candidates, 1):
                part = parts.get((rank - 1, credit["id"]), 0)
                left -= part
                if rank == len(candidates):
                    part += left
                if part:
                    candidate.credits.append({**credit, "residual": part})

    @api.model
    def _set_owed(self, candidate):
        """Set what the credits leave of each invoice of a letter."""
        digits = candidate.account.digits
        imputed = candidate.account.imputed
        for row in candidate.debts:
            parts = imputed.get(row["id"], ())
            if parts:
                candidate.imputed[row["id"]] = parts
            due = law.to_decimal(row["residual"], digits) - law.total(parts)
            owed = candidate.owed.get(row["move_id"], 0)
            candidate.owed[row["move_id"]] = owed + due
        candidate.covered = {
            move_id for move_id, due in candidate.owed.items() if due <= 0
        }

    # ------------------------------------------------------------------
    # What was done before
    # ------------------------------------------------------------------

    @api.model
    def _read_registered(self, move_ids):
        """Ids of the invoices whose last contact was a registered letter."""
        if not move_ids:
            return set()
        registered = self.env["recouvrement.channel"]._get_codes("is_registered")
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
            if channel in registered
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
