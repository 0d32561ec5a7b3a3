from odoo import api, fields, models
from odoo.tools import SQL

from ...const import DEBIT_KINDS, PENDING_STATES
from ...law import to_decimal
from ...paper.words import natures, wording


class RecouvrementActionLine(models.Model):
    """What one action states of one due line or credit, as it stood that day.

    The unique index is what makes claiming a stage twice impossible, unless somebody
    sends again what came back.
    """

    _name = "recouvrement.action.line"
    _inherit = "recouvrement.guarded.mixin"
    _description = "Line of a recovery action"
    _order = "id"
    _log_access = False  # its action has who made it and when

    action_id = fields.Many2one(
        "recouvrement.action", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="action_id.company_id", store=True)
    partner_id = fields.Many2one(related="action_id.partner_id", store=True)
    state = fields.Selection(related="action_id.state", store=True)
    date_sent = fields.Date(related="action_id.date_sent")
    kind = fields.Selection(
        [
            ("invoice", "Invoice"),
            ("credit_note", "Credit note"),
            ("payment", "Payment or other credit"),
            ("entry", "Other amount owed"),
        ],
        required=True,
        default="invoice",
    )
    nature = fields.Selection(
        selection="_selection_nature",
        compute="_compute_nature",
        store=True,
        readonly=False,
        help="What a credit is, by the counterparts of its entry: money, a loss, a "
        "set-off…",
    )
    settled_otherwise = fields.Boolean(
        compute="_compute_settled_otherwise",
        help="Something else than money and credit notes settled part of it.",
    )
    move_id = fields.Many2one("account.move", "Entry", index=True, ondelete="restrict")
    move_line_id = fields.Many2one("account.move.line", index="btree_not_null")
    stage_id = fields.Many2one(
        "recouvrement.stage",
        index="btree_not_null",
        ondelete="restrict",
        help="The stage this invoice reaches by the action. Empty: listed only.",
    )
    own_stage_id = fields.Many2one(
        "recouvrement.stage",
        index="btree_not_null",
        ondelete="restrict",
        help="The stage that fell due for this invoice. Empty: it goes along with "
        "others.",
    )
    followed_id = fields.Many2one(
        "recouvrement.followed.entry",
        compute="_compute_followed_id",
        compute_sudo=True,
        help="Entry that somebody follows, where the line claims one.",
    )
    cycle_date = fields.Date(
        help="Due date whose lateness the stage belongs to.",
    )
    label = fields.Char("Number")
    instalment = fields.Char(
        help="Rank of the due line among those of its invoice, as 2/3; empty when the "
        "invoice has one."
    )
    summary = fields.Char(
        compute="_compute_summary", help="The line in one sentence, for e-mails."
    )
    date_document = fields.Date("Date")
    date_due = fields.Date("Due date")
    days_late = fields.Integer("Days late")
    currency_id = fields.Many2one(related="action_id.currency_id")
    amount_original = fields.Monetary("Total")
    amount_residual = fields.Monetary("Left")
    balance = fields.Monetary(
        compute="_compute_balance", help="What is owed, negative for a credit."
    )
    amount_interest = fields.Monetary("Interest")
    amount_waived = fields.Monetary(
        "Interest waived", help="Forgiven, and left out of the interest beside it."
    )
    amount_indemnity = fields.Monetary("Indemnity")
    amount_cost = fields.Monetary("Complementary costs")
    merged = fields.Boolean(
        readonly=True,
        help="Claimed from a debtor that was merged with another since, from whom the "
        "same was claimed.",
    )
    penalty_detail = fields.Json(
        help="Segments of the interest: dates, days, base, rate, divisor, amount."
    )

    _stage_once = models.UniqueIndex(
        "(partner_id, move_id, stage_id, cycle_date, move_line_id)"
        " WHERE stage_id IS NOT NULL AND state NOT IN ('cancelled', 'returned')"
        " AND merged IS NOT TRUE",
        "This invoice was claimed at this stage already.",
    )

    @api.depends("move_line_id", "kind")
    def _compute_followed_id(self):
        entries = self.filtered(lambda line: line.kind == "entry")
        found = {}
        if entries:
            model = self.env["recouvrement.followed.entry"]
            found = {
                followed.line_id: followed
                for followed in model.with_context(active_test=False).search(
                    [("line_id", "in", entries.move_line_id.ids)]
                )
            }
        for line in self:
            line.followed_id = line in entries and found.get(line.move_line_id)

    @api.model
    def _selection_nature(self):
        return [
            (nature.code, str(self.env._(nature.label)))
            for nature in natures.all_natures()
        ]

    @api.depends("move_line_id", "kind")
    def _compute_nature(self):
        """Where nothing said it: a credit of several natures is an adjustment."""
        credits = self.filtered(
            lambda line: line.kind not in DEBIT_KINDS and line.move_line_id
        )
        (self - credits).nature = False
        found = (
            self.env["recouvrement.settlement"]
            .sudo()
            ._read_credits(
                {
                    line.move_line_id: to_decimal(
                        line.amount_residual or line.amount_original,
                        line.currency_id.decimal_places,
                    )
                    for line in credits
                }
            )
        )
        for line in credits:
            codes = {part.origin for part in found[line.move_line_id.id]}
            line.nature = codes.pop() if len(codes) == 1 else natures.ADJUSTMENT

    @api.depends("move_line_id", "amount_original", "amount_residual")
    def _compute_settled_otherwise(self):
        begun = self.filtered(
            lambda line: (
                line.kind in DEBIT_KINDS
                and line.move_line_id
                and line.amount_original != line.amount_residual
            )
        )
        found = self.env["recouvrement.settlement"].sudo()._read(begun.move_line_id.ids)
        for line in self:
            settlements = found.get(line.move_line_id.id, ()) if line in begun else ()
            line.settled_otherwise = not all(
                natures.get(part.origin).is_known_to_debtor
                for settlement in settlements
                for part in settlement.parts
            )

    @api.depends("amount_residual", "kind")
    def _compute_balance(self):
        for line in self:
            sign = 1 if line.kind in DEBIT_KINDS else -1
            line.balance = sign * line.amount_residual

    @api.depends(
        "label",
        "date_due",
        "days_late",
        "amount_residual",
        "amount_original",
        "kind",
        "nature",
        "action_id.letter_lang",
    )
    def _compute_summary(self):
        for line in self:
            words = wording.for_lang(line.action_id.letter_lang)
            is_open = bool(line.amount_residual)
            amount = words.format_amount(
                to_decimal(
                    line.amount_residual if is_open else line.amount_original,
                    line.currency_id.decimal_places,
                ),
                line.currency_id.name,
            )
            day = line.date_due and words.format_date(line.date_due)
            nature = natures.get(line.nature)
            if is_open:
                name = "" if nature.is_money else nature.get_name(words)
                described = words.describe_line(
                    line.kind, line.label, day, line.days_late > 0, name
                )
            else:
                described = words.describe_settled(
                    line.kind, line.label, day, nature.get_name(words)
                )
            line.summary = words.with_amount(described, amount)

    def _get_unit(self):
        """What walks the procedure, as open items have it
        (:class:`~..account.debtor_account.OpenItem`)."""
        self.ensure_one()
        return -self.followed_id.id if self.followed_id else self.move_id.id

    def _get_stage_reached(self):
        """The last stage that what this line claims was claimed at."""
        self.ensure_one()
        return self.followed_id.stage_id or self.move_id.recouvrement_stage_id

    @api.model
    def _mark_merged(self, partners):
        """Keep what was claimed alike from debtors that are to be merged: the latest
        counts from now on, the others stay as proof."""
        self.flush_model()
        self.env.cr.execute(
            SQL(
                """
                UPDATE recouvrement_action_line line
                   SET merged = TRUE
                  FROM (SELECT id, ROW_NUMBER() OVER (
                               PARTITION BY move_id, stage_id, cycle_date, move_line_id
                               ORDER BY id DESC) AS rank
                          FROM recouvrement_action_line
                         WHERE partner_id = ANY(%s)
                           AND stage_id IS NOT NULL
                           AND state != 'cancelled'
                           AND merged IS NOT TRUE) claimed
                 WHERE claimed.id = line.id AND claimed.rank > 1
                """,
                partners.ids,
            )
        )
        self.invalidate_model(["merged"])

    def _is_pending(self):
        """Whether the action of this line still waits to be carried out."""
        self.ensure_one()
        return self.state in PENDING_STATES and bool(self.stage_id)
