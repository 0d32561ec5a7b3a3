"""`./dev bench followup`: a follow-up run beside OCA's, and beside bare SQL."""

import argparse
import shutil
import time
from pathlib import Path
from typing import Any

from ..proc import clean_env, run
from ..ui import say, step
from . import AS_OF, Bench, growth, ratio, sizes, table, thousands

# Taken as it is from the Python index, into a folder of its own: it is no part of what
# this project needs. What it depends on, Odoo alone, is not there.
PEER = "account_credit_control"
PEER_PIN = f"odoo-addon-{PEER}==19.0.1.0.0.13"

OURS = "run: actions ready with their lines"
CLAIMING = "run: the same, claiming penalties"
BARE = "bare SQL"
LINES = f"{PEER}: lines"
COMMUNICATIONS = f"{PEER}: communications"
PEER_TOTAL = f"{PEER}: both"
# Contacts made, and what they list.
WRITTEN = {
    OURS: ("recouvrement_action", "recouvrement_action_line"),
    CLAIMING: ("recouvrement_action", "recouvrement_action_line"),
    BARE: ("bench_bare_action", "bench_bare_line"),
    LINES: (None, "credit_control_line"),
    COMMUNICATIONS: ("credit_control_communication", None),
    PEER_TOTAL: ("credit_control_communication", "credit_control_line"),
}


class Followup(Bench):
    """Books of overdue invoices; each product has its own copy of each of them."""

    name = "followup"

    @classmethod
    def add_arguments(cls, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--sizes", type=sizes, default="10000,40000")
        parser.add_argument("--alone", type=int, default=100000)
        parser.add_argument("--ours-only", action="store_true")
        parser.add_argument("--profile", action="store_true")
        parser.add_argument("--keep", action="store_true")

    def run(self) -> int:
        alone = {self.options.alone} - {0}
        books = {}
        for size in sorted({*self.options.sizes} | alone):
            beside = size in self.options.sizes and not self.options.ours_only
            books[size] = self._book(size, beside)
            _show(size, books[size])
        grown = growth(books)
        faults = [
            f"    WRONG: {thousands(size)} invoices, {fault}"
            for size, book in books.items()
            for fault in _faults(book)
        ]
        target = self.keep(
            {"peer": PEER_PIN, "sizes": books, "growth": grown, "faults": faults}
        )
        say("\n".join(["", *faults, f"    The same as JSON: {target}"]))
        return 1 if faults else 0

    def _book(self, size: int, beside: bool) -> dict[str, Any]:
        """Build a book, measure on copies of it."""
        invoices = f"{thousands(size)} invoices"
        source = self.databases.scratch(self.databases.base(), f"followup_{size}")
        with step(f"{invoices}: build the book"):
            counts = self.script(
                "bench_followup_build.py", source, size=size, date=f"{AS_OF}"
            )
        measures = self._ours(invoices, source, size)
        if beside:
            measures |= self._peer(invoices, source, size)
        self.environment.server.drop(source)
        return {"book": counts, "measures": measures}

    def _ours(self, invoices: str, source: str, size: int) -> dict[str, Any]:
        database = self.databases.scratch(source, f"followup_{size}_ours")
        with step(f"{invoices}: install ours"):
            start = time.perf_counter()
            self.databases.install_addons(database, self.log)
            installed = time.perf_counter() - start
        claiming = self.databases.scratch(database, f"followup_{size}_claiming")
        measures = {
            title: self._run(title, invoices, copy, size)
            for title, copy in ((OURS, database), (CLAIMING, claiming))
        }
        measures[OURS]["installed_seconds"] = installed
        self.environment.server.drop(claiming)
        bare = self._measure(f"{invoices}: {BARE}", "bench_followup_bare.py", database)
        self._done(database, f"bench_followup_{size}")
        return {BARE: bare, **measures}

    def _run(self, title: str, invoices: str, database: str, size: int) -> Any:
        out = self.environment.project.out
        profile = str(out / f"bench-{self.name}-{size}.profile")
        wanted = self.options.profile and title == CLAIMING
        results = self._measure(
            f"{invoices}: {title}",
            "bench_followup_ours.py",
            database,
            penalties=title == CLAIMING,
            profile=profile if wanted else None,
        )
        if wanted:
            say(f"    (where the time went: {profile})")
        return results

    def _peer(self, invoices: str, source: str, size: int) -> dict[str, Any]:
        addons = [*self.environment.odoo.sources.addons, self._download()]
        path = f"--addons-path={','.join(map(str, addons))}"
        database = self.databases.scratch(source, f"followup_{size}_peer")
        with step(f"{invoices}: install {PEER}"):
            self.environment.odoo.run(
                "-d", database,
                "-i", PEER,
                path,
                "--stop-after-init", "--no-http", "--max-cron-threads=0",
                log=self.log,
                append=True,
            )  # fmt: skip
            script = "bench_followup_theirs.py"
            self.script(script, database, path, step="prepare")
        measures = {
            title: self._measure(
                f"{invoices}: {title}", script, database, path, step=name
            )
            for title, name in ((LINES, "generate"), (COMMUNICATIONS, "communicate"))
        }
        self._done(database, f"bench_followup_{size}_peer")
        return {**measures, PEER_TOTAL: _together(*measures.values())}

    def _download(self) -> Path:
        """The peer's addons path, downloaded where it is not there yet."""
        target = self.environment.project.state / "peers" / PEER_PIN
        if not target.exists():
            building = target.with_name(f"{target.name}.building")
            shutil.rmtree(building, ignore_errors=True)
            with step(f"Download {PEER_PIN}"):
                run(
                    [
                        *(self.environment.odoo.venv.python, "-m", "pip", "install"),
                        *("--no-deps", "--target", building, PEER_PIN),
                    ],
                    log=self.log,
                    env=clean_env(PIP_USER="0", PIP_DISABLE_PIP_VERSION_CHECK="1"),
                    append=True,
                    remedy="see that pip reaches its package index, or call with "
                    "--ours-only.",
                )
            building.rename(target)
        return target / "odoo" / "addons"

    def _measure(
        self, title: str, script: str, database: str, *arguments: str, **options: Any
    ) -> dict[str, Any]:
        with step(title) as current:
            # Between the steps of OCA's too: without statistics of the lines that were
            # just made PostgreSQL plans badly, which is not what is measured.
            self.environment.server.vacuum(database)
            results = self.script(
                script, database, *arguments, date=f"{AS_OF}", **options
            )
            current.note(f"{results['seconds']:.2f} s of it measured")
        return results

    def _done(self, database: str, name: str) -> None:
        if self.options.keep:
            kept = self.databases.keep_scratch(database, name)
            say(f"    (kept as {kept})")
        else:
            self.environment.server.drop(database)


def _together(*measures: dict[str, Any]) -> dict[str, Any]:
    """Steps as one: their times and queries added, the highest memory."""
    rows: dict[str, Any] = {}
    for measure in measures:
        for name, counts in measure["rows"].items():
            before = rows.get(name, {})
            rows[name] = {
                key: before.get(key, 0) + count for key, count in counts.items()
            }
    return {
        **{
            name: sum(measure[name] for measure in measures)
            for name in ("seconds", "cpu_seconds", "queries")
        },
        "memory_mb": max(measure["memory_mb"] for measure in measures),
        "rows": rows,
    }


def _show(size: int, book: dict[str, Any]) -> None:
    counts, measures = book["book"], book["measures"]
    say(
        f"\n{thousands(size)} invoices of {thousands(counts['debtors'])} debtors, "
        f"{thousands(counts['partials'])} paid in part, "
        f"{thousands(counts['credit notes'])} credit notes; "
        f"ours installed in {measures[OURS]['installed_seconds']:.0f} s"
    )
    ours, bare = (measures[title]["seconds"] for title in (OURS, BARE))
    rows = []
    for title, measure in measures.items():
        rows.append(
            [
                title,
                f"{measure['seconds']:.2f}",
                ratio(measure["seconds"], bare),
                ratio(measure["seconds"], ours),
                thousands(measure["queries"]),
                f"{measure['memory_mb']:.0f}",
                *(_inserted(measure, name) for name in WRITTEN[title]),
            ]
        )
    header = ("seconds", "x bare", "x ours", "queries", "MB", "contacts", "lines")
    table(["", *header], rows)


def _inserted(measure: dict[str, Any], name: str | None) -> str:
    return thousands(measure["rows"][name]["inserted"]) if name else ""


def _faults(book: dict[str, Any]) -> list[str]:
    """What makes the times worthless: something left out or claimed wrongly."""
    faults = [
        wrong
        for measure in book["measures"].values()
        for wrong in measure.get("check", {}).get("wrong", ())
    ]
    written = {
        title: [
            book["measures"][title]["rows"][name]["inserted"] if name else 0
            for name in names
        ]
        for title, names in WRITTEN.items()
        if title in book["measures"]
    }
    if written[BARE] != written[OURS]:
        faults.append(f"bare SQL wrote {written[BARE]}, a run {written[OURS]}")
    faults += [
        f"{title} made nothing" for title, made in written.items() if not any(made)
    ]
    return faults
