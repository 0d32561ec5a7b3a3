"""Procedures and stages, all of it set on screen: each test is an example of use."""

from datetime import date, timedelta
from itertools import pairwise

from freezegun import freeze_time
from psycopg2.errors import CheckViolation

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.service.model import call_kw
from odoo.tools import convert_file, mute_logger

from odoo.addons.l10n_fr_recouvrement import law

from ..common import RecouvrementCase

MODULE = "l10n_fr_recouvrement"
DATA = "data/recouvrement_procedure_data.xml"
TEXTS = {
    "letter_subject": "Votre compte",
    "letter_intro": "<p>Bonjour,</p>",
    "letter_demand": "<p>À régler.</p>",
    "letter_closing": "<p>Cordialement.</p>",
}


class ProcedureCase(RecouvrementCase):
    """The procedures are as shipped, and invoices can be put where one wants them."""

    @classmethod
    def _setup_letters_alone(cls):
        cls.procedure = cls.env.ref(f"{MODULE}.procedure_business")
        cls.classic = cls.env.ref(f"{MODULE}.procedure_classic")

    @classmethod
    def _stage(cls, name):
        return cls.env.ref(f"{MODULE}.stage_{name}")

    @classmethod
    def _procedure(cls, *stages, **vals):
        """A procedure for businesses of stages told by what matters to the test."""
        return cls.env["recouvrement.procedure"].create(
            {
                "name": "Sur mesure",
                "profile": "business",
                "sequence": 1,
                "stage_ids": [
                    Command.create(
                        {
                            "name": f"Étape {number}",
                            "sequence": number,
                            "channel": "letter",
                            "payment_days": 1,
                            **TEXTS,
                            **stage,
                        }
                    )
                    for number, stage in enumerate(stages, start=1)
                ],
                **vals,
            }
        )

    @classmethod
    def _reach(cls, invoice, stage, day):
        """Put an invoice where carrying out ``stage`` on ``day`` leaves it."""
        day = fields.Date.to_date(day)
        vals = {
            "recouvrement_stage_id": stage.id,
            "recouvrement_stage_date": day,
            "recouvrement_cycle_date": invoice.recouvrement_cycle_date
            or invoice.invoice_date_due,
        }
        if not stage.is_human:
            vals["recouvrement_deadline"] = law.next_working_day(
                fields.Date.add(day, days=stage.payment_days)
            )
        invoice._recouvrement_write(vals)

    def _walk(self, invoice, patience=0):
        """Walk the whole procedure, each stage carried out on the day announced.

        :param patience: days that it may wait for the interval between contacts
        """
        invoice.partner_id.phone = "01 99 00 12 34"
        steps = []
        while day := invoice.recouvrement_next_date:
            last = day + timedelta(days=patience)
            while not (action := self._run(day)) and day < last:
                day += timedelta(days=1)
            self.assertTrue(action, (day, steps, self._reasons(day)))
            steps.append((str(day), action.channel, action.kind))
            with freeze_time(day):
                if action.is_human:
                    action._record_outcome("done")
                else:
                    action.action_approve_and_send()
        return steps

    def _reasons(self, day):
        """Why debtors are left out of the preview of a day."""
        with freeze_time(day):
            wizard = self.env["recouvrement.run.wizard"].create({})
            return wizard.excluded_line_ids.mapped("reason")

    def _last_note(self, record):
        return str(record.message_ids.sorted("id")[-1].body)


class TestShippedProcedures(ProcedureCase):
    """What a company finds when it installs the module."""

    def test_business_procedure(self):
        invoice = self._invoice(self.business, 1000, "2026-05-31")
        with freeze_time("2026-05-01"):
            self.assertEqual(
                self._walk(invoice),
                [
                    ("2026-06-03", "email", "reminder"),
                    ("2026-06-10", "phone", "contact"),
                    ("2026-06-15", "registered", "second_reminder"),
                    # nobody entered when the post presented it: three days and eight
                    ("2026-06-26", "registered", "formal_notice"),
                    # the deadline that the notice granted, Tuesday 7 July
                    ("2026-07-08", "task", "hand_over"),
                ],
            )

    def test_the_procedure_counts_from_presentation(self):
        """Eight days from the day that the post presented a registered letter."""
        invoice = self._invoice(self.business, 1000, "2026-05-31")
        self._reach(invoice, self._stage("business_call"), "2026-06-10")
        second = self._run("2026-06-15")
        self._approve_and_send(second, "2026-06-15")
        self.assertEqual(str(invoice.recouvrement_next_date), "2026-06-26")
        with freeze_time("2026-06-23"):
            second.date_presented = "2026-06-16"
        self.assertEqual(str(invoice.recouvrement_next_date), "2026-06-24")
        notice = self._run("2026-06-24")
        self._approve_and_send(notice, "2026-06-24")
        self.assertEqual(str(notice.date_deadline), "2026-07-06")
        self.assertEqual(str(invoice.recouvrement_next_date), "2026-07-07")
        with freeze_time("2026-07-03"):
            notice.date_presented = "2026-07-02"
        self.assertEqual(str(invoice.recouvrement_next_date), "2026-07-10")

    def test_a_formal_notice_leaves_its_days_from_a_likely_presentation(self):
        """What follows waits for them as well, entered or not."""
        post, granted = 3, {"business": 8, "consumer": 15}
        notices = self.env["recouvrement.stage"].search(
            [("kind", "=", "formal_notice"), ("channel", "=", "registered")]
        )
        self.assertEqual(len(notices), 3)
        for notice in notices:
            days = granted[notice.profile]
            self.assertGreaterEqual(notice.payment_days, post + days, notice.name)
            following = notice.procedure_id.stage_ids._filter_planned().filtered(
                lambda stage, notice=notice: stage.sequence > notice.sequence
            )
            for stage in following:
                self.assertEqual(stage.delay_from, "presented")
                self.assertEqual(stage.delay, days)
                self.assertEqual(stage.presented_after, notice.payment_days)

    def test_classic_practice(self):
        """A letter as soon as it is late, a registered one, the formal notice."""
        invoice = self._invoice(self.business, 1000, "2026-05-31")
        invoice.recouvrement_procedure_id = self.classic
        with freeze_time("2026-05-01"):
            self.assertEqual(
                self._walk(invoice),
                [
                    ("2026-06-01", "letter", "reminder"),
                    ("2026-06-16", "registered", "second_reminder"),
                    ("2026-06-29", "registered", "formal_notice"),
                ],
            )

    def test_consumers_and_public_bodies(self):
        for partner, kinds in (
            (
                self.consumer,
                ["reminder", "contact", "second_reminder", "formal_notice"],
            ),
            (
                self.public_body,
                ["reminder", "contact", "second_reminder", "public_claim"],
            ),
        ):
            invoice = self._invoice(partner, 1000, "2026-05-31")
            with freeze_time("2026-05-01"):
                walked = self._walk(invoice, patience=4)
            self.assertEqual([kind for *_, kind in walked], [*kinds, "hand_over"])
            days = [date.fromisoformat(day) for day, *_ in walked]
            if partner == self.consumer:
                apart = [(after - before).days for before, after in pairwise(days)]
                self.assertGreaterEqual(min(apart), 7)

    def test_the_claim_to_a_public_body_has_its_date_proved(self):
        """Loi 68-1250 art. 2: what interrupts the four years is proved; and who sends
        it is told that it is no memorandum under a CCAG."""
        claim = self._stage("public_claim")
        self.assertEqual(claim.channel, "registered")
        self.assertIn("mémoire en réclamation", claim.caution)
        self.assertFalse(self._stage("public_second").caution)
        self.assertFalse(self._stage("business_notice").caution)

    def test_a_consumer_is_claimed_nothing_more_before_the_formal_notice(self):
        procedure = self.env.ref(f"{MODULE}.procedure_consumer")
        self.assertEqual(
            procedure.stage_ids.filtered("show_penalties").mapped("kind"),
            ["formal_notice"],
        )

    def test_what_waits_to_be_taken_up_is_shown(self):
        """The courtesy and the visit are there, out of use."""
        unused = self.procedure.stage_ids.filtered(lambda stage: not stage.active)
        self.assertEqual(
            unused,
            self._stage("business_courtesy")
            | self._stage("business_last")
            | self._stage("business_visit"),
        )
        self.assertEqual(self.procedure.stage_count, 5)
        invoice = self._invoice(self.business, 1000, "2026-05-31")
        unused.active = True
        with freeze_time("2026-05-01"):
            self.assertEqual(
                [stage for _day, stage, _kind in self._walk(invoice)],
                ["email", "email", "phone", "registered", "letter", "registered"]
                + ["visit", "task"],
            )

    def test_lists_say_when_a_stage_comes(self):
        self.assertEqual(
            self.procedure.stage_ids[:2].mapped("timing"),
            ["5 d. before the due date", "3 d. after the due date"],
        )
        self.assertEqual(
            self.classic.stage_ids.mapped("timing"),
            [
                "as soon as it is late",
                "15 d. after the previous stage",
                "8 d. after presentation of the previous letter",
                "whenever it is asked for",
                "whenever it is asked for",
            ],
        )

    def test_enclosures(self):
        self.assertTrue(self._stage("business_second").enclose_earlier_letters)
        notice = self._stage("business_notice")
        self.assertTrue(notice.enclose_invoices and notice.enclose_earlier_letters)
        self.assertTrue(notice.enclose_statement)

    def test_update_changes_nothing_that_was_customised(self):
        """Neither what a company changed nor what it deleted comes back."""
        self._stage("business_reminder").delay = 7
        self._stage("business_visit").unlink()
        self.procedure.name = "À notre façon"
        convert_file(self.env, MODULE, DATA, {}, mode="update", noupdate=True)
        self.assertEqual(self._stage("business_reminder").delay, 7)
        self.assertEqual(self.procedure.name, "À notre façon")
        self.assertNotIn("visit", self.procedure.stage_ids.mapped("channel"))

    def test_restore_the_shipped_procedures(self):
        """Fresh copies come after what is there; nobody changes procedure by it."""
        self.env["res.lang"]._activate_lang("fr_FR")
        self._stage("business_reminder").delay = 7
        invoice = self._invoice(self.business, 1000, "2026-05-31")
        model = self.env["recouvrement.procedure"]
        before = model.search([])
        with self.assertRaises(AccessError):
            model.with_user(
                self._create_user("agent", f"{MODULE}.group_recovery_officer")
            ).action_restore_shipped()
        # As the button above the list calls it, of no procedure in particular.
        manager = self._create_user("chef", f"{MODULE}.group_recovery_manager")
        call_kw(model.with_user(manager), "action_restore_shipped", [[]], {})
        copies = model.search([]) - before
        self.assertEqual(
            copies.mapped("profile"), ["business", "business", "consumer", "public"]
        )
        fresh = copies[0]
        self.assertEqual(len(fresh.stage_ids), len(self.procedure.stage_ids))
        reminder = fresh.stage_ids.filtered(lambda stage: stage.kind == "reminder")
        self.assertEqual(reminder.delay, 3)
        self.assertEqual(
            reminder.letter_intro, self._stage("business_reminder").letter_intro
        )
        self.assertEqual(
            reminder.with_context(lang="fr_FR").name,
            self._stage("business_reminder").with_context(lang="fr_FR").name,
        )
        self.assertEqual(self._stage("business_reminder").delay, 7)
        self.assertEqual(model._get_default(self.company, "business"), self.procedure)
        self.assertEqual(invoice.recouvrement_procedure_id, self.procedure)
        self.assertFalse(copies.get_external_id()[fresh.id], "it is the company's own")

    def test_duplicate_brings_stages_texts_and_all(self):
        copy = self.procedure.copy()
        for original, duplicate in zip(
            self.procedure.stage_ids, copy.stage_ids, strict=True
        ):
            for name in ("name", "active", "delay", "letter_demand", "channel"):
                self.assertEqual(original[name], duplicate[name])


class TestWhen(ProcedureCase):
    """When a stage falls due."""

    def test_a_very_late_debt_starts_with_a_reminder(self):
        """A formal notice is nobody's first letter, unless one asks for it."""
        self._invoice(self.business, 100, "2026-01-31")
        self.assertEqual(self._run("2026-09-01").stage_id.kind, "reminder")
        other = self._create_debtor("Boulangerie Exemple", is_company=True)
        invoice = self._invoice(other, 100, "2026-01-31")
        self.procedure.late_entry = "reached"
        with freeze_time("2026-09-01"):
            self.assertEqual(invoice.recouvrement_next_stage_id.kind, "second_reminder")

    def test_no_stage_is_jumped(self):
        invoice = self._invoice(self.business, 100, "2026-01-31")
        self._reach(invoice, self._stage("business_reminder"), "2026-09-01")
        with freeze_time("2026-09-01"):
            self.assertEqual(invoice.recouvrement_next_stage_id.kind, "contact")

    @freeze_time("2026-06-01")
    def test_courtesy_before_the_due_date(self):
        """It tells of what is to come, claims nothing and counts from then on."""
        self._stage("business_courtesy").active = True
        invoice = self._invoice(self.business, 1000, "2026-06-30")
        self._invoice(self.business, 500, "2026-08-31")
        self.assertEqual(str(invoice.recouvrement_next_date), "2026-06-25")
        self.assertFalse(self._run("2026-06-24"))
        action = self._run("2026-06-25")
        self.assertEqual(action.kind, "courtesy")
        self.assertEqual(action.line_ids.move_id, invoice)
        self.assertEqual(action.amount_total, 1000)
        self.assertIn("à échéance du 30", action.line_ids.summary)
        self._approve_and_send(action, "2026-06-26")
        self.assertEqual(action.state, "sent")
        self.assertEqual(invoice.recouvrement_next_stage_id.kind, "reminder")
        self.assertEqual(str(invoice.recouvrement_next_date), "2026-07-03")

    @freeze_time("2026-06-01")
    def test_courtesy_that_nobody_sent_in_time_is_given_up(self):
        self._stage("business_courtesy").active = True
        invoice = self._invoice(self.business, 1000, "2026-06-30")
        action = self._run("2026-06-25")
        self._approve_and_send(action, "2026-07-01")
        self.assertEqual(action.state, "cancelled")
        self.assertFalse(self._run("2026-07-02"))
        with freeze_time("2026-07-02"):
            self.assertEqual(str(invoice.recouvrement_next_date), "2026-07-03")
            self.assertEqual(invoice.recouvrement_next_stage_id.kind, "reminder")

    @freeze_time("2026-06-01")
    def test_courtesy_is_for_those_who_are_late_with_nothing(self):
        self._stage("business_courtesy").active = True
        self._invoice(self.business, 1000, "2026-06-30")
        late = self._invoice(self.business, 300, "2026-06-10")
        action = self._run("2026-06-25")
        self.assertEqual(action.kind, "reminder")
        self.assertEqual(action.line_ids.move_id, late)

    def test_courtesy_claims_no_penalties(self):
        stage = self._stage("business_courtesy")
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"):
            stage.show_penalties = True
            stage.flush_recordset()

    def test_only_the_due_date_can_be_anticipated(self):
        stage = self._stage("business_courtesy")
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"):
            stage.delay_from = "previous"
            stage.flush_recordset()

    def _send_first_of_two(self, channel="registered"):
        """Second stage 8 days after the presentation of the first one."""
        self._procedure(
            {"delay": 3, "channel": "registered"},
            {"delay": 8, "delay_from": "presented", "kind": "formal_notice"},
        )
        invoice = self._invoice(self.business, 100, "2026-05-31")
        action = self._run("2026-06-03")
        action.channel = channel
        self._approve_and_send(action, "2026-06-03")
        return invoice

    def test_counted_from_the_presentation_of_a_registered_letter(self):
        invoice = self._send_first_of_two()
        self.assertEqual(str(invoice.recouvrement_next_date), "2026-06-18")
        action = invoice.recouvrement_action_line_ids.action_id
        with freeze_time("2026-06-09"):
            action.date_presented = "2026-06-08"
        self.assertEqual(str(invoice.recouvrement_next_date), "2026-06-16")

    def test_presentation_nobody_entered_waits_so_many_days(self):
        invoice = self._send_first_of_two()
        last = invoice.recouvrement_procedure_id.stage_ids[-1]
        last.presented_after = 20
        self.assertEqual(str(invoice.recouvrement_next_date), "2026-06-23")

    def test_presentation_of_what_was_not_registered(self):
        invoice = self._send_first_of_two(channel="letter")
        self.assertEqual(str(invoice.recouvrement_next_date), "2026-06-11")

    def test_presentation_entered_when_the_next_letter_left_already(self):
        invoice = self._send_first_of_two()
        first, last = invoice.recouvrement_procedure_id.stage_ids
        self._reach(invoice, last, "2026-06-18")
        invoice._recouvrement_set_presented(fields.Date.to_date("2026-06-08"), first)
        self.assertFalse(invoice.recouvrement_presented_date)


class TestWho(ProcedureCase):
    """Which debtors and invoices a procedure and its stages are for."""

    def test_smallest_debt(self):
        """Compared with what is really owed, payments deducted."""
        self.procedure.min_amount_debtor = 50
        self._invoice(self.business, 100, "2026-05-01")
        self._receive(self.business, 60, "2026-05-02")
        self.assertFalse(self._run("2026-05-04"))
        [reason] = self._reasons("2026-05-04")
        self.assertIn("50", reason)
        self._invoice(self.business, 20, "2026-05-01")
        self.assertEqual(self._run("2026-05-04").amount_total, 60)

    def test_smallest_invoice_of_a_stage(self):
        """No registered letter for a trifle: it is left at the stage before."""
        self.procedure.late_entry = "reached"
        self._stage("business_second").min_amount_invoice = 30
        small = self._invoice(self.business, 25, "2026-05-01")
        self.assertFalse(self._run("2026-06-01"))
        [reason] = self._reasons("2026-06-01")
        self.assertIn(self._stage("business_second").name, reason)
        large = self._invoice(self.business, 100, "2026-05-01")
        action = self._run("2026-06-01")
        self.assertEqual(action.line_ids.filtered("stage_id").move_id, large)
        self.assertEqual(action.line_ids.move_id, large, "the stage is not for it")
        self.assertFalse(small.recouvrement_stage_id)

    def test_smallest_amounts_are_in_the_currency_of_the_company(self):
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
        self.procedure.min_amount_debtor = 60
        self._invoice(self.business, 100, "2026-05-01", currency_id=usd.id)
        self.assertFalse(self._run("2026-05-04"))
        self.procedure.min_amount_debtor = 50
        self.assertTrue(self._run("2026-05-04"))

    def _key_account(self):
        """The debtor is a key account: the formal notice is not for it."""
        tag = self.env["res.partner.category"].create({"name": "Grands comptes"})
        self.business.category_id = tag
        self._stage(
            "business_notice"
        ).debtor_domain = f"[('category_id', 'not in', [{tag.id}])]"

    def test_key_accounts_skip_the_formal_notice(self):
        """They go from the second reminder to the decision."""
        self._key_account()
        other = self._create_debtor("Boulangerie Exemple", is_company=True)
        invoices = self._invoice(self.business, 100, "2026-05-01")
        invoices |= self._invoice(other, 100, "2026-05-01")
        for invoice in invoices:
            self._reach(invoice, self._stage("business_second"), "2026-05-18")
        self.assertEqual(
            [invoice.recouvrement_next_stage_id.kind for invoice in invoices],
            ["hand_over", "formal_notice"],
        )
        candidates = self.env["recouvrement.engine"]._collect(
            self.company, fields.Date.to_date("2026-05-28"), invoices.partner_id
        )
        self.assertEqual(
            {candidate.partner: candidate.stage.kind for candidate in candidates},
            {self.business: "hand_over", other: "formal_notice"},
        )

    def test_left_out_by_conditions_in_words(self):
        procedure = self._procedure(
            {"name": "Rappel", "invoice_domain": "[('amount_total', '>=', 1000)]"}
        )
        small = self._invoice(self.business, 999, "2026-05-01")
        self.assertEqual(small.recouvrement_procedure_id, procedure)
        self.assertFalse(self._run("2026-05-05"))
        [reason] = self._reasons("2026-05-05")
        self.assertIn("Rappel", reason)
        large = self._invoice(self.business, 1000, "2026-05-01")
        action = self._run("2026-05-05")
        self.assertEqual(action.line_ids.filtered("stage_id").move_id, large)

    def test_a_condition_is_one_search_for_all_invoices(self):
        self._key_account()
        debtors = [self._create_debtor(f"Société {number}") for number in range(5)]
        moves = self.env["account.move"].union(
            *(self._invoice(debtor, 100, "2026-05-01") for debtor in debtors)
        )
        stages = self.procedure.stage_ids
        stages._get_admitted(moves)
        self.env.flush_all()
        before = self.env.cr.sql_log_count
        self.assertEqual(
            stages._get_admitted(moves),
            {self._stage("business_notice").id: frozenset(moves.ids)},
        )
        self.assertLessEqual(self.env.cr.sql_log_count - before, 2)

    @mute_logger("odoo.sql_db")
    def test_a_broken_condition_is_refused_naming_the_stage(self):
        stage = self._stage("business_notice")
        for name, domain in (
            ("invoice_domain", "[('amount_total', '>'"),
            ("invoice_domain", "[('no_such_field', '=', 1)]"),
            ("invoice_domain", "[('invoice_date_due', '>', 'demain matin')]"),
            ("debtor_domain", "[('amount_total', '>', 1)]"),
        ):
            with self.subTest(domain), self.assertRaises(ValidationError) as error:
                stage[name] = domain
            self.assertIn(stage.name, str(error.exception))

    def test_a_call_needs_no_text(self):
        self._procedure({"channel": "phone", **dict.fromkeys(TEXTS, False)})


class TestChangeOfProcedure(ProcedureCase):
    """An invoice under way that follows another procedure from now on."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.invoice = cls._invoice(cls.business, 1000, "2026-05-01")

    def test_goes_on_from_the_stage_of_the_same_nature(self):
        self._reach(self.invoice, self._stage("business_second"), "2026-05-18")
        self.invoice.recouvrement_procedure_id = self.classic
        self.assertEqual(
            self.invoice.recouvrement_stage_id, self._stage("classic_registered")
        )
        self.assertEqual(str(self.invoice.recouvrement_stage_date), "2026-05-18")
        self.assertEqual(self.invoice.recouvrement_next_stage_id.kind, "formal_notice")
        note = self._last_note(self.invoice)
        for name in (self.classic.name, self._stage("classic_registered").name):
            self.assertIn(name, note)

    def test_goes_on_from_the_last_stage_not_beyond(self):
        """A call has no equivalent: what comes before it in the procedure has."""
        self._reach(self.invoice, self._stage("business_call"), "2026-05-11")
        self.invoice.recouvrement_procedure_id = self.classic
        self.assertEqual(
            self.invoice.recouvrement_stage_id, self._stage("classic_letter")
        )

    def test_starts_at_the_first_stage_when_all_come_later(self):
        self._reach(self.invoice, self._stage("business_reminder"), "2026-05-04")
        later = self._procedure({"delay": 20, "kind": "second_reminder"})
        self.invoice.recouvrement_procedure_id = later
        self.assertFalse(self.invoice.recouvrement_stage_id)
        self.assertEqual(self.invoice.recouvrement_next_stage_id, later.stage_ids)
        self.assertIn(later.name, self._last_note(self.invoice))

    def test_another_profile_brings_its_procedure_and_stage(self):
        self._reach(self.invoice, self._stage("business_second"), "2026-05-18")
        self.business.recouvrement_profile = "consumer"
        self.assertEqual(
            self.invoice.recouvrement_stage_id, self._stage("consumer_second")
        )

    def test_of_a_debtor(self):
        self._reach(self.invoice, self._stage("business_reminder"), "2026-05-04")
        self.business.recouvrement_procedure_id = self.classic
        self.assertEqual(
            self.invoice.recouvrement_stage_id, self._stage("classic_letter")
        )
        following = self._invoice(self.business, 10, "2026-05-01")
        self.assertEqual(following.recouvrement_procedure_id, self.classic)

    def test_of_what_was_claimed_nothing_is_claimed_again(self):
        self._approve_and_send(self._run("2026-05-04"), "2026-05-04")
        self.business.recouvrement_procedure_id = self.classic
        again = self._run("2026-06-01")
        self.assertEqual(again.stage_id, self._stage("classic_registered"))

    def test_archived_procedure_leaves_its_invoices_to_the_default_one(self):
        own = self.procedure.copy({"sequence": 90})
        self.business.recouvrement_procedure_id = own
        self._reach(
            self.invoice,
            own.stage_ids.filtered(lambda stage: stage.kind == "formal_notice"),
            "2026-05-26",
        )
        own.action_archive()
        self.assertEqual(self.invoice.recouvrement_procedure_id, self.procedure)
        self.assertEqual(
            self.invoice.recouvrement_stage_id, self._stage("business_notice")
        )
        self.assertIn(self.procedure.name, self._last_note(self.invoice))
        following = self._invoice(self.business, 10, "2026-05-01")
        self.assertEqual(following.recouvrement_procedure_id, self.procedure)

    def test_the_last_procedure_of_a_profile_is_not_archived_under_invoices(self):
        self.classic.action_archive()
        with self.assertRaises(ValidationError):
            self.procedure.action_archive()

    def test_archived_stage_keeps_its_history(self):
        call = self._stage("business_call")
        self._reach(self.invoice, call, "2026-05-11")
        call.action_archive()
        self.assertEqual(self.invoice.recouvrement_stage_id, call)
        self.assertEqual(
            self.invoice.recouvrement_next_stage_id.kind, "second_reminder"
        )
