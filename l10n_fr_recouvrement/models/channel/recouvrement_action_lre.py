import logging
from dataclasses import replace
from datetime import timedelta

from psycopg2 import OperationalError

from odoo import api, fields, models

from ..settings.crossing import insist
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
        """Hand over or ask about letters of one company. The service is asked while
        nothing is written, and each answer is committed by itself."""
        provider = self.company_id._recouvrement_get_lre_provider()
        queued = self.filtered(lambda action: action.carrier_state == "queued")
        answers = {**provider._send(queued), **provider._poll(self - queued)}
        # What changed while the service was asked is read anew.
        self.env["ir.cron"]._commit_progress()
        for action, status in answers.items():
            insist(self.env, action._note_lre, status)
            action._fetch_proofs(provider, status)

    def _note_lre(self, status):
        """Note an answer."""
        self.ensure_one()
        attempt(
            self,
            lambda action: action._apply_lre_status(status),
            lambda action, error: action._note_lre_failure(status, error),
        )
        self.carrier_checked = fields.Datetime.now()

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
        if self.company_id._recouvrement_today() <= last:
            return status
        return replace(status, state="unclaimed", closed=last + timedelta(days=1))

    def _note_acceptance(self, day):
        """The recipient accepted on ``day``, which a service may report late."""
        if self.state == "returned":
            self._set_state("sent", return_reason=False)
        if self.date_received != day:
            self.date_received = day

    def _fetch_proofs(self, provider, status):
        """Keep the proofs that the service has, once; the letter is done with when it
        gave the last one."""
        if not self.carrier_reference or self.carrier_state == "error":
            return
        kept = set(self.sudo().proof_ids.mapped("kind"))
        try:
            found = {
                kind: content
                for kind in self._get_wanted_proofs()
                if kind not in kept and (content := provider._read_proof(self, kind))
            }
        except OperationalError:
            raise
        except Exception as error:
            # What was read is no more: the error alone is to be noted.
            self.env.cr.rollback()
            insist(self.env, self._note_lre_failure, status, error)
            return
        self.env["ir.cron"]._commit_progress()
        insist(self.env, self._keep_fetched, found, status)

    def _get_wanted_proofs(self):
        """Kinds of the proofs that the service gives of a letter that stands where this
        one does."""
        closing = CLOSED.get(self.carrier_state)
        return ["deposit", closing] if closing else ["deposit"]

    def _keep_fetched(self, found, status):
        """Keep proofs.

        :param found: ``{kind: PDF in bytes}``
        """
        attempt(
            self,
            lambda action: action._keep_proofs(found),
            lambda action, error: action._note_lre_failure(status, error),
        )

    def _keep_proofs(self, found):
        for kind, content in found.items():
            self._keep_proof(kind, f"{self.name.replace('/', '-')}-{kind}", content)
        kept = set(self.sudo().proof_ids.mapped("kind"))
        closed = self.carrier_state in CLOSED
        if closed and kept.issuperset(self._get_wanted_proofs()):
            self.carrier_done = True
