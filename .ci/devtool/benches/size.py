"""`./dev bench size`: what a book of years takes, under the limits that Odoo sets."""

import argparse
from datetime import date, timedelta
from typing import Any

from ..config import digest
from ..databases import BASE
from ..postgres import PREFIX
from ..ui import say, step
from . import Bench, table, thousands

# A Monday: the daily job rests at weekends.
FIRST_NIGHT = date(2026, 11, 23)
NEXT_NIGHT = FIRST_NIGHT + timedelta(days=1)
# Odoo's own limit of a request: that of this project's configuration is higher.
CPU = 60
# To be raised when the book is built otherwise.
RECIPE = 1

# In this order on one copy of the book: the title, the step, its day, and whether it is
# one request, which may take so much CPU; a job stops between two batches.
STEPS = (
    ("install", "install", FIRST_NIGHT, True),
    ("preview of the start", "start_preview", FIRST_NIGHT, True),
    ("start", "start", FIRST_NIGHT, True),
    ("preview of a run", "run_preview", FIRST_NIGHT, True),
    ("edit a stage", "edit_stage", FIRST_NIGHT, True),
    ("first night", "night", FIRST_NIGHT, False),
    ("lists and a debtor", "lists", FIRST_NIGHT, True),
    ("edit a stage, actions waiting", "edit_stage", FIRST_NIGHT, True),
    ("actions follow (job)", "follow", FIRST_NIGHT, False),
    ("next night", "night", NEXT_NIGHT, False),
    ("update", "update", NEXT_NIGHT, True),
    ("adopt", "adopt", NEXT_NIGHT, True),
    ("uninstall", "uninstall", NEXT_NIGHT, True),
)
# Odoo notes that each of the module's own actions and jobs was made.
OWN_MESSAGES = 50
# Seconds and megabytes that a step is to keep under, and how many rows of a table it
# may write.
AIMS: dict[str, tuple[float, float | None, dict[str, int]]] = {
    "install": (120, None, {"mail_message": OWN_MESSAGES, "mail_tracking_value": 0}),
    "preview of a run": (8, 400, {}),
    "update": (120, None, {"account_move": 0, "mail_message": 0}),
}
SHOWN_TABLES = 3


class Size(Bench):
    """One book, built once and kept; every step is a process of its own."""

    name = "size"

    @classmethod
    def add_arguments(cls, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--contacts", type=int, default=300000)
        parser.add_argument("--moves", type=int, default=600000)
        parser.add_argument("--open", type=int, default=60000)
        parser.add_argument("--rebuild", action="store_true")
        parser.add_argument("--keep", action="store_true")

    def run(self) -> int:
        counts = {name: getattr(self.options, name) for name in _COUNTS}
        source = self._book(counts)
        database = self.databases.scratch(source, "size")
        measures = {}
        for title, name, day, request in STEPS:
            measures[title] = self._measure(database, title, name, day, request)
        if self.options.keep:
            say(f"    (kept as {self.databases.keep_scratch(database, 'bench_size')})")
        _show(counts, measures)
        faults = [fault for title in measures for fault in _faults(title, measures)]
        target = self.keep({"book": counts, "measures": measures, "faults": faults})
        say("\n".join(["", *faults, f"    The same as JSON: {target}"]))
        return 1 if faults else 0

    def _book(self, counts: dict[str, int]) -> str:
        """The book, built where it is not there yet: it outlives this process."""
        server = self.environment.server
        name = f"{PREFIX}bench_book_{counts['open']}"
        base = self.databases.base()
        key = digest(RECIPE, server.key(base), counts)
        if self.options.rebuild or server.key(name) != key:
            with step("Build the book, without the module") as current:
                server.build(name, key, lambda building: self._fill(building, counts))
                current.note(f"kept as {name}")
        return name

    def _fill(self, name: str, counts: dict[str, int]) -> None:
        self.environment.server.copy(BASE, name)
        self.script("bench_size_build.py", name, date=f"{FIRST_NIGHT}", **counts)
        self.environment.server.vacuum(name)

    def _measure(
        self, database: str, title: str, name: str, day: date, request: bool
    ) -> dict[str, Any]:
        with step(title) as current:
            before = self._written(database)
            results = self.script(
                "bench_size_measure.py",
                database,
                step=name,
                date=f"{day}",
                cpu=CPU if request else None,
            )
            after = self._written(database)
            current.note(
                f"{results['seconds']:.1f} s, {results['cpu_seconds']:.1f} s of CPU, "
                f"{results['peak_mb']:.0f} MB"
            )
        rows = {name: count - before.get(name, 0) for name, count in after.items()}
        return {
            **results,
            "rows": {name: count for name, count in rows.items() if count},
        }

    def _written(self, database: str) -> dict[str, int]:
        """Rows written since the database was made, by table, as PostgreSQL counts them
        once a process has ended."""
        lines = self.environment.server.sql(
            "SELECT relname, n_tup_ins + n_tup_upd + n_tup_del"
            " FROM pg_stat_user_tables",
            database=database,
        )
        counts = (line.split("|") for line in lines.splitlines())
        return {name: int(count) for name, count in counts}


_COUNTS = ("contacts", "moves", "open")


def _show(counts: dict[str, int], measures: dict[str, dict[str, Any]]) -> None:
    say(
        f"\n{thousands(counts['contacts'])} contacts, {thousands(counts['moves'])} "
        f"moves, {thousands(counts['open'])} open invoices; "
        f"Odoo's limits hold, {CPU} s of CPU a request"
    )
    rows = []
    for title, measure in measures.items():
        written = sorted(measure["rows"].items(), key=lambda item: -item[1])
        rows.append(
            [
                title,
                f"{measure['seconds']:.1f}",
                f"{measure['cpu_seconds']:.1f}",
                f"{measure['memory_mb']:.0f}",
                f"{measure['peak_mb']:.0f}",
                thousands(measure["queries"]),
                thousands(sum(measure["rows"].values())),
                ", ".join(
                    f"{name} {thousands(count)}"
                    for name, count in written[:SHOWN_TABLES]
                ),
            ]
        )
    header = ("seconds", "CPU", "MB more", "MB in all", "queries", "rows written")
    table(["", *header, "most of them"], rows)


def _faults(title: str, measures: dict[str, dict[str, Any]]) -> list[str]:
    """What was stopped by a limit, or misses its aim."""
    measure = measures[title]
    faults = [measure["fault"]] if measure["fault"] else []
    seconds, memory, most = AIMS.get(title, (None, None, {}))
    if seconds and measure["seconds"] > seconds:
        faults.append(f"{measure['seconds']:.1f} s, not {seconds:.0f}")
    if memory and measure["memory_mb"] > memory:
        faults.append(f"{measure['memory_mb']:.0f} MB more, not {memory:.0f}")
    faults += [
        f"{measure['rows'][name]} rows of {name} written, not {count}"
        for name, count in most.items()
        if measure["rows"].get(name, 0) > count
    ]
    return [f"    WRONG: {title}: {fault}" for fault in faults]
