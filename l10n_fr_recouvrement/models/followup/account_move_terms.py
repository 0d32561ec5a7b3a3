from odoo import api, models
from odoo.exceptions import ValidationError

from ...const import FOLLOWED_TYPES
from ..settings.batches import in_batches


class AccountMove(models.Model):
    """The terms that an invoice is posted with, its profile and its procedure: when
    they are frozen, what follows where somebody changes them."""

    _inherit = "account.move"

    def _recouvrement_split_terms(self, vals):
        """Return ``[(moves, values)]`` that write ``vals``, where invoices whose
        procedure is for another profile get the default one as well."""
        profile = vals.get("recouvrement_profile")
        if not profile or "recouvrement_procedure_id" in vals:
            return [(self, vals)]
        parts = []
        for company, moves in self.grouped("company_id").items():
            procedure = self.env["recouvrement.procedure"]._get_default(
                company, profile
            )
            changed = moves.filtered(
                lambda move: (
                    move.recouvrement_procedure_id
                    and move.recouvrement_procedure_id.profile != profile
                )
            )
            parts.append((moves - changed, vals))
            parts.append((changed, {**vals, "recouvrement_procedure_id": procedure.id}))
        return parts

    def _recouvrement_map_stages(self):
        """Put the invoices whose procedure changed at the stage of the new one where
        they go on from, so that nothing is claimed twice, and log it."""
        moves = self.sudo().filtered(
            lambda move: (
                move.recouvrement_procedure_id
                and move.recouvrement_stage_id
                and move.recouvrement_stage_id.procedure_id
                != move.recouvrement_procedure_id
            )
        )
        bodies = {}
        for (stage, procedure), part in moves.grouped(
            lambda move: (move.recouvrement_stage_id, move.recouvrement_procedure_id)
        ).items():
            target = procedure._get_equivalent(stage)
            part._recouvrement_write({"recouvrement_stage_id": target.id})
            if target:
                body = self.env._(
                    "Follows “%(procedure)s” from now on: after “%(stage)s” it goes on "
                    "from “%(target)s”.",
                    procedure=procedure.name,
                    stage=stage.name,
                    target=target.name,
                )
            else:
                body = self.env._(
                    "Follows “%(procedure)s” from now on, from its first stage: "
                    "“%(stage)s” comes before it.",
                    procedure=procedure.name,
                    stage=stage.name,
                )
            bodies |= dict.fromkeys(part.ids, body)
        if bodies:
            moves._message_log_batch(bodies=bodies)

    @api.constrains("recouvrement_profile", "recouvrement_procedure_id")
    def _check_recouvrement_procedure(self):
        for move in self:
            procedure = move.recouvrement_procedure_id
            if procedure and procedure.profile != move.recouvrement_profile:
                raise ValidationError(
                    self.env._(
                        "The procedure “%(procedure)s” is not for the profile of "
                        "%(invoice)s: choose one of its profile.",
                        procedure=procedure.name,
                        invoice=move.display_name,
                    )
                )

    def _recouvrement_freeze_terms(self):
        """Write the terms of customer invoices: profile and procedure where they were
        never claimed, or claimed from somebody else before their customer was changed.
        """
        moves = self.sudo().filtered(
            lambda move: move.move_type in FOLLOWED_TYPES and move.commercial_partner_id
        )
        moves._recouvrement_release_actions()
        moved = moves.filtered(
            lambda move: (
                move.recouvrement_stage_id
                and move.commercial_partner_id
                not in move.recouvrement_action_line_ids.action_id.partner_id
            )
        )
        if moved:
            moved._recouvrement_write(
                {
                    "recouvrement_stage_id": False,
                    "recouvrement_stage_date": False,
                    "recouvrement_cycle_date": False,
                    "recouvrement_deadline": False,
                }
            )
        terms = {}
        for move, vals in moves._recouvrement_prepare_terms().items():
            terms.setdefault(tuple(vals.items()), []).append(move.id)
        for vals, move_ids in terms.items():
            moves.browse(move_ids)._recouvrement_set_terms(dict(vals))

    def _recouvrement_note_late_posting(self):
        """Note the day on invoices that are posted after they fell due: their debtor
        learns of them now. Those posted before follow-up was started are no news to
        anybody: how they are claimed is what was answered then."""
        fresh = self.sudo().filtered(
            lambda move: (
                move.move_type in FOLLOWED_TYPES
                and not move.posted_before
                and move.company_id.recouvrement_started_on
            )
        )
        for company, moves in fresh.grouped("company_id").items():
            today = company._recouvrement_today()
            late = moves.filtered(
                lambda move, today=today: (
                    min(move._recouvrement_dues(), default=today) < today
                )
            )
            late._recouvrement_set_terms({"recouvrement_posted_date": today})

    def _recouvrement_release_actions(self):
        """What waits to be claimed from a former customer is not claimed any more."""
        again = self.filtered("posted_before")
        lines = again.recouvrement_action_line_ids.filtered(
            lambda line: (
                line._is_pending()
                and line.partner_id != line.move_id.commercial_partner_id
            )
        )
        lines.action_id._refresh_each()

    def _recouvrement_set_terms(self, vals):
        """Set terms as Odoo sets computed fields: they go with the UPDATE that posts
        the invoice, whose lines and taxes they do not touch."""
        with self.env.protecting([self._fields[name] for name in vals], self):
            self.update(vals)
        self.modified(vals)
        self._validate_fields(vals)

    def _recouvrement_prepare_terms(self):
        """Return ``{move: values}`` of the terms frozen on customer invoices. Hook."""
        terms = {}
        fresh = self.filtered(lambda move: not move.recouvrement_stage_id)
        for company, company_moves in fresh.grouped("company_id").items():
            procedures = company_moves.commercial_partner_id._recouvrement_procedures(
                company
            )
            for move in company_moves:
                partner = move.commercial_partner_id
                terms[move] = {
                    "recouvrement_profile": partner.recouvrement_profile,
                    "recouvrement_procedure_id": procedures[partner].id,
                }
        return terms

    @api.model
    def _recouvrement_adopt_open_invoices(self):
        """Give their terms to the invoices posted before the module was there that are
        not settled, disputed ones included."""
        moves = self.sudo().search(
            [
                *self._recouvrement_unsettled_domain(),
                ("recouvrement_profile", "=", False),
            ]
        )
        for part in in_batches(moves):
            part._recouvrement_fetch("posted_before", "recouvrement_rate_basis")
            part._recouvrement_freeze_terms()
