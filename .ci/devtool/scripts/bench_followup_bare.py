# Run in an Odoo shell by `./dev bench followup`, after a run on the same book: the same
# open items read by plain SQL, as many actions and lines written, nothing computed.
from itertools import groupby

from bench_measure import measure
from bench_script import find_company, options, report
from psycopg2.extras import Json

from odoo.tools import SQL

ACTION, LINE = "recouvrement_action", "recouvrement_action_line"
BARE = {ACTION: "bench_bare_action", LINE: "bench_bare_line"}
ROWS_PER_INSERT = 1000
# Told row by row; every other column holds what it does in one row of the run.
ACTION_OWN = ("name", "partner_id", "contact_id", "amount_invoices")
LINE_OWN = (
    "action_id", "move_id", "move_line_id", "label", "date_document", "date_due",
    "amount_original", "amount_residual",
)  # fmt: skip


def read_open_items(company, day):
    return company.env.execute_query_dict(
        SQL(
            """
            SELECT line.id, line.move_id, line.date_maturity, line.amount_currency,
                   line.amount_residual_currency AS residual, move.name,
                   move.invoice_date, partner.commercial_partner_id AS partner_id
              FROM account_move_line line
              JOIN account_move move ON move.id = line.move_id
              JOIN account_account account ON account.id = line.account_id
              JOIN res_partner partner ON partner.id = line.partner_id
             WHERE line.company_id = %s
               AND line.parent_state = 'posted'
               AND line.reconciled IS NOT TRUE
               AND account.account_type = 'asset_receivable'
               AND (line.amount_residual_currency < 0
                    OR line.date_maturity < %s
                   AND line.no_followup IS NOT TRUE
                   AND move.move_type IN ('out_invoice', 'out_receipt')
                   AND move.payment_state IN ('not_paid', 'partial'))
             ORDER BY partner.commercial_partner_id, line.date_maturity, line.id
            """,
            company.id,
            day,
        )
    )


def read_pattern(cr, table, own, condition):
    """A row of the run, as columns and values, but for those told row by row."""
    query = "SELECT * FROM %s WHERE %s ORDER BY id LIMIT 1"
    cr.execute(SQL(query, SQL.identifier(table), SQL(condition)))
    row = cr.dictfetchone()
    return {
        name: Json(value) if isinstance(value, (dict, list)) else value
        for name, value in row.items()
        if name not in ("id", *own)
    }


def insert(cr, table, own, pattern, rows, fetch=False):
    names = ", ".join((*pattern, *own))
    query = f"INSERT INTO {BARE[table]} ({names}) VALUES %s"
    values = tuple(pattern.values())
    return cr.execute_values(
        f"{query} RETURNING id" if fetch else query,
        ((*values, *row) for row in rows),
        page_size=ROWS_PER_INSERT,
        fetch=fetch,
    )


def write(cr, items, patterns):
    debtors = [
        (partner_id, list(rows))
        for partner_id, rows in groupby(items, key=lambda row: row["partner_id"])
    ]
    debtors = [
        (partner_id, rows)
        for partner_id, rows in debtors
        if any(row["residual"] > 0 for row in rows)
    ]
    actions = insert(
        cr,
        ACTION,
        ACTION_OWN,
        patterns[ACTION],
        (
            (f"BARE/{number}", partner_id, partner_id, sum(r["residual"] for r in rows))
            for number, (partner_id, rows) in enumerate(debtors)
        ),
        fetch=True,
    )
    lines = (
        (
            action_id,
            row["move_id"],
            row["id"],
            row["name"],
            row["invoice_date"],
            row["date_maturity"],
            row["amount_currency"],
            abs(row["residual"]),
        )
        for (action_id,), (_partner_id, rows) in zip(actions, debtors, strict=True)
        for row in rows
    )
    insert(cr, LINE, LINE_OWN, patterns[LINE], lines)


def main(env):
    given = options()
    company = find_company(env)
    cr = env.cr
    for table, bare in BARE.items():
        cr.execute(f"DROP TABLE IF EXISTS {bare}")
        cr.execute(f"CREATE TABLE {bare} (LIKE {table} INCLUDING ALL)")
    patterns = {
        ACTION: read_pattern(cr, ACTION, ACTION_OWN, "TRUE"),
        LINE: read_pattern(cr, LINE, LINE_OWN, "kind = 'invoice'"),
    }
    with measure(cr, BARE.values()) as results:
        write(cr, read_open_items(company, given["date"]), patterns)
        cr.commit()
    for bare in BARE.values():
        cr.execute(f"DROP TABLE {bare}")
    cr.commit()
    report(results)


main(env)
