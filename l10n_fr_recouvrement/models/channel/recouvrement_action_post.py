from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...const import CONTACTED_STATES, MANAGER
from ...paper.post.tracking_number import get_problem, normalise
from ..settings.shipped import get_shipped

# Proofs that bear the number of the letter.
NUMBERED_PROOFS = {"deposit", "receipt", "refusal", "unclaimed"}

# Letters made in one request of a long series: as long as one waits for a page.
STEP = 40


class RecouvrementAction(models.Model):
    """Letters on paper: long series in steps, registered letters from the post office
    to the receipt, and the pieces that prove it."""

    _inherit = "recouvrement.action"

    date_posted = fields.Date(
        "Posted on",
        tracking=True,
        help="Day on the receipt that the post office gave for the registered letter.",
    )
    tracking_warning = fields.Char(compute="_compute_tracking_warning")
    proof_ids = fields.One2many(
        "recouvrement.action.proof", "action_id", "Proofs", readonly=True
    )

    @api.depends("tracking_number", "channel")
    @api.depends_context("lang")
    def _compute_tracking_warning(self):
        words = {
            "format": self.env._(
                "This does not look like a number of the post: 1A 234 567 8901 2, "
                "RK 123 456 785 FR, or fifteen characters."
            ),
            "check_digit": self.env._(
                "The check digit of this number is wrong: read it again."
            ),
            "rounded": self.env._(
                "This number ends as one that a spreadsheet rounded: read it again."
            ),
        }
        for action in self:
            problem = action.is_tracked and get_problem(action.tracking_number)
            action.tracking_warning = words.get(problem, False)

    @api.constrains("date_posted")
    def _check_date_posted(self):
        for action in self:
            today = action.company_id._recouvrement_today()
            if action.date_posted and (
                action.state not in CONTACTED_STATES
                or not action.date_sent <= action.date_posted <= today
            ):
                raise ValidationError(
                    self.env._(
                        "%(action)s: a letter is posted on the day that it was printed "
                        "to be sent or later, and not in the future.",
                        action=action.name,
                    )
                )

    # ------------------------------------------------------------------
    # Long series
    # ------------------------------------------------------------------

    def _send_in_steps(self, asked=None, sent=None):
        """Send the first of ``self``, report the progress, and have the screen ask
        for the next ones: each step is a request of its own, so that a long series
        shows its progress, and what is done is kept whatever happens.

        :param asked: all that were to be sent, when it goes on
        :param sent: what the steps before sent
        """
        asked = self if asked is None else asked
        step, left = self[:STEP], self[STEP:]
        sent = step._send() | (sent or self.browse())
        if not left:
            return asked._report_sent(sent)
        following = get_shipped(self.env, "l10n_fr_recouvrement.action_send_next")
        return self._notify(
            self.env._(
                "%(done)s of %(count)s done.",
                done=len(asked) - len(left),
                count=len(asked),
            ),
            {
                "type": "ir.actions.server",
                "id": following.id,
                "context": {
                    "recouvrement_left_ids": left.ids,
                    "recouvrement_asked_ids": asked.ids,
                    "recouvrement_sent_ids": sent.ids,
                },
            },
        )

    @api.model
    def _continue_sending(self):
        """Take the next step of a series, as the step before left it in the context."""
        left, asked, sent = (
            self.browse(self.env.context.get(name) or ())
            for name in (
                "recouvrement_left_ids",
                "recouvrement_asked_ids",
                "recouvrement_sent_ids",
            )
        )
        left.check_access("write")
        return left._send_in_steps(asked, sent)

    # ------------------------------------------------------------------
    # Registered letters
    # ------------------------------------------------------------------

    def _check_editable(self, vals):
        if "tracking_number" in vals:
            self._check_number(vals["tracking_number"])
        return super()._check_editable(vals)

    def _check_number(self, number):
        """The number that receipts bear which are kept is for managers to correct."""
        if self.env.su or self.env.user.has_group(MANAGER):
            return
        for action in self.sudo():
            known = action.tracking_number
            if normalise(known) not in ("", normalise(number)) and NUMBERED_PROOFS & {
                proof.kind for proof in action.proof_ids
            }:
                raise UserError(
                    self.env._(
                        "%(action)s: the receipts kept are those of the letter "
                        "%(number)s. Ask a recovery manager to correct its number.",
                        action=action.name,
                        number=known,
                    )
                )

    def action_add_proof(self):
        """Open the assistant that keeps a receipt or another piece."""
        self.ensure_one()
        self.check_access("write")
        return self._open_wizard(
            "recouvrement.proof.wizard",
            self.env._("Keep a proof"),
            {"default_action_id": self.id},
        )

    def _keep_proof(self, kind, name, content):
        """Keep a piece that proves what became of this action, sealed.

        :param kind: a value of ``recouvrement.action.proof.kind``
        :param bytes content: a PDF or a picture
        :return: the proof; the one that holds the same bytes already, if any
        """
        self.ensure_one()
        self.check_access("write")
        if self.state not in CONTACTED_STATES:
            raise UserError(
                self.env._("%s was not sent: there is nothing to prove yet.", self.name)
            )
        return (
            self.env["recouvrement.action.proof"]
            .sudo()
            ._keep(self, kind, name, content)
        )
