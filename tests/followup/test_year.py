"""A year of follow-up, day by day, on the demonstration company."""

from datetime import date, timedelta
from random import Random

from freezegun import freeze_time

from odoo.fields import Command
from odoo.modules import Manifest
from odoo.tests import TransactionCase, tagged
from odoo.tools import convert_file

from odoo.addons.l10n_fr_recouvrement import law

from ..common import RecouvrementCase

MODULE = "l10n_fr_recouvrement"
FIRST, LAST = date(2025, 10, 1), date(2026, 9, 30)
ONE_DAY = timedelta(days=1)
# How late the invoices of the year are paid, in days; None: never.
HABITS = (-3, 0, 2, 6, 12, 21, 35, None)


@tagged("standard", "post_install", "-at_install")
class TestYear(TransactionCase):
    """What the daily job makes is carried out the same day; debtors pay as they do."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        RecouvrementCase.classPatch_letters.__func__(cls)
        with freeze_time(FIRST):
            for path in Manifest.for_addon(MODULE)["demo"]:
                convert_file(cls.env, MODULE, path, {}, mode="init", noupdate=True)
        cls.company = cls.env.ref(f"{MODULE}.demo_company")
        cls.company.write({"recouvrement_auto": True, "recouvrement_bank_days": 0})
        cls.env = cls.env(
            context={
                "allowed_company_ids": cls.company.ids,
                "tracking_disable": True,
                "lang": "fr_FR",
            }
        )
        cls.company = cls.company.with_env(cls.env)
        cls.debtors = cls.env["res.partner"].search(
            [
                ("company_id", "=", cls.company.id),
                ("parent_id", "=", False),
                ("user_ids", "=", False),
            ]
        )
        cls.random = Random(42)
        cls.payments = {}
        cls.last_state = {}

    def _invoice(self, debtor, due, amount):
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": debtor.id,
                "invoice_date": due - timedelta(days=30),
                "invoice_date_due": due,
                "company_id": self.company.id,
                "currency_id": self.company.currency_id.id,
                "invoice_payment_term_id": False,
                "invoice_line_ids": [
                    Command.create(
                        {"name": "Vente", "price_unit": amount, "tax_ids": []}
                    )
                ],
            }
        )
        move.action_post()
        return move

    def _sell(self, day):
        """An invoice every other working day, paid as it will be."""
        debtor = self.random.choice(self.debtors)
        move = self._invoice(debtor, day + timedelta(days=30), 300)
        habit = self.random.choice(HABITS)
        if habit is not None:
            paid = move.invoice_date_due + timedelta(days=habit)
            self.payments.setdefault(paid, []).append(move)

    def _collect(self, day):
        """Bank entries of the day."""
        journal = self.env["account.journal"].search(
            [("company_id", "=", self.company.id), ("type", "=", "bank")], limit=1
        )
        for move in self.payments.pop(day, []):
            statement_line = self.env["account.bank.statement.line"].create(
                {
                    "journal_id": journal.id,
                    "date": day,
                    "payment_ref": move.name,
                    "partner_id": move.partner_id.id,
                    "amount": move.amount_residual,
                }
            )
            due = move.line_ids.filtered(
                lambda line: line.display_type == "payment_term"
            )
            _liquidity, suspense, _other = statement_line._seek_for_lines()
            suspense.account_id = due.account_id
            (suspense + due).reconcile()

    def _carry_out(self, day):
        """What an accountant does in the morning: approve all, make the calls."""
        runs = self.env["recouvrement.run"]
        if self.company in runs._get_automatic_companies():
            runs._start_daily_run(self.company)
        waiting = self.env["recouvrement.action"].search(
            [
                ("company_id", "=", self.company.id),
                ("state", "in", ("to_approve", "ready", "todo")),
                ("date_planned", "<=", day),
            ]
        )
        calls = waiting.filtered("is_human")
        calls.sudo()._refresh()
        for call in calls.filtered(lambda call: call.state == "todo"):
            call._record_outcome("done")
        (waiting - calls).action_approve_and_send()

    def _live(self):
        """A year of it; note who was paid when each action left."""
        day = FIRST + ONE_DAY
        while day <= LAST:
            with freeze_time(day):
                if law.is_working_day(day) and day.toordinal() % 2:
                    self._sell(day)
                self._collect(day)
                self._carry_out(day)
                self._check_unpaid(day)
            day += ONE_DAY

    def _check_unpaid(self, day):
        """Nobody paid is contacted."""
        claimed = self.env["recouvrement.action.line"].search(
            [
                ("company_id", "=", self.company.id),
                ("kind", "=", "invoice"),
                ("action_id.date_closed", "=", day),
                ("state", "in", ("sent", "done")),
            ]
        )
        self.assertFalse(
            claimed.move_line_id.filtered("reconciled"), f"claimed though paid on {day}"
        )

    def test_every_stage_on_its_day(self):
        with freeze_time(FIRST):
            # It never pays, and has nothing else.
            silent = self.debtors[0].copy(
                {"name": "Société Silencieuse", "is_company": True}
            )
            silent.write({"phone": "01 99 00 12 34", "email": "silence@example.com"})
            invoice = self._invoice(silent, date(2025, 10, 31), 1200)
        self._live()
        actions = self.env["recouvrement.action"].search(
            [
                ("company_id", "=", self.company.id),
                ("state", "in", ("sent", "done", "delivered", "returned")),
                ("date_closed", ">", FIRST),
            ],
            order="date_closed, id",
        )
        self.assertGreater(len(actions), 100)

        walked = [
            (action.stage_id.kind, f"{action.date_closed}")
            for action in actions
            if action.partner_id == silent
        ]
        self.assertEqual(
            walked,
            [
                # three days after 31 October
                ("reminder", "2025-11-03"),
                # six days granted, up to Monday 10 November; the 11th is a holiday
                ("contact", "2025-11-12"),
                # fifteen days, a Saturday
                ("second_reminder", "2025-11-17"),
                # three days for the post, eight for the debtor
                ("formal_notice", "2025-11-28"),
                # the eleven days that the notice granted, for the same reason
                ("hand_over", "2025-12-10"),
            ],
        )
        self.assertEqual(invoice.payment_state, "not_paid")

        last = {}
        interval = self.company.recouvrement_min_interval
        for action in actions:
            day = action.date_closed
            self.assertTrue(law.is_working_day(day), action.name)
            before = last.get(action.partner_id)
            if before:
                self.assertGreaterEqual(
                    (day - before).days, interval, action.partner_id.name
                )
            last[action.partner_id] = day
            for line in action.line_ids.filtered("own_stage_id"):
                stage = line.own_stage_id
                if stage.delay_from == "due_date":
                    due = line.date_due + timedelta(days=stage.delay)
                    self.assertGreaterEqual(day, law.next_working_day(due))
