from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from ..const import CONTACTED_STATES, FOLLOWED_TYPES, OFFICER
from ..models.letter.recouvrement_letter_request import LetterRequest
from ..paper.words import letter_kinds


class RecouvrementLetterWizard(models.TransientModel):
    """Writes to a debtor a letter that is no step of a procedure: a receipt, a
    statement of account."""

    _name = "recouvrement.letter.wizard"
    _description = "Write to the debtor"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    partner_id = fields.Many2one(
        "res.partner", "Debtor", required=True, readonly=True, ondelete="cascade"
    )
    stage_ids = fields.Many2many("recouvrement.stage", compute="_compute_stage_ids")
    stage_id = fields.Many2one(
        "recouvrement.stage",
        "Letter",
        required=True,
        domain="[('id', 'in', stage_ids)]",
        ondelete="cascade",
    )
    about_settled = fields.Boolean(compute="_compute_about_settled")
    refusals = fields.Text(
        compute="_compute_refusals",
        help="Why invoices that it was opened from get no receipt.",
    )
    contact_id = fields.Many2one(
        "res.partner",
        "Recipient",
        required=True,
        domain="[('commercial_partner_id', '=', partner_id)]",
        ondelete="cascade",
    )
    channel = fields.Selection(
        selection="_selection_channel",
        required=True,
        compute="_compute_channel",
        compute_sudo=False,
        store=True,
        precompute=True,
        readonly=False,
    )
    move_ids = fields.Many2many(
        "account.move",
        string="Invoices",
        compute="_compute_move_ids",
        compute_sudo=False,
        store=True,
        readonly=False,
        help="Settled invoices that the receipt is for.",
    )

    @api.model
    def _selection_channel(self):
        channels = self.env["recouvrement.stage"]._fields["channel"]
        codes = self.env["recouvrement.channel"]._get_codes("has_letter")
        return [
            (value, label)
            for value, label in channels._description_selection(self.env)
            if value in codes
        ]

    # ------------------------------------------------------------------
    # What it is opened from
    # ------------------------------------------------------------------

    @api.model
    def default_get(self, fields_list):
        # EXTENDS base: the debtor or the invoices that the assistant is opened from
        defaults = super().default_get(fields_list)
        model = self.env.context.get("active_model")
        if model not in ("res.partner", "account.move"):
            return defaults
        records = self.env[model].browse(self.env.context.get("active_ids") or ())
        company, settled = self.env.company, self.env["account.move"]
        if model == "account.move":
            records = self._check_invoices(records)
            company = records.company_id
            settled = self._filter_paid(records)
            defaults["move_ids"] = [Command.set(settled.ids)]
        partner = records[:1].commercial_partner_id
        defaults.update(
            company_id=company.id,
            partner_id=partner.id,
            contact_id=partner._recouvrement_get_contact()[partner].id,
            stage_id=self._get_stages(partner, company)
            .sorted(
                lambda stage: (
                    letter_kinds.get(stage.kind).about_settled != bool(settled)
                )
            )[:1]
            .id,
        )
        return defaults

    @api.model
    def _check_invoices(self, moves):
        moves = moves.filtered(
            lambda move: move.move_type in FOLLOWED_TYPES and move.state == "posted"
        )
        if len(moves.commercial_partner_id) != 1 or len(moves.company_id) != 1:
            raise UserError(
                self.env._("Choose posted invoices of one customer and one company.")
            )
        return moves

    @api.model
    def _get_stages(self, partner, company):
        """Letters that may be written to a debtor whenever they are asked for."""
        procedure = partner._recouvrement_procedures(company)[partner]
        if not procedure:
            raise UserError(
                self.env._(
                    "%s follows no procedure: make or restore one for its profile.",
                    partner.display_name,
                )
            )
        return procedure._get_stages_on_request(company)

    @api.depends("partner_id", "company_id")
    def _compute_stage_ids(self):
        for wizard in self:
            wizard.stage_ids = wizard.partner_id and self._get_stages(
                wizard.partner_id._origin, wizard.company_id
            )

    @api.depends("stage_id")
    def _compute_about_settled(self):
        for wizard in self:
            kind = letter_kinds.get(wizard.stage_id.kind)
            wizard.about_settled = kind.about_settled

    @api.depends("stage_id")
    @api.depends_context("active_model", "active_ids")
    def _compute_refusals(self):
        context = self.env.context
        moves = self.env["account.move"]
        if context.get("active_model") == moves._name:
            moves = moves.browse(context.get("active_ids") or ())
            moves.check_access("read")
        requests = self.env["recouvrement.letter.request"].sudo()
        refusals = requests._get_refusals(moves.sudo())
        for wizard in self:
            wizard.refusals = "\n".join(refusals.values())

    @api.depends("stage_id")
    def _compute_channel(self):
        for wizard in self:
            wizard.channel = wizard.stage_id.channel

    @api.depends("partner_id", "stage_id")
    def _compute_move_ids(self):
        """The invoices that were reminded, are settled since, and have no receipt."""
        for wizard in self:
            if wizard.about_settled and not wizard.move_ids:
                wizard.move_ids = wizard._find_settled()

    def _find_settled(self):
        partner = self.partner_id._origin
        lines = self.env["recouvrement.action.line"].search(
            [
                ("partner_id", "=", partner.id),
                ("company_id", "=", self.company_id.id),
                ("kind", "=", "invoice"),
                ("state", "in", CONTACTED_STATES),
                ("move_id.payment_state", "=", "paid"),
            ]
        )
        acknowledged = lines.filtered(
            lambda line: letter_kinds.get(line.action_id.kind).about_settled
        )
        return self._filter_paid((lines - acknowledged).move_id - acknowledged.move_id)

    @api.model
    def _filter_paid(self, moves):
        """Those that may have a receipt."""
        requests = self.env["recouvrement.letter.request"].sudo()
        return requests._filter_paid(moves.sudo()).sudo(False)

    @api.constrains("partner_id")
    def _check_readable(self):
        # constraints have every right
        for wizard in self.sudo(False):
            wizard.partner_id.check_access("read")

    # ------------------------------------------------------------------
    # Buttons
    # ------------------------------------------------------------------

    def action_write(self):
        """Make the letter and open it."""
        self.ensure_one()
        if not self.env.user.has_group(OFFICER):
            raise AccessError(self.env._("Letters are written by recovery officers."))
        if self.company_id not in self.env.companies:
            raise AccessError(
                self.env._("Switch to %s to write for it.", self.company_id.name)
            )
        if self.stage_id not in self.stage_ids:
            raise UserError(self.env._("Choose one of the letters proposed."))
        # Read past the rules, which would leave out what is to be refused.
        moves = self.env["account.move"].browse(self.sudo().move_ids.ids)
        moves.check_access("read")
        actions = self.env["recouvrement.letter.request"]._create_actions(
            self.company_id,
            self.stage_id,
            LetterRequest(self.partner_id, moves),
            contact_id=self.contact_id.id,
            channel=self.channel,
        )
        # Nobody writes to the debtors of others where the company forbids it.
        actions.check_access("write")
        return self._open(actions)

    def _open(self, actions):
        action = {
            "type": "ir.actions.act_window",
            "name": self.env._("Write to the debtor"),
            "res_model": "recouvrement.action",
            "view_mode": "form",
            "res_id": actions[:1].id,
        }
        if len(actions) > 1:
            action.update(
                view_mode="list,form", res_id=False, domain=[("id", "in", actions.ids)]
            )
        return action
