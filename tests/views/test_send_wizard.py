"""What is said before anything leaves."""

from freezegun import freeze_time

from ..common import RecouvrementCase

DAY = "2026-05-18"


class TestSendWizard(RecouvrementCase):
    """By channel what leaves, by reason what does not; nothing before it is sent."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.officer = cls._create_user(
            "relance", "l10n_fr_recouvrement.group_recovery_officer"
        )
        for partner, amount in (
            (cls.business, 1000),
            (cls._create_debtor("Menuiserie", is_company=True), 200),
            (cls._create_debtor("Atelier", is_company=True), 300),
            (
                cls._create_debtor("Appel", is_company=True, phone="01 99 00 11 22"),
                400,
            ),
            (cls._create_debtor("Sans adresse", is_company=True), 500),
        ):
            cls._invoice(partner, amount, "2026-05-14")
        cls.actions = cls._run(DAY)
        by_debtor = {action.partner_id.name: action for action in cls.actions}
        cls.email = by_debtor[cls.business.name]
        cls.other = by_debtor["Menuiserie"]
        cls.registered = by_debtor["Atelier"]
        cls.registered.channel = "registered"
        cls.failed = by_debtor["Sans adresse"]
        cls.failed._set_aside("Sans adresse")
        cls.call = by_debtor["Appel"]
        cls.call.channel = "phone"

    def _open(self, actions, method="action_confirm_sending"):
        with freeze_time(DAY):
            actions = actions.with_user(self.officer).with_context(lang="fr_FR")
            opened = getattr(actions, method)()
        wizard = self.env[opened["res_model"]].with_user(self.officer)
        return wizard.browse(opened["res_id"])

    def _read(self, lines):
        return {
            (line.channel or line.note): (line.count, line.amount) for line in lines
        }

    def test_by_channel_and_reason(self):
        wizard = self._open(self.actions)
        self.assertEqual(
            self._read(wizard.line_ids),
            {
                "email": (2, self.email.amount_total + self.other.amount_total),
                "registered": (1, self.registered.amount_total),
            },
        )
        [registered] = wizard.line_ids.filtered(
            lambda line: line.channel == "registered"
        )
        self.assertIn("numéro", registered.note)
        left_out = self._read(wizard.left_out_ids)
        self.assertEqual(len(left_out), 2)
        self.assertIn((1, self.failed.amount_total), left_out.values())
        self.assertIn((1, self.call.amount_total), left_out.values())
        self.assertFalse(self.actions.filtered("date_closed"), "nothing left yet")

    def test_it_sends_what_it_showed(self):
        wizard = self._open(self.actions)
        with freeze_time(DAY):
            wizard.action_send()
        sent = self.actions.filtered(lambda action: action.state == "sent")
        self.assertEqual(sent, self.email + self.other + self.registered)

    def test_all_that_waits_by_one_button(self):
        wizard = self._open(self.env["recouvrement.action"], "action_confirm_all")
        self.assertEqual(wizard.action_ids, self.email + self.other + self.registered)
        self.assertTrue(wizard.left_out_ids)

    def test_above_what_officers_approve(self):
        self.company.recouvrement_approval_limit = 900
        wizard = self._open(self.actions)
        self.assertNotIn(self.email, wizard.action_ids)
        self.assertTrue(
            wizard.left_out_ids.filtered(
                lambda line: line.amount == self.email.amount_total
            )
        )

    def test_what_is_sent_already(self):
        self._approve_and_send(self.email, DAY)
        wizard = self._open(self.email)
        self.assertFalse(wizard.line_ids)
        self.assertEqual(wizard.left_out_ids.count, 1)
