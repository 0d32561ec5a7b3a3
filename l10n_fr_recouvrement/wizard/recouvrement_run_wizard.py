from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command

from .. import law
from ..const import PENDING_STATES
from ..models.settings.bulk import bulk_create


class RecouvrementRunWizard(models.TransientModel):
    """Shows what a run would do before anything is made, then starts it."""

    _name = "recouvrement.run.wizard"
    _description = "Preview of a recovery run"

    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    date = fields.Date(
        "As of",
        required=True,
        default=lambda self: self.env.company._recouvrement_today(),
        help="A past day shows what would have gone out that morning, by what was owed "
        "then. Nothing is made from it.",
    )
    is_past = fields.Boolean(compute="_compute_is_past")
    partner_ids = fields.Many2many(
        "res.partner",
        string="Debtors",
        context={"active_test": False},
        help="Empty: every debtor of the company.",
    )
    line_ids = fields.One2many(
        "recouvrement.run.wizard.line",
        "wizard_id",
        compute="_compute_line_ids",
        compute_sudo=False,
        store=True,
        readonly=False,
    )
    due_line_ids = fields.One2many(
        "recouvrement.run.wizard.line",
        string="To be contacted",
        compute="_compute_counts",
    )
    excluded_line_ids = fields.One2many(
        "recouvrement.run.wizard.line", string="Left out", compute="_compute_counts"
    )
    reason_ids = fields.One2many(
        "recouvrement.run.wizard.reason",
        "wizard_id",
        "Reasons",
        compute="_compute_reason_ids",
        compute_sudo=False,
        store=True,
    )
    due_count = fields.Integer(compute="_compute_counts")
    waiting_count = fields.Integer("Actions waiting", compute="_compute_waiting_count")
    excluded_count = fields.Integer(compute="_compute_counts")
    bank_warning = fields.Char("Bank entries", compute="_compute_bank_warning")
    mediator_warning = fields.Char("Mediator", compute="_compute_mediator_warning")

    @api.model
    def _get_action_for(self, company, partners):
        """Open the preview for some debtors of a company."""
        wizard = self.create(
            {"company_id": company.id, "partner_ids": [Command.set(partners.ids)]}
        )
        return wizard._get_action()

    @api.model
    def action_open(self):
        """Open the preview for every debtor of the current company."""
        return self.create({})._get_action()

    def _get_action(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Prepare today's follow-up"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    @api.constrains("company_id")
    def _check_company(self):
        if self.company_id - self.env.companies:
            raise AccessError(
                self.env._("Switch to the company whose follow-up you prepare.")
            )

    @api.constrains("date")
    def _check_date(self):
        if any(
            wizard.date > wizard.company_id._recouvrement_today() for wizard in self
        ):
            raise ValidationError(
                self.env._("What will be owed is not known: choose today or earlier.")
            )

    @api.depends("date")
    def _compute_is_past(self):
        for wizard in self:
            today = wizard.company_id._recouvrement_today()
            wizard.is_past = bool(wizard.date) and wizard.date < today

    def _get_engine(self):
        """The engine of today, or that of a past day."""
        return self.env[f"recouvrement.engine{'.past' if self.is_past else ''}"]

    @api.depends("company_id", "partner_ids", "date")
    def _compute_line_ids(self):
        for wizard in self:
            if not wizard.company_id:
                wizard._set_lines([])
                continue
            wizard.company_id.check_access("read")
            today = wizard.company_id._recouvrement_today()
            engine = wizard._get_engine()
            date = min(wizard.date or today, today)
            scope = wizard.partner_ids or None
            debtors = engine._find_debtors(wizard.company_id, date, scope)
            lines, listed = [], []
            for candidates in engine._collect_in_batches(
                wizard.company_id, date, debtors
            ):
                lines += wizard._prepare_candidate_lines(candidates)
                for candidate in candidates:
                    listed.extend(candidate.move_ids)
            left_out = engine._explain_left_out(wizard.company_id, date, listed, scope)
            lines.extend(map(wizard._prepare_left_out_line, left_out))
            wizard._set_lines(lines)

    def _set_lines(self, vals_list):
        """Replace the lines. Those of a preview that is saved, which may be thousands,
        are written together."""
        if not self.id:
            self.line_ids = [Command.clear(), *map(Command.create, vals_list)]
            return
        lines = self.env["recouvrement.run.wizard.line"]
        lines.check_access("create")
        lines.search([("wizard_id", "=", self.id)]).unlink()
        lines = bulk_create(
            lines, [{**vals, "wizard_id": self.id} for vals in vals_list]
        )
        # As an assignment does: what is computed from them does not read them again.
        self._fields["line_ids"]._update_cache(self, lines._ids)

    @api.depends("line_ids.excluded", "reason_ids")
    def _compute_counts(self):
        for wizard in self:
            excluded = wizard.line_ids.filtered("excluded")
            ranks = {row.reason: rank for rank, row in enumerate(wizard.reason_ids)}
            wizard.excluded_line_ids = excluded.sorted(
                lambda line, ranks=ranks: ranks.get(line.reason, 0)
            )
            wizard.due_line_ids = wizard.line_ids - excluded
            wizard.excluded_count = len(wizard.excluded_line_ids)
            wizard.due_count = len(wizard.due_line_ids)

    @api.depends("line_ids.excluded")
    def _compute_reason_ids(self):
        """Count what is left out by reason, the largest amount first."""
        for wizard in self:
            groups = wizard.line_ids.filtered("excluded").grouped(
                lambda line: (line.reason, line.currency_id)
            )
            rows = [wizard._prepare_reason(lines) for lines in groups.values()]
            rows.sort(key=lambda row: -row["amount"])
            wizard.reason_ids = [Command.clear(), *map(Command.create, rows)]

    @api.model
    def _prepare_reason(self, lines):
        """Values of the row of debtors left out for the same reason."""
        digits = lines.currency_id.decimal_places
        amounts = (law.to_decimal(line.amount, digits) for line in lines)
        return {
            "reason": lines[0].reason,
            "debtor_count": len(lines.partner_id),
            "invoice_count": sum(lines.mapped("invoice_count")),
            "currency_id": lines.currency_id.id,
            "amount": float(sum(amounts)),
        }

    @api.depends("company_id", "partner_ids")
    def _compute_waiting_count(self):
        for wizard in self:
            wizard.waiting_count = self.env["recouvrement.action"].search_count(
                wizard._get_waiting_domain()
            )

    @api.depends("company_id")
    def _compute_bank_warning(self):
        for wizard in self:
            wizard._check_company()
            company = wizard.company_id
            wizard.bank_warning = company and company._recouvrement_get_bank_warning(
                company._recouvrement_today()
            )

    @api.depends("company_id")
    def _compute_mediator_warning(self):
        for wizard in self:
            wizard._check_company()
            company = wizard.company_id
            wizard.mediator_warning = (
                company and company._recouvrement_get_mediator_warning()
            )

    def _get_waiting_domain(self):
        """Actions prepared already that wait to be carried out."""
        domain = [
            ("company_id", "=", self.company_id.id),
            ("state", "in", PENDING_STATES),
        ]
        if self.partner_ids:
            domain.append(("partner_id", "in", self.partner_ids.ids))
        return domain

    def action_view_waiting(self):
        """Open the actions prepared already."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "l10n_fr_recouvrement.recouvrement_action_action"
        )
        action["domain"] = self._get_waiting_domain()
        return action

    @api.model
    def _prepare_candidate_lines(self, candidates):
        """Values of the lines of letters: what is held of an account, and what is known
        besides, stands on its first."""
        lines, seen = [], set()
        for candidate in candidates:
            line = self._prepare_candidate_line(candidate)
            if candidate.account.key not in seen:
                seen.add(candidate.account.key)
                line |= self._prepare_account_values(candidate.account)
            lines.append(line)
        return lines

    @api.model
    def _prepare_account_values(self, account):
        known = [
            f"{money.kind._get_reason()} {money.kind._get_detail(money)}"
            for money in account.known
        ]
        return {
            "amount_held": float(account.amount_held),
            "known": " – ".join(known),
        }

    @api.model
    def _prepare_candidate_line(self, candidate):
        record = candidate.record
        return {
            "partner_id": candidate.partner.id,
            "stage_id": False if candidate.excluded else candidate.stage.id,
            "invoice_count": len(candidate.move_ids),
            "days_late": max(
                0, (candidate.date - candidate.debts[0]["date_maturity"]).days
            ),
            "currency_id": candidate.currency.id,
            "amount": float(candidate.amount),
            "amount_deducted": float(
                sum((row["residual"] for row in candidate.credits), law.ZERO)
            ),
            "res_model": record._name if record else False,
            "res_id": record.id if record else False,
            "excluded": bool(candidate.excluded),
            "reason": candidate.excluded,
            "detail": candidate.detail,
        }

    @api.model
    def _prepare_left_out_line(self, row):
        return {**row, "excluded": True}

    def action_start(self):
        """Make the actions that the preview announced and open them."""
        self.ensure_one()
        if self.is_past:
            raise UserError(
                self.env._(
                    "Actions claim what is owed today: choose today to prepare them."
                )
            )
        if not self.due_count:
            raise UserError(
                self.env._(
                    "No debtor is to be contacted today: see the reasons under "
                    "“Left out”."
                )
            )
        run = self.env["recouvrement.run"].create({"company_id": self.company_id.id})
        if self.partner_ids:
            partners = self.env["recouvrement.engine"]._find_debtors(
                self.company_id, run.date, self.partner_ids
            )
            run._start(partners)
        else:
            run.action_start()
        return run.action_view_actions()


class RecouvrementRunWizardLine(models.TransientModel):
    """One debtor of the preview: contacted, or left out and why."""

    _name = "recouvrement.run.wizard.line"
    _description = "Debtor in the preview of a run"
    _order = "id"

    wizard_id = fields.Many2one(
        "recouvrement.run.wizard", required=True, index=True, ondelete="cascade"
    )
    partner_id = fields.Many2one("res.partner", "Debtor", required=True)
    stage_id = fields.Many2one("recouvrement.stage")
    channel = fields.Selection(related="stage_id.channel", related_sudo=False)
    invoice_count = fields.Integer("Invoices")
    days_late = fields.Integer("Days late")
    currency_id = fields.Many2one("res.currency", required=True)
    amount = fields.Monetary("Owed", help="Invoices less credits, without penalties.")
    amount_deducted = fields.Monetary(
        "Deducted",
        help="Payments and credit notes that are not allocated, set against what is "
        "claimed.",
    )
    amount_held = fields.Monetary(
        "Not claimed",
        help="What is late as well and is not claimed: disputed, left out of "
        "follow-up, owed before insolvency proceedings, no invoice.",
    )
    known = fields.Char(
        "Known besides",
        help="Money of the debtor that does not keep letters from being sent: none "
        "deducts it, unless it says so.",
    )
    res_model = fields.Char("Set right in")
    res_id = fields.Many2oneReference("Record", model_field="res_model")
    excluded = fields.Boolean()
    reason = fields.Char()
    detail = fields.Char(
        "Action or day",
        help="The action that waits, or the day that the debtor is contacted from.",
    )

    def action_set_right(self):
        """Open what keeps the debtor from being written to, where it is set right."""
        self.ensure_one()
        if self.res_model not in self.env or not self.res_id:
            return False
        return self.env[self.res_model].browse(self.res_id).get_formview_action()


class RecouvrementRunWizardReason(models.TransientModel):
    """One reason that debtors are left out for in the preview, and how much of what
    they owe."""

    _name = "recouvrement.run.wizard.reason"
    _description = "Reason in the preview of a run"
    _order = "id"

    wizard_id = fields.Many2one(
        "recouvrement.run.wizard", required=True, index=True, ondelete="cascade"
    )
    reason = fields.Char()
    debtor_count = fields.Integer("Debtors")
    invoice_count = fields.Integer("Invoices")
    currency_id = fields.Many2one("res.currency", required=True)
    amount = fields.Monetary("Owed", help="Invoices less credits, without penalties.")
