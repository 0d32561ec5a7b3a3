# Run in an Odoo shell by `./dev bench followup`, with OCA's account_credit_control: one
# step of its work, as its buttons do it.
from bench_measure import measure
from bench_script import find_company, options, report

from odoo.fields import Command

WATCHED = ("credit_control_line", "credit_control_communication", "mail_message")


def prepare(company, _given):
    """Its policy of three levels for the accounts of the customers, as an accountant
    sets it up: it brings none."""
    env = company.env
    policy = env.ref("account_credit_control.credit_control_3_time")
    policy.account_ids = env["account.account"].search(
        [
            ("account_type", "=", "asset_receivable"),
            ("company_ids", "in", company.ids),
        ]
    )
    company.credit_policy_id = policy
    env.cr.commit()
    return {}


def generate(company, given):
    env = company.env
    with measure(env.cr, WATCHED) as results:
        run = env["credit.control.run"].create(
            {
                "company_id": company.id,
                "date": given["date"],
                "policy_ids": [Command.set(company.credit_policy_id.ids)],
            }
        )
        run.generate_credit_lines()
        env.cr.commit()
    assert run.line_ids, "nothing was found"
    return results


def communicate(company, _given):
    env = company.env
    run = env["credit.control.run"].search([], limit=1)
    lines = run.line_ids
    with measure(env.cr, WATCHED) as results:
        env["credit.control.communication"]._generate_comm_from_credit_lines(lines)
        env.cr.commit()
    assert all(line.communication_id for line in lines), "lines are left over"
    return results


def main(env):
    given = options()
    steps = {"prepare": prepare, "generate": generate, "communicate": communicate}
    report(steps[given["step"]](find_company(env), given))


main(env)
