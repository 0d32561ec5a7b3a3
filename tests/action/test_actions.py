"""What people do with actions: put off, give away, approve, note what came back."""

from freezegun import freeze_time
from lxml import etree

from odoo.exceptions import UserError

from .common import ActionCase


class TestWork(ActionCase):
    """Putting off, reassigning, approving."""

    def _confirm(self, action, button, user=None, **vals):
        action = action.with_user(user or self.officer)
        opened = getattr(action, button)()
        self.env[opened["res_model"]].with_user(user or self.officer).with_context(
            **opened["context"]
        ).create(vals).action_confirm()

    def test_postponed_is_out_of_today(self):
        action = self._prepare("email")
        with freeze_time("2026-05-06"):
            self._confirm(
                action, "action_postpone", date="2026-05-12", reason="Comptable absent"
            )
            with self.assertRaises(UserError):
                self._confirm(action, "action_postpone", date="2026-05-06", reason="x")
        self.assertEqual(str(action.date_planned), "2026-05-12")
        self.assertIn("Comptable absent", str(action.message_ids[0].body))
        self.assertNotIn(action, self._todo("2026-05-11"))
        self.assertIn(action, self._todo("2026-05-12"))
        self.assertFalse(self._run("2026-05-11"), "nothing else is prepared meanwhile")
        self._approve_and_send(action, "2026-05-12")
        with self.assertRaises(UserError):
            self._confirm(action, "action_postpone", date="2026-07-12", reason="x")

    def test_postponed_email_does_not_leave_by_itself(self):
        self.stage.needs_approval = False
        action = self._prepare("email")
        self.assertEqual(action.state, "ready")
        self.company.recouvrement_auto = True
        cron = self.env.ref("l10n_fr_recouvrement.cron_run")
        with freeze_time("2026-05-05"):
            self._confirm(
                action, "action_postpone", date="2026-05-07", reason="En réunion"
            )
        for day, state in (("2026-05-06", "ready"), ("2026-05-07", "sent")):
            with freeze_time(day), self.enter_registry_test_mode():
                cron.method_direct_trigger()
            self.assertEqual(action.state, state)

    def test_reassigned_with_its_activity_and_its_debtor(self):
        action = self._prepare("phone")
        self._confirm(action, "action_reassign", user_id=self.colleague.id)
        self.assertEqual(action.user_id, self.colleague)
        self.assertEqual(action.activity_ids.user_id, self.colleague)
        self.assertEqual(self.business.recouvrement_user_id, self.officer)
        self._confirm(action, "action_reassign", user_id=False, with_debtor=True)
        self.assertFalse(action.activity_ids)
        self.assertFalse(self.business.recouvrement_user_id)
        action.with_user(self.officer).user_id = self.officer
        self.assertEqual(action.activity_ids.user_id, self.officer)

    def test_above_the_limit_a_manager_approves(self):
        self.company.recouvrement_approval_limit = 500
        action = self._prepare("email", amount=500.01)
        for button in ("action_approve", "action_approve_and_send"):
            with self.assertRaisesRegex(UserError, "Menuiserie"):
                getattr(action.with_user(self.officer), button)()
        with self.assertRaisesRegex(UserError, "Recovery manager"):
            action.with_user(self.officer).with_context(lang="en_US").action_approve()
        self.assertEqual(action.state, "to_approve")
        action.with_user(self.manager).action_approve()
        self.assertEqual(action.state, "ready")

    def test_up_to_the_limit_an_officer_approves(self):
        self.company.recouvrement_approval_limit = 500
        action = self._prepare("email", amount=500)
        action.with_user(self.officer).action_approve()
        self.assertEqual(action.state, "ready")

    def test_a_stage_without_approval_is_held_by_the_limit_too(self):
        """What an officer could not let leave does not leave by itself."""
        self.stage.needs_approval = False
        self.company.write(
            {"recouvrement_approval_limit": 500, "recouvrement_auto": True}
        )
        small = self._create_debtor("Petit", is_company=True)
        self._invoice(small, 500, "2026-05-01")
        self._prepare("email", amount=500.01)
        cron = self.env.ref("l10n_fr_recouvrement.cron_run")
        with freeze_time("2026-05-05"), self.enter_registry_test_mode():
            cron.method_direct_trigger()
        actions = self.env["recouvrement.action"].search(
            [("company_id", "=", self.company.id)]
        )
        self.assertEqual(
            {action.partner_id: action.state for action in actions},
            {small: "sent", self.business: "to_approve"},
        )
        held = actions.filtered(lambda action: action.state == "to_approve")
        self.assertEqual(set(held.line_ids.mapped("state")), {"to_approve"})
        with self.assertRaises(UserError):
            held.with_user(self.officer).action_approve()
        self._approve_and_send(held.with_user(self.manager), "2026-05-05")
        self.assertEqual(held.state, "sent")

    def test_calls_are_not_held_by_the_limit(self):
        self.company.recouvrement_approval_limit = 500
        self.assertEqual(self._prepare("phone", amount=5000).state, "todo")

    def test_what_grows_above_the_limit_before_it_leaves_is_held(self):
        self.stage.needs_approval = False
        self.company.recouvrement_approval_limit = 500
        action = self._prepare("email", amount=400)
        self.assertEqual(action.state, "ready")
        self._invoice(self.business, 101, "2026-05-02")
        with freeze_time("2026-05-06"):
            answer = action.with_user(self.officer).action_send()
        self.assertEqual(action.state, "to_approve")
        self.assertIn("1", answer["params"]["message"])
        self._approve_and_send(action.with_user(self.manager), "2026-05-06")
        self.assertEqual(action.state, "sent")

    def test_what_a_manager_let_above_the_limit_goes_on(self):
        """Interest that grows until it leaves does not ask for it again; another
        invoice does."""
        self.company.recouvrement_approval_limit = 500
        action = self._prepare("email", amount=600)
        action.stage_id.show_penalties = True
        with freeze_time("2026-05-05"):
            action.with_user(self.manager).action_approve()
        before = action.amount_total
        with freeze_time("2026-05-06"):
            action.sudo()._refresh()
            self.assertGreater(action.amount_total, before)
            self.assertEqual(action.state, "ready")
        self._invoice(self.business, 10, "2026-05-02")
        with freeze_time("2026-05-06"):
            action.with_user(self.officer).action_send()
            self.assertEqual(
                (action.state, action.amount_invoices), ("to_approve", 610)
            )
            action.with_user(self.manager).action_approve()
            action.with_user(self.officer).action_send()
        self.assertEqual(action.state, "sent")

    def test_the_limit_is_in_the_currency_of_the_company(self):
        usd = self.env.ref("base.USD")
        usd.active = True
        self.env["res.currency.rate"].create(
            {
                "name": "2026-01-01",
                "rate": 2.0,
                "currency_id": usd.id,
                "company_id": self.company.id,
            }
        )
        self.stage.write({"needs_approval": False, "channel": "letter"})
        self.company.recouvrement_approval_limit = 500
        states = {}
        for amount in (1000, 1001):
            debtor = self._create_debtor(f"USD {amount}", is_company=True)
            self._invoice(debtor, amount, "2026-05-01", currency_id=usd.id)
        for action in self._run("2026-05-05"):
            states[action.amount_total] = action.state
        self.assertEqual(states, {1000: "ready", 1001: "to_approve"})

    def test_list_acts_on_many(self):
        """Every day's buttons stand above the list, the others in its menu."""
        actions = self.env["recouvrement.action"].with_user(self.officer)
        views = actions.get_views([(False, "list")], {"toolbar": True})["views"]
        view = etree.fromstring(views["list"]["arch"])
        self.assertLessEqual(
            {"action_approve", "action_confirm_sending", "action_print"},
            {button.get("name") for button in view.xpath("//header/button")},
        )
        menu = {action["id"] for action in views["list"]["toolbar"]["action"]}
        for name in ("postpone", "reassign", "retry"):
            action = self.env.ref(f"l10n_fr_recouvrement.recouvrement_action_{name}")
            self.assertIn(action.id, menu)

    def test_menu_of_the_list_does_what_it_says(self):
        action = self._prepare("email")
        action.sudo()._fail("To be checked again")
        context = {
            "active_model": action._name,
            "active_id": action.id,
            "active_ids": action.ids,
        }
        opened = {
            name: self.env.ref(f"l10n_fr_recouvrement.recouvrement_action_{name}")
            .with_user(self.officer)
            .with_context(**context)
            .run()
            for name in ("retry", "postpone", "reassign")
        }
        self.assertEqual(action.state, "to_approve")
        self.assertFalse(opened["retry"])
        self.assertEqual(
            opened["postpone"]["res_model"], "recouvrement.postpone.wizard"
        )
        self.assertEqual(opened["reassign"]["res_model"], "recouvrement.assign.wizard")


class TestRegistered(ActionCase):
    """What the post says of a registered letter."""

    def _send(self):
        action = self._prepare("registered")
        self._approve_and_send(action, "2026-05-05")
        return action.with_user(self.officer)

    def test_receipt_means_delivered(self):
        action = self._send()
        with freeze_time("2026-05-12"):
            action.date_received = "2026-05-07"
            self.assertEqual(action.state, "delivered")
            action.date_received = False
        self.assertEqual(action.state, "sent")

    def test_call_after_a_registered_letter_is_the_last_contact(self):
        action = self._send()
        self.assertTrue(self.invoice._recouvrement_was_registered())
        second = self.env.ref("l10n_fr_recouvrement.stage_business_second")
        second.channel = "phone"
        call = self._run("2026-06-01")
        self.assertEqual(call.stage_id, second)
        self._conclude(call, "pays_today", "2026-06-01")
        self.assertFalse(self.invoice._recouvrement_was_registered())
        self.assertEqual(call.previous_action_ids, action)

    def test_refused_letter_was_presented(self):
        action = self._send()
        self._return(action, reason="refused", date_presented="2026-05-07")
        self.assertEqual(action.state, "returned")
        self.assertEqual(action.return_reason, "refused")
        self.assertEqual(str(action.date_presented), "2026-05-07")
        self.assertEqual(str(self.invoice.recouvrement_presented_date), "2026-05-07")
        self.assertFalse(self.business.activity_ids)
        self.assertEqual(self.invoice.recouvrement_stage_id, self.stage)

    def test_unknown_address_is_to_be_found(self):
        action = self._send()
        self._return(action, reason="unknown", date_presented="2026-05-07")
        self.assertFalse(action.date_presented)
        self.assertEqual(self.business.activity_ids.user_id, self.officer)

    def test_only_a_sent_letter_comes_back(self):
        action = self._prepare("registered")
        with self.assertRaises(UserError):
            self._return(action.with_user(self.officer), reason="refused")

    def _return(self, action, **vals):
        with freeze_time("2026-05-12"):
            opened = action.action_return()
            self.env[opened["res_model"]].with_user(self.officer).with_context(
                **opened["context"]
            ).create(vals).action_confirm()
