from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import LockError, UserError
from odoo.fields import Command
from odoo.tools import format_date

from ..const import DUE_STATES
from ..law import ZERO, half_year_start, to_decimal
from ..paper.words import french

# Left to the debtor by default; the screen may change it.
PAYMENT_TIME = timedelta(days=30)
KINDS = {
    "interest": "with_interest",
    "indemnity": "with_indemnity",
    "cost": "with_cost",
}
INTEREST_LABELS = {
    "business": "Pénalités de retard",
    "public": "Intérêts moratoires",
    "consumer": "Intérêts au taux légal",
}


class RecouvrementDebitWizard(models.TransientModel):
    """Charges penalties: one debit note, outside the scope of VAT, per debtor and
    currency. Until somebody decides so here, no penalty is booked."""

    _name = "recouvrement.debit.wizard"
    _description = "Charge penalties"
    _inherit = "recouvrement.penalty.wizard.mixin"

    date = fields.Date(
        "Date of the debit note",
        required=True,
        default=lambda self: self.env.company._recouvrement_today(),
        help="Penalties are charged up to this day, included.",
    )
    date_due = fields.Date(
        "To be paid by",
        compute="_compute_date_due",
        compute_sudo=False,
        store=True,
        readonly=False,
    )
    with_interest = fields.Boolean("Interest", default=True)
    with_indemnity = fields.Boolean("Flat-rate indemnity", default=True)
    with_cost = fields.Boolean("Complementary costs", default=True)
    post = fields.Boolean("Post at once", default=True)
    journal_id = fields.Many2one("account.journal", compute="_compute_journal_id")
    line_ids = fields.One2many(
        "recouvrement.debit.wizard.line",
        "wizard_id",
        compute="_compute_line_ids",
        compute_sudo=False,
        store=True,
    )
    summary = fields.Char("To be charged", compute="_compute_summary")

    @api.depends("date")
    def _compute_date_due(self):
        for wizard in self:
            wizard.date_due = wizard.date + PAYMENT_TIME

    @api.depends("company_id")
    def _compute_journal_id(self):
        for wizard in self:
            wizard.journal_id = wizard.company_id.recouvrement_debit_journal_id

    @api.depends("move_ids", "date", "with_interest", "with_indemnity", "with_cost")
    def _compute_line_ids(self):
        """Preview: what is charged, computed as of the date of the note."""
        for wizard in self:
            wizard._check_readable()
            found, _errors = (
                self.env["recouvrement.penalty.engine"]
                .sudo()
                ._work_out(wizard.move_ids.ids, wizard.date)
            )
            wizard.line_ids = [
                Command.clear(),
                *(
                    Command.create({"move_id": move_id, **vals})
                    for move_id, penalties in found.items()
                    if any((vals := wizard._prepare_preview(penalties)).values())
                ),
            ]

    @api.depends(
        "line_ids.amount_interest", "line_ids.amount_indemnity", "line_ids.amount_cost"
    )
    def _compute_summary(self):
        for wizard in self:
            notes = {}
            for line in wizard.line_ids:
                for currency, amount in (
                    (line.currency_id, line.amount_interest),
                    (line.euro_id, line.amount_indemnity),
                    (line.currency_id, line.amount_cost),
                ):
                    key = (currency, line.partner_id)
                    if amount:
                        notes[key] = notes.get(key, ZERO) + to_decimal(amount)
            totals = {}
            for (currency, _partner), amount in notes.items():
                totals[currency] = totals.get(currency, ZERO) + amount
            wizard.summary = notes and self.env._(
                "%(total)s (debit notes: %(count)s)",
                total=" + ".join(
                    currency.format(float(amount))
                    for currency, amount in totals.items()
                ),
                count=len(notes),
            )

    def _prepare_preview(self, penalties):
        """Amounts of one invoice, less what was waived."""
        return {
            "amount_interest": float(penalties.interest_due)
            if self.with_interest
            else 0,
            "amount_indemnity": float(penalties.indemnity_due)
            if self.with_indemnity
            else 0,
            "amount_cost": float(penalties.costs) if self.with_cost else 0,
        }

    # ------------------------------------------------------------------
    # Charging
    # ------------------------------------------------------------------

    def action_charge(self):
        """Make the debit notes and open them."""
        return self._confirm()._get_records_action(name=self.env._("Debit notes"))

    def _confirm(self):
        """Make the debit notes.

        :return: these debit notes
        """
        self.ensure_one()
        self._check_moves(self.move_ids)
        self._check_date()
        self._keep_up(self.move_ids, self.date)
        lines = self._get_lines()
        if not lines:
            raise UserError(
                self.env._(
                    "Nothing is left to charge on these invoices up to %s.",
                    format_date(self.env, self.date),
                )
            )
        self._lock(lines)
        groups = lines.grouped(lambda line: (line.partner_id, line.currency_id))
        notes = self.env["account.move"]
        for (partner, currency), part in groups.items():
            notes |= self._make_note(partner, currency, part)
        if self.post:
            notes.action_post()
        lines.move_id._message_log_batch(
            {
                move.id: self.env._(
                    "Penalties charged: %s.",
                    Markup(", ").join(
                        note._get_html_link()
                        for note in move.recouvrement_debit_note_ids & notes
                    ),
                )
                for move in lines.move_id
            }
        )
        self._keep_up(self.move_ids, self.company_id._recouvrement_today())
        return notes

    def _lock(self, lines):
        """Keep two people from charging the same days at the same time."""
        try:
            lines.lock_for_update()
        except LockError as error:
            raise UserError(
                self.env._(
                    "Somebody is charging or computing penalties of these invoices "
                    "right now: try again in a moment."
                )
            ) from error

    def _check_date(self):
        today = self.company_id._recouvrement_today()
        if self.date > today:
            raise UserError(
                self.env._("A debit note cannot charge days that have not passed.")
            )
        if self.date_due < self.date:
            raise UserError(self.env._("A debit note is not due before its date."))
        journal = self.company_id._recouvrement_get_debit_journal()
        locks = self.company_id._get_violated_lock_dates(self.date, False, journal)
        if locks:
            raise UserError(
                self.env._(
                    "%(date)s is in a locked period (%(locks)s): choose a later date.",
                    date=format_date(self.env, self.date),
                    locks=self.env["res.company"]._format_lock_dates(locks),
                )
            )

    def _get_lines(self):
        """Penalties to be charged: those of the kinds chosen that no debit note has
        charged and that were not waived."""
        kinds = [kind for kind, name in KINDS.items() if self[name]]
        lines = self.move_ids.recouvrement_penalty_line_ids.sudo().filtered(
            lambda line: (
                line.kind in kinds
                and line.state in DUE_STATES
                and line.amount_due > 0
                and line.date_to <= self.date
                and (
                    line.kind == "interest"
                    or line.move_id.recouvrement_profile != "consumer"
                )
            )
        )
        return lines.sorted(
            lambda line: (
                line.move_id.invoice_date,
                line.move_id.id,
                list(KINDS).index(line.kind),
                line.date_from,
                line.id,
            )
        )

    def _make_note(self, partner, currency, lines):
        """Make the debit note of one debtor, and tie its lines to what they charge."""
        groups = list(lines.grouped(self._get_line_key).values())
        note = self.env["account.move"].create(
            self._prepare_note_vals(partner, currency, groups)
        )
        note._recouvrement_write({"recouvrement_is_debit_note": True})
        # A hook may have added lines of its own after these.
        made = note.invoice_line_ids.sorted("id")[: len(groups)]
        for part, line in zip(groups, made, strict=True):
            part.debit_line_id = line
        return note

    @api.model
    def _get_line_key(self, line):
        """What makes penalties one line of the debit note, as a tuple: an invoice and a
        half-year, or an indemnity or cost by itself. Penalties of two invoices or kinds
        never share a line. Hook."""
        if line.kind == "interest":
            return (line.move_id, half_year_start(line.date_from))
        return (line.move_id, line.kind, line.id)

    def _prepare_note_vals(self, partner, currency, groups):
        """Values of a debit note. Its first lines are those of ``groups``, in this
        order: others come after them. Hook.

        :param groups: list of penalty lines that make one line each
        """
        penalties = self.company_id._recouvrement_get_penalty_account()
        others = self.company_id.recouvrement_indemnity_account_id or penalties
        moves = self.env["account.move"].union(*(part.move_id for part in groups))
        fact = (
            self.env["recouvrement.legal.fact"]
            ._get_table()
            .at("penalty_vat", self.date)
        )
        return {
            "move_type": "out_invoice",
            "company_id": self.company_id.id,
            "journal_id": self.company_id._recouvrement_get_debit_journal().id,
            "partner_id": moves[:1].partner_id.id or partner.id,
            "currency_id": currency.id,
            "invoice_date": self.date,
            "date": self.date,
            "invoice_payment_term_id": False,
            "invoice_date_due": self.date_due,
            "fiscal_position_id": False,
            "invoice_origin": ", ".join(moves.mapped("name")),
            "narration": french.nbsp(
                "Note de débit hors du champ d’application de la TVA "
                f"({fact.article}). Intérêts : base TTC × taux annuel × jours ÷ "
                "diviseur, arrondi au centime ligne par ligne."
            ),
            "invoice_line_ids": [
                Command.create(
                    {
                        **self._prepare_note_line_vals(part),
                        "account_id": (
                            penalties if part[0].kind == "interest" else others
                        ).id,
                        "sequence": rank,
                    }
                )
                for rank, part in enumerate(groups)
            ],
        }

    @api.model
    def _prepare_note_line_vals(self, lines):
        """Values of one line of a debit note, in French as the note is. Hook."""
        digits = lines.currency_id.decimal_places
        amount = sum((to_decimal(line.amount_due, digits) for line in lines), ZERO)
        return {
            "name": french.nbsp(self._get_note_label(lines)),
            "quantity": 1,
            "price_unit": float(amount),
            "tax_ids": [Command.clear()],
        }

    @api.model
    def _get_note_label(self, lines):
        move = lines.move_id
        kind = lines[0].kind
        if kind == "indemnity":
            fee = "indemnité forfaitaire pour frais de recouvrement"
            return f"Facture {move.name} : {fee}"
        if kind == "cost":
            return f"Facture {move.name} : {lines.name}"
        label = INTEREST_LABELS[move.recouvrement_profile or "business"].lower()
        first, last = min(lines.mapped("date_from")), max(lines.mapped("date_to"))
        heading = (
            f"Facture {move.name} : {label} du {french.format_short_date(first)} au "
            f"{french.format_short_date(last)} inclus"
        )
        return "\n".join([heading, *(self._get_segment_label(line) for line in lines)])

    @api.model
    def _get_segment_label(self, line):
        """How one segment is computed."""
        digits, currency = line.currency_id.decimal_places, line.currency_id.name
        base = french.format_amount(to_decimal(line.base, digits), currency)
        rate = french.format_percent(to_decimal(line.rate, 4))
        waived = to_decimal(line.amount_waived or 0, digits)
        text = f"{base} × {rate} × {line.days} j ÷ {line.divisor}"
        if waived:
            text += f", remise de {french.format_amount(waived, currency)} déduite"
        return text


class RecouvrementDebitWizardLine(models.TransientModel):
    """What a debit note would charge of one invoice."""

    _name = "recouvrement.debit.wizard.line"
    _description = "Preview of a debit note"
    _inherit = "recouvrement.penalty.wizard.line.mixin"

    wizard_id = fields.Many2one(
        "recouvrement.debit.wizard", required=True, ondelete="cascade"
    )
    amount_interest = fields.Monetary("Interest")
    amount_indemnity = fields.Monetary("Indemnity", currency_field="euro_id")
    amount_cost = fields.Monetary("Costs")
