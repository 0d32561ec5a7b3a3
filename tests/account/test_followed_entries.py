"""Opening balances, payments returned and bills, once somebody has them claimed."""

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.fields import Command

from .test_account_cases import AccountCase


class TestFollowedEntries(AccountCase):
    """What is owed without an invoice is claimed once somebody says so."""

    def _follow(self, entry):
        lines = entry.line_ids.filtered(lambda line: line.account_id == self.receivable)
        lines.action_recouvrement_follow()
        return self.env["recouvrement.followed.entry"].search(
            [("line_id", "in", lines.ids)]
        )

    def test_opening_balance_walks_its_procedure(self):
        opening = self._enter(
            "2026-06-30", (self.receivable, 1200, "2026-05-31"), ("512", -1200)
        )
        self.assertFalse(self._run("2026-06-03"))
        with freeze_time("2026-07-01"):
            self.assertEqual(self.debtor.recouvrement_unfollowed, 1200)
            followed = self._follow(opening)
            self.debtor.invalidate_recordset()
            self.assertEqual(self.debtor.recouvrement_unfollowed, 0)
            self.assertEqual(self.debtor.recouvrement_overdue, 1200)
        action = self._run("2026-07-01")
        self.assertEqual(action.kind, "second_reminder")
        [line] = action.line_ids
        self.assertEqual((line.kind, line.amount_residual), ("entry", 1200))
        self.assertEqual(action.amount_total, 1200, "no interest, no indemnity")
        self._approve_and_send(action, "2026-07-01")
        self.assertEqual(action.state, "sent")
        self.assertEqual(followed.stage_id, action.stage_id)
        self.assertEqual(followed.deadline, action.date_deadline)
        self.assertFalse(self._run("2026-07-06"))
        notice = self._run("2026-07-20")
        self.assertEqual(notice.kind, "formal_notice")

    def test_seen_as_of_a_past_day(self):
        opening = self._enter(
            "2026-05-15", (self.receivable, 1200, "2026-05-31"), ("512", -1200)
        )
        with freeze_time("2026-06-01"):
            self._follow(opening)
        action = self._run("2026-06-03")
        self._approve_and_send(action, "2026-06-03")
        with freeze_time("2026-06-20"):
            wizard = self.env["recouvrement.run.wizard"].create({"date": "2026-06-03"})
            [then] = wizard.due_line_ids.filtered(
                lambda line: line.partner_id == self.debtor
            )
            self.assertEqual((then.stage_id, then.amount), (action.stage_id, 1200))
            wizard = self.env["recouvrement.run.wizard"].create({"date": "2026-06-05"})
            [later] = wizard.excluded_line_ids.filtered(
                lambda line: line.partner_id == self.debtor
            )
            self.assertFalse(later.stage_id)

    def test_two_debtors_of_one_entry(self):
        """An opening entry holds the balances of all."""
        other = self._create_debtor("Toitures", is_company=True, vat="FR40303265045")
        opening = self._enter(
            "2026-06-30",
            (self.receivable, 700, "2026-05-31"),
            (self.receivable, 300, "2026-05-31"),
            ("512", -1000),
        )
        opening.button_draft()
        opening.line_ids.filtered(lambda line: line.debit == 300).partner_id = other
        opening.action_post()
        with freeze_time("2026-07-01"):
            self._follow(opening)
        actions = self._run("2026-07-01")
        self.assertEqual(
            {action.partner_id: action.amount_total for action in actions},
            {self.debtor: 700, other: 300},
        )
        self._approve_and_send(actions[0], "2026-07-01")
        self.assertFalse(self._run("2026-07-02"), "each once")

    def test_paid_meanwhile(self):
        opening = self._enter(
            "2026-06-30", (self.receivable, 1200, "2026-05-31"), ("512", -1200)
        )
        with freeze_time("2026-07-01"):
            self._follow(opening)
        action = self._run("2026-07-01")
        with freeze_time("2026-07-01"):
            line = self._receive(self.debtor, 1200, "2026-07-01")
            (
                line
                + opening.line_ids.filtered(
                    lambda line: line.account_id == self.receivable
                )
            ).reconcile()
            self.env.flush_all()
            self.env.cr.precommit.run()
        self.assertEqual(action.state, "cancelled")

    def test_goes_with_invoices(self):
        opening = self._enter(
            "2026-08-31", (self.receivable, 200, "2026-08-31"), ("512", -200)
        )
        invoice = self._invoice(self.debtor, 1000, "2026-08-31")
        self._receive(self.debtor, 600, "2026-09-01")
        with freeze_time("2026-09-02"):
            self._follow(opening)
        action = self._run("2026-09-04")
        self.assertClaims(action, {invoice: 1000})
        self.assertEqual(action.amount_invoices, 1200)
        self.assertEqual(action.amount_credits, 600)

    def test_followed_no_more(self):
        opening = self._enter(
            "2026-06-30", (self.receivable, 1200, "2026-05-31"), ("512", -1200)
        )
        with freeze_time("2026-07-01"):
            followed = self._follow(opening)
        followed.active = False
        self.assertFalse(self._run("2026-07-01"))
        self.assertTrue(self._get_reasons("2026-07-01"))
        with freeze_time("2026-07-01"):
            self.assertEqual(self._follow(opening), followed)
        self.assertTrue(self._run("2026-07-01"))

    def test_nothing_else_is_followed_so(self):
        invoice = self._invoice(self.debtor, 1000, "2026-08-31")
        with self.assertRaises(UserError):
            invoice.line_ids.action_recouvrement_follow()

    def test_starting_with_opening_balances_only(self):
        """A company that arrives with the balances of its customers."""
        debtors = self.env["res.partner"].create(
            [
                {
                    "name": f"Client {number:03}",
                    "is_company": True,
                    "street": "2 allée des Essais",
                    "zip": "75001",
                    "city": "Paris",
                    "email": f"client{number}@example.com",
                }
                for number in range(200)
            ]
        )
        bank = self._find_account("512")
        opening = self.env["account.move"].create(
            {
                "move_type": "entry",
                "journal_id": self.misc.id,
                "date": "2026-09-01",
                "line_ids": [
                    Command.create(
                        {
                            "name": f"FA{number:03}",
                            "account_id": self.receivable.id,
                            "partner_id": debtor.id,
                            "debit": 100 + number,
                            "date_maturity": f"2026-08-{number % 28 + 1:02}",
                        }
                    )
                    for number, debtor in enumerate(debtors)
                ]
                + [
                    Command.create(
                        {
                            "name": "À-nouveaux",
                            "account_id": bank.id,
                            "credit": sum(100 + number for number in range(200)),
                        }
                    )
                ],
            }
        )
        opening.action_post()
        with freeze_time("2026-09-15"):
            wizard = self.env["recouvrement.start.wizard"].create({"entry": "first"})
            by_age = {line.age: line for line in wizard.line_ids}
            self.assertEqual(by_age["entries"].debtor_count, 200)
            self.assertEqual(by_age["entries"].amount_followed, 0)
            wizard.entries = True
            by_age = {line.age: line for line in wizard.line_ids}
            self.assertEqual(by_age["entries"].amount_followed, 39900)
            wizard.action_preview()
            self.assertEqual(sum(wizard.step_ids.mapped("debtor_count")), 200)
            self.assertFalse(
                self.env["recouvrement.followed.entry"].search([]), "nothing is kept"
            )
            wizard.action_start()
            self.assertEqual(
                len(self.env["recouvrement.followed.entry"].search([])), 200
            )
        actions = self._run("2026-09-15")
        self.assertEqual(actions.partner_id, debtors)
        self.assertEqual(set(actions.mapped("kind")), {"reminder"})
        self.assertEqual(
            sorted(actions.line_ids.mapped("label")),
            [f"FA{number:03}" for number in range(200)],
        )
        self._approve_and_send(actions[:20], "2026-09-15")
        self.assertEqual(set(actions[:20].mapped("state")), {"sent"})
