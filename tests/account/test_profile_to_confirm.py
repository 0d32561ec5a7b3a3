"""Associations, co-owners and staff committees: traders once somebody says so."""

from freezegun import freeze_time

from odoo.exceptions import AccessError

from ..common import RecouvrementCase


class TestProfileToConfirm(RecouvrementCase):
    """Nothing of L441-10 is claimed of who may be no professional."""

    def _guess(self, name, **vals):
        partner = self._create_debtor(name, is_company=True, **vals)
        return (partner.recouvrement_profile, partner.recouvrement_profile_to_confirm)

    def test_names_and_numbers(self):
        to_confirm, business = ("consumer", True), ("business", False)
        for name, expected in (
            ("Association sportive de Testville", to_confirm),
            ("Syndicat des copropriétaires 12 rue des Essais", to_confirm),
            ("SDC COPROPRIETAIRES LE PARC c/o Gestion SAS", to_confirm),
            ("SDC Les Tilleuls", to_confirm),
            ("CSE Exemple Industrie", to_confirm),
            ("Comité social et économique", to_confirm),
            ("SDC Transports SARL", business),
            ("AARPI Association d'avocats", business),
            ("Assomption et fils", business),
            ("Menuiserie", business),
        ):
            with self.subTest(name):
                self.assertEqual(self._guess(name), expected)
        self.assertEqual(
            self._guess("Les Amis", company_registry="W751234567"), to_confirm
        )
        self.assertEqual(
            self._guess("CSE du CHU", company_registry="26750045200011"),
            ("public", False),
        )
        person = self._create_debtor("Asso Fictif")
        self.assertFalse(person.recouvrement_profile_to_confirm)

    def test_installing_guesses_the_same(self):
        partners = self.env["res.partner"].search([])
        partners |= self._create_debtor("CSE Exemple", is_company=True)
        partners |= self._create_debtor("SDC Transports SARL", is_company=True)
        partners.recouvrement_profile_forced = False
        self.env.flush_all()
        self.env.cr.execute("UPDATE res_partner SET recouvrement_profile = NULL")
        partners._recouvrement_fill_profiles()
        self.env.invalidate_all()
        for partner in partners:
            self.assertEqual(
                partner.recouvrement_profile,
                partner._recouvrement_guess_profile(),
                partner.name,
            )

    def test_letters_go_without_penalties_until_somebody_confirms(self):
        debtor = self._create_debtor("Syndicat des copropriétaires", is_company=True)
        invoice = self._invoice(debtor, 1000, "2026-08-31")
        action = self._run("2026-09-16")
        self.assertEqual(action.partner_id, debtor)
        self.assertEqual(action.amount_total, 1000)
        self.assertFalse(self._penalties(invoice, "2026-09-16"))
        accountant = self._create_user(
            "accountant_confirms", "account.group_account_user"
        )
        clerk = self._create_user("clerk_confirms", "account.group_account_invoice")
        with freeze_time("2026-09-16"):
            with self.assertRaises(AccessError):
                debtor.with_user(clerk).action_recouvrement_confirm_business()
            debtor.with_user(accountant).action_recouvrement_confirm_business()
        self.assertFalse(debtor.recouvrement_profile_to_confirm)
        self.assertEqual(invoice.recouvrement_profile, "business")
        kinds = self._penalties(invoice, "2026-09-16").mapped("kind")
        self.assertEqual(set(kinds), {"interest", "indemnity"}, "nothing is lost")

    def test_confirmed_as_no_professional(self):
        debtor = self._create_debtor("CSE Exemple", is_company=True)
        debtor.action_recouvrement_confirm_consumer()
        self.assertEqual(debtor.recouvrement_profile, "consumer")
        self.assertFalse(debtor.recouvrement_profile_to_confirm)

    def test_new_name_takes_nothing_off_what_is_owed(self):
        """Nobody waives penalties by writing another name."""
        debtor = self._create_debtor("Menuiserie Essai", is_company=True)
        invoice = self._invoice(debtor, 1000, "2026-08-31")
        buyer = self._create_user("buyer_renames", "base.group_partner_manager")
        debtor.with_user(buyer).name = "Association Essai"
        self.assertEqual(debtor.recouvrement_profile, "consumer")
        self.assertEqual(invoice.recouvrement_profile, "business")
