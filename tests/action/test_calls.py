"""Calls and visits: the sheet, the outcomes, the notice."""

from freezegun import freeze_time
from lxml import etree

from odoo.exceptions import UserError
from odoo.fields import Command

from ..report.test_letter_rendering import PrintedLetter
from .common import ActionCase


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
        hold = self._holds(self.invoice)
        self.assertEqual((hold.kind, str(hold.date_to)), ("promise", "2026-05-22"))
        self.assertEqual((hold.res_model, hold.res_id), (action._name, action.id))
        self.assertFalse(self.invoice.recouvrement_deadline, "no letter granted one")
        self.assertEqual(str(self.invoice.recouvrement_next_date), "2026-05-26")
        body = str(action.message_ids[0].body)
        self.assertIn("Mme Martin", body)
        self.assertIn("100.00", body.replace(",", "."))
        self.assertNotIn("Mme Martin", str(self.business.message_ids.mapped("body")))
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
        self.assertEqual(str(self.invoice.recouvrement_next_date), "2026-07-01")

    def test_pays_today_leaves_two_days(self):
        action = self._prepare("phone")
        self._conclude(action, "pays_today", "2026-05-06")
        self.assertEqual(action.outcome, "pays_today")
        # Friday 8 May is a holiday.
        self.assertEqual(str(self._holds(self.invoice).date_to), "2026-05-11")

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
        self.assertIn(disputed.name, str(action.message_ids.mapped("body")))
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
        self.assertFalse(self._holds(self.invoice), "nothing was granted")
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
        self.assertIn("Un particulier", str(action.message_ids.mapped("body")))
        for record in (contact, self.business):
            self.assertNotIn("Un particulier", str(record.message_ids.mapped("body")))

    def test_debtor_who_paid_meanwhile_is_not_called(self):
        action = self._prepare("phone")
        self._pay(self.invoice, 100, "2026-05-05")
        with freeze_time("2026-05-06"):
            told = action.with_user(self.officer).action_outcome("promise")
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
