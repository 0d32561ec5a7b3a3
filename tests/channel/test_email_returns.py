"""E-mails on the wire: what comes back, and what is sent again."""

from datetime import timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError

from ..mail_server import reply_to, report_on
from .common import DAY, EmailCase


class TestComingBack(EmailCase):
    """Answers and returns, as the mail gateway brings them."""

    def test_answer_is_a_task_of_the_responsible(self):
        action, message = self._deliver(user_id=self.officer.id)
        self._receive_email(reply_to(message, "Je paierai lundi."))
        self.assertTrue(action.date_answered)
        answer = action.message_ids.filtered(
            lambda message: message.message_type == "email"
        )
        self.assertIn("Je paierai lundi.", answer.body)
        self.assertEqual(answer.author_id, self.business)
        [task] = self._tasks(action)
        self.assertEqual(task.user_id, self.officer)
        self.assertIn(self.business.email, task.note)
        self._receive_email(reply_to(message, "Ou mardi."))
        self.assertEqual(self._tasks(action), task, "one task until it is done")
        task.action_feedback()
        self._receive_email(reply_to(message, "Mercredi, plutôt."))
        self.assertEqual(len(self._tasks(action)), 1)
        found = self.env["recouvrement.action"].search([("date_answered", "!=", False)])
        self.assertIn(action, found)

    def test_answer_without_responsible_goes_to_who_approved(self):
        action = self._prepare()
        with freeze_time(DAY):
            action.with_user(self.officer).action_approve_and_send()
        self._work_queue()
        [message] = self.server.sent_to(self.business.email)
        self._receive_email(reply_to(message, "Bonjour"))
        self.assertEqual(self._tasks(action).user_id, self.officer)
        chief = self._create_user("chef", "l10n_fr_recouvrement.group_recovery_officer")
        self.business.recouvrement_user_id = chief
        self._tasks(action).unlink()
        self._receive_email(reply_to(message, "Encore bonjour"))
        self.assertEqual(self._tasks(action).user_id, chief)

    def test_answer_from_an_address_nobody_knows(self):
        action, message = self._deliver()
        self._receive_email(reply_to(message, "Bonjour", "gerant@perso.example.com"))
        self.assertFalse(action.date_answered, "it may be anybody")
        self.assertIn("Bonjour", action.message_ids[0].body)
        [task] = self._tasks(action)
        self.assertIn("gerant@perso.example.com", task.note)
        self._receive_email(reply_to(message, "C'est bien moi."))
        self.assertTrue(action.date_answered)

    def test_answer_of_somebody_else_whom_we_know(self):
        action, message = self._deliver()
        self._receive_email(reply_to(message, "Bonjour", self.consumer.email))
        self.assertFalse(action.date_answered)
        self.assertTrue(self._tasks(action))

    def test_answer_of_another_contact_of_the_debtor(self):
        action, message = self._deliver()
        self._create_debtor(
            "Dominique", parent_id=self.business.id, email="dominique@example.com"
        )
        self._receive_email(reply_to(message, "Bonjour", "dominique@example.com"))
        self.assertTrue(action.date_answered)

    def test_answer_of_the_address_written_to(self):
        """It is the debtor's, whatever became of the contact meanwhile."""
        action, message = self._deliver()
        self.business.email = "nouveau@menuiserie.example.com"
        self._receive_email(reply_to(message, "Bonjour"))
        self.assertTrue(action.date_answered)

    def test_colleague_who_answers_by_mail_is_no_debtor(self):
        action, message = self._deliver()
        self.officer.partner_id.email = "relance@atelier.example.com"
        self._receive_email(
            reply_to(message, "Vu avec eux.", "relance@atelier.example.com")
        )
        self.assertIn("Vu avec eux.", action.message_ids[0].body)
        self.assertFalse(action.date_answered)

    def test_answer_that_bears_the_name_of_one_of_us_is_read(self):
        """The sender of an e-mail is what it says of itself."""
        action, message = self._deliver(user_id=self.officer.id)
        self.officer.partner_id.email = "relance@atelier.example.com"
        self._receive_email(
            reply_to(message, "Je conteste.", "relance@atelier.example.com")
        )
        [task] = self._tasks(action)
        self.assertEqual(task.user_id, self.officer)
        self.assertIn(self.officer.name, task.summary)

    def test_automatic_answers_are_kept_without_a_task(self):
        action, message = self._deliver()
        for headers in (
            {"Auto_Submitted": "auto-replied"},
            {"Auto_Submitted": "auto-generated; owner-email=x@example.com"},
            {"X_Autoreply": "yes"},
            {"Precedence": "auto_reply"},
        ):
            text = f"Absent : {headers}"
            self._receive_email(reply_to(message, text, **headers))
            self.assertIn("Absent", action.message_ids[0].body)
        self.assertFalse(action.date_answered)
        self.assertFalse(self._tasks(action))
        self._receive_email(reply_to(message, "Me voici", Auto_Submitted="no"))
        self.assertTrue(action.date_answered)

    def test_returned_email(self):
        action, message = self._deliver(user_id=self.officer.id)
        invoice = action.line_ids.move_id
        stage = invoice.recouvrement_stage_id
        notice = report_on(message, self.domain.bounce_email)
        self._receive_email(notice)
        self.assertEqual((action.state, action.email_state), ("returned", "returned"))
        self.assertEqual(action.return_reason, "undelivered")
        self.assertEqual(
            action.email_bounce,
            f"{self.business.email}: 550 5.1.1 mailbox unavailable",
        )
        self.assertIn("mailbox unavailable", action.message_ids[0].body)
        self.assertIn(b"Reporting-MTA", action.message_ids[0].attachment_ids.raw)
        self.assertEqual(self._tasks(self.business).user_id, self.officer)
        # it was sent all the same: the proof and the stage stay
        self.assertTrue(action.letter_attachment_id)
        self.assertEqual(invoice.recouvrement_stage_id, stage)
        self._receive_email(notice)
        self.assertEqual(len(self._tasks(self.business)), 1)

    def test_return_with_what_no_database_keeps(self):
        action, message = self._deliver()
        report = report_on(message, self.domain.bounce_email)
        self.assertIn(b"mailbox", report)
        self._receive_email(report.replace(b"mailbox", b"mail\0box"))
        self.assertEqual(action.state, "returned")
        self.assertIn("mailbox unavailable", action.email_bounce)

    def test_return_of_an_address_that_was_not_written_to(self):
        """Anybody who has the message may forge a report: a person looks at it."""
        action, message = self._deliver(user_id=self.officer.id)
        message.replace_header("To", "autre@example.com")
        for _time in range(2):
            self._receive_email(report_on(message, self.domain.bounce_email))
        self.assertEqual((action.state, action.email_state), ("sent", "left"))
        self.assertFalse(action.email_bounce)
        self.assertIn(b"Reporting-MTA", action.message_ids.attachment_ids[0].raw)
        [task] = action._get_bounce_checks()
        self.assertEqual(task.user_id, self.officer)
        self.assertIn("autre@example.com", task.note)

    def test_return_of_an_address_that_passes_messages_on(self):
        action, message = self._deliver()
        report = report_on(message, self.domain.bounce_email).decode()
        address = f"Final-Recipient: rfc822; {self.business.email}"
        self.assertIn(address, report)
        report = report.replace(
            address,
            f"Original-Recipient: rfc822; {self.business.email}\n"
            "Final-Recipient: rfc822; boite@hebergeur.example.com",
        )
        self._receive_email(report.encode())
        self.assertEqual(action.state, "returned")

    def test_return_of_what_has_not_left(self):
        action, message = self._deliver()
        action.sudo().date_left = False
        self._receive_email(report_on(message, self.domain.bounce_email))
        self.assertEqual(action.state, "sent")
        self.assertTrue(self._tasks(action))

    def test_return_after_an_answer(self):
        action, message = self._deliver()
        self._receive_email(reply_to(message, "Je paierai lundi."))
        self._receive_email(report_on(message, self.domain.bounce_email))
        self.assertTrue(action.date_answered)
        self._assert_to_check(action)

    def _assert_to_check(self, action):
        """A person decides: nothing is undone meanwhile."""
        self.assertEqual((action.state, action.email_state), ("sent", "left"))
        self.assertTrue(action.bounce_doubt)
        self.assertEqual(len(action._get_bounce_checks()), 1)

    def test_return_that_only_refers_to_the_message(self):
        """Some servers send no report, only a message from MAILER-DAEMON; anybody else
        may sign so as well."""
        action, message = self._deliver()
        for author, headers in (
            ("MAILER-DAEMON@mx.example.com", {}),
            ("MAILER-DAEMON@mx.debiteur.example.com", {"Return_Path": "<>"}),
        ):
            self._receive_email(reply_to(message, "User unknown", author, **headers))
            self._assert_to_check(action)
            self.assertIn("User unknown", action.bounce_reported)
            self.assertFalse(action.date_answered)
            action.action_dismiss_bounce()

    def test_return_written_by_the_debtor(self):
        """It knows its own address, the message and what a report looks like; its mail
        program puts its own address on the envelope."""
        action, message = self._deliver()
        for author in (
            self.business.email,
            "MAILER-DAEMON@gmail.example.org",
            "facture@debiteur.example.com",
        ):
            report = report_on(message, self.domain.bounce_email).decode()
            report = report.replace("MAILER-DAEMON@mx.debiteur.example.com", author)
            self._receive_email(f"Return-Path: <{author}>\n{report}".encode())
            self._assert_to_check(action)

    def test_return_by_the_null_path(self):
        """The server that reports is not always that of the address."""
        action, message = self._deliver()
        report = report_on(message, self.domain.bounce_email).decode()
        report = report.replace("mx.debiteur.example.com", "relais.example.org")
        self._receive_email(f"Return-Path: <>\n{report}".encode())
        self.assertEqual(action.state, "returned")

    def test_return_that_encloses_no_message(self):
        action, message = self._deliver()
        report = report_on(message, self.domain.bounce_email).decode()
        report = report.replace("text/rfc822-headers", "text/plain").replace(
            "Subject: Undelivered",
            f"References: {message['Message-Id'].strip()}\nSubject: Undelivered",
            1,
        )
        self._receive_email(report.encode())
        self._assert_to_check(action)

    def test_return_to_one_of_several_addresses(self):
        """The others may have got it."""
        action, message = self._deliver()
        action.sudo().email_to += ", chef@debiteur.example.com"
        self._receive_email(report_on(message, self.domain.bounce_email))
        self._assert_to_check(action)

    def test_return_weeks_later(self):
        action, message = self._deliver()
        action.sudo().date_left -= timedelta(days=8)
        self._receive_email(report_on(message, self.domain.bounce_email))
        self._assert_to_check(action)

    def test_a_person_confirms_a_return(self):
        action, message = self._deliver(user_id=self.officer.id)
        self._receive_email(reply_to(message, "Je paierai lundi."))
        self._receive_email(report_on(message, self.domain.bounce_email))
        reader = self._create_user("lecteur", "account.group_account_readonly")
        with self.assertRaises(AccessError):
            action.with_user(reader).action_confirm_bounce()
        action.with_user(self.officer).action_confirm_bounce()
        self.assertEqual((action.state, action.email_state), ("returned", "returned"))
        self.assertIn("mailbox unavailable", action.email_bounce)
        self.assertFalse(action._get_bounce_checks())
        self.assertEqual(
            action.message_ids.filtered(
                lambda message: "Return confirmed" in message.body
            ).author_id,
            self.officer.partner_id,
        )
        with self.assertRaises(UserError):
            action.with_user(self.officer).action_confirm_bounce()

    def test_a_person_sets_a_report_aside(self):
        action, message = self._deliver(user_id=self.officer.id)
        self._receive_email(reply_to(message, "Je paierai lundi."))
        self._receive_email(report_on(message, self.domain.bounce_email))
        action.with_user(self.officer).action_dismiss_bounce()
        self.assertEqual((action.state, action.bounce_doubt), ("sent", False))
        self.assertFalse(action._get_bounce_checks())
        # it may be forged again: it is checked again
        self._receive_email(report_on(message, self.domain.bounce_email))
        self._assert_to_check(action)

    def test_reports_that_are_no_return(self):
        action, message = self._deliver()
        for kind in ("delayed", "delivered", "relayed"):
            self._receive_email(report_on(message, self.domain.bounce_email, kind))
        self.assertEqual(action.state, "sent")
        self.assertFalse(action.date_answered)

    def test_return_of_another_message_of_the_action(self):
        action, _message = self._deliver()
        other = self._create_debtor("Conseil du débiteur")
        action.message_post(
            body="Bonjour",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=other.ids,
        )
        self._work_queue()
        [note] = self.server.sent_to(other.email)
        self._receive_email(report_on(note, self.domain.bounce_email))
        self.assertEqual(action.state, "sent")

    def test_returned_formal_notice_puts_no_consumer_in_default(self):
        stage = self.env.ref("l10n_fr_recouvrement.stage_consumer_notice")
        stage.write(
            {
                "channel": "email",
                "mail_template_id": self.env.ref(
                    "l10n_fr_recouvrement.mail_template_letter"
                ).id,
            }
        )
        (stage.procedure_id.stage_ids - stage).active = False
        invoice = self._invoice(self.consumer, 1000, "2026-02-15")
        action = self._run(DAY)
        self.assertEqual(action.stage_id, stage)
        self._approve_and_send(action, DAY)
        self._work_queue()
        self.assertTrue(self._amounts(invoice, "2026-06-30"))
        [message] = self.server.sent_to(self.consumer.email)
        # The debtor may have written the report: its default stands until a person
        # decides.
        self._receive_email(report_on(message, self.domain.bounce_email))
        self._assert_to_check(action)
        self.assertTrue(self._amounts(invoice, "2026-06-30"))
        action.with_user(self.officer).action_confirm_bounce()
        self.assertEqual(action.state, "returned")
        self.assertFalse(self._amounts(invoice, "2026-06-30"))

    def test_sent_again_by_post(self):
        action, message = self._deliver(user_id=self.officer.id)
        self._receive_email(report_on(message, self.domain.bounce_email))
        with freeze_time("2026-05-07"):
            opened = action.with_user(self.officer).action_resend_letter()
        again = self.env["recouvrement.action"].browse(opened["res_id"])
        self.assertEqual((again.state, again.channel), ("to_approve", "letter"))
        self.assertEqual(again.stage_id, action.stage_id)
        self.assertEqual(again.line_ids.move_id, action.line_ids.move_id)
        self.assertEqual(again.amount_total, 100)
        self.assertEqual(again.resent_from_id, action)
        self.assertEqual(str(again.date), "2026-05-07")
        with self.assertRaises(UserError):
            action.action_resend_letter()
        self._approve_and_send(again, "2026-05-07")
        self.assertEqual(again.state, "sent")
        self.assertEqual(
            str(again.line_ids.move_id.recouvrement_stage_date), "2026-05-07"
        )
        self.assertEqual(action.state, "returned")

    def test_sent_again_by_email_to_the_new_address(self):
        action, message = self._deliver()
        self._receive_email(report_on(message, self.domain.bounce_email))
        self.business.email = "nouveau@menuiserie.example.com"
        with freeze_time("2026-05-07"):
            opened = action.action_resend_email()
        again = self.env["recouvrement.action"].browse(opened["res_id"])
        self._approve_and_send(again, "2026-05-07")
        self._work_queue()
        [second] = self.server.sent_to(self.business.email)
        self.assertNotEqual(second["Message-Id"], message["Message-Id"])

    def test_not_sent_again_once_paid(self):
        action, message = self._deliver()
        self._receive_email(report_on(message, self.domain.bounce_email))
        self._pay(action.line_ids.move_id, 100, "2026-05-06")
        with freeze_time("2026-05-07"):
            action.action_resend_letter()
        self.assertEqual(action.resent_ids.state, "cancelled")
        self.assertFalse(action.is_resent)

    def test_what_never_left_goes_by_post_instead(self):
        self.server.refused.add(self.business.email)
        action = self._send()
        self._work_queue()
        with freeze_time("2026-05-07"):
            action.action_resend_letter()
        self.assertEqual(action.state, "returned")
        self.assertEqual(action.mail_id.state, "cancel")
        self.assertEqual(action.resent_ids.channel, "letter")
        self.server.refused.clear()
        self._work_queue(timedelta(days=1))
        self.assertFalse(self.server.messages, "it does not leave after all")

    def test_what_arrived_is_not_sent_again(self):
        action, _message = self._deliver()
        with self.assertRaises(UserError):
            action.action_resend_letter()
