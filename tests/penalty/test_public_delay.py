"""Invoices to public bodies fall due at the end of the time that these have from
receipt of the request for payment."""

from freezegun import freeze_time

from odoo.tests import tagged

from ..common import RecouvrementCase


@tagged("standard", "post_install", "-at_install")
class TestPublicDelay(RecouvrementCase):
    """CCP art. R2192-10 and R2192-11."""

    def _due(self, invoice):
        dues = invoice.line_ids.filtered("date_maturity").sorted("date_maturity")
        days = [str(day) for day in dues.mapped("date_maturity")]
        self.assertEqual(str(invoice.invoice_date_due), days[-1])
        return days

    def test_received_after_the_invoice_was_made(self):
        invoice = self._invoice(self.public_body, 1000, "2026-05-31")
        self.assertEqual(self._due(invoice), ["2026-05-31"])
        invoice.recouvrement_request_date = "2026-05-04"
        self.assertEqual(self._due(invoice), ["2026-06-03"])
        self.assertIn("06/03/2026", self._last_note(invoice))
        invoice.recouvrement_public_delay = "health"
        self.assertEqual(self._due(invoice), ["2026-06-23"])
        self.assertEqual(invoice.amount_residual, 1000)
        self.assertEqual(len(invoice.line_ids.filtered("date_maturity")), 1)

    def test_nothing_is_late_before_its_end(self):
        """The letter tells the same day and the same lateness as the interest."""
        invoice = self._invoice(self.public_body, 1000, "2026-05-31")
        invoice.recouvrement_request_date = "2026-05-20"
        self.assertFalse(self._run("2026-06-19"))
        self.assertEqual(str(invoice.recouvrement_next_date), "2026-06-24")
        action = self._run("2026-07-20")
        [line] = action.line_ids
        self.assertEqual((str(line.date_due), line.days_late), ("2026-06-19", 31))
        first = self._penalties(invoice, "2026-07-20")[0]
        self.assertEqual(str(first.date_from), "2026-06-20")

    def test_what_waits_follows(self):
        invoice = self._invoice(self.public_body, 1000, "2026-05-31")
        action = self._run("2026-06-15")
        self.assertTrue(action)
        with freeze_time("2026-06-15"):
            invoice.recouvrement_request_date = "2026-05-20"
            self.env.cr.flush()
        self.assertEqual(action.state, "cancelled")

    def test_received_before_it_is_posted(self):
        invoice = self._invoice(
            self.public_body,
            1000,
            "2026-05-31",
            recouvrement_request_date="2026-05-20",
        )
        self.assertEqual(self._due(invoice), ["2026-06-19"])

    def test_a_later_instalment_keeps_its_day(self):
        invoice = self._invoice_in_two(self.public_body, 1000, "2026-05-01", 90)
        self.assertEqual(self._due(invoice), ["2026-05-01", "2026-07-30"])
        invoice.recouvrement_request_date = "2026-05-20"
        self.assertEqual(self._due(invoice), ["2026-06-19", "2026-07-30"])
        invoice.recouvrement_request_date = "2026-07-20"
        self.assertEqual(self._due(invoice), ["2026-08-19", "2026-08-19"])

    def test_others_keep_theirs(self):
        for debtor in (self.business, self.consumer):
            invoice = self._invoice(debtor, 1000, "2026-05-31")
            invoice.recouvrement_request_date = "2026-05-20"
            self.assertEqual(self._due(invoice), ["2026-05-31"])

    def _last_note(self, invoice):
        return " ".join(invoice.message_ids.mapped("body"))
