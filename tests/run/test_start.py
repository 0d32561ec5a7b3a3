from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, new_test_user

from ..common import RecouvrementCase

TODAY = "2026-06-15"


class TestStart(RecouvrementCase):
    """Starting follow-up on a database that has open invoices already."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls._create_user(
            "responsable", "l10n_fr_recouvrement.group_recovery_manager"
        )
        # As procedures are shipped.
        cls.env["recouvrement.procedure"].search([]).late_entry = "first"

    def setUp(self):
        super().setUp()
        frozen = freeze_time(TODAY)
        frozen.start()
        self.addCleanup(frozen.stop)

    def _open(self, **vals):
        wizards = self.env["recouvrement.start.wizard"].with_user(self.manager)
        return wizards.create(vals)

    def _ages(self, wizard):
        """What is open, by age, as ``(invoices, debtors, amount)``."""
        return {
            line.age: (line.invoice_count, line.debtor_count, line.amount)
            for line in wizard.line_ids
            if line.amount
        }

    def _followed(self, wizard):
        """What would be followed and what would not, by age."""
        return {
            line.age: (line.amount_followed, line.amount_left_out)
            for line in wizard.line_ids
            if line.amount
        }

    def _prepared(self, wizard):
        """What the preview announces, as ``{kind of stage: debtors}``."""
        counts = {}
        for step in wizard.step_ids:
            kind = step.stage_id.kind
            counts[kind] = counts.get(kind, 0) + step.debtor_count
        return counts

    # ------------------------------------------------------------------
    # What is open
    # ------------------------------------------------------------------

    def test_ages(self):
        """An invoice counts at the age of what it owes, that of the day as not due."""
        for due, amount in (
            ("2026-06-15", 1),
            ("2026-06-14", 2),
            ("2026-05-16", 4),
            ("2026-05-15", 8),
            ("2026-04-16", 16),
            ("2026-04-15", 32),
            ("2026-03-17", 64),
            ("2026-03-16", 128),
            ("2025-12-17", 256),
            ("2025-12-16", 512),
            ("2025-06-15", 1024),
            ("2025-06-14", 2048),
            ("2021-06-15", 4096),
            ("2021-06-14", 8192),
        ):
            self._invoice(self.business, amount, due)
        self._invoice(self.consumer, 10000, "2026-06-14")
        self.assertEqual(
            self._ages(self._open()),
            {
                "not_due": (1, 1, 1),
                "1": (3, 2, 10006),
                "31": (2, 1, 24),
                "61": (2, 1, 96),
                "91": (2, 1, 384),
                "181": (2, 1, 1536),
                "366": (2, 1, 6144),
                "old": (1, 1, 8192),
                "total": (15, 2, 26383),
            },
        )

    def test_instalments_have_an_age_each_and_one_invoice(self):
        self._invoice_in_two(self.business, 1000, "2026-04-01", 60)
        self.assertEqual(
            self._ages(self._open()),
            {"1": (1, 1, 500), "61": (1, 1, 500), "total": (1, 1, 1000)},
        )

    def test_only_what_follow_up_would_chase(self):
        self._invoice(self.business, 100, "2026-05-01")
        blocked = self._invoice(self.business, 200, "2026-05-01")
        blocked.action_toggle_block_payment()
        left_out = self._invoice(self.business, 400, "2026-05-01")
        left_out.line_ids.no_followup = True
        self._pay(self._invoice(self.business, 800, "2026-05-01"), 800, "2026-05-02")
        insolvent = self._create_debtor("Société en sauvegarde", is_company=True)
        self._invoice(insolvent, 1600, "2026-05-01")
        insolvent.recouvrement_insolvency_date = "2026-05-20"
        self.assertEqual(self._ages(self._open())["total"], (1, 1, 100))

    def test_unallocated_credits_have_their_line(self):
        """Those of debtors who owe something; what was paid back is owed again."""
        self._invoice(self.business, 1000, "2026-05-01")
        self._credit_note(self.business, 300, "2026-05-02")
        self._receive(self.business, 50, "2026-05-03")
        self._receive(self.business, -20, "2026-05-04")
        self._receive(self.public_body, 5000, "2026-05-03")
        ages = self._ages(self._open())
        self.assertEqual(ages["entries"], (1, 1, 20))
        self.assertEqual(ages["total"], (2, 1, 1020))
        self.assertEqual(ages["credit"], (0, 1, -350))

    def test_amounts_are_in_the_currency_of_the_company(self):
        dollar = self.env.ref("base.USD")
        dollar.active = True
        self.env["res.currency.rate"].create(
            {
                "currency_id": dollar.id,
                "name": "2026-01-01",
                "rate": 2,
                "company_id": self.company.id,
            }
        )
        self._invoice(self.business, 1000, "2026-05-01", currency_id=dollar.id)
        self.assertEqual(self._ages(self._open())["total"], (1, 1, 500))

    def test_other_companies_are_not_seen(self):
        other = self._create_company(name="Autre société")
        self._invoice(self.business, 100, "2026-05-01")
        self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.business.id,
                "invoice_date": "2026-04-01",
                "invoice_date_due": "2026-05-01",
                "company_id": other.id,
                "journal_id": self.env["account.journal"]
                .search([("company_id", "=", other.id), ("type", "=", "sale")], limit=1)
                .id,
                "invoice_line_ids": [
                    Command.create({"name": "Vente", "price_unit": 900, "tax_ids": []})
                ],
            }
        ).action_post()
        self.assertEqual(self._ages(self._open())["total"], (1, 1, 100))
        with self.assertRaises(AccessError):
            self._open(company_id=other.id)

    # ------------------------------------------------------------------
    # From which day
    # ------------------------------------------------------------------

    def test_cut_off_follows_the_screen(self):
        self._invoice(self.business, 100, "2026-05-01")
        self._invoice(self.business, 200, "2025-06-14")
        self._receive(self.business, 30, "2026-05-03")
        old = self._create_debtor("Vieux client", is_company=True)
        self._invoice(old, 400, "2020-01-31")
        self._receive(old, 7, "2026-05-03")
        form = Form(self._open())
        self.assertEqual(str(form.start_date), "2025-06-15", "one year ago")
        self.assertEqual(
            self._followed(form.save()),
            {
                "31": (100, 0),
                "366": (0, 200),
                "old": (0, 400),
                "total": (100, 600),
                "credit": (-30, -7),
            },
        )
        self.assertFalse(form.barred_count)
        form.start_date = False
        self.assertEqual(form.barred_count, 1)
        self.assertEqual(form.barred_amount, 400)
        self.assertEqual(self._followed(form.save())["total"], (700, 0))

    def test_limitation_is_that_of_the_profile(self):
        """Five years, two for consumers, four from the next 1 January for the rest."""
        for debtor, within, past in (
            (self.business, "2021-06-15", "2021-06-14"),
            (self.consumer, "2024-06-15", "2024-06-14"),
            (self.public_body, "2022-01-01", "2021-12-31"),
        ):
            self._invoice(debtor, 10, within)
            self._invoice(debtor, 100, past)
        self.public_body.recouvrement_profile = "public"
        wizard = self._open(start_date=False)
        self.assertEqual(wizard.barred_count, 3)
        self.assertEqual(wizard.barred_amount, 300)

    def test_settings_in_force_are_the_first_answers(self):
        self.company.write(
            {"recouvrement_start_date": "2026-01-01", "recouvrement_auto": True}
        )
        self._invoice(
            self.business, 1, "2026-05-01"
        ).recouvrement_procedure_id.late_entry = "reached"
        wizard = self._open()
        self.assertEqual(str(wizard.start_date), "2026-01-01")
        self.assertTrue(wizard.auto)
        self.assertEqual(wizard.entry, "reached")

    # ------------------------------------------------------------------
    # Where old debts enter
    # ------------------------------------------------------------------

    def test_all_start_gently(self):
        self._invoice(self.business, 100, "2026-01-31")
        wizard = self._open(entry="first")
        wizard.action_preview()
        self.assertEqual(self._prepared(wizard), {"reminder": 1})
        wizard.action_start()
        self.assertEqual(self._run(TODAY).stage_id.kind, "reminder")

    def test_at_the_stage_reached(self):
        invoice = self._invoice(self.business, 100, "2026-01-31")
        procedure = invoice.recouvrement_procedure_id
        wizard = self._open(entry="reached")
        wizard.action_preview()
        self.assertEqual(self._prepared(wizard), {"second_reminder": 1})
        self.assertEqual(procedure.late_entry, "first", "the preview keeps nothing")
        wizard.action_start()
        self.assertEqual(procedure.late_entry, "reached")
        self.assertEqual(self._run(TODAY).stage_id.kind, "second_reminder")

    def test_as_claimed_before(self):
        """Debts older than N days go on after the stage, the others start."""
        old = self._invoice(self.business, 100, "2026-01-31")
        other = self._create_debtor("Boulangerie Exemple", is_company=True)
        limit = self._invoice(other, 100, "2026-05-16")
        public = self._invoice(self.public_body, 100, "2026-01-31")
        public.commercial_partner_id.recouvrement_profile = "public"
        public.recouvrement_profile = "public"
        wizard = self._open(
            entry="claimed", claimed_kind="second_reminder", claimed_days=30
        )
        wizard.action_preview()
        self.assertEqual(wizard.claimed_count, 2)
        self.assertFalse(old.recouvrement_stage_id)
        wizard.action_start()
        for invoice in old + public:
            self.assertEqual(invoice.recouvrement_stage_id.kind, "second_reminder")
            self.assertEqual(str(invoice.recouvrement_stage_date), TODAY)
            self.assertEqual(str(invoice.recouvrement_cycle_date), "2026-01-31")
        self.assertEqual(
            str(old.recouvrement_next_date), "2026-06-23", "8 days after today"
        )
        self.assertEqual(public.recouvrement_next_stage_id.kind, "public_claim")
        self.assertFalse(limit.recouvrement_stage_id, "30 days are not more than 30")
        self.assertEqual(self._run(TODAY).line_ids.filtered("stage_id").move_id, limit)
        notice = self._run("2026-06-23")
        self.assertEqual(notice.line_ids.filtered("stage_id").move_id, old)
        self.assertEqual(notice.stage_id.kind, "formal_notice")

    def test_a_procedure_without_the_stage_takes_the_one_before(self):
        """Nobody is taken as having had a formal notice that its procedure lacks."""
        invoice = self._invoice(self.public_body, 100, "2026-01-31")
        invoice.commercial_partner_id.recouvrement_profile = "public"
        invoice.recouvrement_profile = "public"
        self._open(entry="claimed", claimed_kind="formal_notice").action_start()
        self.assertEqual(invoice.recouvrement_stage_id.kind, "second_reminder")

    def test_what_was_claimed_further_stays(self):
        invoice = self._invoice(self.business, 100, "2026-01-31")
        for _stage in range(2):
            day = str(invoice.recouvrement_next_date)
            self._approve_and_send(self._run(day), day)
        reached = invoice.recouvrement_stage_date
        self._open(entry="claimed", claimed_kind="reminder").action_start()
        self.assertEqual(invoice.recouvrement_stage_id.kind, "second_reminder")
        self.assertEqual(invoice.recouvrement_stage_date, reached)

    def test_what_is_not_followed_is_not_taken_as_claimed(self):
        before = self._invoice(self.business, 100, "2024-01-31")
        insolvent = self._create_debtor("Société en sauvegarde", is_company=True)
        frozen = self._invoice(insolvent, 100, "2026-01-31")
        insolvent.recouvrement_insolvency_date = "2026-05-20"
        waiting = self._invoice(self.consumer, 100, "2026-01-31")
        self.assertTrue(self._run(TODAY))
        wizard = self._open(entry="claimed")
        wizard.action_start()
        for invoice in before + waiting:
            self.assertFalse(invoice.recouvrement_stage_id)
        self.assertFalse(frozen.recouvrement_next_date)

    # ------------------------------------------------------------------
    # Preview and start
    # ------------------------------------------------------------------

    def test_preview_tells_what_is_left_out(self):
        self._invoice(self.business, 100, "2026-05-01")
        self._invoice(self.consumer, 200, "2024-01-31")
        self._receive(self.public_body, 50, "2026-05-03")
        self._invoice(self.public_body, 40, "2026-05-01")
        wizard = self._open()
        wizard.action_preview()
        self.assertEqual(wizard.page, "preview")
        self.assertEqual(wizard.action_count, 1)
        self.assertEqual(wizard.step_ids.amount, 100)
        self.assertEqual(
            [(row.debtor_count, row.amount) for row in wizard.excluded_ids],
            [(1, 200), (1, 0)],
        )
        wizard.action_back()
        self.assertEqual(wizard.page, "answers")
        wizard.start_date = False
        wizard.action_preview()
        self.assertEqual(wizard.action_count, 2)

    def test_preview_keeps_nothing(self):
        invoice = self._invoice(self.business, 100, "2024-01-31")
        before = invoice.recouvrement_next_date
        self._open(start_date=False, auto=True, entry="claimed").action_preview()
        self.assertFalse(invoice.recouvrement_stage_id)
        self.assertEqual(invoice.recouvrement_next_date, before)
        self.assertFalse(self.company.recouvrement_auto)
        self.assertFalse(self.company.recouvrement_start_date)
        self.assertFalse(self.env["recouvrement.run"].search([], limit=1))

    def test_starting_writes_the_settings_and_sends_nothing(self):
        self._invoice(self.business, 100, "2026-05-01")
        old = self._invoice(self.business, 100, "2024-01-31")
        mails = self.env["mail.mail"].search_count([])
        action = self._open(auto=True).action_start()
        self.assertEqual(str(self.company.recouvrement_start_date), "2025-06-15")
        self.assertTrue(self.company.recouvrement_auto)
        self.assertFalse(old.recouvrement_next_date)
        self.assertFalse(self.env["recouvrement.action"].search([]))
        self.assertFalse(self.env["recouvrement.run"].search([]))
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)
        today = self.env.ref("l10n_fr_recouvrement.menu_recouvrement_todo").action
        self.assertEqual(action["params"]["next"]["id"], today.id)
        self.assertIn("recouvrement_run_wizard_action", self._help(self.manager))

    def test_invoices_taken_as_claimed_say_where_their_stage_comes_from(self):
        old = self._invoice(self.business, 100, "2026-01-31")
        recent = self._invoice(self.business, 100, "2026-06-01")
        notes = {move: len(move.message_ids) for move in old + recent}
        wizard = self._open(entry="claimed")
        wizard.action_preview()
        self.assertEqual(len(old.message_ids), notes[old], "the preview writes none")
        wizard.action_start()
        note = old.message_ids[0]
        self.assertIn("Taken as claimed before", note.preview)
        self.assertIn(old.recouvrement_stage_id.name, note.preview)
        self.assertEqual(note.author_id, self.manager.partner_id)
        self.assertEqual(note.subtype_id, self.env.ref("mail.mt_note"))
        self.assertEqual(len(recent.message_ids), notes[recent])

    def test_an_empty_company_starts_too(self):
        wizard = self._open()
        self.assertEqual(len(wizard.line_ids), 11)
        wizard.action_preview()
        self.assertFalse(wizard.action_count)
        wizard.action_start()
        self.assertTrue(self.company.recouvrement_start_date)

    def test_shared_procedures_are_named(self):
        """What changes for other companies is said before it does."""
        self._create_company(name="Autre société")
        procedure = self._invoice(
            self.business, 1, "2026-05-01"
        ).recouvrement_procedure_id
        self.assertFalse(self._open(entry="first").shared_names)
        wizard = self._open(entry="reached")
        self.assertEqual(wizard.shared_names, procedure.with_user(self.manager).name)
        procedure.company_id = self.company
        self.assertFalse(self._open(entry="reached").shared_names)

    def test_queries_do_not_grow_with_invoices(self):
        def count():
            wizard = self._open(entry="claimed")
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            wizard.line_ids.unlink()
            wizard.action_start()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        self._invoice(self.business, 1, "2026-02-01")
        self._invoice(self.consumer, 1, "2026-02-01")
        count()
        few = count()
        for amount in range(1, 11):
            self._invoice(self.business, amount, "2026-02-01")
        count()
        self.assertLessEqual(count(), few + 2)

    # ------------------------------------------------------------------
    # Who
    # ------------------------------------------------------------------

    def test_only_managers_start(self):
        wizard = self._open()
        for name, group in (
            ("facturation", "account.group_account_invoice"),
            ("comptable", "account.group_account_user"),
            ("auditeur", "account.group_account_readonly"),
            ("relance", "l10n_fr_recouvrement.group_recovery_officer"),
            ("salarie", "base.group_user"),
        ):
            user = self._create_user(name, group)
            with self.assertRaises(AccessError):
                wizard.with_user(user).create({})
            for method in ("action_preview", "action_start", "action_back"):
                with self.assertRaises(AccessError):
                    self.env.invalidate_all()
                    getattr(wizard.with_user(user), method)()
        self.assertFalse(self.company.recouvrement_start_date)
        action = self.env.ref("l10n_fr_recouvrement.recouvrement_start_wizard_action")
        self.assertEqual(
            action.group_ids,
            self.env.ref("l10n_fr_recouvrement.group_recovery_manager"),
        )

    def test_answers_are_those_of_who_gives_them(self):
        other = self._create_user(
            "adjointe", "l10n_fr_recouvrement.group_recovery_manager"
        )
        wizard = self._open()
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertRaises(AccessError):
            wizard.with_user(other).action_start()

    def test_nobody_starts_another_company(self):
        stranger = new_test_user(
            self.env,
            "etranger",
            groups="l10n_fr_recouvrement.group_recovery_manager",
            company_id=self._create_company(name="Autre société").id,
        )
        with self.assertRaises(AccessError):
            self.env["recouvrement.start.wizard"].with_user(stranger).create(
                {"company_id": self.company.id}
            )

    # ------------------------------------------------------------------
    # The list of the day
    # ------------------------------------------------------------------

    def _help(self, user):
        """What the menu “To do today” says of an empty list."""
        menu = self.env.ref("l10n_fr_recouvrement.menu_recouvrement_todo")
        return menu.action.with_user(user).run()["help"]

    def test_empty_list_tells_that_nothing_was_started(self):
        manager = self.manager
        manager.lang = "en_US"
        self.assertIn("has not been started", self._help(manager))
        self.assertIn("recouvrement_start_wizard_action", self._help(manager))
        officer = self._create_user(
            "relance", "l10n_fr_recouvrement.group_recovery_officer"
        )
        self.assertIn("alert", self._help(officer))
        self.assertNotIn("recouvrement_start_wizard_action", self._help(officer))
        self.company.recouvrement_auto = True
        self.assertNotIn("alert", self._help(manager))
        self.company.recouvrement_auto = False
        self._invoice(self.business, 100, "2026-05-01")
        action = self._run(TODAY)
        self.assertIn("alert", self._help(manager))
        self._approve_and_send(action, TODAY)
        self.assertNotIn("alert", self._help(manager))

    def test_the_hint_goes_when_somebody_starts(self):
        """Whatever the answers: without the daily job and from no day on."""
        self.assertIn("alert", self._help(self.manager))
        self._open(start_date=False, auto=False).action_start()
        self.assertEqual(str(self.company.recouvrement_started_on), TODAY)
        self.assertNotIn("alert", self._help(self.manager))

    def test_what_a_browser_keeps_never_tells_that_nothing_was_started(self):
        """Browsers keep window actions; the menu asks anew each time."""
        action = self.env.ref("l10n_fr_recouvrement.recouvrement_action_todo_action")
        help_message = action.with_user(self.manager).sudo()._get_action_dict()["help"]
        self.assertNotIn("alert", help_message)

    def test_who_only_reads_is_not_asked_to_prepare(self):
        self.company.recouvrement_auto = True
        for group, officer in (
            ("account.group_account_readonly", False),
            ("account.group_account_invoice", False),
            ("l10n_fr_recouvrement.group_recovery_officer", True),
        ):
            user = self._create_user(group.split("_")[-1], group)
            self.assertEqual(
                "recouvrement_run_wizard_action" in self._help(user), officer, group
            )
