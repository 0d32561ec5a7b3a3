"""A statement of interest names what was set against a debt by what it is."""

from datetime import date

from odoo.addons.l10n_fr_recouvrement.paper.statement import (
    statement_pages,
    statement_xlsx,
)

from ..penalty.books import SettledCase

DUE = "2026-08-31"
AT = date(2026, 12, 15)


class TestStatementNatures(SettledCase):
    """“Règlement” is for money alone."""

    def _statement(self, moves, at=AT):
        self.env.flush_all()
        service = self.env["report.l10n_fr_recouvrement.report_statement"]
        [statement] = service._get_statements(moves, at)
        self.assertTrue(statement_pages.lay_out(statement)["pages"])
        self.assertTrue(statement_xlsx.write([statement]))
        return statement

    def _credits(self, moves, at=AT):
        """``(kind, label, amount)`` of what was set against the debts."""
        [part] = self._statement(moves, at)["parts"]
        return [
            (row["kind"], row["label"], str(row["amount"]))
            for row in part["rows"]
            if row["kind"] in ("payment", "standing")
        ]

    def test_each_by_its_nature(self):
        invoice = self._invoice(self.business, 1000, DUE)
        payable = self.business.property_account_payable_id
        bank = self.company_data["default_journal_bank"].default_account_id
        self._pay(invoice, 100, "2026-09-05")
        for day, *lines in (
            ("2026-09-06", (payable, 100)),
            ("2026-09-07", (bank, 70), (self._account("6541"), 30)),
            ("2026-09-08", (self._account("665"), 20)),
            ("2026-09-09", (self.company.expense_currency_exchange_account_id, 5)),
            ("2026-09-10", (self._account("467"), 15)),
        ):
            amount = sum(line[1] for line in lines)
            entry = self._entry(day, *lines, (self._receivable(), -amount))
            self._settle(invoice, entry)
        refund = self._credit_note(self.business, 50, "2026-09-11")
        self._settle(invoice, refund)
        self.assertEqual(
            self._credits(invoice),
            [
                ("payment", "Avoir, correction de prix", "50.00"),
                ("payment", "Règlement", "100.00"),
                ("payment", "Compensation", "100.00"),
                ("payment", "Règlement", "70.00"),
                ("payment", "Perte sur créance", "30.00"),
                ("payment", "Escompte", "20.00"),
                ("payment", "Différence de change", "5.00"),
                ("payment", "Régularisation", "15.00"),
            ],
        )

    def test_an_accepted_bill_leaves_the_debt_owed(self):
        invoice = self._invoice(self.business, 1000, DUE)
        bill = self._accept_bill(invoice, 1000, "2026-09-01", "2026-11-30")
        accepted = ("standing", "Effet accepté, échéance du 30/11/2026", "1000.00")
        statement = self._statement(invoice, date(2026, 10, 15))
        [part] = statement["parts"]
        self.assertEqual(str(part["sums"]["principal"]), "1000.00")
        self.assertEqual(self._credits(invoice, date(2026, 10, 15)), [accepted])
        self._cash(bill, 1000, "2026-11-30", self._account("413"))
        self.assertEqual(
            self._credits(invoice), [accepted, ("payment", "Règlement", "1000.00")]
        )

    def test_a_loss_that_is_claimed_all_the_same(self):
        invoice = self._invoice(self.business, 1000, DUE)
        self._write_off(invoice, 1000, "2026-10-01")
        invoice.recouvrement_credit_ids.recouvrement_effect = "goes_on"
        self.assertEqual(
            self._credits(invoice), [("standing", "Perte sur créance", "1000.00")]
        )
        [part] = self._statement(invoice)["parts"]
        self.assertEqual(str(part["sums"]["principal"]), "1000.00")

    def test_credits_that_nobody_allocated(self):
        invoice = self._invoice(self.business, 1000, DUE)
        bank = self.company_data["default_journal_bank"].default_account_id
        self._receive(self.business, 80, "2026-09-05")
        self._entry(
            "2026-09-06",
            (bank, 70),
            (self._account("6541"), 30),
            (self._receivable(), -100),
        )
        self._entry(
            "2026-09-07",
            (self.business.property_account_payable_id, 40),
            (self._receivable(), -40),
        )
        self.assertEqual(
            self._credits(invoice),
            [
                ("payment", "Règlement non affecté", "80.00"),
                ("payment", "Règlement non affecté", "70.00"),
                ("payment", "Perte sur créance non affectée", "30.00"),
                ("payment", "Compensation non affectée", "40.00"),
            ],
        )

    def _move_to_doubtful(self, invoices, amount):
        doubtful = self._entry(
            "2026-09-01", (self._account("416"), amount), (self._receivable(), -amount)
        )
        self._settle(invoices, doubtful)
        return doubtful

    def _get_principals(self, invoices):
        [part] = self._statement(invoices, date(2026, 10, 1))["parts"]
        return {row["number"]: str(row["principal"]) for row in part["invoices"]}

    def test_money_pays_what_is_due_first_wherever_it_lives_on(self):
        """C. civ. 1342-10: an account of the books changes nothing of the debt."""
        moved = self._invoice(self.business, 1000, DUE)
        self._move_to_doubtful(moved, 1000)
        owed = self._invoice(self.business, 500, "2026-09-15")
        self._receive(self.business, 500, "2026-09-20")
        self.assertEqual(
            self._get_principals(moved + owed),
            {moved.name: "500.00", owed.name: "500.00"},
        )
        self._receive(self.business, 700, "2026-09-21")
        self.assertEqual(
            self._get_principals(moved + owed),
            {moved.name: "0.00", owed.name: "300.00"},
        )

    def test_money_pays_several_invoices_that_live_on_in_one_entry(self):
        moved = self._invoice(self.business, 300, DUE)
        moved += self._invoice(self.business, 200, DUE)
        self._move_to_doubtful(moved, 500)
        self._receive(self.business, 400, "2026-09-20")
        self.assertEqual(
            self._get_principals(moved),
            {moved[0].name: "0.00", moved[1].name: "100.00"},
        )

    def test_a_public_body_has_paid_when_money_came(self):
        """The 45 days run from the payment, not from a loss."""
        invoice = self._invoice(self.public_body, 1000, DUE)
        entry = self._entry(
            "2026-10-01",
            (self._account("6541"), 1000, {"partner_id": self.public_body.id}),
            (self._receivable(), -1000, {"partner_id": self.public_body.id}),
        )
        self._settle(invoice, entry)
        [part] = self._statement(invoice)["parts"]
        self.assertEqual(part["rows"][-1]["details"], ())
        paid = self._invoice(self.public_body, 1000, DUE)
        self._pay(paid, 1000, "2026-10-01")
        [part] = self._statement(paid)["parts"]
        self.assertIn("principal payé", part["rows"][-1]["details"][0])
