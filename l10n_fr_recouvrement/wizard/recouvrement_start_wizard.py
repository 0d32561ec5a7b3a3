from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Command

from ..models.run.recouvrement_start import AGES, StartAnswers
from ..models.settings.shipped import get_shipped
from ..paper.words import letter_kinds


class RecouvrementStartWizard(models.TransientModel):
    """Starts follow-up in a company that has open invoices already: asks from when and
    how old debts enter, shows what the answers would do, then writes them. It sends
    nothing."""

    _name = "recouvrement.start.wizard"
    _description = "Start follow-up"

    page = fields.Selection(
        [("answers", "Answers"), ("preview", "Preview")],
        "Page of the assistant",
        required=True,
        default="answers",
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id", related_sudo=False)
    start_date = fields.Date(
        "Follow invoices due from",
        compute="_compute_answers",
        compute_sudo=False,
        store=True,
        precompute=True,
        readonly=False,
        help="Invoices due before this day are left alone. Empty: no limit.",
    )
    entry = fields.Selection(
        [
            ("first", "At the first stage: all start gently"),
            ("reached", "At the stage that they have reached by their age"),
            ("claimed", "As claimed before: at a stage that you choose"),
        ],
        "Debts that are late already enter",
        compute="_compute_answers",
        compute_sudo=False,
        store=True,
        precompute=True,
        readonly=False,
        required=True,
    )
    claimed_kind = fields.Selection(
        "_selection_claimed_kind",
        "Claimed up to",
        required=True,
        default="second_reminder",
        help="A procedure without such a stage takes its firmest one before it.",
    )
    claimed_days = fields.Integer(
        "Where they are late by more than (days)", required=True, default=30
    )
    entries = fields.Boolean(
        "Follow opening balances, payments returned and bills",
        help="What customers owe by entries that are no invoices: it walks their "
        "procedure as an invoice does. Otherwise it is listed, and claimed once "
        "somebody says so.",
    )
    auto = fields.Boolean(
        "Daily job",
        compute="_compute_answers",
        compute_sudo=False,
        store=True,
        precompute=True,
        readonly=False,
        help="Each day, prepare what is due and send the e-mails that need no "
        "approval.",
    )
    line_ids = fields.One2many(
        "recouvrement.start.wizard.line",
        "wizard_id",
        compute="_compute_line_ids",
        compute_sudo=False,
        store=True,
    )
    barred_count = fields.Integer("Time-barred, as it seems", compute="_compute_barred")
    barred_amount = fields.Monetary(
        "Amount time-barred, as it seems", compute="_compute_barred"
    )
    shared_names = fields.Char(
        "Procedures shared with other companies", compute="_compute_shared_names"
    )
    preview_ids = fields.One2many("recouvrement.start.wizard.preview", "wizard_id")
    step_ids = fields.One2many(
        "recouvrement.start.wizard.preview", string="Prepared", compute="_compute_steps"
    )
    excluded_ids = fields.One2many(
        "recouvrement.start.wizard.preview",
        string="Left out",
        compute="_compute_steps",
    )
    action_count = fields.Integer("Actions prepared", compute="_compute_steps")
    claimed_count = fields.Integer("Taken as claimed before", readonly=True)

    _claimed_days_positive = models.Constraint(
        "CHECK(claimed_days >= 0)", "The number of days late cannot be negative."
    )

    @api.model
    def _selection_claimed_kind(self):
        kinds = self.env["recouvrement.stage"]._fields["kind"]
        return [
            (value, label)
            for value, label in kinds._description_selection(self.env)
            if letter_kinds.get(value).firmness
        ]

    @api.model
    def action_open(self):
        """Open the assistant for the current company."""
        return self.create({})._get_action()

    def _get_action(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Start follow-up"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    @api.constrains("company_id")
    def _check_company(self):
        if self.company_id - self.env.companies:
            raise AccessError(
                self.env._("Switch to the company whose follow-up you start.")
            )

    # ------------------------------------------------------------------
    # What is open
    # ------------------------------------------------------------------

    @api.depends("company_id")
    def _compute_answers(self):
        """Begin with the settings in force; one year back where there are none."""
        for wizard in self:
            wizard._check_company()
            company = wizard.company_id
            today = company._recouvrement_today()
            entries = set(
                self.env["recouvrement.start"]
                ._get_procedures(company)
                .mapped("late_entry")
            )
            wizard.start_date = (
                company.recouvrement_start_date or today - relativedelta(years=1)
            )
            wizard.auto = company.recouvrement_auto
            wizard.entry = entries.pop() if len(entries) == 1 else "first"

    @api.depends("company_id", "start_date", "entries")
    def _compute_line_ids(self):
        for wizard in self:
            wizard._check_company()
            today = wizard.company_id._recouvrement_today()
            rows = {
                row["age"]: row
                for row in self.env["recouvrement.start"]._read_ages(
                    wizard.company_id, today, wizard.start_date, wizard.entries
                )
            }
            wizard.line_ids = [
                Command.clear(),
                *(
                    Command.create(wizard._prepare_line(age, rows.get(age)))
                    for age in [*dict(AGES), "total", "credit"]
                ),
            ]

    @api.model
    def _prepare_line(self, age, row):
        """Values of one line of the table; credits are what debtors owe less."""
        if not row:
            return {"age": age}
        sign = -1 if age == "credit" else 1
        return {
            "age": age,
            "invoice_count": row["invoices"],
            "debtor_count": row["debtors"],
            "amount": float(sign * row["amount"]),
            "amount_followed": float(sign * row["followed"]),
            "amount_left_out": float(sign * (row["amount"] - row["followed"])),
            "barred_count": row["barred"],
            "barred_amount": float(row["barred_amount"]),
        }

    @api.depends("line_ids.barred_count")
    def _compute_barred(self):
        for wizard in self:
            total = wizard.line_ids.filtered(lambda line: line.age == "total")
            wizard.barred_count = total.barred_count
            wizard.barred_amount = total.barred_amount

    @api.depends("company_id", "entry")
    def _compute_shared_names(self):
        """Name the procedures whose entry the answer changes for others too."""
        alone = self.env["res.company"].sudo().search_count([], limit=2) == 1
        for wizard in self:
            wizard._check_company()
            names = []
            if not alone and wizard.entry in ("first", "reached"):
                procedures = self.env["recouvrement.start"]._get_procedures(
                    wizard.company_id
                )
                names = [
                    procedure.name
                    for procedure in procedures
                    if not procedure.company_id and procedure.late_entry != wizard.entry
                ]
            wizard.shared_names = ", ".join(names)

    # ------------------------------------------------------------------
    # Preview and start
    # ------------------------------------------------------------------

    def _get_answers(self):
        self.ensure_one()
        return StartAnswers(
            self.start_date,
            self.auto,
            self.entry,
            self.claimed_kind,
            self.claimed_days,
            self.entries,
        )

    @api.depends("preview_ids")
    def _compute_steps(self):
        for wizard in self:
            wizard.step_ids = wizard.preview_ids.filtered("stage_id")
            wizard.excluded_ids = wizard.preview_ids - wizard.step_ids
            wizard.action_count = sum(wizard.step_ids.mapped("debtor_count"))

    def action_preview(self):
        """Show what the first run would prepare; nothing of it is kept."""
        self.ensure_one()
        self._check_company()
        preview = self.env["recouvrement.start"]._simulate(
            self.company_id, self.company_id._recouvrement_today(), self._get_answers()
        )
        self.write(
            {
                "page": "preview",
                "claimed_count": preview.claimed,
                "preview_ids": [
                    Command.clear(),
                    *(
                        Command.create({**row, "amount": float(row["amount"])})
                        for row in preview.steps + preview.excluded
                    ),
                ],
            }
        )
        return self._get_action()

    def action_back(self):
        """Return to the answers."""
        self.page = "answers"
        return self._get_action()

    def action_start(self):
        """Write the answers and open the list of the day, from where the follow-up is
        prepared. Nothing is sent."""
        self.ensure_one()
        self.check_access("write")
        self._check_company()
        self.env["recouvrement.start"]._start(
            self.company_id, self.company_id._recouvrement_today(), self._get_answers()
        )
        today = get_shipped(
            self.env, "l10n_fr_recouvrement.recouvrement_action_today_open"
        ).sudo()
        return self.env["recouvrement.action"]._notify(
            self.env._(
                "Follow-up is started and nothing was sent. Prepare the follow-up of "
                "today when you are ready."
            ),
            {
                "type": today.type,
                "id": today.id,
                "path": today.path,
                "context": {"recouvrement_just_started": True},
            },
        )


class RecouvrementStartWizardLine(models.TransientModel):
    """What is open of one age, and how much of it would be followed."""

    _name = "recouvrement.start.wizard.line"
    _description = "Open receivables by age"
    _order = "id"

    wizard_id = fields.Many2one(
        "recouvrement.start.wizard", required=True, index=True, ondelete="cascade"
    )
    age = fields.Selection(
        [
            *AGES,
            ("total", "Total"),
            ("credit", "Unallocated credits of these debtors"),
        ],
        required=True,
    )
    invoice_count = fields.Integer("Invoices")
    debtor_count = fields.Integer("Debtors")
    currency_id = fields.Many2one(related="wizard_id.currency_id", related_sudo=False)
    amount = fields.Monetary()
    amount_followed = fields.Monetary("Followed")
    amount_left_out = fields.Monetary("Left alone")
    barred_count = fields.Integer("Time-barred, as it seems")
    barred_amount = fields.Monetary("Amount time-barred, as it seems")


class RecouvrementStartWizardPreview(models.TransientModel):
    """What the first run would do at one stage, or leave out for one reason."""

    _name = "recouvrement.start.wizard.preview"
    _description = "Preview of the first run"
    _order = "id"

    wizard_id = fields.Many2one(
        "recouvrement.start.wizard", required=True, index=True, ondelete="cascade"
    )
    stage_id = fields.Many2one("recouvrement.stage")
    procedure_id = fields.Many2one(related="stage_id.procedure_id", related_sudo=False)
    channel = fields.Selection(related="stage_id.channel", related_sudo=False)
    reason = fields.Char()
    debtor_count = fields.Integer("Debtors")
    invoice_count = fields.Integer("Invoices")
    currency_id = fields.Many2one("res.currency", required=True)
    amount = fields.Monetary("Owed", help="Invoices less credits, without penalties.")
