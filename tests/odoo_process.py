"""Odoo run as a process of its own on a database of its own.

For what only a real process shows: installation, update, uninstallation, and what the
log says of them. Databases are copies of the one that `./dev test` names in
``RECOUVREMENT_BASE_DATABASE`` (the modules ours depends on, installed) or in
``RECOUVREMENT_TEST_DATABASE`` (ours too); without them, Odoo creates them from nothing,
which takes a minute longer.
"""

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from odoo.tests.common import get_db_name
from odoo.tools import config

ADDON = "l10n_fr_recouvrement"
REPOSITORY = Path(__file__).resolve().parent.parent

_COMPLAINT = re.compile(r"^\S+ \S+ \d+ (WARNING|ERROR|CRITICAL) ", re.MULTILINE)


@contextmanager
def database(suffix: str, template: str | None = None) -> Iterator[str]:
    """A database for the block: a copy of ``template``, else of the base."""
    name = f"{get_db_name()}_{suffix}"
    template = template or os.environ.get("RECOUVREMENT_BASE_DATABASE")
    _drop(name)
    if template:
        _client("createdb", "--template", template, name)
    try:
        yield name
    finally:
        _drop(name)


def renew(name: str, template: str) -> None:
    """Put a database back to what its template is."""
    _drop(name)
    _client("createdb", "--template", template, name)


@contextmanager
def installed_database(suffix: str) -> Iterator[str]:
    """A database for the block that has the module."""
    template = os.environ.get("RECOUVREMENT_TEST_DATABASE")
    with database(suffix, template) as name:
        if not template:
            server(name, "-i", ADDON)
        yield name


def addons_path(folder: Path) -> str:
    """The option that has Odoo find the addon in this folder rather than here."""
    others = [path for path in config["addons_path"] if Path(path) != REPOSITORY]
    return f"--addons-path={','.join([*others, str(folder)])}"


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


# What the letters of the company must say of it: a script of `shell` begins with it.
CREDITOR = """
env.company.partner_id.write({
    "street": "1 rue de l’Exemple", "zip": "69001", "city": "Lyon",
    "company_registry": "33417522101010",
})
env.company.write({
    "recouvrement_legal_form": "SARL", "recouvrement_share_capital": "50 000 €",
    "recouvrement_rcs_city": "Lyon", "recouvrement_signatory_name": "Dominique Gérant",
})
if not env.company.recouvrement_bank_id:
    env.company.recouvrement_bank_id = env["res.partner.bank"].create({
        "acc_number": "FR7630006000011234567890189",
        "partner_id": env.company.partner_id.id,
    })
"""


def server(name: str, *arguments: str, **more: str) -> str:
    """Load the database once with these options, no HTTP; return the log."""
    options = ["-d", name, "--no-http", "--max-cron-threads=0", "--stop-after-init"]
    # Odoo's own tests serve pages all the same.
    options.append(f"--http-port={find_port()}")
    return odoo(*options, *arguments, **more)


def find_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def shell(name: str, script: str, *arguments: str, **more: str) -> str:
    """Run a script in an Odoo shell on the database; return what is printed."""
    options = ["-d", name, "--no-http"]
    return odoo("shell", *options, *arguments, stdin=script, **more)


class _LineServer:
    """A module of the tests in a process of its own that loads Odoo once, then answers
    each line with a line, in JSON. Use as a context manager."""

    def __init__(self, module: str, *arguments: str):
        self._process = subprocess.Popen(
            [sys.executable, "-m", f"tests.{module}", *arguments],
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            # what `./dev test` asks of PostgreSQL for tests in one transaction
            env={**os.environ, "PGOPTIONS": ""},
        )

    def __enter__(self):
        self._answer()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._process.stdin.close()
        self._process.wait()

    def _ask(self, **order):
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self):
        line = self._process.stdout.readline()
        assert line, "the server ended"
        return json.loads(line)


class CronServer(_LineServer):
    """Odoo calling the daily job when it is told to, in processes that may be killed.

    :param name: the database, which may be renewed while no call is under way
    :param day: the day it takes for today
    """

    def __init__(self, name: str, day: str):
        super().__init__("run.cron_server", name, day)
        self._name = name

    def call(self, workers: int = 1, kill_after: float | None = None) -> dict:
        """Call the daily job; return how each worker ended and how long they took."""
        return self._ask(workers=workers, kill_after=kill_after)

    def settle(self) -> None:
        """Wait until PostgreSQL noticed that the clients it worked for are gone."""
        others = (
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid != pg_backend_pid()"
        )
        while query(self._name, others) != ["0"]:
            time.sleep(0.05)


class CrossingServer(_LineServer):
    """Odoo letting two transactions cross, see ``tests.run.crossing_server``.

    :param name: the database
    :param day: the day it takes for today
    """

    def __init__(self, name: str, day: str):
        super().__init__("run.crossing_server", name, day)

    def do(self, name: str, **arguments: object) -> object:
        """Carry out an order; return what it gives."""
        answer = self._ask(name=name, arguments=arguments)
        assert "error" not in answer, answer["error"]
        return answer["result"]

    def cross(self, first: tuple, second: tuple, at: str) -> dict:
        """Carry out an order, ``(name, arguments)``, and another while the first stands
        behind its call of a method, ``model:name``; return how they ended, and whether
        the second had to wait for the first."""
        answer = self._ask(first=first, second=second, at=at.split(":"))
        assert "error" not in answer, answer["error"]
        for outcome in answer["outcome"]:
            assert "error" not in outcome, outcome["error"]
        return answer


class StoryServer(_LineServer):
    """Odoo playing the stories of the guide's examples, each undone after it.

    :param name: the database, where the examples are installed
    :param addons_path: where they are found
    """

    def __init__(self, name: str, addons_path: str):
        super().__init__("addon.story_server", name, addons_path)

    def play(self, addon: str, story: str) -> list:
        """Play a story with the records of one example; return what it told."""
        answer = self._ask(addon=addon, story=story)
        assert "error" not in answer, answer["error"]
        return answer["told"]


def complaints(log: str) -> list[str]:
    """The warnings and errors of a log."""
    return [line for line in log.splitlines() if _COMPLAINT.match(line)]


def query(name: str, sql: str) -> list[str]:
    """The rows of a query, as psql prints them."""
    command = ["psql", "-XqAt", "-d", name, "-c", sql]
    return subprocess.check_output(command, text=True).split("\n")[:-1]


def _drop(name: str) -> None:
    """Drop a database. Those who use it are waited for, and PostgreSQL's own workers
    sent away, then the others too."""
    try:
        _client("dropdb", "--if-exists", name)
    except subprocess.CalledProcessError:
        _client("dropdb", "--if-exists", "--force", name)


def _client(*command: str) -> None:
    subprocess.run(command, check=True, stderr=subprocess.PIPE)
