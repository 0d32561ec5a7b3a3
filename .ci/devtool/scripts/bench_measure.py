"""What is read around a measure: seconds, CPU, queries, memory, rows written; and the
limits that Odoo sets to a worker whose configuration says nothing, which hold in it."""

import gc
import re
import resource
import signal
import time
from contextlib import contextmanager
from pathlib import Path

from odoo import sql_db
from odoo.tools import SQL

_PROCESS = Path("/proc/self")
MEGABYTE = 1024
# `limit_memory_hard` of Odoo by default; the configuration of this project has more.
MEMORY_HARD = 2560 * 1024**2


class OverLimitError(Exception):
    """What is measured took more than Odoo allows."""


@contextmanager
def limited(cpu=None):
    """Hold the block to Odoo's limits: its memory and, for one request, seconds of CPU;
    a job stops between two batches and goes on later."""

    def stop(_signal, _frame):
        raise OverLimitError(f"more than {cpu} s of CPU")

    limits = {resource.RLIMIT_AS: MEMORY_HARD}
    if cpu:
        signal.signal(signal.SIGXCPU, stop)
        limits[resource.RLIMIT_CPU] = int(time.process_time() + cpu)
    for limit, soft in limits.items():
        resource.setrlimit(limit, (soft, resource.RLIM_INFINITY))
    try:
        yield
    finally:
        for limit in limits:
            resource.setrlimit(limit, (resource.RLIM_INFINITY,) * 2)


@contextmanager
def measure(cr, watched=()):
    """Measure the block; yields the results, complete when the block is left.

    :param watched: tables whose rows written are counted, after the clock has stopped
    """
    for table in watched:
        cr.execute(
            SQL(
                "CREATE TEMP TABLE %s AS SELECT id, xmin::text AS version FROM %s",
                _before(table),
                SQL.identifier(table),
            )
        )
    cr.commit()
    gc.collect()
    results = {}
    resident = _reset_peak()
    queries = sql_db.sql_counter
    start, cpu = time.perf_counter(), time.process_time()
    with limited():
        yield results
    results["seconds"] = time.perf_counter() - start
    # of this process: what PostgreSQL takes is not in it
    results["cpu_seconds"] = time.process_time() - cpu
    # COPY passes by Odoo's counter
    results["queries"] = sql_db.sql_counter - queries
    results["memory_mb"] = (read_status("VmHWM") - resident) / MEGABYTE
    results["resident_before_mb"] = resident / MEGABYTE
    results["rows"] = {table: _written(cr, table) for table in watched}


def _reset_peak():
    """Forget the highest memory so far, that of loading Odoo; return what is held now.

    What loading left free inside the process is used again without showing.
    """
    (_PROCESS / "clear_refs").write_text("5")
    return read_status("VmRSS")


def read_status(name):
    """A number of kilobytes that the kernel keeps of this process."""
    found = re.search(rf"^{name}:\s+(\d+) kB", (_PROCESS / "status").read_text(), re.M)
    return int(found.group(1))


def _before(table):
    return SQL.identifier(f"bench_before_{table}")


def _written(cr, table):
    """Count the rows inserted, updated and deleted since the measure began."""
    cr.execute(
        SQL(
            """
            SELECT COUNT(*) FILTER (WHERE before.id IS NULL) AS inserted,
                   COUNT(*) FILTER (WHERE before.version != now.xmin::text) AS updated,
                   COUNT(*) FILTER (WHERE now.id IS NULL) AS deleted
              FROM %s before
         FULL JOIN %s now ON now.id = before.id
            """,
            _before(table),
            SQL.identifier(table),
        )
    )
    return cr.dictfetchone()
