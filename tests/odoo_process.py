"""Odoo run as a process of its own on a database of its own.

For what only a real process shows: installation, update, uninstallation, and what the
log says of them. Databases are copies of the one that `./dev test` names in
``RECOUVREMENT_BASE_DATABASE`` (the modules ours depends on, installed); without it,
Odoo creates them from nothing, which takes a minute longer.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from odoo.tests.common import get_db_name

ADDON = "l10n_fr_recouvrement"
REPOSITORY = Path(__file__).resolve().parent.parent

_COMPLAINT = re.compile(r"^\S+ \S+ \d+ (WARNING|ERROR|CRITICAL) ", re.MULTILINE)


@contextmanager
def database(suffix: str, template: str | None = None) -> Iterator[str]:
    """A database for the block: a copy of ``template``, else of the base."""
    name = f"{get_db_name()}_{suffix}"
    template = template or os.environ.get("RECOUVREMENT_BASE_DATABASE")
    _client("dropdb", "--if-exists", "--force", name)
    if template:
        _client("createdb", "--template", template, name)
    try:
        yield name
    finally:
        _client("dropdb", "--if-exists", "--force", name)


def odoo(*arguments: str, python: str = sys.executable, stdin: str = "", **env: str):
    """Run an Odoo command; return its log, having checked that it ended well."""
    process = subprocess.run(
        [python, "-m", "odoo", *arguments],
        input=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, **env},
        check=False,
    )
    assert process.returncode == 0, process.stdout[-5000:]
    return process.stdout


def server(name: str, *arguments: str, **more: str) -> str:
    """Load the database once with these options, no HTTP; return the log."""
    options = ["-d", name, "--no-http", "--max-cron-threads=0", "--stop-after-init"]
    return odoo(*options, *arguments, **more)


def shell(name: str, script: str, **more: str) -> str:
    """Run a script in an Odoo shell on the database; return what is printed."""
    return odoo("shell", "-d", name, "--no-http", stdin=script, **more)


def complaints(log: str) -> list[str]:
    """The warnings and errors of a log."""
    return [line for line in log.splitlines() if _COMPLAINT.match(line)]


def query(name: str, sql: str) -> list[str]:
    """The rows of a query, as psql prints them."""
    command = ["psql", "-XqAt", "-d", name, "-c", sql]
    return subprocess.check_output(command, text=True).split("\n")[:-1]


def _client(*command: str) -> None:
    subprocess.run(command, check=True, stderr=subprocess.PIPE)
