from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, ValidationError
from odoo.tools import mute_logger

from ..common import RecouvrementCase


class TestTerms(RecouvrementCase):
    """Profile, procedure and dates: how an invoice gets them and keeps them."""

    def _identified(self):
        """Contacts of every kind, with the profile that each should have."""
        france, swiss = self.env.ref("base.fr"), self.env.ref("base.ch")
        for profile, vals in (
            ("consumer", {}),
            ("consumer", {"vat": False, "company_registry": False}),
            ("consumer", {"company_registry": " "}),
            ("business", {"is_company": True}),
            ("business", {"parent_id": self.business.id}),
            ("business", {"vat": "FR23334175221"}),
            ("business", {"company_registry": "33417522101010"}),
            ("public", {"is_company": True, "company_registry": "217 500 016 00019"}),
            ("public", {"company_registry": "217\u00a0500\u202f016\t00019"}),
            ("public", {"is_company": True, "company_registry": "110002011"}),
            ("business", {"company_registry": "1100020110"}),
            ("business", {"company_registry": "217500016", "country_id": swiss.id}),
            ("business", {"company_registry": "217500016", "country_id": False}),
        ):
            debtor = self.env["res.partner"].create(
                {"name": "Débiteur", "country_id": france.id, **vals}
            )
            yield debtor, profile, vals

    def test_profile_is_guessed_from_the_identifiers(self):
        for debtor, profile, vals in self._identified():
            self.assertEqual(debtor.recouvrement_profile, profile, vals)

    def test_contacts_there_before_get_the_same_profile_in_one_statement(self):
        expected = {debtor: profile for debtor, profile, _vals in self._identified()}
        partners = self.env["res.partner"].with_context(tracking_disable=False)
        messages = self.env["mail.message"].search_count([])
        self.env.flush_all()
        self.env.cr.execute(
            "ALTER TABLE res_partner DROP recouvrement_profile,"
            " DROP recouvrement_public_delay"
        )
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        self.env.registry.init_models(
            self.env.cr, ["res.partner"], {"module": "l10n_fr_recouvrement"}, False
        )
        self.assertLess(self.env.cr.sql_log_count - before, 60)
        for debtor, profile in expected.items():
            self.assertEqual(debtor.recouvrement_profile, profile)
            self.assertEqual(debtor.recouvrement_public_delay, "state")
        everybody = partners.with_context(active_test=False).search([])
        for partner in everybody:
            self.assertEqual(
                partner.recouvrement_profile, partner._recouvrement_guess_profile()
            )
        self.env.cr.flush()
        self.assertEqual(self.env["mail.message"].search_count([]), messages)

    def test_correcting_the_profile_moves_the_open_invoices(self):
        paid = self._invoice(self.consumer, 100, "2026-05-01")
        self._pay(paid, 100, "2026-05-01")
        invoice = self._invoice(self.consumer, 100, "2026-05-01")
        self.consumer.recouvrement_profile = "business"
        self.assertEqual(invoice.recouvrement_profile, "business")
        self.assertEqual(invoice.recouvrement_procedure_id.profile, "business")
        self.assertEqual(str(invoice.recouvrement_next_date), "2026-05-04")
        self.assertEqual(paid.recouvrement_profile, "consumer", "frozen once paid")

    def test_a_better_guess_leaves_claimed_invoices_alone(self):
        claimed = self._invoice(self.consumer, 100, "2026-05-01")
        self._approve_and_send(self._run("2026-05-18"), "2026-05-18")
        fresh = self._invoice(self.consumer, 100, "2026-06-01")
        self.consumer.vat = "FR23334175221"
        self.assertEqual(self.consumer.recouvrement_profile, "business")
        self.assertEqual(claimed.recouvrement_profile, "consumer")
        self.assertEqual(fresh.recouvrement_profile, "business", "nobody claimed it")

    def test_a_guess_takes_no_penalties_off_for_who_waives_none(self):
        """An employee who edits contacts clears a number: what was posted stays."""
        contact = self._create_debtor("Lou Exemple", vat="FR23334175221")
        invoice = self._invoice(contact, 1000, "2026-05-01")
        before = sum(self._penalties(invoice, "2026-06-01").mapped("amount"))
        self.assertGreater(before, 40)
        buyer = self._create_user(
            "acheteur", "base.group_user,base.group_partner_manager"
        )
        contact.with_user(buyer).vat = False
        self.assertEqual(contact.recouvrement_profile, "consumer")
        self.assertEqual(invoice.recouvrement_profile, "business")
        after = sum(self._penalties(invoice, "2026-06-01").mapped("amount"))
        self.assertEqual(after, before)
        contact.with_user(buyer).vat = "FR23334175221"
        self.company.recouvrement_waiver_limit = 0
        officer = self._create_user(
            "relanceur",
            "base.group_user,base.group_partner_manager,"
            "l10n_fr_recouvrement.group_recovery_officer",
        )
        with self.assertRaises(AccessError):
            contact.with_user(officer).vat = False
        self.assertEqual(invoice.recouvrement_profile, "business")

    def test_own_procedure_of_a_debtor(self):
        soft = self.env["recouvrement.procedure"].create(
            {
                "name": "Grands comptes",
                "profile": "business",
                "sequence": 99,
                "stage_ids": [
                    (
                        0,
                        0,
                        {
                            "name": "Rappel",
                            "delay": 30,
                            "channel": "letter",
                            "letter_subject": "Rappel",
                        },
                    )
                ],
            }
        )
        before = self._invoice(self.business, 100, "2026-05-01")
        self.business.recouvrement_procedure_id = soft
        after = self._invoice(self.business, 100, "2026-05-01")
        for invoice in before + after:
            self.assertEqual(invoice.recouvrement_procedure_id, soft)
            self.assertEqual(str(invoice.recouvrement_next_date), "2026-06-01")

    def test_a_changed_delay_shows_at_once(self):
        invoice = self._invoice(self.business, 100, "2026-05-01")
        stage = self.env.ref("l10n_fr_recouvrement.stage_business_reminder")
        stage.delay = 10
        self.assertEqual(str(invoice.recouvrement_next_date), "2026-05-11")
        stage.active = False
        self.assertEqual(str(invoice.recouvrement_next_date), "2026-05-18")

    def test_next_stage_is_the_one_a_run_would_choose(self):
        invoice = self._invoice(self.business, 100, "2026-05-01")
        for day, kind in (
            ("2026-05-02", "reminder"),
            ("2026-05-04", "reminder"),
            ("2026-05-18", "second_reminder"),
        ):
            with freeze_time(day):
                invoice.invalidate_recordset(["recouvrement_next_stage_id"])
                self.assertEqual(invoice.recouvrement_next_stage_id.kind, kind)

    def test_invoices_posted_before_the_module_was_installed(self):
        """They get their terms and their next step; nothing is made or sent."""
        invoice = self._invoice(self.business, 100, "2026-05-01")
        self._forget_terms(invoice)
        self.env["account.move"]._recouvrement_adopt_open_invoices()
        self.assertEqual(invoice.recouvrement_profile, "business")
        self.assertEqual(str(invoice.recouvrement_next_date), "2026-05-04")
        self.assertFalse(invoice.recouvrement_action_line_ids)

    def test_preview_makes_nothing_and_says_why(self):
        self._invoice(self.business, 100, "2026-05-01")
        blocked = self._invoice(self.consumer, 80, "2026-04-01")
        blocked.action_toggle_block_payment()
        self._invoice(self.public_body, 60, "2026-05-01")
        self._credit_note(self.public_body, 60, "2026-05-02")
        with freeze_time("2026-05-12"):
            wizard = self.env["recouvrement.run.wizard"].create({})
            self.assertEqual(wizard.due_count, 1)
        self.assertEqual(wizard.due_line_ids.partner_id, self.business)
        self.assertEqual(wizard.due_line_ids.stage_id.kind, "reminder")
        reasons = {line.partner_id: line.reason for line in wizard.excluded_line_ids}
        self.assertIn("Disputed", reasons[self.consumer])
        self.assertIn("cover", reasons[self.public_body])
        self.assertFalse(self.env["recouvrement.action"].search_count([]))

    def test_same_stage_cannot_be_claimed_twice(self):
        """The database refuses it, whatever the code does."""
        self._invoice(self.business, 100, "2026-05-01")
        action = self._run("2026-05-04")
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            with self.env.cr.savepoint():
                twin = action.sudo().copy()
                action.sudo().line_ids.copy({"action_id": twin.id})
                self.env.flush_all()

    def test_rates_start_a_half_year(self):
        with self.assertRaises(ValidationError):
            self.env["recouvrement.rate"].create(
                {
                    "date_from": "2027-02-01",
                    "ecb_refi": 2,
                    "legal_individual": 5,
                    "legal_other": 2,
                }
            )

    def test_an_update_keeps_rates_that_were_corrected(self):
        rates = self.env["recouvrement.rate"]
        rate = rates.search([("date_from", "=", "2026-07-01")])
        rate.legal_other = 2.77
        rates.search([("date_from", "=", "2026-01-01")]).unlink()
        rates._load_shipped()
        self.assertEqual(rate.legal_other, 2.77)
        self.assertTrue(rates.search([("date_from", "=", "2026-01-01")]))

    def test_receipt_without_customer_is_posted(self):
        receipt = self.env["account.move"].create(
            {
                "move_type": "out_receipt",
                "invoice_line_ids": [(0, 0, {"name": "Vente", "price_unit": 10})],
            }
        )
        receipt.action_post()
        self.assertEqual(receipt.state, "posted")
        self.assertFalse(receipt.recouvrement_next_date)

    def test_procedure_is_of_the_profile(self):
        invoice = self._invoice(self.business, 100, "2026-05-01")
        consumer = self.env.ref("l10n_fr_recouvrement.procedure_consumer")
        with self.assertRaises(ValidationError):
            invoice.recouvrement_procedure_id = consumer
        with self.assertRaises(ValidationError):
            invoice.recouvrement_procedure_id.profile = "public"
        self.business.recouvrement_procedure_id = invoice.recouvrement_procedure_id
        self.business.recouvrement_profile = "consumer"
        self.assertEqual(invoice.recouvrement_procedure_id, consumer)
        after = self._invoice(self.business, 100, "2026-05-01")
        self.assertEqual(after.recouvrement_procedure_id, consumer)

    def test_corrected_profile_is_not_guessed_again(self):
        self.business.recouvrement_profile = "consumer"
        self.business.company_registry = "217500016"
        self.assertEqual(self.business.recouvrement_profile, "consumer")

    def test_correction_of_the_profile_cancels_what_waits(self):
        """No consumer gets the letter prepared for a business."""
        self._invoice(self.business, 100, "2026-05-01")
        action = self._run("2026-05-18")
        self.business.recouvrement_profile = "consumer"
        self._approve_and_send(action, "2026-05-19")
        self.assertEqual(action.state, "cancelled")
        self.assertEqual(self._run("2026-05-21").profile, "consumer")

    def test_correction_of_the_profile_reaches_disputed_invoices(self):
        """Released from dispute, it is not claimed under the law of businesses."""
        invoice = self._invoice(self.business, 100, "2026-05-01")
        invoice.action_toggle_block_payment()
        self.business.recouvrement_profile = "consumer"
        invoice.action_toggle_block_payment()
        self.assertEqual(invoice.recouvrement_profile, "consumer")
        self.assertEqual(self._run("2026-06-01").profile, "consumer")

    def test_one_letter_holds_for_one_profile(self):
        first = self._invoice(self.consumer, 100, "2026-05-01")
        self._approve_and_send(self._run("2026-05-18"), "2026-05-18")
        self.consumer.vat = "FR23334175221"
        second = self._invoice(self.consumer, 100, "2026-06-01")
        self.assertNotEqual(first.recouvrement_profile, second.recouvrement_profile)
        actions = self._run("2026-06-22").sorted("profile", reverse=True)
        self.assertEqual(actions.mapped("profile"), ["consumer", "business"])
        self.assertEqual(actions.mapped("invoice_count"), [1, 1])
        with freeze_time("2026-06-22"):
            actions.action_cancel()
        self.consumer.recouvrement_profile = "business"
        self.assertEqual(self._run("2026-06-29").invoice_count, 2)

    def test_reposted_for_another_customer_starts_afresh(self):
        invoice = self._invoice(self.business, 100, "2026-05-01")
        self._approve_and_send(self._run("2026-05-05"), "2026-05-05")
        invoice.button_draft()
        invoice.partner_id = self.consumer
        invoice.action_post()
        self.assertEqual(invoice.recouvrement_profile, "consumer")
        self.assertFalse(invoice.recouvrement_stage_id)

    def test_invoice_disputed_before_the_module_was_installed(self):
        invoice = self._invoice(self.consumer, 100, "2026-05-01")
        invoice.action_toggle_block_payment()
        self._forget_terms(invoice)
        self.env["account.move"]._recouvrement_adopt_open_invoices()
        invoice.action_toggle_block_payment()
        self.assertEqual(invoice.recouvrement_profile, "consumer")
        self.assertTrue(invoice.recouvrement_next_date)

    def test_follow_up_starts_from_a_day_and_by_due_line(self):
        invoice = self._invoice_in_two(self.business, 1000, "2026-03-01", days=60)
        self.assertEqual(str(invoice.recouvrement_next_date), "2026-03-04")
        self.company.recouvrement_start_date = "2026-04-01"
        self.assertEqual(str(invoice.recouvrement_next_date), "2026-05-04")
        action = self._run("2026-05-04")
        self.assertEqual(action.stage_id.kind, "reminder")
        self.assertEqual(action.amount_invoices, 500)

    def test_stages_moved_or_deleted_show_at_once(self):
        invoice = self._invoice(self.business, 100, "2026-05-01")
        self.env.ref("l10n_fr_recouvrement.stage_business_reminder").unlink()
        self.assertEqual(str(invoice.recouvrement_next_date), "2026-05-18")

    def test_one_action_of_a_debtor_waits_at_a_time(self):
        self._invoice(self.business, 100, "2026-05-01")
        self.assertTrue(self._run("2026-05-04"))
        self._invoice(self.business, 200, "2026-05-05")
        self.assertFalse(self._run("2026-05-15"))

    def test_refund_paid_back_uses_the_credit_up(self):
        """Invoice 1000, credit note 400 that was refunded by bank: 1000 is owed."""
        self._invoice(self.business, 1000, "2026-05-01")
        self._credit_note(self.business, 400, "2026-05-02")
        self._receive(self.business, -400, "2026-05-03")
        self.assertEqual(self._run("2026-05-04").amount_total, 1000)

    def test_draft_with_a_cancelled_action_can_be_deleted(self):
        invoice = self._invoice(self.business, 100, "2026-05-01")
        action = self._run("2026-05-04")
        action.action_cancel()
        invoice.button_draft()
        invoice.name = False
        invoice.unlink()
        self.assertEqual(action.state, "cancelled")
