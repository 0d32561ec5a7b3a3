"""`./dev bench overhead`: posting and paying with the module and without it.

Two databases hold the same invoices; the module is installed on a copy of the other.
Each round takes a fresh copy of both and works through it in a process of its own, one
after the other, the first of them changing from round to round: what drifts while the
machine works falls on both alike.
"""

import argparse
from statistics import median
from typing import Any

from ..ui import say, step
from . import AS_OF, Bench, table

WITHOUT, WITH = "without", "with"
# A round pays as many invoices as it posts, as many in each of these ways.
WAYS = 4
# The first round fills the caches of the machine. It is short, and its time does not
# count: function calls are counted in it, which slows it down.
WARM_UP_SHARE = 5


class Overhead(Bench):
    """The same done in two databases, round by round."""

    name = "overhead"

    @classmethod
    def add_arguments(cls, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--count", type=int, default=500)
        parser.add_argument("--rounds", type=int, default=3)

    def run(self) -> int:
        count, rounds = self.options.count, self.options.rounds
        paid = max(1, count // WAYS)
        sources = self._build(posted=count, paid=paid)
        short = [max(1, number // WARM_UP_SHARE) for number in (count, paid)]
        calls = self._round("Warm-up", sources, *short, counted=True)
        results: dict[str, list[dict[str, Any]]] = {WITHOUT: [], WITH: []}
        for number in range(rounds):
            order = list(sources)[:: -1 if number % 2 else 1]
            title = f"Round {number + 1} of {rounds}"
            done = self._round(title, {key: sources[key] for key in order}, count, paid)
            for key, measures in done.items():
                results[key].append(measures)
        compared = {
            operation: _compare(
                [measures[operation] for measures in results[WITHOUT]],
                [measures[operation] for measures in results[WITH]],
                {key: measures[operation] for key, measures in calls.items()},
            )
            for operation in results[WITH][0]
        }
        _show(compared)
        target = self.keep({"count": count, "rounds": results, "operations": compared})
        say(f"\n    The same as JSON: {target}")
        return 0

    def _build(self, **counts: int) -> dict[str, str]:
        """The two databases, from which every round is copied."""
        without = self.databases.scratch(self.databases.base(), WITHOUT)
        with step("Invoices to be posted and paid"):
            self.script("bench_overhead_build.py", without, date=f"{AS_OF}", **counts)
        with_ = self.databases.scratch(without, WITH)
        with step("The module, installed on a copy of them"):
            self.databases.install_addons(with_, self.log)
        with step("Penalties of what is overdue"):
            self.script("bench_overhead_penalties.py", with_, date=f"{AS_OF}")
        for name in (without, with_):
            self.environment.server.vacuum(name)
        return {WITHOUT: without, WITH: with_}

    def _round(
        self,
        title: str,
        sources: dict[str, str],
        posted: int,
        paid: int,
        counted: bool = False,
    ) -> dict[str, dict[str, Any]]:
        """Do everything once in each database, in the order given."""
        done = {}
        for key, source in sources.items():
            with step(f"{title}, {key} the module"):
                database = self.databases.scratch(source, "round")
                done[key] = self.script(
                    "bench_overhead_round.py",
                    database,
                    date=f"{AS_OF}",
                    posted=posted,
                    paid=paid,
                    counted=counted,
                )
        return done


def _compare(
    without: list[dict[str, Any]],
    with_: list[dict[str, Any]],
    counted: dict[str, dict[str, Any]],
) -> dict[str, Any]:
    """Milliseconds, function calls and queries for one invoice, and what the module
    adds to them."""
    rounds = {WITHOUT: without, WITH: with_}
    times = {key: _milliseconds(done, "seconds") for key, done in rounds.items()}
    cpu = {key: _milliseconds(done, "cpu_seconds") for key, done in rounds.items()}
    paired = [_percent(*pair) for pair in zip(*times.values(), strict=True)]
    queries = {key: _queries(done) for key, done in rounds.items()}
    calls = {key: done["calls"] / done["invoices"] for key, done in counted.items()}
    medians = {key: median(values) for key, values in times.items()}
    minima = {key: min(values) for key, values in times.items()}
    return {
        "ms": times,
        "median_ms": medians,
        "min_ms": minima,
        "median_percent": _percent(*medians.values()),
        "min_percent": _percent(*minima.values()),
        "paired_percent": paired,
        "cpu_min_ms": {key: min(values) for key, values in cpu.items()},
        "cpu_min_percent": _percent(*map(min, cpu.values())),
        "calls": calls,
        "calls_percent": _percent(*calls.values()),
        "queries": queries,
        "queries_percent": _percent(*queries.values()),
    }


def _milliseconds(rounds: list[dict[str, Any]], clock: str) -> list[float]:
    return [1000 * measures[clock] / measures["invoices"] for measures in rounds]


def _queries(rounds: list[dict[str, Any]]) -> float:
    return median(measures["queries"] / measures["invoices"] for measures in rounds)


def _percent(without: float, with_: float) -> float:
    return 100 * (with_ / without - 1)


def _show(compared: dict[str, dict[str, Any]]) -> None:
    say("\nMilliseconds for one invoice, without and with the module")
    header = (
        "", "median", "with", "%", "minimum", "with", "%",
        "% by round", "CPU", "with", "%", "calls %", "queries", "with",
    )  # fmt: skip
    rows = []
    for operation, values in compared.items():
        paired = values["paired_percent"]
        rows.append(
            [
                operation,
                *(f"{value:.1f}" for value in values["median_ms"].values()),
                f"{values['median_percent']:+.1f}",
                *(f"{value:.1f}" for value in values["min_ms"].values()),
                f"{values['min_percent']:+.1f}",
                f"{min(paired):+.1f} to {max(paired):+.1f}",
                *(f"{value:.1f}" for value in values["cpu_min_ms"].values()),
                f"{values['cpu_min_percent']:+.1f}",
                f"{values['calls_percent']:+.1f}",
                *(f"{value:.1f}" for value in values["queries"].values()),
            ]
        )
    table(header, rows)
