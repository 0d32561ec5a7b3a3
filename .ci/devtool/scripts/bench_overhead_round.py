# Run in an Odoo shell by `./dev bench overhead`: post and pay, measured, as somebody of
# the company does it in the web client. Each thing done is a transaction of its own and
# begins with nothing in cache, as a call of the client does.
from cProfile import Profile
from functools import partial
from pstats import Stats

from bench_measure import measure
from bench_script import (
    LOGIN,
    OVERHEAD,
    WARM_UP,
    find_company,
    options,
    receivable_lines,
    report,
)

GROUP = 50


def post(invoices, _day):
    """Select them all in the list, Post."""
    return [invoices.action_post]


def register(invoices, day):
    """Select fifty in the list, Pay, one payment for each invoice."""

    def pay(selected):
        action = selected.action_register_payment()
        wizard = selected.env[action["res_model"]].with_context(**action["context"])
        wizard.create(
            {"payment_date": day, "group_payment": False}
        ).action_create_payments()

    starts = range(0, len(invoices), GROUP)
    return [partial(pay, invoices[start : start + GROUP]) for start in starts]


def reconcile(invoices, _day):
    """Open the invoice, add the credit that stands below its total."""
    receipts = invoices.search([("ref", "in", [f"{id_}" for id_ in invoices.ids])])
    credits = {int(receipt.ref): receivable_lines(receipt).id for receipt in receipts}
    return [
        partial(invoice.js_assign_outstanding_line, credits[invoice.id])
        for invoice in invoices
    ]


def perform(cr, calls):
    for call in calls:
        call()
        cr.commit()


def count_calls(cr, calls):
    """Function calls made: the same on a busy machine."""
    with Profile() as profile:
        perform(cr, calls)
    return {"calls": Stats(profile).total_calls}


def measure_times(cr, calls):
    with measure(cr) as results:
        perform(cr, calls)
    return results


def measure_operation(env, operation, given, limit):
    invoices = env["account.move"].search(
        [("invoice_origin", "=", operation)], order="id", limit=WARM_UP + limit
    )
    prepare = {"post": post, "register": register, "reconcile": reconcile}
    prepare = prepare[operation.split()[0]]
    perform(env.cr, prepare(invoices[:WARM_UP], given["date"]))
    timed = invoices[WARM_UP:]
    measured = count_calls if given["counted"] else measure_times
    results = measured(env.cr, prepare(timed, given["date"]))
    results["invoices"] = len(timed)
    field, done = ("state", {"posted"})
    if operation != "post":
        field, done = ("payment_state", {"paid", "in_payment"})
    assert set(timed.mapped(field)) <= done, operation
    return results


def main(env):
    given = options()
    user = env["res.users"].search([("login", "=", LOGIN)])
    context = {**user.with_user(user).context_get(), **find_company(env).env.context}
    env = env(user=user, su=False, context=context)
    limits = {"post": given["posted"]}
    report(
        {
            operation: measure_operation(
                env, operation, given, limits.get(operation, given["paid"])
            )
            for operation in OVERHEAD
        }
    )


main(env)
