"""Who sees penalties, charges and forgives them."""

from odoo.exceptions import AccessError, UserError

from .charging import TODAY, ChargingCase


class TestAccess(ChargingCase):
    """Who sees and decides about penalties."""

    def test_invoicing_charges_but_does_not_waive(self):
        clerk = self._create_user("facturation", "account.group_account_invoice")
        invoice = self.invoice.with_user(clerk)
        self.assertTrue(invoice.recouvrement_penalty_line_ids)
        with self.assertRaises(AccessError):
            invoice.action_recouvrement_waive()
        action = invoice.action_recouvrement_charge()
        wizard = self.env[action["res_model"]].with_user(clerk).browse(action["res_id"])
        wizard.action_charge()
        self.assertEqual(self.invoice.recouvrement_debit_note_count, 1)

    def test_officer_waives_but_does_not_invoice(self):
        officer = self._create_user(
            "agent", "l10n_fr_recouvrement.group_recovery_officer"
        )
        self.invoice.with_user(officer).action_recouvrement_waive()
        with self.assertRaises(AccessError):
            self.invoice.with_user(officer).action_recouvrement_charge()

    def test_nobody_writes_penalties_by_hand(self):
        for group in (
            "account.group_account_invoice",
            "l10n_fr_recouvrement.group_recovery_manager",
        ):
            user = self._create_user(group, group)
            lines = self.invoice.recouvrement_penalty_line_ids.with_user(user)
            with self.assertRaises(AccessError):
                lines.write({"amount": 0})
            with self.assertRaises(AccessError):
                lines.unlink()

    def test_another_company_sees_none_of_it(self):
        other = self.setup_other_company()["company"]
        stranger = self._create_user(
            "voisin", "l10n_fr_recouvrement.group_recovery_manager"
        )
        stranger.write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})
        waiver = self.env["recouvrement.waiver"]._grant(
            [
                {
                    "move_id": self.invoice.id,
                    "date": TODAY,
                    "user_id": self.env.uid,
                    "reason": "Accord",
                    "amount_interest": 1,
                    "amount_indemnity": 0,
                }
            ]
        )
        for model in ("recouvrement.penalty.line", "recouvrement.waiver"):
            found = self.env[model].with_user(stranger).search([])
            self.assertFalse(found & (waiver if "waiver" in model else found.browse()))
            self.assertNotIn(self.invoice, found.sudo().move_id)
        with self.assertRaises(AccessError):
            waiver.with_user(stranger).read(["reason"])
        with self.assertRaises(AccessError):
            self.invoice.with_user(stranger).action_recouvrement_waive()

    def _stranger(self):
        """A manager of another company, who sees nothing of this one."""
        other = self.setup_other_company()["company"]
        user = self._create_user(
            "etranger", "l10n_fr_recouvrement.group_recovery_manager"
        )
        user.write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})
        return user

    def test_a_waiver_is_not_revoked_from_another_company(self):
        waiver = self.env["recouvrement.waiver"]._grant(
            [
                {
                    "move_id": self.invoice.id,
                    "date": TODAY,
                    "user_id": self.env.uid,
                    "reason": "Accord",
                    "amount_interest": 1,
                    "amount_indemnity": 0,
                    "stops": False,
                }
            ]
        )
        with self.assertRaises(AccessError):
            waiver.with_user(self._stranger()).action_revoke()
        self.assertEqual(waiver.state, "granted")

    def test_the_limit_is_that_of_the_invoices_company(self):
        officer = self._create_user(
            "agent", "l10n_fr_recouvrement.group_recovery_officer"
        )
        generous = self.setup_other_company()["company"]
        generous.recouvrement_waiver_limit = 10**6
        wizard = (
            self.env["recouvrement.waiver.wizard"]
            .with_user(officer)
            .create(
                {
                    "company_id": generous.id,
                    "move_ids": self.invoice.ids,
                    "reason": "Forgé",
                }
            )
        )
        with self.assertRaises(UserError):
            wizard.action_waive()
        self.assertFalse(self.invoice.recouvrement_waiver_ids)

    def test_an_invoice_is_waived_once_by_an_assistant(self):
        wizard = self._open(self.invoice, "action_recouvrement_waive")
        wizard.reason = "Deux fois"
        wizard.line_ids.copy()
        with self.assertRaisesRegex(UserError, "once"):
            wizard.action_waive()

    def test_somebody_elses_attachment_is_not_taken(self):
        officer = self._create_user(
            "agent", "l10n_fr_recouvrement.group_recovery_officer"
        )
        secret = self.env["ir.attachment"].create(
            {
                "name": "paie.pdf",
                "raw": b"%PDF",
                "res_model": "res.users",
                "res_id": self.env.uid,
            }
        )
        wizard = (
            self.env["recouvrement.cost.wizard"]
            .with_user(officer)
            .create({"move_id": self.invoice.id, "name": "Frais", "amount": 10})
        )
        wizard.sudo().attachment_ids = secret
        with self.assertRaises(AccessError):
            wizard.action_add()
        self.assertEqual(secret.res_model, "res.users")

    def test_terms_are_not_changed_through_a_draft(self):
        clerk = self._create_user("facturation", "account.group_account_invoice")
        invoice = self.invoice.with_user(clerk)
        invoice.button_draft()
        with self.assertRaises(AccessError):
            invoice.write(
                {
                    "recouvrement_rate_basis": "contract",
                    "recouvrement_contract_rate": 0.01,
                    "recouvrement_below_floor": "contract",
                }
            )

    def test_who_enters_judgments(self):
        vals = {
            "name": "RG 26/00099",
            "partner_id": self.business.id,
            "company_id": self.company.id,
            "move_ids": self.invoice.ids,
            "date": TODAY,
        }
        for group, may in (
            ("account.group_account_invoice", False),
            ("account.group_account_readonly", False),
            ("l10n_fr_recouvrement.group_recovery_officer", True),
        ):
            judgments = self.env["recouvrement.judgment"].with_user(
                self._create_user(group, group)
            )
            if may:
                judgment = judgments.create(vals)
            else:
                with self.assertRaises(AccessError):
                    judgments.create(vals)
        with self.assertRaises(AccessError):
            judgment.unlink()  # a manager's
        self.assertFalse(
            judgment.with_user(self._stranger()).search([("id", "=", judgment.id)])
        )

    def test_portal_reaches_nothing(self):
        portal = self._create_user("portail", "base.group_portal")
        for model in (
            "recouvrement.penalty.line",
            "recouvrement.waiver",
            "recouvrement.judgment",
            "recouvrement.debit.wizard",
            "recouvrement.waiver.wizard",
        ):
            with self.assertRaises(AccessError):
                self.env[model].with_user(portal).search([])
