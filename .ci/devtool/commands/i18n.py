"""`./dev i18n`: the addon's terms exported, and merged into its translations."""

import subprocess
from collections.abc import Sequence

from ..config import Project
from ..environment import Environment
from ..ui import Failure, step


def run(project: Project, arguments: Sequence[str]) -> int:
    with Environment.prepare(project) as environment:
        databases, odoo = environment.databases, environment.odoo
        template = databases.test()
        try:
            database = databases.scratch(template)
            for addon in project.declaration.addons:
                _export(environment, database, addon)
        finally:
            databases.drop_scratch()
        merged = [
            subprocess.call(
                [
                    odoo.venv.python,
                    project.scripts / "merge_po.py",
                    pot,
                    language,
                    *arguments,
                ],
                env=odoo.env(),
            )
            for pot in project.root.glob("*/i18n/*.pot")
            for language in (
                code.split("_")[0] for code in project.declaration.languages
            )
        ]
        return max(merged, default=0)


def _export(environment: Environment, database: str, addon: str) -> None:
    project = environment.project
    target = project.root / addon / "i18n" / f"{addon}.pot"
    target.parent.mkdir(exist_ok=True)
    building = project.state / target.name
    with step(f"Export the terms of {addon}"):
        environment.odoo.run(
            "i18n", "export", "-d", database, "-l", "pot", "-o", building, addon,
            log=project.logs / "i18n.log",
        )  # fmt: skip
        if not building.exists():
            raise Failure("Odoo exported nothing.", log=project.logs / "i18n.log")
        exported = building.read_text(encoding="utf-8")
        building.unlink()
        known = target.read_text(encoding="utf-8") if target.exists() else ""
        if _undated(exported) != _undated(known):
            target.write_text(exported, encoding="utf-8")


def _undated(text: str) -> list[str]:
    return [line for line in text.splitlines() if "-Date: " not in line]
