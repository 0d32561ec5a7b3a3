import logging
from dataclasses import replace
from datetime import timedelta

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import html2plaintext, split_every

from .lre import CLOSED, last_day_to_accept

_logger = logging.getLogger(__name__)

# Letters handed over or asked about in one transaction.
BATCH = 10
# A service is asked again after this long about a letter, for so many days.
ASK_AGAIN = timedelta(minutes=30)
FOLLOWED_DAYS = 90
# What the recipient may still do something about, or the service.
OPEN_STATES = ("queued", "deposited", "notified")


class RecouvrementAction(models.Model):
    """Letters that a service posts for the company: electronic registered letters, and
    paper through Odoo. A job hands them over once they are recorded, asks what became
    of them, and keeps the proofs."""

    _inherit = "recouvrement.action"

    carrier_state = fields.Selection(
        [
            ("queued", "To be handed over"),
            ("deposited", "Handed over"),
            ("notified", "Presented"),
            ("accepted", "Accepted"),
            ("refused", "Refused"),
            ("unclaimed", "Not collected"),
            ("error", "Not posted"),
        ],
        "Service",
        readonly=True,
        copy=False,
        tracking=True,
        help="What the service that posts the letter says of it.",
    )
    carrier_reference = fields.Char("Reference of the service", readonly=True)
    carrier_error = fields.Text("What the service answered", readonly=True)
    carrier_round = fields.Integer(readonly=True)
    carrier_checked = fields.Datetime("Asked on", readonly=True)
    carrier_done = fields.Boolean(
        readonly=True, help="Nothing more is expected of the service: proofs are kept."
    )
    lre_last_day = fields.Date(
        "May be accepted until",
        compute="_compute_lre_last_day",
        help="The recipient has fifteen days from the day after the notice (C. postes "
        "art. R53-3). Refused or not accepted, the letter was presented all the same.",
    )
    is_printed = fields.Boolean(compute="_compute_is_printed")

    _carrier_idx = models.Index("(carrier_checked) WHERE carrier_state IS NOT NULL")

    @api.depends("channel")
    def _compute_is_printed(self):
        for action in self:
            action.is_printed = bool(
                action.channel and action._channel_handler()._is_printed()
            )

    @api.depends("date_presented", "channel")
    def _compute_lre_last_day(self):
        facts = self.env["recouvrement.legal.fact"]._get_table()
        for action in self:
            day = action.channel == "lre" and action.date_presented
            action.lre_last_day = day and last_day_to_accept(
                day, int(facts.at("lre_acceptance", day).value)
            )

    # ------------------------------------------------------------------
    # Buttons
    # ------------------------------------------------------------------

    def action_post_again(self):
        """Hand over once more letters that the service did not post, to the address
        that the contact has now."""
        self.check_access("write")
        actions = self.sudo().filtered(lambda action: action.carrier_state == "error")
        if not actions:
            raise UserError(
                self.env._("No service refused these letters: they are on their way.")
            )
        for part in actions.grouped("channel").values():
            problems = part[0]._channel_handler()._check_deliverable(part)
            if problems:
                raise UserError("\n".join(problems.values()))
        for action in actions:
            action.write(
                {
                    "carrier_state": "queued",
                    "carrier_round": action.carrier_round + 1,
                    "carrier_reference": False,
                    "carrier_error": False,
                    "carrier_checked": False,
                    "email_to": action.channel == "lre"
                    and action.email_partner_id.email,
                }
            )
        actions.filtered(
            lambda action: action.channel == "snailmail"
        )._send_snailmail_again()
        self._trigger_carriers()
        return True

    # ------------------------------------------------------------------
    # The job
    # ------------------------------------------------------------------

    @api.model
    def _trigger_carriers(self):
        self.env.ref("l10n_fr_recouvrement.cron_carriers").sudo()._trigger()

    @api.model
    def _cron_follow_carriers(self):
        """Scheduled job: hand over the letters that wait, and ask what became of the
        others. Each batch is committed; a later call takes up what is left."""
        actions = self.search(
            self._get_carrier_domain(), order="carrier_checked ASC NULLS FIRST, id"
        )
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=len(actions))
        for ids in split_every(BATCH, actions.ids, list):
            locked = self.browse(ids).try_lock_for_update()
            locked.filtered_domain(self._get_carrier_domain())._follow_carriers()
            if not progress(len(ids)):
                break

    @api.model
    def _get_carrier_domain(self):
        """Letters that the services are to be asked about now."""
        now = fields.Datetime.now()
        return [
            ("date_sent", ">=", now.date() - timedelta(days=FOLLOWED_DAYS)),
            "|",
            ("carrier_checked", "=", False),
            ("carrier_checked", "<=", now - ASK_AGAIN),
            ("carrier_done", "=", False),
            "|",
            ("carrier_state", "in", [*OPEN_STATES, *CLOSED]),
            # Odoo's post tries again by itself.
            "&",
            ("channel", "=", "snailmail"),
            ("carrier_state", "=", "error"),
        ]

    def _follow_carriers(self):
        """Ask the service of each letter; one that cannot be followed is told about and
        stops no other."""
        for (channel, company), actions in self.grouped(
            lambda action: (action.channel, action.company_id)
        ).items():
            if channel == "snailmail":
                actions._follow_snailmail()
            elif channel == "lre":
                actions.with_company(company)._follow_lre()

    # ------------------------------------------------------------------
    # Electronic registered letters
    # ------------------------------------------------------------------

    def _follow_lre(self):
        """Hand over or ask about letters of one company."""
        provider = self.company_id._recouvrement_get_lre_provider()
        queued = self.filtered(lambda action: action.carrier_state == "queued")
        answers = {**provider._send(queued), **provider._poll(self - queued)}
        for action, status in answers.items():
            action._follow_one_lre(provider, status)

    def _follow_one_lre(self, provider, status):
        """Note an answer and keep the proofs that it promises."""
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                self._apply_lre_status(status)
                if self.carrier_reference and self.carrier_state != "error":
                    self._fetch_proofs(provider)
        except OperationalError:
            raise  # the transaction is lost: the job starts again
        except Exception as error:
            _logger.info("%s cannot be followed", self.name, exc_info=error)
            self.carrier_error = str(error)
            # What the service named is kept: nothing is ever handed over twice.
            if status.reference and self.carrier_state == "queued":
                self.write(
                    {
                        "carrier_reference": status.reference,
                        "carrier_state": "deposited",
                    }
                )
        self.carrier_checked = fields.Datetime.now()

    def _apply_lre_status(self, status):
        """Note what the service says of this letter."""
        self.ensure_one()
        status = self._expire(status)
        if self.carrier_state in CLOSED and status.state not in CLOSED:
            status = replace(status, state="")  # what was closed stays so
        vals = {"carrier_error": status.reason or False}
        if status.reference:
            vals["carrier_reference"] = status.reference
        if status.state:
            vals["carrier_state"] = status.state
        self.write(vals)
        presented = status.notified or status.closed
        if presented and not self.date_presented:
            self.date_presented = presented
        if status.state == "accepted":
            self._note_acceptance(status.closed)
        elif status.state in CLOSED and self.state == "sent":
            self._return_letter(status.state, note=status.reason)
        elif status.state == "error":
            self._tell_not_posted()

    def _expire(self, status):
        """A letter that nobody accepted in time was not collected, whether the service
        has noted that yet or not."""
        if status.state != "notified":
            return status
        days = self.env["recouvrement.legal.fact"]._get_table()
        days = int(days.at("lre_acceptance", status.notified).value)
        last = last_day_to_accept(status.notified, days)
        if fields.Date.context_today(self) <= last:
            return status
        return replace(status, state="unclaimed", closed=last + timedelta(days=1))

    def _note_acceptance(self, day):
        """The recipient accepted on ``day``, which a service may tell late."""
        if self.state == "returned":
            self.write({"state": "sent", "return_reason": False})
        if self.date_received != day:
            self.date_received = day

    def _fetch_proofs(self, provider):
        """Keep the proofs that the service has, once; the letter is done with when it
        gave the last one."""
        wanted = ["deposit"]
        if self.carrier_state in CLOSED:
            wanted.append(CLOSED[self.carrier_state])
        kept = set(self.sudo().proof_ids.mapped("kind"))
        for kind in wanted:
            content = kind not in kept and provider._read_proof(self, kind)
            if content:
                name = f"{self.name.replace('/', '-')}-{kind}"
                self._keep_proof(kind, name, content)
                kept.add(kind)
        if self.carrier_state in CLOSED and kept.issuperset(wanted):
            self.carrier_done = True

    def _tell_not_posted(self):
        """Tell the responsible that a service did not post the letter."""
        self._ask_responsible(
            self,
            self.env._("The letter %s was not posted", self.name),
            self.carrier_error or "",
        )

    # ------------------------------------------------------------------
    # Post through Odoo
    # ------------------------------------------------------------------

    @api.model
    def _get_snailmail(self):
        """The letters of Odoo's own post; nothing where it is not installed."""
        return self.env["snailmail.letter"] if "snailmail.letter" in self.env else None

    def _get_snailmail_letters(self):
        """Letters of Odoo's post made for these actions, the latest last."""
        letters = self._get_snailmail()
        if letters is None or not self:
            return self.browse()
        return letters.sudo().search(
            [("model", "=", self._name), ("res_id", "in", self.ids)], order="id"
        )

    def _send_snailmail_again(self):
        """Put the letters that were not posted in the queue again; those that somebody
        deleted are made anew."""
        if not self:
            return
        letters = self._get_snailmail_letters()
        letters.filtered(lambda letter: letter.state in ("error", "canceled")).write(
            {"state": "pending", "error_code": False}
        )
        known = set(letters.mapped("res_id"))
        deleted = self.filtered(lambda action: action.id not in known)
        self.env["recouvrement.channel.snailmail"]._deliver(deleted)
        self.env.ref("snailmail.snailmail_print").sudo()._trigger()

    def _follow_snailmail(self):
        """Note what Odoo's post says of its letters."""
        letters = {letter.res_id: letter for letter in self._get_snailmail_letters()}
        for action in self:
            letter = letters.get(action.id)
            state = letter and letter.state or "canceled"
            before = action.carrier_state
            vals = {"carrier_checked": fields.Datetime.now()}
            if state == "sent":
                vals |= {
                    "carrier_state": "deposited",
                    "carrier_done": True,
                    "carrier_error": False,
                }
            elif state in ("error", "canceled"):
                reason = letter and html2plaintext(letter.info_msg or "").strip()
                vals |= {
                    "carrier_state": "error",
                    "carrier_error": reason
                    or self.env._("The letter was cancelled or deleted."),
                }
            elif before == "error":
                vals |= {"carrier_state": "queued", "carrier_error": False}
            action.write(vals)
            if action.carrier_state == "error" != before:
                action._tell_not_posted()
