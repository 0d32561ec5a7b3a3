from odoo import Command, api, models
from odoo.exceptions import UserError


class RecouvrementOutcomeDispute(models.AbstractModel):
    """The debtor disputes invoices: their payment is blocked, as Odoo does, until
    somebody settles the dispute."""

    _name = "recouvrement.outcome.dispute"
    _description = "Dispute"
    _inherit = "recouvrement.outcome"

    _asks_moves = True
    _proof_name = "contestation"

    @api.model
    def _is_offered(self, channel):
        # OVERRIDE
        return channel._is_spoken

    @api.model
    def _get_hint(self):
        # OVERRIDE
        return self.env._(
            "The payment of these invoices is blocked, and they are not chased, until "
            "somebody settles the dispute and unblocks them."
        )

    @api.model
    def _prepare_values(self, wizard):
        # OVERRIDE
        disputed = wizard.move_ids & wizard.action_id._get_invoices()
        if not disputed:
            raise UserError(self.env._("Choose the invoices that are disputed."))
        return {"moves": disputed}

    @api.model
    def _apply(self, action, moves):
        # EXTENDS recouvrement.outcome
        res = super()._apply(action, moves)
        self.env["recouvrement.hold"]._open(
            "dispute",
            action.partner_id,
            company_id=action.company_id.id,
            move_ids=[Command.set(moves.ids)],
            res_model=action._name,
            res_id=action.id,
        )
        action._ask_responsible(
            moves[:1],
            self.env._("Settle the dispute: %s", ", ".join(moves.mapped("name"))),
            action.outcome_note,
        )
        return res
