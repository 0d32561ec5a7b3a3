import logging
from dataclasses import replace
from datetime import timedelta

from odoo import api, fields, models

from ..settings.one_by_one import attempt
from .lre import CLOSED, last_day_to_accept

_logger = logging.getLogger(__name__)


class RecouvrementAction(models.Model):
    """What becomes of an electronic registered letter: what its service reports,
    until when it may be accepted, and the proofs."""

    _inherit = "recouvrement.action"

    lre_last_day = fields.Date(
        "May be accepted until",
        compute="_compute_lre_last_day",
        help="The recipient has fifteen days from the day after the notice (C. postes "
        "art. R53-3). Refused or not accepted, the letter was presented all the same.",
    )

    @api.depends("date_presented", "channel")
    def _compute_lre_last_day(self):
        facts = self.env["recouvrement.legal.fact"]._get_table()
        for action in self:
            day = action.channel == "lre" and action.date_presented
            action.lre_last_day = day and last_day_to_accept(
                day, int(facts.at("lre_acceptance", day).value)
            )

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
        attempt(
            self,
            lambda action: action._note_lre(provider, status),
            lambda action, error: action._note_lre_failure(status, error),
        )
        self.carrier_checked = fields.Datetime.now()

    def _note_lre(self, provider, status):
        self._apply_lre_status(status)
        if self.carrier_reference and self.carrier_state != "error":
            self._fetch_proofs(provider)

    def _note_lre_failure(self, status, error):
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

    def _apply_lre_status(self, status):
        """Note what the service reports of this letter."""
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
        """The recipient accepted on ``day``, which a service may report late."""
        if self.state == "returned":
            self._set_state("sent", return_reason=False)
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
