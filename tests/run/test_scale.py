from datetime import date
from unittest.mock import patch

from freezegun import freeze_time

from odoo.fields import Domain

from ..common import RecouvrementCase

# Of a run on one batch of debtors, however many they are and whatever they owe.
RUN_QUERIES = 50
# Of the preview of one.
PREVIEW_QUERIES = 30
# Of the reasons why invoices are not claimed, however many they are.
LEFT_OUT_QUERIES = 12


class TestScale(RecouvrementCase):
    """Queries do not grow with the number of debtors."""

    def _create_book(self, count, dues=("2026-04-30", "2026-05-20")):
        debtors = self.env["res.partner"].create(
            [
                {
                    "name": f"Débiteur {number}",
                    "is_company": True,
                    "street": "1 rue de l’Essai",
                    "zip": "75001",
                    "city": "Paris",
                    "email": f"debiteur{number}@example.com",
                }
                for number in range(count)
            ]
        )
        moves = self.env["account.move"].create(
            [
                {
                    "move_type": "out_invoice",
                    "partner_id": debtor.id,
                    "invoice_date": "2026-04-01",
                    "invoice_date_due": due,
                    "invoice_line_ids": [
                        (0, 0, {"name": "Vente", "price_unit": 100, "tax_ids": []})
                    ],
                }
                for debtor in debtors
                for due in dues
            ]
        )
        moves.action_post()
        return debtors

    def _count(self, function):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        function()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def _count_run(self, size, **book):
        debtors = self._create_book(size, **book)
        with freeze_time("2026-05-25"):
            run = self.env["recouvrement.run"].create({"company_id": self.company.id})
            self.env.flush_all()
            queries = self._count(run.action_start)
        self.assertEqual(len(run.action_ids), size)
        self.assertEqual(run.action_ids.partner_id, debtors)
        return queries

    def test_run(self):
        self._count_run(2)
        small, large = self._count_run(5), self._count_run(40)
        self.assertLessEqual(large, small + 5)
        self.assertLessEqual(large, RUN_QUERIES)

    def test_preview(self):
        def count(size):
            debtors = self._create_book(size)
            wizard = self.env["recouvrement.run.wizard"]

            def preview():
                nonlocal wizard
                wizard = wizard.create({"partner_ids": [(6, 0, debtors.ids)]})
                wizard.due_line_ids.mapped("amount")

            with freeze_time("2026-05-25"):
                queries = self._count(preview)
            self.assertEqual(wizard.due_line_ids.partner_id, debtors)
            self.assertEqual(set(wizard.due_line_ids.mapped("amount")), {200})
            # Computed anew, its lines take the place of those there were.
            with freeze_time("2026-05-25"):
                wizard.date = "2026-05-24"
                self.assertEqual(wizard.due_line_ids, wizard.line_ids)
            self.assertEqual(len(wizard.line_ids), size)
            return queries

        count(2)
        small, large = count(5), count(40)
        self.assertLessEqual(large, small + 2)
        self.assertLessEqual(large, PREVIEW_QUERIES)

    def test_run_of_calls(self):
        stage = self.env.ref("l10n_fr_recouvrement.stage_business_reminder")
        stage.write({"channel": "phone", "needs_approval": False})
        stage.user_id = self.env.user
        self._count_run(2)
        small, large = self._count_run(5), self._count_run(40)
        self.assertLessEqual(large, small + 5)

    def test_run_on_many_invoices(self):
        # of the same stage: one that claims penalties reads more than one that does not
        few = ["2026-04-01"]
        many = [f"2026-04-{day:02}" for day in range(1, 21)]
        self._count_run(2)
        small, large = self._count_run(5, dues=few), self._count_run(5, dues=many)
        self.assertLessEqual(large, small + 5)
        self.assertLessEqual(large, RUN_QUERIES)

    def test_sending(self):
        def count(size):
            self._create_book(size)
            actions = self._run("2026-05-25")
            actions.action_approve()
            with freeze_time("2026-05-25"):
                queries = self._count(actions._send)
            self.assertEqual(set(actions.mapped("state")), {"sent"})
            return queries

        count(2)
        small, large = count(5), count(40)
        # One attachment is written and sealed for each letter.
        self.assertLessEqual(large - small, 35 * 2 + 10)

    def test_nightly_penalties(self):
        def count(size):
            debtors = self._create_book(size)
            moves = self.env["account.move"].search([("partner_id", "in", debtors.ids)])
            with freeze_time("2026-08-01"):
                queries = self._count(moves.action_recouvrement_refresh_penalties)
            # two half-years and the indemnity
            self.assertEqual(len(moves.recouvrement_penalty_line_ids), size * 6)
            return queries

        count(2)
        small, large = count(5), count(40)
        self.assertLessEqual(large, small + 5)

    def test_what_is_left_out_by_a_rule(self):
        """A rule on other records asks one search, not one of each invoice."""
        engine = self.env["recouvrement.engine"]

        def count(size):
            debtors = self._create_book(size)
            with freeze_time("2026-05-25"):
                queries = self._count(
                    lambda: rows.extend(
                        engine._explain_left_out(
                            self.company, date(2026, 5, 25), [], debtors
                        )
                    )
                )
            self.assertEqual(len(rows), size)
            self.assertEqual({row["reason"] for row in rows}, {rule})
            rows.clear()
            return queries

        rows, rule = [], "Left out by a rule of your organisation."
        with patch.object(
            type(engine),
            "_claimable_domain",
            lambda *_args: ~Domain("invoice_line_ids.price_unit", "=", 100),
        ):
            count(2)
            small, large = count(5), count(40)
        self.assertEqual(large, small)
        self.assertLessEqual(large, LEFT_OUT_QUERIES)

    def test_list_of_invoices_that_a_rule_leaves_out(self):
        engine = self.env["recouvrement.engine"]

        def count(size):
            debtors = self._create_book(size)
            moves = self.env["account.move"].search([("partner_id", "in", debtors.ids)])
            with freeze_time("2026-05-25"):
                return self._count(lambda: moves.mapped("recouvrement_hold_reason"))

        with patch.object(
            type(engine),
            "_claimable_domain",
            lambda *_args: ~Domain("invoice_line_ids.price_unit", "=", 100),
        ):
            count(2)
            small, large = count(5), count(40)
        self.assertEqual(large, small)
