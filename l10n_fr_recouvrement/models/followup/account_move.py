import logging
from dataclasses import replace

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ...const import (
    ACCOUNTING,
    CHASED_PAYMENT_STATES,
    CONTACTED_STATES,
    FOLLOWED_TYPES,
    OFFICER,
    PROFILES,
    RATE_FIELDS,
    SETTLED_PAYMENT_STATES,
)
from ..procedure.stage_plan import Standing, next_step, planned
from ..settings.recouvrement_guarded_mixin import get_given
from ..settings.recouvrement_thread_mixin import note_changes
from .next_date import NextDate

_logger = logging.getLogger(__name__)


# Written by follow-up alone, or from the records that they list.
GUARDED_FIELDS = {
    "recouvrement_action_line_ids",
    "recouvrement_conceded",
    "recouvrement_judgment_ids",
    "recouvrement_penalty_line_ids",
    "recouvrement_waiver_ids",
    "recouvrement_stage_id",
    "recouvrement_stage_date",
    "recouvrement_presented_date",
    "recouvrement_cycle_date",
    "recouvrement_deadline",
    "recouvrement_posted_date",
    "recouvrement_next_date",
    "recouvrement_penalty_settled",
    "recouvrement_penalty_end",
    "recouvrement_charge_gap",
    "recouvrement_is_debit_note",
}
TERMS_FIELDS = {"recouvrement_profile", "recouvrement_procedure_id", *RATE_FIELDS}


class AccountMove(models.Model):
    """Keeps where a customer invoice stands in its recovery procedure.

    Freezes its terms when it is posted (profile, procedure), stores the last stage it
    was claimed at and the next date something is due; the amounts stay Odoo's own.
    """

    _inherit = "account.move"

    recouvrement_profile = fields.Selection(
        PROFILES,
        string="Debtor profile",
        copy=False,
        tracking=True,
        help="Decides the penalties and the letters. Taken from the customer when the "
        "invoice is posted.",
        groups=ACCOUNTING,
    )
    recouvrement_procedure_id = fields.Many2one(
        "recouvrement.procedure",
        "Procedure",
        copy=False,
        tracking=True,
        check_company=True,
        ondelete="restrict",
        index="btree_not_null",
        groups=ACCOUNTING,
    )
    recouvrement_stage_id = fields.Many2one(
        "recouvrement.stage",
        "Recovery stage",
        copy=False,
        readonly=True,
        ondelete="restrict",
        index="btree_not_null",
        help="The last stage this invoice was claimed at.",
        groups=ACCOUNTING,
    )
    recouvrement_stage_date = fields.Date(
        "Stage reached on", copy=False, readonly=True, groups=ACCOUNTING
    )
    recouvrement_presented_date = fields.Date(
        "Letter presented on",
        copy=False,
        readonly=True,
        help="Day that the post first presented the registered letter of the stage "
        "reached.",
        groups=ACCOUNTING,
    )
    recouvrement_cycle_date = fields.Date(
        copy=False,
        readonly=True,
        help="Due date whose lateness the stages reached so far belong to.",
        groups=ACCOUNTING,
    )
    recouvrement_deadline = fields.Date(
        "Deadline granted",
        copy=False,
        readonly=True,
        help="Day that the last letter asked to pay by; no stage comes before it "
        "passed.",
        groups=ACCOUNTING,
    )
    recouvrement_posted_date = fields.Date(
        "Posted late on",
        copy=False,
        readonly=True,
        help="Posted after its due date: follow-up starts on this day, with a first "
        "reminder.",
        groups=ACCOUNTING,
    )
    recouvrement_formal_notice_date = fields.Date(
        "Formal notice on",
        compute="_compute_recouvrement_formal_notice_date",
        groups=ACCOUNTING,
    )
    recouvrement_next_date = NextDate(
        "Next step on",
        compute="_compute_recouvrement_next_date",
        store=True,
        help="When the next stage falls due; in the past while its action waits. Empty "
        "when nothing is to come: paid, disputed, or left out of follow-up.",
        groups=ACCOUNTING,
    )
    recouvrement_next_stage_id = fields.Many2one(
        "recouvrement.stage",
        "Next stage",
        compute="_compute_recouvrement_next_stage_id",
        groups=ACCOUNTING,
    )
    recouvrement_hold_reason = fields.Char(
        "Why nothing is to come",
        compute="_compute_recouvrement_hold_reason",
        groups=ACCOUNTING,
    )
    recouvrement_days_late = fields.Integer(
        "Days late",
        compute="_compute_recouvrement_days_late",
        groups=ACCOUNTING,
    )
    recouvrement_action_line_ids = fields.One2many(
        "recouvrement.action.line",
        "move_id",
        "Recovery history",
        readonly=True,
        groups=ACCOUNTING,
    )
    recouvrement_waiting_action_id = fields.Many2one(
        "recouvrement.action",
        "Action waiting",
        compute="_compute_recouvrement_waiting_action_id",
        compute_sudo=True,
        groups=ACCOUNTING,
    )
    recouvrement_action_count = fields.Integer(
        compute="_compute_recouvrement_action_count",
        groups=ACCOUNTING,
    )

    _recouvrement_next_date_idx = models.Index(
        "(company_id, recouvrement_next_date) WHERE recouvrement_next_date IS NOT NULL"
    )

    # ------------------------------------------------------------------
    # Computed fields
    # ------------------------------------------------------------------

    @api.depends(
        "state",
        "payment_state",
        "move_type",
        "line_ids.date_maturity",
        "line_ids.reconciled",
        "line_ids.no_followup",
        "invoice_date",
        "commercial_partner_id.active",
        "recouvrement_procedure_id",
        "recouvrement_stage_id",
        "recouvrement_stage_date",
        "recouvrement_presented_date",
        "recouvrement_cycle_date",
        "recouvrement_deadline",
        "recouvrement_posted_date",
    )
    def _compute_recouvrement_next_date(self):
        self._recouvrement_set_next_dates()
        # What changes the next step changes what waits.
        self._recouvrement_watch()

    def _recouvrement_set_next_dates(self):
        plans = self._recouvrement_plan()
        for move in self:
            move.recouvrement_next_date = min(
                (when for when, _stage in plans.get(move.id, ())), default=False
            )

    @api.depends("recouvrement_next_date")
    def _compute_recouvrement_next_stage_id(self):
        planned_moves = self.filtered("recouvrement_next_date")
        # The date above asks no condition, so that it follows from the invoice alone;
        # what is announced is a stage that the invoice may reach.
        stages = planned_moves.recouvrement_procedure_id.sudo().stage_ids
        admitted = stages._get_admitted(planned_moves)
        plans = planned_moves._recouvrement_plan(
            condition=lambda move, stage: (
                stage.id not in admitted or move._origin.id in admitted[stage.id]
            ),
        )
        days = self._recouvrement_get_days()
        for move in self:
            today = days[move.company_id]
            _when, stage_id = next_step(plans.get(move.id, []), today)
            move.recouvrement_next_stage_id = stage_id or False

    @api.depends("recouvrement_next_date")
    def _compute_recouvrement_hold_reason(self):
        engine = self.env["recouvrement.engine"]._with_claimable(self)
        for move in self:
            held = (
                move.state == "posted"
                and move.move_type in FOLLOWED_TYPES
                and (move.payment_state == "blocked" or move._recouvrement_is_chased())
                and not move.recouvrement_waiting_action_id
                and (
                    not (move.recouvrement_next_date and engine._is_claimable(move))
                    or engine._get_hold(move)[0] is not None
                )
            )
            move.recouvrement_hold_reason = held and engine._explain(move)

    # Of no use to other fields, it asks nothing of posting and paying.
    def _compute_recouvrement_days_late(self):
        days = self._recouvrement_get_days()
        for move in self:
            today = days[move.company_id]
            late = [
                (today - due).days
                for due in move._recouvrement_dues()
                if move.state == "posted" and move.move_type in FOLLOWED_TYPES
            ]
            move.recouvrement_days_late = max([0, *late])

    @api.depends("recouvrement_action_line_ids.action_id.date_presented")
    def _compute_recouvrement_formal_notice_date(self):
        notices = self.env["recouvrement.action"]._read_formal_notices(self)
        for move in self:
            move.recouvrement_formal_notice_date = min(
                (notices[line] for line in move.line_ids.ids if line in notices),
                default=False,
            )

    @api.depends("recouvrement_action_line_ids.state")
    def _compute_recouvrement_waiting_action_id(self):
        for move in self:
            move.recouvrement_waiting_action_id = (
                move.recouvrement_action_line_ids.filtered(
                    lambda line: line._is_pending()
                ).action_id[:1]
            )

    @api.depends("recouvrement_action_line_ids")
    def _compute_recouvrement_action_count(self):
        counts = dict(
            self.env["recouvrement.action.line"]._read_group(
                [("move_id", "in", self.ids)], ["move_id"], ["action_id:count_distinct"]
            )
        )
        for move in self:
            move.recouvrement_action_count = counts.get(move._origin, 0)

    # ------------------------------------------------------------------
    # Terms and next step
    # ------------------------------------------------------------------

    def _post(self, soft=True):
        # EXTENDS account: freeze the terms that the debtor is posted with
        self._recouvrement_freeze_terms()
        self._recouvrement_note_late_posting()
        return super()._post(soft=soft)

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS account
        self._recouvrement_check_guarded(get_given(self, vals_list))
        return super().create(vals_list)

    @api.model
    def _recouvrement_refused_defaults(self):
        """See ``ir.default``: orders, for one, make invoices as the superuser."""
        return GUARDED_FIELDS

    @api.model
    def default_get(self, fields_list):
        # EXTENDS base: a default of the context is no way in
        defaults = super().default_get(fields_list)
        if self.env.su:
            return defaults
        return {
            name: value
            for name, value in defaults.items()
            if name not in GUARDED_FIELDS
        }

    def write(self, vals):
        # EXTENDS account: a changed profile brings the procedure of that profile, a
        # changed procedure the stage to go on from
        self._recouvrement_check_guarded(vals.keys())
        self._recouvrement_check_posted_before(vals)
        if not self.env.context.get("tracking_disable"):
            self._track_prepare(TERMS_FIELDS & vals.keys())
        note_changes(self, TERMS_FIELDS & vals.keys())
        if not {"recouvrement_profile", "recouvrement_procedure_id"} & vals.keys():
            return super().write(vals)
        for moves, part_vals in self._recouvrement_split_terms(vals):
            super(AccountMove, moves).write(part_vals)
        self._recouvrement_map_stages()
        return True

    def _track_prepare(self, fields_iter):
        # EXTENDS mail: asked for every field whatever is written. Terms are added by
        # `write` alone, so that posting and paying do not read them.
        if fields_iter is self._fields:
            fields_iter = fields_iter.keys() - TERMS_FIELDS
        return super()._track_prepare(fields_iter)

    def _recouvrement_check_guarded(self, names):
        """Follow-up writes its own fields; the terms of a posted invoice are changed by
        who is in charge of recovery."""
        if self.env.su:
            return
        if GUARDED_FIELDS & set(names):
            raise AccessError(
                self.env._("The follow-up of an invoice is written by its actions.")
            )
        if (
            TERMS_FIELDS & set(names)
            and any(move.posted_before or move.state == "posted" for move in self)
            and not self.env.user.has_group(OFFICER)
        ):
            raise AccessError(
                self.env._(
                    "Ask a recovery officer to change the profile or the procedure of "
                    "a posted invoice."
                )
            )

    def _recouvrement_check_posted_before(self, vals):
        """That it was posted is what freezes the terms of an invoice: nobody makes it
        forget."""
        if (
            not self.env.su
            and not vals.get("posted_before", True)
            and any(move.posted_before for move in self)
        ):
            raise AccessError(
                self.env._(
                    "An invoice that was posted stays one that was: its terms are "
                    "frozen."
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_claimed(self):
        """An invoice that was claimed is part of the proof; what was only prepared
        goes with it."""
        lines = self.sudo().recouvrement_action_line_ids
        claimed = lines.filtered(lambda line: line.state != "cancelled")
        if claimed:
            raise UserError(
                self.env._(
                    "%(invoice)s is claimed by %(action)s: cancel the invoice or make "
                    "a credit note instead of deleting it.",
                    invoice=claimed[0].move_id.display_name,
                    action=claimed[0].action_id.name,
                )
            )
        lines.unlink()

    def _recouvrement_write(self, vals):
        """Write fields of follow-up on invoices. They touch no amount: Odoo has nothing
        to balance, synchronise or track."""
        if "recouvrement_stage_date" in vals:
            # Of the letter before, were it entered late.
            vals = {"recouvrement_presented_date": False, **vals}
        return (
            self.sudo()
            .with_context(
                skip_invoice_sync=True,
                skip_is_manually_modified=True,
                tracking_disable=True,
            )
            .write(vals)
        )

    @api.model
    def _recouvrement_unsettled_domain(self):
        """Domain of the customer invoices that may still be claimed one day: open,
        disputed or in payment."""
        return Domain(
            [
                ("state", "=", "posted"),
                ("move_type", "in", FOLLOWED_TYPES),
                ("payment_state", "not in", SETTLED_PAYMENT_STATES),
            ]
        )

    @api.model
    def _recouvrement_overdue_domain(self, date):
        """Domain of the invoices with an unpaid due line before ``date``, disputed ones
        included, those in payment left out."""
        unpaid = self._recouvrement_unsettled_domain() & Domain(
            "payment_state", "!=", "in_payment"
        )
        partly_paid = (
            self._recouvrement_followed_domain()
            & self._recouvrement_partly_paid_domain()
        )
        return (unpaid | partly_paid) & Domain(
            "line_ids", "any", self._recouvrement_overdue_line_domain(date)
        )

    @api.model
    def _recouvrement_overdue_line_domain(self, date):
        return [
            ("display_type", "=", "payment_term"),
            ("reconciled", "=", False),
            ("date_maturity", "<", date),
        ]

    @api.model
    def _recouvrement_open_domain(self):
        """Domain of the customer invoices that still have something to be paid."""
        return self._recouvrement_followed_domain() & self._recouvrement_chased_domain()

    @api.model
    def _recouvrement_chased_domain(self):
        """Domain of what is not paid, nor by a payment under way."""
        return (
            Domain("payment_state", "in", CHASED_PAYMENT_STATES)
            | self._recouvrement_partly_paid_domain()
        )

    @api.model
    def _recouvrement_followed_domain(self):
        return Domain([("state", "=", "posted"), ("move_type", "in", FOLLOWED_TYPES)])

    def _recouvrement_is_chased(self):
        """Whether follow-up runs on this invoice by itself."""
        self.ensure_one()
        return (
            self.state == "posted"
            and self.move_type in FOLLOWED_TYPES
            and (
                self.payment_state in CHASED_PAYMENT_STATES
                or self._recouvrement_is_partly_paid()
            )
        )

    def _recouvrement_due_lines(self):
        """Due lines of the invoice that are unpaid, followed or not."""
        return self.line_ids.filtered(
            lambda line: line.display_type == "payment_term" and not line.reconciled
        )

    def _recouvrement_open_lines(self, book):
        """Due lines of the invoice that are unpaid and followed by its company.

        :param book: :class:`~..hold.hold_book.HoldBook` of its debtor
        """
        start = self.company_id.recouvrement_start_date
        return self._recouvrement_due_lines().filtered(
            lambda line: (
                line.date_maturity
                and (not start or line.date_maturity >= start)
                and not book.is_held(line)
            )
        )

    def _recouvrement_dues(self):
        """Due dates of the lines that are unpaid, followed or not."""
        return self._recouvrement_due_lines().mapped("date_maturity")

    def _recouvrement_date_due(self, book):
        """Oldest unpaid due date, where the invoice's clock starts, or False."""
        self.ensure_one()
        if not self._recouvrement_is_chased():
            return False
        return min(
            self._recouvrement_open_lines(book).mapped("date_maturity"), default=False
        )

    def _recouvrement_plan(self, day=None, condition=None):
        """Return ``{move_id: [(date, stage_id)]}`` (see :func:`stage_plan.planned`) for
        the invoices of ``self`` that follow-up runs on, whether an action waits or not.
        Stages fall on working days.

        :param day: day of the plan, today by default: what precedes the due date is
            given up once it has passed
        :param condition: function of a move and a stage; False skips the stage
        """
        days = {} if day else self._recouvrement_get_days()
        chased = self.filtered(
            lambda move: (
                move.recouvrement_procedure_id
                and move._recouvrement_is_chased()
                and move.commercial_partner_id.active
                and move._recouvrement_due_lines()
            )
        )
        stages = chased.recouvrement_procedure_id.sudo().stage_ids
        by_procedure = stages._get_steps()
        book = self.env["recouvrement.hold"]._read_book(chased)
        plans = {}
        for move in chased:
            for due, end in move._recouvrement_clocks(book):
                steps = by_procedure.get(move.recouvrement_procedure_id.id, ())
                if condition:
                    steps = [
                        step
                        for step in steps
                        if condition(move, stages.browse(step.stage_id))
                    ]
                plans.setdefault(move._origin.id or move.id, []).extend(
                    move._recouvrement_plan_steps(
                        steps, due, day or days[move.company_id], end
                    )
                )
        return plans

    def _recouvrement_clocks(self, book):
        """``(oldest unpaid due date, last day that it is held or False)``: of what may
        be claimed now, and of what may once its holds have ended."""
        self.ensure_one()
        clocks = {}
        for line in self._recouvrement_open_lines(book):
            end = book.get_end(line)
            held = bool(end)
            due, ends = clocks.get(held, (line.date_maturity, end))
            clocks[held] = (min(due, line.date_maturity), end and min(end, ends))
        return list(clocks.values())

    def _recouvrement_get_days(self):
        """The day that it is where each company of these entries is."""
        return {
            company: company._recouvrement_today()
            for company in (*self.company_id, self.env["res.company"])
        }

    def _recouvrement_plan_steps(self, steps, due, day, end=False):
        """Plan one invoice over the steps of its procedure.

        :param end: last day that it is held: no stage comes before it has passed
        """
        self.ensure_one()
        standing = self._recouvrement_standing(due)
        if standing.rank and any(step.delay_from == "presented" for step in steps):
            standing = replace(standing, registered=self._recouvrement_was_registered())
        return planned(
            steps,
            due,
            standing.position,
            max(filter(None, [standing.deadline, end]), default=None),
            posted=standing.posted,
            day=day,
            in_order=self.recouvrement_procedure_id.sudo().late_entry == "first",
            shift=self.company_id._recouvrement_next_working_day,
        )

    def _recouvrement_was_registered(self):
        """Whether the last contact about this invoice was a registered letter."""
        self.ensure_one()
        contacts = self.recouvrement_action_line_ids.filtered(
            lambda line: line.stage_id and line.state in CONTACTED_STATES
        ).action_id
        last = contacts.sorted(lambda action: (action.date_closed, action.id))[-1:]
        return last.is_registered

    def _recouvrement_set_presented(self, day, stage=None):
        """Take note that the post first presented a registered letter on ``day``.

        :param stage: stage of the letter; invoices that went further meanwhile are
            left alone
        """
        moves = self.filtered(
            lambda move: not stage or move.recouvrement_stage_id == stage
        )
        return moves._recouvrement_write({"recouvrement_presented_date": day})

    def _recouvrement_standing(self, due):
        """The :class:`stage_plan.Standing` of the invoice, ``due`` being its oldest
        unpaid due date."""
        self.ensure_one()
        stage = self.recouvrement_stage_id
        return Standing(
            due,
            stage._get_rank() if stage else None,
            self.recouvrement_stage_date or None,
            self.recouvrement_cycle_date or None,
            self.recouvrement_deadline or None,
            presented=self.recouvrement_presented_date or None,
            posted=self.recouvrement_posted_date or None,
        )

    # ------------------------------------------------------------------
    # Buttons
    # ------------------------------------------------------------------

    def action_view_recouvrement_actions(self):
        """Open the recovery actions of this invoice."""
        self.ensure_one()
        self.check_access("read")
        self.env["recouvrement.action"].check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "l10n_fr_recouvrement.recouvrement_action_action"
        )
        action["domain"] = [("line_ids.move_id", "=", self.id)]
        action["context"] = {"create": False}
        return action

    def action_recouvrement_prepare(self):
        """Open the preview of what would go out today to the debtors of ``self``."""
        self.check_access("read")
        return self.env["recouvrement.run.wizard"]._get_action_for(
            self.company_id[:1] or self.env.company, self.commercial_partner_id
        )
