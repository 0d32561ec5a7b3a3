from contextlib import contextmanager, nullcontext

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ...const import CREDIT_EFFECTS, OFFICER
from ...law import ZERO
from ...paper.words import natures
from ..settings.recouvrement_guarded_mixin import get_given
from .settlement_book import BY_NATURE, GOES_ON

# How much was paid, of what and when, and how it counts.
PAID_FIELDS = {
    "amount",
    "credit_move_id",
    "debit_amount_currency",
    "debit_move_id",
    "max_date",
    "recouvrement_effect",
}


class AccountPartialReconcile(models.Model):
    """What is set against a due line, its nature, and how it counts for interest."""

    _inherit = "account.partial.reconcile"

    recouvrement_effect = fields.Selection(
        [
            (BY_NATURE, "By its nature"),
            ("payment", "Payment: from its date"),
            *CREDIT_EFFECTS,
            (GOES_ON, "Interest goes on"),
        ],
        "Counts for interest as",
        compute="_compute_recouvrement_effect",
        store=True,
        readonly=False,
        precompute=True,
        help="By their nature, money, a set-off, a discount and a loss count from "
        "their date; interest goes on through an accepted bill and another account, "
        "until the debt is settled there. A credit note that corrects the price lowers "
        "what bears interest from the start; a commercial gesture from its date. "
        "Interest is paid first by payments and set-offs alone (C. civ. art. 1343-1). "
        "What came in as money counts from its date whatever is chosen.",
    )
    recouvrement_nature = fields.Char(
        "Nature",
        compute="_compute_recouvrement_nature",
        help="What settled it, by the counterparts of its entry.",
    )

    # What is matched with something of a later day is rare, and looked for often.
    _recouvrement_max_date_idx = models.Index("(max_date)")

    recouvrement_entry_id = fields.Many2one(
        related="credit_move_id.move_id",
        related_sudo=False,
        string="Entry",
    )

    @api.depends("credit_move_id")
    def _compute_recouvrement_effect(self):
        """A credit note has the effect that its company chose on the day it was
        reconciled; the others that of their nature, which is read when it is needed."""
        for partial in self:
            move = partial.credit_move_id.move_id
            partial.recouvrement_effect = (
                move.company_id.recouvrement_credit_effect
                if move.move_type == "out_refund"
                else BY_NATURE
            )

    @api.model
    def _recouvrement_refused_defaults(self):
        """See ``ir.default``: how a credit note counts lowers penalties."""
        return {"recouvrement_effect"}

    @api.depends_context("lang")
    def _compute_recouvrement_nature(self):
        parts = self._recouvrement_read_parts()
        for partial in self:
            sums = {}
            for part in parts.get(partial.id, ()):
                label = partial._recouvrement_label_part(part)
                sums[label] = sums.get(label, ZERO) + part.amount
            partial.recouvrement_nature = ", ".join(
                f"{label} {partial.debit_currency_id.format(float(amount))}"
                if len(sums) > 1
                else label
                for label, amount in sums.items()
            )

    def _recouvrement_read_parts(self):
        """Return ``{id: [Part]}`` of what these reconciliations are made of, by few
        queries."""
        settlements = self.env["recouvrement.settlement"]._read(self.debit_move_id.ids)
        return {
            settlement.id: settlement.parts
            for found in settlements.values()
            for settlement in found
        }

    def _recouvrement_label_part(self, part):
        """What one part of it is on screens: through which account, then what settled
        it there."""
        codes = [step.nature for step in part.via]
        if not part.is_open:
            codes.append(part.nature)
        labels = [str(self.env._(natures.get(code).label)) for code in codes]
        return " → ".join(labels)

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS account
        given = get_given(self, vals_list)
        self._recouvrement_check_choice(given)
        if self.env.su or "recouvrement_effect" not in given:
            return super().create(vals_list)
        # Chosen at once or later, it leaves its trace and has its limit.
        context = {**self.env.context}
        default = context.pop("default_recouvrement_effect", False)
        chosen = [vals.get("recouvrement_effect", default) for vals in vals_list]
        plain = self.with_env(self.env(context=context))
        partials = super(AccountPartialReconcile, plain).create(
            [
                {key: vals[key] for key in vals if key != "recouvrement_effect"}
                for vals in vals_list
            ]
        )
        partials = partials.with_env(self.env)
        for partial, effect in zip(partials, chosen, strict=True):
            if effect:
                partial.recouvrement_effect = effect
        return partials

    def write(self, vals):
        # EXTENDS account: interest follows the choice, which leaves a trace
        # Odoo writes them by making a payment, nobody afterwards.
        limited = not self.env.su and PAID_FIELDS & vals.keys()
        with (
            self.debit_move_id.move_id._recouvrement_conceding()
            if limited
            else nullcontext(),
            self._recouvrement_following_effect(vals),
        ):
            return super().write(vals)

    @contextmanager
    def _recouvrement_following_effect(self, vals):
        """Trace a choice that is written meanwhile, and have the interest follow it."""
        if "recouvrement_effect" not in vals:
            yield
            return
        self._recouvrement_check_choice(vals)
        before = {partial: partial.recouvrement_effect for partial in self}
        yield
        changed = self.filtered(
            lambda partial: partial.recouvrement_effect != before[partial]
        )
        for partial in changed:
            partial._recouvrement_trace_effect()
        changed.debit_move_id.move_id._recouvrement_follow_payments()

    def unlink(self):
        # EXTENDS account: what was paid no more bears interest again
        moves = self.debit_move_id.move_id
        transfers = self.debit_move_id._recouvrement_get_transfers()
        self._recouvrement_check_reversals(moves)
        res = super().unlink()
        # Settled before this module was there, they have no terms yet.
        moves.filtered(
            lambda move: move.state == "posted" and not move.sudo().recouvrement_profile
        )._recouvrement_freeze_terms()
        moves._recouvrement_follow_later(transfers)
        return res

    def _recouvrement_check_reversals(self, moves):
        """A debit note that was reversed does not come back to life while the penalties
        it charged are owed again."""
        for note in moves.sudo().filtered("recouvrement_is_debit_note"):
            if (
                note.payment_state == "reversed"
                and not note.line_ids.recouvrement_penalty_line_ids
            ):
                raise UserError(
                    self.env._(
                        "%(note)s was reversed and its penalties are owed again: leave "
                        "its credit note reconciled, and charge them by a new debit "
                        "note.",
                        note=note.display_name,
                    )
                )

    def _recouvrement_check_choice(self, names):
        """To forgive interest by the way a payment counts takes the same right as to
        waive it."""
        if (
            "recouvrement_effect" in names
            and not self.env.su
            and not self.env.user.has_group(OFFICER)
        ):
            raise AccessError(
                self.env._(
                    "Ask a recovery officer to change how what settled an invoice "
                    "counts for interest."
                )
            )

    @api.constrains("recouvrement_effect")
    def _check_recouvrement_effect(self):
        chosen = self.filtered(
            lambda partial: (
                partial.recouvrement_effect not in (False, BY_NATURE, "payment")
                and partial.credit_move_id.move_id.move_type == "entry"
            )
        )
        if not chosen:
            return
        parts = chosen._recouvrement_read_parts()
        for partial in chosen:
            found = parts.get(partial.id)
            if found and all(part.is_money for part in found):
                raise ValidationError(
                    self.env._(
                        "%s is money received: it counts from its date.",
                        partial.credit_move_id.move_id.display_name,
                    )
                )

    def _recouvrement_trace_effect(self):
        self.ensure_one()
        effects = dict(
            self._fields["recouvrement_effect"]._description_selection(self.env)
        )
        self.debit_move_id.move_id.message_post(
            body=self.env._(
                "For late-payment interest, %(entry)s counts as: %(effect)s.",
                entry=self.credit_move_id.move_id.display_name,
                effect=effects[self.recouvrement_effect or BY_NATURE],
            )
        )
