"""What a message that reports the return of an e-mail says, and who says it."""

from dataclasses import dataclass
from email.parser import HeaderParser
from functools import cached_property
from typing import Any

from odoo.tools import email_normalize, html2plaintext

# What a delivery report gives for a message that is lost (RFC 3464); the other actions
# are that it was delivered, or that the server still tries.
LOST = "failed"
# By whom servers sign what they report (RFC 3461, RFC 2142).
DAEMONS = ("mailer-daemon", "postmaster")
REASON_LENGTH = 500


@dataclass(frozen=True)
class ReturnReport:
    """A message that came in as the return of an e-mail. Anybody may write one, the
    debtor first: the properties say what it proves.

    ``message`` is the ``email.message.EmailMessage``, ``body`` its HTML as Odoo reads
    it.
    """

    message: Any
    body: str = ""

    @cached_property
    def _blocks(self):
        """The blocks of the delivery status: that of the server, those of addresses."""
        return [
            block
            for part in self.message.walk()
            if part.get_content_type() == "message/delivery-status"
            for block in part.get_payload()
        ]

    @cached_property
    def is_lost(self):
        """Whether it reports a loss: a bounce that names no action does, a confirmation
        of reading and a delay do not."""
        if any(
            part.get_content_type() == "message/disposition-notification"
            for part in self.message.walk()
        ):
            return False
        kinds = [
            block["Action"].strip().lower() for block in self._blocks if block["Action"]
        ]
        return not kinds or LOST in kinds

    @cached_property
    def reason(self):
        """What the server of the recipient answered, else the words of the message."""
        for block in self._blocks:
            if (block["Action"] or "").strip().lower() == LOST:
                answer = _value(block["Diagnostic-Code"]) or str(block["Status"] or "")
                words = filter(None, (_value(block["Final-Recipient"]), answer))
                return ": ".join(words)
        return _printable(html2plaintext(self.body or ""))[:REASON_LENGTH]

    @cached_property
    def recipients(self):
        """Addresses that it reports lost, as they came in and as the server passed them
        on, a frozenset; none where it names none."""
        return frozenset(
            address
            for block in self._blocks
            if (block["Action"] or LOST).strip().lower() == LOST
            for name in ("Original-Recipient", "Final-Recipient")
            if block[name] and (address := email_normalize(_value(block[name])))
        )

    def encloses(self, message_id):
        """Whether it encloses the headers of the e-mail that was sent, as servers do,
        and does not only refer to it."""
        enclosed = []
        for part in self.message.walk():
            if part.get_content_type() == "text/rfc822-headers":
                enclosed.append(HeaderParser().parsestr(part.get_content()))
            elif part.get_content_type() == "message/rfc822":
                enclosed += part.get_payload()
        return any(
            str(headers["Message-Id"] or "").strip() == message_id.strip()
            for headers in enclosed
        )

    @property
    def content(self):
        """The message as it came in, as bytes."""
        return self.message.as_bytes()

    def is_from_server_of(self, addresses):
        """Whether a server sent it: by the null path, by which servers report and which
        no mail program uses (RFC 5321 §4.5.5), or signed by that of ``addresses``."""
        if (self.message.get("Return-Path") or "").strip() == "<>":
            return True
        name, _at, domain = (
            email_normalize(str(self.message.get("From") or "")) or ""
        ).partition("@")
        return name in DAEMONS and any(
            _are_related(domain, address.partition("@")[2]) for address in addresses
        )


def _are_related(domain, other):
    """Whether one of two domains is the other, or is part of it: ``mx.example.com`` and
    ``example.com``."""
    short, long = sorted((domain.lower(), other.lower()), key=len)
    return "." in short and (long == short or long.endswith(f".{short}"))


def _value(header):
    """The value of a typed header, as ``smtp; 550 unknown``, on one line."""
    return " ".join(_printable(str(header or "")).split(";", 1)[-1].split())


def _printable(text):
    """A text without the character that no database keeps."""
    return text.replace("\0", "")
