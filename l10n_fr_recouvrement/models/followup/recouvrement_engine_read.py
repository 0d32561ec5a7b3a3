import json
from datetime import timedelta

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...const import CLOSED_STATES, CONTACTED_STATES, PENDING_STATES
from .candidate import Candidate

# Lines of actions, and what each is about, as open items have it.
LINES = SQL(
    """recouvrement_action_line line
  LEFT JOIN recouvrement_followed_entry followed
         ON followed.line_id = line.move_line_id"""
)
LINE_UNIT = SQL("COALESCE(-followed.id, line.move_id)")


class RecouvrementEngine(models.AbstractModel):
    """The letters that an account makes, and what was done about it before: a few
    queries for all the debtors."""

    _inherit = "recouvrement.engine"

    # ------------------------------------------------------------------
    # Letters
    # ------------------------------------------------------------------

    @api.model
    def _grouping_key(self, row):
        """What makes two debts share a letter: a tuple that begins with the debtor and
        the currency; a letter holds for one profile besides. Hook: add to it, and keep
        what stands there.

        - The columns: any of an :class:`~..account.debtor_account.OpenItem`, one of
          your own by :meth:`_get_item_columns`.
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
    def _get_candidates(self, account):
        """The :class:`~.candidate.Candidate` of each letter of an account whose credits
        were set against its debts."""
        letters, keys = {}, {}
        for row in account.debts:
            unit = row["unit"]
            if unit not in keys:
                keys[unit] = (self._get_letter_key(row), row["profile"])
            key = keys[unit]
            if key not in letters:
                letters[key] = Candidate(account, *key)
            letters[key].debts.append(row)
        candidates = list(letters.values())
        for candidate in candidates:
            self._set_owed(candidate)
        return candidates

    @api.model
    def _set_owed(self, candidate):
        """Set what the credits leave of each invoice of a letter."""
        owed = candidate.account.owed
        for row in candidate.debts:
            unit = row["unit"]
            candidate.owed[unit] = candidate.owed.get(unit, 0) + owed[row["id"]]
        candidate.covered = {unit for unit, due in candidate.owed.items() if due <= 0}

    # ------------------------------------------------------------------
    # What was done before
    # ------------------------------------------------------------------

    @api.model
    def _read_registered(self, move_ids):
        """Units of the invoices and entries whose last contact was a registered
        letter."""
        if not move_ids:
            return set()
        registered = self.env["recouvrement.channel"]._get_codes("is_registered")
        self.env["recouvrement.action"].flush_model(["channel", "state", "date_closed"])
        return {
            unit
            for unit, channel in self.env.execute_query(
                SQL(
                    """
                    %s
                    SELECT DISTINCT ON (unit) %s AS unit, action.channel
                      FROM %s
                      JOIN recouvrement_action action ON action.id = line.action_id
                     WHERE line.move_id = ANY(%s)
                       AND line.stage_id IS NOT NULL
                       AND action.state = ANY(%s)
                     ORDER BY unit, action.date_closed DESC, action.id DESC
                    """,
                    self._prepare_tables(),
                    LINE_UNIT,
                    LINES,
                    move_ids,
                    list(CONTACTED_STATES),
                )
            )
            if channel in registered
        }

    @api.model
    def _read_reached(self, candidates):
        """``(debtor, unit, stage, due date)`` of the stages that were reached, or that
        an action waits for: none is reached twice, whatever its place."""
        move_ids = list(
            {
                row["move_id"]
                for candidate in candidates
                for row in candidate.debts
                if row["acted"]
            }
        )
        if not move_ids:
            return set()
        self.env["recouvrement.action.line"].flush_model()
        return set(
            self.env.execute_query(
                SQL(
                    """
                    %s
                    SELECT line.partner_id, %s, line.stage_id, line.cycle_date
                      FROM %s
                     WHERE line.move_id = ANY(%s)
                       AND line.stage_id IS NOT NULL
                       AND line.state != 'cancelled'
                    """,
                    self._prepare_tables(),
                    LINE_UNIT,
                    LINES,
                    move_ids,
                )
            )
        )

    @api.model
    def _get_recent_contacts(self, company, date, candidates):
        """Return ``{partner_id: (state, date)}`` of the debtors that an action waits
        for, who were contacted, or whose action somebody cancelled, within the longest
        interval. A letter that was asked for is no contact: it claims nothing."""
        since = date - timedelta(days=company._recouvrement_get_longest_interval())
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
