import base64

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Domain

from ..const import ACCOUNTING, DUE_STATES, FOLLOWED_TYPES
from .download import download_file


class RecouvrementStatementWizard(models.TransientModel):
    """Prints the statement of interest of one invoice, a selection, a debtor or an
    action, to be downloaded by who asked for it alone."""

    _name = "recouvrement.statement.wizard"
    _description = "Statement of interest"

    date = fields.Date(
        "As of",
        required=True,
        default=lambda self: self.env.company._recouvrement_today(),
        help="Interest is counted up to this day, included; payments received later "
        "are left out.",
    )
    imputation = fields.Selection(
        [
            ("principal_first", "Principal first, as allocated"),
            ("interest_first", "Interest first (C. civ. art. 1343-1)"),
            ("both", "Both side by side"),
        ],
        "Payments go to",
        required=True,
        default="principal_first",
        help="Interest is paid first where the parties agreed on nothing else.",
    )
    with_credits = fields.Boolean(
        "Deduct unallocated credits",
        default=True,
        help="Set the credit notes and payments that nobody allocated against the "
        "oldest debts, as letters do (C. civ. art. 1342-10).",
    )
    partner_id = fields.Many2one("res.partner", "Debtor", readonly=True)
    action_id = fields.Many2one("recouvrement.action", "Recovery action", readonly=True)
    move_ids = fields.Many2many(
        "account.move",
        string="Invoices",
        compute="_compute_move_ids",
        compute_sudo=False,
        store=True,
        readonly=False,
    )
    file = fields.Binary(readonly=True)
    file_name = fields.Char(readonly=True)

    # ------------------------------------------------------------------
    # What it is opened from
    # ------------------------------------------------------------------

    @api.model
    def default_get(self, fields_list):
        # EXTENDS base: the records that the assistant is opened from
        defaults = super().default_get(fields_list)
        model = self.env.context.get("active_model")
        if model not in ("account.move", "res.partner", "recouvrement.action"):
            return defaults
        records = self.env[model].browse(self.env.context.get("active_ids") or ())
        if model == "account.move":
            moves = self._filter_invoices(records)
            if not moves:
                raise UserError(
                    self.env._("Choose posted customer invoices: nothing else is late.")
                )
            defaults["move_ids"] = [Command.set(moves.ids)]
        elif model == "res.partner":
            defaults["partner_id"] = records[:1].commercial_partner_id.id
        else:
            action = records[:1]
            defaults.update(
                action_id=action.id,
                date=action.date,
                move_ids=[
                    Command.set(self._filter_invoices(action.line_ids.move_id).ids)
                ],
            )
        return defaults

    @api.model
    def _filter_invoices(self, moves):
        """Keep what may be late: posted customer invoices, and no debit notes."""
        return moves.filtered(
            lambda move: (
                move.state == "posted"
                and move.move_type in FOLLOWED_TYPES
                and not move.recouvrement_is_debit_note
            )
        )

    @api.depends("partner_id", "date")
    def _compute_move_ids(self):
        """Of a debtor, the invoices that are late or still owe penalties."""
        for wizard in self:
            if wizard.partner_id and wizard.date:
                wizard.move_ids = self._filter_invoices(
                    self.env["account.move"].search(wizard._get_debtor_domain())
                )
            else:
                wizard.move_ids = wizard.move_ids

    def _get_debtor_domain(self):
        moves = self.env["account.move"]
        return Domain(
            [
                ("commercial_partner_id", "=", self.partner_id.id),
                ("company_id", "=", self.env.company.id),
                ("state", "=", "posted"),
            ]
        ) & (
            moves._recouvrement_overdue_domain(self.date)
            | Domain("recouvrement_penalty_line_ids.state", "in", DUE_STATES)
        )

    @api.constrains("partner_id", "action_id")
    def _check_readable(self):
        # constraints have every right
        for wizard in self.sudo(False):
            wizard.partner_id.check_access("read")
            wizard.action_id.check_access("read")

    # ------------------------------------------------------------------
    # Buttons
    # ------------------------------------------------------------------

    def action_print(self):
        """Download the statements as one PDF."""
        statements = self._get_statements()
        service = self.env["report.l10n_fr_recouvrement.report_statement"]
        return self._download(statements, "pdf", service._render_pdf(statements))

    def action_export(self):
        """Download the statements as a workbook."""
        statements = self._get_statements()
        service = self.env["report.l10n_fr_recouvrement.report_statement"]
        return self._download(statements, "xlsx", service._render_xlsx(statements))

    def _get_statements(self):
        """Compute the statements of the invoices that the user may read."""
        self.ensure_one()
        if not any(self.env.user.has_group(group) for group in ACCOUNTING.split(",")):
            raise AccessError(
                self.env._("Statements of interest are for users of the accounting.")
            )
        # Read past the rules, which would leave out what is to be refused.
        moves = self.env["account.move"].browse(self.sudo().move_ids.ids)
        moves.check_access("read")
        if not moves:
            raise UserError(self.env._("Choose invoices."))
        return self.env["report.l10n_fr_recouvrement.report_statement"]._get_statements(
            self._filter_invoices(moves),
            self.date,
            self.imputation,
            self.with_credits,
            self._get_reference(),
        )

    def _get_reference(self):
        """The action that the statement goes with, at the foot of its pages."""
        if not self.action_id:
            return ""
        self.action_id.check_access("read")
        return f"{self.action_id.name}, décompte"

    def _download(self, statements, extension, content):
        """Keep a file until the assistant is cleaned up, and hand it over."""
        names = {statement["name"] for statement in statements}
        name = f"Décompte {names.pop()}" if len(names) == 1 else "Décomptes"
        self.write(
            {
                "file": base64.b64encode(content),
                "file_name": f"{name.replace('/', '-')} {self.date}.{extension}",
            }
        )
        return download_file(self)
