"""`./dev odoo` and `./dev shell`: Odoo's own commands, configured for this project."""

from collections.abc import Sequence

from ..config import Project
from ..environment import Environment
from ..proc import foreground


def run(project: Project, arguments: Sequence[str]) -> int:
    with Environment.prepare(project) as environment:
        odoo = environment.odoo
        return foreground(odoo.command(*arguments), odoo.env(), project.root)


def shell(project: Project, arguments: Sequence[str]) -> int:
    with Environment.prepare(project) as environment:
        database = arguments[0] if arguments else environment.databases.demo()
        odoo = environment.odoo
        return foreground(odoo.shell_command(database), odoo.env(), project.root)
