from datetime import timedelta

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import format_amount, format_date

from ... import law
from ...const import CONTACTED_STATES, FOLLOWED_TYPES, PENDING_STATES
from ..settings.batches import in_batches

# Key of the context: ids of the invoices that may be claimed, among those reported on.
CLAIMABLE = "recouvrement_claimable"
# The same: what holds them, a ``HoldBook``.
HOLDS = "recouvrement_holds"
# What is read to report why invoices are left out.
READ_MODELS = (
    "account.move",
    "account.move.line",
    "recouvrement.action.line",
    "recouvrement.action",
)


class RecouvrementEngine(models.AbstractModel):
    """Who is not contacted, which overdue invoices are not claimed, and why."""

    _inherit = "recouvrement.engine"

    @api.model
    def _get_exclusion(self, candidate):
        """Return why a debtor gets no letter, as text that the preview counts by; empty
        where it gets one. Asked by runs and previews, and not of an action that waits
        already. Hook."""
        if candidate.amount <= 0:
            return self.env._("Credit notes and unallocated payments cover the debt.")
        if not candidate.stages:
            return self._get_no_stage_reason(candidate)
        for money in candidate.account.known:
            if money.kind._holds(
                money, candidate.amount, candidate.currency, candidate.company
            ):
                candidate.detail = money.kind._get_detail(money)
                candidate.record = money.record
                return money.kind._get_reason()
        procedure = candidate.stage.procedure_id
        minimum = procedure.min_amount_debtor
        if self._is_small(candidate, candidate.account.amount, minimum):
            return self.env._(
                "“%(procedure)s” leaves debts under %(amount)s alone.",
                procedure=procedure.name,
                amount=format_amount(self.env, minimum, candidate.company.currency_id),
            )
        return ""

    @api.model
    def _keep_interval(self, candidate, contact):
        """Leave alone a debtor that an action waits for, or whose last one was within
        the minimum interval, whichever of its letters that was. Those of one run leave
        together.

        :param contact: its ``(state, date)``, as :meth:`_get_recent_contacts` finds it
        """
        if not contact:
            return
        state, day = contact
        days = candidate.company._recouvrement_get_min_interval(candidate.profile)
        if state in PENDING_STATES:
            candidate.excluded = self.env._("An action of this debtor is waiting.")
            return
        if day + timedelta(days=days) <= candidate.date:
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
        """Return why no invoice of a debtor reaches a stage."""
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
    def _explain_left_out(self, company, date, listed, partners=None):
        """Return why overdue invoices are not claimed.

        :param listed: ids of the invoices that letters claim, or that are left out with
            their letter
        :return: list of dicts, one per debtor and reason: ``partner_id``,
            ``currency_id`` (of the company), ``amount``, ``invoice_count``,
            ``days_late``, ``reason``, ``detail``, ``res_model`` and ``res_id``
        """
        moves = self.env["account.move"]
        domain = moves._recouvrement_overdue_domain(date) & Domain(
            "company_id", "=", company.id
        )
        if partners is not None:
            domain &= Domain("commercial_partner_id", "in", partners.ids)
        rows = {}
        left_out = moves.search(domain & Domain("id", "not in", listed))
        for part in in_batches(left_out, forget=READ_MODELS):
            self._with_claimable(part)._add_unlisted(rows, company, part, date)
        for move in moves.search(self._in_transit_domain(company, date, partners)):
            self._add_left_out(
                rows,
                company,
                move.commercial_partner_id,
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
        self._add_entries(rows, company, date, partners)
        return [{**row, "amount": float(row["amount"])} for row in rows.values()]

    @api.model
    def _add_unlisted(self, rows, company, moves, date):
        """Add overdue invoices that no letter lists to the rows of their reasons."""
        moves._recouvrement_fetch("recouvrement_next_date")
        late = self.env["account.move"]._recouvrement_overdue_line_domain(date)
        for move in moves:
            overdue = move.line_ids.filtered_domain(late)
            _kind, hold = self._get_hold(move)
            self._add_left_out(
                rows,
                company,
                move.commercial_partner_id,
                (
                    self._get_left_out_reason(company, move),
                    self._get_left_out_detail(move),
                ),
                {line.date_maturity for line in overdue},
                overdue.mapped("amount_residual"),
                date,
                hold,
            )

    @api.model
    def _add_entries(self, rows, company, date, partners):
        """Add what is late and is no invoice: opening balances, payments returned,
        bills."""
        lines = self.env["account.move.line"]
        domain = (
            lines._recouvrement_overdue_domain(date)
            & lines._recouvrement_entry_domain()
            & Domain("company_id", "=", company.id)
        )
        if partners is not None:
            domain &= Domain(
                "partner_id.commercial_partner_id",
                "in",
                partners.commercial_partner_id.ids,
            )
        reason = self.env._(
            "No invoice: an opening balance, a payment returned or a bill that nobody "
            "follows."
        )
        for part in in_batches(lines.search(domain), forget=READ_MODELS):
            for line in part:
                self._add_left_out(
                    rows,
                    company,
                    line.partner_id.commercial_partner_id,
                    (reason, ""),
                    {line.date_maturity or line.date},
                    [line.amount_residual],
                    date,
                )

    @api.model
    def _add_left_out(
        self, rows, company, partner, why, dues, amounts, date, record=None
    ):
        """Add what a debtor owes to the row of it and of ``why``: reason and detail.

        :param record: where somebody sets it right
        """
        reason, detail = why
        row = rows.setdefault(
            (partner, reason, detail),
            {
                "partner_id": partner.id,
                "currency_id": company.currency_id.id,
                "amount": 0,
                "invoice_count": 0,
                "days_late": 0,
                "reason": reason,
                "detail": detail,
                "res_model": record._name if record else False,
                "res_id": record.id if record else False,
            },
        )
        row["amount"] += sum(map(law.to_decimal, amounts), law.to_decimal(0))
        row["invoice_count"] += 1
        row["days_late"] = max(row["days_late"], *((date - due).days for due in dues))

    @api.model
    def _in_transit_domain(self, company, date, partners=None):
        """Domain of the invoices paid by a payment that the bank does not confirm;
        where it pays a part, the rest of them is told."""
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
        domain &= ~self.env["account.move"]._recouvrement_partly_paid_domain()
        if partners is not None:
            domain &= Domain("commercial_partner_id", "in", partners.ids)
        return domain

    @api.model
    def _get_left_out_reason(self, company, move):
        """Return why an overdue invoice is not claimed today, as text. Hook."""
        kind, hold = self._get_hold(move)
        if kind is not None:
            return kind._get_reason(hold)
        if (
            company.recouvrement_start_date
            and max(move._recouvrement_dues()) < company.recouvrement_start_date
        ):
            return self.env._("Due before the day that follow-up starts from.")
        if not self._is_claimable(move):
            return self.env._("Left out by a rule of your organisation.")
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
    def _explain(self, move):
        """Why an invoice is not claimed, with what its hold has of its own."""
        reason = self._get_left_out_reason(move.company_id, move)
        kind, hold = self._get_hold(move)
        detail = kind is not None and kind._get_detail(hold)
        return f"{reason} {detail}" if reason and detail else reason

    @api.model
    def _get_hold(self, move):
        """``(kind, hold)`` that stands over the oldest unpaid due line of an invoice,
        see :meth:`HoldBook.find`. Who asks it of many has the holds read first
        (:meth:`_with_claimable`)."""
        book = self.env.context.get(HOLDS)
        if book is None:
            book = self.env["recouvrement.hold"]._read_book(move)
        lines = move._recouvrement_due_lines().sorted(
            lambda line: (line.date_maturity or line.date, line.id)
        )
        return book.find(lines[:1]) if lines else (None, None)

    @api.model
    def _is_claimable(self, move):
        """Whether follow-up may claim an invoice today, by :meth:`_claimable_domain`.
        Who asks it of many has them found first (:meth:`_with_claimable`)."""
        claimable = self.env.context.get(CLAIMABLE)
        if claimable is None:
            claimable = self._find_claimable(move)
        return move._origin.id in claimable

    @api.model
    def _with_claimable(self, moves):
        """The engine as it reports on ``moves``: those that follow-up may claim, and
        what holds the others, are found by one search each, not asked for invoice by
        invoice."""
        return self.with_context(
            **{
                CLAIMABLE: self._find_claimable(moves),
                HOLDS: self.env["recouvrement.hold"]._read_book(moves),
            }
        )

    @api.model
    def _find_claimable(self, moves):
        """Ids of the invoices that follow-up may claim today."""
        claimable = set()
        for company, part in moves._origin.sudo().grouped("company_id").items():
            today = company._recouvrement_today()
            domain = Domain(self._claimable_domain(company, today))
            if not domain.is_true():
                part = part.search(domain & Domain("id", "in", part.ids))
            claimable.update(part.ids)
        return frozenset(claimable)

    @api.model
    def _get_left_out_detail(self, move):
        """What its hold has of its own, or the action that an overdue invoice waits
        for, or else the day of its next step. Reasons are counted together, details are
        not. Hook."""
        kind, hold = self._get_hold(move)
        if kind is not None:
            return kind._get_detail(hold)
        waiting = move.recouvrement_waiting_action_id.sudo()
        if waiting or not move.recouvrement_next_date or not self._is_claimable(move):
            return waiting.name or ""
        return format_date(self.env, move.recouvrement_next_date)
