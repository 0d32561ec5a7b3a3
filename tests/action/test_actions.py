"""What people do with actions, and who may do it."""

from ast import literal_eval

from freezegun import freeze_time
from lxml import etree

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

from ..common import RecouvrementCase
from ..report.test_letter_rendering import PrintedLetter

OFFICER = "l10n_fr_recouvrement.group_recovery_officer"
MANAGER = "l10n_fr_recouvrement.group_recovery_manager"


class ActionCase(RecouvrementCase):
    """A business reminder made by phone, its caller, and the officer who calls."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.stage = cls.env.ref("l10n_fr_recouvrement.stage_business_reminder")
        cls.officer = cls._create_user("relance", OFFICER)
        cls.colleague = cls._create_user("collegue", OFFICER)
        cls.manager = cls._create_user("responsable", MANAGER)
        cls.accountant = cls._create_user("comptable", "account.group_account_user")
        cls.invoicing = cls._create_user("facturation", "account.group_account_invoice")
        cls.auditor = cls._create_user("auditeur", "account.group_account_readonly")
        cls.business.write(
            {"phone": "01 99 00 11 22", "recouvrement_user_id": cls.officer.id}
        )

    def _prepare(self, channel, amount=100, due="2026-05-01", day="2026-05-05"):
        """An invoice and the action of its first stage, by a channel."""
        self.stage.channel = channel
        self.invoice = self._invoice(self.business, amount, due)
        return self._run(day)

    def _conclude(self, action, outcome, day, user=None, **vals):
        """Click on an outcome, fill in the assistant and confirm."""
        with freeze_time(day):
            action = action.with_user(user or self.officer)
            opened = getattr(action, f"action_{outcome}")()
            wizard = (
                self.env[opened["res_model"]]
                .with_user(user or self.officer)
                .with_context(**opened["context"])
                .create(vals)
            )
            wizard.action_confirm()
        return wizard

    def _todo(self, day):
        """What the list “To do today” shows."""
        view = self.env["recouvrement.action"].get_view(view_type="search")
        domain = etree.fromstring(view["arch"]).find(".//filter[@name='today']")
        with freeze_time(day):
            return self.env["recouvrement.action"].search(
                [
                    *literal_eval(domain.get("domain")),
                    ("company_id", "=", self.company.id),
                ]
            )


class TestCalls(ActionCase):
    """A call, its sheet and its outcomes."""

    def test_call_waits_with_an_activity_for_the_responsible(self):
        action = self._prepare("phone")
        self.assertEqual(action.state, "todo")
        self.assertEqual(action.user_id, self.officer)
        self.assertEqual(str(action.date_planned), "2026-05-05")
        activity = action.activity_ids
        self.assertEqual(activity.user_id, self.officer)
        self.assertEqual(str(activity.date_deadline), "2026-05-05")
        self.assertEqual(
            activity.activity_type_id, self.env.ref("mail.mail_activity_data_call")
        )
        self.assertIn("Menuiserie Exemple", activity.summary)
        self.assertEqual(self.invoice.recouvrement_waiting_action_id, action)

    def test_activities_of_a_run_are_made_at_once(self):
        def count(debtors):
            for index in range(debtors):
                partner = self._create_debtor(
                    f"Débiteur {day} {index}", is_company=True, phone="01 99 00 00 00"
                )
                partner.recouvrement_user_id = self.officer
                self._invoice(partner, 100, "2026-05-01")
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            actions = self._run(day)
            self.env.flush_all()
            self.assertEqual(len(actions.activity_ids), debtors)
            return self.env.cr.sql_log_count - before

        self.stage.channel = "phone"
        day = "2026-05-05"
        few = count(2)
        day = "2026-05-06"
        many = count(12)
        self.assertLess(many - few, 10 * 4, "a query or two an action, no more")

    def test_activity_of_the_stage_or_of_nobody(self):
        self.business.recouvrement_user_id = False
        action = self._prepare("task")
        self.assertEqual(action.state, "todo")
        self.assertFalse(action.user_id)
        self.assertFalse(action.activity_ids)
        self.assertIn(action, self._todo("2026-05-05"))
        kind = self.env["mail.activity.type"].create({"name": "Appel du directeur"})
        self.stage.write({"user_id": self.manager.id, "activity_type_id": kind.id})
        self._invoice(self.consumer, 100, "2026-05-01")
        self.env.ref("l10n_fr_recouvrement.stage_consumer_reminder").channel = "task"
        other = self._create_debtor("Boulangerie Exemple", is_company=True)
        self._invoice(other, 100, "2026-05-01")
        action = self._run("2026-05-06").filtered(
            lambda action: action.partner_id == other
        )
        self.assertEqual(action.activity_ids.user_id, self.manager)
        self.assertEqual(action.activity_ids.activity_type_id, kind)

    def test_responsible_of_another_company_is_not_asked(self):
        other = self._create_company(name="Autre société")
        self.officer.write(
            {"company_ids": [Command.set(other.ids)], "company_id": other.id}
        )
        self.assertFalse(self._prepare("phone").user_id)

    def test_debtor_without_a_number_is_an_exception_in_words(self):
        self.business.phone = False
        action = self._prepare("phone")
        self.assertEqual(action.state, "failed")
        self.assertIn("Menuiserie Exemple", action.failure_reason)
        self.assertFalse(action.activity_ids)
        self.env["res.partner"].create(
            {"name": "Alix", "parent_id": self.business.id, "phone": "06 39 98 00 01"}
        )
        with freeze_time("2026-05-06"):
            action.with_user(self.officer).action_retry()
        self.assertEqual(action.state, "todo")
        self.assertTrue(action.activity_ids)

    def test_sheet_says_whom_what_and_what_was_said(self):
        contact = self.env["res.partner"].create(
            {"name": "Alix", "parent_id": self.business.id, "phone": "06 39 98 00 01"}
        )
        action = self._prepare("phone").with_user(self.officer)
        self.assertEqual(action.call_contact_ids, self.business + contact)
        self.assertFalse(action.previous_action_ids)
        self.business.message_post(
            body="Le comptable est en congé.", message_type="comment"
        )
        action.invalidate_recordset()
        self.assertIn("Le comptable est en congé.", action.last_notes)
        view = etree.fromstring(action.get_view(view_type="form")["arch"])
        self.assertEqual(
            view.xpath("//field[@name='call_contact_ids']//field[@widget='phone']")[
                0
            ].get("name"),
            "phone",
        )

    def test_promise_holds_the_debtor_off_until_the_money_shows(self):
        action = self._prepare("phone")
        wizard = self._conclude(
            action,
            "promise",
            "2026-05-06",
            promise_date="2026-05-20",
            note="Mme Martin paie après le 18.",
        )
        self.assertEqual(wizard.promise_amount, 100)
        self.assertEqual(action.state, "done")
        self.assertEqual(action.outcome, "promise")
        self.assertEqual(action.outcome_note, "Mme Martin paie après le 18.")
        self.assertEqual(str(action.promise_date), "2026-05-20")
        self.assertEqual(str(action.date_closed), "2026-05-06")
        self.assertFalse(action.date_sent, "a call is no formal notice")
        self.assertEqual(str(self.business.recouvrement_last_contact), "2026-05-06")
        self.assertFalse(action.activity_ids, "its activity is closed with it")
        self.assertEqual(self.invoice.recouvrement_stage_id, self.stage)
        # Wednesday, and two working days for the bank: Friday; next one on Tuesday,
        # after Whit Monday.
        self.assertEqual(str(self.invoice.recouvrement_deadline), "2026-05-22")
        self.assertEqual(str(self.invoice.recouvrement_next_date), "2026-05-26")
        for record in (action, self.business):
            body = str(record.message_ids[0].body)
            self.assertIn("Mme Martin", body)
            self.assertIn("100.00", body.replace(",", "."))
        self.assertFalse(self._run("2026-05-22"))
        after = self._run("2026-05-26")
        self.assertIn("not kept", after.with_context(lang="en_US").previous_outcome)
        self.assertEqual(after.notice, after.previous_outcome)
        self.assertEqual(after.previous_action_ids, action)

    def test_promise_kept_in_part_is_what_was_promised(self):
        action = self._prepare("phone")
        self._conclude(
            action,
            "promise",
            "2026-05-06",
            promise_date="2026-05-13",
            promise_amount=60,
        )
        self._pay(self.invoice, 60, "2026-05-13")
        after = self._run("2026-05-26")
        self.assertEqual(after.amount_total, 40 + after.amount_interest + 40)
        self.assertIn(" kept", after.with_context(lang="en_US").previous_outcome)
        self.assertNotIn("not", after.with_context(lang="en_US").previous_outcome)

    def test_promise_is_for_a_day_to_come_and_an_amount(self):
        action = self._prepare("phone")
        for vals in (
            {"promise_date": "2026-05-06"},
            {"promise_date": False},
            {"promise_date": "2026-05-20", "promise_amount": 0},
        ):
            with self.assertRaises(UserError):
                self._conclude(action, "promise", "2026-05-06", **vals)
        self.assertEqual(action.state, "todo")

    def test_a_longer_deadline_is_not_shortened(self):
        action = self._prepare("phone")
        self.invoice._recouvrement_write({"recouvrement_deadline": "2026-06-30"})
        self._conclude(action, "pays_today", "2026-05-06")
        self.assertEqual(str(action.promise_date), "2026-05-06")
        self.assertEqual(str(self.invoice.recouvrement_deadline), "2026-06-30")

    def test_pays_today_leaves_two_days(self):
        action = self._prepare("phone")
        self._conclude(action, "pays_today", "2026-05-06")
        self.assertEqual(action.outcome, "pays_today")
        # Friday 8 May is a holiday.
        self.assertEqual(str(self.invoice.recouvrement_deadline), "2026-05-11")

    def test_dispute_blocks_what_is_chosen(self):
        disputed = self._invoice(self.business, 70, "2026-05-01")
        action = self._prepare("phone")
        wizard = self._conclude(
            action,
            "dispute",
            "2026-05-06",
            move_ids=[Command.set(disputed.ids)],
            note="Livraison incomplète",
        )
        self.assertEqual(wizard.invoice_ids, disputed + self.invoice)
        self.assertEqual(disputed.payment_state, "blocked")
        self.assertEqual(self.invoice.payment_state, "not_paid")
        self.assertFalse(disputed.recouvrement_next_date)
        self.assertTrue(self.invoice.recouvrement_next_date)
        self.assertEqual(disputed.activity_ids.user_id, self.officer)
        self.assertIn(disputed.name, disputed.activity_ids.summary)
        self.assertEqual(action.state, "done")
        self.assertIn(disputed.name, str(self.business.message_ids[0].body))
        disputed.action_toggle_block_payment()
        self.assertTrue(disputed.recouvrement_next_date, "settled: it is chased again")

    def test_dispute_is_of_every_invoice_unless_one_chooses(self):
        action = self._prepare("phone")
        self._conclude(action, "dispute", "2026-05-06")
        self.assertEqual(self.invoice.payment_state, "blocked")

    def test_no_answer_comes_back_then_goes_on(self):
        self.company.recouvrement_call_attempts = 2
        action = self._prepare("phone", day="2026-05-07")
        self._conclude(action, "no_answer", "2026-05-07")
        self.assertEqual(action.state, "todo")
        self.assertEqual(action.attempts, 1)
        # Friday 8 May is a holiday.
        self.assertEqual(str(action.date_planned), "2026-05-11")
        self.assertEqual(str(action.activity_ids.date_deadline), "2026-05-11")
        self.assertNotIn(action, self._todo("2026-05-07"))
        self.assertIn(action, self._todo("2026-05-11"))
        self._conclude(action, "no_answer", "2026-05-11")
        self.assertEqual(action.state, "done")
        self.assertEqual(action.outcome, "no_answer")
        self.assertFalse(self.invoice.recouvrement_deadline, "nothing was granted")
        self.assertEqual(str(self.invoice.recouvrement_next_date), "2026-05-18")

    def test_wrong_number_asks_for_the_right_one(self):
        contact = self.env["res.partner"].create(
            {
                "name": "Alix",
                "type": "invoice",
                "parent_id": self.business.id,
                "phone": "06 39 98 00 01",
            }
        )
        action = self._prepare("phone")
        self.assertEqual(action.contact_id, contact)
        self.assertEqual(action.call_phone, contact.phone)
        self._conclude(action, "wrong_number", "2026-05-06", note="Un particulier")
        self.assertEqual(action.state, "todo")
        activity = contact.activity_ids
        self.assertEqual(activity.user_id, self.officer)
        self.assertIn("Alix", activity.summary)
        for record in (action, contact, self.business):
            self.assertTrue(
                [m for m in record.message_ids if "Un particulier" in str(m.body)]
            )

    def test_debtor_who_paid_meanwhile_is_not_called(self):
        action = self._prepare("phone")
        self._pay(self.invoice, 100, "2026-05-05")
        with freeze_time("2026-05-06"):
            told = action.with_user(self.officer).action_promise()
        self.assertEqual(told["tag"], "display_notification")
        self.assertEqual(action.state, "cancelled")
        self.assertFalse(action.activity_ids)

    def test_an_outcome_is_told_once(self):
        action = self._prepare("phone")
        self._conclude(action, "pays_today", "2026-05-06")
        with self.assertRaises(UserError):
            self._conclude(action, "pays_today", "2026-05-06")

    def test_activity_marked_done_leaves_the_call(self):
        action = self._prepare("phone")
        action.activity_ids.with_user(self.officer).action_feedback(feedback="Fait")
        self.assertFalse(action.activity_ids)
        self.assertEqual(action.state, "todo")
        self.assertIn(action, self._todo("2026-05-05"))
        self._conclude(action, "pays_today", "2026-05-06")
        self.assertFalse(action.activity_ids)

    def test_cancelled_call_drops_its_activity(self):
        action = self._prepare("phone")
        with freeze_time("2026-05-06"):
            action.with_user(self.officer).action_cancel()
        self.assertFalse(action.activity_ids)

    def test_a_call_may_become_a_letter_and_back(self):
        action = self._prepare("phone").with_user(self.officer)
        action.channel = "letter"
        self.assertEqual(action.state, "to_approve")
        self.assertFalse(action.activity_ids)
        action.channel = "phone"
        self.assertEqual(action.state, "todo")
        self.assertTrue(action.activity_ids)

    def test_calls_do_not_leave_with_the_letters(self):
        action = self._prepare("phone").with_user(self.officer)
        with freeze_time("2026-05-06"):
            action.action_approve_and_send()
            printed = action.action_print()
        self.assertEqual(action.state, "todo")
        self.assertEqual(printed["tag"], "display_notification")


class TestVisits(ActionCase):
    """A visit, the notice left, and tasks."""

    def test_notice_of_visit_is_courteous_and_printed(self):
        action = self._prepare("visit", amount=1234.56)
        self.assertEqual(action.state, "todo")
        with freeze_time("2026-05-06"), self.allow_pdf_render():
            pdf, _kind = (
                self.env["ir.actions.report"]
                .with_user(self.officer)
                .with_context(force_report_rendering=True)
                ._render_qweb_pdf(
                    "l10n_fr_recouvrement.report_visit_notice", (action + action).ids
                )
            )
        notice = PrintedLetter(pdf)
        self.assertEqual(notice.page_count, 1)
        for words in (
            "Personnel et confidentiel – remis sous pli fermé",
            "NOTRE VISITE",
            "6 mai 2026",
            "1 234,56 €",
            "mille deux cent trente-quatre euros et cinquante-six centimes",
            self.invoice.name,
            self.officer.name,
            "01 99 00 12 34",
            "75001 PARIS",
        ):
            self.assertIn(words, notice.text)
        for words in ("pénalité", "mise en demeure", "huissier", "saisie"):
            self.assertNotIn(words, notice.text.lower())

    def test_notice_is_printed_at_the_amounts_of_the_day(self):
        action = self._prepare("visit").with_user(self.officer)
        self._pay(self.invoice, 40, "2026-05-05")
        with freeze_time("2026-05-06"):
            printed = action.action_print_notice()
            notice = self.env[
                "report.l10n_fr_recouvrement.report_visit_notice"
            ]._prepare_notice(action)
        self.assertEqual(
            printed["report_name"], "l10n_fr_recouvrement.report_visit_notice"
        )
        self.assertIn("60,00", notice["letter"]["total"])
        self._pay(self.invoice, 60, "2026-05-06")
        with freeze_time("2026-05-06"):
            self.assertEqual(
                action.action_print_notice()["tag"], "display_notification"
            )

    def test_visit_without_an_address_is_an_exception(self):
        self.business.street = False
        self.assertEqual(self._prepare("visit").state, "failed")

    def test_visit_done_moves_the_invoice_on(self):
        action = self._prepare("visit")
        self._conclude(action, "done", "2026-05-06", note="Avis laissé")
        self.assertEqual(action.state, "done")
        self.assertEqual(self.invoice.recouvrement_stage_id, self.stage)
        self.assertEqual(str(self.invoice.recouvrement_stage_date), "2026-05-06")
        after = self._run("2026-05-18")
        self.assertIn("done", after.with_context(lang="en_US").previous_outcome)


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
        """Interest that grows until it leaves does not ask for it again."""
        self.company.recouvrement_approval_limit = 500
        action = self._prepare("email", amount=600)
        with freeze_time("2026-05-05"):
            action.with_user(self.manager).action_approve()
        self._invoice(self.business, 10, "2026-05-02")
        with freeze_time("2026-05-06"):
            action.with_user(self.officer).action_send()
        self.assertEqual((action.state, action.amount_total), ("sent", 610))

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
            {"action_approve", "action_approve_and_send", "action_print"},
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


class TestRights(ActionCase):
    """Who sees and does what, by the settings of the company."""

    def setUp(self):
        super().setUp()
        self.stage.channel = "phone"
        self.theirs = self._create_debtor(
            "Boulangerie Exemple", is_company=True, phone="01 99 00 33 44"
        )
        self.theirs.recouvrement_user_id = self.colleague
        self.free = self._create_debtor(
            "Garage Exemple", is_company=True, phone="01 99 00 55 66"
        )
        for debtor in (self.business, self.theirs, self.free):
            self._invoice(debtor, 100, "2026-05-01")
        self.actions = self._run("2026-05-05")
        self.by_debtor = {action.partner_id: action for action in self.actions}

    def _visible(self, user):
        domain = [("id", "in", self.actions.ids)]
        return self.env["recouvrement.action"].with_user(user).search(domain).partner_id

    def test_officers_see_everything_unless_told_otherwise(self):
        for user in (self.officer, self.manager, self.accountant, self.auditor):
            self.assertEqual(len(self._visible(user)), 3)
        self._conclude(self.by_debtor[self.theirs], "pays_today", "2026-05-06")

    def test_own_debtors_and_nobodys(self):
        self.company.recouvrement_officer_scope = "own"
        self.assertEqual(self._visible(self.officer), self.business + self.free)
        self.assertEqual(self._visible(self.colleague), self.theirs + self.free)
        for user in (self.manager, self.accountant, self.invoicing, self.auditor):
            self.assertEqual(len(self._visible(user)), 3, user.login)
        action = self.by_debtor[self.theirs]
        for record in (action, action.line_ids):
            with self.assertRaises(AccessError):
                record.with_user(self.officer).read(["state"])
        for button in ("action_promise", "action_cancel", "action_update"):
            with self.assertRaises(AccessError):
                getattr(action.with_user(self.officer), button)()
        wizards = self.env["recouvrement.assign.wizard"].with_user(self.officer)
        with self.assertRaises(AccessError):
            wizards.create({"action_ids": [Command.set(action.ids)]})
        with self.assertRaises(AccessError):
            action.with_user(self.officer)._record_outcome("done")
        self._conclude(action, "pays_today", "2026-05-06", user=self.manager)
        self._conclude(self.by_debtor[self.free], "pays_today", "2026-05-06")

    def test_run_of_an_officer_minds_what_it_does_not_see(self):
        """Debtors of a colleague are left to the actions that wait for them."""
        self.company.recouvrement_officer_scope = "own"
        self._invoice(self.theirs, 50, "2026-05-02")
        self.env.invalidate_all()
        with freeze_time("2026-05-07"):
            wizard = (
                self.env["recouvrement.run.wizard"].with_user(self.officer).create({})
            )
            self.assertFalse(wizard.due_line_ids)
            self.assertIn(self.theirs, wizard.excluded_line_ids.partner_id)
            self.env["recouvrement.run"].with_user(self.officer).create(
                {"company_id": self.company.id}
            ).action_start()
        self.assertEqual(
            self.env["recouvrement.action"].search_count(
                [("partner_id", "=", self.theirs.id)]
            ),
            1,
        )

    def test_what_was_given_to_an_officer_is_theirs_too(self):
        self.company.recouvrement_officer_scope = "own"
        self.by_debtor[self.theirs].with_user(self.manager).user_id = self.officer
        self.assertIn(self.theirs, self._visible(self.officer))

    def test_an_action_given_away_may_be_seen_no_more(self):
        self.company.recouvrement_officer_scope = "own"
        action = self.by_debtor[self.business]
        self.env["recouvrement.assign.wizard"].with_user(self.officer).create(
            {
                "action_ids": [Command.set(action.ids)],
                "user_id": self.colleague.id,
                "with_debtor": True,
            }
        ).action_confirm()
        self.assertEqual(self.business.recouvrement_user_id, self.colleague)
        self.assertEqual(self._visible(self.officer), self.free)

    def test_accountants_read_what_is_not_theirs(self):
        self.company.recouvrement_officer_scope = "own"
        action = self.by_debtor[self.theirs].with_user(self.accountant)
        self.assertTrue(action.amount_total)
        self.assertTrue(action.line_ids.mapped("label"))
        with self.assertRaises(AccessError):
            action.user_id = self.accountant
        self._conclude(
            self.by_debtor[self.free], "pays_today", "2026-05-06", user=self.accountant
        )

    def test_readers_change_nothing_and_have_no_buttons(self):
        action = self.by_debtor[self.business]
        for user in (self.auditor, self.invoicing):
            for button in (
                "action_promise",
                "action_no_answer",
                "action_done",
                "action_update",
                "action_cancel",
            ):
                with self.assertRaises(AccessError):
                    getattr(action.with_user(user), button)()
            for vals in ({"user_id": user.id}, {"date_planned": "2026-06-01"}):
                with self.assertRaises(AccessError):
                    action.with_user(user).write(vals)
            for model in ("outcome", "postpone", "assign", "return"):
                self.assertFalse(
                    self.env[f"recouvrement.{model}.wizard"]
                    .with_user(user)
                    .has_access("create")
                )
            [values] = action.with_user(user).read(
                [
                    "call_contact_ids",
                    "call_phone",
                    "amount_accrued",
                    "previous_action_ids",
                    "previous_outcome",
                    "last_notes",
                ]
            )
            self.assertEqual(values["call_phone"], self.business.phone)
            for view_type in ("form", "list"):
                view = etree.fromstring(
                    self.env["recouvrement.action"]
                    .with_user(user)
                    .get_view(view_type=view_type)["arch"]
                )
                names = {button.get("name") for button in view.xpath("//header/button")}
                self.assertLessEqual(
                    {name for name in names if name.startswith("action_")},
                    {"action_print"},
                )

    def test_outcome_is_written_by_its_buttons_alone(self):
        action = self.by_debtor[self.business].with_user(self.officer)
        for vals in (
            {"outcome": "promise"},
            {"promise_date": "2026-06-01"},
            {"attempts": 9},
            {"return_reason": "refused"},
        ):
            with self.assertRaises(UserError):
                action.write(vals)

    def test_responsible_is_set_by_officers(self):
        self.free.with_user(self.officer).recouvrement_user_id = self.officer
        with self.assertRaises(AccessError):
            self.free.with_user(self.invoicing).recouvrement_user_id = self.invoicing
