# Run in an Odoo shell by `./dev bench followup`: a run, from its start to actions that
# are ready to leave, their lines made and their texts written.
import cProfile
import pstats
from contextlib import nullcontext

from bench_followup_check import check
from bench_measure import measure
from bench_script import find_company, identify, options, report

WATCHED = ("recouvrement_action", "recouvrement_action_line", "account_move")
SHOWN = 60


def prepare(env, penalties):
    """Nobody has to approve the stage that all are at, so that actions are ready when
    the run is over.

    :param penalties: whether it claims them, as those after it do
    """
    stage = env.ref("l10n_fr_recouvrement.stage_business_reminder")
    stage.write({"needs_approval": False, "show_penalties": penalties})
    env.cr.commit()


def write_profile(profile, path):
    with open(path, "w", encoding="utf-8") as stream:
        for order in ("cumulative", "tottime"):
            stats = pstats.Stats(profile, stream=stream)
            stats.strip_dirs().sort_stats(order).print_stats(SHOWN)


def main(env):
    given = options()
    company = find_company(env)
    env = company.env
    identify(company)
    prepare(env, given["penalties"])
    env.invalidate_all()
    profile = cProfile.Profile() if given["profile"] else nullcontext()
    with measure(env.cr, WATCHED) as results, profile:
        run = env["recouvrement.run"].create(
            {"company_id": company.id, "date": given["date"]}
        )
        run.action_start()
        env.cr.commit()
        # what the scheduled job does when the button calls it
        env["recouvrement.run"]._cron_run()
    assert run.state == "done", run.state
    if given["profile"]:
        write_profile(profile, given["profile"])
    results["check"] = check(run)
    report(results)


main(env)
