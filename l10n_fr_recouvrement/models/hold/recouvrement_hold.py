from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ...const import FOLLOWED_TYPES
from .hold_book import HoldBook

# What stays of a hold that somebody may change while it stands.
EDITABLE = {"date_to", "reason", "amount"}


class RecouvrementHold(models.Model):
    """Why a debtor, invoices or due lines are not chased: since when, until when and
    for how much.

    The one answer: the next date of invoices, the engine, its previews, the starting
    assistant and the reasons on screens read it, in SQL by :meth:`_prepare_join` and in
    memory by :meth:`_read_book`. A hold that has ended or was lifted is kept.
    """

    _name = "recouvrement.hold"
    _inherit = "recouvrement.guarded.mixin"
    _description = "Hold"
    _order = "date_from desc, id desc"
    _check_company_auto = True

    kind = fields.Selection(
        [
            ("dispute", "Dispute"),
            ("left_out", "Left out of follow-up"),
            ("insolvency", "Insolvency proceedings"),
            ("promise", "Promise to pay"),
            ("own", "Own decision"),
        ],
        required=True,
        default="own",
    )
    company_id = fields.Many2one(
        "res.company",
        index=True,
        default=lambda self: self.env.company,
        help="Empty: it holds in every company.",
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Debtor",
        required=True,
        ondelete="cascade",
        index=True,
    )
    commercial_partner_id = fields.Many2one(
        related="partner_id.commercial_partner_id", store=True, string="Held debtor"
    )
    scope = fields.Selection(
        [
            ("debtor", "All that the debtor owes"),
            ("invoices", "Invoices"),
            ("items", "Due lines"),
        ],
        "What it holds",
        required=True,
        default="debtor",
    )
    move_ids = fields.Many2many(
        "account.move",
        "recouvrement_hold_move_rel",
        "hold_id",
        "move_id",
        "Invoices",
        check_company=True,
        domain="[('commercial_partner_id', '=', commercial_partner_id), "
        "('move_type', 'in', ('out_invoice', 'out_receipt')), "
        "('state', '=', 'posted'), "
        "('payment_state', 'not in', ('paid', 'reversed'))]",
    )
    line_ids = fields.Many2many(
        "account.move.line",
        "recouvrement_hold_line_rel",
        "hold_id",
        "line_id",
        "Due lines",
        check_company=True,
    )
    owed_before = fields.Date(
        "Owed before",
        readonly=True,
        help="Holds what was owed before this day alone. Empty: whatever its day.",
    )
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    amount = fields.Monetary(
        "Amount held",
        required=True,
        default=0.0,
        help="Part of the invoice or due line that is held; the rest is chased. "
        "Zero: the whole of it.",
    )
    amount_residual = fields.Monetary(
        "Unpaid",
        compute="_compute_amount_residual",
        currency_field="company_currency_id",
        help="What is unpaid of what it holds, in the currency of the company.",
    )
    company_currency_id = fields.Many2one(
        "res.currency", compute="_compute_amount_residual"
    )
    date_from = fields.Date(
        "Since",
        required=True,
        default=lambda self: self.env.company._recouvrement_today(),
    )
    date_to = fields.Date(
        "Until", help="Last day that it holds. Empty: until somebody lifts it."
    )
    date_end = fields.Date("Lifted on", readonly=True, copy=False)
    end_reason = fields.Char("Lifted because", readonly=True, copy=False)
    reason = fields.Char(help="What the house knows of it: no letter prints it.")
    user_id = fields.Many2one(
        "res.users",
        "Opened by",
        readonly=True,
        default=lambda self: self.env.user,
    )
    res_model = fields.Char("Follows from", readonly=True)
    res_id = fields.Many2oneReference("Record", model_field="res_model", readonly=True)
    is_by_hand = fields.Boolean(compute="_compute_is_by_hand")
    kinds_by_hand = fields.Char(compute="_compute_is_by_hand")
    is_standing = fields.Boolean(
        "Stands", compute="_compute_is_standing", search="_search_is_standing"
    )

    _dates = models.Constraint(
        "CHECK (date_to IS NULL OR date_to >= date_from)",
        "The last day of a hold is not before its first one.",
    )
    _amount_positive = models.Constraint(
        "CHECK (amount >= 0)",
        "The amount held is positive.",
    )
    _standing_idx = models.Index("(commercial_partner_id) WHERE date_end IS NULL")

    # ------------------------------------------------------------------
    # Computed fields
    # ------------------------------------------------------------------

    @api.depends("kind", "partner_id", "move_ids")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for hold in self:
            names = ", ".join(hold.sudo().move_ids.mapped("name")[:3])
            whom = hold.sudo().partner_id.display_name
            hold.display_name = " – ".join(
                filter(None, [labels.get(hold.kind), names or whom])
            )

    @api.depends("kind")
    def _compute_is_by_hand(self):
        by_hand = self.env["recouvrement.hold.kind"]._get_codes("_by_hand")
        for hold in self:
            hold.is_by_hand = hold.kind in by_hand
            hold.kinds_by_hand = ",".join(sorted(by_hand))

    @api.depends("move_ids.currency_id", "line_ids.currency_id", "company_id")
    def _compute_currency_id(self):
        for hold in self:
            company = hold.company_id or self.env.company
            hold.currency_id = (
                hold.move_ids.currency_id
                or hold.line_ids.currency_id
                or company.currency_id
            )[:1]

    @api.depends("scope", "move_ids", "line_ids", "commercial_partner_id", "amount")
    @api.depends_context("company")
    def _compute_amount_residual(self):
        lines = self.env["account.move.line"].sudo()
        for company, holds in self.grouped("company_id").items():
            company = company or self.env.company
            items = lines.search(
                lines._recouvrement_item_domain()
                & Domain("amount_residual", ">", 0)
                & Domain("company_id", "=", company.id)
                & Domain(
                    "partner_id.commercial_partner_id",
                    "in",
                    holds.commercial_partner_id.ids,
                )
            )
            by_debtor = items.grouped(
                lambda line: line.partner_id.commercial_partner_id
            )
            for hold in holds:
                hold.company_currency_id = company.currency_id
                covered = by_debtor.get(hold.commercial_partner_id, lines).filtered(
                    hold._covers
                )
                hold.amount_residual = sum(covered.mapped("amount_residual"))

    @api.depends("date_from", "date_to", "date_end")
    def _compute_is_standing(self):
        for hold in self:
            hold.is_standing = hold._holds_on(hold._get_today())

    @api.model
    def _search_is_standing(self, operator, value):
        if operator != "in":
            return NotImplemented
        return self._standing_domain(self.env.company._recouvrement_today())

    # ------------------------------------------------------------------
    # What is held
    # ------------------------------------------------------------------

    @api.model
    def _standing_domain(self, day):
        """Domain of the holds that stand on ``day``."""
        return (
            Domain("date_from", "<=", day)
            & (Domain("date_to", "=", False) | Domain("date_to", ">=", day))
            & (Domain("date_end", "=", False) | Domain("date_end", ">", day))
        )

    @api.model
    def _prepare_join(self, date, past=False):
        """What holds each open item on ``date``, beside the tables ``line``, ``move``
        and ``debtor``: ``hold.kind`` and ``hold.id`` of the first kind that holds the
        whole of it; where none does, ``hold.part`` is how much is held by some.

        :param past: as of a past day, whose run came first: what came of its actions is
            not known yet
        """
        self.flush_model()
        order = [
            kind._get_code() for kind in self.env["recouvrement.hold.kind"]._get_all()
        ]
        return SQL(
            """
            LEFT JOIN LATERAL (
                 SELECT (ARRAY_AGG(held.id ORDER BY %(first)s))[1] AS id,
                        (ARRAY_AGG(held.kind ORDER BY %(first)s))[1] AS kind,
                        CASE WHEN BOOL_AND(held.amount > 0)
                             THEN SUM(held.amount) END AS part
                   FROM recouvrement_hold held
                  WHERE held.commercial_partner_id = debtor.id
                    AND COALESCE(held.company_id, line.company_id) = line.company_id
                    AND held.date_from <= CASE
                        WHEN held.res_model = 'recouvrement.action' THEN %(known)s
                        ELSE %(date)s END
                    AND COALESCE(held.date_to, %(date)s) >= %(date)s
                    AND COALESCE(held.date_end, 'infinity') > %(date)s
                    AND (held.owed_before IS NULL
                         OR COALESCE(move.invoice_date, line.date)
                            < held.owed_before)
                    AND CASE held.scope
                        WHEN 'debtor' THEN TRUE
                        WHEN 'invoices' THEN EXISTS (
                             SELECT FROM recouvrement_hold_move_rel rel
                              WHERE rel.hold_id = held.id
                                AND rel.move_id = line.move_id)
                        ELSE EXISTS (
                             SELECT FROM recouvrement_hold_line_rel rel
                              WHERE rel.hold_id = held.id
                                AND rel.line_id = line.id) END
                 ) hold ON TRUE
            """,
            date=date,
            known=date - timedelta(days=1) if past else date,
            first=SQL(
                "held.amount > 0, "
                "COALESCE(array_position(%s, held.kind::text), 1000), held.id",
                order,
            ),
        )

    @api.model
    def _get_hold_condition(self, past=None):
        """``CASE`` branches that give the kind of what holds the whole of an open item,
        over ``line``, ``move`` and the ``hold`` of :meth:`_prepare_join`. Odoo's own
        marks, which have no date, hold as well.

        :param past: day in the past on which a mark does not stand yet that a hold of
            later dates
        """
        branches = [
            SQL(
                "WHEN %s AND %s THEN %s",
                kind._get_flag_condition(),
                self._get_flagged_condition(kind, past),
                kind._get_code(),
            )
            for kind in self.env["recouvrement.hold.kind"]._get_all()
            if kind._has_flag
        ]
        held = SQL("WHEN hold.id IS NOT NULL AND hold.part IS NULL THEN hold.kind")
        return SQL(" ").join([*branches, held])

    @api.model
    def _get_flagged_condition(self, kind, past):
        """Whether Odoo's own mark stood on a past day already."""
        if not past:
            return SQL("TRUE")
        return SQL(
            """
            NOT EXISTS (
                SELECT FROM recouvrement_hold later
                  JOIN recouvrement_hold_move_rel rel ON rel.hold_id = later.id
                 WHERE rel.move_id = line.move_id
                   AND later.kind = %s
                   AND later.date_end IS NULL
                   AND later.date_from > %s)
            """,
            kind._get_code(),
            past,
        )

    @api.model
    def _read_book(self, moves):
        """The :class:`~.hold_book.HoldBook` of the debtors of some invoices, today."""
        self = self.sudo()
        today = self.env.company._recouvrement_today()
        holds = self.search(
            Domain(
                "commercial_partner_id", "in", moves.sudo().commercial_partner_id.ids
            )
            & self._standing_domain(today),
            order="id",
        )
        return HoldBook(holds, self.env["recouvrement.hold.kind"]._get_all())

    def _covers(self, line):
        """Whether a due line is among what the hold is about, whatever the day."""
        self.ensure_one()
        if self.company_id and self.company_id != line.company_id:
            return False
        born = line.move_id.invoice_date or line.date
        if self.owed_before and not (born and born < self.owed_before):
            return False
        if self.scope == "invoices":
            return line.move_id._origin in self.move_ids
        return self.scope == "debtor" or line._origin in self.line_ids

    def _holds_on(self, day):
        self.ensure_one()
        return (
            self.date_from <= day
            and (not self.date_to or self.date_to >= day)
            and (not self.date_end or self.date_end > day)
        )

    def _get_today(self):
        return (self.company_id or self.env.company)._recouvrement_today()

    # ------------------------------------------------------------------
    # Checks
    # ------------------------------------------------------------------

    @api.constrains("date_from")
    def _check_date_from(self):
        for hold in self:
            if hold.date_from > hold._get_today():
                raise ValidationError(
                    self.env._(
                        "%s: a hold begins today, or began before.", hold.display_name
                    )
                )

    @api.constrains("scope", "move_ids", "line_ids", "partner_id", "amount")
    def _check_scope(self):
        for hold in self:
            moves, lines = hold.move_ids, hold.line_ids
            named = {"debtor": 0, "invoices": len(moves), "items": len(lines)}
            if hold.scope != "debtor" and not named[hold.scope]:
                raise ValidationError(
                    self.env._("Choose the invoices or due lines to hold.")
                )
            if hold.amount and named[hold.scope] != 1:
                raise ValidationError(
                    self.env._(
                        "An amount is held of one invoice or due line: choose it, or "
                        "leave the amount empty."
                    )
                )
            debtors = moves.commercial_partner_id | (
                lines.partner_id.commercial_partner_id
            )
            if debtors - hold.commercial_partner_id or any(
                move.move_type not in FOLLOWED_TYPES for move in moves
            ):
                raise ValidationError(
                    self.env._(
                        "%(hold)s: choose invoices of %(debtor)s only.",
                        hold=hold.display_name,
                        debtor=hold.commercial_partner_id.display_name,
                    )
                )

    # ------------------------------------------------------------------
    # Open and lift
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS base: what it holds is named once
        holds = super().create([self._prepare_vals(vals) for vals in vals_list])
        holds._check_by_hand()
        for code, part in holds.sudo().grouped("kind").items():
            kind = self.env["recouvrement.hold.kind"]._get(code)
            if kind._has_flag:
                whole = part.filtered(
                    lambda hold: not hold.amount and not hold.date_end
                )
                kind._set_flag(whole.move_ids, True)
        holds._follow()
        return holds

    @api.model
    def _prepare_vals(self, vals):
        """Complete what a hold is opened with: its scope, whose it is."""
        vals = dict(vals)
        if "scope" not in vals:
            lists = {"invoices": vals.get("move_ids"), "items": vals.get("line_ids")}
            vals["scope"] = next(
                (scope for scope, named in lists.items() if named), "debtor"
            )
        if not self.env.su:
            vals["user_id"] = self.env.uid
        return vals

    def _check_by_hand(self):
        """What a user opens is of one company, and of a kind that persons open."""
        if not self.env.su:
            for hold in self:
                if not hold.company_id:
                    raise UserError(self.env._("Choose the company of the hold."))
                if not hold.is_by_hand:
                    raise UserError(
                        self.env._(
                            "“%s” follows from what is entered elsewhere: a promise "
                            "from a call, insolvency from the page of the debtor.",
                            hold.display_name,
                        )
                    )

    def write(self, vals):
        # EXTENDS guarded mixin: what it holds follows
        res = super().write(vals)
        self._follow()
        return res

    def _get_editable(self):
        # OVERRIDE
        return EDITABLE if self.is_by_hand and not self.date_end else {"reason"}

    def _explain_locked(self, names):
        # OVERRIDE
        return self.env._(
            "%s is kept as it was opened: lift it, and open another one.",
            self.sudo().display_name,
        )

    def _get_unlink_error(self):
        # OVERRIDE
        return UserError(
            self.env._("A hold is kept: lift it when it is to hold no more.")
        )

    @api.model
    def _get_form(self, **values):
        """The form of a hold to open, with some values to begin with."""
        self.check_access("create")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Hold"),
            "res_model": self._name,
            "view_mode": "form",
            "target": "new",
            "context": {f"default_{name}": value for name, value in values.items()},
        }

    def action_lift(self):
        """Lift the holds: what they held is chased from today on."""
        self.check_access("write")
        for hold in self:
            if hold.date_end:
                raise UserError(self.env._("%s is lifted already.", hold.display_name))
            if not hold.is_by_hand:
                raise UserError(
                    self.env._(
                        "%s ends with what it follows from: change that instead.",
                        hold.display_name,
                    )
                )
        self._lift()
        return True

    def _lift(self, reason=""):
        """End holds today, and take Odoo's own mark off where no other one has it."""
        lifted = self.sudo().filtered(lambda hold: not hold.date_end)
        for today, part in lifted.grouped(lambda hold: hold._get_today()).items():
            part.write({"date_end": today, "end_reason": reason})
        for code, part in lifted.grouped("kind").items():
            kind = self.env["recouvrement.hold.kind"]._get(code)
            if kind._has_flag:
                others = self.sudo().search(
                    [
                        ("kind", "=", code),
                        ("date_end", "=", False),
                        ("amount", "=", 0),
                        ("move_ids", "in", part.move_ids.ids),
                    ]
                )
                kind._set_flag(part.move_ids - others.move_ids, False)
