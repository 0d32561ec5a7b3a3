"""`./dev bench`: how long things take, measured beside what they are compared with."""

import argparse
from collections.abc import Sequence

from ..benches import Bench, followup, letters, overhead, penalties, size
from ..config import Project
from ..environment import Environment

BENCHES: dict[str, type[Bench]] = {
    "followup": followup.Followup,
    "letters": letters.Letters,
    "penalties": penalties.Penalties,
    "overhead": overhead.Overhead,
    "size": size.Size,
}


def run(project: Project, arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="./dev bench")
    choices = parser.add_subparsers(dest="name", required=True)
    for name, bench in BENCHES.items():
        bench.add_arguments(choices.add_parser(name))
    options = parser.parse_args(arguments)
    with Environment.prepare(project) as environment:
        try:
            return BENCHES[options.name](environment, options).run()
        finally:
            environment.databases.drop_scratch()
