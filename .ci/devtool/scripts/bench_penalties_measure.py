# Run in an Odoo shell by `./dev bench penalties`: one measure on the book.
import random
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import cycle

from bench_measure import measure
from bench_refresh import refresh
from bench_script import find_company, options, report

from odoo.tools import SQL

PENALTIES = "recouvrement_penalty_line"
WATCHED = (PENALTIES, "account_move")
ROWS_PER_INSERT = 1000
CHECKED = 200
CENT = Decimal("0.01")
# C. com. L441-10, II; CCP R2192-31. A consumer owes nothing without a formal notice.
MARGINS = {"business": 10, "public": 8}


# Bare SQL: the same rows read, as many written, nothing computed


def read_due_lines(company, day):
    return company.env.execute_query(
        SQL(
            """
            SELECT line.id, line.move_id, line.date_maturity, line.amount_currency,
                   move.recouvrement_profile
              FROM account_move_line line
              JOIN account_move move ON move.id = line.move_id
             WHERE move.company_id = %s
               AND move.state = 'posted'
               AND move.move_type = 'out_invoice'
               AND move.payment_state IN ('not_paid', 'partial')
               AND line.display_type = 'payment_term'
               AND line.date_maturity < %s
             ORDER BY line.id
            """,
            company.id,
            day,
        )
    )


def read_payments(company):
    return company.env.execute_query(
        SQL(
            """
            SELECT partial.debit_move_id, partial.max_date,
                   partial.debit_amount_currency
              FROM account_partial_reconcile partial
              JOIN account_move_line line ON line.id = partial.debit_move_id
             WHERE line.company_id = %s
               AND line.display_type = 'payment_term'
            """,
            company.id,
        )
    )


def bare_rows(due_lines, pattern, count):
    """Rows like ``pattern``, as many as asked for, several for each due line."""
    for number, line in zip(range(count), cycle(due_lines), strict=False):
        line_id, move_id, due, _amount, _profile = line
        day = due + timedelta(days=number // len(due_lines))
        yield (*pattern, move_id, line_id, day, day)


def measure_bare(company, given):
    """Read due lines and payments, write rows of one shape, commit."""
    cr = company.env.cr
    cr.execute("DROP TABLE IF EXISTS bench_bare")
    cr.execute(f"CREATE TABLE bench_bare (LIKE {PENALTIES} INCLUDING ALL)")
    cr.execute(f"SELECT * FROM {PENALTIES} WHERE kind = 'interest' LIMIT 1")
    own = ("move_id", "move_line_id", "date_from", "date_to")
    pattern = {
        name: value
        for name, value in cr.dictfetchone().items()
        if name not in ("id", *own)
    }
    names = ", ".join((*pattern, *own))
    query = f"INSERT INTO bench_bare ({names}) VALUES %s"
    with measure(cr, ("bench_bare",)) as results:
        due_lines = read_due_lines(company, given["date"])
        read_payments(company)
        rows = bare_rows(due_lines, tuple(pattern.values()), given["bare_rows"])
        cr.execute_values(query, rows, page_size=ROWS_PER_INSERT)
        cr.commit()
    cr.execute("DROP TABLE bench_bare")
    cr.commit()
    return results


# The check: interest counted day by day, without the addon's law


def read_rates(env):
    rates = env.execute_query(SQL("SELECT date_from, ecb_refi FROM recouvrement_rate"))
    return {day: Decimal(str(rate)) for day, rate in rates}


def half_year(day):
    return date(day.year, 1 if day.month <= 6 else 7, 1)


def interest(due, amount, profile, payments, rates, day):
    """Interest of a due line up to ``day``, rounded where its rate or base changes."""
    if profile not in MARGINS:
        return Decimal(0)
    sums = {}
    for late in range(1, (day - due).days + 1):
        today = due + timedelta(days=late)
        # a payment counts from the day after it (CJEU C-306/06)
        base = amount - sum(part for paid, part in payments if paid < today)
        # public law keeps the rate of the day on which interest began (CCP R2192-31)
        began = half_year(due + timedelta(days=1) if profile == "public" else today)
        key = (base, began)
        sums[key] = sums.get(key, 0) + base * (rates[began] + MARGINS[profile])
    return sum(
        ((part / 36500).quantize(CENT, ROUND_HALF_UP) for part in sums.values()),
        Decimal(0),
    )


def check_interest(company, day):
    """Compare the interest stored for some invoices, drawn at random, with that."""
    env = company.env
    rates = read_rates(env)
    payments = {}
    for line_id, paid, amount in read_payments(company):
        payments.setdefault(line_id, []).append((paid, Decimal(str(amount))))
    due_lines = read_due_lines(company, day)
    sample = random.Random(len(due_lines)).sample(
        due_lines, min(CHECKED, len(due_lines))
    )
    stored = dict(
        env.execute_query(
            SQL(
                """
                SELECT move_line_id, SUM(amount)::text
                  FROM recouvrement_penalty_line
                 WHERE kind = 'interest' AND move_line_id = ANY(%s)
                 GROUP BY move_line_id
                """,
                [line[0] for line in sample],
            )
        )
    )
    wrong = {}
    total = Decimal(0)
    for line_id, _move_id, due, amount, profile in sample:
        paid = payments.get(line_id, ())
        expected = interest(due, Decimal(str(amount)), profile, paid, rates, day)
        found = Decimal(stored.get(line_id, 0))
        total += expected
        if found != expected:
            wrong[line_id] = f"{found}, not {expected}"
    return {"invoices": len(sample), "interest": str(total), "wrong": wrong}


def main(env):
    given = options()
    company = find_company(env)
    if "bare_rows" in given:
        report(measure_bare(company, given))
        return
    with measure(env.cr, WATCHED) as results:
        refresh(company, given["date"], given["forced"])
        env.cr.commit()
    results["check"] = check_interest(company, given["date"])
    report(results)


main(env)
