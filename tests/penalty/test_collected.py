"""Penalties that a debit note charges are collected by money."""

from freezegun import freeze_time

from .books import SettledCase


class TestCollected(SettledCase):
    """Penalties are collected by money alone (CGI art. 237 sexies)."""

    def _charge(self, *amounts):
        """A debit note of the penalties of invoices."""
        invoices = self.env["account.move"]
        for amount in amounts:
            invoice = self._invoice(self.business, amount, "2026-05-31")
            self._pay(invoice, amount, "2026-07-31")
            self._penalties(invoice, "2026-08-31")
            invoices |= invoice
        with freeze_time("2026-08-31"):
            action = invoices.action_recouvrement_charge()
            wizard = self.env[action["res_model"]].browse(action["res_id"])
            found = wizard.action_charge()
        note = self.env["account.move"].browse(found["res_id"])
        if note.state == "draft":
            note.action_post()
        return invoices, note

    def _states(self, invoices):
        self.env.cr.precommit.run()
        self.env.flush_all()
        return invoices.recouvrement_penalty_line_ids.mapped("state")

    def test_by_money(self):
        invoices, note = self._charge(1000)
        self.assertEqual(set(self._states(invoices)), {"invoiced"})
        self._pay(note, note.amount_total, "2026-09-30")
        self.assertEqual(set(self._states(invoices)), {"collected"})

    def test_not_by_a_loss_nor_a_set_off(self):
        for account in (
            self._account("6541"),
            self.business.property_account_payable_id,
        ):
            with self.subTest(account.code):
                invoices, note = self._charge(1000)
                entry = self._entry(
                    "2026-09-30",
                    (account, note.amount_total),
                    (self._receivable(), -note.amount_total),
                )
                self._settle(note, entry)
                self.assertEqual(note.payment_state, "paid")
                self.assertEqual(set(self._states(invoices)), {"invoiced"})

    def test_by_a_bill_when_it_is_paid(self):
        invoices, note = self._charge(1000)
        bill = self._accept_bill(note, note.amount_total, "2026-09-30", "2026-11-30")
        self.assertEqual(set(self._states(invoices)), {"invoiced"})
        self._cash(bill, note.amount_total, "2026-11-30", self._account("413"))
        self.assertEqual(set(self._states(invoices)), {"collected"})

    def test_of_a_part_only(self):
        """What money reached, in the order of the note, is collected; the rest is
        not."""
        invoices, note = self._charge(1000, 2000)
        lines = note.invoice_line_ids
        self.assertGreater(len(lines), 1)
        received = lines[0].price_total
        self._pay(note, received, "2026-09-30")
        self._write_off(note, round(note.amount_total - received, 2), "2026-09-30")
        self.assertEqual(note.payment_state, "paid")
        self.assertEqual(set(self._states(invoices)), {"collected", "invoiced"})
        self.assertEqual(
            set(lines[0].recouvrement_penalty_line_ids.mapped("state")), {"collected"}
        )
