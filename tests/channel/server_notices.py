"""What mail servers and programs send back that is no report as the standard has it, in
the words of several of them."""

from email.message import EmailMessage
from email.utils import parseaddr

COPY = """\
Return-Path: <{bounce}>
Received: from atelier.example.com by mx.debiteur.example.com; Tue, 5 May 2026 10:00
Message-Id: {message_id}
Subject: {subject}
To: {recipient}

Madame, Monsieur,
"""
# ``{server: (sender, headers, words)}``; the words go on with the e-mail.
RETURNS = {
    "qmail": (
        "MAILER-DAEMON@mx.debiteur.example.com",
        {},
        """\
Hi. This is the qmail-send program at mx.debiteur.example.com.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<{recipient}>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

""",
    ),
    "exim": (
        "Mail Delivery System <Mailer-Daemon@mx.debiteur.example.com>",
        {"X-Failed-Recipients": "{recipient}", "Auto-Submitted": "auto-replied"},
        """\
This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  {recipient}
    retry timeout exceeded

------ This is a copy of the message, including all the headers. ------

""",
    ),
    "kundenserver": (
        "Mail Delivery System <mailer-daemon@kundenserver.example.org>",
        {"Return-Path": "<>"},
        """\
This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of
its recipients. The following address failed:

"{recipient}":
SMTP error from remote server for RCPT TO command, host: mx (192.0.2.1)
reason: 550 5.1.1 unknown

--- The header of the original message is following. ---

""",
    ),
    "postmaster": (
        "postmaster@debiteur.example.com",
        {"To": "reponses@atelier.example.com"},
        """\
Votre message n'a pas pu être remis à {recipient} : boîte inconnue.

""",
    ),
}
# ``{server: (subject, words)}`` of those that still try.
DELAYS = {
    "exim": (
        "Warning: message 1wKq2x-0001 delayed 24 hours",
        """\
This message was created automatically by mail delivery software.
A message that you sent has not yet been delivered to one or more of its
recipients after more than 24 hours on the queue on mx.debiteur.example.com.

  {recipient}
    Delay reason: 451 temporary failure

No action is required on your part. Delivery attempts will continue for
some time, and this warning may be repeated.

""",
    ),
    "sendmail": (
        "Warning: could not send message for past 4 hours",
        """\
    **********************************************
    **      THIS IS A WARNING MESSAGE ONLY      **
    **  YOU DO NOT NEED TO RESEND YOUR MESSAGE  **
    **********************************************
{recipient}... Deferred: Connection timed out

""",
    ),
    "postfix": (
        "Delayed Mail (still being retried)",
        """\
Your message could not be delivered for more than 4 hour(s).
It will be retried until it is 5 day(s) old.

<{recipient}>: connect to mx: Connection timed out

""",
    ),
    "mailbox": (
        "Delivery Status Notification (Delay)",
        """\
This is an automatically generated Delivery Status Notification

THIS IS A WARNING MESSAGE ONLY. YOU DO NOT NEED TO RESEND YOUR MESSAGE.

Delivery to the following recipient has been delayed:

     {recipient}

Message will be retried for 2 more day(s)

""",
    ),
    "french": (
        "Remise retardée",
        """\
Votre message à {recipient} n'a pas encore été remis. Le serveur fera une nouvelle
tentative.

""",
    ),
}


def notice(message, bounce, words, sender, subject="Returned", **headers):
    """A plain message about one that was sent.

    :param bounce: address that returns go to
    :param words: its text, which a copy of the message follows
    :param headers: more headers, ``_`` standing for ``-``
    """
    values = {
        "bounce": bounce,
        "message_id": message["Message-Id"].strip(),
        "recipient": parseaddr(message["To"])[1],
        "subject": message["Subject"],
    }
    made = EmailMessage()
    made["From"] = sender
    made["Subject"] = subject
    made["Message-Id"] = f"<{abs(hash((words, sender, subject)))}@mx.example.com>"
    for name, value in {"To": bounce, **headers}.items():
        made[name.replace("_", "-")] = value.format(**values)
    made.set_content(f"{words}{COPY}".format(**values))
    return made.as_bytes()


FEEDBACK = """\
From: complaints@fournisseur.example.org
To: {bounce}
Subject: complaint
Message-Id: <complaint@fournisseur.example.org>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="report"

--report
Content-Type: text/plain

This is an email abuse report for an email message received from IP 192.0.2.1.

--report
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: SomeGenerator/1.0
Version: 1

--report
Content-Type: message/rfc822

Message-Id: {message_id}
To: {recipient}
Subject: {subject}

Madame, Monsieur,

--report--
"""


def complaint_about(message, bounce):
    """What a provider passes on when somebody calls a message spam (RFC 5965)."""
    return FEEDBACK.format(
        bounce=bounce,
        message_id=message["Message-Id"].strip(),
        recipient=parseaddr(message["To"])[1],
        subject=message["Subject"],
    ).encode()
