"""E-mails on the wire: what leaves, what fails, what comes back, what is kept."""

from datetime import timedelta

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user
from odoo.tools import mute_logger

from ..common import RecouvrementCase
from ..mail_server import reply_to, report_on

DAY = "2026-05-05"
QUEUE_LOGGERS = (
    "odoo.addons.mail.models.mail_mail",
    "odoo.addons.base.models.ir_mail_server",
)


class EmailCase(RecouvrementCase):
    """A company whose answers and returns come back to Odoo, and a mail server."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.domain = cls.env["mail.alias.domain"].create(
            {
                "name": "atelier.example.com",
                "catchall_alias": "reponses",
                "bounce_alias": "retours",
            }
        )
        cls.company.alias_domain_id = cls.domain
        cls.officer = cls._create_user(
            "relance", "l10n_fr_recouvrement.group_recovery_officer"
        )

    def setUp(self):
        super().setUp()
        self.server = self._start_mail_server()
        self.queue = self.env["mail.mail"].sudo()

    def _prepare(self, *debtors):
        for debtor in debtors or [self.business]:
            self._invoice(debtor, 100, "2026-04-29")
        return self._run(DAY)

    def _send(self, *debtors, **vals):
        """Actions whose e-mails wait in the queue."""
        actions = self._prepare(*debtors)
        actions.write(vals)
        self._approve_and_send(actions, DAY)
        return actions

    def _deliver(self, *debtors, **vals):
        """Actions whose e-mails have left, and the message that the first one got."""
        actions = self._send(*debtors, **vals)
        self._work_queue()
        return actions, self.server.sent_to(actions[0].email_to)[0]

    def _work_queue(self, after=None):
        """What Odoo's job does every hour, some time from now."""
        if after:
            # Clocks of the mail server do not stand still: the mails grow older.
            self.env.flush_all()
            self.env.cr.execute(
                """UPDATE mail_mail SET scheduled_date = scheduled_date - %(after)s,
                       create_date = create_date - %(after)s""",
                {"after": after},
            )
            self.env.invalidate_all()
        with mute_logger(*QUEUE_LOGGERS):
            self.queue.process_email_queue()
        self.env.invalidate_all()

    def _receive_email(self, source):
        """What the mail gateway does with a message that comes in."""
        self.env["mail.thread"].sudo().message_process(None, source)
        self.env.invalidate_all()

    def _tasks(self, record):
        return record.activity_ids.filtered("automated")


class TestLeaving(EmailCase):
    """E-mails that leave, and those that do not."""

    def test_on_its_way_then_left(self):
        action = self._send()
        self.assertEqual((action.state, action.email_state), ("sent", "queued"))
        self.assertFalse(action.date_left)
        self._work_queue()
        self.assertEqual(action.email_state, "left")
        self.assertTrue(action.date_left)
        [message] = self.server.sent_to(self.business.email)
        self.assertEqual(message["Message-Id"].strip(), action.mail_message_id)
        self.assertEqual(message["Subject"], action.email_subject)
        self.assertEqual(action.email_to, self.business.email)
        self.assertIn("100,00", action.email_body)
        self.assertIn("reponses@atelier.example.com", message["Reply-To"])

    def test_message_stands_in_the_chatter_with_the_letter(self):
        action = self._send()
        sent = action.message_ids.filtered(
            lambda message: message.message_id == action.mail_message_id
        )
        self.assertEqual(sent.attachment_ids, action.letter_attachment_id)
        self.assertEqual(sent.subject, action.email_subject)
        # clearing the queue leaves it there
        self._work_queue()
        action.mail_id.unlink()
        self.assertTrue(sent.exists())
        self.assertEqual(action.email_state, "left")

    def test_nobody_else_gets_it(self):
        """Neither followers nor those whom a template names: the recipient alone."""
        accountant = self.env["res.partner"].create(
            {
                "name": "Comptabilité",
                "type": "invoice",
                "parent_id": self.business.id,
                "email": "compta@menuiserie.example.com",
            }
        )
        portal = new_test_user(
            self.env,
            "portail",
            groups="base.group_portal",
            email="portail@example.com",
        ).partner_id
        other = self._create_debtor("Voisin curieux")
        self.env.ref("l10n_fr_recouvrement.mail_template_letter").write(
            {
                "email_cc": "copie@example.com",
                "partner_to": f"{other.id},{self.business.id}",
                "auto_delete": True,
            }
        )
        action = self._prepare()
        action.message_subscribe((portal + other).ids)
        self.business.message_subscribe((portal + other).ids)
        self._approve_and_send(action, DAY)
        self._work_queue()
        self.assertEqual(self.server.recipients, [accountant.email])
        self.assertTrue(action.mail_id.exists())

    def test_followers_from_outside_hear_nothing_of_the_debtor(self):
        action, message = self._deliver()
        other = self._create_debtor("Voisin curieux")
        colleague = self.officer.partner_id
        colleague.email = "relance@atelier.example.com"
        action.message_subscribe(
            (other + colleague).ids, self.env.ref("mail.mt_comment").ids
        )
        self._receive_email(reply_to(message, "Je paierai lundi."))
        self.assertFalse(self.server.sent_to(other.email))
        self.assertTrue(self.server.sent_to(colleague.email))
        # what is written to somebody reaches them
        action.message_post(
            body="Bonjour",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            partner_ids=self.business.ids,
        )
        self._work_queue()
        self.assertEqual(len(self.server.sent_to(self.business.email)), 2)
        self.assertFalse(self.server.sent_to(other.email))

    def test_one_writes_to_the_recipient(self):
        accountant = self.env["res.partner"].create(
            {
                "name": "Comptabilité",
                "type": "invoice",
                "parent_id": self.business.id,
                "email": "compta@menuiserie.example.com",
            }
        )
        action = self._prepare()
        self.assertEqual(action._mail_get_partners()[action.id], accountant)

    def test_refused_recipient_shows_in_words_and_is_sent_again(self):
        self.server.refused.add(self.business.email)
        actions = self._send(self.business, self.consumer, user_id=self.officer.id)
        self._work_queue()
        failed = actions.filtered(lambda action: action.partner_id == self.business)
        self.assertEqual((actions - failed).email_state, "left")
        self.assertEqual(failed.email_state, "failed")
        self.assertIn("550 5.1.1 No such user here", failed.email_failure)
        self.assertIn(self.business.email, failed.email_failure)
        self.assertEqual(self._tasks(failed).user_id, self.officer)
        self.business.email = "nouveau@menuiserie.example.com"
        failed.with_user(self.officer).action_send_again()
        self.assertEqual(failed.email_state, "queued")
        self.assertFalse(failed.email_failure)
        self._work_queue()
        self.assertEqual(failed.email_state, "left")
        self.assertEqual(failed.email_to, self.business.email)
        [message] = self.server.sent_to(self.business.email)
        self.assertEqual(message["Message-Id"].strip(), failed.mail_message_id)
        # nothing happens to what has left
        actions.action_send_again()
        self._work_queue()
        self.assertEqual(len(self.server.messages), 2)

    def test_failed_ones_are_found_by_their_filter(self):
        self.server.refused.add(self.business.email)
        actions = self._send(self.business, self.consumer)
        self._work_queue()
        found = (
            self.env["recouvrement.action"]
            .with_user(self.officer)
            .search([("email_failure", "!=", False), ("id", "in", actions.ids)])
        )
        self.assertEqual(found.partner_id, self.business)

    def test_server_down_in_the_middle(self):
        """Of twenty e-mails each arrives, and none twice."""
        debtors = [
            self._create_debtor(f"Débiteur {rank}", email=f"d{rank}@example.com")
            for rank in range(20)
        ]
        actions = self._send(*debtors)
        self.server.capacity = 7
        self._work_queue()
        self.assertEqual(len(self.server.messages), 7)
        states = actions.mapped("email_state")
        self.assertEqual((states.count("left"), states.count("queued")), (7, 13))
        self.server.stop()
        self._work_queue()
        waiting = actions.filtered(lambda action: not action.date_left)
        self.assertEqual(set(waiting.mapped("email_state")), {"queued"})
        self.assertTrue(all(waiting.mapped("email_failure")))
        self.assertFalse(self._tasks(waiting), "it mends itself: nobody is disturbed")
        self.server.capacity = None
        self.server.start()
        self._work_queue()
        self.assertEqual(len(self.server.messages), 7, "not before the hour")
        self._work_queue(timedelta(hours=1, minutes=5))
        self.assertEqual(
            sorted(self.server.recipients), sorted(d.email for d in debtors)
        )
        self.assertEqual(set(actions.mapped("email_state")), {"left"})
        self.assertFalse(any(actions.mapped("email_failure")))

    def test_server_down_for_days(self):
        action = self._send(user_id=self.officer.id)
        self.server.stop()
        self._work_queue()
        self.assertEqual(action.email_state, "queued")
        self._work_queue(timedelta(days=3))
        self.assertEqual(action.email_state, "failed")
        self.assertEqual(self._tasks(action).user_id, self.officer)
        self.server.start()
        action.action_send_again()
        self._work_queue()
        self.assertEqual(self.server.recipients, [self.business.email])

    def test_connection_lost_while_the_server_takes_it(self):
        """It may have left: only a person sends it again, the others go on."""
        actions = self._send(self.business, self.consumer, user_id=self.officer.id)
        self.server.cut.add(self.business.email)
        self._work_queue()
        self._work_queue(timedelta(hours=2))
        self._work_queue(timedelta(hours=4))
        cut = actions.filtered(lambda action: action.partner_id == self.business)
        self.assertEqual(cut.email_state, "failed")
        self.assertFalse(cut.date_left)
        self.assertTrue(cut.email_failure)
        self.assertTrue(self._tasks(cut))
        self.assertEqual((actions - cut).email_state, "left")
        self.assertEqual(len(self.server.sent_to(self.business.email)), 1)
        self.server.cut.clear()
        cut.action_send_again()
        self._work_queue()
        first, second = self.server.sent_to(self.business.email)
        self.assertEqual(first["Message-Id"], second["Message-Id"])
        self.assertEqual(cut.email_state, "left")

    def test_cancelled_in_the_queue(self):
        action = self._send()
        action.mail_id.cancel()
        self.assertEqual(action.email_state, "failed")
        self.assertIn(self.env.user.name, action.email_failure)
        with self.assertRaises(UserError):
            action.mail_id.unlink()
        action.action_send_again()
        self._work_queue()
        self.assertEqual(self.server.recipients, [self.business.email])


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
        self.assertFalse(self._tasks(action))

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

    def test_return_of_an_address_that_was_not_written_to(self):
        """Anybody who has the message may forge a report: a person looks at it."""
        action, message = self._deliver(user_id=self.officer.id)
        message.replace_header("To", "autre@example.com")
        for _time in range(2):
            self._receive_email(report_on(message, self.domain.bounce_email))
        self.assertEqual((action.state, action.email_state), ("sent", "left"))
        self.assertFalse(action.email_bounce)
        self.assertIn(b"Reporting-MTA", action.message_ids.attachment_ids[0].raw)
        [task] = self._tasks(action)
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
        self.assertEqual(action.state, "returned")

    def test_return_that_only_refers_to_the_message(self):
        """Some servers send no report, only a message from MAILER-DAEMON."""
        action, message = self._deliver()
        self._receive_email(
            reply_to(message, "User unknown", "MAILER-DAEMON@mx.example.com")
        )
        self.assertEqual(action.state, "returned")
        self.assertIn("User unknown", action.email_bounce)
        self.assertFalse(action.date_answered)

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
        self._receive_email(report_on(message, self.domain.bounce_email))
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


class TestProof(EmailCase):
    """What was sent is kept as it was sent."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = {
            name: cls._create_user(name, groups)
            for name, groups in {
                "comptable": "account.group_account_user",
                "responsable": "l10n_fr_recouvrement.group_recovery_manager",
                "administrateur": "base.group_system,account.group_account_manager",
            }.items()
        } | {"relance": cls.officer}

    def _sent_message(self, action):
        return self.env["mail.message"].search(
            [("message_id", "=", action.mail_message_id)]
        )

    def test_nobody_rewrites_the_message(self):
        action, _message = self._deliver()
        message = self._sent_message(action)
        for name, user in self.users.items():
            for vals in (
                {"body": "<p>Rien</p>"},
                {"subject": "Rien"},
                {"attachment_ids": [Command.clear()]},
                {"date": "2026-01-01 00:00:00"},
                {"author_id": user.partner_id.id},
                {"message_type": "comment"},
                {"reply_to": "ailleurs@example.com"},
                {"reply_to_force_new": True},
                {"partner_ids": [Command.link(user.partner_id.id)]},
                {"notification_ids": [Command.clear()]},
                {"outgoing_email_to": "ailleurs@example.com"},
                {"mail_server_id": False},
                {"parent_id": False},
                {"subtype_id": False},
                {"is_internal": True},
            ):
                with self.subTest(user=name, vals=vals), self.assertRaises(UserError):
                    message.with_user(user).write(vals)
            with self.subTest(user=name), self.assertRaises(UserError):
                message.with_user(user).unlink()
        # what the chatter calls when an administrator edits a message
        chatter = action.with_user(self.users["administrateur"])
        with self.assertRaises(UserError):
            chatter._message_update_content(message.sudo(), body="Rien")
        with self.assertRaises(UserError):
            chatter._message_update_content(message.sudo(), body="Rien", strict=False)
        self.assertEqual(message.subject, action.email_subject)
        self.assertEqual(message.attachment_ids, action.letter_attachment_id)

    def test_nobody_changes_what_waits_in_the_queue(self):
        action = self._send()
        mail = action.mail_id.with_user(self.users["administrateur"])
        other = self._create_debtor("Voisin curieux")
        for vals in (
            {"body_html": "<p>Rien</p>"},
            {"email_cc": other.email},
            {"recipient_ids": [Command.link(other.id)]},
            {"subject": "Rien"},
            {"reply_to": other.email},
            {"email_from": other.email},
            {"references": "<autre@example.com>"},
        ):
            with self.subTest(vals=vals), self.assertRaises(UserError):
                mail.write(vals)
        self._work_queue()
        self.assertEqual(self.server.recipients, [self.business.email])

    def test_nobody_diverts_the_answer_while_it_waits(self):
        action = self._send()
        message = self._sent_message(action).with_user(self.officer)
        with self.assertRaises(UserError):
            message.reply_to = "ailleurs@example.com"
        self._work_queue()
        [left] = self.server.sent_to(self.business.email)
        self.assertIn("reponses@atelier.example.com", left["Reply-To"])

    def test_nobody_deletes_who_was_notified(self):
        action, _message = self._deliver()
        message = self._sent_message(action)
        notification = (
            self.env["mail.notification"]
            .sudo()
            .create(
                {
                    "mail_message_id": message.id,
                    "res_partner_id": self.business.id,
                    "notification_type": "email",
                }
            )
        )
        with self.assertRaises(UserError):
            notification.with_user(self.users["administrateur"]).unlink()
        notification.sudo().unlink()

    def test_auditors_read_what_became_of_it(self):
        action, _message = self._deliver()
        auditor = self._create_user("auditeur", "account.group_account_readonly")
        names = ["email_state", "date_left", "email_body", "sms_state", "is_resent"]
        [row] = action.with_user(auditor).read(names)
        self.assertEqual(row["email_state"], "left")
        self.assertEqual(
            action.with_user(auditor).search_count(
                [("id", "=", action.id), ("date_left", "!=", False)]
            ),
            1,
        )
        with self.assertRaises(AccessError):
            action.with_user(auditor).action_send_again()
        with self.assertRaises(AccessError):
            action.with_user(auditor).action_resend_letter()

    def test_other_messages_are_as_free_as_before(self):
        action, _message = self._deliver()
        note = action.with_user(self.officer).message_post(body="Vu")
        note.with_user(self.officer).write({"body": "Vu et revu"})
        pending = self._prepare(self.consumer)
        pending.with_user(self.officer).message_post(body="À voir").unlink()
        other = self.business.message_post(body="Bonjour")
        self.env.invalidate_all()
        other.mapped("model")
        with self.assertQueryCount(0):
            other._recouvrement_check_sealed()
            other.with_user(self.officer)._recouvrement_check_history()

    def test_nobody_empties_the_history(self):
        action, _message = self._deliver()
        action.with_user(self.officer).message_post(body="Vu")
        history = action.message_ids
        for name, user in self.users.items():
            for change in (
                lambda user=user: action.with_user(user).write(
                    {"message_ids": [Command.clear()]}
                ),
                lambda user=user: action.with_user(user).write(
                    {"website_message_ids": [Command.clear()]}
                ),
                lambda user=user: history[0].with_user(user).unlink(),
                lambda user=user: (
                    history[0].with_user(user).write({"res_id": action.id + 1})
                ),
            ):
                with self.subTest(user=name), self.assertRaises(UserError):
                    change()
        self.assertEqual(action.message_ids, history)
        chatter = action.with_user(self.officer)
        chatter.write({"message_follower_ids": [], "message_partner_ids": []})
        chatter.message_subscribe(self.officer.partner_id.ids)

    def test_a_mail_of_somebody_else_costs_nothing(self):
        mail = self.queue.create({"subject": "Autre", "email_to": "x@example.com"})
        self.env.flush_all()
        with self.assertQueryCount(0):
            mail._recouvrement_actions()
        mail.unlink()
