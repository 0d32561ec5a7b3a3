"""The hooks of channels and of what comes back, as an integrator uses them from
doc/integrator.md."""

from freezegun import freeze_time
from lxml import etree

from ..common import RecouvrementCase
from ..hooks import Extending
from ..mail_server import reply_to, report_on
from .common import DAY, EmailCase
from .lre_service import KEY, LreService

ACTION = "recouvrement.action"


class TestReturnHooks(Extending, EmailCase):
    """What an e-mail that is answered, or comes back, leads to."""

    def test_whoever_stands_in_is_notified(self):
        """``_get_responsible``: the responsible is away."""
        stand_in = self._create_user(
            "remplacant", "l10n_fr_recouvrement.group_recovery_officer"
        )
        self._extend(
            ACTION,
            "_get_responsible",
            lambda _action, original: (
                stand_in if original() == self.officer else original()
            ),
        )
        action, message = self._deliver(user_id=self.officer.id)
        self._receive_email(reply_to(message, "Je paierai lundi."))
        self.assertEqual(self._tasks(action).user_id, stand_in)
        action.sudo().date_answered = False
        self._receive_email(report_on(message, self.domain.bounce_email))
        self.assertEqual(self._tasks(self.business).user_id, stand_in)

    def test_an_answer_is_read_on_the_debtor(self):
        """``_note_answer``: besides the action."""

        def note_answer(action, original, message):
            original(message)
            action.partner_id.message_post(body=f"Répondu à {action.name}.")

        self._extend(ACTION, "_note_answer", note_answer)
        action, message = self._deliver()
        self._receive_email(reply_to(message, "Je paierai lundi."))
        self.assertTrue(action.date_answered)
        self.assertIn(f"Répondu à {action.name}.", self.business.message_ids[0].body)

    def test_a_return_is_something_to_call_about(self):
        """``_note_bounce``: with the reason and the addresses of the report."""

        def note_bounce(action, original, report):
            original(report)
            action.partner_id.activity_schedule(
                "mail.mail_activity_data_call",
                summary=f"Demander l’adresse : {', '.join(report.recipients)}",
                note=report.reason,
                user_id=self.officer.id,
            )

        self._extend(ACTION, "_note_bounce", note_bounce)
        action, message = self._deliver()
        self._receive_email(report_on(message, self.domain.bounce_email))
        self.assertEqual(action.state, "returned")
        call = self.business.activity_ids.filtered(
            lambda task: (
                task.activity_type_id == self.env.ref("mail.mail_activity_data_call")
            )
        )
        self.assertEqual(call.summary, f"Demander l’adresse : {self.business.email}")
        self.assertIn("mailbox unavailable", call.note)

    def test_a_house_checks_each_return(self):
        """``_get_bounce_doubt``: nothing is taken at its word here."""
        self._extend(
            ACTION,
            "_get_bounce_doubt",
            lambda _action, original, report: (
                original(report) or f"Vérifier {', '.join(report.recipients)}."
            ),
        )
        action, message = self._deliver()
        self._receive_email(report_on(message, self.domain.bounce_email))
        self.assertEqual(action.state, "sent")
        self.assertEqual(action.bounce_doubt, f"Vérifier {self.business.email}.")

    def test_an_address_that_is_dead_is_tagged(self):
        """``_mark_undelivered``: what is sure, not what any report says."""
        tag = self.env["res.partner.category"].create({"name": "E-mail périmé"})

        def mark_undelivered(action, original, reason):
            original(reason)
            action.email_partner_id.category_id |= tag

        self._extend(ACTION, "_mark_undelivered", mark_undelivered)
        _actions, message = self._deliver()
        address = message["To"]
        message.replace_header("To", "autre@example.com")
        self._receive_email(report_on(message, self.domain.bounce_email))
        self.assertFalse(self.business.category_id)
        message.replace_header("To", address)
        self._receive_email(report_on(message, self.domain.bounce_email))
        self.assertEqual(self.business.category_id, tag)

    def test_what_is_sent_again_says_so(self):
        """``_prepare_resent_vals``: a note in the second letter."""
        self._extend(
            ACTION,
            "_prepare_resent_vals",
            lambda action, original, lines, channel: {
                **original(lines, channel),
                "letter_note": f"<p>Envoyé d’abord à {action.email_to}.</p>",
            },
        )
        action, message = self._deliver()
        self._receive_email(report_on(message, self.domain.bounce_email))
        with freeze_time("2026-05-07"):
            action.action_resend_letter()
        again = action.resent_ids
        self.assertEqual((again.channel, again.amount_total), ("letter", 100))
        letter = self.env["report.l10n_fr_recouvrement.report_letter"]
        self.assertIn(
            f"Envoyé d’abord à {self.business.email}.",
            str(letter._letter_values(again)),
        )


class TestChannelHooks(Extending, RecouvrementCase):
    """How an action leaves, and what its service is asked."""

    def _prepare(self, channel):
        self._invoice(self.business, 100, "2026-04-29")
        action = self._run(DAY)
        action.channel = channel
        return action

    def _send(self, channel):
        action = self._prepare(channel)
        self._approve_and_send(action, DAY)
        return action

    def _start_service(self):
        """A service of electronic registered letters, through the gateway."""
        service = LreService()
        self.addCleanup(service.stop)
        self.company.write(
            {
                "recouvrement_lre_provider": "http",
                "recouvrement_lre_url": service.url,
                "recouvrement_lre_key": KEY,
            }
        )
        return service

    def _follow(self, day):
        """Run the job."""
        cron = self.env.ref("l10n_fr_recouvrement.cron_carriers")
        self.env.flush_all()
        with freeze_time(day), self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.env.invalidate_all()

    # ------------------------------------------------------------------
    # Words
    # ------------------------------------------------------------------

    def test_button_and_question_of_the_house(self):
        """``_get_send_label`` and ``_get_send_question``: on the form, for that channel
        alone."""
        registry = self.env.registry
        self.addCleanup(registry.clear_cache, "templates")
        registry.clear_cache("templates")
        letters = "recouvrement.channel.letter"
        self._extend(
            letters,
            "_get_send_label",
            lambda channel, original, is_approved: (
                "To the post room"
                if is_approved and channel._name == letters
                else original(is_approved)
            ),
        )
        self._extend(
            letters,
            "_get_send_question",
            lambda channel, original: (
                f"{original()} The post room closes at four."
                if channel._name == letters
                else original()
            ),
        )
        form = etree.fromstring(self.env[ACTION].get_view(view_type="form")["arch"])
        send = "//header/button[@name='action_approve_and_send']"
        [button] = form.xpath(f"{send}[@string='To the post room']")
        self.assertIn("'letter'", button.get("invisible"))
        self.assertNotIn("'registered'", button.get("invisible"))
        self.assertIn("'ready'", button.get("invisible"))
        questions = form.xpath(f"{send}[contains(@confirm, 'closes at four')]")
        self.assertEqual(len(questions), 2, "as it is approved, and approved before")

    def test_the_proof_says_who_took_the_letter(self):
        """``_prepare_sent_events``: a line of the sheet, in French."""
        self._extend(
            "recouvrement.channel.letter",
            "_prepare_sent_events",
            lambda _channel, original, action: [
                *original(action),
                ("", "Remise", f"au service courrier, pli {action.name}"),
            ],
        )
        action = self._send("letter")
        sheets = self.env["report.l10n_fr_recouvrement.report_proof"]
        with freeze_time("2026-05-06"):
            values = sheets._proof_values(action)
        html = self.env["ir.qweb"]._render(
            "l10n_fr_recouvrement.report_proof", sheets._prepare_document([values])
        )
        self.assertIn(f"au service courrier, pli {action.name}", str(html))

    def test_activities_of_the_house_for_what_people_do(self):
        """``_get_activity_type``: for visits and tasks; calls have their own."""
        kind = self.env["mail.activity.type"].create({"name": "À la direction"})
        self._extend(
            "recouvrement.channel.human",
            "_get_activity_type",
            lambda _channel, _original: kind,
        )
        self.business.write(
            {"phone": "01 99 00 11 22", "recouvrement_user_id": self.env.user.id}
        )
        action = self._prepare("task")
        self.assertEqual(action.activity_ids.activity_type_id, kind)
        other = self._create_debtor(
            "Garage Exemple",
            is_company=True,
            phone="01 99 00 55 66",
            recouvrement_user_id=self.env.user.id,
        )
        self._invoice(other, 100, "2026-04-29")
        called = self._run(DAY)
        called.channel = "phone"
        self.assertEqual(
            called.activity_ids.activity_type_id,
            self.env.ref("mail.mail_activity_data_call"),
        )

    # ------------------------------------------------------------------
    # Services that post
    # ------------------------------------------------------------------

    def test_letters_of_odoo_s_post_in_colour(self):
        """``_prepare_letter`` of ``recouvrement.channel.snailmail``."""
        self.company.snailmail_color = False
        self._extend(
            "recouvrement.channel.snailmail",
            "_prepare_letter",
            lambda _channel, original, action: {**original(action), "color": True},
        )
        action = self._send("snailmail")
        letter = self.env["snailmail.letter"].search(
            [("model", "=", ACTION), ("res_id", "=", action.id)]
        )
        self.assertTrue(letter.color)
        self.assertEqual(letter.partner_id, self.business)

    def test_what_a_gateway_is_given_besides(self):
        """``_prepare_letter`` of ``recouvrement.lre.provider.http``."""
        service = self._start_service()
        self._extend(
            "recouvrement.lre.provider.http",
            "_prepare_letter",
            lambda _provider, original, action, key: {
                **original(action, key),
                "cost_centre": f"{action.company_id.name}/{key}",
            },
        )
        action = self._send("lre")
        self._follow(DAY)
        [letter] = service.letters.values()
        self.assertEqual(
            letter["cost_centre"], f"{self.company.name}/{letter['external_id']}"
        )
        self.assertEqual(letter["recipient"]["email"], self.business.email)
        self.assertEqual(action.carrier_state, "deposited")

    def test_a_gateway_with_a_word_of_its_own(self):
        """``_prepare_status``: “declined” is what the contract calls refused."""
        service = self._start_service()

        def prepare_status(_provider, original, answer):
            if answer["status"] == "declined":
                answer = {**answer, "status": "refused"}
            return original(answer)

        self._extend(
            "recouvrement.lre.provider.http", "_prepare_status", prepare_status
        )
        action = self._send("lre")
        self._follow(DAY)
        [letter] = service.letters.values()
        letter.update(status="declined", notified_on=DAY, closed_on="2026-05-07")
        self._follow("2026-05-08")
        self.assertEqual(action.state, "returned")
        self.assertEqual(action.return_reason, "refused")

    def test_the_debtor_s_history_follows_the_letter(self):
        """``_follow_carried``: after each time that the service was asked."""
        service = self._start_service()

        def follow_carried(_channel, original, actions):
            original(actions)
            for action in actions:
                action.partner_id.message_post(
                    body=f"{action.name} : {action.carrier_state}"
                )

        self._extend("recouvrement.channel.lre", "_follow_carried", follow_carried)
        action = self._send("lre")
        self._follow(DAY)
        self.assertIn(f"{action.name} : deposited", self.business.message_ids[0].body)
        [letter] = service.letters.values()
        letter.update(status="notified", notified_on=DAY)
        self._follow("2026-05-06")
        self.assertIn(f"{action.name} : notified", self.business.message_ids[0].body)

    def test_a_letter_refused_goes_to_the_legal_department(self):
        """``_post_again``: to another address than the first time."""
        service = self._start_service()

        def post_again(_channel, original, actions):
            original(actions)
            actions.email_to = "juridique@menuiserie.example.com"

        self._extend("recouvrement.channel.lre", "_post_again", post_again)
        service.refusal = "Adresse électronique inconnue"
        action = self._send("lre")
        self._follow(DAY)
        self.assertEqual(action.carrier_state, "error")
        service.refusal = None
        with freeze_time("2026-05-06"):
            action.action_post_again()
        self._follow("2026-05-06")
        [letter] = service.letters.values()
        self.assertEqual(
            letter["recipient"]["email"], "juridique@menuiserie.example.com"
        )
