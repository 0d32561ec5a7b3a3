"""Odoo loaded once, calling the daily job in processes of their own, as prefork does.

Run by :class:`tests.odoo_process.CronServer`, as
``python -m tests.run.cron_server DATABASE DAY``. Each line read is one order as
JSON, each line printed its outcome. Workers are forked while no connection is open, and
each opens its own: they can be killed at any moment.
"""

import json
import os
import signal
import sys
import time
import traceback
from datetime import date

from odoo import sql_db
from odoo.api import SUPERUSER_ID, Environment
from odoo.fields import Date
from odoo.modules.registry import Registry
from odoo.tools import config

ENDED, FAILED, KILLED = "ended", "failed", "killed"


def main(name, day):
    config.parse_config(["-d", name, "--no-http", "--max-cron-threads=0"])
    registry = Registry(name)
    today = date.fromisoformat(day)
    # freezing the whole clock would stop the one that kills are timed by
    Date.context_today = staticmethod(lambda _records, timestamp=None: today)
    sql_db.close_all()
    answer("loaded")
    for line in sys.stdin:
        answer(carry_out(registry, **json.loads(line)))


def answer(value):
    sys.stdout.write(f"{json.dumps(value)}\n")
    sys.stdout.flush()


def carry_out(registry, workers, kill_after):
    """Let some workers call the daily job at the same time.

    :param kill_after: seconds after which they are killed, or None
    :return: ``{"seconds", "outcomes"}``
    """
    start = time.perf_counter()
    pids = [fork(registry) for _worker in range(workers)]
    if kill_after is not None:
        time.sleep(kill_after)
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
    outcomes = [outcome(os.waitpid(pid, 0)[1]) for pid in pids]
    return {"seconds": time.perf_counter() - start, "outcomes": outcomes}


def fork(registry):
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        with registry.cursor() as cr:
            Environment(cr, SUPERUSER_ID, {})["recouvrement.run"]._cron_run()
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def outcome(status):
    if os.WIFSIGNALED(status):
        return KILLED
    return FAILED if os.WEXITSTATUS(status) else ENDED


if __name__ == "__main__":
    main(*sys.argv[1:])
