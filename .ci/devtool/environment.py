"""All that a command needs, made ready in the right order."""

from dataclasses import dataclass

from .config import Project
from .databases import Databases
from .debian import ensure_installed
from .odoo import Odoo, find_sources
from .postgres import Server, connect, database_packages
from .proc import locked
from .venv import Venv, ensure_venv


def python_environment(project: Project) -> Venv:
    """The pinned Python packages, all that the linters need."""
    with locked(project.cache / "lock"):
        return ensure_venv(project)


@dataclass(frozen=True)
class Environment:
    """A running PostgreSQL and an Odoo that finds it. Use as a context manager."""

    project: Project
    server: Server
    odoo: Odoo
    databases: Databases

    @classmethod
    def prepare(cls, project: Project, *debian_groups: str) -> "Environment":
        """Make all of it ready.

        :param debian_groups: Debian packages the command needs besides the usual ones
        """
        groups = ("run", *database_packages(), *debian_groups)
        ensure_installed(project, project.declaration.debian(*groups))
        venv = python_environment(project)
        with locked(project.cache / "lock"):
            sources = find_sources(project)
        server = connect(project)
        odoo = Odoo(project, sources, venv, server.pg_env)
        odoo.configure()
        return cls(project, server, odoo, Databases(project, server, odoo))

    def __enter__(self) -> "Environment":
        return self

    def __exit__(self, *_exception: object) -> None:
        self.server.release()
