from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import new_test_user

from ..common import RecouvrementCase

MODELS = (
    "recouvrement.rate",
    "recouvrement.legal.fact",
    "recouvrement.procedure",
    "recouvrement.stage",
    "recouvrement.team",
    "recouvrement.run",
    "recouvrement.action",
    "recouvrement.action.line",
    "recouvrement.action.proof",
    "recouvrement.penalty.line",
)


class TestAccess(RecouvrementCase):
    """What each kind of user can see and do."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoicing = cls._create_user("facturation", "account.group_account_invoice")
        cls.accountant = cls._create_user("comptable", "account.group_account_user")
        cls.auditor = cls._create_user("auditeur", "account.group_account_readonly")
        cls.officer = cls._create_user(
            "relance", "l10n_fr_recouvrement.group_recovery_officer"
        )
        cls.manager = cls._create_user(
            "responsable", "l10n_fr_recouvrement.group_recovery_manager"
        )
        cls.employee = cls._create_user("salarie", "base.group_user")
        cls.portal = new_test_user(cls.env, "portail", groups="base.group_portal")
        cls.other_company = cls._create_company(name="Autre société")
        cls.stranger = new_test_user(
            cls.env,
            "etranger",
            groups="account.group_account_manager",
            company_id=cls.other_company.id,
            company_ids=[Command.set(cls.other_company.ids)],
        )
        cls.invoice = cls._invoice(cls.business, 1000, "2026-05-01")
        cls.action = cls._run("2026-05-18")
        with freeze_time("2026-05-18"):
            cls.invoice.action_recouvrement_refresh_penalties()

    def assertDenied(self, user, model, operation):
        self.assertFalse(
            self.env[model].with_user(user).has_access(operation), (model, operation)
        )

    def assertAllowed(self, user, model, operation):
        self.assertTrue(
            self.env[model].with_user(user).has_access(operation), (model, operation)
        )

    def test_everybody_in_accounting_reads(self):
        for user in (self.invoicing, self.accountant, self.auditor, self.officer):
            for model in MODELS:
                self.assertAllowed(user, model, "read")
            action = self.action.with_user(user)
            self.assertEqual(action.amount_total, self.action.amount_total)
            self.assertTrue(action.line_ids.move_id.recouvrement_penalty_line_ids)

    def test_nobody_else_reads(self):
        for user in (self.employee, self.portal):
            for model in MODELS:
                self.assertDenied(user, model, "read")
            with self.assertRaises(AccessError):
                self.action.with_user(user).read(["name"])

    def test_readers_change_nothing(self):
        for user in (self.invoicing, self.auditor):
            for model in MODELS:
                for operation in ("write", "create", "unlink"):
                    self.assertDenied(user, model, operation)
            for button in ("action_approve", "action_send", "action_cancel"):
                with self.assertRaises(AccessError):
                    getattr(self.action.with_user(user), button)()
            with self.assertRaises(AccessError):
                self.env["recouvrement.run.wizard"].with_user(user).create({})
        self.assertEqual(self.action.state, "to_approve")

    def test_officer_and_accountant_run_and_send(self):
        for user in (self.officer, self.accountant):
            debtor = self._create_debtor(f"Débiteur de {user.name}", is_company=True)
            self._invoice(debtor, 100, "2026-05-01")
            with freeze_time("2026-05-05"):
                wizard = self.env["recouvrement.run.wizard"].with_user(user).create({})
                self.assertIn(debtor, wizard.due_line_ids.partner_id)
                wizard.action_start()
            action = self.env["recouvrement.action"].search(
                [("partner_id", "=", debtor.id)]
            )
            with freeze_time("2026-05-05"):
                action.with_user(user).action_approve_and_send()
            self.assertEqual(action.state, "sent")

    def test_officer_does_not_configure(self):
        for model in MODELS[:5]:
            self.assertDenied(self.officer, model, "write")
            self.assertAllowed(self.manager, model, "write")

    def test_invoicing_user_posts_and_receives_payment(self):
        """Follow-up adds nothing that the daily work would need rights for."""
        move = self.invoice.copy(
            {"invoice_date": "2026-05-01", "invoice_date_due": "2026-05-31"}
        ).with_user(self.invoicing)
        move.action_post()
        self.assertEqual(move.recouvrement_profile, "business")
        self._pay(move.sudo(), 1000, "2026-05-20")
        self.assertFalse(move.recouvrement_next_date)

    def test_amounts_and_state_are_not_for_writing(self):
        action = self.action.with_user(self.officer)
        for vals in ({"state": "sent"}, {"amount_total": 1}, {"line_ids": []}):
            with self.assertRaises(UserError):
                action.write(vals)
        action.write({"letter_note": "<p>Merci de nous rappeler.</p>"})

    def test_what_was_sent_does_not_change(self):
        self._approve_and_send(self.action, "2026-05-18")
        action = self.action.with_user(self.manager)
        with self.assertRaises(UserError):
            action.write({"contact_id": self.consumer.id})
        with self.assertRaises(AccessError):
            action.unlink()
        with self.assertRaises(UserError):
            self.action.unlink()
        for vals in ({"raw": b"autre"}, {"name": "autre"}, {"res_id": 1}):
            with self.assertRaises(UserError):
                self.action.letter_attachment_id.write(vals)
        with self.assertRaises(UserError):
            self.action.letter_attachment_id.unlink()
        action.tracking_number = "1A 234 567 8901 2"

    def test_company_a_is_not_seen_from_company_b(self):
        for model, record in (
            ("recouvrement.action", self.action),
            ("recouvrement.run", self.action.run_id),
            ("recouvrement.action.line", self.action.line_ids),
            ("recouvrement.penalty.line", self.invoice.recouvrement_penalty_line_ids),
        ):
            self.assertTrue(record)
            self.assertFalse(
                self.env[model].with_user(self.stranger).search_count([]), model
            )
            with self.assertRaises(AccessError):
                record.with_user(self.stranger).read(["company_id"])
        with self.assertRaises(AccessError):
            self.env["recouvrement.run"].with_user(self.stranger).create(
                {"company_id": self.company.id}
            ).action_start()

    def test_procedure_of_a_company_serves_it_alone(self):
        own = self.env["recouvrement.procedure"].create(
            {
                "name": "Grands comptes",
                "profile": "business",
                "company_id": self.company.id,
            }
        )
        model = self.env["recouvrement.procedure"]
        self.assertEqual(model._get_default(self.company, "business"), own)
        self.assertNotEqual(model._get_default(self.other_company, "business"), own)
        self.assertNotIn(own, model.with_user(self.stranger).search([]))

    def test_consumer_stage_cannot_claim_penalties(self):
        stage = self.env.ref("l10n_fr_recouvrement.stage_consumer_second")
        with self.assertRaises(ValidationError):
            stage.show_penalties = True

    def test_follow_up_of_an_invoice_is_not_for_writing(self):
        invoice = self.invoice.with_user(self.invoicing)
        for vals in (
            {"recouvrement_stage_id": False},
            {"recouvrement_next_date": "2099-01-01"},
            {"recouvrement_penalty_settled": True},
            {"recouvrement_profile": "consumer"},
        ):
            with self.assertRaises(AccessError):
                invoice.write(vals)
        with self.assertRaises(AccessError):
            self.env["account.move"].with_user(self.invoicing).create(
                {"move_type": "out_invoice", "recouvrement_next_date": "2099-01-01"}
            )
        with self.assertRaises(AccessError):
            self.business.with_user(self.invoicing).recouvrement_profile = "consumer"
        self.business.with_user(self.officer).recouvrement_profile = "consumer"
        self.assertEqual(self.invoice.recouvrement_profile, "consumer")

    def test_our_strategy_is_not_for_the_debtor(self):
        """Portal users and employees out of accounting do not see follow-up."""
        for user in (self.portal, self.employee):
            for record in (self.invoice, self.business):
                fields = record.with_user(user).fields_get()
                self.assertFalse(
                    [name for name in fields if name.startswith("recouvrement_")]
                )

    def test_penalties_are_computed_by_officers_and_again(self):
        for day in ("2026-06-01", "2026-06-02"):
            with freeze_time(day):
                self.invoice.with_user(
                    self.officer
                ).action_recouvrement_refresh_penalties()
            self.assertEqual(str(self.invoice.recouvrement_penalty_date), day)
        with self.assertRaises(AccessError):
            self.invoice.with_user(self.auditor).action_recouvrement_refresh_penalties()

    def test_preview_of_another_company(self):
        with self.assertRaises(AccessError):
            self.env["recouvrement.run.wizard"].with_user(self.stranger).create(
                {"company_id": self.company.id}
            )

    def test_letter_goes_to_the_debtor_alone(self):
        with self.assertRaises(ValidationError):
            self.action.with_user(self.officer).contact_id = self.consumer

    def test_presentation_is_that_of_a_sent_registered_letter(self):
        action = self.action.with_user(self.officer)
        with freeze_time("2026-05-20"):
            with self.assertRaises(ValidationError):
                action.date_presented = "2026-05-19"
            action.channel = "registered"
            action.action_approve_and_send()
            for day in ("2026-05-19", "2026-05-21"):
                with self.assertRaises(ValidationError):
                    action.date_presented = day
            action.date_presented = "2026-05-20"

    def test_a_run_does_not_change_nor_look_ahead(self):
        run = self.action.run_id.with_user(self.officer)
        for vals in ({"state": "draft"}, {"date": "2026-01-01"}):
            with self.assertRaises(UserError):
                run.write(vals)
        with freeze_time("2026-05-18"), self.assertRaises(ValidationError):
            self.env["recouvrement.run"].create(
                {"company_id": self.company.id, "date": "2026-06-18"}
            )

    def test_letters_ask_to_pay_the_company(self):
        account = self.env["res.partner.bank"].create(
            {
                "acc_number": "FR7610107001011234567890129",
                "partner_id": self.consumer.id,
            }
        )
        with self.assertRaises(ValidationError):
            self.company.recouvrement_bank_id = account

    def test_menus_follow_the_groups(self):
        menus = self.env["ir.ui.menu"]
        root = self.env.ref("l10n_fr_recouvrement.menu_recouvrement")
        prepare = self.env.ref("l10n_fr_recouvrement.menu_recouvrement_prepare")
        visible = menus.with_user(self.invoicing)._visible_menu_ids()
        self.assertIn(root.id, visible)
        self.assertNotIn(prepare.id, visible)
        self.assertIn(prepare.id, menus.with_user(self.officer)._visible_menu_ids())
