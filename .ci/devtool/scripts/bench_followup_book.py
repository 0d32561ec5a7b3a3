"""The book that follow-up is measured and tried on: what businesses owe, overdue for a
day to four months, some of it paid in part, some debtors with a credit note."""

from bench_book import Book
from bench_script import (
    PRICE,
    create_company,
    prepare_debtor,
    prepare_invoice,
    prepare_receipt,
    receivable_lines,
)

from odoo.fields import Date

PROFILE = "business"
CREDIT = "credit note"
ONE_CREDITED_IN = 10
# What is credited or paid is a third of an invoice.
SHARE = 3


class FollowupBook(Book):
    """Invoices of businesses, and credit notes that nobody set against them yet."""

    spread_days = 120

    @classmethod
    def create(cls, env, day, size):
        """Make the creditor and all that is owed to it.

        :return: what the book counts
        """
        book = cls(create_company(env), day, size)
        # Every debtor is written to, however little it owes. No procedure is there yet
        # where the module is not installed.
        if "recouvrement.procedure" in env:
            env["recouvrement.procedure"].search([]).min_amount_debtor = 0
        book._create_templates()
        counts = book.fill()
        counts["credit notes"] = book._count("account_move", "move_type = 'out_refund'")
        book.check()
        return counts

    def _create_templates(self):
        debtor = self.env["res.partner"].create(
            prepare_debtor(self.env, PROFILE, f"Debiteur {PROFILE}")
        )
        self.debtors[PROFILE] = debtor
        moves = self.env["account.move"]
        due = Date.subtract(self.day, days=20)
        for paid in (False, True):
            invoice = moves.create(prepare_invoice(self.company, debtor, due))
            receipt = moves
            if paid:
                received = Date.subtract(self.day, days=10)
                receipt = moves.create(
                    prepare_receipt(self.company, debtor, PRICE / SHARE, received)
                )
            (invoice + receipt).action_post()
            if paid:
                receivable_lines(invoice + receipt).reconcile()
            self.templates[PROFILE, paid] = invoice, receipt
        refund = moves.create(
            prepare_invoice(
                self.company, debtor, due, 1 / SHARE, move_type="out_refund"
            )
        )
        refund.action_post()
        self.templates[PROFILE, CREDIT] = refund, moves

    def _profile_of(self, _debtor):
        return PROFILE

    def _plan_rows(self):
        """The invoices, then the credit notes, smaller than the oldest invoice of their
        debtor."""
        rows = super()._plan_rows()
        credited = range(0, self._debtor_count, ONE_CREDITED_IN)
        return rows + [
            self._planned_credit(rows[debtor], self.size + index)
            for index, debtor in enumerate(credited)
        ]

    def _planned_credit(self, row, number):
        refund, _receipt = self.templates[PROFILE, CREDIT]
        _number, debtor, _invoice, days, *_receipt, factor = row
        return (number, debtor, refund.id, days, None, None, factor)

    def check(self):
        # EXTENDS Book
        credits = self.env["account.move"].search([("move_type", "=", "out_refund")])
        assert len(credits) == -(-self._debtor_count // ONE_CREDITED_IN)
        self._check_computed(credits[:ONE_CREDITED_IN])
        super().check()
