"""Why something is not chased: opened, seen everywhere, ended."""

from datetime import date, timedelta

from freezegun import freeze_time
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tools import SQL, mute_logger

from ..account.test_account_cases import AccountCase

DAY = "2026-09-10"


class HoldCase(AccountCase):
    """A debtor, and what holds its debts."""

    def _hold(self, day=DAY, **vals):
        """Open a hold as an officer does on ``day``."""
        vals.setdefault("kind", "own")
        if "moves" in vals:
            vals["move_ids"] = [Command.set(vals.pop("moves").ids)]
        if "lines" in vals:
            vals["line_ids"] = [Command.set(vals.pop("lines").ids)]
        with freeze_time(day):
            hold = self.env["recouvrement.hold"].create(
                {
                    "partner_id": self.debtor.id,
                    "company_id": self.company.id,
                    "date_from": day,
                    **vals,
                }
            )
            self.env.flush_all()
        return hold

    def _commit(self, day):
        """Do what the end of a transaction of ``day`` does."""
        with freeze_time(day):
            self.env.flush_all()
            self.env.cr.precommit.run()

    def _preview(self, day):
        """The lines of the preview of a day about the debtor."""
        with freeze_time(day):
            wizard = self.env["recouvrement.run.wizard"].create({})
            lines = wizard.due_line_ids | wizard.excluded_line_ids
            return lines.filtered(lambda line: line.partner_id == self.debtor)

    def _at(self, day, record, name):
        with freeze_time(day):
            record.invalidate_recordset([name])
            return record[name]


class TestHolds(HoldCase):
    """One answer, wherever it is asked."""

    def test_an_invoice_until_a_day(self):
        held = self._invoice(self.debtor, 1000, "2026-08-31")
        other = self._invoice(self.debtor, 300, "2026-09-01")
        hold = self._hold(moves=held, date_to="2026-09-30", reason="Avoir attendu")
        self.assertEqual(hold.scope, "invoices")
        self.assertEqual(str(held.recouvrement_next_date), "2026-10-01")
        self.assertEqual(str(other.recouvrement_next_date), "2026-09-04")
        action = self._run("2026-09-16")
        self.assertClaims(action, {other: 300})
        self._approve_and_send(action, "2026-09-16")
        [line] = self._preview("2026-09-17").filtered(lambda line: line.amount == 1000)
        self.assertIn("decided to wait", line.reason)
        self.assertIn("Avoir attendu", line.detail)
        self.assertEqual((line.res_model, line.res_id), (hold._name, hold.id))
        with freeze_time("2026-09-16"):
            held.invalidate_recordset()
            self.assertIn("Avoir attendu", held.recouvrement_hold_reason)
            self.assertEqual(held.recouvrement_hold_ids, hold)
            self.assertEqual(hold.amount_residual, 1000)
            self.assertTrue(hold.is_standing)
        self.assertFalse(self._at("2026-10-01", hold, "is_standing"))
        self._pay(other, 300, "2026-09-20")
        self.assertClaims(self._run("2026-10-05"), {held: 1000})

    def test_all_that_a_debtor_owes(self):
        before = self._invoice(self.debtor, 1000, "2026-08-31")
        action = self._run("2026-09-03")
        hold = self._hold("2026-09-04")
        self._commit("2026-09-04")
        self.assertEqual(action.state, "cancelled", "what waited is not sent")
        after = self._invoice(self.debtor, 300, "2026-09-05")
        self.assertFalse(before.recouvrement_next_date)
        self.assertFalse(after.recouvrement_next_date, "one that is posted later too")
        self.assertFalse(self._run("2026-09-16"))
        with freeze_time("2026-09-17"):
            hold.action_lift()
        self.assertEqual(str(hold.date_end), "2026-09-17")
        self.assertTrue(before.recouvrement_next_date)
        self.assertClaims(self._run("2026-09-18"), {before: 1000, after: 300})

    def test_a_part_of_an_invoice(self):
        """Only what is held is: the rest is chased, and paid first."""
        invoice = self._invoice(self.debtor, 1000, "2026-08-31")
        self._hold(moves=invoice, amount=400)
        [line] = self._preview("2026-09-16")
        self.assertEqual((line.amount, line.amount_held), (600, 400))
        self.assertClaims(self._run("2026-09-16"), {invoice: 600})
        self._receive(self.debtor, 700, "2026-09-17")
        with freeze_time("2026-10-12"):
            [account] = self.env["recouvrement.engine"]._read_accounts(
                self.company, date(2026, 10, 12), self.debtor
            )
            self.env["recouvrement.engine"]._impute_all([account])
        self.assertEqual((account.amount, account.amount_held), (0, 300))
        self.assertFalse(self._run("2026-10-12"))

    def test_a_part_of_two_instalments(self):
        """The oldest one is held first."""
        invoice = self._invoice_in_two(self.debtor, 1000, "2026-08-01", 30)
        self._hold(moves=invoice, amount=600)
        action = self._run("2026-09-16")
        self.assertClaims(action, {invoice: 400})
        self.assertEqual(str(action.line_ids.date_due), "2026-08-31")

    def test_one_due_line(self):
        invoice = self._invoice_in_two(self.debtor, 1000, "2026-08-01", 30)
        first, second = invoice.line_ids.filtered("date_maturity").sorted(
            "date_maturity"
        )
        hold = self._hold(lines=first)
        self.assertEqual(hold.scope, "items")
        self.assertEqual(str(invoice.recouvrement_next_date), "2026-09-03")
        action = self._run("2026-09-16")
        self.assertEqual(action.line_ids.move_line_id, second)
        self.assertClaims(action, {invoice: 500})

    def test_an_entry_that_is_followed(self):
        opening = self._enter(
            "2026-06-30", (self.receivable, 1200, "2026-05-31"), ("512", -1200)
        )
        line = opening.line_ids.filtered(lambda line: line.debit)
        with freeze_time("2026-07-01"):
            line.action_recouvrement_follow()
        action = self._run("2026-07-01")
        self._commit("2026-07-01")
        self.assertEqual(action.line_ids.move_line_id, line)
        self._hold("2026-07-02", lines=line)
        self._commit("2026-07-02")
        self.assertEqual(action.state, "cancelled")
        self.assertFalse(self._run("2026-07-20"))

    def test_it_is_not_known_before_its_day(self):
        """What a past day looked like is not what holds today."""
        invoice = self._invoice(self.debtor, 1000, "2026-08-31")
        self._hold("2026-09-10", moves=invoice, date_to="2026-09-20")
        with freeze_time("2026-10-12"):
            for day, claimed in (
                ("2026-09-09", 1000),
                ("2026-09-10", 0),
                ("2026-09-20", 0),
                ("2026-09-21", 1000),
            ):
                wizard = self.env["recouvrement.run.wizard"].create({"date": day})
                found = wizard.due_line_ids.filtered(
                    lambda line: line.partner_id == self.debtor
                )
                self.assertEqual(sum(found.mapped("amount")), claimed, day)

    def test_the_longest_of_two(self):
        invoice = self._invoice(self.debtor, 1000, "2026-08-31")
        self._hold(moves=invoice, date_to="2026-09-30")
        longer = self._hold(date_to="2026-10-14")
        self.assertEqual(str(invoice.recouvrement_next_date), "2026-10-15")
        with freeze_time("2026-09-20"):
            longer.date_to = "2026-09-25"
            self.env.flush_all()
        self.assertEqual(str(invoice.recouvrement_next_date), "2026-10-01")

    def test_the_starting_assistant_counts_it_apart(self):
        self._invoice(self.debtor, 1000, "2026-08-31")
        held = self._invoice(self.debtor, 300, "2026-08-31")
        start = self.env["recouvrement.start"]

        def open_now():
            rows = start._read_ages(self.company, date(2026, 9, 16))
            return next(row["amount"] for row in rows if row["age"] == "total")

        self.assertEqual(open_now(), 1300)
        self._hold(moves=held)
        self.assertEqual(open_now(), 1000)

    def test_what_it_is_about_is_checked(self):
        invoice = self._invoice(self.debtor, 1000, "2026-08-31")
        foreign = self._invoice(self.business, 500, "2026-08-31")
        with self.assertRaisesRegex(ValidationError, "invoices of Charpentes"):
            self._hold(moves=foreign)
        with self.assertRaisesRegex(ValidationError, "An amount is held of one"):
            self._hold(amount=10)
        with self.assertRaisesRegex(ValidationError, "begins today"):
            self._hold("2026-09-10", date_from="2026-09-11", moves=invoice)
        with self.assertRaisesRegex(ValidationError, "Choose the invoices"):
            self._hold(scope="invoices")
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(CheckViolation),
            self.env.cr.savepoint(),
        ):
            self._hold(moves=invoice, date_to="2026-09-01")

    def test_a_deleted_invoice_does_not_make_it_hold_all(self):
        invoice = self._invoice(self.debtor, 1000, "2026-08-31")
        draft = self._invoice(self.debtor, 300, "2026-08-31")
        self._hold(moves=draft)
        draft.button_draft()
        draft.unlink()
        self.assertClaims(self._run("2026-09-16"), {invoice: 1000})


class TestFlags(HoldCase):
    """Odoo's own marks, in step both ways."""

    def _standing(self, invoice):
        return self._holds(invoice).filtered(lambda hold: not hold.date_end)

    def test_a_blocked_payment_is_a_dispute(self):
        first = self._invoice(self.debtor, 1000, "2026-08-31")
        user = self._create_user("facturier", "account.group_account_invoice")
        first.with_user(user).action_toggle_block_payment()
        hold = self._standing(first)
        self.assertEqual((hold.kind, hold.user_id), ("dispute", user))
        first.with_user(user).action_toggle_block_payment()
        self.assertFalse(self._standing(first))
        self.assertTrue(hold.date_end, "it is kept")
        self.assertTrue(first.recouvrement_next_date)

    def test_a_dispute_blocks_the_payment(self):
        first = self._invoice(self.debtor, 1000, "2026-08-31")
        second = self._invoice(self.debtor, 300, "2026-08-31")
        hold = self._hold(kind="dispute", moves=first + second)
        for invoice in first + second:
            self.assertEqual(invoice.payment_state, "blocked")
            self.assertEqual(self._standing(invoice), hold)
        first.action_toggle_block_payment()
        self.assertFalse(self._standing(first))
        self.assertEqual(self._standing(second), hold)
        self.assertEqual(hold.move_ids, second)
        ended = self._holds(first)
        self.assertEqual(str(ended.date_from), DAY, "it is kept as it was opened")
        self.assertTrue(ended.date_end)
        hold.action_lift()
        self.assertEqual(second.payment_state, "not_paid")
        self.assertTrue(second.recouvrement_next_date)

    def test_a_dispute_about_a_part_blocks_nothing(self):
        invoice = self._invoice(self.debtor, 1000, "2026-08-31")
        self._hold(kind="dispute", moves=invoice, amount=100)
        self.assertEqual(invoice.payment_state, "not_paid")
        self.assertClaims(self._run("2026-09-16"), {invoice: 900})

    def test_left_out_of_follow_up(self):
        invoice = self._invoice(self.debtor, 1000, "2026-08-31")
        invoice.no_followup = True
        hold = self._standing(invoice)
        self.assertEqual(hold.kind, "left_out")
        self.assertFalse(invoice.recouvrement_next_date)
        hold.action_lift()
        self.assertFalse(invoice.no_followup)
        self.assertTrue(invoice.recouvrement_next_date)
        other = self._hold(kind="left_out", moves=invoice)
        self.assertTrue(invoice.no_followup)
        invoice.no_followup = False
        self.assertTrue(other.date_end)

    def test_two_that_block_the_same_invoice(self):
        invoice = self._invoice(self.debtor, 1000, "2026-08-31")
        first = self._hold(kind="dispute", moves=invoice)
        second = self._hold(kind="dispute", moves=invoice, reason="Autre motif")
        first.action_lift()
        self.assertEqual(invoice.payment_state, "blocked")
        second.action_lift()
        self.assertEqual(invoice.payment_state, "not_paid")

    def test_marks_of_before_are_taken_up_at_night(self):
        """Those that were there before the addon, or that a program wrote."""
        blocked = self._invoice(self.debtor, 1000, "2026-08-31")
        quiet = self._invoice(self.debtor, 300, "2026-08-31")
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                "UPDATE account_move SET payment_state = 'blocked' WHERE id = %s",
                blocked.id,
            )
        )
        self.env.cr.execute(
            SQL(
                """UPDATE account_move_line SET no_followup = TRUE
                    WHERE move_id = %s AND display_type = 'payment_term'""",
                quiet.id,
            )
        )
        self.env.invalidate_all()
        self.assertFalse(self._run("2026-09-16"), "they hold all the same")
        holds = self.env["recouvrement.hold"]
        holds._follow_flags(self.company)
        self.assertEqual(self._standing(blocked).kind, "dispute")
        self.assertEqual(self._standing(quiet).kind, "left_out")
        count = holds.search_count([])
        holds._follow_flags(self.company)
        self.assertEqual(holds.search_count([]), count, "once")

    def test_what_is_paid_is_held_no_more(self):
        invoice = self._invoice(self.debtor, 1000, "2026-08-31")
        other = self._invoice(self.debtor, 300, "2026-08-31")
        paid = self._hold(moves=invoice)
        dispute = self._hold(kind="dispute", moves=other)
        self._pay(invoice, 1000, "2026-09-12")
        self.env["recouvrement.hold"]._follow_flags(self.company)
        self.assertTrue(paid.date_end)
        self.assertEqual(paid.end_reason, "Settled.")
        self.assertFalse(dispute.date_end)


class TestInsolvency(HoldCase):
    """The day of a judgment on the debtor opens, moves and ends its hold."""

    def test_follows_the_day_of_the_judgment(self):
        before = self._invoice(self.debtor, 1000, "2026-07-31")
        after = self._invoice(self.debtor, 300, "2026-09-05")
        with freeze_time("2026-09-10"):
            self.debtor.recouvrement_insolvency_date = "2026-08-01"
        [hold] = self.env["recouvrement.hold"].search(
            [("partner_id", "=", self.debtor.id)]
        )
        self.assertEqual((hold.kind, hold.scope), ("insolvency", "debtor"))
        self.assertFalse(hold.company_id, "it holds in every company")
        self.assertEqual(str(hold.owed_before), "2026-08-01")
        self.assertFalse(before.recouvrement_next_date)
        self.assertTrue(after.recouvrement_next_date)
        self.assertClaims(self._run("2026-09-16"), {after: 300})
        with self.assertRaisesRegex(UserError, "change that instead"):
            hold.action_lift()
        self.debtor.recouvrement_insolvency_date = "2026-06-01"
        self.assertTrue(before.recouvrement_next_date)
        self.debtor.recouvrement_insolvency_date = False
        self.assertTrue(hold.date_end)

    def test_entered_with_the_debtor(self):
        partner = self._create_debtor(
            "Neuve", is_company=True, recouvrement_insolvency_date="2026-06-01"
        )
        [hold] = self.env["recouvrement.hold"].search([("partner_id", "=", partner.id)])
        self.assertEqual(hold.kind, "insolvency")


class TestHoldRights(HoldCase):
    """Who opens one, changes it, lifts it."""

    def test_officer_and_others(self):
        invoice = self._invoice(self.debtor, 1000, "2026-08-31")
        officer = self._create_user(
            "relance", "l10n_fr_recouvrement.group_recovery_officer"
        )
        clerk = self._create_user("facturier", "account.group_account_invoice")
        holds = self.env["recouvrement.hold"].with_user(officer)
        vals = {
            "partner_id": self.debtor.id,
            "company_id": self.company.id,
            "move_ids": [Command.set(invoice.ids)],
        }
        with self.assertRaises(AccessError):
            self.env["recouvrement.hold"].with_user(clerk).create(vals)
        hold = holds.create({**vals, "user_id": clerk.id})
        self.assertEqual(hold.user_id, officer, "in their own name")
        self.assertEqual(hold.with_user(clerk).kind, "own")
        hold.reason = "Accord du directeur"
        for changed in ({"kind": "dispute"}, {"date_end": "2026-01-01"}):
            with self.assertRaisesRegex(UserError, "kept as it was opened"):
                hold.write(changed)
        with self.assertRaises(AccessError):
            hold.with_user(clerk).action_lift()
        with self.assertRaises(AccessError):
            hold.unlink()
        hold.action_lift()
        with self.assertRaisesRegex(UserError, "lifted already"):
            hold.action_lift()
        for refused in ({"kind": "insolvency"}, {"kind": "promise"}):
            with self.assertRaisesRegex(UserError, "follows from"):
                holds.create({**vals, **refused})
        with self.assertRaisesRegex(UserError, "company"):
            holds.create({"partner_id": self.debtor.id, "company_id": False})

    def test_officers_have_those_of_their_debtors(self):
        """As they have actions: by what the company chose."""
        invoice = self._invoice(self.debtor, 1000, "2026-08-31")
        mate, officer = (
            self._create_user(login, "l10n_fr_recouvrement.group_recovery_officer")
            for login in ("collegue", "relance")
        )
        auditor = self._create_user("auditeur", "account.group_account_readonly")
        clerk = self._create_user("facturier", "account.group_account_invoice")
        self.debtor.recouvrement_user_id = mate
        self.company.recouvrement_officer_scope = "own"
        hold = self._hold(moves=invoice)
        hold.sudo().user_id = mate
        for reader in (mate, auditor, clerk):
            self.assertEqual(hold.with_user(reader).kind, "own")
        with self.assertRaises(AccessError):
            hold.with_user(officer).read(["reason"])
        with self.assertRaises(AccessError):
            hold.with_user(officer).action_lift()
        self.env.invalidate_all()
        for user, seen in ((officer, hold.browse()), (mate, hold)):
            # The invoice opens for both.
            self.assertEqual(invoice.with_user(user).recouvrement_hold_ids, seen)
            self.assertEqual(self.debtor.with_user(user).recouvrement_hold_ids, seen)
            self.env.invalidate_all()
        self.company.recouvrement_officer_scope = "all"
        hold.with_user(officer).action_lift()

    def test_another_company_sees_nothing(self):
        hold = self._hold()
        other = self.env["res.company"].create({"name": "Autre"})
        user = self._create_user("autre", "account.group_account_manager")
        user.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        self.assertFalse(
            self.env["recouvrement.hold"].with_user(user).search([("id", "=", hold.id)])
        )


class TestOneCondition(HoldCase):
    """In SQL and in memory, the same."""

    def test_sql_and_memory_agree(self):
        today = date(2026, 9, 10)
        invoices = [
            self._invoice_in_two(self.debtor, 1000, "2026-08-01", 30),
            self._invoice(self.debtor, 300, "2026-08-20"),
            self._invoice(self.debtor, 200, "2026-09-05", invoice_date="2026-09-01"),
        ]
        moves = self.env["account.move"].union(*invoices)
        lines = moves.line_ids.filtered(
            lambda line: line.display_type == "payment_term"
        )
        shifts = st.integers(-40, 40).map(lambda days: today + timedelta(days=days))
        maybe = st.one_of(st.none(), shifts)
        kinds = st.sampled_from(["own", "promise", "insolvency"])
        scopes = st.one_of(
            st.just({}),
            st.sets(st.sampled_from(moves.ids), min_size=1).map(
                lambda ids: {"move_ids": [Command.set(ids)], "scope": "invoices"}
            ),
            st.sets(st.sampled_from(lines.ids), min_size=1).map(
                lambda ids: {"line_ids": [Command.set(ids)], "scope": "items"}
            ),
        )
        drawn = st.tuples(kinds, scopes, shifts, maybe, maybe, maybe, st.booleans())

        @given(st.lists(drawn, max_size=4))
        @settings(max_examples=60, deadline=None)
        def check(holds):
            with freeze_time(today), self.env.cr.savepoint() as savepoint:
                for kind, scope, start, end, lifted, before, everywhere in holds:
                    start = min(start, today)
                    self.env["recouvrement.hold"].sudo().create(
                        {
                            "kind": kind,
                            "partner_id": self.debtor.id,
                            "company_id": (scope or not everywhere) and self.company.id,
                            "date_from": start,
                            "date_to": end and max(start, end),
                            "date_end": lifted and max(start, lifted),
                            "owed_before": before,
                            **scope,
                        }
                    )
                self.env.flush_all()
                rows = self.env["recouvrement.engine"]._read_open_items(
                    self.company, today, today + timedelta(days=99), self.debtor
                )
                book = self.env["recouvrement.hold"]._read_book(moves)
                in_memory = {}
                for line in lines:
                    kind, _hold = book.find(line)
                    in_memory[line.id] = kind._get_code() if kind is not None else None
                self.assertEqual({row["id"]: row["held"] for row in rows}, in_memory)
                savepoint.rollback()
                self.env.invalidate_all()

        check()
