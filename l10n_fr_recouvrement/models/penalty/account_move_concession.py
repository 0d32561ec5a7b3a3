from contextlib import contextmanager

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

from ... import law
from ...const import ACCOUNTING, DUE_STATES, FOLLOWED_TYPES, MANAGER, OFFICER
from .account_move import PENALTY_FIELDS

# What decides the penalties of an invoice that is posted: its terms, and what Odoo
# computes of it that a program may write all the same.
LIMITED_FIELDS = PENALTY_FIELDS | {"commercial_partner_id", "invoice_date", "move_type"}


class AccountMove(models.Model):
    """Minds what corrections of terms, facts and dates take off penalties: it takes the
    same right as to waive them."""

    _inherit = "account.move"

    recouvrement_conceded = fields.Monetary(
        "Lowered by corrections",
        currency_field="company_currency_id",
        copy=False,
        readonly=True,
        help="What corrections of officers took off the penalties so far. It counts "
        "with the waivers against what officers may waive.",
        groups=ACCOUNTING,
    )

    def write(self, vals):
        # EXTENDS account
        if not LIMITED_FIELDS & vals.keys():
            return super().write(vals)
        with self._recouvrement_conceding():
            return super().write(vals)

    def _post(self, soft=True):
        # EXTENDS account
        self._recouvrement_check_charged()
        return super()._post(soft=soft)

    def _recouvrement_check_charged(self):
        """A debit note that asks less than the penalties it charges forgives the
        rest."""
        for note in self.sudo().filtered("recouvrement_is_debit_note"):
            penalties = note.line_ids.recouvrement_penalty_line_ids
            moves = penalties.move_id.with_env(self.env)._recouvrement_get_limited()
            digits = note.currency_id.decimal_places
            left = sum(
                (law.to_decimal(line.amount_due, digits) for line in penalties),
                -law.to_decimal(note.amount_untaxed, digits),
            )
            if moves and left > 0:
                currency = note.company_id.currency_id
                today = note.company_id._recouvrement_today()
                lost = note.currency_id._convert(
                    float(left), currency, note.company_id, note.invoice_date or today
                )
                moves._recouvrement_concede({moves[0]: law.to_decimal(lost)})

    @contextmanager
    def _recouvrement_conceding(self):
        """Refuse what users do meanwhile where it lowers the penalties of these
        invoices by more than they may waive, with what they lowered before."""
        moves = self._recouvrement_get_limited()
        if not moves:
            yield
            return
        today = moves.company_id._recouvrement_today()
        # As of today on both sides, so that the change alone makes the difference.
        moves._recouvrement_refresh_penalties(today)
        before = moves._recouvrement_sum_due(today)
        yield
        moves._recouvrement_refresh_penalties(today)
        after = moves._recouvrement_sum_due(today)
        for parts in moves.grouped("company_id").values():
            parts._recouvrement_concede(
                {move: before[move] - after[move] for move in parts}
            )

    def _recouvrement_get_limited(self):
        """Those of these invoices whose penalties the user lowers up to a limit only:
        all but those of the companies where they are a recovery manager."""
        if self.env.su:
            return self.browse()
        moves = self.sudo().filtered(
            lambda move: move.state == "posted" and move.move_type in FOLLOWED_TYPES
        )
        user = self.env.user
        if user.has_group(MANAGER):
            companies = user.sudo().company_ids
            moves = moves.filtered(lambda move: move.company_id not in companies)
        return moves

    def _recouvrement_sum_due(self, date):
        """Return ``{invoice: penalties due}``, in the currency of its company."""
        due = dict.fromkeys(self, law.ZERO)
        for move, currency, amount, waived in self.env[
            "recouvrement.penalty.line"
        ]._read_group(
            [("move_id", "in", self.ids), ("state", "in", DUE_STATES)],
            ["move_id", "currency_id"],
            ["amount:sum", "amount_waived:sum"],
        ):
            due[move] += law.to_decimal(
                currency._convert(
                    amount - (waived or 0),
                    move.company_id.currency_id,
                    move.company_id,
                    date,
                ),
                move.company_id.currency_id.decimal_places,
            )
        return due

    def _recouvrement_concede(self, lowered):
        """Keep what the penalties of these invoices of one company were lowered by.

        :param lowered: ``{invoice: amount}``, negative where they went up
        :raise AccessError: it is more than the user may waive
        """
        company = self.company_id
        conceded = {
            move: max(law.ZERO, law.to_decimal(move.recouvrement_conceded) + amount)
            for move, amount in lowered.items()
            if amount
        }
        touched = self.browse().union(
            *(m for m, amount in lowered.items() if amount > 0)
        )
        total = sum(
            (conceded[move] for move in touched), touched._recouvrement_waived()
        )
        limit = company.recouvrement_waiver_limit
        if not self.env.user.has_group(OFFICER):
            limit = 0  # who waives nothing lowers nothing
        if touched and total > law.to_decimal(limit):
            raise AccessError(
                self.env._(
                    "Penalties would be lowered by more than you may waive "
                    "(%(limit)s): ask a recovery manager of %(company)s.",
                    limit=company.currency_id.format(limit),
                    company=company.name,
                )
            )
        for move, amount in conceded.items():
            if amount != law.to_decimal(move.recouvrement_conceded):
                move._recouvrement_write({"recouvrement_conceded": float(amount)})

    def _recouvrement_get_unwaivable(self):
        """Those of these invoices whose interest nobody can waive: a public body owes
        it whatever was agreed (CCP art. L2192-14)."""
        return self.filtered(
            lambda move: (
                (
                    move.recouvrement_profile
                    or move.commercial_partner_id.recouvrement_profile
                )
                == "public"
            )
        )

    def _recouvrement_check_waivable(self):
        """Refuse to waive interest where no waiver of it holds."""
        moves = self._recouvrement_get_unwaivable()
        if moves:
            raise ValidationError(
                self.env._(
                    "%s: the interest that a public body owes cannot be waived, before "
                    "or after it ran; a waiver of it is deemed unwritten (CCP art. "
                    "L2192-14).",
                    ", ".join(moves.mapped("name")),
                )
            )

    def _recouvrement_waived(self):
        """What was waived of these invoices, in the currency of their company."""
        waivers = self.sudo().recouvrement_waiver_ids
        return waivers._sum_company_amount(
            [
                {
                    "move_id": waiver.move_id.id,
                    "date": waiver.date,
                    "amount_interest": waiver.amount_interest,
                    "amount_indemnity": waiver.amount_indemnity,
                }
                for waiver in waivers
                if waiver.state == "granted"
            ]
        )

    @api.model
    def _recouvrement_penalised_domain(self):
        """Domain of the invoices whose penalties may still change."""
        return [
            ("state", "=", "posted"),
            ("move_type", "in", FOLLOWED_TYPES),
            "|",
            ("recouvrement_penalty_settled", "!=", True),
            ("recouvrement_penalty_line_ids.state", "in", DUE_STATES),
        ]
