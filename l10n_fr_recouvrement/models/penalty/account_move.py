import logging

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, format_date

from ... import law
from ...const import (
    ACCOUNTING,
    BELOW_FLOOR,
    DUE_STATES,
    FOLLOWED_TYPES,
    PUBLIC_DELAYS,
    RATE_BASES,
    RATE_FIELDS,
)
from ...law import MISSING_DATA
from ..settings.contract_rate import check_contract_rate
from ..settings.crossing import COME_BACK, insist, raise_crossing
from ..settings.one_by_one import attempt

_logger = logging.getLogger(__name__)

# What the penalties of an invoice depend on, beside its payments.
PENALTY_FIELDS = {"recouvrement_profile", *RATE_FIELDS}
PENALTIES_JOB = "l10n_fr_recouvrement.cron_penalties"
# Where later modules of Odoo freeze the rate that the invoice prints.
PRINTED_RATE_FIELD = "l10n_fr_pdp_late_payment_penalties_rate"


class AccountMove(models.Model):
    """Freezes the terms of interest of a customer invoice when it is posted, stores its
    penalties and recomputes them as it is paid, and links it to its debit notes."""

    _inherit = "account.move"

    recouvrement_rate_basis = fields.Selection(
        RATE_BASES,
        "Penalty rate",
        copy=False,
        tracking=True,
        help="Taken from the customer, or from the company, when the invoice is "
        "posted; that of its general terms of sale.",
        groups=ACCOUNTING,
    )
    recouvrement_contract_rate = fields.Float(
        "Rate of the contract (%)",
        digits=(7, 4),
        copy=False,
        tracking=True,
        groups=ACCOUNTING,
    )
    recouvrement_below_floor = fields.Selection(
        BELOW_FLOOR,
        "Under the legal floor",
        copy=False,
        tracking=True,
        help="What is applied in the half-years in which the rate of the contract is "
        "under 3 × the legal rate: such a rate is unlawful (C. com. art. L441-10 and "
        "L441-16) and no text says what replaces it.",
        groups=ACCOUNTING,
    )
    recouvrement_public_delay = fields.Selection(
        PUBLIC_DELAYS,
        "Time to pay",
        copy=False,
        tracking=True,
        help="Time that a public body has from receipt of the request for payment "
        "(CCP art. R2192-10 and R2192-11).",
        groups=ACCOUNTING,
    )
    recouvrement_request_date = fields.Date(
        "Request received on",
        copy=False,
        tracking=True,
        help="Day that the public body received the request for payment, or that "
        "Chorus Pro made it available to it, or that the service was done if later. "
        "Interest runs from the end of its time to pay. Empty: from the due date.",
        groups=ACCOUNTING,
    )
    recouvrement_terms_warning = fields.Text(
        compute="_compute_recouvrement_terms_warning", groups=ACCOUNTING
    )
    recouvrement_is_debit_note = fields.Boolean(
        "Debit note of penalties",
        copy=False,
        readonly=True,
        help="Its own lateness earns nothing.",
        groups=ACCOUNTING,
    )
    recouvrement_penalty_line_ids = fields.One2many(
        "recouvrement.penalty.line",
        "move_id",
        "Penalties",
        readonly=True,
        groups=ACCOUNTING,
    )
    recouvrement_penalty_date = fields.Date(
        "Penalties as of",
        compute="_compute_recouvrement_penalty_total",
        groups=ACCOUNTING,
    )
    recouvrement_penalty_settled = fields.Boolean(
        copy=False,
        readonly=True,
        help="The invoice is settled and its penalties are computed up to then.",
        groups=ACCOUNTING,
    )
    recouvrement_penalty_end = fields.Date(
        "Penalties stopped on",
        copy=False,
        readonly=True,
        help="Last day that bears penalties, by a waiver.",
        groups=ACCOUNTING,
    )
    recouvrement_charge_gap = fields.Monetary(
        "Charged too little",
        copy=False,
        readonly=True,
        help="What the days that debit notes charged come to with the payments known "
        "now, less what the debit notes charged. Negative: they charged too much.",
        groups=ACCOUNTING,
    )
    recouvrement_charge_warning = fields.Char(
        "Charged otherwise than due",
        compute="_compute_recouvrement_charge_warning",
        groups=ACCOUNTING,
    )
    recouvrement_penalty_total = fields.Monetary(
        "Penalties due",
        compute="_compute_recouvrement_penalty_total",
        help="Interest, indemnity and costs, less what was waived, not charged by a "
        "debit note yet.",
        groups=ACCOUNTING,
    )
    recouvrement_judgment_ids = fields.Many2many(
        "recouvrement.judgment",
        "recouvrement_judgment_move_rel",
        "move_id",
        "judgment_id",
        "Judgments",
        copy=False,
        readonly=True,
        groups=ACCOUNTING,
    )
    recouvrement_waiver_ids = fields.One2many(
        "recouvrement.waiver", "move_id", "Waivers", readonly=True, groups=ACCOUNTING
    )
    recouvrement_credit_ids = fields.Many2many(
        "account.partial.reconcile",
        string="What settled it",
        compute="_compute_recouvrement_credit_ids",
        inverse="_inverse_recouvrement_credit_ids",
        groups=ACCOUNTING,
    )
    recouvrement_debit_note_ids = fields.Many2many(
        "account.move",
        string="Debit notes",
        compute="_compute_recouvrement_debit_note_ids",
        groups=ACCOUNTING,
    )
    recouvrement_debit_note_count = fields.Integer(
        compute="_compute_recouvrement_debit_note_ids", groups=ACCOUNTING
    )

    _recouvrement_charge_gap_idx = models.Index(
        "(id) WHERE recouvrement_charge_gap != 0"
    )
    _recouvrement_unsettled_idx = models.Index(
        "(id) WHERE recouvrement_profile IS NOT NULL"
        " AND recouvrement_penalty_settled IS NOT TRUE AND state = 'posted'"
    )

    # ------------------------------------------------------------------
    # Computed fields
    # ------------------------------------------------------------------

    @api.depends(
        "recouvrement_penalty_line_ids.amount",
        "recouvrement_penalty_line_ids.amount_waived",
        "recouvrement_penalty_line_ids.state",
    )
    def _compute_recouvrement_penalty_total(self):
        for move in self:
            lines = move.recouvrement_penalty_line_ids
            move.recouvrement_penalty_date = max(
                (line.date_to for line in lines if line.kind == "interest"),
                default=False,
            )
            digits = move.currency_id.decimal_places
            due = (
                line.currency_id._convert(
                    line.amount_due,
                    move.currency_id,
                    move.company_id,
                    move.recouvrement_penalty_date or line.date_to,
                )
                for line in lines
                if line.state in DUE_STATES
            )
            move.recouvrement_penalty_total = float(
                sum((law.to_decimal(amount, digits) for amount in due), law.ZERO)
            )

    @api.depends("recouvrement_penalty_line_ids.debit_line_id")
    def _compute_recouvrement_debit_note_ids(self):
        for move in self:
            notes = move.recouvrement_penalty_line_ids.debit_line_id.move_id
            move.recouvrement_debit_note_ids = notes
            move.recouvrement_debit_note_count = len(notes)

    @api.depends("recouvrement_charge_gap")
    def _compute_recouvrement_charge_warning(self):
        for move in self:
            gap = move.recouvrement_charge_gap
            text = gap and (
                self.env._(
                    "A payment or credit note changed since: the debit notes of this "
                    "invoice charged %s too little. Credit them and charge the "
                    "penalties again."
                )
                if gap > 0
                else self.env._(
                    "A payment or credit note changed since: the debit notes of this "
                    "invoice charged %s too much. Credit them and charge the penalties "
                    "again."
                )
            )
            move.recouvrement_charge_warning = bool(text) and text % (
                move.currency_id.format(abs(gap))
            )

    # Fields of the page that nothing else is computed from depend on nothing of what
    # posting and paying write: each of these would ask them whether they changed.
    def _compute_recouvrement_credit_ids(self):
        for move in self:
            move.recouvrement_credit_ids = move.line_ids.filtered(
                lambda line: line.display_type == "payment_term"
            ).matched_credit_ids.filtered("debit_amount_currency")

    def _inverse_recouvrement_credit_ids(self):
        """The list only edits its rows: see ``recouvrement_effect``."""

    @api.depends(
        "recouvrement_profile",
        "recouvrement_rate_basis",
        "recouvrement_contract_rate",
        "recouvrement_below_floor",
    )
    def _compute_recouvrement_terms_warning(self):
        for move in self:
            warnings = []
            if (
                move.move_type in FOLLOWED_TYPES
                and move.state == "posted"
                and move.recouvrement_profile == "business"
            ):
                try:
                    warnings = move._recouvrement_get_terms_warnings()
                except MISSING_DATA as error:
                    warnings = [
                        self.env["recouvrement.rate"]._get_missing_message(error)
                    ]
            move.recouvrement_terms_warning = "\n".join(warnings)

    def _recouvrement_get_terms_warnings(self):
        """What an accountant should know of the terms of an invoice to a business."""
        self.ensure_one()
        facts = self.env["recouvrement.legal.fact"]._get_table()
        warnings = []
        due = max(self._recouvrement_dues(), default=None)
        if self.invoice_date and due:
            latest = law.latest_due(
                self.invoice_date,
                int(facts.at("business_net_days", self.invoice_date).value),
                int(facts.at("business_end_of_month_days", self.invoice_date).value),
            )
            if due > latest:
                warnings.append(
                    self.env._(
                        "Its due date is later than the law lets businesses agree on, "
                        "%(date)s at most (C. com. art. L441-10, I).",
                        date=format_date(self.env, latest),
                    )
                )
        if self.recouvrement_rate_basis in ("contract", "printed"):
            warnings += self._recouvrement_get_floor_warnings(facts)
        return warnings

    def _recouvrement_get_floor_warnings(self, facts):
        """Return a list: a warning of the half-years in which the rate of the contract
        is under the legal floor, and of what is applied then, or nothing."""
        dues = self.line_ids.filtered(
            lambda line: line.display_type == "payment_term"
        ).mapped("date_maturity")
        today = self.company_id._recouvrement_today()
        if not dues:
            return []
        start = law.add_days(min(dues), 1)
        factor = facts.at("business_floor", start).value
        rate = law.to_decimal(self.recouvrement_contract_rate, 4)
        below = law.half_years_below_floor(
            rate,
            self.env["recouvrement.rate"]._get_table(),
            min(start, today),
            today,
            factor,
        )
        if not below:
            return []
        choices = dict(
            self._fields["recouvrement_below_floor"]._description_selection(self.env)
        )
        return [
            self.env._(
                "The rate of the contract, %(rate)s %%, is under the legal floor in "
                "the half-years from %(dates)s (C. com. art. L441-10, II). Chosen: "
                "%(choice)s.",
                rate=f"{rate.normalize():f}",
                dates=", ".join(format_date(self.env, day) for day in below),
                choice=choices.get(self.recouvrement_below_floor, ""),
            )
        ]

    @api.constrains("recouvrement_rate_basis", "recouvrement_contract_rate")
    def _check_recouvrement_contract_rate(self):
        check_contract_rate(self)
        for move in self:
            if (
                move.recouvrement_rate_basis == "contract"
                and move.recouvrement_contract_rate <= 0
            ):
                raise ValidationError(
                    self.env._(
                        "%s: enter the fixed rate of the contract, or choose another "
                        "penalty rate.",
                        move.display_name,
                    )
                )

    # ------------------------------------------------------------------
    # Terms of interest
    # ------------------------------------------------------------------

    def _recouvrement_prepare_terms(self):
        # EXTENDS l10n_fr_recouvrement: the rate too, where none was chosen
        terms = super()._recouvrement_prepare_terms()
        for move in self:
            if not move.recouvrement_rate_basis:
                rate = move._recouvrement_prepare_rate_vals()
                terms[move] = {**terms.get(move, {}), **rate}
        return terms

    def _recouvrement_prepare_rate_vals(self):
        """Terms of interest of an invoice that is posted: the rate it prints, that of
        its customer, or that of its company. Hook."""
        self.ensure_one()
        company = self.company_id
        partner = self.commercial_partner_id.with_company(company)
        source = partner if partner.recouvrement_rate_basis else company
        basis, rate = source.recouvrement_rate_basis, source.recouvrement_contract_rate
        printed = PRINTED_RATE_FIELD in self._fields and self[PRINTED_RATE_FIELD]
        if printed:
            basis, rate = "printed", printed
        return {
            "recouvrement_rate_basis": basis,
            "recouvrement_contract_rate": rate
            if basis in ("contract", "printed")
            else 0,
            "recouvrement_below_floor": company.recouvrement_below_floor,
            "recouvrement_public_delay": partner.recouvrement_public_delay,
        }

    def _post(self, soft=True):
        # EXTENDS account: a printed rate is frozen by another module while posting
        self._recouvrement_check_debit_notes()
        posted = super()._post(soft=soft)
        if PRINTED_RATE_FIELD in self._fields:
            posted._recouvrement_read_printed_rate()
        return posted

    def copy_data(self, default=None):
        # EXTENDS account: a copy of a debit note would be an invoice, whose lateness
        # would bear penalties
        if (default or {}).get("move_type") != "out_refund" and any(
            self.sudo().mapped("recouvrement_is_debit_note")
        ):
            raise UserError(
                self.env._(
                    "A debit note of penalties is not copied: charge the penalties "
                    "again, from their invoices."
                )
            )
        return super().copy_data(default)

    def _recouvrement_check_debit_notes(self):
        """A debit note whose penalties are owed again does not come back to life."""
        for note in self.sudo().filtered("recouvrement_is_debit_note"):
            if (
                note.move_type == "out_invoice"
                and not note.line_ids.recouvrement_penalty_line_ids
            ):
                raise UserError(
                    self.env._(
                        "%s charges no penalties any more: they are owed again. Charge "
                        "them by a new debit note.",
                        note.display_name,
                    )
                )

    def _recouvrement_read_printed_rate(self):
        """Take over the rate that was printed, so that invoice and claim agree."""
        for move in self.sudo():
            rate = move.move_type in FOLLOWED_TYPES and move[PRINTED_RATE_FIELD]
            if rate and move.recouvrement_contract_rate != rate:
                move._recouvrement_write(
                    {
                        "recouvrement_rate_basis": "printed",
                        "recouvrement_contract_rate": rate,
                    }
                )

    def write(self, vals):
        # EXTENDS account: penalties follow the terms that somebody corrects
        debtors = {
            move: move.commercial_partner_id for move in self if "partner_id" in vals
        }
        res = super().write(vals)
        if debtors:
            # The terms of a former customer are not those of the new one.
            self.filtered(
                lambda move: (
                    move.sudo().recouvrement_rate_basis
                    and move.state == "draft"
                    and move.commercial_partner_id != debtors[move]
                )
            )._recouvrement_write({"recouvrement_rate_basis": False})
        if PENALTY_FIELDS & vals.keys():
            self.filtered(
                lambda move: move.state == "posted"
            )._recouvrement_follow_payments()
        return res

    # ------------------------------------------------------------------
    # Keeping up
    # ------------------------------------------------------------------

    def button_draft(self):
        # EXTENDS account: what is not posted owes no penalty
        res = super().button_draft()
        self._recouvrement_follow_payments()
        return res

    def button_cancel(self):
        # EXTENDS account: the days of a cancelled debit note are owed again
        notes = self.sudo().filtered("recouvrement_is_debit_note")
        sources = notes.line_ids.recouvrement_penalty_line_ids.move_id
        res = super().button_cancel()
        (self | sources)._recouvrement_follow_payments()
        return res

    def _recouvrement_follow_payments(self):
        """Bring the penalties of these invoices up to date, where there were any or
        they had stopped; for the others the nightly job is soon enough. Those that a
        debit note charges are collected when it is paid."""
        self._recouvrement_follow_found(*self._recouvrement_find_followed())

    def _recouvrement_follow_found(self, notes, others):
        notes.line_ids.recouvrement_penalty_line_ids.modified(["debit_line_id"])
        others._recouvrement_refresh_penalties()

    def _recouvrement_find_followed(self):
        """The debit notes among these invoices, and those that have penalties; some may
        be there no more."""
        if not self.ids:
            return self.sudo().browse(), self.browse()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id, COALESCE(recouvrement_is_debit_note, FALSE)
                  FROM account_move move
                 WHERE id = ANY(%s)
                   AND move_type = ANY(%s)
                   AND (recouvrement_penalty_settled
                        OR recouvrement_is_debit_note
                        OR EXISTS (SELECT FROM recouvrement_penalty_line
                                    WHERE move_id = move.id))
                """,
                self.ids,
                list(FOLLOWED_TYPES),
            )
        )
        notes = self.browse([move_id for move_id, is_note in rows if is_note])
        return notes.sudo(), self.browse(
            [move_id for move_id, is_note in rows if not is_note]
        )

    def _recouvrement_follow_later(self, entries=None):
        """The same before the transaction ends, all its invoices together: paying many
        costs one refresh. It never keeps a payment from being recorded.

        :param entries: entries on which the debt of invoices may live on
        """
        followed = self.filtered(lambda move: move.move_type in FOLLOWED_TYPES)
        if not (followed or entries):
            return
        precommit = self.env.cr.precommit
        if "recouvrement.follow" not in precommit.data:
            precommit.data["recouvrement.follow"] = (set(), set())
            precommit.add(self.sudo().browse()._recouvrement_follow_waiting)
        for waiting, moves in zip(
            precommit.data["recouvrement.follow"], (followed, entries), strict=True
        ):
            waiting.update(moves.ids if moves else ())

    def _recouvrement_follow_waiting(self):
        waiting, entries = self.env.cr.precommit.data.pop("recouvrement.follow")
        if entries:
            origins = self.env["recouvrement.settlement"]._read_origins(entries)
            waiting = waiting.union(origins)
        notes, others = self.browse(sorted(waiting))._recouvrement_find_followed()
        if not (notes or others):
            return
        move_ids = (notes | others).ids
        # What others check before the transaction ends is theirs to refuse.
        self.env.cr.flush()
        try:
            with self.env.cr.savepoint():
                self._recouvrement_follow_found(notes, others)
        except Exception as error:
            raise_crossing(error)
            _logger.exception("Penalties of %s wait for the nightly job", move_ids)
            self.env.cr.execute(
                SQL(
                    "UPDATE account_move SET recouvrement_penalty_settled = FALSE"
                    " WHERE id = ANY(%s)",
                    move_ids,
                )
            )

    @api.model
    def _recouvrement_reopen_penalties(self, domain):
        """Have the nightly job recompute the penalties that had stopped: what they
        were computed from was corrected.

        :param domain: the settled invoices it may matter to
        """
        moves = self.sudo()
        query = moves._search(
            [
                ("recouvrement_penalty_settled", "=", True),
                ("state", "=", "posted"),
                *domain,
            ]
        )
        self.env.cr.execute(
            SQL(
                """
                UPDATE account_move SET recouvrement_penalty_settled = FALSE
                 WHERE id IN %s
                """,
                query.subselect(),
            )
        )
        moves.invalidate_model(["recouvrement_penalty_settled"], flush=False)

    def _recouvrement_refresh_penalties(self, date=None):
        """Bring the penalties of these invoices up to ``date``, today by default.

        :return: ``{move_id: error of the law}`` of the invoices left as they were
        """
        lines = self.env["recouvrement.penalty.line"].sudo()
        if date:
            return lines._refresh(self.ids, date)
        errors = {}
        by_today = self.env["res.company"]._recouvrement_group_by_today(self)
        for today, moves in by_today.items():
            errors.update(lines._refresh(moves.ids, today))
        return errors

    @api.model
    def _cron_recouvrement_penalties(self, batch_size=1000):
        """Nightly: penalties of the overdue invoices up to today, and a last time for
        those paid since."""
        lines = self.env["recouvrement.penalty.line"].sudo()
        companies = self.env["res.company"].with_context(active_test=False)
        companies = companies.search(Domain.TRUE)
        by_day = companies.grouped(lambda company: company._recouvrement_today())
        counts = {
            (day, part): lines._count_stale(day, part) for day, part in by_day.items()
        }
        remaining, undone = sum(counts.values()), False
        for (day, part), count in counts.items():
            if not count:
                continue
            for move_ids in lines._iter_stale(day, batch_size, part):
                done = len(move_ids)
                remaining = max(0, remaining - done)
                try:
                    self._recouvrement_keep_up(move_ids, day)
                except OperationalError:
                    done, undone = 0, True
                if not self.env["ir.cron"]._commit_progress(done, remaining=remaining):
                    return
                self.env.invalidate_all(flush=False)
        if undone:
            # What others were in the way of does not wait for the next night.
            soon = fields.Datetime.now() + COME_BACK
            jobs = self.env["ir.cron"]
            insist(self.env, jobs._recouvrement_trigger, PENALTIES_JOB, soon)

    @api.model
    def _recouvrement_keep_up(self, move_ids, day):
        """Bring the penalties of a batch up to a day, and commit: an invoice at fault
        keeps those of no other from being computed."""
        errors = insist(self.env, self._recouvrement_refresh_each, move_ids, day)
        if errors:
            _logger.info(
                "Penalties of %d invoices wait for dated facts: %s",
                len(errors),
                ", ".join(sorted({str(error) for error in errors.values()})),
            )

    @api.model
    def _recouvrement_refresh_each(self, move_ids, day):
        """Refresh the penalties of invoices together; when that fails, one by one.

        :return: ``{move_id: error of the law}`` of the invoices left as they were
        """
        lines = self.env["recouvrement.penalty.line"].sudo()
        errors = attempt(
            self.browse(move_ids),
            lambda moves: lines._refresh(moves.ids, day),
            lambda move, error: _logger.warning(
                "The penalties of %s cannot be computed", move.name, exc_info=error
            ),
        )
        return {move_id: error for part in errors for move_id, error in part.items()}

    # ------------------------------------------------------------------
    # Buttons
    # ------------------------------------------------------------------

    def action_recouvrement_refresh_penalties(self):
        """Compute the penalties of these invoices as of today."""
        self.env["recouvrement.action"].check_access("write")
        self.check_access("read")
        errors = self._recouvrement_refresh_penalties()
        for error in errors.values():
            raise UserError(self.env["recouvrement.rate"]._get_missing_message(error))

    def action_view_recouvrement_debit_notes(self):
        """Open the debit notes that charge penalties of this invoice."""
        self.check_access("read")
        return self.recouvrement_debit_note_ids._get_records_action(
            name=self.env._("Debit notes")
        )

    def action_recouvrement_waive(self):
        """Open the assistant that waives penalties of these invoices."""
        return self.env["recouvrement.waiver.wizard"]._open_for(
            self, self.env._("Waive penalties")
        )

    def action_recouvrement_charge(self):
        """Open the assistant that charges penalties of these invoices."""
        return self.env["recouvrement.debit.wizard"]._open_for(
            self, self.env._("Charge penalties")
        )

    def action_view_recouvrement_charged_invoices(self):
        """Open the invoices whose penalties this debit note charges."""
        self.check_access("read")
        return self.line_ids.recouvrement_penalty_line_ids.move_id._get_records_action(
            name=self.env._("Invoices paid late")
        )
