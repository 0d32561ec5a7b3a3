# Run in an Odoo shell by `./dev shots`: the letter of each stage of the demonstration
# company, as a debtor of it would get it today, as PDF; nothing of it stays.
import os
from pathlib import Path


def main(env):
    company = env.ref("l10n_fr_recouvrement.demo_company")
    env = env(context=dict(env.context, lang="fr_FR", allowed_company_ids=company.ids))
    folder = Path(os.environ["RECOUVREMENT_OUT"])
    seen = set()
    stages = env["recouvrement.stage"].with_context(active_test=False)
    for stage in stages.search([("letter_intro", "!=", False)], order="id"):
        name = f"{stage.profile}-{stage.kind}"
        if name in seen:
            continue
        seen.add(name)
        pdf = print_letter(env, company, stage.sudo())
        env.cr.rollback()
        (folder / f"{name}.pdf").write_bytes(pdf)


def print_letter(env, company, stage):
    """The letter without what is enclosed, whose names it lists."""
    preview = env["recouvrement.preview"].sudo()
    action = preview._make_action(company, stage, stage.preview_partner_id)
    if not action:
        action = preview._make_action(company, stage, preview._make_example(stage))
    letters = env["report.l10n_fr_recouvrement.report_letter"].sudo()
    documents, errors = letters._render_documents(action, alone=True)
    assert not errors, errors
    return documents[action.id].pdf


main(env)
