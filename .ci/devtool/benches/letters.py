"""`./dev bench letters`: letters and what is enclosed, in one batch and one by one."""

import argparse
from typing import Any

from ..ui import say, step
from . import Bench, ratio, table, thousands

BATCH = "in one batch"
SINGLE = "one by one"
ALONE = "in one batch, nothing enclosed"
COLUMNS = (
    "letters",
    "pages",
    "seconds",
    "a second",
    "queries",
    "MB",
    "MB of wkhtmltopdf",
)
# Fewer debtors would not have some of every kind.
SMALLEST = 20


class Letters(Bench):
    """A book of debtors at three stages; each measure sends letters of a copy of it."""

    name = "letters"

    @classmethod
    def add_arguments(cls, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--size", type=_size, default=500)
        parser.add_argument("--single", type=int, default=60)
        parser.add_argument("--profile", action="store_true")
        parser.add_argument("--keep", action="store_true")

    def run(self) -> int:
        size = self.options.size
        source = self.databases.scratch(self.databases.test(), f"letters_{size}")
        with step(f"{thousands(size)} letters: build the book") as current:
            counts = self.script("bench_letters_build.py", source, size=size)
            current.note(
                f"{thousands(counts['invoices'])} invoices, "
                f"{thousands(counts['without_pdf'])} without a PDF"
            )
        single = min(self.options.single, size)
        measures = {
            BATCH: self._measure(source, BATCH, size),
            SINGLE: self._measure(source, SINGLE, single),
            ALONE: self._measure(source, ALONE, size),
        }
        if self.options.keep:
            kept = self.databases.keep_scratch(source, f"bench_letters_{size}")
            say(f"    (kept as {kept})")
        else:
            self.environment.server.drop(source)
        _show(measures)
        faults = [
            f"    WRONG: {title}: {fault}"
            for title, measure in measures.items()
            for fault in measure["faults"]
        ]
        target = self.keep({"book": counts, "measures": measures, "faults": faults})
        say("\n".join(["", *faults, f"    The same as JSON: {target}"]))
        return 1 if faults else 0

    def _measure(self, source: str, title: str, count: int) -> dict[str, Any]:
        database = self.databases.scratch(source, "letters_copy")
        profile = str(self.environment.project.out / "bench-letters.profile")
        wanted = self.options.profile and title == BATCH
        with step(f"{thousands(count)} letters {title}") as current:
            self.environment.server.vacuum(database)
            results = self.script(
                "bench_letters_measure.py",
                database,
                count=count,
                single=title == SINGLE,
                enclose=title != ALONE,
                profile=profile if wanted else None,
            )
            current.note(f"{results['seconds']:.1f} s of it measured")
        self.environment.server.drop(database)
        if wanted:
            say(f"    (where the time went: {profile})")
        return results


def _size(text: str) -> int:
    size = int(text)
    if size < SMALLEST:
        raise argparse.ArgumentTypeError(f"a book has {SMALLEST} debtors at least")
    return size


def _show(measures: dict[str, dict[str, Any]]) -> None:
    rows = [
        [
            title,
            thousands(measure["letters"]),
            thousands(measure["pages"]),
            f"{measure['seconds']:.1f}",
            f"{measure['letters'] / measure['seconds']:.2f}",
            thousands(measure["queries"]),
            f"{measure['memory_mb']:.0f}",
            f"{measure['children_mb']:.0f}",
        ]
        for title, measure in measures.items()
    ]
    say()
    table(["", *COLUMNS], rows)
    each = {
        title: measure["seconds"] / measure["letters"]
        for title, measure in measures.items()
    }
    say(
        f"\n    A letter in the batch takes {1000 * each[BATCH]:.0f} ms, "
        f"{ratio(each[SINGLE], each[BATCH])} times less than one alone "
        f"({1000 * each[SINGLE]:.0f} ms)."
    )
