from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .stage_plan import Step

LETTER_TEXTS = ("letter_subject", "letter_intro", "letter_demand", "letter_closing")


class RecouvrementStage(models.Model):
    """One step of a procedure: when, by which channel, with which text."""

    _name = "recouvrement.stage"
    _description = "Recovery stage"
    _inherit = "mail.render.mixin"
    _order = "procedure_id, sequence, id"

    # Texts are checked when they are saved (by who may write templates), so that any
    # officer can have them rendered, as with mail templates.
    _unrestricted_rendering = True

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
            ("reminder", "First reminder"),
            ("second_reminder", "Second reminder"),
            ("last_reminder", "Last reminder"),
            ("formal_notice", "Formal notice"),
            ("public_claim", "Claim to a public body"),
        ],
        required=True,
        default="reminder",
        help="What the letter is in law: a formal notice starts the legal interest "
        "that a consumer owes.",
    )
    delay = fields.Integer("Days", required=True, default=3)
    delay_from = fields.Selection(
        [("due_date", "after the due date"), ("previous", "after the previous stage")],
        string="Counted",
        required=True,
        default="due_date",
    )
    channel = fields.Selection(
        [
            ("email", "E-mail"),
            ("letter", "Letter"),
            ("registered", "Registered letter"),
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
    activity_type_id = fields.Many2one(
        "mail.activity.type",
        "Activity",
        help="Activity that tells the responsible of a call, a visit or a task.",
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
    mail_template_id = fields.Many2one(
        "mail.template",
        "E-mail",
        domain="[('model', '=', 'recouvrement.action')]",
        ondelete="restrict",
        help="Subject and body of the e-mail that carries the letter.",
    )
    letter_subject = fields.Char(
        "Subject", help="Printed after « Objet ». Placeholders may be used."
    )
    letter_intro = fields.Html(
        "Before the table",
        render_engine="qweb",
        sanitize="email_outgoing",
    )
    letter_demand = fields.Html(
        "What is asked",
        render_engine="qweb",
        sanitize="email_outgoing",
    )
    letter_closing = fields.Html(
        "Closing",
        render_engine="qweb",
        sanitize="email_outgoing",
    )

    _delay_positive = models.Constraint(
        "CHECK(delay >= 0)", "A stage comes after the due date: 0 day or more."
    )
    _payment_days_positive = models.Constraint(
        "CHECK(payment_days > 0)", "The deadline granted must be at least one day."
    )

    @api.depends_context("uid")
    def _compute_render_model(self):
        # EXTENDS mail
        self.render_model = "recouvrement.action"

    @api.constrains("channel", "mail_template_id")
    def _check_mail_template(self):
        for stage in self:
            if stage.channel == "email" and not stage.mail_template_id:
                raise ValidationError(
                    self.env._(
                        "The stage “%(stage)s” goes by e-mail: choose the e-mail to "
                        "send.",
                        stage=stage.name,
                    )
                )

    @api.constrains("show_penalties", "procedure_id", "kind")
    def _check_consumer_penalties(self):
        for stage in self:
            if (
                stage.show_penalties
                and stage.procedure_id.profile == "consumer"
                and stage.kind != "formal_notice"
            ):
                raise ValidationError(
                    self.env._(
                        "The stage “%(stage)s” cannot claim penalties: a consumer owes "
                        "the legal interest only, from a formal notice on (C. civ. "
                        "art. 1231-6).",
                        stage=stage.name,
                    )
                )

    def write(self, vals):
        # EXTENDS base: the next date of open invoices follows the procedure
        procedures = self.procedure_id
        res = super().write(vals)
        if {"active", "sequence", "delay", "delay_from", "procedure_id"} & vals.keys():
            (procedures | self.procedure_id)._refresh_open_invoices()
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

    def _get_steps(self):
        """Return ``{procedure_id: [Step]}`` of the active stages, in order."""
        steps = {}
        for stage in self.sorted(lambda stage: stage._get_rank()):
            if stage.active:
                steps.setdefault(stage.procedure_id.id, []).append(
                    Step(stage.id, stage._get_rank(), stage.delay, stage.delay_from)
                )
        return steps

    def _get_rank(self):
        self.ensure_one()
        return (self.sequence, self.id)

    def _render_letter_texts(self, actions):
        """Render the texts of the letter for ``actions`` of this stage.

        :return: ``{action_id: {field name of the action: text}}``
        """
        self.ensure_one()
        rendered = {
            name: self._render_field(name, actions.ids) for name in LETTER_TEXTS
        }
        return {
            action.id: {name: rendered[name][action.id] for name in LETTER_TEXTS}
            for action in actions
        }
