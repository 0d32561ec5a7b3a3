"""What comes back from servers and programs as they are: absence notices, warnings,
complaints, and returns without a report."""

from base64 import encodebytes

from ..mail_server import reply_to, report_on
from .common import DAY, EmailCase
from .server_notices import DELAYS, RETURNS, complaint_about, notice

DEBTOR_DAEMON = "MAILER-DAEMON@mx.debiteur.example.com"


class TestNoReturns(EmailCase):
    """What is not understood is not lost."""

    def _assert_arrived(self, action):
        self.assertEqual((action.state, action.email_state), ("sent", "left"))
        self.assertFalse(action.bounce_doubt)
        self.assertFalse(action._get_bounce_checks())
        self.assertFalse(action.date_answered)

    def test_absence_notice_sent_where_returns_go(self):
        action, message = self._deliver()
        message.replace_header("Reply-To", self.domain.bounce_email)
        for headers in (
            {"Auto_Submitted": "auto-replied"},
            {"Auto_Submitted": "auto-replied", "Return_Path": "<>"},
            {"X_Autoreply": "yes", "Return_Path": "<>"},
        ):
            text = f"Absent, {headers}. Urgent : secretariat@debiteur.example.com"
            self._receive_email(reply_to(message, text, **headers))
            self._assert_arrived(action)
            self.assertFalse(self._tasks(action))
            self.assertIn("Absent", action.message_ids[0].body, "it is kept")

    def test_absence_notice_about_a_formal_notice_to_a_consumer(self):
        stage = self.env.ref("l10n_fr_recouvrement.stage_consumer_notice")
        template = self.env.ref("l10n_fr_recouvrement.mail_template_letter")
        stage.write({"channel": "email", "mail_template_id": template.id})
        (stage.procedure_id.stage_ids - stage).active = False
        invoice = self._invoice(self.consumer, 1000, "2026-02-15")
        action = self._run(DAY)
        self._approve_and_send(action, DAY)
        self._work_queue()
        owed = self._amounts(invoice, "2026-06-30")
        self.assertTrue(owed)
        [message] = self.server.sent_to(self.consumer.email)
        message.replace_header("Reply-To", self.domain.bounce_email)
        self._receive_email(
            reply_to(message, "Absent jusqu'à lundi", Auto_Submitted="auto-replied")
        )
        self._assert_arrived(action)
        self.assertFalse(self._tasks(action))
        self.assertEqual(self._amounts(invoice, "2026-06-30"), owed)

    def test_answer_of_a_person_sent_where_returns_go(self):
        action, message = self._deliver()
        message.replace_header("Reply-To", self.domain.bounce_email)
        self._receive_email(reply_to(message, "Je paierai lundi."))
        self.assertTrue(action.date_answered)
        self.assertFalse(action.bounce_doubt)
        self.assertEqual(len(self._tasks(action)), 1)

    def test_automatic_answers_that_do_not_say_so_as_they_should(self):
        action, message = self._deliver()
        for headers in (
            {"X_Auto_Response_Suppress": "All"},
            {"X_Auto_Response_Suppress": "DR, OOF, AutoReply"},
            {"Precedence": "bulk"},
            {"Precedence": "junk"},
            {"X_Autoreply_From": "x@example.com"},
            {"X_AutoRespond": "absent"},
            {"X_Mail_Autoreply": "yes"},
            {"Return_Path": "<>"},
        ):
            with self.subTest(headers):
                text = f"De retour le 12, {headers}"
                self._receive_email(reply_to(message, text, **headers))
                self._assert_arrived(action)
                self.assertFalse(self._tasks(action))
                self.assertIn("De retour", action.message_ids[0].body)
        message.replace_header("Subject", "x")
        answer = reply_to(message, "Absent").replace(
            b"Re: x", "Réponse automatique : x".encode()
        )
        self._receive_email(answer)
        self._assert_arrived(action)
        self._receive_email(reply_to(message, "Me voici", Return_Path="<a@b.example>"))
        self.assertTrue(action.date_answered)

    def test_server_that_still_tries_and_makes_no_report(self):
        action, message = self._deliver()
        for server, (subject, words) in DELAYS.items():
            for path in ("<>", "<x@debiteur.example.com>"):
                with self.subTest(server, path=path):
                    self._receive_email(
                        notice(
                            message,
                            self.domain.bounce_email,
                            words,
                            DEBTOR_DAEMON,
                            subject,
                            Return_Path=path,
                            References="{message_id}",
                            X_Failed_Recipients="{recipient}",
                        )
                    )
                    self._assert_arrived(action)
                    self.assertFalse(self._tasks(action))

    def test_report_in_all_scripts_that_is_only_late(self):
        """RFC 6533."""
        action, message = self._deliver()
        report = report_on(message, self.domain.bounce_email, "delayed")
        for late in (
            self._global(report),
            report.replace(b"message/delivery-", b"message/global-delivery-"),
        ):
            self._receive_email(late)
            self._assert_arrived(action)
        self.assertFalse(self._tasks(action))

    def _global(self, report):
        return (
            report.replace(
                b"message/delivery-status", b"message/global-delivery-status"
            )
            .replace(b"text/rfc822-headers", b"message/global-headers")
            .replace(b"rfc822; ", b"utf-8; ")
        )

    def test_report_in_all_scripts_of_a_loss(self):
        action, message = self._deliver()
        self._receive_email(self._global(report_on(message, self.domain.bounce_email)))
        self.assertEqual(action.state, "returned")
        self.assertEqual(
            action.email_bounce, f"{self.business.email}: 550 5.1.1 mailbox unavailable"
        )

    def test_report_that_is_encoded(self):
        action, message = self._deliver()
        report = report_on(message, self.domain.bounce_email, "delayed")
        kind = b"Content-Type: message/delivery-status\n"
        status = report.partition(kind + b"\n")[2].partition(b"--report")[0]
        encoded = b"Content-Transfer-Encoding: base64\n\n" + encodebytes(status)
        report = report.replace(kind + b"\n" + status, kind + encoded + b"\n")
        self.assertNotIn(b"Action: delayed", report)
        self._receive_email(report)
        self._assert_arrived(action)

    def test_complaint(self):
        """It was delivered; a person is told."""
        action, message = self._deliver(user_id=self.officer.id)
        complaint = complaint_about(message, self.domain.bounce_email)
        for _time in range(2):
            self._receive_email(complaint)
            self._assert_arrived(action)
        [task] = self._tasks(action)
        self.assertEqual(task.user_id, self.officer)
        self.assertIn("indésirable", task.summary)
        kept = action.message_ids.attachment_ids.filtered("recouvrement_sealed")
        self.assertIn(b"Feedback-Type: abuse", kept[0].raw)
        self.assertEqual(action.email_message_id.notification_ids.failure_type, False)

    def test_confirmation_without_a_report(self):
        action, message = self._deliver()
        words = "Your message was successfully delivered to {recipient}.\n\n"
        self._receive_email(
            notice(message, self.domain.bounce_email, words, DEBTOR_DAEMON)
        )
        self._assert_arrived(action)


class TestPlainReturns(EmailCase):
    """Servers that make no report: they are known by what they say, and trusted no
    more than those that do."""

    def _return(self, message, server, **changes):
        sender, headers, words = RETURNS[server]
        made = notice(
            message,
            self.domain.bounce_email,
            changes.pop("words", words),
            changes.pop("sender", sender),
            **{name.replace("-", "_"): value for name, value in headers.items()},
            **changes,
        )
        self._receive_email(made)

    def test_returned(self):
        for server in RETURNS:
            with self.subTest(server):
                debtor = self._create_debtor(
                    server, is_company=True, email=f"{server}@debiteur.example.com"
                )
                action, message = self._deliver(debtor)
                self._return(message, server)
                self.assertEqual(action.state, "returned")
                self.assertEqual(action.return_reason, "undelivered")
                self.assertTrue(action.email_bounce)
                self.assertEqual(len(self._tasks(debtor)), 1)
                self.assertFalse(action.date_answered)

    def _assert_to_check(self, action):
        self.assertEqual((action.state, action.email_state), ("sent", "left"))
        self.assertTrue(action.bounce_doubt)
        self.assertEqual(len(action._get_bounce_checks()), 1)
        action.action_dismiss_bounce()

    def test_checked_by_a_person_as_any_other(self):
        action, message = self._deliver()
        # signed by a server that is not the debtor's
        self._return(message, "qmail", sender="MAILER-DAEMON@mail.example.org")
        self._assert_to_check(action)
        # about somebody else
        words = RETURNS["qmail"][2].replace("{recipient}", "autre@example.com")
        self._return(message, "qmail", words=words)
        self._assert_to_check(action)
        # nothing says that it was lost
        self._return(message, "qmail", words="About {recipient}.\n\n")
        self._assert_to_check(action)
        self._receive_email(reply_to(message, "Je paierai lundi."))
        self._return(message, "exim")
        self._assert_to_check(action)

    def test_words_of_the_debtor_are_no_return(self):
        """Whoever quotes the e-mail and says that it was not delivered."""
        action, message = self._deliver()
        self._return(message, "qmail", sender=self.business.email)
        self.assertEqual(action.state, "sent")
        self.assertFalse(action.bounce_doubt)

    def test_another_message_is_none_of_ours(self):
        action, message = self._deliver()
        message.replace_header("Message-Id", "<autre@atelier.example.com>")
        self._return(message, "qmail")
        self.assertEqual(action.state, "sent")
        self.assertFalse(self._tasks(action))
