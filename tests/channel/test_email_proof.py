"""E-mails that are kept as they were sent."""

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from ..mail_server import reply_to, report_on
from .common import EmailCase


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

    def test_nobody_rewrites_what_others_said(self):
        action, message = self._deliver()
        self._receive_email(reply_to(message, "Je conteste."))
        answer = action.message_ids.filtered(lambda m: m.message_type == "email")
        said = action.with_user(self.users["responsable"]).message_post(body="Vu")
        own = action.with_user(self.officer).message_post(body="Lu")
        officer = self.officer.partner_id
        for note in (answer, said):
            for vals in (
                {"body": "Rien"},
                {"author_id": officer.id},
                {"date": "2026-01-01 00:00:00"},
                {"email_from": "ailleurs@example.com"},
                {"subject": "Rien"},
                {"message_type": "comment"},
                {"attachment_ids": [Command.clear()]},
            ):
                with self.subTest(note=note, vals=vals), self.assertRaises(UserError):
                    note.with_user(self.officer).write(vals)
        with self.assertRaises(UserError):
            own.with_user(self.officer).author_id = self.business
        own.with_user(self.officer).body = "Lu et relu"

    def test_nobody_speaks_for_the_debtor(self):
        action, _message = self._deliver()
        chatter = action.with_user(self.officer)
        messages = self.env["mail.message"].with_user(self.officer)
        forged = {"model": action._name, "res_id": action.id, "body": "Je dois tout."}
        for forge in (
            lambda: chatter.message_post(
                body="Je dois tout.", message_type="email", author_id=self.business.id
            ),
            lambda: chatter.message_post(body="Oui", author_id=self.business.id),
            lambda: chatter.message_post(body="Oui", message_type="email"),
            lambda: messages.create({**forged, "author_id": self.business.id}),
            lambda: messages.create(
                {**forged, "author_id": False, "email_from": self.business.email}
            ),
            lambda: messages.with_context(
                default_model=action._name,
                default_res_id=action.id,
                default_author_id=self.business.id,
            ).create({"body": "Je dois tout."}),
        ):
            with self.assertRaises(UserError):
                forge()
        self.assertFalse(action.date_answered)
        chatter.message_post(body="Il dit qu'il doit tout.")

    def test_nobody_deletes_what_came_in(self):
        action, message = self._deliver()
        self._receive_email(report_on(message, self.domain.bounce_email))
        report = action.message_ids.attachment_ids.filtered(
            lambda file: file.name.endswith(".eml")
        )
        self.assertTrue(report)
        answer = (
            action.sudo()
            .with_user(self.env.ref("base.user_root"))
            .message_post(
                body="Ma réponse",
                message_type="email",
                author_id=self.business.id,
                attachments=[("bon.pdf", b"Signature")],
            )
        )
        for file in report | answer.attachment_ids:
            for name, user in self.users.items():
                with self.subTest(user=name, file=file.name):
                    with self.assertRaises(UserError):
                        file.with_user(user).unlink()
                    with self.assertRaises(UserError):
                        file.with_user(user).raw = b"Rien"
        own = action.with_user(self.officer).message_post(
            body="Vu", attachments=[("essai.txt", b"Essai")]
        )
        own.attachment_ids.with_user(self.officer).unlink()

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
