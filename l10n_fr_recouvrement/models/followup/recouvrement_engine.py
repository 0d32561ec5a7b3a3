from odoo import api, models
from odoo.fields import Domain

from ...const import PENDING_STATES
from ..settings.batches import in_batches

# Lines of actions that wait to be carried out: their invoices reach no other stage.
WAITING = [("state", "in", PENDING_STATES), ("stage_id", "!=", False)]


class RecouvrementEngine(models.AbstractModel):
    """Finds what is due and turns it into actions, one per letter of a debtor.

    The same path serves the preview, the button and the daily run: debtors come from
    the stored next date (this file), what they owe from one query (``_read``), and the
    law and the plan are applied in memory (``_plan``); it reports who is not contacted
    and why (``_left_out``), and makes the actions of the others (``_make``).
    """

    _name = "recouvrement.engine"
    _inherit = "recouvrement.account"
    _description = "Recovery engine"

    @api.model
    def _get_due_domain(self, company, date):
        """Domain of the invoices that a stage falls due for on ``date``."""
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
        domain = self._get_due_domain(company, date)
        domain &= self._claimable_domain(company, date)
        if partners is not None:
            domain &= Domain("commercial_partner_id", "in", partners.ids)
        groups = self.env["account.move"]._read_group(
            domain,
            ["commercial_partner_id"],
            ["recouvrement_next_date:min"],
            order="recouvrement_next_date:min, commercial_partner_id",
        )
        debtors = self.env["res.partner"].union(*(partner for partner, _date in groups))
        debtors |= self._find_debtors_by_entry(company, date, partners)
        if partners is not None:
            debtors |= partners.filtered(lambda partner: not partner.active)
        return debtors

    @api.model
    def _find_debtors_by_entry(self, company, date, partners=None):
        """Debtors of what is late by entries that somebody follows: few, they are all
        looked at."""
        domain = Domain(
            [
                ("company_id", "=", company.id),
                ("date_due", "<", date),
                ("line_id.reconciled", "=", False),
                ("partner_id.active", "=", True),
            ]
        )
        if partners is not None:
            domain &= Domain("partner_id", "in", partners.ids)
        groups = self.env["recouvrement.followed.entry"]._read_group(
            domain, ["partner_id"], ["date_due:min"], order="date_due:min, partner_id"
        )
        return self.env["res.partner"].union(*(partner for partner, _day in groups))

    @api.model
    def _collect(self, company, date, partners, planned_only=True):
        """Return the :class:`~.candidate.Candidate` of each letter of the debtors.

        :param planned_only: leave out letters whose invoices have no stage due; False
            collects what is owed whatever the plan (to refresh an existing action)
        """
        accounts = self._read_accounts(
            company, date, partners, lead=self._get_courtesy_lead(company)
        )
        self._choose_debts(company, accounts, planned_only)
        self._impute_all([account for account in accounts if account.debts])
        candidates = [
            candidate
            for account in accounts
            for candidate in self._get_candidates(account)
        ]
        moves = self.env["account.move"].browse(
            move_id for candidate in candidates for move_id in candidate.move_ids
        )
        # Read together, whatever the debtor: all share one list of ids.
        prefetch_ids = moves.ids
        for candidate in candidates:
            candidate.moves = moves.browse(candidate.move_ids).with_prefetch(
                prefetch_ids
            )
        self._find_standings(candidates)
        self._find_admitted(candidates)
        if planned_only:
            self._find_money(company, date, accounts)
            self._plan(company, date, candidates)
            # Who is late with nothing is not listed for being on time.
            candidates = [
                candidate
                for candidate in candidates
                if candidate.debts
                and (candidate.stages or not candidate.account.is_courtesy)
            ]
        return candidates

    @api.model
    def _find_money(self, company, date, accounts):
        """Set what is known of money that stands elsewhere than on the accounts."""
        known = self.env["recouvrement.known.money"]._find_all(company, date, accounts)
        for account in accounts:
            account.known = known.get(account.partner.id, [])

    @api.model
    def _collect_in_batches(self, company, date, partners):
        """Iterate over what :meth:`_collect` returns of some of the debtors at a time,
        so that memory holds the accounts of these alone."""
        for part in in_batches(partners, forget=("account.move", "account.move.line")):
            yield self._collect(company, date, part)

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
    def _choose_debts(self, company, accounts, planned_only):
        """Decide which debtors are written to about what is to fall due: those who are
        late with nothing, or whose action that waits is a courtesy."""
        partners = {account.partner for account in accounts}
        if planned_only:
            late = {account.partner for account in accounts if account.debts}
            courtesies = partners - late
        else:
            courtesies = set(
                self.env["recouvrement.action"]
                .search(
                    [
                        ("company_id", "=", company.id),
                        ("partner_id", "in", [partner.id for partner in partners]),
                        ("state", "in", PENDING_STATES),
                        ("stage_id.delay", "<", 0),
                    ]
                )
                .partner_id
            )
        for account in accounts:
            if account.partner in courtesies:
                account.debts = account.coming
                account.is_courtesy = True
