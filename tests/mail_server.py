"""Mail server of the tests: a real SMTP server, which may be told to misbehave, and
what comes back from the debtor's side of the wire."""

import socket
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr

from aiosmtpd.controller import Controller


class MailServer:
    """SMTP server on this machine that keeps what it receives.

    ``refused``: addresses that it says it does not know; ``cut``: those for which it
    takes the message and breaks the connection before saying so; ``capacity``: how many
    messages it takes before it dies.
    """

    def __init__(self):
        self.messages = []
        self.refused = set()
        self.cut = set()
        self.capacity = None
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self._controller = None
        self.start()

    def start(self):
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def stop(self):
        if self._controller:
            self._controller.stop()
            self._controller = None

    @property
    def recipients(self):
        """Who got a message, in order, as often as they got one."""
        return [
            address for addresses, _message in self.messages for address in addresses
        ]

    def sent_to(self, address):
        """The messages that somebody got."""
        return [message for addresses, message in self.messages if address in addresses]

    # What aiosmtpd calls

    async def handle_MAIL(self, server, session, envelope, address, mail_options):
        if self.capacity is not None and len(self.messages) >= self.capacity:
            server.transport.abort()
        envelope.mail_from = address
        envelope.mail_options.extend(mail_options)
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        if address in self.refused:
            return "550 5.1.1 No such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        message = message_from_bytes(envelope.content, policy=policy.default)
        self.messages.append((envelope.rcpt_tos, message))
        if self.cut & set(envelope.rcpt_tos):
            server.transport.abort()
        return "250 OK"


def reply_to(message, text, author=None, **headers):
    """The answer to a message received, as a mail program makes it.

    :param headers: more headers, ``_`` standing for ``-``
    """
    reply = EmailMessage()
    reply["From"] = author or message["To"]
    reply["To"] = message["Reply-To"]
    reply["Subject"] = f"Re: {message['Subject']}"
    reply["Message-Id"] = f"<{abs(hash((text, author)))}@debiteur.example.com>"
    reply["In-Reply-To"] = reply["References"] = message["Message-Id"].strip()
    for name, value in headers.items():
        reply[name.replace("_", "-")] = value
    reply.set_content(text)
    return reply.as_bytes()


REPORT = """\
From: MAILER-DAEMON@mx.debiteur.example.com
To: {bounce}
Subject: Undelivered Mail Returned to Sender
Message-Id: <report-{action}@mx.debiteur.example.com>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="report"

--report
Content-Type: text/plain; charset=utf-8

This is the mail system. Your message could not be delivered.

--report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.debiteur.example.com

Final-Recipient: rfc822; {recipient}
Action: {action}
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 mailbox
    unavailable

--report
Content-Type: text/rfc822-headers

Message-Id: {message_id}
Subject: {subject}

--report--
"""


def report_on(message, bounce, action="failed"):
    """What the server of the debtor says of a message it took (RFC 3464).

    :param bounce: address that reports go to
    """
    return REPORT.format(
        bounce=bounce,
        action=action,
        recipient=parseaddr(message["To"])[1],
        message_id=message["Message-Id"].strip(),
        subject=message["Subject"],
    ).encode()
