import logging

from odoo import SUPERUSER_ID, api, models
from odoo.fields import Domain
from odoo.tools import SQL, format_date

from ...const import PENDING_STATES, WATCHED
from ..settings import batches
from ..settings.one_by_one import attempt

_logger = logging.getLogger(__name__)


class RecouvrementAction(models.Model):
    """What becomes of the actions that wait when the account or the debtor moves."""

    _inherit = "recouvrement.action"

    def _get_claim_text(self, lines):
        """What this action claimed by some of its lines, and when."""
        self.ensure_one()
        return self.env._(
            "%(action)s (%(stage)s) on %(date)s: %(amount)s",
            action=self.name,
            stage=self.stage_id.name,
            date=format_date(self.env, self.date_closed),
            amount=self.currency_id.format(
                float(self._sum_amounts(lines, "amount_residual"))
            ),
        )

    # ------------------------------------------------------------------
    # The account moves
    # ------------------------------------------------------------------

    def _follow_watched(self):
        """Bring up to date the actions that wait for what the transaction touched
        (``account.move._recouvrement_watch``). Nobody in particular does it, in the
        language of the company; those that somebody is sending at the same time are
        left to them."""
        watched = self.env.cr.precommit.data.pop(WATCHED, {})
        companies = self.env["res.company"].browse(set(watched.values()))
        actions = self._find_waiting(sorted(watched), companies)
        actions = actions.with_user(SUPERUSER_ID)
        if len(actions) > batches.BATCH_SIZE:
            actions._follow_later()
        elif actions:
            actions._follow_by_company()

    def _follow_by_company(self):
        runs = self.env["recouvrement.run"]
        for company, part in self.try_lock_for_update().grouped("company_id").items():
            part.with_env(runs._with_company_of_run(company).env)._follow_account()

    @api.model
    def _find_waiting(self, move_ids, companies):
        """The pending actions that list these entries, and those of the debtors to whom
        they give a credit or a late debt on the accounts of their companies."""
        if not move_ids:
            return self.browse()
        debtors = self.env["account.account"]._recouvrement_debtor_condition(companies)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT line.action_id
                  FROM recouvrement_action_line line
                 WHERE line.move_id = ANY(%(moves)s)
                   AND line.state = ANY(%(pending)s)
                 UNION
                SELECT action.id
                  FROM account_move_line line
                  JOIN account_account account ON account.id = line.account_id
                  JOIN res_partner partner ON partner.id = line.partner_id
                  JOIN recouvrement_action action
                    ON action.partner_id = partner.commercial_partner_id
                   AND action.company_id = line.company_id
                 WHERE line.move_id = ANY(%(moves)s)
                   AND %(debtors)s
                   AND (line.balance < 0 OR line.date_maturity < %(today)s)
                   AND action.state = ANY(%(pending)s)
                 ORDER BY 1
                """,
                moves=move_ids,
                debtors=debtors,
                pending=list(PENDING_STATES),
                today=self.env.company._recouvrement_today(),
            )
        )
        return self.browse([action_id for (action_id,) in rows])

    def _follow_account(self):
        """Refresh together; when that fails, one by one, and leave the action at fault
        to the next run: it never keeps a payment from being recorded."""
        attempt(
            self,
            lambda actions: actions._refresh(),
            lambda action, error: _logger.error(
                "Action %s waits for the next run", action.id, exc_info=error
            ),
        )

    # ------------------------------------------------------------------
    # The debtor moves
    # ------------------------------------------------------------------

    @api.model
    def _follow_archived(self, partners):
        """Nothing leaves by itself to a debtor that was archived; to an archived
        contact, what waits goes to the next best one."""
        actions = self.sudo().search(
            Domain("state", "in", PENDING_STATES)
            & (
                Domain("partner_id", "in", partners.ids)
                | Domain("contact_id", "in", partners.ids)
            )
        )
        dropped = actions.filtered(lambda action: action.partner_id in partners)
        dropped._cancel(self.env._("The debtor was archived."))
        moved = actions - dropped
        contacts = moved.partner_id._recouvrement_get_contact()
        for action in moved:
            action.contact_id = action.stage_id._get_addressee(
                action.partner_id, contacts[action.partner_id]
            )
        moved._check_before_sending()

    @api.model
    def _move_to_company(self, partner):
        """Give what a contact owes to the company that it belongs to."""
        debtor = partner.commercial_partner_id
        if debtor != partner:
            moves = self.env["account.move"].sudo()
            moves = moves.search([("commercial_partner_id", "=", partner.id)])
            self.env.add_to_compute(moves._fields["commercial_partner_id"], moves)
            self.sudo().search([("partner_id", "=", partner.id)]).partner_id = debtor
        return debtor

    @api.model
    def _follow_merge(self, debtor):
        """One action a letter goes on for a debtor that others were merged into, the
        most advanced; what was sent to each of them stays as proof.

        :param debtor: partner that remains; a contact belongs to its company now
        """
        debtor = self._move_to_company(debtor)
        pending = self.sudo().search(
            [("partner_id", "=", debtor.id), ("state", "in", PENDING_STATES)]
        )
        kept = self.browse()
        for actions in pending.grouped(
            lambda action: (action.company_id, action._get_grouping_key())
        ).values():
            first, *others = actions.sorted(
                lambda action: (action.stage_id._get_rank(), -action.id), reverse=True
            )
            kept |= first
            for action in others:
                action._cancel(
                    self.env._(
                        "The debtor was merged with another: %(action)s claims what "
                        "%(debtor)s owes now.",
                        action=first.name,
                        debtor=debtor.display_name,
                    )
                )
        if kept:
            kept._follow_account()
