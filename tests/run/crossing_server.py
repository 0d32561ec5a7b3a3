"""Odoo loaded once, letting two transactions cross in processes of their own.

Run by :class:`tests.odoo_process.CrossingServer`, as
``python -m tests.run.crossing_server DATABASE DAY``. Each line read is one order as
JSON, each line printed its outcome. What may be ordered is a function below: those of
``JOBS`` are called as the scheduler calls them, the others as a request, which Odoo
tries again after a serialization error.
"""

import json
import os
import random
import select
import signal
import sys
import time
import traceback
from datetime import date, timedelta
from functools import partial
from pathlib import Path

from odoo import sql_db
from odoo.api import SUPERUSER_ID, Environment
from odoo.fields import Date
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tools import config

sys.path.insert(0, str(Path(__file__).parents[2] / ".ci/devtool/scripts"))

from bench_script import (  # noqa: E402
    create_company,
    find_company,
    prepare_debtor,
    prepare_invoice,
)

from ..mail_server import report_on  # noqa: E402

ACTION = "recouvrement.action"
REMINDER = "l10n_fr_recouvrement.stage_business_reminder"
# What waits for a lock of the other is left alone after so many seconds.
PATIENCE = 2
DEADLINE = 60


# ----------------------------------------------------------------------
# What may be ordered
# ----------------------------------------------------------------------


def set_up(env, port):
    """A company whose reminders leave by themselves, and where its e-mails go."""
    env["ir.mail_server"].create(
        {"name": "Local", "smtp_host": "127.0.0.1", "smtp_port": port}
    )
    company = create_company(env)
    company.write({"recouvrement_auto": True, "recouvrement_bank_days": 0})
    company.partner_id.email = "compta@atelier.example.com"
    env.ref("base.user_admin").company_ids += company
    env.ref(REMINDER).needs_approval = False


def owe(env, names, days=10):
    """Debtors with an invoice each, late for some days; return their ids. The daily job
    takes them up, as on a day of their own."""
    env.cr.execute("UPDATE recouvrement_run SET automatic = FALSE WHERE automatic")
    company = find_company(env)
    env = company.env
    due = Date.context_today(company) - timedelta(days=days)
    debtors = env["res.partner"].create(
        [prepare_debtor(env, "business", name) for name in names]
    )
    moves = env["account.move"].create(
        [prepare_invoice(company, debtor, due) for debtor in debtors]
    )
    moves.action_post()
    return debtors.ids


def pay(env, debtor):
    """Record a payment of all that a debtor owes."""
    env = find_company(env).env
    moves = _moves(env, debtor)
    env["account.payment.register"].with_context(
        active_model="account.move", active_ids=moves.ids
    ).create({}).action_create_payments()


def start(env):
    """Start a run."""
    company = find_company(env)
    run = company.env["recouvrement.run"].create({"company_id": company.id})
    run.action_start()


def send(env, debtors):
    """Approve and send what waits for some debtors."""
    env = find_company(env).env
    _actions(env, debtors).action_approve_and_send()


def approve_first(env, needed):
    """Edit whether the reminder is to be approved."""
    env.ref(REMINDER).needs_approval = needed


def delay(env, days):
    """Edit the day of the reminder."""
    env.ref(REMINDER).delay = days


def assign(env, debtor):
    """Hand the actions of a debtor over to somebody."""
    _actions(env, [debtor]).user_id = env.ref("base.user_admin")


def leave(env, debtor):
    """Note that the e-mail of a debtor left."""
    _actions(env, [debtor])._note_left()


def bounce(env, debtor):
    """Fetch the report that an e-mail came back."""
    action = _actions(env, [debtor])
    message = {
        "To": action.email_to,
        "Message-Id": action.mail_message_id,
        "Subject": action.email_subject,
    }
    bounce_to = "bounce@atelier.example.com"
    env["mail.thread"].with_context(default_fetchmail_server_id=1).message_process(
        None, report_on(message, bounce_to)
    )


def use_service(env, url, key, debtors):
    """Give letters to a service of electronic registered letters."""
    company = find_company(env)
    company.write(
        {
            "recouvrement_lre_provider": "http",
            "recouvrement_lre_url": url,
            "recouvrement_lre_key": key,
        }
    )
    actions = _actions(company.env, debtors)
    actions.channel = "lre"
    actions.action_approve_and_send()
    # The service is asked for some weeks, by the clock.
    env.flush_all()
    env.cr.execute("UPDATE recouvrement_action SET date_sent = CURRENT_DATE")


def daily_job(env):
    env["recouvrement.run"]._cron_run()


def night_job(env):
    env["account.move"]._cron_recouvrement_penalties()


def carriers_job(env):
    env[ACTION]._cron_follow_carriers()


def mail_job(env):
    env["mail.mail"].process_email_queue()


JOBS = (bounce, carriers_job, daily_job, mail_job, night_job)


def read(env, debtors):
    """What there is of each debtor, in order."""
    return [_read(env, env["res.partner"].browse(debtor)) for debtor in debtors]


def read_stage(env):
    """Invoices whose next day, as stored, is not what follows from their stages."""
    moves = env["account.move"].search([("move_type", "=", "out_invoice")])
    stored = {move.id: move.recouvrement_next_date for move in moves}
    env.add_to_compute(moves._fields["recouvrement_next_date"], moves)
    moves._recompute_recordset(["recouvrement_next_date"])
    return [move.id for move in moves if move.recouvrement_next_date != stored[move.id]]


def _moves(env, debtor):
    return env["account.move"].search(
        [("partner_id", "=", debtor), ("move_type", "=", "out_invoice")]
    )


def _actions(env, debtors):
    return env[ACTION].search([("partner_id", "in", debtors)])


def _read(env, debtor):
    actions = _actions(env, debtor.ids)
    attachments = env["ir.attachment"].search_count(
        [("res_model", "=", ACTION), ("res_id", "in", actions.ids)]
    )
    mails = env["mail.mail"].search_count(
        [("model", "=", ACTION), ("res_id", "in", actions.ids)]
    )
    return {
        "states": sorted(actions.mapped("state")),
        "mails": mails,
        "files": attachments,
        "paid": set(_moves(env, debtor.id).mapped("payment_state"))
        <= {"paid", "in_payment"},
        "left": bool(actions.filtered("date_left")),
        "user": actions.user_id.login,
        "carrier": actions.mapped("carrier_state"),
        "penalties": str(
            max(
                _moves(env, debtor.id).recouvrement_penalty_line_ids.mapped("date_to"),
                default="",
            )
        ),
        "failures": actions.filtered("failure_reason").mapped("failure_reason"),
    }


# ----------------------------------------------------------------------
# Processes
# ----------------------------------------------------------------------


class Worker:
    """An order carried out in a process of its own.

    :param at: model and method after which it says so and waits to go on
    """

    def __init__(self, registry, name, arguments, at=None):
        self._read_end, self._tell = os.pipe()
        self._wait, self._write_end = os.pipe()
        self.pid = os.fork()
        if self.pid:
            os.close(self._tell)
            os.close(self._wait)
            return
        signal.alarm(DEADLINE)
        answer = {"error": "it ended"}
        try:
            if at:
                self._pause(registry, *at)
            answer = {"result": call(registry, globals()[name], arguments)}
        except BaseException as error:
            traceback.print_exc()
            answer = {"error": repr(error)}
        finally:
            sys.stderr.flush()
            os.write(self._tell, f"{json.dumps(answer)}\n".encode())
            os._exit(0)

    def _pause(self, registry, model, method):
        owner = registry[model]
        original = getattr(owner, method)

        def paused(*args, **kwargs):
            result = original(*args, **kwargs)
            setattr(owner, method, original)
            os.write(self._tell, b"paused\n")
            os.read(self._wait, 1)
            return result

        setattr(owner, method, paused)

    def go_on(self):
        os.write(self._write_end, b"!")

    def line(self, patience=DEADLINE):
        """The next thing it says; nothing when it has not within some seconds."""
        if not select.select([self._read_end], [], [], patience)[0]:
            return None
        line = b""
        while not line.endswith(b"\n"):
            piece = os.read(self._read_end, 65536)
            if not piece:
                break
            line += piece
        return line.decode().strip()

    def end(self):
        answer = json.loads(self.line() or '{"error": "nothing"}')
        os.waitpid(self.pid, 0)
        os.close(self._read_end)
        os.close(self._write_end)
        return answer


def call(registry, function, arguments):
    with registry.cursor() as cr:
        env = Environment(cr, SUPERUSER_ID, {})
        work = partial(function, env, **arguments)
        return work() if function in JOBS else retrying(work, env)


def do(registry, name, arguments):
    return Worker(registry, name, arguments).end()


def cross(registry, first, second, at):
    """Let ``second`` begin when ``first`` has come to a method, and ``first`` go on
    when it has ended or waits for it."""
    one = Worker(registry, *first, at=at)
    said = one.line()
    if said != "paused":
        return {"error": f"it never came to {at}: {said}"}
    other = Worker(registry, *second)
    begun = time.perf_counter()
    waited = other.line(PATIENCE)
    seconds = time.perf_counter() - begun
    one.go_on()
    outcome = [one.end()]
    if waited is None:
        outcome.append(other.end())
    else:
        os.waitpid(other.pid, 0)
        outcome.append(json.loads(waited))
    return {"outcome": outcome, "blocked": waited is None, "seconds": seconds}


def main(name, day):
    config.parse_config(["-d", name, "--no-http", "--max-cron-threads=0"])
    registry = Registry(name)
    today = date.fromisoformat(day)
    Date.context_today = staticmethod(lambda _records, timestamp=None: today)
    # Odoo and we wait before we try again, at random: not here.
    random.uniform = lambda _least, _most: 0.05
    sql_db.close_all()
    answer("loaded")
    for line in sys.stdin:
        order = json.loads(line)
        work = cross if "first" in order else do
        answer(work(registry, **order))


def answer(value):
    sys.stdout.write(f"{json.dumps(value)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
