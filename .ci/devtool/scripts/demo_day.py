# Run in an Odoo shell by `./dev demo`: the day's follow-up of the demonstration
# company, its letters as PDF in $RECOUVREMENT_OUT, a report in $RECOUVREMENT_REPORT.
import json
import os
from collections import Counter, defaultdict
from pathlib import Path

from odoo.tools.misc import format_date, formatLang


def today_run(env, company):
    """The run of today, started where there is none or where it was cut short."""
    runs = env["recouvrement.run"]
    today = runs._fields["date"].context_today(runs)
    run = runs.search([("company_id", "=", company.id), ("date", "=", today)], limit=1)
    if not run:
        run = runs.create({"company_id": company.id, "date": today})
    if run.state != "done":
        run.action_start()
    env.cr.commit()
    return run


def letter_name(env, action):
    debtor = env["ir.http"]._slugify(action.partner_id.display_name)
    return f"{action.name.replace('/', '-')}_{debtor}.pdf"


def print_letters(env, actions, out):
    """Print what is not printed yet, all in one go; return the names of all letters."""
    names = {action.id: letter_name(env, action) for action in actions}
    printed = {id_ for id_, name in names.items() if (out / name).exists()}
    missing = actions.filtered(lambda action: action.id not in printed)
    # alone: there is no server here that gives printed invoices their styles
    pdfs = missing._get_letter_pdfs(alone=True) if missing else {}
    for id_, pdf in pdfs.items():
        building = out / f".{names[id_]}"
        building.write_bytes(pdf)
        building.rename(out / names[id_])
        printed.add(id_)
    env.cr.commit()
    return sorted(names[id_] for id_ in printed)


def summary(env, run):
    """Lines that say what the day brought: steps, amounts, exceptions."""
    counts, amounts = Counter(), defaultdict(float)
    for action in run.action_ids:
        step = (
            action.stage_id.sequence,
            action.stage_id.display_name,
            action.currency_id,
        )
        counts[step] += 1
        amounts[step] += action.amount_total
    debtors = len(run.action_ids.partner_id)
    day = format_date(env, run.date)
    yield f"Follow-up of {day}: {len(run.action_ids)} actions, {debtors} debtors"
    for step in sorted(counts, key=lambda step: (step[0], step[1], step[2].name)):
        amount = formatLang(env, amounts[step], currency_obj=step[2])
        yield f"  {counts[step]:>4}  {step[1]:<40} {amount:>18}"
    failed = run.action_ids.filtered(lambda action: action.state == "failed")
    yield f"Exceptions, for someone to act on: {len(failed)}"
    for action in failed:
        reason = (action.failure_reason or "").strip().replace("\n", " ")
        yield f"  {action.name}  {action.partner_id.display_name}: {reason}"


def main(env):
    company = env.ref("l10n_fr_recouvrement.demo_company")
    env = env(context=dict(env.context, lang="fr_FR", allowed_company_ids=company.ids))
    run = today_run(env, company)
    letters = run.action_ids.filtered(
        lambda action: action.state != "failed" and not action.is_human
    )
    names = print_letters(env, letters, Path(os.environ["RECOUVREMENT_OUT"]))
    report = {"letters": names, "summary": list(summary(env, run))}
    Path(os.environ["RECOUVREMENT_REPORT"]).write_text(json.dumps(report))


main(env)
