# Run in an Odoo shell by `./dev bench size`: one thing that a person or the scheduled
# job does with a book, under the limits that Odoo sets by itself.
import time

from bench_measure import MEGABYTE, OverLimitError, limited, measure, read_status
from bench_script import find_company, identify, options, report
from lxml import etree

from odoo.fields import Command, Date

ADDON = "l10n_fr_recouvrement"


def as_manager(env):
    """The environment of somebody in charge of recovery, in the company of the book."""
    company = find_company(env)
    user = env.ref("base.user_admin")
    groups = [
        "account.group_account_manager",
        "l10n_fr_recouvrement.group_recovery_manager",
    ]
    user.write(
        {
            "company_ids": [Command.link(company.id)],
            "company_id": company.id,
            "group_ids": [Command.link(env.ref(group).id) for group in groups],
        }
    )
    identify(company)
    env.cr.commit()
    context = {"allowed_company_ids": company.ids, "lang": "fr_FR"}
    return env(user=user.id, context=context)


def module(env):
    return env["ir.module.module"].search([("name", "=", ADDON)])


class Steps:
    """What is measured, by its name; each returns what is to be kept besides."""

    def __init__(self, env, day):
        self.env = env
        self.day = day

    def install(self):
        module(self.env).button_immediate_install()

    def update(self):
        module(self.env).button_immediate_upgrade()

    def uninstall(self):
        module(self.env).button_immediate_uninstall()

    def start_preview(self):
        wizard = self.env["recouvrement.start.wizard"].create({})
        wizard.action_preview()
        self.env.flush_all()
        return {"actions": wizard.action_count}

    def start(self):
        wizard = self.env["recouvrement.start.wizard"].create({"auto": True})
        wizard.action_start()

    def run_preview(self):
        wizard = self.env["recouvrement.run.wizard"].create({"date": self.day})
        names = ["due_count", "excluded_count", "waiting_count", "bank_warning"]
        [shown] = wizard.read(names)
        wizard.due_line_ids[:40].read()
        return {"actions": shown["due_count"]}

    def adopt(self):
        self.env["account.move"]._recouvrement_adopt_open_invoices()

    def edit_stage(self):
        stage = self.env.ref("l10n_fr_recouvrement.stage_business_reminder")
        stage.delay += 7

    def night(self):
        self.env["recouvrement.run"]._cron_run()
        self.env["account.move"]._cron_recouvrement_penalties()
        return self._count_actions()

    def follow(self):
        self.env["recouvrement.action"]._cron_follow_account()
        return self._count_actions()

    def _count_actions(self):
        groups = self.env["recouvrement.action"].sudo()
        groups = groups._read_group([], ["state"], ["__count"])
        return {"actions": dict(groups)}

    def lists(self):
        """The lists of a day's work, their first page, and one debtor."""
        seconds = {}
        for name in (
            "recouvrement_action_todo_action",
            "recouvrement_debtor_action",
        ):
            action = self.env["ir.actions.act_window"]._for_xml_id(f"{ADDON}.{name}")
            seconds[name] = self._open_list(action["res_model"], action["domain"])
        invoices = "[('move_type', '=', 'out_invoice')]"
        seconds["invoices"] = self._open_list("account.move", invoices)
        debtor = self.env["recouvrement.action"].search([], limit=1).partner_id
        started = time.perf_counter()
        debtor.read(self._get_shown("res.partner", "form"))
        seconds["debtor"] = time.perf_counter() - started
        return {"lists": seconds}

    def _open_list(self, model, domain):
        started = time.perf_counter()
        domain = eval(domain or "[]", {"uid": self.env.uid})  # noqa: S307
        records = self.env[model].search(domain, limit=80)
        records.read(self._get_shown(model, "list"))
        self.env[model].search_count(domain, limit=10001)
        return time.perf_counter() - started

    def _get_shown(self, model, kind):
        arch = etree.fromstring(self.env[model].get_view(view_type=kind)["arch"])
        known = self.env[model]._fields
        return [
            field.get("name")
            for field in arch.iter("field")
            if field.get("name") in known
            and not any(parent.tag == "field" for parent in field.iterancestors())
        ]


FORGET_TERMS = """
    UPDATE account_move
       SET recouvrement_profile = NULL, recouvrement_procedure_id = NULL,
           recouvrement_next_date = NULL, recouvrement_rate_basis = NULL
     WHERE recouvrement_profile IS NOT NULL
"""


def main(env):
    given = options()
    day, step = given["date"], given["step"]
    Date.context_today = staticmethod(lambda _records, timestamp=None: day)
    if step not in ("install", "update", "uninstall"):
        env = env if step in ("night", "follow") else as_manager(env)
    if step == "adopt":
        env.cr.execute(FORGET_TERMS)
        env.cr.commit()
    env.invalidate_all()
    more, fault = {}, None
    with measure(env.cr) as results:
        try:
            with limited(given["cpu"]):
                more = getattr(Steps(env, day), step)() or {}
                env.cr.commit()
        except (MemoryError, OverLimitError) as error:
            fault = repr(error)
            env.cr.rollback()
    report(
        {**results, **more, "peak_mb": read_status("VmHWM") / MEGABYTE, "fault": fault}
    )


main(env)
