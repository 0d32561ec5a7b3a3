"""What a message that reports the return of an e-mail says, and who says it."""

import re
from dataclasses import dataclass
from email import message_from_bytes
from email.parser import HeaderParser
from functools import cached_property
from typing import Any

from odoo.tools import email_normalize, html2plaintext

from .automatic_answer import is_automatic

# What a delivery report gives for a message that is lost (RFC 3464); the other actions
# are that it was delivered, or that the server still tries.
LOST = "failed"
# By whom servers sign what they report (RFC 3461, RFC 2142).
DAEMONS = ("mailer-daemon", "postmaster")
REASON_LENGTH = 500
# Parts of a message: what the server reports (RFC 3464, 6533), what the debtor's
# mail program confirms (RFC 8098), what somebody complains of (RFC 5965), and the
# e-mail that was sent, whole or its headers.
STATUS_PARTS = ("message/delivery-status", "message/global-delivery-status")
READ_PARTS = (
    "message/disposition-notification",
    "message/global-disposition-notification",
)
COMPLAINT_PARTS = ("message/feedback-report",)
WHOLE_PARTS = ("message/rfc822", "message/global")
HEADER_PARTS = (
    "text/rfc822-headers",
    "message/rfc822-headers",
    "message/global-headers",
)
# Words of servers that send no report. Those of one that still tries:
STILL_TRIES = re.compile(
    r"not (?:yet )?been delivered (?:yet|to one or more of its recipients after)"
    r"|has not yet been|not yet been (?:delivered|able)"
    r"|still (?:being retried|trying|in the queue|be(?:ing)? attempted)"
    r"|will (?:continue|keep|be retried|retry|be re-?attempted|try again)"
    r"|no action is required|(?:do|does) not need to (?:resend|send)"
    r"|warning message only|not (?:necessary|required) to resend"
    r"|(?:delivery|message|mail|e-?mail)\b[^.\n]{0,60}\b(?:is|was|been) delayed"
    r"|delayed (?:for )?(?:more than )?\d+ (?:hour|minute|day)"
    r"|\bdelayed mail\b|delivery (?:is |status notification \()?delay"
    r"|n['’]a pas encore (?:pu être|été)"
    r"|(?:remise|livraison|distribution) (?:est |a été )?(?:retardée|différée)"
    r"|nouvelle tentative|aucune action n['’]est (?:requise|n)"
    r"|\bdelay(?:ed)?\b|\bpostponed\b|delivery incomplete"
    r"|for (?:the )?past \d+ (?:hour|min)"
    r"|attempts? (?:to \w+ (?:it )?)?(?:will )?continue|(?:delivered|sent) yet\b"
    r"|\b(?:retardée?|différée?)\b|réessayer|en attente de (?:remise|distribution)"
    r"|noch nicht zugestellt|verzögert",
    re.IGNORECASE,
)
# Those of one that gives up, which say more than that it still tried.
GIVES_UP = re.compile(
    r"permanent(?:ly)? (?:fatal )?(?:error|fail)|giv(?:en|ing) up|gave up"
    r"|not going to try again|will not (?:be retried|retry|try)|retry timeout exceeded"
    r"|no further attempts|too long in (?:the )?queue|in the queue too long",
    re.IGNORECASE,
)
# Those of one that lost the message.
FAILS = re.compile(
    r"(?:could|can|was|were|has|have|did|does) ?n(?:o|['’])t (?:be |been )?"
    r"(?:able to )?(?:be )?(?:deliver|sent|accept|reach|exist|found)"
    r"|cannot (?:be )?(?:deliver|sent|accept|reach|found)"
    r"|unable to (?:be )?(?:deliver|send|reach)|undeliver|not deliver(?:ed|able)"
    r"|deliver\w* [^.\n]{0,40}fail|fail\w* [^.\n]{0,40}(?:deliver|recipient|address)"
    r"|returned (?:mail|message|to (?:the )?sender)|rejected|refused|bounced"
    r"|(?:unknown|no such|invalid|inactive|disabled) (?:user|mailbox|address|recip|acc)"
    r"|(?:user|mailbox|address|recipient|account|host|domain)\w*:? (?:is )?"
    r"(?:unknown|not found|unavailable|disabled|full|invalid)"
    r"|no such (?:person|one)|user doesn['’]t have|failure notice"
    r"|(?:is|being) returned to you|retour à l['’]expéditeur"
    r"|no mailbox here|over ?quota|\b5\d\d[ -]|\b5\.\d{1,3}\.\d{1,3}\b"
    r"|n['’]a (?:pas )?pu être (?:remis|distribu|livr|délivr|achemin|envoy)"
    r"|n['’]a pas été (?:remis|distribu|livr|délivr)|non[- ](?:remis|distribu|délivr)"
    r"|impossible de (?:remettre|distribuer|livrer|délivrer)|échec (?:de|d['’])"
    r"|(?:adresse|boîte|utilisateur|destinataire)\w*[^.\n]{0,30}"
    r"(?:inconnu|introuvable|inexistant|plein)"
    r"|nicht zugestellt werden|unzustellbar",
    re.IGNORECASE,
)
# Those of one that confirms a delivery.
DELIVERED = re.compile(
    r"(?:successfully|was|been|successful) (?:delivered|relayed|remise?)"
    r"|successful (?:mail )?delivery|delivery (?:was )?success"
    r"|a (?:bien )?été (?:remis|distribué|livré|délivré)",
    re.IGNORECASE,
)
# Addresses and identifiers in a text.
TOKEN = re.compile(r"[^\s<>\"'“”«»()\[\],;:]+@[^\s<>\"'“”«»()\[\],;:]+")
# Where a text goes on with a copy of the message that was sent: three of its headers.
COPY = re.compile(
    r"(?:^[>|\t ]*(?:Return-Path|Received|Message-Id|DKIM-Signature|MIME-Version|From"
    r"|To|Date|Subject|Reply-To|References|Auto-Submitted|Content-[\w-]+|X-[\w-]+)"
    r"[ \t]*:[^\n]*\n(?:[>|]*[ \t]+[^\n]*\n)*){3}",
    re.IGNORECASE | re.MULTILINE,
)
MAX_TEXT = 200_000


@dataclass(frozen=True)
class ReturnReport:
    """A message that came in as the return of an e-mail. Anybody may write one, the
    debtor first: the properties say what it proves.

    ``message`` is the ``email.message.EmailMessage``, ``body`` its HTML as Odoo reads
    it.
    """

    message: Any
    body: str = ""

    # ------------------------------------------------------------------
    # Its parts
    # ------------------------------------------------------------------

    @cached_property
    def _parts(self):
        """Its own parts, without those of the e-mail that it encloses."""
        return list(_walk(self.message))

    def _has(self, *kinds):
        return any(part.get_content_type() in kinds for part in self._parts)

    @cached_property
    def _blocks(self):
        """The blocks of the delivery status: that of the server, those of addresses."""
        return [
            block
            for part in self._parts
            if part.get_content_type() in STATUS_PARTS
            for block in _read_blocks(part)
        ]

    @cached_property
    def _enclosed(self):
        """Headers of the e-mails that it encloses."""
        found = []
        for part in self._parts:
            kind = part.get_content_type()
            if kind in WHOLE_PARTS or kind in HEADER_PARTS:
                payload = part.get_payload()
                if isinstance(payload, list):
                    found += payload
                else:
                    found.append(HeaderParser().parsestr(_read_text(part)))
        return found

    @cached_property
    def text(self):
        """Its own words."""
        texts = {"text/plain": [], "text/html": []}
        for part in self._parts:
            kind = part.get_content_type()
            if kind in texts:
                texts[kind].append(_read_text(part)[:MAX_TEXT])
        html = map(html2plaintext, texts["text/html"])
        return _printable("\n".join(texts["text/plain"] or html))

    @cached_property
    def _notice(self):
        """What its own words say before they go on with a copy of the e-mail."""
        copy = COPY.search(self.text)
        return self.text[: copy.start()] if copy else self.text

    @cached_property
    def _words(self):
        return f"{self.message.get('Subject') or ''}\n{self._notice}"

    @cached_property
    def _has_status(self):
        """Whether it is a report as the standard has it."""
        return self._has(*STATUS_PARTS) or (
            self.message.get_content_type() == "multipart/report"
            and not self.is_complaint
            and not self._has(*READ_PARTS)
        )

    # ------------------------------------------------------------------
    # What it is
    # ------------------------------------------------------------------

    @cached_property
    def is_complaint(self):
        """Whether somebody who got the e-mail called it unwanted (RFC 5965)."""
        return self._has(*COMPLAINT_PARTS)

    @cached_property
    def has_null_path(self):
        """Whether it came by the null path, by which servers report and which no mail
        program uses (RFC 5321 §4.5.5)."""
        return (self.message.get("Return-Path") or "").strip() == "<>"

    @cached_property
    def _sender(self):
        return email_normalize(str(self.message.get("From") or "")) or ""

    @cached_property
    def is_signed(self):
        """Whether it says to be from a mail server, which anybody may say."""
        return self._sender.partition("@")[0] in DAEMONS

    @cached_property
    def is_of_server(self):
        """Whether a server says something of an e-mail. What was only sent where
        returns go, an absence notice or an answer, is none: absence notices come by the
        null path as well (RFC 3834 §3.3)."""
        return bool(
            self.is_signed
            or self._has_status
            or self.is_complaint
            or self._has(*READ_PARTS)
            or "X-Failed-Recipients" in self.message
            or self.has_null_path
            and not is_automatic(self.message, but_path=True)
            and self.is_about_delivery
        )

    @cached_property
    def is_lost(self):
        """Whether it reports a loss: a bounce that names no action does; what was
        delivered, read, complained of or is only late is not lost, nor what no server
        wrote."""
        if self.is_complaint or self._has(*READ_PARTS) or not self.is_of_server:
            return False
        kinds = [
            block["Action"].strip().lower() for block in self._blocks if block["Action"]
        ]
        if kinds:
            return LOST in kinds
        # Servers that still try name the addresses that failed so far as well.
        if STILL_TRIES.search(self._words) and not GIVES_UP.search(self._words):
            return False
        return self.says_lost or not DELIVERED.search(self._words)

    @cached_property
    def says_lost(self):
        """Whether it says so: by the action of a report, or in words."""
        return bool(
            self._has_status
            or "X-Failed-Recipients" in self.message
            or FAILS.search(self._words)
            or GIVES_UP.search(self._words)
        )

    @cached_property
    def is_about_delivery(self):
        """Whether it says what became of an e-mail, good or bad."""
        return bool(
            self.says_lost
            or STILL_TRIES.search(self._words)
            or DELIVERED.search(self._words)
        )

    @cached_property
    def reason(self):
        """What the server of the recipient answered, else the words of the message."""
        for block in self._blocks:
            if (block["Action"] or "").strip().lower() == LOST:
                answer = _value(block["Diagnostic-Code"]) or str(block["Status"] or "")
                words = filter(None, (_value(block["Final-Recipient"]), answer))
                return ": ".join(words)
        words = self._notice.strip() or html2plaintext(self.body or "")
        return _printable(words)[:REASON_LENGTH]

    @cached_property
    def recipients(self):
        """Addresses that it reports lost, as they came in and as the server passed them
        on, a frozenset; none where it names none. A server without a report names them
        in a header of its own or in its words."""
        if self._has_status:
            named = [
                _value(block[name])
                for block in self._blocks
                if (block["Action"] or LOST).strip().lower() == LOST
                for name in ("Original-Recipient", "Final-Recipient")
                if block[name]
            ]
        else:
            named = str(self.message.get("X-Failed-Recipients") or "").split(",")
            named += (token.rstrip(".") for token in TOKEN.findall(self._notice))
        return frozenset(filter(None, map(email_normalize, named)))

    # ------------------------------------------------------------------
    # What it is about
    # ------------------------------------------------------------------

    @cached_property
    def named_messages(self):
        """Identifiers of the e-mails that it may be about: of those that it encloses,
        and those in its words."""
        named = [str(headers["Message-Id"] or "").strip() for headers in self._enclosed]
        named += (f"<{token}>" for token in TOKEN.findall(self.text))
        return list(dict.fromkeys(filter(None, named)))

    def encloses(self, message_id):
        """Whether it encloses the headers of the e-mail that was sent, as servers do,
        and does not only refer to it. A server that makes no report copies them into
        its words."""
        message_id = message_id.strip()
        if self._has_status or self._enclosed:
            return any(
                str(headers["Message-Id"] or "").strip() == message_id
                for headers in self._enclosed
            )
        return message_id in self.named_messages

    @property
    def content(self):
        """The message as it came in, as bytes."""
        return self.message.as_bytes()

    def is_from_server_of(self, addresses):
        """Whether a server sent it: by the null path, or signed by that of
        ``addresses``."""
        if self.has_null_path:
            return True
        name, _at, domain = self._sender.partition("@")
        return name in DAEMONS and any(
            _are_related(domain, address.partition("@")[2]) for address in addresses
        )


def _walk(part):
    """The parts of a message, those of messages that it encloses left out."""
    yield part
    if part.get_content_maintype() == "multipart" and part.is_multipart():
        for inner in part.get_payload():
            yield from _walk(inner)


def _read_blocks(part):
    """The blocks of a delivery status. Python takes those of RFC 6533 for a message,
    and leaves encoded ones as they are."""
    blocks = part.get_payload()
    encoding = (part["Content-Transfer-Encoding"] or "").strip().lower()
    if part.get_content_type() == STATUS_PARTS[0] and encoding not in (
        "base64",
        "quoted-printable",
    ):
        return blocks if isinstance(blocks, list) else []
    raw = b"\n\n".join(block.as_bytes() for block in blocks)
    if encoding in ("base64", "quoted-printable"):
        head = f"Content-Transfer-Encoding: {encoding}\n\n".encode()
        raw = message_from_bytes(head + raw.strip()).get_payload(decode=True)
    text = raw.decode("utf-8", "replace").replace("\r\n", "\n")
    # Without a policy: addresses that are no ASCII stay as they are.
    return [
        HeaderParser().parsestr(f"{block}\n\n")
        for block in re.split(r"\n\s*\n", text)
        if block.strip()
    ]


def _read_text(part):
    """The text of a part, whatever its encoding says of itself."""
    try:
        return str(part.get_content())
    except (KeyError, LookupError, UnicodeError):
        content = part.get_payload(decode=True) or b""
        return content.decode("utf-8", "replace")


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
