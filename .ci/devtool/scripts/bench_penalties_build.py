# Run in an Odoo shell by `./dev bench penalties`: a book of open overdue invoices.
from bench_book import Book
from bench_script import (
    PRICE,
    PROFILES,
    create_company,
    options,
    prepare_debtor,
    prepare_invoice,
    prepare_receipt,
    receivable_lines,
    report,
)

from odoo.fields import Date


def create_template(book, profile, paid, day):
    """An overdue invoice as Odoo makes it, and the money received for a part of it."""
    moves = book.env["account.move"]
    debtor = book.debtors[profile]
    due = Date.subtract(day, days=20)
    invoice = moves.create(prepare_invoice(book.company, debtor, due))
    receipt = moves
    if paid:
        received = Date.subtract(day, days=10)
        vals = prepare_receipt(book.company, debtor, PRICE / 3, received)
        receipt = moves.create(vals)
    (invoice + receipt).action_post()
    if paid:
        receivable_lines(invoice + receipt).reconcile()
    book.templates[profile, paid] = invoice, receipt


def main(env):
    given = options()
    book = Book(create_company(env), given["date"], given["size"])
    for profile in PROFILES:
        book.debtors[profile] = book.env["res.partner"].create(
            prepare_debtor(book.env, profile, f"Debiteur {profile}")
        )
        for paid in (False, True):
            create_template(book, profile, paid, given["date"])
    counts = book.fill()
    book.check()
    report(counts)


main(env)
