"""`./dev shots`: the pictures of `doc/` and of the addon's description, taken from the
demonstration company."""

import argparse
import shutil
from collections.abc import Sequence
from pathlib import Path

from ..config import NAME, Project
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
        with step("Pictures of the letters"):
            _take_letters(environment, database, images / "lettres")
        with serving(environment, database, PORT) as (_process, address):
            with step("Pictures"):
                run_process(
                    [
                        environment.odoo.venv.python,
                        project.scripts / "take_shots.py",
                        address,
                        images,
                        project.root / NAME / "static" / "description",
                    ],
                    env=environment.odoo.env(),
                    log=project.logs / "shots.log",
                )
    return 0


def _take_letters(environment: Environment, database: str, folder: Path) -> None:
    """A picture of each page of the letter of each stage."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    printed = environment.project.out / "lettres"
    shutil.rmtree(printed, ignore_errors=True)
    printed.mkdir()
    log = environment.project.logs / "shots.log"
    environment.odoo.script(
        "letters_of_stages.py", database, log=log, RECOUVREMENT_OUT=str(printed)
    )
    for letter in sorted(printed.glob("*.pdf")):
        run_process(
            [
                *("pdftoppm", "-png", "-gray", "-r", "70", "-l", "2"),
                *(letter, folder / letter.stem),
            ],
            log=log,
            append=True,
        )
