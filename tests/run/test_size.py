"""What a book of any size takes: the memory of a batch, however many owe."""

import gc
import tracemalloc
from datetime import date
from unittest.mock import patch

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tools import SQL

from odoo.addons.l10n_fr_recouvrement.models.run.recouvrement_start import StartAnswers
from odoo.addons.l10n_fr_recouvrement.models.settings import batches

from ..books import multiply
from ..common import RecouvrementCase

TODAY = date(2026, 6, 15)
# Debtors that Odoo makes; the others are copies.
MADE = 10
# What the memory of a bigger book may be beyond what is expected.
TOLERANCE = 1.3


def _debtor(number):
    return {
        "name": f"Débiteur {number}",
        "is_company": True,
        "street": "1 rue de l’Essai",
        "zip": "75001",
        "city": "Paris",
        "email": f"debiteur{number}@example.com",
    }


class SizeCase(RecouvrementCase):
    """Debtors with an overdue invoice each, as many as a test asks for."""

    batch_size = 100

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        debtors = cls.env["res.partner"].create(
            [_debtor(number) for number in range(MADE)]
        )
        cls.made = cls.env["account.move"].create(
            [
                {
                    "move_type": "out_invoice",
                    "partner_id": debtor.id,
                    "invoice_date": "2026-04-01",
                    "invoice_date_due": "2026-04-30",
                    "invoice_line_ids": [
                        Command.create(
                            {"name": "Vente", "price_unit": 100, "tax_ids": []}
                        )
                    ],
                }
                for debtor in debtors
            ]
        )
        cls.made.action_post()
        cls.stage = cls.env.ref("l10n_fr_recouvrement.stage_business_reminder")
        cls.engine = cls.env["recouvrement.engine"]

    def setUp(self):
        super().setUp()
        frozen = freeze_time(TODAY)
        frozen.start()
        self.addCleanup(frozen.stop)
        batched = patch.object(batches, "BATCH_SIZE", self.batch_size)
        batched.start()
        self.addCleanup(batched.stop)
        self.debtors = self.made.partner_id

    def _grow(self, count):
        """Let there be ``count`` debtors; return their invoices."""
        missing = count - len(self.debtors)
        copied = multiply(self.made, missing // MADE)
        self.debtors |= copied
        return self.env["account.move"].search([("partner_id", "in", self.debtors.ids)])

    def _peak(self, function):
        """Bytes that a call takes at most, what it writes included."""
        self.env.flush_all()
        self.env.invalidate_all()
        gc.collect()
        tracemalloc.start()
        try:
            function()
            self.env.flush_all()
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    def _peaks(self, function, few=200, many=500):
        """Bytes of a call with few debtors, and with many."""
        self._grow(few)
        function()
        small = self._peak(function)
        self._grow(many)
        return small, self._peak(function)


class TestMemoryOfPreviews(SizeCase):
    """Looking at a book keeps no more of it than it shows."""

    def test_debtors_take_memory_in_proportion(self):
        self._grow(1000)
        for planned_only in (True, False):

            def collect(count, planned_only=planned_only):
                return self.engine._collect(
                    self.company, TODAY, self.debtors[:count], planned_only=planned_only
                )

            self.assertEqual(len(collect(500)), 500)
            small = self._peak(lambda: collect(500))
            large = self._peak(lambda: collect(1000))
            self.assertLess(large, 2 * TOLERANCE * small)

    def test_preview_of_a_run_keeps_the_accounts_of_a_batch(self):
        def collect():
            debtors = self.engine._find_debtors(self.company, TODAY)
            parts = self.engine._collect_in_batches(self.company, TODAY, debtors)
            self.assertEqual(sum(map(len, parts)), len(self.debtors))

        small, large = self._peaks(collect)
        self.assertLess(large, TOLERANCE * small)

    def test_preview_shows_all_of_a_book_of_several_batches(self):
        self._grow(250)
        wizard = self.env["recouvrement.run.wizard"].create({})
        self.assertEqual(wizard.due_line_ids.partner_id, self.debtors)
        self.assertEqual(wizard.due_count, 250)
        self.assertFalse(wizard.excluded_count)

    def test_preview_of_the_start_keeps_a_batch(self):
        answers = StartAnswers(None, False, "first")

        def simulate():
            preview = self.env["recouvrement.start"]._simulate(
                self.company, TODAY, answers
            )
            [step] = preview.steps
            self.assertEqual(step["debtor_count"], len(self.debtors))

        small, large = self._peaks(simulate)
        self.assertLess(large, TOLERANCE * small)

    def test_what_is_left_out_is_read_by_batches(self):
        def explain():
            rows = self.engine._explain_left_out(self.company, TODAY, [])
            self.assertEqual(len(rows), len(self.debtors))

        # A row each is kept.
        small, large = self._peaks(explain, few=200, many=400)
        self.assertLess(large, 1.5 * TOLERANCE * small)


class TestMemoryOfWriting(SizeCase):
    """What concerns every open invoice is written by batches, and forgotten."""

    def _next_dates(self):
        self.env.flush_all()
        groups = self.env["account.move"]._read_group(
            [("partner_id", "in", self.debtors.ids)],
            ["recouvrement_next_date:day"],
            ["__count"],
        )
        return [count for _day, count in groups]

    def _assert_flat(self, function, **sizes):
        small, large = self._peaks(function, **sizes)
        self.assertLess(large, TOLERANCE * small)

    def test_editing_a_stage(self):
        def edit():
            self.stage.delay += 30

        self._assert_flat(edit)
        self.assertEqual(self._next_dates(), [len(self.debtors)])
        move = self.env["account.move"].search(
            [("partner_id", "in", self.debtors.ids)], limit=1
        )
        planned = move.recouvrement_next_date
        self.env.add_to_compute(move._fields["recouvrement_next_date"], move)
        self.assertEqual(move.recouvrement_next_date, planned)

    def test_changing_a_setting(self):
        def change():
            company = self.company
            company.recouvrement_start_date = (
                False if company.recouvrement_start_date else "2026-05-15"
            )

        self._assert_flat(change)
        self.company.recouvrement_start_date = "2026-05-15"
        self.env.flush_all()
        self.assertFalse(
            self.env["account.move"].search_count(
                [
                    ("partner_id", "in", self.debtors.ids),
                    ("recouvrement_next_date", "!=", False),
                ]
            )
        )

    def test_starting(self):
        def start():
            self.env["recouvrement.start"]._start(
                self.company, TODAY, StartAnswers(date(2026, 1, 1), False, "first")
            )
            self.company.recouvrement_start_date = False

        self._assert_flat(start)

    def test_starting_with_what_was_claimed_before(self):
        answers = StartAnswers(None, False, "claimed", "reminder", 10)

        def start():
            self.env["recouvrement.start"]._start(self.company, TODAY, answers)
            self._forget_stages()

        self._assert_flat(start, many=400)
        self.env["recouvrement.start"]._start(self.company, TODAY, answers)
        moves = self._grow(len(self.debtors))
        self.assertEqual(moves.recouvrement_stage_id, self.stage)
        self.assertEqual(len(moves.filtered("recouvrement_stage_id")), len(moves))

    def _forget_stages(self):
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE account_move SET recouvrement_stage_id = NULL,"
                " recouvrement_stage_date = NULL, recouvrement_cycle_date = NULL"
                " WHERE recouvrement_stage_id = %s",
                self.stage.id,
            )
        )
        self.env["account.move"].invalidate_model()

    def test_adopting(self):
        moves = self.env["account.move"]

        def adopt():
            self.env.flush_all()
            self.env.cr.execute(
                "UPDATE account_move SET recouvrement_profile = NULL,"
                " recouvrement_procedure_id = NULL, recouvrement_next_date = NULL,"
                " recouvrement_rate_basis = NULL"
            )
            self.env.invalidate_all()
            moves._recouvrement_adopt_open_invoices()

        self._assert_flat(adopt)
        adopted = moves.search([("partner_id", "in", self.debtors.ids)])
        self.assertEqual(set(adopted.mapped("recouvrement_profile")), {"business"})
        self.assertEqual(set(adopted.mapped("recouvrement_rate_basis")), {"ecb"})
        self.assertTrue(all(adopted.mapped("recouvrement_next_date")))

    def test_what_does_not_change_is_not_written(self):
        self._grow(250)
        self.env.flush_all()
        before = self._versions()
        self.stage.delay = self.stage.delay
        self.stage.procedure_id.late_entry = self.stage.procedure_id.late_entry
        self.company.recouvrement_start_date = self.company.recouvrement_start_date
        # The last stage moves: the next step stays.
        self.stage.procedure_id.stage_ids.filtered("active")[-1].payment_days += 1
        self.stage.procedure_id._refresh_open_invoices()
        self.env.flush_all()
        self.assertEqual(self._versions(), before)

    def _versions(self):
        return self.env.execute_query(
            SQL("SELECT id, ctid FROM account_move ORDER BY id")
        )


class TestActionsThatFollow(SizeCase):
    """Actions that wait follow the account, at once or by the scheduled job."""

    batch_size = 40

    def _make_actions(self, count):
        self._grow(count)
        waiting = self.env["recouvrement.action"].search(
            [("company_id", "=", self.company.id)]
        )
        new = self.debtors - waiting.partner_id
        run = self.env["recouvrement.run"].create({"company_id": self.company.id})
        self.engine._create_actions(run, self.engine._collect(self.company, TODAY, new))
        return (run.action_ids | waiting).sudo()

    def test_refreshing_keeps_a_batch(self):
        actions = self._make_actions(80)
        actions._refresh()
        small = self._peak(actions._refresh)
        actions = self._make_actions(140)
        large = self._peak(actions._refresh)
        self.assertLess(large, TOLERANCE * small)

    def test_many_are_left_to_the_scheduled_job(self):
        actions = self._make_actions(60)
        cron = self.env.ref("l10n_fr_recouvrement.cron_follow_account")
        triggers = self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])
        self.env.cr.flush()
        self.company.recouvrement_start_date = "2026-05-15"
        self.env.cr.flush()
        self.assertEqual(set(actions.mapped("is_outdated")), {True})
        self.assertEqual(set(actions.mapped("state")), {"to_approve"})
        self.assertGreater(
            self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)]),
            triggers,
        )
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.assertEqual(set(actions.mapped("state")), {"cancelled"})
        self.assertFalse(any(actions.mapped("is_outdated")))

    def test_few_follow_at_once(self):
        actions = self._make_actions(40)
        self.env.cr.flush()
        self.company.recouvrement_start_date = "2026-05-15"
        self.env.cr.flush()
        self.assertEqual(set(actions.mapped("state")), {"cancelled"})

    def test_approving_brings_up_to_date_what_waits_for_the_job(self):
        actions = self._make_actions(60)
        self.env.cr.flush()
        self.company.recouvrement_start_date = "2026-05-15"
        self.env.cr.flush()
        actions[0].action_approve()
        self.assertEqual(actions[0].state, "cancelled")
        self.assertFalse(actions[0].is_outdated)
