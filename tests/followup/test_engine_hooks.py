"""The hooks of the engine, each used as an addon of an integrator would use it."""

from datetime import date, timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.l10n_fr_recouvrement.models.run.recouvrement_start import (
    StartAnswers,
)

from ..common import RecouvrementCase
from ..hooks import Extending

TODAY = "2026-05-05"
ENGINE = "recouvrement.engine"


class HookCase(Extending, RecouvrementCase):
    """Debtors, and models that a test extends."""

    def _make(self):
        """Start the run of today; return its actions in the order they were made."""
        return self._run(TODAY).sorted("id")

    def _engine(self):
        return self.env[ENGINE].with_company(self.company)

    def _collect(self, day=TODAY, engine=ENGINE, partners=None, **options):
        return self.env[engine]._collect(
            self.company, date.fromisoformat(day), partners or self.business, **options
        )

    def _preview(self, day=TODAY):
        with freeze_time(day):
            action = self.env["recouvrement.run.wizard"].action_open()
            return self.env[action["res_model"]].browse(action["res_id"])

    def _waiting(self, partner=None):
        return self.env["recouvrement.action"].search(
            [
                ("partner_id", "=", (partner or self.business).id),
                ("state", "in", ("to_approve", "ready", "todo", "failed")),
            ],
            order="id",
        )

    def _commit(self):
        """What Odoo does before the end of a transaction."""
        self.env.flush_all()
        self.env.cr.precommit.run()

    @classmethod
    def _site_invoice(cls, amount, site, due="2026-05-01", partner=None, **vals):
        return cls._invoice(
            partner or cls.business, amount, due, invoice_origin=site, **vals
        )

    def _group_by_site(self):
        """One letter for each building site, which the origin of an invoice names."""
        self._extend(
            ENGINE,
            "_get_item_columns",
            lambda engine, super_: {
                **super_(),
                "site": SQL("move.invoice_origin"),
            },
        )
        self._extend(
            ENGINE,
            "_grouping_key",
            lambda engine, super_, row: (*super_(row), row["site"]),
        )


@freeze_time(TODAY)
class TestLetters(HookCase):
    """`_grouping_key`: several letters of one debtor, nothing lost, nothing twice."""

    def setUp(self):
        super().setUp()
        self._group_by_site()
        self.lyon = self._site_invoice(100, "Lyon", due="2026-04-30")
        self.paris = self._site_invoice(50, "Paris")

    def _claims(self, actions):
        """What each letter claims and lists, credits negative."""
        return [
            (
                action.letter_key,
                action.amount_invoices - action.amount_credits,
                action.line_ids.mapped("balance"),
            )
            for action in actions
        ]

    def test_a_run_makes_a_letter_for_each(self):
        actions = self._make()
        self.assertEqual(
            self._claims(actions),
            [('["Lyon"]', 100, [100]), ('["Paris"]', 50, [50])],
        )
        self.assertEqual(
            [action.line_ids.move_id for action in actions], [self.lyon, self.paris]
        )

    def test_items_without_a_key_share_the_letter_of_the_account(self):
        other, another = self._site_invoice(10, False), self._site_invoice(20, "")
        actions = self._make()
        self.assertEqual(actions.mapped("letter_key").count(False), 1)
        whole = actions.filtered(lambda action: not action.letter_key)
        self.assertEqual(whole.line_ids.move_id, other + another)

    def test_due_lines_of_an_invoice_stay_together(self):
        self._extend(
            ENGINE,
            "_grouping_key",
            lambda engine, super_, row: (*super_(row), row["id"]),
        )
        invoice = self._invoice_in_two(self.consumer, 100, "2026-03-01", 30)
        action = self._run(TODAY).filtered(lambda a: a.partner_id == self.consumer)
        self.assertEqual(len(action), 1)
        self.assertEqual(len(action.line_ids), 2)
        self.assertEqual(action.line_ids.move_id, invoice)
        self.assertEqual(action.invoice_count, 1)

    def test_each_is_refreshed_by_its_own_debts(self):
        lyon, paris = actions = self._make()
        self._pay(self.lyon, 40, TODAY)
        self._commit()
        self.assertEqual(set(actions.mapped("state")), {"to_approve"})
        self.assertEqual([lyon.amount_total, paris.amount_total], [60, 50])
        self._site_invoice(30, "Paris", due="2026-05-02")
        actions.sudo()._refresh()
        self.assertEqual([lyon.amount_total, paris.amount_total], [60, 80])
        self._pay(self.lyon, 60, TODAY)
        self._commit()
        self.assertEqual([lyon.state, paris.state], ["cancelled", "to_approve"])
        self.assertEqual(paris.amount_total, 80)

    def test_a_credit_is_deducted_once(self):
        """From the oldest debts whatever their letter: together they claim what the
        account owes."""
        self._receive(self.business, 30, TODAY)
        lyon, paris = self._make()
        self.assertEqual([lyon.amount_total, paris.amount_total], [70, 50])
        self.assertFalse(paris.amount_credits)
        self._receive(self.business, 90, TODAY)
        self._commit()
        self.assertEqual(lyon.state, "cancelled", "its debts are covered")
        self.assertEqual(
            self._claims(paris), [('["Paris"]', 30, [50, -20])], "100 of 120 are Lyon's"
        )
        self.assertEqual(paris.line_ids[-1].amount_original, 90)

    def test_a_credit_that_covers_all_is_left_with_the_account(self):
        self._receive(self.business, 200, TODAY)
        candidates = self._collect()
        self.assertEqual([c.amount for c in candidates], [0, 0])
        [account] = {id(c.account): c.account for c in candidates}.values()
        self.assertEqual(list(account.unused.values()), [50])
        self.assertEqual([bool(c.excluded) for c in candidates], [True, True])
        self.assertFalse(self._run(TODAY))

    def test_a_credit_note_of_one_site_is_no_letter(self):
        self._credit_note(self.business, 20, TODAY, invoice_origin="Paris")
        lyon, paris = self._make()
        self.assertEqual([lyon.amount_total, paris.amount_total], [80, 50])

    def test_both_are_sent_and_go_on(self):
        actions = self._make()
        self._approve_and_send(actions, TODAY)
        self.assertEqual(set(actions.mapped("state")), {"sent"})
        reached = (self.lyon + self.paris).mapped("recouvrement_stage_id")
        self.assertEqual(reached, actions.stage_id)
        following = self._run("2026-05-18")
        self.assertEqual(
            sorted(following.mapped("letter_key")), ['["Lyon"]', '["Paris"]']
        )
        self.assertNotEqual(following.stage_id, actions.stage_id)

    def test_they_leave_together_and_the_interval_is_the_debtor_s(self):
        """A debtor is left alone by the day, however many letters it gets."""
        lyon, paris = self._make()
        self._approve_and_send(lyon, TODAY)
        self._site_invoice(70, "Nantes", due="2026-05-02")
        self.assertFalse(self._run("2026-05-06"), "one waits")
        self._approve_and_send(paris, TODAY)
        self.assertFalse(self._run("2026-05-06"), "contacted yesterday")
        [line] = self._preview("2026-05-06").excluded_line_ids.filtered(
            lambda line: line.amount == 70
        )
        self.assertIn("Contacted less than", line.reason)
        self.assertEqual(self._run("2026-05-11").letter_key, '["Nantes"]')

    def test_the_smallest_debt_is_that_of_the_debtor(self):
        self.lyon.recouvrement_procedure_id.min_amount_debtor = 120
        self.assertEqual(len(self._run(TODAY)), 2)

    def test_the_smallest_debt_keeps_all_its_letters_back(self):
        self.lyon.recouvrement_procedure_id.min_amount_debtor = 151
        self.assertFalse(self._run(TODAY))

    def test_preview_shows_each(self):
        lines = self._preview().due_line_ids
        self.assertEqual(lines.mapped("amount"), [100, 50])

    def test_one_comes_back_while_another_waits(self):
        lyon, paris = self._make()
        self._approve_and_send(lyon, TODAY)
        lyon.sudo().state = "returned"
        result = lyon._resend("letter")
        again = self.env["recouvrement.action"].browse(result["res_id"])
        self.assertEqual(self._claims(again), [('["Lyon"]', 100, [100])])
        self.assertEqual(paris.state, "to_approve")
        (again + paris).sudo()._refresh()
        self.assertEqual([again.amount_total, paris.amount_total], [100, 50])

    def test_an_invoice_that_changes_sites_changes_letters(self):
        lyon, paris = self._make()
        second = self._site_invoice(10, "Lyon", due="2026-05-02")
        self.lyon.invoice_origin = "Paris"
        (lyon + paris).sudo()._refresh()
        self.assertEqual(lyon.state, "cancelled", "it claimed nothing else")
        self.assertEqual(paris.line_ids.move_id, self.lyon + self.paris)
        self.assertEqual(paris.line_ids.filtered("own_stage_id").move_id, self.paris)
        self._approve_and_send(paris, TODAY)
        self.assertEqual(self.lyon.recouvrement_stage_id, paris.stage_id)
        actions = self._run("2026-05-11")
        self.assertEqual(
            actions.line_ids.move_id, second, "the other has time to pay still"
        )

    def test_merged_debtors_keep_a_letter_for_each(self):
        twin = self._create_debtor("Menuiserie Exemple SARL", is_company=True)
        other = self._site_invoice(30, "Lyon", partner=twin)
        self._run(TODAY)
        self.env["base.partner.merge.automatic.wizard"].with_context(
            active_model="res.partner", active_ids=(twin + self.business).ids
        ).create({"dst_partner_id": self.business.id}).action_merge()
        self._commit()
        actions = self._waiting()
        self.assertEqual(len(actions), 2)
        self.assertEqual(
            sorted((a.letter_key, a.amount_invoices) for a in actions),
            [('["Lyon"]', 130), ('["Paris"]', 50)],
        )
        self.assertIn(other, actions.line_ids.move_id)

    def test_statements_foot_with_their_letters(self):
        """What a credit pays is told once, in the statement of the letter that deducts
        it; the statement of the debtor tells all of it."""
        self._receive(self.business, 120, TODAY)
        actions = self._make()
        stages = actions.stage_id
        stages.show_penalties = True
        actions.sudo()._refresh()
        [paris] = actions.filtered(lambda action: action.state == "to_approve")
        service = self.env["report.l10n_fr_recouvrement.report_statement"]
        day = date.fromisoformat(TODAY)
        [(_account, statement)] = service._get_account_statements(
            paris._get_invoices(), day
        )
        enclosures = self.env["recouvrement.enclosure"]
        self.assertFalse(enclosures._check_statement(paris, statement))
        self.assertEqual(statement["parts"][0]["sums"]["principal"], 30)
        [(_account, whole)] = service._get_account_statements(
            self.lyon + self.paris, day
        )
        self.assertEqual(whole["parts"][0]["sums"]["principal"], 30)

    def test_a_statement_of_account_tells_the_whole_account(self):
        """A letter that somebody asks for is about what they ask: no key splits it."""
        actions = self._make()
        wizard = (
            self.env["recouvrement.letter.wizard"]
            .with_context(active_model="res.partner", active_ids=self.business.ids)
            .create({})
        )
        wizard.stage_id = wizard.stage_ids.filtered(
            lambda stage: stage.kind == "account_statement"
        )
        letter = self.env["recouvrement.action"].browse(wizard.action_write()["res_id"])
        self.assertEqual(letter.line_ids.move_id, self.lyon + self.paris)
        (letter + actions).sudo()._refresh()
        self.assertEqual(letter.line_ids.move_id, self.lyon + self.paris)
        self.assertEqual(actions.mapped("amount_total"), [100, 50])

    def test_the_preview_of_a_text_shows_one_letter(self):
        engine_letter = self.env["recouvrement.preview"]._make_candidate(
            self.company,
            self.env.ref("l10n_fr_recouvrement.stage_business_reminder"),
            self.business,
        )
        self.assertEqual(engine_letter.move_ids, self.lyon.ids)

    def test_what_waited_before_the_key_was_added_is_not_lost(self):
        self.patch(
            type(self.env[ENGINE]),
            "_grouping_key",
            lambda engine, row: (row["partner_id"], row["currency_id"]),
        )
        plain = self._site_invoice(10, False)
        before = self._run(TODAY)
        self.assertEqual(len(before), 1)
        self._group_by_site()
        before.sudo()._refresh()
        self.assertEqual(before.line_ids.move_id, plain)
        self._approve_and_send(before, TODAY)
        after = self._run("2026-05-11")
        claimed = after.line_ids.filtered("stage_id").move_id
        self.assertEqual(claimed & (self.lyon + self.paris), self.lyon + self.paris)
        self.assertEqual(len(after), 2)

    def test_queries_do_not_grow_with_letters(self):
        def count(partner, sites):
            for site in range(sites):
                self._site_invoice(10, f"S{site}", partner=partner)
            run = self.env["recouvrement.run"].create({"company_id": self.company.id})
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            run.action_start()
            self.env.flush_all()
            self.assertEqual(len(run.action_ids), sites)
            return self.env.cr.sql_log_count - before

        self._run(TODAY)
        count(self._create_debtor("Zéro", is_company=True), 2)
        few = count(self._create_debtor("Peu", is_company=True), 2)
        many = count(self._create_debtor("Beaucoup", is_company=True), 20)
        self.assertLessEqual(many, few + 5)


@freeze_time(TODAY)
class TestColumns(HookCase):
    """`_get_item_columns`: what an addon reads with the open items."""

    def setUp(self):
        super().setUp()
        self._extend(
            ENGINE,
            "_get_item_columns",
            lambda engine, super_: {
                **super_(),
                "site": SQL("move.invoice_origin"),
                "town": SQL("debtor.city"),
            },
        )
        self.lyon = self._site_invoice(100, "Lyon")
        self.paris = self._site_invoice(50, "Paris")

    def test_conditions_read_them(self):
        self._extend(
            ENGINE,
            "_stage_condition",
            lambda engine, super_, candidate, move, stage: (
                candidate.rows[move.id]["site"] != "Lyon"
                and super_(candidate, move, stage)
            ),
        )
        action = self._run(TODAY)
        self.assertEqual(action.line_ids.filtered("stage_id").move_id, self.paris)

    def test_lines_read_them(self):
        self._extend(
            ENGINE,
            "_prepare_action_line_vals",
            lambda engine, super_, candidate, row, claimed: {
                **super_(candidate, row, claimed),
                "label": f"{row['name']}, {row['site']} ({row['town']})",
            },
        )
        action = self._run(TODAY)
        labels = [
            f"{self.lyon.name}, Lyon (Paris)",
            f"{self.paris.name}, Paris (Paris)",
        ]
        self.assertEqual(action.line_ids.mapped("label"), labels)
        action.sudo()._refresh()
        self.assertEqual(action.line_ids.mapped("label"), labels)

    def test_a_past_day_has_them(self):
        with freeze_time("2026-05-20"):
            [candidate] = self._collect(engine="recouvrement.engine.past")
            self.assertEqual(
                [(row["site"], row["town"]) for row in candidate.debts],
                [("Lyon", "Paris"), ("Paris", "Paris")],
            )
            self._extend(
                ENGINE,
                "_grouping_key",
                lambda engine, super_, row: (*super_(row), row["site"]),
            )
            self.assertEqual(
                [
                    candidate.letter_key
                    for candidate in self._collect(engine="recouvrement.engine.past")
                ],
                ['["Lyon"]', '["Paris"]'],
            )
            wizard = self.env["recouvrement.run.wizard"].create({"date": TODAY})
            self.assertEqual(wizard.due_line_ids.mapped("amount"), [100, 50])


@freeze_time(TODAY)
class TestClaimable(HookCase):
    """`_claimable_domain`: what it leaves out is claimed by nothing."""

    def setUp(self):
        super().setUp()
        self.other = self._create_debtor("Charpente Exemple", is_company=True)
        self.kept = self._site_invoice(100, "Suivie")
        self.out = self._site_invoice(50, "Réservée")
        self.alone = self._site_invoice(30, "Réservée", partner=self.other)

    def _leave_out(self):
        self._extend(
            ENGINE,
            "_claimable_domain",
            lambda engine, super_, company, day: (
                super_(company, day) & Domain("invoice_origin", "not in", ["Réservée"])
            ),
        )

    def test_neither_picked_nor_claimed_with_others(self):
        self._leave_out()
        action = self._run(TODAY)
        self.assertEqual(action.partner_id, self.business)
        self.assertEqual(action.line_ids.move_id, self.kept)
        self.assertEqual(action.amount_total, 100)

    def test_the_invoice_shows_why(self):
        self.assertFalse(self.out.recouvrement_hold_reason)
        self._leave_out()
        self.env.invalidate_all()
        self.assertFalse(self.kept.recouvrement_hold_reason)
        self.assertIn("rule of your organisation", self.out.recouvrement_hold_reason)

    def test_the_daily_job_leaves_it_out(self):
        self._leave_out()
        self.company.recouvrement_auto = True
        with self.enter_registry_test_mode():
            self.env.ref("l10n_fr_recouvrement.cron_run").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(self._waiting().line_ids.move_id, self.kept)
        self.assertFalse(self._waiting(self.other))

    def test_what_is_left_out_keeps_its_share_of_a_credit(self):
        """Pro rata of what is due on the same day (C. civ. 1342-10)."""
        self._leave_out()
        self._receive(self.business, 20, TODAY)
        self.assertEqual(self._run(TODAY).amount_total, 86.67)

    def test_preview_says_why(self):
        self._leave_out()
        preview = self._preview()
        self.assertEqual(preview.due_line_ids.mapped("amount"), [100])
        reasons = preview.excluded_line_ids.mapped(
            lambda line: (line.partner_id, line.amount, line.reason, line.detail or "")
        )
        reason = "Left out by a rule of your organisation."
        self.assertCountEqual(
            reasons,
            [(self.business, 50, reason, ""), (self.other, 30, reason, "")],
        )

    def test_start_preview_and_ages_leave_it_out(self):
        self._leave_out()
        start = self.env["recouvrement.start"]
        day = date.fromisoformat(TODAY)
        preview = start._simulate(
            self.company, day, StartAnswers(None, auto=False, entry="reached")
        )
        self.assertEqual([step["amount"] for step in preview.steps], [100])
        self.assertEqual(sum(row["amount"] for row in preview.excluded), 80)
        ages = {row["age"]: row for row in start._read_ages(self.company, day)}
        self.assertEqual(ages["total"]["amount"], 100)

    def test_a_past_day_leaves_it_out(self):
        self._leave_out()
        with freeze_time("2026-05-20"):
            engine = self.env["recouvrement.engine.past"]
            day = date.fromisoformat(TODAY)
            debtors = engine._find_debtors(self.company, day)
            self.assertEqual(debtors, self.business)
            [candidate] = engine._collect(self.company, day, debtors)
            self.assertEqual(candidate.move_ids, self.kept.ids)

    def test_what_waits_drops_it(self):
        both, alone = self._make()
        self.assertEqual(both.line_ids.move_id, self.kept + self.out)
        self._leave_out()
        both.action_approve()
        self.assertEqual(both.line_ids.move_id, self.kept)
        self.assertEqual(both.amount_total, 100)
        alone.action_approve()
        self.assertEqual(alone.state, "cancelled")

    def test_what_waits_for_it_alone_keeps_its_debtor_from_nothing(self):
        _both, alone = self._make()
        self._leave_out()
        late = self._site_invoice(70, "Suivie", partner=self.other)
        action = self._run("2026-05-06").filtered(
            lambda action: action.partner_id == self.other
        )
        self.assertEqual(alone.state, "cancelled")
        self.assertEqual(action.line_ids.move_id, late)

    def test_another_reason_comes_before(self):
        self._leave_out()
        self.out.action_toggle_block_payment()
        self.assertIn(
            "Disputed", self._engine()._get_left_out_reason(self.company, self.out)
        )

    def test_a_rule_on_other_records(self):
        self._extend(
            ENGINE,
            "_claimable_domain",
            lambda engine, super_, company, day: (
                super_(company, day)
                & ~Domain("commercial_partner_id.name", "=", self.other.name)
                & ~Domain("invoice_line_ids.price_unit", "=", 50)
            ),
        )
        self.assertEqual(self._run(TODAY).line_ids.move_id, self.kept)
        with freeze_time("2026-05-20"):
            [candidate] = self._collect(
                engine="recouvrement.engine.past",
                partners=self.business + self.other,
            )
            self.assertEqual(candidate.move_ids, self.kept.ids)

    def test_it_asks_one_query_more_at_most_whoever_is_late(self):
        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self._collect(partners=self.business + self.other)
            return self.env.cr.sql_log_count - before

        count()
        plain = count()
        self._leave_out()
        self.assertLessEqual(count(), plain)


@freeze_time(TODAY)
class TestValues(HookCase):
    """The hooks that return values, and what becomes of them."""

    def setUp(self):
        super().setUp()
        self.first = self._site_invoice(100, "A")
        self.second = self._site_invoice(50, "B")

    def test_values_of_an_action_stay_when_it_is_refreshed(self):
        later = fields.Date.to_date(TODAY) + timedelta(days=3)
        self._extend(
            ENGINE,
            "_prepare_action_vals",
            lambda engine, super_, run, candidate, contact: {
                **super_(run, candidate, contact),
                "date_planned": later,
                "letter_note": f"<p>{len(candidate.move_ids)} factures</p>",
            },
        )
        action = self._run(TODAY)
        action.sudo()._refresh()
        self.assertEqual(action.date_planned, later)
        self.assertIn("2 factures", action.letter_note)

    def test_an_invoice_set_aside_is_neither_listed_nor_claimed(self):
        def set_aside(engine, super_, candidate):
            super_(candidate)
            candidate.debts = [row for row in candidate.debts if row["residual"] != 50]

        self._extend(ENGINE, "_set_aside", set_aside)
        action = self._run(TODAY)
        self.assertEqual(action.line_ids.move_id, self.first)
        self.assertEqual(action.amount_total, 100)
        action.sudo()._refresh()
        self.assertEqual(action.line_ids.move_id, self.first)
        self._approve_and_send(action, TODAY)
        self.assertFalse(self.second.recouvrement_stage_id)

    def test_nothing_is_made_where_all_is_set_aside(self):
        action = self._run(TODAY)
        self._extend(
            ENGINE,
            "_set_aside",
            lambda engine, super_, candidate: candidate.debts.clear(),
        )
        action.sudo()._refresh()
        self.assertEqual(action.state, "cancelled")
        self.assertFalse(self._collect())
        preview = self._preview()
        self.assertFalse(preview.due_line_ids)
        self.assertEqual(sum(preview.excluded_line_ids.mapped("amount")), 150)
        self.assertFalse(self._run(TODAY))

    def test_a_debtor_that_gets_no_letter_is_shown_with_the_reason(self):
        """``_get_exclusion``: a negotiation is under way with a large debtor."""
        self._extend(
            ENGINE,
            "_get_exclusion",
            lambda engine, super_, candidate: (
                super_(candidate)
                or ("Négociation en cours." if candidate.account.amount > 120 else "")
            ),
        )
        self.assertFalse(self._run(TODAY))
        [line] = self._preview().excluded_line_ids
        self.assertEqual((line.reason, line.amount), ("Négociation en cours.", 150))
        self._pay(self.second, 50, TODAY)
        self.assertEqual(self._run(TODAY).amount_total, 100)

    def test_reasons_and_their_detail_are_shown_in_the_preview(self):
        self.second.line_ids.no_followup = True

        def reason(engine, super_, company, move):
            if move.invoice_origin == "B":
                return "En médiation."
            return super_(company, move)

        self._extend(ENGINE, "_get_left_out_reason", reason)
        self._extend(
            ENGINE,
            "_get_left_out_detail",
            lambda engine, super_, move: f"dossier {move.invoice_origin}",
        )
        [line] = self._preview().excluded_line_ids
        self.assertEqual((line.reason, line.detail), ("En médiation.", "dossier B"))
        self.assertEqual(self.second.recouvrement_hold_reason, "En médiation.")

    def test_another_article_is_cited_and_kept(self):
        article = {"code": "business_margin", "article": "C. com. art. L441-10"}
        self._extend(
            ENGINE,
            "_get_legal_mentions",
            lambda engine, super_, candidate: [
                *super_(candidate),
                article,
            ],
        )
        action = self._run(TODAY)
        self.assertEqual(action.legal_mentions[-1], article)
        self._approve_and_send(action, TODAY)
        self.assertEqual(action.legal_mentions[-1], article)
