import re
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import (
    email_normalize,
    email_normalize_all,
    format_date,
    plaintext2html,
)

from ...const import PENDING_STATES
from ...paper.words import letter_kinds
from ..action.contact_field import split_emails

# A mail server that does not answer is asked again so often, for so long.
RETRY_EVERY = timedelta(hours=1)
RETRY_FOR = timedelta(days=2)
# Servers give up after four to five days (RFC 5321 §4.5.4.1): what comes later is no
# return.
RETURNS_WITHIN = timedelta(days=7)
# Type of the activity that asks somebody to check a report of return.
RETURN_CHECK = "l10n_fr_recouvrement.mail_activity_return"
# An answer of an SMTP server, as Python shows it in an exception.
SMTP_ANSWER = re.compile(r"""\(?(\d{3}), b?(['"])(.*?)\2\)?""", re.DOTALL)


class RecouvrementAction(models.Model):
    """What becomes of the e-mail of an action: on its way, left, failed, returned or
    answered; and sending again, by the same channel or another."""

    _inherit = "recouvrement.action"

    email_message_id = fields.Many2one(
        "mail.message",
        "Message of the e-mail",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    email_subject = fields.Char("Subject of the e-mail", readonly=True)
    email_body = fields.Html(
        "E-mail sent", readonly=True, sanitize="email_outgoing", prefetch=False
    )
    email_state = fields.Selection(
        [
            ("queued", "On its way"),
            ("left", "Has left"),
            ("failed", "Failed"),
            ("returned", "Came back"),
        ],
        compute="_compute_email_state",
        string="E-mail",
    )
    date_left = fields.Datetime(
        "Left on",
        readonly=True,
        help="When the mail server took the e-mail. It says nothing of whether it was "
        "read.",
    )
    email_failure = fields.Text("Why the e-mail did not leave", readonly=True)
    email_bounce = fields.Text("Why the e-mail came back", readonly=True)
    bounce_doubt = fields.Text(
        "Why a report of return is to be checked",
        readonly=True,
        help="Anybody may write a report that an e-mail came back. A person decides "
        "about this one.",
    )
    bounce_reported = fields.Text("What the report says", readonly=True)
    return_reason = fields.Selection(
        selection_add=[("undelivered", "E-mail not delivered")],
        ondelete={"undelivered": "set null"},
    )
    date_answered = fields.Datetime("Answered on", readonly=True, index=True)
    resent_from_id = fields.Many2one(
        "recouvrement.action", "Sends again", readonly=True, index="btree_not_null"
    )
    resent_ids = fields.One2many("recouvrement.action", "resent_from_id", "Sent again")
    is_resent = fields.Boolean("Sent again already", compute="_compute_is_resent")

    @api.depends("state", "date_left", "mail_message_id", "mail_id.state")
    def _compute_email_state(self):
        for action in self:
            action.email_state = action._get_email_state()

    def _get_email_state(self):
        if not self.mail_message_id:
            return False
        if self.state == "returned":
            return "returned"
        if self.date_left:
            return "left"
        return "queued" if self.mail_state == "outgoing" else "failed"

    @api.depends("resent_ids.state")
    def _compute_is_resent(self):
        for action in self:
            action.is_resent = bool(action._get_resent())

    def _get_resent(self):
        """The action that sends this one again, unless it was given up."""
        return self.resent_ids.filtered(lambda action: action.state != "cancelled")[:1]

    @api.model
    def _trigger_mail_queue(self, at=None):
        job = self.env["recouvrement.channel.email"]._job
        self.env["ir.cron"]._recouvrement_trigger(job, at)

    # ------------------------------------------------------------------
    # Who may read, who is notified
    # ------------------------------------------------------------------

    @api.model
    def _mail_get_partner_fields(self, introspect_fields=False):
        # OVERRIDE mail: one writes to the recipient, not to the head office
        return ["email_partner_id"]

    def _notify_get_recipients(self, message, msg_vals=False, **kwargs):
        # EXTENDS mail: followers who are no users of ours see nothing; somebody else
        # gets what is written to them, and no answer of the debtor
        vals = msg_vals or {}
        kind = vals.get("message_type") or message.message_type
        chosen = vals.get("partner_ids") or message.sudo().partner_ids.ids
        return [
            recipient
            for recipient in super()._notify_get_recipients(
                message, msg_vals=msg_vals, **kwargs
            )
            if not recipient["share"]
            or kind != "email"
            and (not recipient["id"] or recipient["id"] in chosen)
        ]

    def _get_email_address(self):
        """The address alone that an e-mail goes to, empty where there is none."""
        return "".join(split_emails(self.email_partner_id.email)[0][:1])

    def _get_address_problem(self):
        """Why no e-mail can leave to the recipient, or nothing. One letter is for one
        address: of several, nobody would know who got it."""
        self.ensure_one()
        partner = self.email_partner_id
        addresses, is_clean = split_emails(partner.email)
        if len(addresses) > 1:
            return self.env._(
                "%(name)s has two addresses or more where one fits: %(addresses)s. "
                "Keep one, and make a contact of the debtor for another, then check "
                "again.",
                name=partner.display_name,
                addresses=", ".join(addresses),
            )
        if addresses and is_clean:
            return ""
        if partner.email and partner.email.strip():
            return self.env._(
                "“%(address)s” of %(name)s is no valid e-mail address: correct it, or "
                "choose another channel, then check again.",
                address=partner.email,
                name=partner.display_name,
            )
        return self.env._(
            "%s has no valid e-mail address: enter one on the debtor or on its "
            "invoice contact, or choose another channel, then check again.",
            self.partner_id.display_name,
        )

    # ------------------------------------------------------------------
    # Answers
    # ------------------------------------------------------------------

    def _message_post_after_hook(self, message, *args, **kwargs):
        # EXTENDS mail: an answer of the debtor is something to do
        res = super()._message_post_after_hook(message, *args, **kwargs)
        if message.message_type == "email" and not self.env.context.get(
            "recouvrement_automatic_email"
        ):
            self._note_answer(message)
        return res

    def _note_answer(self, message):
        """Mark the action answered, by the debtor alone, and ask the responsible to
        read: once, as long as nobody has. Hook."""
        author = message.sudo().author_id
        action = self.sudo()
        words = action._with_words_of(action._get_responsible()).env
        summary = words._("Somebody answered who is no contact of the debtor")
        if author and not author.partner_share:
            # The sender of an e-mail is what it says of itself: a debtor's answer may
            # bear the name of one of us.
            summary = words._("Read an e-mail that bears the name of %s", author.name)
        elif action._is_from_debtor(message.sudo()):
            action.date_answered = fields.Datetime.now()
            summary = words._("The debtor answered")
        kind = self._get_activity_type("l10n_fr_recouvrement.mail_activity_answer")
        if action.activity_ids.filtered(lambda task: task.activity_type_id == kind):
            return
        action.activity_schedule(
            activity_type_id=kind.id,
            summary=summary,
            note=plaintext2html(f"{message.email_from}\n{message.subject or ''}"),
            user_id=action._get_responsible().id,
        )

    def _is_from_debtor(self, message):
        """Whether the debtor, one of its contacts or the address written to sent this
        message."""
        return (
            message.author_id.commercial_partner_id == self.partner_id
            or email_normalize(message.email_from) in self._get_addresses()
        )

    def _get_addresses(self):
        """Addresses that the e-mail of the action went to, in small letters."""
        return set(email_normalize_all(self.email_to or ""))

    # ------------------------------------------------------------------
    # What comes back
    # ------------------------------------------------------------------

    def _note_bounce(self, report):
        """Note that the e-mail came back. What was sent stays; what it claimed counts
        as claimed, save that a formal notice that came back put nobody in default.
        Hook.

        :param report: a :class:`~.return_report.ReturnReport`, whose message is kept
        """
        self.ensure_one()
        action = self.sudo()._with_words_of(self._get_responsible())
        action._keep_report(report, action.env._("E-mail returned: %s", report.reason))
        if action.state != "sent":
            return
        if doubt := action._get_bounce_doubt(report):
            action._ask_to_check_bounce(report, doubt)
            return
        action._accept_bounce(report.reason)

    def _keep_report(self, report, words):
        """Keep what a server reports as it came in, sealed."""
        message = self.message_post(
            body=words,
            attachments=[(f"{self.name.replace('/', '-')}-retour.eml", report.content)],
        )
        message.attachment_ids.recouvrement_sealed = True

    def _note_complaint(self, report):
        """Somebody who got the e-mail called it unwanted: it arrived, and a person is
        told, once.

        :param report: a :class:`~.return_report.ReturnReport`, whose message is kept
        """
        self.ensure_one()
        action = self.sudo()._with_words_of(self._get_responsible())
        words = action.env._(
            "The recipient reported the e-mail as spam: it arrived. Others to the same "
            "address may be kept from it: ring, or write by post."
        )
        summary = action.env._("E-mail reported as spam: %s", action.email_to)
        action._keep_report(report, words)
        if not action.activity_ids.filtered(
            lambda task: task.automated and task.summary == summary
        ):
            action._ask_responsible(action, summary, words)

    def _get_bounce_doubt(self, report):
        """Why a report that the e-mail came back is not taken at its word, or nothing.

        Anybody may write one, and the debtor knows what it has to say: whatever undoes
        a legal effect is checked by a person. Hook.

        :param report: a :class:`~.return_report.ReturnReport`
        """
        addresses = self._get_addresses()
        if letter_kinds.get(self.kind).puts_in_default:
            return self.env._(
                "This letter puts the debtor in default, and anybody may write such a "
                "report."
            )
        if self.date_answered:
            return self.env._("The debtor answered the e-mail.")
        if not self.date_left:
            return self.env._("The e-mail has not left as far as Odoo knows.")
        if fields.Datetime.now() > self.date_left + RETURNS_WITHIN:
            return self.env._(
                "The e-mail left on %s, and servers give up within days.",
                format_date(self.env, self.date_left),
            )
        if not report.encloses(self.email_message_id.message_id):
            return self.env._("The report does not enclose the e-mail.")
        if not report.recipients:
            return self.env._("The report names no address that it did not reach.")
        if not report.recipients & addresses:
            return self.env._(
                "It is about %(named)s, and the e-mail was sent to %(address)s.",
                named=", ".join(sorted(report.recipients)),
                address=self.email_to,
            )
        if not addresses <= report.recipients and len(addresses) > 1:
            return self.env._(
                "The e-mail was sent to %s: some of them may have got it.",
                self.email_to,
            )
        if not report.says_lost:
            return self.env._("The report does not say that the e-mail was lost.")
        if not report.is_from_server_of(addresses):
            return self.env._("No mail server of the debtor sent the report.")
        return ""

    def _ask_to_check_bounce(self, report, doubt):
        """Leave a report that is not taken at its word to a person, once."""
        self.write({"bounce_doubt": doubt, "bounce_reported": report.reason})
        if not self._get_bounce_checks():
            self._ask_responsible(
                self,
                self.env._("Check a report of return"),
                doubt,
                RETURN_CHECK,
            )

    def _get_bounce_checks(self):
        """The activities that ask somebody to check a report of return."""
        kind = self._get_activity_type(RETURN_CHECK)
        return self.sudo().activity_ids.filtered(
            lambda task: task.automated and task.activity_type_id == kind
        )

    def action_confirm_bounce(self):
        """The person who checked a report says that the e-mail came back."""
        for action in self._check_doubtful():
            action._close_bounce_check(self.env._("Return confirmed."))
            action._accept_bounce(action.bounce_reported)

    def action_dismiss_bounce(self):
        """The person who checked a report says that the e-mail did not come back."""
        for action in self._check_doubtful():
            action._close_bounce_check(
                self.env._("Report of return set aside: the e-mail counts as arrived.")
            )

    def _check_doubtful(self):
        """These actions as the superuser, where a report waits to be checked."""
        self.check_access("write")
        for action in self:
            if action.state != "sent" or not action.bounce_doubt:
                raise UserError(
                    self.env._(
                        "%s has no report of return that waits to be checked.",
                        action.name,
                    )
                )
        return self.sudo()

    def _close_bounce_check(self, words):
        """End the check: what was decided stays on the action, with who decided."""
        self._get_bounce_checks().action_feedback()
        self.message_post(body=words)
        self.bounce_doubt = False

    def _accept_bounce(self, reason):
        """The e-mail reached nobody: ask the responsible for another address."""
        self._mark_undelivered(reason)
        self._ask_responsible(
            self.contact_id,
            self.env._(
                "Find the e-mail address of %s", self.email_partner_id.display_name
            ),
            reason,
        )

    def _mark_undelivered(self, reason):
        """Note that the e-mail certainly reached nobody. Hook."""
        self._set_state("returned", return_reason="undelivered", email_bounce=reason)
        self.filtered(
            lambda action: letter_kinds.get(action.kind).puts_in_default
        ).line_ids.move_id._recouvrement_refresh_penalties()

    # ------------------------------------------------------------------
    # What does not leave
    # ------------------------------------------------------------------

    def _note_left(self):
        """The mail server took the e-mails."""
        for action in self:
            recipients = action.mail_id.recipient_ids
            action.write(
                {
                    "date_left": fields.Datetime.now(),
                    "email_failure": False,
                    "email_to": ", ".join(
                        address
                        for partner in recipients
                        for address in split_emails(partner.email)[0]
                    ),
                }
            )

    def _note_unreachable(self):
        """The mail server could not be reached, and got nothing: put the e-mails back
        into the queue; after days of that, they wait for somebody."""
        limit = fields.Datetime.now() - RETRY_FOR
        fresh = self.filtered(lambda action: action.mail_id.create_date > limit)
        (self - fresh)._note_failure()
        if not fresh:
            return
        again = fields.Datetime.now() + RETRY_EVERY
        fresh.mail_id.write({"state": "outgoing", "scheduled_date": again})
        self._trigger_mail_queue(again)
        words = fresh._with_words_of(fresh[0].company_id.partner_id).env._(
            "The mail server does not answer. The e-mail waits, and is tried again by "
            "itself every hour for two days."
        )
        fresh.email_failure = words

    def _note_cut(self):
        """The connection was lost once the e-mail was handed over: the server may have
        taken it or not, so that only a person sends it again."""
        for action in self:
            user = action._get_responsible()
            reason = action._with_words_of(user).env._(
                "The connection to the mail server was lost while it took the e-mail: "
                "it may have left or not. Ask the debtor, or look into the mail "
                "server, then send it again if need be: it bears the same identifier."
            )
            action.mail_id.failure_reason = reason
            action._set_failure(user, reason)

    def _note_failure(self):
        """The mail server refused the e-mails, or Odoo could not make them."""
        for action in self:
            user = action._get_responsible()
            reason = action._with_words_of(user).env._(
                "The e-mail to %(address)s did not leave: %(reason)s",
                address=action.email_partner_id.email or action.email_to,
                reason=action._get_refusal(),
            )
            action._set_failure(user, reason)

    def _get_refusal(self):
        """Return the answer of the server, else the reason that Odoo gives."""
        reason = self.mail_id.failure_reason or ""
        answer = SMTP_ANSWER.search(reason)
        return f"{answer[1]} {answer[3]}" if answer else reason.strip()

    def _set_failure(self, user, reason):
        self.email_failure = reason
        self._ask_responsible(
            # no e-mail about e-mails that do not leave
            self.with_context(mail_activity_quick_update=True),
            self._with_words_of(user).env._(
                "E-mail not sent: %s", self.partner_id.display_name
            ),
            reason,
        )

    # ------------------------------------------------------------------
    # Sending again
    # ------------------------------------------------------------------

    def action_send_again(self):
        """Put the e-mails that did not leave back into the queue: the same messages,
        with the same identifier, to the address that the recipient has now."""
        self.check_access("write")
        failed = self.sudo().filtered(
            lambda action: action.email_state == "failed" and action.mail_id
        )
        for action in failed:
            if problem := action._get_address_problem():
                raise UserError(problem)
        failed.mail_id.write(
            {
                "state": "outgoing",
                "scheduled_date": False,
                "failure_type": False,
                "failure_reason": False,
            }
        )
        failed.email_failure = False
        failed._trigger_mail_queue()
        return self._notify(self.env._("E-mails on their way again: %s.", len(failed)))

    def action_resend_letter(self):
        """Prepare the same stage again, by post."""
        return self._resend("letter")

    def action_resend_email(self):
        """Prepare the same stage again, by e-mail."""
        return self._resend("email")

    def _resend(self, channel):
        """Prepare again, by ``channel`` and at the amounts of today, what came back or
        did not leave. What was sent stays as it is.

        :return: the action to open
        """
        self.ensure_one()
        self.check_access("write")
        action = self.sudo().with_company(self.company_id)
        lines = action._get_resent_lines()
        if action.state == "sent":
            action.mail_id.cancel()
            action._mark_undelivered(action.email_failure)
        # The index that keeps a stage from being claimed twice reads them.
        action.line_ids.flush_recordset(["state"])
        again = action.create(action._prepare_resent_vals(lines, channel))
        again._refresh()
        if again.state == "cancelled":
            return self._notify(
                self.env._("Nothing is left to claim: the action is cancelled.")
            )
        again._check_before_sending()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": again.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def _get_resent_lines(self):
        """Return the lines to be claimed again.

        :raise UserError: when the e-mail cannot be sent again, with the reason
        """
        if self.state != "returned" and self.email_state != "failed":
            raise UserError(
                self.env._(
                    "%s neither came back nor failed to leave: it is not sent again.",
                    self.name,
                )
            )
        waiting = self._get_resent() or self.search(
            [
                ("partner_id", "=", self.partner_id.id),
                ("company_id", "=", self.company_id.id),
                ("letter_key", "=", self.letter_key),
                ("profile", "=", self.profile),
                ("state", "in", PENDING_STATES),
            ],
            limit=1,
        )
        if waiting:
            raise UserError(
                self.env._(
                    "%(action)s of this debtor takes its place.", action=waiting.name
                )
            )
        lines = self.line_ids.filtered(
            lambda line: line.stage_id and line._get_stage_reached() == line.stage_id
        )
        if not lines:
            raise UserError(
                self.env._(
                    "The invoices of %s went further meanwhile: the next stage takes "
                    "its place.",
                    self.name,
                )
            )
        return lines

    def _prepare_resent_vals(self, lines, channel):
        """Values of the action that sends this one again. Hook."""
        return {
            "resent_from_id": self.id,
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.id,
            "contact_id": self.contact_id.id,
            "stage_id": self.stage_id.id,
            "channel": channel,
            "state": "to_approve",
            "profile": self.profile,
            "user_id": self.user_id.id,
            "date": self.company_id._recouvrement_today(),
            "currency_id": self.currency_id.id,
            "letter_key": self.letter_key,
            "line_ids": [
                # All were claimed at the stage, those that went along as well.
                Command.create(
                    {**vals, "action_id": False, "own_stage_id": vals["stage_id"]}
                )
                for vals in lines.copy_data()
            ],
        }
