"""Odoo: where it is, its configuration, and how it is run."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from .config import Project, digest
from .debian import unpacked_odoo
from .proc import clean_env, output_of, run
from .ui import Failure
from .venv import Venv


@dataclass(frozen=True)
class Sources:
    """An Odoo 19: the folder that holds the package ``odoo``, and its addons."""

    path: Path
    key: str

    @property
    def addons(self) -> list[Path]:
        core, others = self.path / "odoo" / "addons", self.path / "addons"
        return [core, others] if (others / "account").is_dir() else [core]


def find_sources(project: Project) -> Sources:
    """Odoo as ODOO_PATH gives it, else the one unpacked in the cache."""
    given = os.environ.get("ODOO_PATH")
    if not given:
        prefix = unpacked_odoo(project)
        return Sources(prefix / "usr/lib/python3/dist-packages", prefix.name)
    path = Path(given).resolve()
    release = path / "odoo" / "release.py"
    text = release.read_text(encoding="utf-8") if release.exists() else ""
    found = re.search(r"^version_info\s*=\s*\((\d+),\s*(\d+)", text, re.MULTILINE)
    version = ".".join(found.groups()) if found else "none"
    if version != project.declaration.series:
        raise Failure(
            f"ODOO_PATH={given}: the release in odoo/release.py is {version}, "
            f"not {project.declaration.series}.",
            "set ODOO_PATH to the folder that contains the odoo/ of an Odoo 19.",
        )
    return Sources(path, digest(path, text, _commit(path)))


def _commit(checkout: Path) -> str:
    """Where a checkout stands, so that what is built from it follows it."""
    try:
        return output_of(["git", "-C", checkout, "rev-parse", "HEAD"]).strip()
    except (Failure, FileNotFoundError):  # no checkout, not ours, no git
        return ""


@dataclass(frozen=True)
class Odoo:
    """Odoo ready to run: sources, Python environment, database server."""

    project: Project
    sources: Sources
    venv: Venv
    pg_env: dict[str, str]

    @property
    def config_file(self) -> Path:
        return self.project.state / "odoo.conf"

    @property
    def data_dir(self) -> Path:
        return self.project.state / "odoo-data"

    def env(self, **more: str) -> dict[str, str]:
        """Environment of every program that runs Odoo, pytest included."""
        return clean_env(
            **self.venv.env(),
            **self.pg_env,
            ODOO_RC=str(self.config_file),
            PYTHONPATH=str(self.sources.path),
            PYTHONPYCACHEPREFIX=str(self.project.cache / "pycache"),
            **more,
        )

    def configure(self) -> None:
        """Write the configuration file; PostgreSQL is found by PG* variables."""
        addons = [*self.sources.addons, self.project.root]
        options = {
            "addons_path": ",".join(map(str, addons)),
            "data_dir": self.data_dir,
            "http_interface": "127.0.0.1",
            "list_db": False,
            "admin_passwd": os.urandom(16).hex(),
            # nothing done here may reach real people by mail: no server listens there
            "smtp_server": "127.0.0.1",
            "smtp_port": 1,
            # one long run or one big report must not restart the server
            "limit_time_cpu": 3600,
            "limit_time_real": 3600,
            "limit_memory_soft": 8 * 1024**3,
            "limit_memory_hard": 10 * 1024**3,
        }
        lines = [f"{name} = {value}" for name, value in options.items()]
        building = self.config_file.with_suffix(f".{os.getpid()}")
        building.write_text("[options]\n" + "\n".join(lines) + "\n")
        building.rename(self.config_file)

    def command(self, *arguments: object) -> list[str]:
        return [str(self.venv.python), "-m", "odoo", *map(str, arguments)]

    def run(self, *arguments: object, log: Path, append: bool = False) -> None:
        """Run an Odoo command to its end, its log kept in ``log``."""
        run(
            self.command(*arguments),
            log=log,
            env=self.env(),
            cwd=self.project.root,
            append=append,
            remedy="the log names the file or record at fault.",
        )

    def shell_command(self, database: str, *options: str) -> list[str]:
        return self.command(
            "shell", "-d", database, "--no-http", "--log-level=warn", *options
        )

    def script(
        self, name: str, database: str, *options: str, log: Path, **env: str
    ) -> None:
        """Run one of our scripts in an Odoo shell on the database; it may import those
        that lie beside it."""
        variables = self.env(**env)
        variables["PYTHONPATH"] += f"{os.pathsep}{self.project.scripts}"
        run(
            self.shell_command(database, *options),
            log=log,
            env=variables,
            cwd=self.project.root,
            stdin=self.project.scripts / name,
            append=True,
            remedy="the log names the record at fault.",
        )
