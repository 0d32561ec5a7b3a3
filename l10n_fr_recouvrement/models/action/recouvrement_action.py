import hashlib
import logging
from contextlib import closing

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import MissingError, UserError, ValidationError
from odoo.tools import SQL

from ... import law
from ...const import (
    CLOSED_STATES,
    CONTACTED_STATES,
    DEBIT_KINDS,
    LETTERLESS_CHANNELS,
    MANAGER,
    PENDING_STATES,
    PROFILES,
    REGISTERED_CHANNELS,
    STATES,
)
from ...paper.words import wording
from ..procedure.recouvrement_text_mixin import LETTER_TEXTS

_logger = logging.getLogger(__name__)

# What a person may change on an action; everything else is written by its methods.
EDITABLE_FIELDS = {
    "channel",
    "contact_id",
    "date_planned",
    "letter_note",
    "team_id",
    "tracking_number",
    "user_id",
}
# Who follows an action and what is to be done on it; its messages are its history.
MAIL_FIELDS = {
    "message_follower_ids",
    "message_is_follower",
    "message_main_attachment_id",
    "message_partner_ids",
}
NOT_APPROVED = {"approver_id": False, "date_approved": False}
EDITABLE_WHEN_SENT = {
    "tracking_number",
    "date_posted",
    "date_presented",
    "date_received",
    "team_id",
    "user_id",
}


def _add_up(rows, name, digits):
    return sum((law.to_decimal(row[name], digits) for row in rows), law.to_decimal(0))


class RecouvrementAction(models.Model):
    """One contact with one debtor at one stage.

    Follows the account until it is carried out; then its lines, texts and PDF are the
    proof of what was sent and never change.
    """

    _name = "recouvrement.action"
    _description = "Recovery action"
    _inherit = ["mail.thread", "mail.activity.mixin"]
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
        index=True,
        tracking=True,
    )
    failure_reason = fields.Text("What to mend", readonly=True)
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
        help="What tells this letter from the others of its debtor, where an addon "
        "makes several; empty for the letter of the whole account.",
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
            action.email_partner_id = (
                action.contact_id if action.contact_id.email else action.partner_id
            )

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

    # ------------------------------------------------------------------
    # What may change
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
        sequence = (
            self.env["ir.sequence"]
            .sudo()
            .search(
                [
                    ("code", "=", "recouvrement.action"),
                    ("company_id", "in", [self.env.company.id, False]),
                ],
                order="company_id",
                limit=1,
            )
        )
        if sequence.implementation == "standard" and not sequence.use_date_range:
            # One statement for the whole batch, where next_by_id makes one a record.
            numbers = self.env.execute_query(
                SQL(
                    "SELECT nextval(%s) FROM generate_series(1, %s)",
                    f"ir_sequence_{sequence.id:03d}",
                    count,
                )
            )
            # Its date is worked out once as well.
            prefix, suffix = sequence._get_prefix_suffix()
            return iter(
                [
                    f"{prefix}{number:0{sequence.padding}d}{suffix}"
                    for (number,) in numbers
                ]
            )
        return iter([sequence.next_by_id() for _index in range(count)])

    def write(self, vals):
        # EXTENDS base: nobody rewrites what was sent; the interest of a consumer runs
        # from the day that the notice was presented
        self._check_editable(vals)
        res = super().write(vals)
        if "date_presented" in vals:
            for stage, lines in (
                self.line_ids.filtered("stage_id").grouped("stage_id").items()
            ):
                lines.move_id._recouvrement_set_presented(vals["date_presented"], stage)
        if {"date_presented", "date_received"} & vals.keys():
            self.filtered(
                lambda action: action.kind == "formal_notice"
            ).line_ids.move_id._recouvrement_refresh_penalties(
                fields.Date.context_today(self)
            )
        return res

    @api.constrains("date_presented", "date_received", "date_posted")
    def _check_date_presented(self):
        today = fields.Date.context_today(self)
        for action in self:
            days = [day for day in (action.date_presented, action.date_received) if day]
            if days and (
                action.state not in CONTACTED_STATES
                or action.channel not in REGISTERED_CHANNELS
                or not (action.date_posted or action.date_sent)
                <= min(days)
                <= max(days)
                <= today
                or days != sorted(days)
            ):
                raise ValidationError(
                    self.env._(
                        "%(action)s: a registered letter is first presented once it is "
                        "sent and posted, on that day or later, received after that, "
                        "and not in the future.",
                        action=action.name,
                    )
                )

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

    @api.model
    def _read_formal_notices(self, moves):
        """Read from when due lines are in default: for a registered formal notice the
        event that the company settled on, the sending of any other.

        :return: ``{move_line_id: date}``
        """
        self.flush_model()
        self.env["recouvrement.action.line"].flush_model()
        return {
            line_id: day
            for line_id, day in self.env.execute_query(
                SQL(
                    """
                    SELECT line.move_line_id,
                           MIN(CASE WHEN action.channel != ALL(%s)
                                      OR company.recouvrement_consumer_start = 'sent'
                                    THEN action.date_sent
                                    WHEN company.recouvrement_consumer_start
                                         = 'received'
                                    THEN action.date_received
                                    ELSE action.date_presented END)
                      FROM recouvrement_action_line line
                      JOIN recouvrement_action action ON action.id = line.action_id
                      JOIN recouvrement_stage stage ON stage.id = action.stage_id
                      JOIN res_company company ON company.id = action.company_id
                     WHERE line.move_id = ANY(%s)
                       AND line.kind = 'invoice'
                       AND action.state = ANY(%s)
                       AND stage.kind = 'formal_notice'
                       -- an e-mail that came back put nobody in default
                       AND (action.channel != 'email' OR action.state != 'returned')
                     GROUP BY line.move_line_id
                    """,
                    list(REGISTERED_CHANNELS),
                    moves.ids,
                    list(CONTACTED_STATES),
                )
            )
            if day
        }

    def _check_editable(self, vals):
        if self.env.su:
            return
        names = {
            name
            for name in vals
            if name not in MAIL_FIELDS and not name.startswith("activity_")
        }
        closed = self.filtered(lambda action: action.state in CLOSED_STATES)
        if closed and names - EDITABLE_WHEN_SENT:
            raise UserError(
                self.env._(
                    "%(action)s is closed: what was sent does not change. Make a new "
                    "action instead.",
                    action=closed[0].name,
                )
            )
        if names - EDITABLE_FIELDS - EDITABLE_WHEN_SENT:
            raise UserError(
                self.env._(
                    "%(fields)s of an action follow the account: change the invoices, "
                    "the stage or the debtor instead.",
                    fields=", ".join(
                        sorted(
                            self._fields[name]._description_string(self.env)
                            for name in names - EDITABLE_FIELDS
                            if name in self._fields
                        )
                    ),
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_sent(self):
        if any(action.state in CONTACTED_STATES for action in self):
            raise UserError(
                self.env._("What was sent is kept: a sent action cannot be deleted.")
            )

    # ------------------------------------------------------------------
    # Buttons
    # ------------------------------------------------------------------

    def action_approve(self):
        """Approve: the actions may leave."""
        self.check_access("write")
        waiting = self.filtered(lambda action: action.state == "to_approve")
        # What is approved is what is owed now.
        waiting.sudo()._refresh()
        waiting = waiting.filtered(lambda action: action.state == "to_approve")
        waiting._approve_above_limit()
        waiting.sudo().write(
            {
                "state": "ready",
                "approver_id": self.env.uid,
                "date_approved": fields.Datetime.now(),
            }
        )
        return True

    def _approve_above_limit(self):
        """Above the limit of the company, approving is for a manager."""
        above = self.filtered(lambda action: action._is_above_limit())
        if above and not self.env.su and not self.env.user.has_group(MANAGER):
            company = above[0].company_id
            raise UserError(
                self.env._(
                    "Above %(limit)s, an action is approved by a member of the group "
                    "“%(group)s”: %(actions)s.",
                    limit=company.currency_id.format(
                        company.recouvrement_approval_limit
                    ),
                    group=self.env.ref(MANAGER).sudo().name,
                    actions=", ".join(
                        f"{action.name} ({action.partner_id.name})" for action in above
                    ),
                )
            )
        above.sudo().approved_above_limit = True

    def _is_above_limit(self):
        """Whether this action claims more than officers approve."""
        self.ensure_one()
        company = self.company_id
        limit = company.recouvrement_approval_limit
        return limit > 0 and limit < self.currency_id._convert(
            self.amount_total, company.currency_id, company, self.date
        )

    def _hold_above_limit(self):
        """What is ready and claims more than officers approve waits for a manager,
        unless one approved it already."""
        self.filtered(
            lambda action: (
                action.state == "ready"
                and not action.approved_above_limit
                and action._is_above_limit()
            )
        ).state = "to_approve"

    def action_cancel(self):
        """Give the actions up; their invoices come back after the minimum interval."""
        self.check_access("write")
        pending = self.filtered(lambda action: action.state in PENDING_STATES)
        pending._cancel(self.env._("Cancelled by %s.", self.env.user.name))
        pending.sudo().date_closed = fields.Date.context_today(self)
        return True

    def action_retry(self):
        """Check again the actions that could not leave."""
        self.check_access("write")
        self.filtered(lambda action: action.state == "failed").sudo()._attempt("_retry")
        return True

    def action_send(self):
        """Carry out the ready actions: send the e-mails, print the letters.

        :return: a message that says what was done, and the download of the letters
        """
        self.check_access("write")
        ready = self.filtered(lambda action: action.state == "ready")
        if self.env.context.get("recouvrement_in_steps"):
            return ready._send_in_steps()
        # Exceptions that were chosen with them are told of, not passed over.
        failed = self.filtered(lambda action: action.state == "failed")
        return (ready | failed)._report_sent(ready._send())

    def _report_sent(self, sent):
        """Say what became of ``self``, which were to be sent, and hand over the letters
        to post."""
        letters = sent.filtered(lambda action: action._channel_handler()._is_printed())
        return self._notify(
            self._get_outcome(sent), letters._print() if letters else None
        )

    def action_approve_and_send(self):
        """Approve and carry out at once."""
        self.action_approve()
        return self.action_send()

    def action_print(self):
        """Print the letters: those sent as they were sent, the others as they would be
        sent today, marked as drafts."""
        pending = self.filtered(lambda action: action.state in PENDING_STATES)
        if pending and self.has_access("write"):
            pending.sudo()._refresh()
        kept = self.filtered(lambda action: action.state != "cancelled")
        if not kept:
            return self._notify(
                self.env._("Nothing is left to claim: the action is cancelled.")
            )
        letters = kept.filtered(
            lambda action: action.channel not in LETTERLESS_CHANNELS
        )
        if not letters:
            return self._notify(
                self.env._(
                    "There is no letter: calls, visits, tasks and SMS have none."
                )
            )
        return letters._print()

    def _print(self):
        report = self.env.ref("l10n_fr_recouvrement.action_report_letter")
        return report.report_action(self, config=False)

    def _get_outcome(self, sent):
        """Say in words what became of the actions that were to be sent."""
        parts = []
        for count, text in (
            (
                len(sent.filtered(lambda action: action.channel == "email")),
                self.env._("E-mails on their way: %s."),
            ),
            (
                len(sent.filtered(lambda action: action.channel == "sms")),
                self.env._("SMS on their way: %s."),
            ),
            (
                len(
                    sent.filtered(
                        lambda action: action._channel_handler()._is_printed()
                    )
                ),
                self.env._("Letters printed and marked as sent today: %s."),
            ),
            (
                len(sent.filtered("carrier_state")),
                self.env._("Letters on their way to the service that posts them: %s."),
            ),
            (
                len(self.filtered(lambda action: action.state == "cancelled")),
                self.env._("Cancelled, nothing being left to claim: %s."),
            ),
            (
                len(self.filtered(lambda action: action.state == "to_approve")),
                self.env._("To be approved first, having changed meanwhile: %s."),
            ),
            (
                len(self.filtered(lambda action: action.state == "failed")),
                self.env._("Set aside as exceptions: %s."),
            ),
        ):
            if count:
                parts.append(text % count)
        return " ".join(parts) or self.env._("No action was ready to be sent.")

    @api.model
    def _notify(self, message, next_action=None):
        """Show a message, then go on with an action or refresh the screen."""
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": message,
                "next": next_action
                or {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # ------------------------------------------------------------------
    # Life of an action
    # ------------------------------------------------------------------

    def _send(self):
        """Carry out the ready actions of ``self`` at the amounts of today.

        What somebody else is sending at the same time is left to them.

        :return: the actions that have been sent
        """
        actions = self.sudo().try_lock_for_update()
        ready = actions.filtered(lambda action: action.state == "ready")
        return ready._attempt("_carry_out").with_env(self.env)

    def _attempt(self, method):
        """Call a method on the actions together; when that fails, one by one, so that
        only the one at fault is set aside, with what went wrong.

        :param method: name of a method that returns actions
        :return: the actions that the calls returned
        """
        try:
            with self.env.cr.savepoint():
                return getattr(self, method)()
        except OperationalError:
            raise  # concurrent transactions: Odoo tries the whole request again
        except Exception as error:
            if len(self) == 1:
                _logger.info("%s is set aside", self.name, exc_info=error)
                self._fail(str(error))
                return self.browse()
        return self.browse().union(*(action._attempt(method) for action in self))

    def _retry(self):
        for is_human, actions in self.grouped("is_human").items():
            state = "todo" if is_human else "to_approve"
            actions.write({"failure_reason": False, "state": state, **NOT_APPROVED})
        self._refresh()
        self._check_before_sending()
        self._schedule_activities()
        return self

    def _carry_out(self):
        """Refresh, check and hand to their channels.

        :return: the actions that have been sent
        """
        self._refresh()
        self._check_before_sending()
        ready = self.filtered(lambda action: action.state == "ready")
        sent = self.browse()
        for part in ready.grouped("channel").values():
            sent |= part[0]._channel_handler()._carry_out(part)
        return sent

    def _channel_handler(self):
        """Return the service of the channel of this action. Hook."""
        self.ensure_one()
        return self.env[f"recouvrement.channel.{self.channel}"]

    def _refresh(self):
        """Bring the pending actions up to what the account owes today; cancel those
        whose invoices were paid, disputed or left out meanwhile."""
        engine = self.env["recouvrement.engine"]
        today = fields.Date.context_today(self)
        pending = self.filtered(lambda action: action.state in PENDING_STATES)
        on_request = pending.filtered("is_on_request")
        on_request._refresh_on_request(today)
        for company, actions in (pending - on_request).grouped("company_id").items():
            candidates = {
                candidate.key: candidate
                for candidate in engine._collect(
                    company, today, actions.partner_id, planned_only=False
                )
            }
            kept = []
            for action in actions:
                # Once: the debtors of two actions may have been merged.
                candidate = candidates.pop(action._get_grouping_key(), None)
                if candidate and action._keep_stages(candidate):
                    kept.append((action, candidate))
                else:
                    action._cancel(
                        self.env._(
                            "Nothing is left to claim at this stage: paid, credited, "
                            "disputed or left out, or the debtor follows another "
                            "procedure now."
                        )
                    )
            penalties = engine._get_penalties(
                [candidate for _action, candidate in kept]
            )
            # All lines at once: unlinking empties the cache.
            refreshed = self.browse([action.id for action, _candidate in kept])
            refreshed.line_ids.unlink()
            refreshed.fetch(["company_id", "currency_id", "partner_id", "state"])
            lines = []
            for (action, candidate), penalty in zip(kept, penalties, strict=True):
                lines += [
                    {**line, "action_id": action.id}
                    for line in engine._prepare_lines(candidate, penalty[0])
                ]
            self.env["recouvrement.action.line"].create(lines)
            for (action, candidate), penalty in zip(kept, penalties, strict=True):
                vals = engine._prepare_amount_vals(candidate, penalty)
                if action.state == "failed" and not vals["failure_reason"]:
                    del vals["failure_reason"]  # another one stands
                action.write({**vals, **action._prepare_stage_vals(candidate.stage)})
        pending._hold_above_limit()

    def _get_grouping_key(self):
        """Whose letter this is and which, see ``recouvrement.engine._grouping_key``."""
        self.ensure_one()
        return (self.partner_id.id, self.currency_id.id, self.letter_key or "")

    def _keep_stages(self, candidate):
        """Give ``candidate`` the stages of this action that are still to be claimed.

        :return: whether there are any
        """
        for line in self.line_ids:
            move_id = line.move_id.id
            if (
                line.stage_id
                and line.move_id.recouvrement_procedure_id == line.stage_id.procedure_id
                and move_id in candidate.move_ids
                and move_id not in candidate.covered
                # A due date that was moved, or paid, begins another lateness.
                and line.cycle_date == candidate.standings[move_id].cycle
            ):
                candidate.stages[move_id] = line.stage_id
                candidate.cycles[move_id] = line.cycle_date
        if not candidate.stages or len(candidate.profiles) > 1 or candidate.amount <= 0:
            return False
        self.env["recouvrement.engine"]._narrow(candidate)
        return bool(candidate.stages)

    def _prepare_stage_vals(self, stage):
        """The stage falls back when the most advanced invoice was paid meanwhile."""
        self.ensure_one()
        if stage == self.stage_id:
            return {}
        vals = {"stage_id": stage.id, "channel": stage.channel}
        if self.state != "failed":
            # What was approved was another letter.
            vals["state"] = self._get_first_state(stage)
            vals |= {"approved_above_limit": False, **NOT_APPROVED}
        return vals

    @api.depends(
        "letter_texts", "stage_id", "amount_total", "date_deadline", "letter_lang"
    )
    def _compute_letter_texts(self):
        """The texts that were sent; until then those of the stage, as of today."""
        texts = {action.id: action.letter_texts for action in self}
        for stage, actions in (
            self.filtered(lambda action: not action.letter_texts)
            .grouped("stage_id")
            .items()
        ):
            try:
                texts.update(stage._render_letter_texts(actions))
            except (UserError, MissingError) as error:
                # The screen shows what is wrong; sending sets the action aside.
                wrong = dict.fromkeys(LETTER_TEXTS, str(error))
                texts.update(dict.fromkeys(actions._ids, wrong))
        for action in self:
            found = texts.get(action.id) or {}
            action.update({name: found.get(name, False) for name in LETTER_TEXTS})

    def _freeze_letter_texts(self):
        """Keep the texts that the letters of these actions are made with."""
        for stage, actions in self.grouped("stage_id").items():
            texts = stage._render_letter_texts(actions)
            for action in actions:
                action.letter_texts = {**texts[action.id], "lang": action.letter_lang}

    def _check_before_sending(self):
        """Set aside, with the reason in words, the actions that cannot leave."""
        pending = self.filtered(lambda action: action.state in PENDING_STATES)
        identity = pending._check_sender()
        for actions in pending.grouped("channel").values():
            problems = actions[0]._channel_handler()._check_deliverable(actions)
            for action in actions:
                reason = (
                    problems.get(action)
                    or identity.get(action)
                    or action.failure_reason
                )
                if reason:
                    action._fail(reason)

    def _check_sender(self):
        """Say which letters would lack what a company must say of itself on all of
        them. The rest is checked on what is printed, when it leaves.

        :return: ``{action: reason in words}``
        """
        service = self.env["report.l10n_fr_recouvrement.report_letter"]
        problems = {}
        for company, actions in (
            self.filtered(lambda action: action.channel not in ("phone", "task"))
            .grouped("company_id")
            .items()
        ):
            reasons = service._get_sender_problems(company)
            if reasons:
                problems |= dict.fromkeys(actions, "\n".join(reasons))
        return problems

    def _fail(self, reason):
        self.sudo().write({"state": "failed", "failure_reason": reason})

    def _cancel(self, reason):
        for action in self.sudo():
            action.message_post(body=reason)
        self.sudo().state = "cancelled"
        self._drop_activities()

    def _get_letter_pdfs(self, alone=False):
        """Print the letters of ``self``.

        :param alone: leave out what is enclosed
        :return: ``{action_id: PDF as bytes}``; an action whose letter cannot be made is
            missing, and set aside with the reason
        """
        service = self.env["report.l10n_fr_recouvrement.report_letter"]
        documents, errors = service._render_documents(self, alone=alone)
        self._fail_printing(errors)
        return {res_id: document.pdf for res_id, document in documents.items()}

    def _fail_printing(self, errors):
        for action in self:
            if action.id in errors and action.state in PENDING_STATES:
                action._fail(errors[action.id])

    def _freeze_letters(self):
        """Print each letter with what is enclosed and keep its PDF.

        :return: the actions whose letter is frozen
        """
        self._freeze_letter_texts()
        frozen = self.browse()
        service = self.env["report.l10n_fr_recouvrement.report_letter"]
        with closing(service._iterate_documents(self, keep=True)) as parts:
            for actions, documents, errors in parts:
                actions._fail_printing(errors)
                frozen |= actions._freeze_documents(documents)
                _logger.info("%s of %s letters made", len(frozen), len(self))
        return frozen

    def _freeze_documents(self, documents):
        """Keep the letters of ``self`` that could be made.

        :param documents: ``{action_id: Document}``
        :return: their actions
        """
        frozen = self.filtered(lambda action: action.id in documents)
        attachments = self.env["ir.attachment"].create(
            [
                action._prepare_letter_attachment(documents[action.id].pdf)
                for action in frozen
            ]
        )
        for action, attachment in zip(frozen, attachments, strict=True):
            action.write(action._prepare_seal(documents[action.id], attachment))
        return frozen

    def _prepare_seal(self, document, attachment):
        """What is kept of a letter with its PDF. Hook."""
        self.ensure_one()
        service = self.env["report.l10n_fr_recouvrement.report_letter"]
        recipient = service._prepare_recipient(self, service._get_words(self))
        return {
            "letter_attachment_id": attachment.id,
            "letter_sha256": hashlib.sha256(document.pdf).hexdigest(),
            "letter_pages": document.pages,
            "letter_enclosures": document.enclosures,
            "recipient_text": "\n".join(recipient),
            "sender_id": self.env.uid,
            "date_frozen": fields.Datetime.now(),
        }

    def _prepare_letter_attachment(self, pdf):
        self.ensure_one()
        return {
            "name": f"{self.name.replace('/', '-')}.pdf",
            "raw": pdf,
            "mimetype": "application/pdf",
            "res_model": self._name,
            "res_id": self.id,
            "recouvrement_sealed": True,
        }

    def _mark_sent(self, day=None):
        """Close the actions as sent on ``day`` (today) and move their invoices on."""
        day = day or fields.Date.context_today(self)
        self.write(
            {
                "state": "sent",
                "date_sent": day,
                "date_closed": day,
                "failure_reason": False,
            }
        )
        self._advance_stages(day)
        # Invoices that are listed only go their own way, and no deadline is shortened.
        for deadline, actions in self.grouped("date_deadline").items():
            actions.line_ids.filtered("stage_id").move_id.filtered(
                lambda move, deadline=deadline: (
                    not move.recouvrement_deadline
                    or move.recouvrement_deadline < deadline
                )
            )._recouvrement_write({"recouvrement_deadline": deadline})
        self._mark_penalties_claimed()

    def _advance_stages(self, day):
        """The invoices claimed have reached their stages on ``day``."""
        claimed = self.line_ids.filtered("stage_id")
        for (stage, cycle), lines in claimed.grouped(
            lambda line: (line.stage_id, line.cycle_date)
        ).items():
            lines.move_id._recouvrement_write(
                {
                    "recouvrement_stage_id": stage.id,
                    "recouvrement_stage_date": day,
                    "recouvrement_cycle_date": cycle,
                }
            )

    def _get_invoices(self):
        """Invoices that the actions claim or list, credits left out."""
        return self.line_ids.filtered(lambda line: line.kind == "invoice").move_id

    def _mark_penalties_claimed(self):
        """Let penalties know the letter that claimed them."""
        claiming = self.filtered("show_penalties")
        for action in claiming.filtered("amount_costs"):
            action.line_ids.move_id.recouvrement_penalty_line_ids.filtered(
                lambda line: line.kind == "cost" and not line.debit_line_id
            ).claimed_action_id = action
        claiming.line_ids.move_id._recouvrement_follow_payments()
