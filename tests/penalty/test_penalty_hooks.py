"""The hooks of penalties, as an integrator uses them from doc/integrator.md."""

from datetime import date, timedelta
from decimal import Decimal

from freezegun import freeze_time

from odoo.fields import Command

from odoo.addons.l10n_fr_recouvrement import law

from .charging import TODAY, ChargingCase


class TestRateHooks(ChargingCase):
    """Which rate, from when to when."""

    def test_another_rate(self):
        self._extend(
            "recouvrement.penalty.engine",
            "_rate_rule",
            lambda records, original, *args: law.RateRule(None, Decimal(7)),
        )
        lines = self._penalties(self.invoice, TODAY)
        self.assertEqual(set(lines.filtered("days").mapped("rate")), {7.0})
        # 5 400 × 7 % × 137 ÷ 365
        self.assertEqual(sum(lines.filtered("days").mapped("amount")), 141.88)

    def test_a_rate_by_what_the_query_does_not_read(self):
        """Rows are completed for all invoices together, and the key of the rate with
        what the rule looks at: invoices of one day keep rates of their own."""
        self._extend(
            "recouvrement.penalty.engine", "_read_due_lines", self._read_references
        )
        self._extend(
            "recouvrement.penalty.engine",
            "_rate_key",
            lambda engine, original, row: (*original(row), row["agreement"]),
        )
        self._extend("recouvrement.penalty.engine", "_rate_rule", self._get_agreed_rule)
        first, second = (
            self._invoice(self.business, 1000, "2026-05-31", ref=agreement)
            for agreement in ("ACCORD 9", "ACCORD 10")
        )
        (first + second)._recouvrement_refresh_penalties(date(2026, 6, 30))
        # 1 000 × 9 % × 30 ÷ 365, and at 10 %; the default stays 12.15 %
        self.assertEqual(self._amounts(first, "2026-06-30"), ["7.40"])
        self.assertEqual(self._amounts(second, "2026-06-30"), ["8.22"])
        self.assertEqual(self._amounts(self.invoice, "2026-06-30"), ["53.93"])
        counts = []
        for moves in (first, first + second + self.invoice):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["recouvrement.penalty.engine"]._work_out(
                moves.ids, date(2026, 6, 30)
            )
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(*counts)

    def test_wrong_terms_of_one_invoice_stop_no_other(self):
        """A divisor that the law does not know is reported for its invoice alone."""
        wrong = self._invoice(self.business, 1000, "2026-05-31", ref="366 JOURS")

        def read(engine, original, move_ids):
            due_lines = original(move_ids)
            for row in due_lines.get(wrong.id, ()):
                row["divisor"] = "366"
            return due_lines

        self._extend("recouvrement.penalty.engine", "_read_due_lines", read)
        moves = wrong + self.invoice
        moves._recouvrement_refresh_penalties(date(2026, 6, 30))
        self.assertEqual(self._amounts(self.invoice, "2026-06-30"), ["53.93"])
        engine = self.env["recouvrement.penalty.engine"]
        computed, errors = engine._work_out(moves.ids, date(2026, 6, 30))
        self.assertEqual(list(computed), self.invoice.ids)
        message = self.env["recouvrement.rate"]._get_missing_message(errors[wrong.id])
        self.assertIn("divisor must be one of", message)

    @staticmethod
    def _read_references(engine, original, move_ids):
        due_lines = original(move_ids)
        moves = engine.env["account.move"].browse(due_lines)
        references = {move.id: move.ref for move in moves}
        for move_id, rows in due_lines.items():
            for row in rows:
                row["agreement"] = references[move_id]
        return due_lines

    @staticmethod
    def _get_agreed_rule(engine, original, row, facts, began):
        if not row["agreement"]:
            return original(row, facts, began)
        points = row["agreement"].removeprefix("ACCORD ")
        return law.RateRule(None, Decimal(points), fact="business_floor")

    def test_rates_that_take_over_from_one_another(self):
        """A schedule: the rate by default, then one agreed on from the autumn."""
        self._extend(
            "recouvrement.penalty.engine",
            "_rate_rule",
            lambda records, original, *args: law.RateSchedule(
                (
                    (date.min, original(*args)),
                    (date(2026, 9, 1), law.RateRule(None, Decimal(9))),
                )
            ),
        )
        self._penalties(self.invoice, TODAY)
        self.assertPenalties(
            self.invoice,
            [
                ("2026-06-01", "2026-06-30", 30, 12.15, 53.93),
                ("2026-07-01", "2026-08-31", 62, 12.4, 113.74),
                ("2026-09-01", TODAY, 45, 9.0, 59.92),
            ],
        )

    def test_days_of_grace_of_the_house(self):
        self._extend(
            "recouvrement.penalty.engine",
            "_get_interest_start",
            lambda records, original, *args: original(*args) + timedelta(days=10),
        )
        first = self._penalties(self.invoice, TODAY)[0]
        self.assertEqual(str(first.date_from), "2026-06-11")

    def test_nothing_while_it_cannot_be_due(self):
        """None: neither interest nor indemnity."""
        self._extend(
            "recouvrement.penalty.engine",
            "_get_interest_start",
            lambda engine, original, row, inputs: (
                None if row["amount"] < 6000 else original(row, inputs)
            ),
        )
        self.assertFalse(self._penalties(self.invoice, TODAY))
        heavy = self._invoice(self.business, 6000, "2026-08-31")
        self.assertEqual(self._amounts(heavy, TODAY), ["91.73"])

    def test_a_last_day_of_the_house(self):
        self._extend(
            "recouvrement.penalty.engine",
            "_get_interest_end",
            lambda engine, original, row, day: min(
                original(row, day), row["date_maturity"] + timedelta(days=30)
            ),
        )
        self._penalties(self.invoice, TODAY)
        self.assertPenalties(
            self.invoice, [("2026-06-01", "2026-06-30", 30, 12.15, 53.93)]
        )

    def test_other_terms_at_posting(self):
        self._extend(
            "account.move",
            "_recouvrement_prepare_rate_vals",
            lambda records, original, *args: {
                **original(*args),
                "recouvrement_rate_basis": "legal",
            },
        )
        invoice = self._invoice(self.business, 6000, "2026-08-31")
        self.assertEqual(invoice.recouvrement_rate_basis, "legal")
        self.assertEqual(self._amounts(invoice, TODAY), ["61.03"])
        self.assertEqual(self.invoice.recouvrement_rate_basis, "ecb", "frozen before")


class TestNoteHooks(ChargingCase):
    """What a debit note says."""

    def test_other_lines_of_a_debit_note(self):
        self._extend(
            "recouvrement.debit.wizard",
            "_prepare_note_line_vals",
            lambda records, original, *args: {**original(*args), "name": "Retard"},
        )
        note = self._charge(self.invoice)
        self.assertEqual(set(note.invoice_line_ids.mapped("name")), {"Retard"})
        self.assertEqual(note.amount_total, 290.22)

    def test_one_line_for_all_the_interest_of_an_invoice(self):
        self._extend(
            "recouvrement.debit.wizard",
            "_get_line_key",
            lambda wizard, original, line: (
                (line.move_id, "interest")
                if line.kind == "interest"
                else original(line)
            ),
        )
        note = self._charge(self.invoice)
        self.assertEqual(note.invoice_line_ids.mapped("price_subtotal"), [250.22, 40.0])
        self.assertIn("du 01/06/2026 au 15/10/2026", note.invoice_line_ids[0].name)

    def test_other_values_and_lines_of_its_own(self):
        """The note keeps what is added, and its penalties stay tied to their lines."""
        self._extend(
            "recouvrement.debit.wizard", "_prepare_note_vals", self._add_reminder
        )
        note = self._charge(self.invoice)
        self.assertEqual(note.ref, "CGV art. 8")
        self.assertIn("Rappel", note.invoice_line_ids.mapped("name"))
        self.assertEqual(note.amount_total, 290.22)
        for penalty in self.invoice.recouvrement_penalty_line_ids:
            self.assertEqual(penalty.state, "invoiced")
            self.assertEqual(penalty.debit_line_id.price_subtotal, penalty.amount)
        with freeze_time("2026-10-25"):
            self.assertEqual(self._charge(self.invoice).amount_total, 18.35)

    @staticmethod
    def _add_reminder(wizard, original, partner, currency, groups):
        vals = original(partner, currency, groups)
        vals["ref"] = "CGV art. 8"
        vals["invoice_line_ids"].append(
            Command.create({"display_type": "line_note", "name": "Rappel"})
        )
        return vals


class TestNatureHook(ChargingCase):
    """What a credit is, by what a database alone knows."""

    def test_a_journal_of_vouchers(self):
        """What comes from this journal is a commercial gesture, whatever its account
        is: no money."""
        journal = self.company_data["default_journal_misc"]
        self._extend(
            "recouvrement.settlement",
            "_recognise",
            lambda service, original, counterpart: (
                "discount"
                if counterpart.journal_id == journal.id
                else original(counterpart)
            ),
        )
        bank = self.company_data["default_journal_bank"].default_account_id
        receivable = self.business.property_account_receivable_id
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "journal_id": journal.id,
                "date": "2026-06-10",
                "line_ids": [
                    Command.create({"account_id": bank.id, "debit": 5400}),
                    Command.create(
                        {
                            "account_id": receivable.id,
                            "partner_id": self.business.id,
                            "credit": 5400,
                        }
                    ),
                ],
            }
        )
        entry.action_post()
        (entry.line_ids + self.invoice.line_ids).filtered(
            lambda line: line.account_id == receivable
        ).reconcile()
        partial = self.invoice.recouvrement_credit_ids
        self.assertEqual(partial.recouvrement_nature, "Early-payment discount")
