from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...const import MANAGER
from ...law import ZERO, to_decimal


class RecouvrementWaiver(models.Model):
    """Who forgave which penalties of an invoice, how much and why.

    Granted once, it is never rewritten: a manager may revoke it, and what it forgave is
    owed again.
    """

    _name = "recouvrement.waiver"
    _description = "Waiver of penalties"
    _inherit = "recouvrement.guarded.mixin"
    _order = "date desc, id desc"
    _rec_name = "move_id"

    move_id = fields.Many2one(
        "account.move",
        "Invoice",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    partner_id = fields.Many2one(
        related="move_id.commercial_partner_id",
        string="Debtor",
        store=True,
        index="btree_not_null",
    )
    company_id = fields.Many2one(related="move_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="move_id.currency_id")
    euro_id = fields.Many2one("res.currency", compute="_compute_euro_id")
    date = fields.Date(required=True, readonly=True)
    user_id = fields.Many2one(
        "res.users", "Granted by", required=True, readonly=True, ondelete="restrict"
    )
    reason = fields.Text(required=True, readonly=True)
    amount_interest = fields.Monetary("Interest waived", readonly=True)
    amount_indemnity = fields.Monetary(
        "Indemnity waived", currency_field="euro_id", readonly=True
    )
    stops = fields.Boolean(
        "Bears no more penalties",
        readonly=True,
        help="The invoice bears no penalties after the day of the waiver.",
    )
    state = fields.Selection(
        [("granted", "Granted"), ("revoked", "Revoked")],
        "Status",
        default="granted",
        required=True,
        readonly=True,
    )

    _amounts_positive = models.Constraint(
        "CHECK (amount_interest >= 0 AND amount_indemnity >= 0)",
        "A waiver cannot be negative.",
    )

    @api.constrains("move_id", "amount_interest", "stops")
    def _check_public_body(self):
        for waiver in self:
            if waiver.amount_interest or waiver.stops:
                waiver.move_id._recouvrement_check_waivable()

    def _compute_euro_id(self):
        self.euro_id = self.env.ref("base.EUR")

    def _get_unlink_error(self):
        # OVERRIDE
        return UserError(
            self.env._("A waiver is kept as it was granted: revoke it instead.")
        )

    @api.model
    def _grant(self, vals_list):
        """Record waivers and bring the penalties of their invoices up to date."""
        waivers = self.sudo().create(vals_list)
        waivers._trace(self.env._("Penalties waived: %(amounts)s. %(reason)s"))
        waivers._stop_penalties()
        waivers.move_id._recouvrement_follow_payments()
        return waivers.with_env(self.env)

    def action_revoke(self):
        """Take waivers back: what they forgave is owed again."""
        if not self.env.user.has_group(MANAGER):
            raise AccessError(self.env._("Ask a recovery manager to revoke a waiver."))
        self.check_access("read")
        waivers = self.sudo().filtered(lambda waiver: waiver.state == "granted")
        waivers.state = "revoked"
        waivers._trace(self.env._("Waiver of penalties revoked: %(amounts)s."))
        waivers._stop_penalties()
        waivers.move_id._recouvrement_follow_payments()
        return True

    def _stop_penalties(self):
        """Give the invoices of these waivers their last day with penalties: the first
        one on which a waiver that stands stops them."""
        ends = {}
        for move in self.filtered("stops").move_id:
            stops = move.recouvrement_waiver_ids.filtered(
                lambda waiver: waiver.stops and waiver.state == "granted"
            )
            end = min(stops.mapped("date"), default=False)
            ends[end] = ends.get(end, move.browse()) | move
        for end, moves in ends.items():
            moves._recouvrement_write({"recouvrement_penalty_end": end})

    def _trace(self, text):
        """Leave a note on each invoice."""
        self.move_id._message_log_batch(
            {
                move.id: " ".join(
                    text % {"amounts": waiver._get_amounts(), "reason": waiver.reason}
                    for waiver in waivers
                )
                for move, waivers in self.grouped("move_id").items()
            },
            author_id=self.env.user.partner_id.id,
        )

    def _get_amounts(self):
        self.ensure_one()
        amounts = []
        if self.amount_interest:
            amounts.append(self.currency_id.format(self.amount_interest))
        if self.amount_indemnity:
            amounts.append(self.euro_id.format(self.amount_indemnity))
        return " + ".join(amounts) or self.currency_id.format(0)

    @api.model
    def _sum_company_amount(self, vals_list):
        """What waivers forgive together, in the currency of their company."""
        euro = self.env.ref("base.EUR")
        total = ZERO
        for vals in vals_list:
            move = self.env["account.move"].browse(vals["move_id"])
            for name, currency in (
                ("amount_interest", move.currency_id),
                ("amount_indemnity", euro),
            ):
                total += to_decimal(
                    currency._convert(
                        vals[name],
                        move.company_id.currency_id,
                        move.company_id,
                        vals["date"],
                    )
                )
        return total
