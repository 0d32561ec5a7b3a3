from odoo import api, models
from odoo.exceptions import UserError

from ..law import to_decimal
from ..paper.letter import facts, figures
from ..paper.words import letter_kinds

# References of Chorus Pro on an invoice, as its module names them.
CHORUS_FIELDS = ("purchase_order_reference", "contract_reference", "buyer_reference")


class ReportLetter(models.AbstractModel):
    """The figures of letters: gathers the lines and sums of an action, and has them
    checked to add up. A letter whose figures do not foot is not printed.

    A ``_prepare_x_figures`` is named by the ``figures`` of a kind of letter; it returns
    ``tables``, ``annex``, ``annex_name``, ``annex_heading``, ``totals``, ``total``,
    ``total_label`` and ``total_words``, and whatever else its body prints.
    """

    _inherit = "report.l10n_fr_recouvrement.report_letter"

    # ------------------------------------------------------------------
    # Letters
    # ------------------------------------------------------------------

    @api.model
    def _prepare_claim_figures(self, action):
        """Tables and totals of a letter that asks for money."""
        gathered = self._gather_figures(action)
        self._check_footing(action, gathered)
        return figures.claim(gathered, self._get_writer(action))

    @api.model
    def _prepare_account_figures(self, action):
        """Figures of a statement of account."""
        gathered = self._gather_figures(action)
        self._check_footing(action, gathered)
        return figures.account(gathered, self._get_writer(action))

    @api.model
    def _prepare_receipt_figures(self, action):
        """Figures of a receipt."""
        due = action._get_invoices().mapped("recouvrement_penalty_total")
        digits = action.currency_id.decimal_places
        gathered = self._gather_figures(
            action,
            penalties_due=sum(
                (to_decimal(amount, digits) for amount in due), facts.ZERO
            ),
        )
        self._check_settled(action, gathered)
        return figures.receipt(gathered, self._get_writer(action))

    # ------------------------------------------------------------------
    # Facts
    # ------------------------------------------------------------------

    @api.model
    def _gather_figures(self, action, **vals):
        """Gather what the tables and totals of an action are made of, as
        :class:`~..paper.letter.facts.Figures`."""
        if "lines" not in vals:
            # One by one: a filtered recordset would read the entries letter by letter.
            vals["lines"] = tuple(self._gather_line(line) for line in action.line_ids)
        return facts.Figures(
            reference=action.name,
            date=action.date,
            debtor=action.partner_id.name or "",
            sums=self._gather_sums(action),
            before_due=letter_kinds.get(action.kind).before_due,
            show_penalties=action.show_penalties,
            euro_rate=self._get_euro_rate(action),
            **vals,
        )

    @api.model
    def _get_euro_rate(self, action):
        """Units of the currency of the action for one euro, where it needs it."""
        if not action.amount_indemnity or action.currency_id.name == "EUR":
            return None
        euro = self.env.ref("base.EUR")
        rate = euro._get_conversion_rate(
            euro, action.currency_id, action.company_id, action.date
        )
        return to_decimal(rate, 4)

    @api.model
    def _gather_line(self, line, **vals):
        """Gather one line of an action, as :class:`~..paper.letter.facts.Line`."""
        move = line.move_id
        digits = line.action_id.currency_id.decimal_places
        segments = tuple(line.penalty_detail or ())
        basis = segments and move.sudo().recouvrement_rate_basis
        amounts = {
            name: to_decimal(line[field], digits)
            for name, field in (
                ("original", "amount_original"),
                ("residual", "amount_residual"),
                ("interest", "amount_interest"),
                ("waived", "amount_waived"),
                ("indemnity", "amount_indemnity"),
                ("cost", "amount_cost"),
            )
        }
        return facts.Line(
            kind=line.kind,
            nature=line.nature or "",
            settled_otherwise=line.settled_otherwise,
            label=line.label or move.name or "",
            date=line.date_document or None,
            date_due=line.date_due or None,
            days_late=line.days_late,
            instalment=line.instalment or "",
            payment_state=(line.kind == "invoice" and move.payment_state) or "",
            parts=tuple(self._get_line_parts(line)),
            columns=tuple(self._get_line_columns(line).items()),
            segments=segments,
            rate_basis=basis or "",
            **amounts,
            **vals,
        )

    @api.model
    def _get_line_parts(self, line):
        """What the debtor knows an invoice by, printed in small under its number. Hook.

        :return: list of texts, or ``(code, values)`` of texts of the language of the
            letter, a date or a Decimal among the values being printed as in a column
        """
        if line.kind != "invoice":
            return []
        action, move = line.action_id, line.move_id
        parts = []
        if line.instalment:
            rank, count = line.instalment.split("/")
            total = to_decimal(move.amount_total, action.currency_id.decimal_places)
            parts.append(("instalment", {"rank": rank, "count": count, "total": total}))
        if move.ref and move.ref != (line.label or move.name):
            parts.append(("your_reference", {"reference": move.ref}))
        if action.profile == "public":
            parts += self._get_public_references(move)
        return parts

    @api.model
    def _get_line_columns(self, line):
        """Columns of one's own in the table of invoices of a claim, after the number.
        A column is there where one line has it. Hook.

        :return: ``{title: text}``, in order, in the language of the letter
        """
        return {}

    @api.model
    def _get_public_references(self, move):
        """What a public body knows a request for payment by: day it came, and the
        references of Chorus Pro where its module is installed."""
        parts = []
        if move.recouvrement_request_date:
            day = move.recouvrement_request_date
            parts.append(("request_received", {"day": day}))
        for name in CHORUS_FIELDS:
            if name in move._fields and move[name]:
                parts.append((name, {"reference": move[name]}))
        return parts

    # ------------------------------------------------------------------
    # Checks
    # ------------------------------------------------------------------

    @api.model
    def _check_footing(self, action, gathered):
        if gathered.footing != gathered.sums.total:
            writer = self._get_writer(action)
            raise UserError(
                self.env._(
                    "The lines of %(action)s make %(sum)s and its total is %(total)s: "
                    "cancel it and make a new one.",
                    action=action.name,
                    sum=writer.money(gathered.footing),
                    total=writer.money(gathered.sums.total),
                )
            )

    @api.model
    def _check_settled(self, action, gathered):
        total = facts.add(gathered.debits, "original")
        settled = facts.add(gathered.credits, "original")
        if total != settled:
            writer = self._get_writer(action)
            raise UserError(
                self.env._(
                    "The invoices of %(action)s make %(total)s and what settled them "
                    "makes %(sum)s: see their payments.",
                    action=action.name,
                    total=writer.money(total),
                    sum=writer.money(settled),
                )
            )
