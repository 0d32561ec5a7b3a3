# Run in an Odoo shell by `./dev bench overhead`: what is overdue has its penalties
# before it is paid.
from bench_refresh import refresh
from bench_script import find_company, options, report

from odoo.fields import Domain


def main(env):
    company = find_company(env)
    refresh(company, options()["date"])
    overdue = Domain("invoice_origin", "=like", "%overdue")
    without = Domain("recouvrement_penalty_line_ids", "=", False)
    moves = company.env["account.move"].search(overdue & without)
    consumers = moves.filtered(lambda move: move.recouvrement_profile == "consumer")
    assert moves == consumers, "penalties are missing"
    report({})


main(env)
