# Run in an Odoo shell by `./dev bench overhead`: the invoices to be posted and paid.
from datetime import timedelta

from bench_script import (
    LOGIN,
    OVERHEAD,
    WARM_UP,
    create_company,
    options,
    prepare_debtor,
    prepare_invoice,
    prepare_receipt,
    profile_of,
    report,
)

from odoo.fields import Command

DEBTORS = 100


def create_bookkeeper(company):
    env = company.env
    groups = env.ref("base.group_user") + env.ref("account.group_account_manager")
    env["res.users"].with_context(no_reset_password=True).create(
        {
            "name": "Comptable du banc",
            "login": LOGIN,
            "lang": "fr_FR",
            "tz": "Europe/Paris",
            "company_id": company.id,
            "company_ids": [Command.set(company.ids)],
            "group_ids": [Command.set(groups.ids)],
        }
    )


def create_invoices(company, debtors, operation, due, count):
    """Draft invoices marked with what is going to be done with them."""
    return company.env["account.move"].create(
        [
            prepare_invoice(
                company,
                debtors[number % len(debtors)],
                due,
                factor=1 + number * 104729 % 1999,
                invoice_origin=operation,
            )
            for number in range(count)
        ]
    )


def create_receipts(company, invoices, day):
    receipts = company.env["account.move"].create(
        [
            prepare_receipt(
                company,
                invoice.partner_id,
                invoice.amount_total,
                day,
                ref=f"{invoice.id}",
            )
            for invoice in invoices
        ]
    )
    receipts.action_post()


def main(env):
    given = options()
    day = given["date"]
    company = create_company(env)
    create_bookkeeper(company)
    debtors = company.env["res.partner"].create(
        [
            prepare_debtor(company.env, profile_of(number), f"Debiteur {number}")
            for number in range(DEBTORS)
        ]
    )
    for operation in OVERHEAD:
        count = given["posted"] if operation == "post" else given["paid"]
        late = operation.endswith("overdue")
        due = day - timedelta(days=90) if late else day + timedelta(days=24)
        invoices = create_invoices(company, debtors, operation, due, WARM_UP + count)
        if operation != "post":
            invoices.action_post()
        if operation.startswith("reconcile"):
            create_receipts(company, invoices, day)
        env.cr.commit()
    report({})


main(env)
