from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ...paper.words import letter_kinds
from ..settings.crossing import raise_crossing
from .expression import DATE_TOOLS, evaluate
from .recouvrement_text_mixin import LETTER_TEXTS  # noqa: F401 offered to others
from .stage_plan import PRESENTED_AFTER, Step, nominal_days

# What each condition is about.
CONDITIONS = {"invoice_domain": "account.move", "debtor_domain": "res.partner"}
# What moves the next date of the invoices that follow a procedure.
PLAN_FIELDS = {
    "active",
    "sequence",
    "delay",
    "delay_from",
    "presented_after",
    "procedure_id",
}


class RecouvrementStage(models.Model):
    """One step of a procedure: when, by which channel, with which text."""

    _name = "recouvrement.stage"
    _description = "Recovery stage"
    _inherit = [
        "recouvrement.text.mixin",
        "recouvrement.shared.mixin",
        "recouvrement.channel.mixin",
    ]
    _order = "procedure_id, sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    procedure_id = fields.Many2one(
        "recouvrement.procedure", required=True, index=True, ondelete="cascade"
    )
    profile = fields.Selection(related="procedure_id.profile")
    company_id = fields.Many2one(related="procedure_id.company_id")
    kind = fields.Selection(
        [
            ("courtesy", "Courtesy before the due date"),
            ("reminder", "First reminder"),
            ("contact", "Call or visit"),
            ("second_reminder", "Second reminder"),
            ("last_reminder", "Last reminder"),
            ("formal_notice", "Formal notice"),
            ("public_claim", "Claim to a public body"),
            ("hand_over", "Decision on what follows"),
            ("receipt", "Receipt for payment"),
            ("account_statement", "Statement of account"),
        ],
        "Nature",
        required=True,
        default="reminder",
        help="What the stage is in law: a formal notice starts the legal interest "
        "that a consumer owes. An invoice that changes procedure goes on from the "
        "stage of the same nature.",
    )
    delay = fields.Integer(
        "Days",
        required=True,
        default=3,
        help="Moved to the next working day, and never before the deadline that the "
        "last letter granted has passed. Negative: a courtesy, so many days before "
        "the due date.",
    )
    delay_from = fields.Selection(
        [
            ("due_date", "after the due date"),
            ("previous", "after the previous stage"),
            ("presented", "after the previous letter was presented"),
            ("hand", "whenever it is asked for"),
        ],
        string="Counted",
        required=True,
        default="due_date",
        help="After a registered letter the days may be counted from its first "
        "presentation by the post. After anything else they count from its sending. "
        "What is written whenever it is asked for is no step of a procedure.",
    )
    timing = fields.Char("When", compute="_compute_timing")
    caution = fields.Text(
        compute="_compute_caution",
        help="What who sends a letter of this nature must know of the law.",
    )
    presented_after = fields.Integer(
        "Not presented after",
        required=True,
        default=PRESENTED_AFTER,
        help="As long as nobody enters when the registered letter was presented, "
        "this stage waits this many days from its sending.",
    )
    channel = fields.Selection(
        [
            ("email", "E-mail"),
            ("letter", "Letter"),
            ("registered", "Registered letter"),
            ("lre", "Electronic registered letter"),
            ("snailmail", "Post by Odoo"),
            ("phone", "Phone call"),
            ("visit", "Visit"),
            ("task", "Task"),
        ],
        required=True,
        default="email",
    )
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        help="Who carries out the actions of this stage, where the debtor has no "
        "responsible of its own.",
    )
    team_id = fields.Many2one(
        "recouvrement.team",
        index="btree_not_null",
        help="Team that carries out the actions of this stage, where the debtor has "
        "none of its own.",
    )
    activity_type_id = fields.Many2one(
        "mail.activity.type",
        "Activity",
        help="Activity that reminds the responsible of a call, a visit or a task.",
    )
    needs_approval = fields.Boolean(
        "To be approved",
        default=True,
        help="Somebody approves each action of this stage before it leaves. Without "
        "it, e-mails of the daily run leave by themselves.",
    )
    payment_days = fields.Integer(
        "Deadline granted (days)",
        default=8,
        required=True,
        help="The letter asks for payment by this many days after its date.",
    )
    show_penalties = fields.Boolean(
        "Claim penalties",
        help="The letter lists and claims the penalties and the indemnity that are "
        "due by law. Never for a consumer before a formal notice.",
    )
    may_claim_penalties = fields.Boolean(
        compute="_compute_may_claim_penalties",
        help="Whether the law lets a letter of this nature claim penalties from such a "
        "debtor.",
    )
    invoice_domain = fields.Char(
        "Invoices concerned",
        help="The stage is skipped for the other invoices, which go on to the next.",
    )
    debtor_domain = fields.Char(
        "Debtors concerned",
        help="The stage is skipped for the invoices of the other debtors, which go on "
        "to the next.",
    )
    currency_id = fields.Many2one(related="procedure_id.currency_id")
    min_amount_invoice = fields.Monetary(
        "Smallest invoice",
        help="An invoice of which less is owed, payments and credit notes deducted, "
        "does not reach this stage. In the currency of the company.",
    )
    takes_along = fields.Selection(
        [
            ("all", "All that is due"),
            ("reminded", "What was reminded before"),
            ("reached", "Only what reached this stage"),
        ],
        "Claims besides",
        compute="_compute_takes_along",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        help="What else of the debtor goes with the invoices that reach this stage. It "
        "has been claimed by it: nothing softer follows. What was claimed more firmly "
        "already, what has time to pay, and what this stage is not for, is left out.",
    )
    addressee = fields.Selection(
        [
            ("contact", "Its follow-up address, else its invoice address"),
            ("seat", "A company itself, at its registered office"),
        ],
        "Goes to",
        compute="_compute_addressee",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        help="Where a letter of this stage goes, unless its action says otherwise. A "
        "formal notice reaches a company at its registered office, the address of the "
        "debtor itself.",
    )
    enclose_earlier_letters = fields.Boolean(
        "The earlier letters",
        help="Those that claimed the same invoices, as they were sent.",
    )
    enclose_invoices = fields.Boolean(
        "The invoices",
        help="Their PDF as it was sent; an invoice that has none is printed.",
    )
    enclose_statement = fields.Boolean(
        "The statement of interest",
        help="Where the letter claims penalties: how they are computed, row by row.",
    )
    enclose_evidence = fields.Boolean(
        "The evidence",
        help="Orders, contracts and signed delivery notes marked on the invoices or on "
        "their sales orders.",
    )
    mail_template_id = fields.Many2one(
        help="Subject and body of the e-mail that carries the letter.",
    )
    _delay_positive = models.Constraint(
        "CHECK(delay >= 0 OR delay_from = 'due_date')",
        "Only a stage counted from the due date may come before it.",
    )
    _presented_after_positive = models.Constraint(
        "CHECK(presented_after >= 0)", "A letter is presented after it is sent."
    )
    _courtesy_claims_nothing = models.Constraint(
        "CHECK(show_penalties IS NOT TRUE OR delay >= 0)",
        "Nothing is late before the due date: a courtesy claims no penalties.",
    )
    _min_amount_positive = models.Constraint(
        "CHECK(min_amount_invoice IS NULL OR min_amount_invoice >= 0)",
        "The smallest invoice cannot be negative.",
    )
    _payment_days_positive = models.Constraint(
        "CHECK(payment_days > 0)", "The deadline granted must be at least one day."
    )

    @api.depends("delay", "delay_from")
    @api.depends_context("lang")
    def _compute_timing(self):
        for stage in self:
            stage.timing = stage._get_timing() % {"days": abs(stage.delay)}

    def _get_timing(self):
        """When the stage comes, as lists show it, with a place for the days."""
        self.ensure_one()
        if self._is_on_request():
            return self.env._("whenever it is asked for")
        if self.delay_from == "due_date" and not self.delay:
            return self.env._("as soon as it is late")
        if self.delay < 0:
            return self.env._("%(days)s d. before the due date")
        if self.delay_from == "due_date":
            return self.env._("%(days)s d. after the due date")
        if self.delay_from == "presented":
            return self.env._("%(days)s d. after presentation of the previous letter")
        return self.env._("%(days)s d. after the previous stage")

    @api.depends("kind")
    @api.depends_context("lang")
    def _compute_caution(self):
        for stage in self:
            caution = letter_kinds.get(stage.kind).caution
            stage.caution = self.env._(caution) if caution else False

    @api.depends("kind", "profile")
    def _compute_may_claim_penalties(self):
        for stage in self:
            kind = letter_kinds.get(stage.kind)
            stage.may_claim_penalties = kind.may_claim_penalties(stage.profile)

    @api.depends("kind")
    def _compute_takes_along(self):
        for stage in self:
            stage.takes_along = letter_kinds.get(stage.kind).takes_along

    @api.depends("kind")
    def _compute_addressee(self):
        for stage in self:
            is_seat = letter_kinds.get(stage.kind).to_seat
            stage.addressee = "seat" if is_seat else "contact"

    def _get_addressee(self, debtor, contact):
        """Whom a letter of this stage goes to.

        :param contact: whom the debtor is written to otherwise
        """
        self.ensure_one()
        if self.addressee == "seat" and debtor._recouvrement_is_company():
            return debtor
        return contact

    @api.constrains("channel", "mail_template_id")
    def _check_mail_template(self):
        for stage in self:
            if stage.needs_template and not stage.mail_template_id:
                raise ValidationError(
                    self.env._(
                        "The stage “%(stage)s” goes by e-mail: choose the e-mail to "
                        "send.",
                        stage=stage.name,
                    )
                )

    @api.constrains("show_penalties", "procedure_id", "kind", "delay")
    def _check_penalties(self):
        for stage in self.filtered("show_penalties"):
            kind = letter_kinds.get(stage.kind)
            is_consumer = stage.procedure_id.profile == "consumer"
            if is_consumer and not kind.may_claim_penalties("consumer"):
                raise ValidationError(
                    self.env._(
                        "The stage “%(stage)s” cannot claim penalties: a consumer owes "
                        "the legal interest only, from a formal notice on (C. civ. "
                        "art. 1231-6).",
                        stage=stage.name,
                    )
                )
            # The database itself refuses those that come before the due date.
            if kind.before_due and stage.delay >= 0:
                raise ValidationError(
                    self.env._(
                        "Nothing is late before the due date: a courtesy claims no "
                        "penalties."
                    )
                )

    @api.constrains(*LETTER_TEXTS, "kind", "procedure_id")
    def _check_letter_words(self):
        self._check_words()
        self.text_ids._check_words()

    @api.onchange("kind")
    def _onchange_kind(self):
        """What a letter on request is counted from follows from its nature."""
        on_request = letter_kinds.get(self.kind).on_request
        if on_request != self._is_on_request():
            self.delay_from = "hand" if on_request else "due_date"

    @api.constrains("kind", "delay_from", "channel", "show_penalties")
    def _check_on_request(self):
        for stage in self:
            on_request = letter_kinds.get(stage.kind).on_request
            if on_request != stage._is_on_request():
                raise ValidationError(
                    self.env._(
                        "The stage “%(stage)s”: receipts and statements of account, "
                        "and nothing else, are written whenever they are asked for.",
                        stage=stage.name,
                    )
                )
            if on_request and (not stage.has_letter or stage.show_penalties):
                raise ValidationError(
                    self.env._(
                        "The stage “%(stage)s” is a letter that claims nothing: choose "
                        "e-mail or a letter as its channel, and no penalties.",
                        stage=stage.name,
                    )
                )

    @api.constrains(*CONDITIONS)
    def _check_conditions(self):
        # What waits to be written is none of the condition's.
        self.env.flush_all()
        for stage in self.sudo():
            for name, model in CONDITIONS.items():
                try:
                    domain = stage._get_condition(name)
                    # Reads as well: a value of the wrong type fails in the database.
                    with self.env.cr.savepoint(flush=False):
                        self.env[model].sudo().search(domain, limit=1)
                except Exception as error:
                    raise_crossing(error)
                    raise ValidationError(
                        self.env._(
                            "The condition “%(condition)s” of the stage “%(stage)s” "
                            "cannot be used: %(error)s",
                            condition=self._fields[name]._description_string(self.env),
                            stage=stage.name,
                            error=error,
                        )
                    ) from error

    def write(self, vals):
        # EXTENDS base: the next date of open invoices follows the procedure
        names = sorted(PLAN_FIELDS & vals.keys())
        before = {stage: [stage[name] for name in names] for stage in self}
        procedures = self.procedure_id
        res = super().write(vals)
        changed = self.filtered(
            lambda stage: before[stage] != [stage[name] for name in names]
        )
        if changed:
            (procedures | changed.procedure_id)._refresh_open_invoices()
        return res

    def unlink(self):
        # EXTENDS base
        procedures = self.procedure_id
        res = super().unlink()
        procedures.exists()._refresh_open_invoices()
        return res

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS base
        stages = super().create(vals_list)
        stages.procedure_id._refresh_open_invoices()
        return stages

    def _is_on_request(self):
        """Whether it is written when somebody asks: no step of a procedure."""
        return self.delay_from == "hand"

    def _filter_planned(self):
        """Keep what is planned: the stages in use that fall due by themselves."""
        return self.filtered(lambda stage: stage.active and not stage._is_on_request())

    def _get_steps(self):
        """Return ``{procedure_id: [Step]}`` of the steps of a procedure, in order."""
        steps = {}
        for stage in self._filter_planned().sorted(lambda stage: stage._get_rank()):
            steps.setdefault(stage.procedure_id.id, []).append(stage._get_step())
        return steps

    def _get_step(self):
        self.ensure_one()
        return Step(
            self.id,
            self._get_rank(),
            self.delay,
            self.delay_from,
            self.presented_after,
        )

    def _is_first(self):
        """Whether no stage of its procedure reminds of what is late before it."""
        self.ensure_one()
        steps = self.procedure_id.sudo().stage_ids._get_steps()
        late = [step for step in steps[self.procedure_id.id] if step.delay >= 0]
        return not late or self._get_rank() <= late[0].rank

    def _get_rank(self):
        self.ensure_one()
        return (self.sequence, self.id)

    def _get_nominal_day(self):
        """Days from the due date when every stage before this one is done on its day,
        archived or not itself."""
        self.ensure_one()
        stages = self.procedure_id.sudo().stage_ids._filter_planned() | self.sudo()
        ordered = stages.sorted(lambda stage: stage._get_rank())
        return nominal_days([stage._get_step() for stage in ordered])[self.id]

    def _get_condition(self, name):
        """A condition of this stage as a domain, everything when there is none."""
        self.ensure_one()
        company = self.company_id or self.env.company
        context = {
            "uid": self.env.uid,
            "context_today": company._recouvrement_today,
            **DATE_TOOLS,
        }
        return Domain(evaluate(self[name] or "[]", context))

    def _get_admitted(self, moves):
        """Read which invoices meet the conditions of the stages, by one search each.

        :return: ``{stage_id: ids of moves}`` of the stages that have conditions
        """
        admitted = {}
        # A condition is the manager's: it holds whatever the user may read.
        moves = (
            moves.sudo()
            .with_company(moves[:1].with_prefetch().company_id)
            .with_context(active_test=False)
        )
        for stage in (
            self.sudo()
            .filtered(lambda stage: any(stage[name] for name in CONDITIONS))
            ._filter_planned()
        ):
            domain = (
                Domain("id", "in", moves.ids)
                & stage._get_condition("invoice_domain")
                & Domain(
                    "commercial_partner_id",
                    "any",
                    stage._get_condition("debtor_domain"),
                )
            )
            admitted[stage.id] = frozenset(moves.search(domain).ids)
        return admitted

    def _render_letter_texts(self, actions):
        """Render the texts of the letter for ``actions`` of this stage, each in the
        language of its letter.

        :return: ``{action_id: {field name of the action: text}}``
        """
        self.ensure_one()
        rendered = {}
        for lang, part in actions.grouped("letter_lang").items():
            rendered.update(self._get_texts(lang)._render_texts(part))
        return rendered
