# Run in an Odoo shell by `./dev bench letters`: debtors at three stages of their
# procedure, the letters before sent, the last ones ready to leave.
from datetime import timedelta

from bench_letters import DAY, at, serve
from bench_script import (
    create_company,
    options,
    prepare_debtor,
    prepare_invoice,
    profile_of,
    report,
)

from odoo.fields import Command, Date

# Days before the last run: of each group, the due date; of each run, its day. On the
# last day the first group gets its first letter, the second its second, and so on.
DUES = {"first": 10, "second": 26, "third": 42}
RUNS = (38, 22)
# Letters of each group, out of twenty: more first letters than formal notices.
GROUPS = ("first",) * 8 + ("second",) * 7 + ("third",) * 5
# Invoices of a debtor, in turn.
INVOICES = (1, 1, 2, 3, 1, 2, 1, 5, 1, 2)
# One invoice in so many was never sent from Odoo, and has no PDF.
WITHOUT_PDF = 4


def configure(company):
    """What letters need of a company, and a procedure of letters alone."""
    company.email = "compta@atelier.example.com"
    env = company.env
    bank = env["res.partner.bank"].create(
        {
            "acc_number": "FR7630006000011234567890189",
            "partner_id": company.partner_id.id,
        }
    )
    company.recouvrement_bank_id = bank
    stages = env["recouvrement.stage"].search([])
    stages.filtered(lambda stage: stage.channel in ("phone", "visit")).active = False
    stages.needs_approval = True


def create_book(company, size):
    """Debtors with their invoices, posted; return the invoices."""
    env = company.env
    groups = [GROUPS[number % len(GROUPS)] for number in range(size)]
    debtors = env["res.partner"].create(
        [
            prepare_debtor(env, profile_of(number // 20), f"Debiteur {number}")
            for number in range(size)
        ]
    )
    moves = env["account.move"].create(
        [
            prepare_invoice(
                company,
                debtor,
                DAY - timedelta(days=DUES[group]),
                factor=10 + number % 50,
                invoice_line_ids=[
                    Command.create(
                        {
                            "name": f"Prestation {line}",
                            "price_unit": 10.05 * (10 + number % 50),
                            "tax_ids": [Command.set(company.account_sale_tax_id.ids)],
                        }
                    )
                    for line in range(1 + number % 6)
                ],
            )
            for number, (debtor, group) in enumerate(zip(debtors, groups, strict=True))
            for _rank in range(INVOICES[number % len(INVOICES)])
        ]
    )
    moves.action_post()
    return moves


def send_invoices(moves):
    """Give invoices the PDF that Odoo keeps when it sends one: made once, copied."""
    env = moves.env
    sample = moves[0]
    sending = env["account.move.send"]
    settings = sending._get_default_sending_settings(
        sample, sending_methods={}, extra_edis={}
    )
    sending._generate_invoice_documents({sample: settings})
    pdf = sample.invoice_pdf_report_id.raw
    assert pdf.startswith(b"%PDF")
    others = [move for rank, move in enumerate(moves) if rank and rank % WITHOUT_PDF]
    env["ir.attachment"].create(
        [
            {
                "name": f"{move.name.replace('/', '_')}.pdf",
                "raw": pdf,
                "mimetype": "application/pdf",
                "res_model": "account.move",
                "res_id": move.id,
                "res_field": "invoice_pdf_report_file",
            }
            for move in others
        ]
    )
    return len(moves) - len(others) - 1


def follow_up(company, day):
    """Make the actions of a day."""
    env = company.env
    run = env["recouvrement.run"].create({"company_id": company.id, "date": day})
    run._start(env["recouvrement.engine"]._find_debtors(company, day))
    batches = env["recouvrement.run.batch"].sudo()
    while batch := batches._take():
        batch.with_env(env)._perform()
    assert run.state == "done", run.state
    return run.action_ids.filtered(lambda action: action.state != "failed")


def main(env):
    given = options()
    company = create_company(env)
    configure(company)
    moves = create_book(company, given["size"])
    env.cr.commit()
    with serve(company.env):
        without_pdf = send_invoices(moves)
        for days in RUNS:
            day = DAY - timedelta(days=days)
            with at(day):
                actions = follow_up(company, day).sudo()
                actions.action_approve()
                actions._freeze_letters()._mark_sent(day)
            env.cr.commit()
    with at(DAY):
        actions = follow_up(company, DAY)
        actions.action_approve()
    env.cr.commit()
    assert len(actions) == given["size"], len(actions)
    kinds = {}
    for action in actions:
        kinds[action.kind] = kinds.get(action.kind, 0) + 1
    report(
        {
            "invoices": len(moves),
            "without_pdf": without_pdf,
            "letters": len(actions),
            "kinds": kinds,
            "day": Date.to_string(DAY),
        }
    )


main(env)
