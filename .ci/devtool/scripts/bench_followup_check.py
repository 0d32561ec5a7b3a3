"""What a run has to have done, read from the accounts without the engine."""

from decimal import Decimal

from odoo.tools import SQL


def check(run):
    """Compare the actions of a run with what is open on its day.

    :return: ``{"claimed", "owed", "wrong": [what is not as it should be]}``
    """
    run.env.flush_all()
    claimed = _exact(_read_claimed(run))
    owed = _exact(_read_owed(run.company_id, run.date))
    partners = {partner_id for partner_id, *_rest in owed}
    wrong = [
        f"{name}: {found}, not {expected}"
        for name, found, expected in (
            ("actions", len(claimed), len(owed)),
            ("debtors", len({row[0] for row in claimed}), len(partners)),
            ("ready", sum(row[-1] == "ready" for row in claimed), len(owed)),
            ("due lines", sum(row[1] for row in claimed), sum(row[1] for row in owed)),
            ("principal", sum(row[2] for row in claimed), sum(row[2] for row in owed)),
            ("credits", sum(row[3] for row in claimed), sum(row[3] for row in owed)),
        )
        if found != expected
    ]
    different = {row[:4] for row in claimed} ^ set(owed)
    if different and not wrong:
        wrong.append(f"{len(different) // 2} debtors, as {min(different)}")
    return {
        "claimed": str(sum(row[2] - row[3] for row in claimed)),
        "owed": str(sum(row[2] - row[3] for row in owed)),
        "wrong": wrong,
    }


def _exact(rows):
    """Odoo's cursors give floats for amounts: they come as text."""
    return [
        (partner_id, lines, Decimal(principal), Decimal(credits), *rest)
        for partner_id, lines, principal, credits, *rest in rows
    ]


def _read_claimed(run):
    return run.env.execute_query(
        SQL(
            """
            SELECT action.partner_id,
                   COUNT(*) FILTER (WHERE line.kind = 'invoice'),
                   COALESCE(SUM(line.amount_residual)
                            FILTER (WHERE line.kind = 'invoice'), 0)::text,
                   COALESCE(SUM(line.amount_residual)
                            FILTER (WHERE line.kind != 'invoice'), 0)::text,
                   action.state
              FROM recouvrement_action action
              JOIN recouvrement_action_line line ON line.action_id = action.id
             WHERE action.run_id = %s
             GROUP BY action.id
            """,
            run.id,
        )
    )


def _read_owed(company, day):
    return company.env.execute_query(
        SQL(
            """
            SELECT line.partner_id,
                   COUNT(*) FILTER (WHERE line.balance > 0),
                   COALESCE(SUM(line.amount_residual)
                            FILTER (WHERE line.balance > 0), 0)::text,
                   (-COALESCE(SUM(line.amount_residual)
                              FILTER (WHERE line.balance < 0), 0))::text
              FROM account_move_line line
              JOIN account_account account ON account.id = line.account_id
             WHERE line.company_id = %s
               AND line.parent_state = 'posted'
               AND line.amount_residual != 0
               AND account.account_type = 'asset_receivable'
               AND (line.balance < 0 OR line.date_maturity < %s)
             GROUP BY line.partner_id
            """,
            company.id,
            day,
        )
    )
