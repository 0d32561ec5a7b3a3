"""The benches of `./dev bench`, one module each; what they share is here.

A bench runs scripts inside Odoo, each measure in a process of its own, on databases of
its own. It prints tables and keeps the same as JSON in `.dev/out/bench-<name>.json`.
"""

import argparse
import json
import os
from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

from ..environment import Environment
from ..ui import say

# A day of the last half-year whose rates the addon ships: benches pass it where the day
# counts, so that they measure the same work whenever they are run.
AS_OF = date(2026, 11, 21)
# Enough invoices for a book to have some of every kind.
SMALLEST = 100


class Bench(ABC):
    """One bench: its arguments, its run, its report."""

    name: str

    def __init__(self, environment: Environment, options: argparse.Namespace):
        self.environment = environment
        self.options = options
        self.databases = environment.databases
        self.log = environment.project.logs / f"bench-{self.name}.log"
        self.log.unlink(missing_ok=True)

    @classmethod
    @abstractmethod
    def add_arguments(cls, parser: argparse.ArgumentParser) -> None:
        """Declare the arguments of this bench."""

    @abstractmethod
    def run(self) -> int:
        """Measure, print, keep; the value returned is the exit code of `./dev`."""

    def script(
        self, name: str, database: str, *arguments: str, **options: Any
    ) -> dict[str, Any]:
        """Run a script in an Odoo process of its own; return what it reports.

        :param arguments: options of Odoo's command line
        """
        report = self.environment.project.state / f"bench-{os.getpid()}.json"
        try:
            self.environment.odoo.script(
                name,
                database,
                *arguments,
                log=self.log,
                RECOUVREMENT_BENCH=json.dumps(options),
                RECOUVREMENT_REPORT=str(report),
            )
            return json.loads(report.read_text(encoding="utf-8"))
        finally:
            report.unlink(missing_ok=True)

    def keep(self, results: dict[str, Any]) -> Path:
        """Write the results as JSON; return where."""
        target = self.environment.project.out / f"bench-{self.name}.json"
        text = json.dumps({"as_of": AS_OF.isoformat(), **results}, indent=2)
        target.write_text(f"{text}\n", encoding="utf-8")
        return target


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows aligned: the first column to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    for row in (header, *rows):
        first, *others = (
            cell.rjust(width) if index else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        say(f"    {'   '.join((first, *others))}".rstrip())


def thousands(number: int) -> str:
    return f"{number:,}".replace(",", " ")


def ratio(value: float, reference: float) -> str:
    """How many times ``reference``; a dash where there is nothing to compare with."""
    return f"{value / reference:.2f}" if reference > 0 else "-"


def sizes(text: str) -> list[int]:
    """Numbers of invoices, as the argument of a bench gives them: divided by commas,
    blanks or both."""
    numbers = sorted({int(size) for size in text.replace(",", " ").split()})
    if not numbers or numbers[0] < SMALLEST:
        raise argparse.ArgumentTypeError(f"a book has {SMALLEST} invoices at least")
    return numbers


def growth(books: dict[int, dict[str, Any]]) -> list[dict[str, Any]]:
    """Print how measures grow from one book to the next, and by what data grows.

    :return: the same to be kept
    """
    grown = [
        {"from": small, "to": large, **_growth(books[small], books[large])}
        for small, large in pairwise(sorted(books))
    ]
    for pair in grown:
        _show_growth(pair)
    return grown


def _growth(small: dict[str, Any], large: dict[str, Any]) -> dict[str, Any]:
    return {
        "data": large["book"]["invoices"] / small["book"]["invoices"],
        "measures": {
            title: {
                name: measure[name] / small["measures"][title][name]
                if small["measures"][title][name] > 0
                else None
                for name in ("seconds", "memory_mb", "queries")
            }
            for title, measure in large["measures"].items()
            if title in small["measures"]
        },
    }


def _show_growth(grown: dict[str, Any]) -> None:
    say(
        f"\nFrom {thousands(grown['from'])} to {thousands(grown['to'])}: "
        f"{grown['data']:.1f} times the data"
    )
    rows = []
    for title, factors in grown["measures"].items():
        seconds = factors["seconds"]
        rows.append(
            [
                title,
                _factor(seconds),
                _factor(seconds and seconds / grown["data"]),
                _factor(factors["memory_mb"]),
                _factor(factors["queries"]),
            ]
        )
    table(["", "time x", "time x / data x", "memory x", "queries x"], rows)


def _factor(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
