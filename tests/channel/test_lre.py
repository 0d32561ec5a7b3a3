import base64
import hashlib

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import mute_logger

from odoo.addons.iap.tools import iap_tools
from odoo.addons.l10n_fr_recouvrement.models.channel import (
    recouvrement_lre_provider_http,
)

from ..common import RecouvrementCase, blank_letter
from ..report.test_posting import text_of
from .lre_service import KEY, LreService


class TestLre(RecouvrementCase):
    """Electronic registered letters, through the reference provider and a service that
    answers on this machine."""

    def setUp(self):
        super().setUp()
        self.service = LreService()
        self.addCleanup(self.service.stop)
        self.company.write(
            {
                "recouvrement_lre_provider": "http",
                "recouvrement_lre_url": self.service.url,
                "recouvrement_lre_key": KEY,
            }
        )
        self.cron = self.env.ref("l10n_fr_recouvrement.cron_carriers")

    def _notice(self, debtor=None, day="2026-05-18"):
        """A letter to the debtor, ready to leave by electronic registered post."""
        self._invoice(debtor or self.business, 1000, "2026-04-01")
        action = self._run(day)
        action.channel = "lre"
        return action

    def _send(self, action, day="2026-05-18"):
        self._approve_and_send(action, day)
        self._follow(day)

    def _follow(self, moment):
        """Run the job."""
        self.env.flush_all()
        with freeze_time(moment), self.enter_registry_test_mode():
            self.cron.method_direct_trigger()
        self.env.invalidate_all()

    def _tell(self, status, **vals):
        """What the service says of the only letter from now on."""
        [letter] = self.service.letters.values()
        letter.update(status=status, **vals)
        return letter["id"]

    def test_handed_over_once_it_is_recorded(self):
        action = self._notice()
        self._approve_and_send(action, "2026-05-18")
        self.assertEqual((action.state, action.carrier_state), ("sent", "queued"))
        self.assertFalse(self.service.letters, "nothing leaves with the transaction")
        self._follow("2026-05-18")
        [letter] = self.service.letters.values()
        self.assertEqual(action.carrier_state, "deposited")
        self.assertEqual(action.carrier_reference, letter["id"])
        self.assertEqual(letter["recipient"]["email"], self.business.email)
        self.assertTrue(letter["recipient"]["professional"])
        document = base64.b64decode(letter["document"]["content"])
        self.assertEqual(document, action.letter_attachment_id.raw)
        self.assertEqual(
            letter["document"]["sha256"], hashlib.sha256(document).hexdigest()
        )
        self.assertNotIn("subject", letter, "the sender is hidden until acceptance")

    def test_accepted(self):
        action = self._notice()
        self._send(action)
        identifier = self._tell("notified", notified_on="2026-05-18")
        self.service.proofs[identifier, "deposit"] = blank_letter("DÉPÔT")
        self._follow("2026-05-19")
        self.assertEqual(action.carrier_state, "notified")
        self.assertEqual(str(action.date_presented), "2026-05-18")
        self.assertEqual(str(action.lre_last_day), "2026-06-02")
        self.assertEqual(action.proof_ids.kind, "deposit")
        self._tell("accepted", notified_on="2026-05-18", closed_on="2026-05-20T09:00")
        self._follow("2026-05-21")
        self.assertEqual(action.state, "delivered")
        self.assertEqual(str(action.date_received), "2026-05-20")
        self.assertFalse(action.carrier_done, "the proof of receipt is not there yet")
        self.service.proofs[identifier, "receipt"] = blank_letter("RÉCEPTION")
        self._follow("2026-05-22")
        self.assertTrue(action.carrier_done)
        self.assertEqual(action.proof_ids.mapped("kind"), ["deposit", "receipt"])
        with self.assertRaises(UserError):
            action.proof_ids[1].attachment_id.unlink()
        calls = len(self.service.calls)
        self._follow("2026-05-23")
        self.assertEqual(len(self.service.calls), calls, "it is done with")
        self.assertEqual(
            str(action.line_ids.move_id.recouvrement_presented_date), "2026-05-18"
        )

    def test_refused_is_presented_all_the_same(self):
        action = self._notice()
        self._send(action)
        identifier = self._tell(
            "refused", notified_on="2026-05-19", closed_on="2026-05-22"
        )
        self.service.proofs[identifier, "deposit"] = blank_letter("DÉPÔT")
        self.service.proofs[identifier, "refusal"] = blank_letter("REFUS")
        self._follow("2026-05-23")
        self.assertEqual(action.state, "returned")
        self.assertEqual(action.return_reason, "refused")
        self.assertEqual(str(action.date_presented), "2026-05-19")
        self.assertFalse(action.date_received)
        self.assertTrue(action.carrier_done)

    def test_fifteen_days_from_the_day_after_the_notice(self):
        action = self._notice()
        self._send(action)
        identifier = self._tell("notified", notified_on="2026-05-19")
        self._follow("2026-06-03")
        self.assertEqual(action.state, "sent", "the fifteenth day is not over")
        self._follow("2026-06-04")
        self.assertEqual(
            (action.state, action.return_reason), ("returned", "unclaimed")
        )
        self.assertEqual(str(action.date_presented), "2026-05-19")
        # Accepted on the last day, and told late.
        self._tell("accepted", notified_on="2026-05-19", closed_on="2026-06-03")
        self.service.proofs[identifier, "deposit"] = blank_letter("DÉPÔT")
        self.service.proofs[identifier, "receipt"] = blank_letter("RÉCEPTION")
        self._follow("2026-06-05")
        self.assertEqual(action.state, "delivered")
        self.assertFalse(action.return_reason)
        self.assertTrue(action.carrier_done)

    def test_consumer_must_have_agreed_before(self):
        action = self._notice(self.consumer)
        with freeze_time("2026-05-18"):
            action.action_approve_and_send()
        self.assertEqual(action.state, "failed")
        self.assertIn("consumer", action.failure_reason)
        self.consumer.recouvrement_lre_consent_date = "2026-05-19"
        with freeze_time("2026-05-18"):
            action.action_retry()
        self.assertEqual(action.state, "failed", "an agreement of tomorrow is none")
        self.consumer.write(
            {
                "recouvrement_lre_consent_date": "2026-01-05",
                "recouvrement_lre_consent_note": "Contrat du 5 janvier, art. 9",
            }
        )
        with freeze_time("2026-05-18"):
            action.action_retry()
        self._send(action)
        [letter] = self.service.letters.values()
        self.assertEqual(letter["recipient"]["consent_on"], "2026-01-05")
        self.assertFalse(letter["recipient"]["professional"])

    def test_professional_and_public_body_need_not(self):
        for debtor in (self.business, self.public_body):
            action = self._notice(debtor)
            self._send(action)
            self.assertEqual(action.state, "sent", debtor.name)

    def test_without_a_service_it_is_set_aside_in_words(self):
        self.company.recouvrement_lre_key = False
        action = self._notice()
        with freeze_time("2026-05-18"):
            action.action_approve_and_send()
        self.assertEqual(action.state, "failed")
        self.assertIn("key", action.failure_reason)
        self.company.recouvrement_lre_provider = False
        with freeze_time("2026-05-18"):
            action.action_retry()
        self.assertIn("Choose the service", action.failure_reason)

    def test_service_down_then_up(self):
        self.service.failures = ["500"]
        action = self._notice()
        self._send(action)
        self.assertEqual(action.carrier_state, "queued")
        self.assertIn("500", action.carrier_error)
        self._follow("2026-05-19")
        self.assertEqual(action.carrier_state, "deposited")
        self.assertFalse(action.carrier_error)
        self.assertEqual(len(self.service.letters), 1)

    def test_answer_lost_after_creation_never_sends_twice(self):
        """The connection drops, or nothing comes back in time, once the service has the
        letter: whether it knows the key again or not, there is one letter."""
        for failure, honours_key in (("drop", True), ("drop", False), ("hang", False)):
            with self.subTest(failure=failure, honours_key=honours_key):
                self.service.letters.clear()
                self.service.failures = [failure]
                self.service.honours_key = honours_key
                debtor = self._create_debtor(
                    f"{failure} {honours_key}", is_company=True
                )
                action = self._notice(debtor)
                if failure == "hang":
                    # Odoo's tests make it ten seconds.
                    self.patch(recouvrement_lre_provider_http, "TIMEOUT", 1)
                self._send(action)
                self.assertEqual(action.carrier_state, "queued")
                self.assertTrue(action.carrier_error)
                self._follow("2026-05-19")
                self.assertEqual(action.carrier_state, "deposited")
                self.assertEqual(len(self.service.letters), 1)

    def test_killed_before_the_commit_never_sends_twice(self):
        """What the job learnt is lost with it; the service still has the letter."""
        action = self._notice()
        self._approve_and_send(action, "2026-05-18")
        provider = self.env["recouvrement.lre.provider.http"]
        self.service.honours_key = False
        first = provider._send(action.sudo())[action]
        self.assertEqual(action.carrier_state, "queued")
        self._follow("2026-05-19")
        self.assertEqual(action.carrier_reference, first.reference)
        self.assertEqual(len(self.service.letters), 1)

    def test_refused_by_the_service_then_sent_again(self):
        self.service.refusal = "Adresse électronique inconnue"
        action = self._notice()
        action.user_id = self.env.user
        self._send(action)
        self.assertEqual(action.carrier_state, "error")
        self.assertIn("inconnue", action.carrier_error)
        self.assertIn("not posted", action.activity_ids.summary)
        posts = [call for call in self.service.calls if call[0] == "POST"]
        self._follow("2026-05-19")
        self.assertEqual(
            [call for call in self.service.calls if call[0] == "POST"], posts
        )
        self.service.refusal = None
        self.business.email = False
        with self.assertRaisesRegex(UserError, "e-mail"):
            action.action_post_again()
        self.business.email = "direction@menuiserie.example.com"
        action.action_post_again()
        self._follow("2026-05-20")
        [letter] = self.service.letters.values()
        self.assertEqual(action.carrier_state, "deposited")
        self.assertEqual(letter["recipient"]["email"], self.business.email)
        with self.assertRaises(UserError):
            action.action_post_again()

    def test_letter_the_service_forgot(self):
        action = self._notice()
        self._send(action)
        self.service.letters.clear()
        self._follow("2026-05-19")
        self.assertEqual(action.carrier_state, "error")
        self.assertIn("L1", action.carrier_error)

    def test_answer_that_makes_no_sense_concludes_nothing(self):
        action = self._notice()
        self._send(action)
        for status, vals in (
            ("perdue", {}),
            ("accepted", {}),
            ("notified", {"notified_on": "hier"}),
        ):
            self._tell(status, **vals)
            self._follow(f"2026-05-{19 + len(self.service.calls)}")
            self.assertEqual(action.carrier_state, "deposited")
            self.assertTrue(action.carrier_error)
        self._tell("notified", notified_on="2027-01-01")
        with mute_logger("odoo.addons.l10n_fr_recouvrement"):
            self._follow("2026-06-20")
        self.assertFalse(action.date_presented, "a day that has not come")
        self.assertTrue(action.carrier_error)

    def test_one_letter_at_fault_does_not_stop_the_others(self):
        action = self._notice()
        other = self._notice(self._create_debtor("Boulangerie", is_company=True))
        self.service.failures = ["500"]
        self._approve_and_send(action + other, "2026-05-18")
        self._follow("2026-05-18")
        self.assertEqual(
            sorted((action + other).mapped("carrier_state")), ["deposited", "queued"]
        )

    def test_asked_again_after_a_while_only(self):
        action = self._notice()
        self._send(action, "2026-05-18 08:00:00")
        calls = len(self.service.calls)
        self._follow("2026-05-18 08:10:00")
        self.assertEqual(len(self.service.calls), calls)
        self._follow("2026-05-18 09:00:00")
        self.assertGreater(len(self.service.calls), calls)

    def test_wrong_key_is_told(self):
        self.company.recouvrement_lre_key = "une autre"
        action = self._notice()
        self._send(action)
        self.assertEqual(action.carrier_state, "queued")
        self.assertIn("401", action.carrier_error)

    def test_letters_travel_encrypted(self):
        for url in ("http://service.example.com/v1", "ftp://a", "service.example.com"):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                self.company.recouvrement_lre_url = url
        self.company.recouvrement_lre_url = "https://service.example.com/v1"

    def test_key_is_for_administrators(self):
        administrator = self._create_user("administrateur", "base.group_system")
        officer = self._create_user(
            "relance", "l10n_fr_recouvrement.group_recovery_officer"
        )
        manager = self._create_user(
            "responsable", "l10n_fr_recouvrement.group_recovery_manager"
        )
        for user in (officer, manager):
            for name in ("recouvrement_lre_key", "recouvrement_lre_url"):
                with self.assertRaises(AccessError):
                    self.company.with_user(user).read([name])
        company = self.company.with_user(administrator)
        self.assertEqual(company.recouvrement_lre_key, KEY)
        settings = self.env["res.config.settings"].with_user(administrator)
        settings = settings.with_company(company).create({})
        self.assertEqual(settings.recouvrement_lre_key, KEY)

    def test_who_sends(self):
        officer = self._create_user(
            "relance", "l10n_fr_recouvrement.group_recovery_officer"
        )
        reader = self._create_user("facturation", "account.group_account_invoice")
        action = self._notice()
        with freeze_time("2026-05-18"):
            with self.assertRaises(AccessError):
                action.with_user(reader).action_approve_and_send()
            action.with_user(officer).action_approve_and_send()
        self.service.refusal = "Non"
        self._follow("2026-05-18")
        with self.assertRaises(AccessError):
            action.with_user(reader).action_post_again()
        with self.assertRaises(UserError):
            action.with_user(officer).write({"carrier_state": "accepted"})
        action.with_user(officer).action_post_again()
        self.assertEqual(action.carrier_state, "queued")

    def test_letter_says_how_it_travels(self):
        service = self.env["report.l10n_fr_recouvrement.report_letter"]
        self.assertEqual(
            service._letter_values(self._notice())["delivery"],
            ["Lettre recommandée électronique"],
        )


class TestSnailmail(RecouvrementCase):
    """Letters that Odoo's own service posts."""

    def setUp(self):
        super().setUp()
        self._invoice(self.business, 1000, "2026-04-01")
        self.action = self._run("2026-05-18")
        self.action.channel = "snailmail"

    def _letter(self):
        return self.env["snailmail.letter"].search(
            [("model", "=", "recouvrement.action"), ("res_id", "=", self.action.id)]
        )

    def _post(self, document, day="2026-05-18"):
        """Let Odoo's job post the letter; the service answers ``document``."""
        sent = []

        def answer(url, params=None, **kwargs):
            sent.append(params)
            [asked] = params["documents"]
            return {
                "request_code": 200,
                "request": {"documents": [{**asked, **document}]},
            }

        self.patch(iap_tools, "iap_jsonrpc", answer)
        self.patch(self.env.cr, "commit", lambda: None)
        with freeze_time(day):
            self._letter()._snailmail_print()
        return sent

    def _follow(self, day):
        cron = self.env.ref("l10n_fr_recouvrement.cron_carriers")
        self.env.flush_all()
        with freeze_time(day), self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.env.invalidate_all()

    def test_frozen_letter_behind_a_sheet_with_the_address(self):
        self._approve_and_send(self.action, "2026-05-18")
        self.assertEqual(self.action.state, "sent")
        self.assertEqual(self.action.carrier_state, "queued")
        letter = self._letter()
        self.assertEqual(letter.partner_id, self.business)
        [params] = self._post({"sent": True, "send_id": "P1"})
        [document] = params["documents"]
        pdf = base64.b64decode(document["pdf_bin"])
        [cover, page] = text_of(pdf)
        self.assertIn("2 allée des Essais", cover)
        self.assertIn(self.action.name, page)
        self.assertEqual(
            hashlib.sha256(self.action.letter_attachment_id.raw).hexdigest(),
            self.action.letter_sha256,
        )
        self._follow("2026-05-19")
        self.assertEqual(self.action.carrier_state, "deposited")

    def test_error_is_told_and_sent_again(self):
        self.action.user_id = self.env.user
        self._approve_and_send(self.action, "2026-05-18")
        self._post({"error": "NO_PRICE_AVAILABLE"})
        self._follow("2026-05-18")
        self.assertEqual(self.action.carrier_state, "error")
        self.assertIn("not covered", self.action.carrier_error)
        self.assertEqual(len(self.action.activity_ids), 1)
        with freeze_time("2026-05-19"):
            self.action.action_post_again()
        self.assertEqual(self._letter().state, "pending")
        self._post({"sent": True, "send_id": "P2"})
        self._follow("2026-05-19")
        self.assertEqual(self.action.carrier_state, "deposited")
        self.assertFalse(self.action.carrier_error)

    def test_letter_that_somebody_deleted_is_made_anew(self):
        self._approve_and_send(self.action, "2026-05-18")
        self._letter().sudo().unlink()
        self._follow("2026-05-18")
        self.assertEqual(self.action.carrier_state, "error")
        with freeze_time("2026-05-19"):
            self.action.action_post_again()
        self.assertEqual(self._letter().state, "pending")
        self.assertEqual(self.action.carrier_state, "queued")

    def test_address_without_country_is_set_aside_in_words(self):
        self.business.country_id = False
        with freeze_time("2026-05-18"):
            self.action.action_approve_and_send()
        self.assertEqual(self.action.state, "failed")
        self.assertIn("country", self.action.failure_reason)

    def test_without_the_module_it_is_set_aside_in_words(self):
        models = self.env.registry.models
        missing = models.pop("snailmail.letter")
        try:
            channel = self.env["recouvrement.channel.snailmail"]
            problems = channel._check_deliverable(self.action)
            self.assertIn("not installed", problems[self.action])
            self.action.sudo().carrier_state = "queued"
            channel._follow_carried(self.action.sudo())
            self.assertEqual(self.action.carrier_state, "error")
        finally:
            models["snailmail.letter"] = missing
