"""Addresses and telephone numbers as people type them: nothing leaves to what is none,
or to two at once, and the reason says which."""

from odoo.exceptions import UserError

from .common import DAY, EmailCase

TWO = (
    "a@client.example.com; b@client.example.com",
    "a@client.example.com, b@client.example.com",
    "a@client.example.com b@client.example.com",
    "a@client.example.com / b@client.example.com",
    "a@client.example.com/b@client.example.com",
    "a@client.example.com\nb@client.example.com",
    "A <a@client.example.com>, B <b@client.example.com>",
)
NONE = (
    "compta@client",
    "compta@client,example.com",
    "compta@client. example.com",
    "compta@client..com",
    "compta@.example.com",
    "compta@@example.com",
    "compta@example.com.",
    "compta.@example.com",
    "@example.com",
    "compta@192.0.2.1",
    "compta@client.example.com (le matin)",
    "client.example.com",
    "a@client.example.com; b@client",
)


class TestEmailFields(EmailCase):
    def _prepare_to(self, email, channel="email"):
        self.business.email = email
        action = self._prepare()
        if channel != "email":
            action.channel = channel
        return action

    def _get_reason(self, action):
        handler = action._channel_handler()
        return handler._check_deliverable(action).get(action, "")

    def test_two_addresses(self):
        action = self._prepare_to("x@client.example.com")
        for email in TWO:
            with self.subTest(email):
                self.business.email = email
                reason = self._get_reason(action)
                self.assertIn("two addresses", reason)
                self.assertIn("a@client.example.com, b@client.example.com", reason)

    def test_set_aside_before_it_leaves(self):
        for email in (TWO[0], *NONE[:2]):
            with self.subTest(email):
                debtor = self._create_debtor(email, is_company=True, email=email)
                action = self._prepare(debtor)
                self.assertEqual(action.state, "failed")
                self.assertIn(email.split(";")[0], action.failure_reason)

    def test_what_is_no_address(self):
        action = self._prepare_to("x@client.example.com")
        for email in NONE:
            with self.subTest(email):
                self.business.email = email
                reason = self._get_reason(action)
                self.assertIn(email, reason)
                self.assertIn("no valid e-mail address", reason)

    def test_one_address_however_it_is_written(self):
        for email in (
            "x@client.example.com",
            " x@client.example.com; ",
            "Comptes, Client <x@client.example.com>",
        ):
            with self.subTest(email):
                debtor = self._create_debtor(email, is_company=True, email=email)
                action, message = self._deliver(debtor)
                self.assertEqual(action.email_to, "x@client.example.com")
                self.assertIn("<x@client.example.com>", message["To"])
                self.assertEqual(self.server.recipients, ["x@client.example.com"])
                self.server.messages.clear()

    def test_sent_again_to_what_is_no_address(self):
        self.server.refused.add(self.business.email)
        action = self._send()
        self._work_queue()
        for email in (TWO[0], NONE[0]):
            self.business.email = email
            with self.assertRaisesRegex(UserError, email.split(";")[0]):
                action.action_send_again()
        self.business.email = "Client <x@client.example.com>"
        action.action_send_again()
        self._work_queue()
        self.assertEqual(action.email_to, "x@client.example.com")

    def test_addresses_of_all_kinds(self):
        action = self._prepare_to("x@client.example.com")
        for email in (
            "o'neil+factures@client.example.com",
            "COMPTA@Client.Example.COM",
            "compta@société.example.com",
            "c@a-b.xn--p1ai",
            "1@2.museum",
        ):
            with self.subTest(email):
                self.business.email = email
                self.assertFalse(self._get_reason(action))

    def test_what_is_no_address_of_the_contact(self):
        """The debtor's serves, where it is one; else the reason names the contact."""
        contact = self._create_debtor(
            "Comptabilité", type="invoice", parent_id=self.business.id
        )
        contact.email = "compta@client"
        action = self._prepare()
        self.assertEqual(action.contact_id, contact)
        self.assertEqual(action.email_partner_id, self.business)
        self.assertFalse(self._get_reason(action))
        self.business.email = "direction@client"
        self.assertIn("compta@client", self._get_reason(action))
        self.assertIn("Comptabilité", self._get_reason(action))
        # two are somebody's: nobody is passed over
        contact.email = TWO[0]
        self.business.email = "direction@client.example.com"
        self.assertIn("two addresses", self._get_reason(action))
        contact.email = "compta@client"
        self._approve_and_send(action, DAY)
        self._work_queue()
        self.assertEqual(self.server.recipients, ["direction@client.example.com"])

    def test_electronic_registered_letter(self):
        self.company.write(
            {
                "recouvrement_lre_provider": "http",
                "recouvrement_lre_url": "http://127.0.0.1:9",
                "recouvrement_lre_key": "x",
            }
        )
        action = self._prepare_to("x@client.example.com", "lre")
        self.assertFalse(self._get_reason(action))
        for email, words in ((TWO[1], "two addresses"), (NONE[1], NONE[1])):
            self.business.email = email
            self.assertIn(words, self._get_reason(action))
        self.business.email = "Client <x@client.example.com>"
        self._approve_and_send(action, DAY)
        self.assertEqual(action.email_to, "x@client.example.com")


class TestPhoneFields(EmailCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        stage = cls.env.ref("l10n_fr_recouvrement.stage_business_reminder")
        stage.channel = "sms"

    def test_two_mobiles(self):
        action = self._prepare()
        for phone in (
            "06 12 34 56 78 / 06 98 76 54 32",
            "06.12.34.56.78 - 06.98.76.54.32",
            "0612345678, +33 6 98 76 54 32",
            "06 12 34 56 78 06 98 76 54 32",
            "06 12 34 56 78 ou 0033698765432",
            "06 12 34 56 78 ; +32 470 12 34 56",
        ):
            with self.subTest(phone):
                self.business.phone = phone
                reason = action._channel_handler()._check_deliverable(action)[action]
                self.assertIn("two mobile numbers", reason)
                self.assertIn("+33612345678", reason)

    def test_one_mobile(self):
        action = self._prepare()
        for phone in (
            "06 12 34 56 78",
            "+33 (0)6 12 34 56 78",
            "06/12/34/56/78",
            "06-12-34-56-78 (Mme Martin)",
            "01 99 00 12 34 / 06 12 34 56 78",
            "0612345678; 06 12 34 56 78",
        ):
            with self.subTest(phone):
                self.business.phone = phone
                self.assertEqual(
                    action._get_sms_recipient(), (self.business, "+33612345678")
                )
        for phone in ("01 99 00 12 34", "12", False):
            self.business.phone = phone
            self.assertFalse(action._get_sms_recipient()[1])
