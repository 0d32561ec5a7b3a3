"""`./dev lint`: ruff, contracts of imports, pylint-odoo, OCA's checks, README.rst."""

import subprocess
from collections.abc import Sequence

from ..config import Project
from ..environment import python_environment
from ..proc import clean_env
from ..ui import Failure, say, step
from ..venv import Venv
from . import readme

IMPORTS = ".importlinter"
# What a test posts is read by no user.
UNTRANSLATED = "--disable=translation-required"


def run(project: Project, arguments: Sequence[str]) -> int:
    """Run every linter, print what each found; fail when one of them did."""
    venv = python_environment(project)
    env = clean_env(**venv.env())
    if "--fix" in arguments:
        subprocess.call(
            ["ruff", "check", "--fix", "--quiet"], cwd=project.root, env=env
        )
        subprocess.call(["ruff", "format", "--quiet"], cwd=project.root, env=env)
    failed = []
    for title, command in _linters(project, venv).items():
        with step(title) as current:
            done = subprocess.run(
                command, cwd=project.root, env=env, capture_output=True, text=True
            )
            if done.returncode:
                failed.append(title)
                current.note("FAILED")
        if done.returncode:
            say(f"{done.stdout}{done.stderr}")
    if failed:
        raise Failure(
            f"{', '.join(failed)} found what stands above.",
            "`./dev lint --fix` mends and formats what ruff can.",
        )
    return 0


def _linters(project: Project, venv: Venv) -> dict[str, list[str]]:
    addons = project.declaration.addons
    linters = {
        "ruff check": ["ruff", "check"],
        "ruff format": ["ruff", "format", "--check", "--quiet", "--diff"],
        "import contracts": ["lint-imports", "--no-cache", "--config", IMPORTS],
        "pylint-odoo": ["pylint", "--rcfile=.pylintrc", *addons],
        "pylint-odoo, tests": ["pylint", "--rcfile=.pylintrc", UNTRANSLATED, "tests"],
        "oca-checks-odoo-module": ["oca-checks-odoo-module", *addons],
        **{
            f"README.rst of {addon}": readme.command(venv, project, addon, check=True)
            for addon in addons
        },
    }
    translations = [
        str(path)
        for addon in addons
        for path in sorted((project.root / addon / "i18n").glob("*.po"))
    ]
    if translations:
        linters["oca-checks-po"] = ["oca-checks-po", *translations]
    return linters
