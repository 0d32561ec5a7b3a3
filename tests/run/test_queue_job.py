"""Runs where OCA's queue_job is installed: its workers take the batches."""

import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager

from ..odoo_process import REPOSITORY, installed_database, query, server, shell

DAY = "2026-05-26"
DEBTORS = 5
PATIENCE = 90

# Three batches, of two debtors each at most.
START = f"""
import sys
sys.path.insert(0, {str(REPOSITORY / ".ci/devtool/scripts")!r})
from datetime import date
from bench_followup_book import FollowupBook
from bench_script import find_company
from odoo.addons.l10n_fr_recouvrement.models.run import recouvrement_run

recouvrement_run.BATCH_SIZE = 2


class Book(FollowupBook):
    invoices_per_debtor = 1

Book.create(env, date.fromisoformat({DAY!r}), {DEBTORS})
company = find_company(env)
run = company.env["recouvrement.run"].create(
    {{"company_id": company.id, "date": {DAY!r}}}
)
run.action_start()
env.cr.commit()
"""


@contextmanager
def _job_runner(name):
    """Odoo serving the database, with the job runner beside it."""
    with socket.socket() as free:
        free.bind(("localhost", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [
            sys.executable,
            *("-m", "odoo", "-d", name, f"--db-filter=^{name}$"),
            *(f"--http-port={port}", "--load=base,web,queue_job"),
            "--max-cron-threads=0",
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={
            **os.environ,
            "PGOPTIONS": "",
            "ODOO_QUEUE_JOB_CHANNELS": "root:2",
            "ODOO_QUEUE_JOB_PORT": str(port),
        },
    )
    try:
        yield
    finally:
        process.kill()
        process.communicate()


def _wait_for(name, sql, expected):
    end = time.monotonic() + PATIENCE
    while (rows := query(name, sql)) != expected:
        assert time.monotonic() < end, rows
        time.sleep(0.5)


def test_workers_take_the_batches():
    with installed_database("queue") as name:
        server(name, "-i", "queue_job")
        shell(name, START)
        jobs = "SELECT state, channel, count(*) FROM queue_job GROUP BY 1, 2"
        assert query(name, jobs) == ["pending|root.recouvrement|3"]
        assert query(name, "SELECT count(*) FROM recouvrement_action") == ["0"]
        with _job_runner(name):
            _wait_for(name, jobs, ["done|root.recouvrement|3"])
        actions = "SELECT count(*), count(DISTINCT partner_id) FROM recouvrement_action"
        assert query(name, actions) == [f"{DEBTORS}|{DEBTORS}"]
        batches = "SELECT DISTINCT state FROM recouvrement_run_batch"
        assert query(name, batches) == ["done"]
