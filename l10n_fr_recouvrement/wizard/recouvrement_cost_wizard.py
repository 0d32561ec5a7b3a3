from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class RecouvrementCostWizard(models.TransientModel):
    """Adds a recovery cost beyond the flat-rate indemnity, with what proves it
    (C. com. L441-10, II: complementary compensation, on justification)."""

    _name = "recouvrement.cost.wizard"
    _description = "Add a recovery cost"

    move_id = fields.Many2one(
        "account.move", "Invoice", required=True, readonly=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="move_id.currency_id", related_sudo=False)
    name = fields.Char("Nature", required=True)
    date = fields.Date(
        required=True, default=lambda self: self.env.company._recouvrement_today()
    )
    amount = fields.Monetary(
        "Amount beyond the indemnity",
        required=True,
        help="What was spent less the flat-rate indemnity of the invoice, which is "
        "claimed already: only what exceeds it is owed on top.",
    )
    attachment_ids = fields.Many2many("ir.attachment", string="Justification")

    @api.constrains("move_id")
    def _check_move(self):
        # constraints have every right
        self.sudo(False).move_id.check_access("read")

    def action_add(self):
        """Add the cost to the penalties of the invoice."""
        self.ensure_one()
        self.env["recouvrement.action"].check_access("write")
        self.move_id.check_access("read")
        self.attachment_ids.check_access("write")
        self._check_cost()
        line = self.env["recouvrement.penalty.line"].sudo().create(self._prepare_cost())
        self.attachment_ids.sudo().write(
            {"res_model": "account.move", "res_id": self.move_id.id}
        )
        self.move_id.message_post(
            body=self.env._(
                "Recovery cost added: %(name)s, %(amount)s.",
                name=line.name,
                amount=self.currency_id.format(line.amount),
            ),
            attachment_ids=self.attachment_ids.ids,
        )
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def _check_cost(self):
        move = self.move_id
        if move.recouvrement_profile not in ("business", "public"):
            raise UserError(
                self.env._(
                    "%s is owed by a consumer, who cannot be asked for recovery costs "
                    "(CPCEx. art. L111-8).",
                    move.name,
                )
            )
        if move.state != "posted":
            raise UserError(self.env._("%s is not posted.", move.display_name))
        if self.currency_id.compare_amounts(self.amount, 0) <= 0:
            raise UserError(self.env._("Enter the amount of the cost."))
        if not self.attachment_ids:
            raise UserError(
                self.env._(
                    "Attach what proves this cost: it is owed on justification only "
                    "(C. com. art. L441-10, II)."
                )
            )

    def _prepare_cost(self):
        return {
            "move_id": self.move_id.id,
            "kind": "cost",
            "name": self.name,
            "date_from": self.date,
            "date_to": self.date,
            "amount": self.amount,
            "currency_id": self.currency_id.id,
            "attachment_ids": [Command.set(self.attachment_ids.ids)],
        }
