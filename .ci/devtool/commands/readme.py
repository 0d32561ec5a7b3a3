"""`./dev readme`: README.rst and HISTORY.md of the addon, from its `readme/`."""

import argparse
import ast
from collections.abc import Sequence
from datetime import date

from ..config import Project
from ..environment import python_environment
from ..proc import clean_env
from ..proc import run as run_process
from ..ui import step
from ..venv import Venv


def run(project: Project, arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="./dev readme")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--release", action="store_true")
    options = parser.parse_args(arguments)
    venv = python_environment(project)
    for addon in project.declaration.addons:
        if options.release:
            with step(f"News of {addon} in its HISTORY.md"):
                _gather_news(project, venv, addon)
        with step(f"README.rst of {addon}"):
            run_process(
                command(venv, project, addon, check=options.check),
                log=project.logs / "readme.log",
                env=clean_env(**venv.env()),
                cwd=project.root,
                remedy="`./dev readme` writes README.rst anew.",
            )
    return 0


def command(venv: Venv, project: Project, addon: str, check: bool) -> list[str]:
    """What writes the README.rst of an addon, or says whether it is what it must be."""
    program = [str(venv.python), str(project.scripts / "make_readme.py"), addon]
    return [*program, "--check"] if check else program


def _gather_news(project: Project, venv: Venv, addon: str) -> None:
    manifest = (project.root / addon / "__manifest__.py").read_text(encoding="utf-8")
    run_process(
        [
            *(venv.bin / "towncrier", "build", "--yes"),
            *("--config", project.root / ".ci" / "towncrier.toml"),
            *("--dir", project.root / addon),
            *("--version", ast.literal_eval(manifest)["version"]),
            *("--date", str(date.today())),
        ],
        log=project.logs / "readme.log",
        env=clean_env(**venv.env()),
        cwd=project.root,
    )
