"""What Odoo keeps in fields of its own, read in one place each."""

from dataclasses import FrozenInstanceError

from odoo.tests import tagged

from odoo.addons.l10n_fr_recouvrement.models.settings.res_partner_bank import (
    BankAccount,
)

from ..common import BIC, IBAN, RecouvrementCase


@tagged("post_install", "-at_install")
class TestAccessors(RecouvrementCase):
    def test_siret_and_siren(self):
        partner = self._create_debtor("Menuiserie Lointaine")
        self.assertEqual(partner._recouvrement_get_registry(), "")
        for entered in ("732829320 00074", "732\N{NO-BREAK SPACE}829 320\t00074 "):
            partner.company_registry = entered
            self.assertEqual(partner._recouvrement_get_registry(), "73282932000074")

    def test_siret_of_a_company(self):
        self.company.company_registry = "732 829 320 00074"
        officer = self._create_user(
            "agent", "l10n_fr_recouvrement.group_recovery_officer"
        )
        company = self.company.with_user(officer)
        self.assertEqual(company._recouvrement_get_registry(), "73282932000074")
        self.company.company_registry = False
        self.assertEqual(company._recouvrement_get_registry(), "")

    def test_company_or_person(self):
        self.assertIs(self.business._recouvrement_is_company(), True)
        self.assertIs(self.consumer._recouvrement_is_company(), False)

    def test_account_to_pay_to(self):
        bank = self.company.recouvrement_bank_id
        bank.acc_holder_name = False
        account = self.company._recouvrement_get_account()
        self.assertEqual(
            (account.holder, account.bic, account.bank),
            (self.company.name, BIC, "Banque Exemple"),
        )
        self.assertEqual("".join(account.number.split()), IBAN)
        bank.acc_holder_name = "Ateliers Exemple (affacturage)"
        self.assertEqual(
            self.company._recouvrement_get_account().holder,
            "Ateliers Exemple (affacturage)",
        )
        with self.assertRaises(FrozenInstanceError):
            account.number = "FR76"

    def test_first_account_where_none_is_chosen(self):
        bank = self.company.recouvrement_bank_id
        self.company.recouvrement_bank_id = False
        number = self.company._recouvrement_get_account().number
        self.assertEqual("".join(number.split()), IBAN)
        self.company.partner_id.bank_ids.active = False
        self.assertEqual(self.company._recouvrement_get_account(), BankAccount())
        bank.write({"active": True, "bank_id": False})
        self.company.invalidate_recordset()
        self.assertEqual(self.company._recouvrement_get_account().bic, "")

    def test_content_of_a_file_where_sizes_are_asked_for(self):
        attachment = self.env["ir.attachment"].create(
            {"name": "a.pdf", "raw": b"%PDF of some bytes"}
        )
        sized = attachment.with_context(bin_size=True)
        self.assertEqual(sized._recouvrement_get_content(), b"%PDF of some bytes")
        self.assertFalse(self.env["ir.attachment"]._recouvrement_get_content())
