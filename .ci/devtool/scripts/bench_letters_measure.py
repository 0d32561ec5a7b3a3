# Run in an Odoo shell by `./dev bench letters`: the letters that are ready are sent.
import cProfile
import hashlib
import io
import pstats
import resource
from contextlib import nullcontext

from bench_letters import DAY, at, serve, store_files
from bench_measure import measure
from bench_script import find_company, options, report
from pypdf import PdfReader

SHOWN = 60


def send(actions, single):
    if not single:
        actions._send()
        actions.env.cr.commit()
        return
    for action in actions:
        # each is a request of its own
        action.env.invalidate_all()
        action._send()
        action.env.cr.commit()


def check(actions, enclose):
    """What makes the times worthless: letters that did not leave, or are not whole."""
    faults = []
    late = actions.filtered(lambda action: action.state != "sent")
    if late:
        reason = late[0].failure_reason
        faults.append(f"{len(late)} letters did not leave: {reason}")
    for action in actions - late:
        pdf = action.letter_attachment_id.raw
        pages = len(PdfReader(io.BytesIO(pdf)).pages)
        parts = [piece["pages"] for piece in action.letter_enclosures or ()]
        if pages != action.letter_pages + sum(parts):
            faults.append(f"{action.name} has {pages} pages")
        if hashlib.sha256(pdf).hexdigest() != action.letter_sha256:
            faults.append(f"{action.name} is not what was sealed")
        wanted = enclose and action.kind in ("second_reminder", "formal_notice")
        if wanted != bool(parts):
            faults.append(f"{action.name} encloses {len(parts)} pieces")
    return faults[:10]


def main(env):
    given = options()
    company = find_company(env)
    env = company.env
    if not given["enclose"]:
        flags = [
            name for name in env["recouvrement.stage"]._fields if "enclose_" in name
        ]
        env["recouvrement.stage"].search([]).write(dict.fromkeys(flags, False))
    ready = env["recouvrement.action"].search([("state", "=", "ready")], order="id")
    step = max(1, len(ready) // given["count"])
    actions = ready[::step][: given["count"]]
    profile = cProfile.Profile() if given["profile"] else nullcontext()
    with store_files(env):
        with serve(env), at(DAY):
            env["ir.actions.report"].get_wkhtmltopdf_state()
            env.invalidate_all()
            with measure(env.cr) as results, profile:
                send(actions, given["single"])
        results["faults"] = check(actions, given["enclose"])
    # Of all child processes the largest; Linux counts in kilobytes.
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    results["children_mb"] = children.ru_maxrss / 1024
    results["children_cpu_seconds"] = children.ru_utime + children.ru_stime
    results["letters"] = len(actions)
    results["pages"] = sum(
        action.letter_pages
        + sum(piece["pages"] for piece in action.letter_enclosures or ())
        for action in actions
    )
    if given["profile"]:
        with open(given["profile"], "w", encoding="utf-8") as stream:
            for order in ("cumulative", "tottime"):
                stats = pstats.Stats(profile, stream=stream)
                stats.strip_dirs().sort_stats(order).print_stats(SHOWN)
    report(results)


main(env)
