"""`./dev shots`: the pictures of `doc/`, taken from the demonstration company."""

import argparse
from collections.abc import Sequence

from ..config import Project
from ..environment import Environment
from ..proc import run as run_process
from ..ui import step
from .demo import day, serving

PORT = 8169


def run(project: Project, arguments: Sequence[str]) -> int:
    argparse.ArgumentParser(prog="./dev shots").parse_args(arguments)
    images = project.root / "doc" / "images"
    images.mkdir(parents=True, exist_ok=True)
    with Environment.prepare(project, "test") as environment:
        database = environment.databases.demo(fresh=False)
        day(environment, database)
        with serving(environment, database, PORT) as (_process, address):
            with step("Pictures"):
                run_process(
                    [
                        environment.odoo.venv.python,
                        project.scripts / "take_shots.py",
                        address,
                        images,
                    ],
                    env=environment.odoo.env(),
                    log=project.logs / "shots.log",
                )
    return 0
