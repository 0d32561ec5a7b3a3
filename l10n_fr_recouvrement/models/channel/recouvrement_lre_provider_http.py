import base64
from datetime import date
from urllib.parse import quote, urlsplit

import requests

from odoo import api, models

from ..settings.web import read_whole
from .lre import LreStatus, LreUnavailableError

TIMEOUT = 30  # seconds
# Bytes of an answer: a proof is a scan, at most.
MAX_ANSWER = 25 * 1024**2
NOT_KNOWN = 404
REFUSED = (400, 422)
# Plain HTTP is for a gateway on the machine itself.
LOCAL_HOSTS = {"127.0.0.1", "localhost", "::1"}


class RecouvrementLreProviderHttp(models.AbstractModel):
    """Service that speaks JSON over HTTP, by the contract of the integrator's guide:
    the reference, and what a gateway to a particular service implements."""

    _name = "recouvrement.lre.provider.http"
    _description = "Electronic registered letters over HTTP"
    _inherit = "recouvrement.lre.provider"

    @api.model
    def _check_ready(self, company):
        # OVERRIDE
        company = company.sudo()
        if not company.recouvrement_lre_url or not company.recouvrement_lre_key:
            return self.env._(
                "Enter the address and the key of the service of electronic registered "
                "letters in the settings of debt recovery, then check again."
            )
        return ""

    # ------------------------------------------------------------------
    # Hooks
    # ------------------------------------------------------------------

    @api.model
    def _send_letter(self, action):
        # OVERRIDE
        key = self._get_key(action)
        # The answer to a call before this one may have been lost on the way.
        found = self._call(action, "GET", "letters", params={"external_id": key})
        for answer in self._read(found):
            return self._prepare_status(answer)
        response = self._call(
            action,
            "POST",
            "letters",
            json=self._prepare_letter(action, key),
            headers={"Idempotency-Key": key},
        )
        if response.status_code in REFUSED:
            return LreStatus("error", reason=self._get_reason(response))
        return self._prepare_status(self._read(response))

    @api.model
    def _read_status(self, action):
        # OVERRIDE
        response = self._call(action, "GET", f"letters/{self._get_id(action)}")
        if response.status_code == NOT_KNOWN:
            return LreStatus(
                "error",
                reason=self.env._(
                    "The service does not know the letter %s.", action.carrier_reference
                ),
            )
        return self._prepare_status(self._read(response))

    @api.model
    def _read_proof(self, action, kind):
        # OVERRIDE
        path = f"letters/{self._get_id(action)}/proofs/{kind}"
        response = self._call(action, "GET", path)
        return response.content if response.status_code == 200 else b""

    @api.model
    def _prepare_letter(self, action, key):
        """What the service gets of a letter. Nothing here may show the recipient who
        writes before it accepts: the service hides the sender until then, and there is
        no subject. Hook."""
        contact, company = action.contact_id, action.company_id
        debtor = action.partner_id.sudo()
        consumer = action.profile == "consumer"
        pdf = action.letter_attachment_id._recouvrement_get_content()
        return {
            "external_id": key,
            "recipient": {
                "name": contact.name or debtor.name,
                "company": debtor.name if debtor._recouvrement_is_company() else "",
                "email": action.email_to,
                "professional": not consumer,
                "consent_on": consumer
                and debtor.recouvrement_lre_consent_date.isoformat()
                or None,
            },
            "sender": {
                "name": company.name,
                "siret": company._recouvrement_get_registry(),
            },
            "document": {
                "name": action.letter_attachment_id.name,
                "sha256": action.letter_sha256,
                "content": base64.b64encode(pdf).decode(),
            },
        }

    @api.model
    def _prepare_status(self, answer):
        """Read what the service reports of a letter. Hook."""
        try:
            return LreStatus(
                answer["status"],
                str(answer["id"]),
                *(
                    date.fromisoformat(answer[name][:10]) if answer.get(name) else None
                    for name in ("notified_on", "closed_on")
                ),
                answer.get("reason") or "",
            )
        except (KeyError, TypeError, ValueError) as error:
            raise self._not_understood(error) from error

    # ------------------------------------------------------------------
    # HTTP
    # ------------------------------------------------------------------

    @api.model
    def _call(self, action, method, path, **options):
        """Ask the service of the company of an action.

        :return: an answer that is about the letter: done, refused or not known
        :raise LreUnavailableError: any other, or none
        """
        company = action.company_id.sudo()
        headers = {
            "Authorization": f"Bearer {company.recouvrement_lre_key}",
            **options.pop("headers", {}),
        }
        try:
            response = requests.request(
                method,
                f"{company.recouvrement_lre_url.rstrip('/')}/{path}",
                headers=headers,
                timeout=TIMEOUT,
                allow_redirects=False,
                stream=True,
                **options,
            )
            read_whole(response, MAX_ANSWER)
            if response.status_code in (NOT_KNOWN, *REFUSED):
                return response
            response.raise_for_status()
            if response.is_redirect:
                raise requests.RequestException("redirection")
        except requests.RequestException as error:
            raise LreUnavailableError(
                self.env._("The service did not answer: %s", error)
            ) from error
        return response

    @api.model
    def _read(self, response):
        """The JSON of an answer that is neither a refusal nor "not known"."""
        if not response.ok:
            raise self._not_understood(response.status_code)
        try:
            return response.json()
        except ValueError as error:
            raise self._not_understood(error) from error

    @api.model
    def _not_understood(self, what):
        return LreUnavailableError(
            self.env._("The service's answer is not understood: %s", what)
        )

    @api.model
    def _get_id(self, action):
        return quote(action.carrier_reference, safe="")

    @api.model
    def _get_reason(self, response):
        """Why the service refuses a letter, in its words."""
        try:
            return response.json()["reason"]
        except (ValueError, KeyError, TypeError):
            return self.env._("The service refuses the letter.")

    @api.model
    def _is_safe_url(self, url):
        """Whether letters and the key may travel to an address."""
        parts = urlsplit(url)
        return bool(parts.hostname) and (
            parts.scheme == "https"
            or (parts.scheme == "http" and parts.hostname in LOCAL_HOSTS)
        )
