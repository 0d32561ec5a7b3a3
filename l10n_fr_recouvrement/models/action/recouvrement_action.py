import logging

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ... import law
from ...const import (
    DEBIT_KINDS,
    PROFILES,
    STATES,
)
from ...paper.words import wording
from .contact_field import split_emails

_logger = logging.getLogger(__name__)

SEQUENCE_CODE = "recouvrement.action"


def _add_up(rows, name, digits):
    # Most letters claim no penalties.
    amounts = [amount for row in rows if (amount := row[name])]
    return sum(
        (law.to_decimal(amount, digits) for amount in amounts), law.to_decimal(0)
    )


class RecouvrementAction(models.Model):
    """One contact with one debtor at one stage.

    Follows the account until it is carried out; then its lines, texts and PDF are the
    proof of what was sent and never change.
    """

    _name = "recouvrement.action"
    _description = "Recovery action"
    _inherit = [
        "recouvrement.guarded.mixin",
        "recouvrement.channel.mixin",
        "recouvrement.thread.mixin",
        "mail.activity.mixin",
    ]
    _order = "date desc, id desc"
    _check_company_auto = True

    name = fields.Char(
        "Reference", required=True, readonly=True, copy=False, default="/", index=True
    )
    run_id = fields.Many2one(
        "recouvrement.run", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    partner_id = fields.Many2one(
        "res.partner", "Debtor", required=True, readonly=True, index=True
    )
    contact_id = fields.Many2one(
        "res.partner",
        "Recipient",
        required=True,
        domain="[('commercial_partner_id', '=', partner_id)]",
        check_company=True,
    )
    email_partner_id = fields.Many2one(
        "res.partner", compute="_compute_email_partner_id", string="E-mailed to"
    )
    stage_id = fields.Many2one(
        "recouvrement.stage",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    kind = fields.Selection(related="stage_id.kind")
    profile = fields.Selection(PROFILES, required=True, readonly=True)
    is_consumer_abroad = fields.Boolean(
        related="partner_id.recouvrement_consumer_abroad", string="Consumer abroad"
    )
    channel = fields.Selection(
        selection=lambda self: (
            self.env["recouvrement.stage"]
            ._fields["channel"]
            ._description_selection(self.env)
        ),
        required=True,
    )
    state = fields.Selection(
        STATES,
        default="to_approve",
        required=True,
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    failure_reason = fields.Text("What to correct", readonly=True)
    approved_above_limit = fields.Boolean(
        "Approved above the limit",
        readonly=True,
        help="A manager approved it although it claims more than officers approve.",
    )
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        check_company=True,
        index="btree_not_null",
        tracking=True,
    )
    team_id = fields.Many2one(
        "recouvrement.team",
        check_company=True,
        index="btree_not_null",
        tracking=True,
    )
    date = fields.Date("Amounts as of", required=True, readonly=True)
    date_deadline = fields.Date("To be paid by", readonly=True)
    date_sent = fields.Date("Sent on", readonly=True)
    date_closed = fields.Date(
        readonly=True,
        index=True,
        help="Day it was sent, or that somebody cancelled it: the debtor is left alone "
        "for the minimum interval from then.",
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    letter_key = fields.Char(
        "Key of the letter",
        readonly=True,
        help="What distinguishes this letter from the others of its debtor, where an "
        "addon makes several; empty for the letter of the whole account.",
    )
    line_ids = fields.One2many("recouvrement.action.line", "action_id", readonly=True)
    invoice_count = fields.Integer("Invoices", compute="_compute_amounts", store=True)
    amount_invoices = fields.Monetary(
        "Invoices due", compute="_compute_amounts", store=True
    )
    amount_credits = fields.Monetary("Deducted", compute="_compute_amounts", store=True)
    amount_interest = fields.Monetary(
        "Interest", compute="_compute_amounts", store=True
    )
    amount_indemnity = fields.Monetary(
        "Indemnity", compute="_compute_amounts", store=True
    )
    amount_costs = fields.Monetary(
        "Complementary costs", compute="_compute_amounts", store=True
    )
    amount_total = fields.Monetary("Claimed", compute="_compute_amounts", store=True)
    show_penalties = fields.Boolean(
        "Penalties claimed", compute="_compute_amounts", store=True
    )
    legal_mentions = fields.Json(readonly=True)
    amount_text = fields.Char(
        compute="_compute_texts", help="Amount claimed, as letters write it."
    )
    principal_text = fields.Char(
        compute="_compute_texts", help="Invoices less credits, as letters write it."
    )
    penalty_text = fields.Char(
        compute="_compute_texts",
        help="Interest, indemnity and costs together, as letters write it.",
    )
    deadline_text = fields.Char(
        compute="_compute_texts", help="Day to be paid by, as letters write it."
    )
    sender_text = fields.Text(
        compute="_compute_sender_text",
        help="What a company must say of itself (C. com. art. R123-237), for e-mails.",
    )
    letter_subject = fields.Char("Subject", compute="_compute_letter_texts")
    letter_intro = fields.Html(compute="_compute_letter_texts")
    letter_demand = fields.Html(compute="_compute_letter_texts")
    letter_closing = fields.Html(compute="_compute_letter_texts")
    letter_texts = fields.Json(
        readonly=True, help="Texts of the letter as they were sent."
    )
    letter_note = fields.Html(
        "Added to the letter",
        sanitize_style=True,
        help="Printed after what is asked, on this letter only.",
    )
    letter_attachment_id = fields.Many2one(
        "ir.attachment", "Letter sent", readonly=True, index="btree_not_null"
    )
    letter_sha256 = fields.Char("SHA-256 of the letter", readonly=True)
    mail_id = fields.Many2one(
        "mail.mail", readonly=True, index="btree_not_null", ondelete="set null"
    )
    mail_state = fields.Selection(related="mail_id.state", string="In the queue")
    mail_message_id = fields.Char("Message-Id", readonly=True)
    email_to = fields.Char("Sent to", readonly=True)
    tracking_number = fields.Char(
        "Registered number",
        tracking=True,
        help="Number of the registered letter, printed on it.",
    )
    date_presented = fields.Date(
        "First presented on",
        tracking=True,
        help="Day the post first presented the registered letter. From the next day "
        "on, a formal notice bears the legal interest that a consumer owes.",
    )
    date_received = fields.Date(
        "Received on",
        tracking=True,
        help="Day on the receipt of the registered letter.",
    )

    _name_uniq = models.UniqueIndex(
        "(company_id, name) WHERE name != '/'", "The reference exists already."
    )

    # ------------------------------------------------------------------
    # Computed fields
    # ------------------------------------------------------------------

    @api.depends(
        "line_ids.kind",
        "line_ids.amount_residual",
        "line_ids.amount_interest",
        "line_ids.amount_indemnity",
        "line_ids.amount_cost",
    )
    def _compute_amounts(self):
        for action in self:
            action.update(
                self._get_amounts(action.line_ids, action.currency_id.decimal_places)
            )

    @api.model
    def _get_amounts(self, lines, digits):
        """Sums of the lines of an action, by name of its field.

        :param lines: records, or the values that they are made from
        """
        invoices = [line for line in lines if line["kind"] in DEBIT_KINDS]
        credits = [line for line in lines if line["kind"] not in DEBIT_KINDS]
        due, interest, indemnity, costs = (
            _add_up(invoices, name, digits)
            for name in (
                "amount_residual",
                "amount_interest",
                "amount_indemnity",
                "amount_cost",
            )
        )
        deducted = _add_up(credits, "amount_residual", digits)
        penalties = interest + indemnity + costs
        return {
            "invoice_count": len({line["move_id"] for line in invoices}),
            "amount_invoices": float(due),
            "amount_credits": float(deducted),
            "amount_interest": float(interest),
            "amount_indemnity": float(indemnity),
            "amount_costs": float(costs),
            "amount_total": float(due - deducted + penalties),
            "show_penalties": bool(penalties),
        }

    def _sum_amounts(self, records, name):
        """Exact sum of a monetary field."""
        return _add_up(records, name, self.currency_id.decimal_places)

    @api.depends("contact_id.email", "partner_id.email")
    def _compute_email_partner_id(self):
        for action in self:
            action.email_partner_id = action._get_email_partner()

    def _get_email_partner(self):
        """Whom an e-mail is for: the recipient, else the debtor. An address that cannot
        be one is passed over where the debtor has another."""
        contact, debtor = self.contact_id, self.partner_id
        if contact.email and (
            split_emails(contact.email)[0] or not split_emails(debtor.email)[0]
        ):
            return contact
        return debtor

    @api.depends(
        "line_ids", "amount_total", "currency_id", "date_deadline", "letter_lang"
    )
    def _compute_texts(self):
        for action in self:
            words = wording.for_lang(action.letter_lang)
            total = action._sum_amounts(action, "amount_total")
            penalties = sum(
                action._sum_amounts(action, name)
                for name in ("amount_interest", "amount_indemnity", "amount_costs")
            )
            currency = action.currency_id.name
            action.amount_text = words.format_amount(total, currency)
            action.penalty_text = words.format_amount(penalties, currency)
            action.principal_text = words.format_amount(total - penalties, currency)
            action.deadline_text = action.date_deadline and words.format_date(
                action.date_deadline
            )

    @api.depends("company_id", "letter_lang")
    def _compute_sender_text(self):
        service = self.env["report.l10n_fr_recouvrement.report_letter"]
        for action in self:
            company, words = action.company_id, wording.for_lang(action.letter_lang)
            lines = [company.name, company.phone, company.email]
            lines.append(service._prepare_footer(action, words))
            action.sender_text = "\n".join(line for line in lines if line)

    def _get_invoices(self):
        """Invoices that the actions claim or list, credits left out."""
        return self.line_ids.filtered(lambda line: line.kind == "invoice").move_id

    # ------------------------------------------------------------------
    # What an action is made with
    # ------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        # EXTENDS base
        references = self._next_references(
            sum(1 for vals in vals_list if vals.get("name", "/") == "/")
        )
        for vals in vals_list:
            if vals.get("name", "/") == "/":
                vals["name"] = next(references)
        return super().create(vals_list)

    @api.model
    def _next_references(self, count):
        """Iterate over the next ``count`` references, one query for all of them when
        the sequence lets gaps be."""
        sequence = self._find_sequence() or self._create_sequence()
        if sequence.implementation == "standard" and not sequence.use_date_range:
            # One statement for the whole batch, where next_by_id makes one a record.
            numbers = self.env.execute_query(
                SQL(
                    "SELECT nextval(%s) FROM generate_series(1, %s)",
                    f"ir_sequence_{sequence.id:03d}",
                    count,
                )
            )
            # Its date is computed once as well.
            prefix, suffix = sequence._get_prefix_suffix()
            return iter(
                [
                    f"{prefix}{number:0{sequence.padding}d}{suffix}"
                    for (number,) in numbers
                ]
            )
        return iter([sequence.next_by_id() for _index in range(count)])

    @api.model
    def _find_sequence(self):
        """The sequence of references of the company or of all; an archived one rather
        than none."""
        sequences = self.env["ir.sequence"].sudo().with_context(active_test=False)
        return sequences.search(
            [
                ("code", "=", SEQUENCE_CODE),
                ("company_id", "in", [self.env.company.id, False]),
            ],
            order="active DESC, company_id",
            limit=1,
        )

    @api.model
    def _create_sequence(self):
        """Make the sequence that somebody deleted again, as it is shipped: it goes on
        after the last reference given."""
        numbers = self.env.execute_query(
            SQL(
                """
                SELECT COALESCE(MAX(SUBSTRING(name FROM '([0-9]{1,9})$')::int), 0)
                  FROM recouvrement_action
                """
            )
        )
        sequence = (
            self.env["ir.sequence"]
            .sudo()
            .create(
                {
                    "name": "Recovery action",
                    "code": SEQUENCE_CODE,
                    "prefix": "REL/%(year)s/",
                    "padding": 5,
                    "company_id": False,
                    "number_next": numbers[0][0] + 1,
                }
            )
        )
        self.env["ir.model.data"].sudo()._update_xmlids(
            [
                {
                    "xml_id": "l10n_fr_recouvrement.sequence_action",
                    "record": sequence,
                    "noupdate": True,
                }
            ]
        )
        _logger.warning("The sequence %s was deleted: it is made again", SEQUENCE_CODE)
        return sequence

    @api.constrains("contact_id", "partner_id")
    def _check_contact(self):
        for action in self:
            if action.contact_id.commercial_partner_id != action.partner_id:
                raise ValidationError(
                    self.env._(
                        "%(contact)s is no contact of %(debtor)s: the letter would "
                        "reach somebody else.",
                        contact=action.contact_id.display_name,
                        debtor=action.partner_id.display_name,
                    )
                )
