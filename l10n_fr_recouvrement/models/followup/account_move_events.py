from markupsafe import Markup

from odoo import fields, models
from odoo.tools import format_date

from ...const import ACCOUNTING, CONTACTED_STATES, FOLLOWED_TYPES, WATCHED

# Entries that move what a debtor owes.
WATCHED_TYPES = (*FOLLOWED_TYPES, "out_refund", "entry")


class AccountMove(models.Model):
    """Entry whose changes are followed at once by the actions that wait, and claimed
    invoice that somebody corrects."""

    _inherit = "account.move"

    recouvrement_draft_warning = fields.Text(
        compute="_compute_recouvrement_draft_warning", groups=ACCOUNTING
    )

    # Shown on drafts alone, it asks nothing of posting and paying.
    def _compute_recouvrement_draft_warning(self):
        drafts = self.filtered(lambda move: move.state == "draft" and move.id)
        claims = drafts._recouvrement_read_claims()
        for move in self:
            actions = claims.get(move.id)
            move.recouvrement_draft_warning = actions and self.env._(
                "This invoice was claimed by %(actions)s. Post it again as it was: the "
                "debtor holds what was sent. To correct its amount, its due date or "
                "its customer, make a credit note and a new invoice.",
                actions="; ".join(
                    action._get_claim_text(lines) for action, lines in actions.items()
                ),
            )

    # ------------------------------------------------------------------
    # What waits to be claimed
    # ------------------------------------------------------------------

    def _recouvrement_watch(self):
        """Have the actions that wait for these entries, or for the debtors they credit,
        brought up to date before the transaction ends: once, whatever it touches."""
        companies = {
            move.id: move.company_id.id
            for move in self
            if move.id
            and move.move_type in WATCHED_TYPES
            and (move.state != "draft" or move.posted_before)
        }
        # While modules load, there is nothing to compare with yet.
        if companies and self.pool.ready:
            precommit = self.env.cr.precommit
            watched = precommit.data.setdefault(WATCHED, {})
            if not watched:
                precommit.add(self.env["recouvrement.action"]._follow_watched)
            watched.update(companies)

    # ------------------------------------------------------------------
    # Claimed invoices that are corrected
    # ------------------------------------------------------------------

    def button_draft(self):
        # EXTENDS account: what was sent stays, and whoever corrects it is warned
        res = super().button_draft()
        for move_id, actions in self._recouvrement_read_claims().items():
            move = self.browse(move_id)
            move._recouvrement_warn(
                self.env._("Reset to draft, this invoice was claimed already by:"),
                [action._get_claim_text(lines) for action, lines in actions.items()],
                self.env._(
                    "What was sent stays as proof. To correct the amount, the due date "
                    "or the customer, a credit note and a new invoice say it to the "
                    "debtor; a changed invoice does not."
                ),
            )
        return res

    def _post(self, soft=True):
        # EXTENDS account: what is owed now may differ from what was claimed
        again = self.filtered(
            lambda move: move.posted_before and move.move_type in FOLLOWED_TYPES
        )
        posted = super()._post(soft=soft)
        again._recouvrement_compare_with_claims()
        return posted

    def _recouvrement_read_claims(self):
        """What was asked for these invoices, tasks of the house left out.

        :return: ``{move_id: {action: its lines about the invoice}}``, oldest first
        """
        invoices = self.filtered(lambda move: move.move_type in FOLLOWED_TYPES)
        if not invoices:
            return {}
        lines = (
            self.env["recouvrement.action.line"]
            .sudo()
            .search(
                [
                    ("move_id", "in", invoices.ids),
                    ("kind", "=", "invoice"),
                    ("action_id.state", "in", CONTACTED_STATES),
                    (
                        "action_id.channel",
                        "in",
                        self.env["recouvrement.channel"]._get_codes("is_contact"),
                    ),
                ]
            )
        )
        return {
            move.id: dict(
                sorted(
                    move_lines.grouped("action_id").items(),
                    key=lambda item: (item[0].date_closed, item[0].id),
                )
            )
            for move, move_lines in lines.grouped("move_id").items()
        }

    def _recouvrement_compare_with_claims(self):
        """Warn where an invoice that is posted again is no more what the last letter
        claimed: its customer, its amount or its due dates."""
        for move_id, actions in self._recouvrement_read_claims().items():
            move = self.browse(move_id)
            action, lines = list(actions.items())[-1]
            claimed = {
                move._recouvrement_get_due_text(line.amount_original, line.date_due)
                for line in lines
            }
            owed = {
                move._recouvrement_get_due_text(
                    line.amount_currency, line.date_maturity
                )
                for line in move.line_ids
                if line.display_type == "payment_term"
            }
            debtor = move.commercial_partner_id
            if claimed <= owed and action.partner_id == debtor:
                continue
            move._recouvrement_warn(
                self.env._("What was claimed is not what is owed now:"),
                [
                    self.env._(
                        "claimed by %(action)s from %(debtor)s: %(dues)s",
                        action=action.name,
                        debtor=action.partner_id.display_name,
                        dues=", ".join(sorted(claimed)),
                    ),
                    self.env._(
                        "owed now by %(debtor)s: %(dues)s",
                        debtor=debtor.display_name,
                        dues=", ".join(sorted(owed)),
                    ),
                ],
                self.env._("Inform the debtor before the next step."),
            )

    def _recouvrement_get_due_text(self, amount, day):
        self.ensure_one()
        return self.env._(
            "%(amount)s due on %(date)s",
            amount=self.currency_id.format(amount),
            date=format_date(self.env, day),
        )

    def _recouvrement_warn(self, title, items, advice):
        """Leave a warning in the chatter: a title, a list, what to do."""
        self.ensure_one()
        body = Markup("<p>%s</p><ul>%s</ul><p>%s</p>") % (
            title,
            Markup().join(Markup("<li>%s</li>") % item for item in items),
            advice,
        )
        self.message_post(body=body)
