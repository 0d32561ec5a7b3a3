from odoo import Command, api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...const import FOLLOWED_TYPES, SETTLED_PAYMENT_STATES
from ..settings.batches import in_batches


class RecouvrementHold(models.Model):
    """What follows a hold, and what holds follow: invoices planned anew, Odoo's own
    marks, the day of a judgment on the debtor."""

    _inherit = "recouvrement.hold"

    def _follow(self):
        """Plan anew what is held or was, and bring up to date what waits to claim
        it."""
        moves = self.env["account.move"].sudo()
        held = self.sudo()
        domain = (
            moves._recouvrement_unsettled_domain()
            & Domain("recouvrement_procedure_id", "!=", False)
            & Domain("commercial_partner_id", "in", held.commercial_partner_id.ids)
        )
        whole = held.filtered(lambda hold: hold.scope == "debtor")
        named = (held.move_ids | held.line_ids.move_id).ids
        domain &= Domain("id", "in", named) | Domain(
            "commercial_partner_id", "in", whole.commercial_partner_id.ids
        )
        found = moves.search(domain)
        if found:
            self.env.add_to_compute(moves._fields["recouvrement_next_date"], found)
        (found | self._get_entries())._recouvrement_watch()

    def _get_entries(self):
        """Entries that are followed, and held or were."""
        held = self.sudo()
        whole = held.filtered(lambda hold: hold.scope == "debtor")
        if not whole and not held.line_ids:
            return self.env["account.move"]
        followed = self.env["recouvrement.followed.entry"].sudo()
        return followed.search(
            Domain("partner_id", "in", whole.commercial_partner_id.ids)
            | Domain("line_id", "in", held.line_ids.ids)
        ).move_id

    @api.model
    def _open(self, kind, partner, **vals):
        """Open a hold as follow-up does, in the name of the user.

        :param kind: code of the kind
        :param partner: the debtor
        """
        return self.sudo().create(self._prepare_opened(kind, partner, **vals))

    @api.model
    def _prepare_opened(self, kind, partner, **vals):
        return {
            "kind": kind,
            "partner_id": partner.commercial_partner_id.id,
            "user_id": self.env.uid,
            **vals,
        }

    # ------------------------------------------------------------------
    # Odoo's own marks
    # ------------------------------------------------------------------

    @api.model
    def _follow_flag(self, code, moves):
        """Open and lift the holds of a kind after Odoo's own mark, on invoices where it
        may have changed."""
        kind = self.env["recouvrement.hold.kind"]._get(code)
        moves = moves.sudo().filtered(
            lambda move: move.state == "posted" and move.move_type in FOLLOWED_TYPES
        )
        if not moves:
            return
        standing = self.sudo().search(
            [
                ("kind", "=", code),
                ("date_end", "=", False),
                ("amount", "=", 0),
                ("move_ids", "in", moves.ids),
            ]
        )
        flagged = moves.filtered(
            lambda move: any(
                kind._is_flagged(line)
                for line in move.line_ids
                if line.display_type == "payment_term"
            )
        )
        new = (flagged - standing.move_ids).grouped(
            lambda move: (move.company_id, move.commercial_partner_id)
        )
        self.sudo().create(
            [
                self._prepare_opened(
                    code,
                    debtor,
                    company_id=company.id,
                    move_ids=[Command.set(part.ids)],
                )
                for (company, debtor), part in new.items()
            ]
        )
        for hold in standing:
            hold._release(moves - flagged)

    def _release(self, moves):
        """Hold some invoices no more. One that held others besides goes on for
        them."""
        self.ensure_one()
        gone = self.move_ids & moves
        if not gone:
            return
        if self.move_ids - gone:
            self.copy(
                {
                    "move_ids": [Command.set(gone.ids)],
                    "date_end": self._get_today(),
                }
            )
            self.write({"move_ids": [Command.unlink(move.id) for move in gone]})
        else:
            self._lift()

    @api.model
    def _follow_flags(self, company):
        """Bring the holds of a company in step with Odoo's own marks, those that were
        set or taken off before the addon was there or behind its back, and end those
        whose invoices are settled."""
        self.env["account.move.line"].flush_model()
        self.flush_model()
        for kind in self.env["recouvrement.hold.kind"]._get_all():
            if not kind._has_flag:
                continue
            rows = self.env.execute_query(
                SQL(
                    """
                    SELECT DISTINCT move.id
                      FROM account_move_line line
                      JOIN account_move move ON move.id = line.move_id
                     WHERE move.company_id = %(company)s
                       AND move.state = 'posted'
                       AND move.move_type = ANY(%(types)s)
                       AND line.display_type = 'payment_term'
                       AND line.reconciled IS NOT TRUE
                       AND %(flag)s
                       AND NOT EXISTS (
                           SELECT FROM recouvrement_hold held
                             JOIN recouvrement_hold_move_rel rel
                               ON rel.hold_id = held.id
                            WHERE rel.move_id = move.id
                              AND held.kind = %(kind)s
                              AND held.date_end IS NULL
                              AND held.amount = 0)
                    """,
                    company=company.id,
                    types=list(FOLLOWED_TYPES),
                    flag=kind._get_flag_condition(),
                    kind=kind._get_code(),
                )
            )
            moves = self.env["account.move"].browse(move_id for (move_id,) in rows)
            for part in in_batches(moves.sudo()):
                self._follow_flag(kind._get_code(), part)
        self._end_settled(company)

    @api.model
    def _end_settled(self, company):
        """End the holds of invoices that are all settled: there is nothing to hold."""
        settled = self.sudo().search(
            [
                ("company_id", "=", company.id),
                ("date_end", "=", False),
                ("scope", "=", "invoices"),
                (
                    "move_ids",
                    "not any",
                    [
                        ("payment_state", "not in", SETTLED_PAYMENT_STATES),
                        ("amount_residual", "!=", 0),
                    ],
                ),
            ]
        )
        settled._lift(self.env._("Settled."))
