"""E-mails on the wire: what leaves, and what fails."""

from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import new_test_user

from ..mail_server import reply_to
from .common import DAY, EmailCase


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
