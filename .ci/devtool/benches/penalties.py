"""`./dev bench penalties`: the nightly computation of penalties against bare SQL."""

import argparse
from datetime import date, timedelta
from typing import Any

from ..ui import say, step
from . import AS_OF, Bench, growth, ratio, sizes, table, thousands

PENALTIES = "recouvrement_penalty_line"
BARE = "bare SQL"
FIRST = "from nothing"
FORCED = "the same day, all computed again"
AGAIN = "the same day, the nightly job again"
NEXT_DAY = "the next day"
# In this order on one book: as of when, and whether every overdue invoice is computed,
# be it up to date or not.
REFRESHES: dict[str, tuple[date, bool]] = {
    FIRST: (AS_OF, False),
    FORCED: (AS_OF, True),
    AGAIN: (AS_OF, False),
    NEXT_DAY: (AS_OF + timedelta(days=1), False),
}
UNTOUCHED = (FORCED, AGAIN)
COLUMNS = (
    "seconds", "x bare", "queries", "MB",
    "inserted", "updated", "deleted", "invoices written",
)  # fmt: skip


class Penalties(Bench):
    """Books of overdue invoices, one a size, measured one after the other."""

    name = "penalties"

    @classmethod
    def add_arguments(cls, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--sizes", type=sizes, default="10000,100000")
        parser.add_argument("--keep", action="store_true")

    def run(self) -> int:
        template = self.databases.test()
        books = {size: self._book(template, size) for size in self.options.sizes}
        for size, book in books.items():
            _show(size, book)
        grown = growth(books)
        faults = [
            fault for size, book in books.items() for fault in _faults(size, book)
        ]
        target = self.keep({"sizes": books, "growth": grown, "faults": faults})
        say("\n".join(["", *faults, f"    The same as JSON: {target}"]))
        return 1 if faults else 0

    def _book(self, template: str, size: int) -> dict[str, Any]:
        label = f"penalties_{size}"
        database = self.databases.scratch(template, label)
        invoices = f"{thousands(size)} invoices"
        with step(f"{invoices}: build the book"):
            counts = self.script(
                "bench_penalties_build.py", database, size=size, date=f"{AS_OF}"
            )
        measures = {}
        for title, (day, forced) in REFRESHES.items():
            measures[title] = self._measure(
                f"{invoices}: {title}", database, day, forced=forced
            )
        rows = measures[FIRST]["rows"][PENALTIES]["inserted"]
        bare = self._measure(f"{invoices}: {BARE}", database, AS_OF, bare_rows=rows)
        if self.options.keep:
            kept = self.databases.keep_scratch(database, f"bench_{label}")
            say(f"    (kept as {kept})")
        else:
            self.environment.server.drop(database)
        return {"book": counts, "measures": {BARE: bare, **measures}}

    def _measure(
        self, title: str, database: str, day: date, **options: Any
    ) -> dict[str, Any]:
        with step(title) as current:
            self.environment.server.vacuum(database)
            results = self.script(
                "bench_penalties_measure.py", database, date=f"{day}", **options
            )
            current.note(f"{results['seconds']:.2f} s of it measured")
        return results


def _show(size: int, book: dict[str, Any]) -> None:
    counts, measures = book["book"], book["measures"]
    say(
        f"\n{thousands(size)} invoices of {thousands(counts['debtors'])} debtors, "
        f"{thousands(counts['partials'])} paid in part"
    )
    bare = measures[BARE]["seconds"]
    rows = []
    for title, measure in measures.items():
        written = measure["rows"]
        penalties = next(iter(written.values()))
        others = written.get("account_move", {}).get("updated", 0)
        rows.append(
            [
                title,
                f"{measure['seconds']:.2f}",
                ratio(measure["seconds"], bare),
                thousands(measure["queries"]),
                f"{measure['memory_mb']:.0f}",
                *(thousands(count) for count in penalties.values()),
                thousands(others),
            ]
        )
    table(["", *COLUMNS], rows)


def _faults(size: int, book: dict[str, Any]) -> list[str]:
    """What makes the times worthless: rows written for nothing, wrong interest."""
    faults = []
    for title, measure in book["measures"].items():
        where = f"{thousands(size)} invoices, {title}"
        written = sum(measure["rows"].get(PENALTIES, {}).values())
        if title in UNTOUCHED and written:
            faults.append(f"    WRONG: {where}: {written} penalty lines written")
        wrong = measure.get("check", {}).get("wrong", {})
        if wrong:
            line, difference = next(iter(wrong.items()))
            faults.append(
                f"    WRONG: {where}: interest of {len(wrong)} due lines, "
                f"as that of {line}: {difference}"
            )
    return faults
