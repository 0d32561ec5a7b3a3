"""`./dev demo`: the demonstration company, its letters, and Odoo to see them in."""

import argparse
import json
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date

from ..config import Project
from ..environment import Environment
from ..proc import foreground_process, popen
from ..ui import Failure, say, step

START_SECONDS = 120
LOGINS = (
    ("comptable / comptable", "the accountant"),
    ("relance / relance", "the recovery officer"),
    ("admin / admin", "the administrator"),
)


def run(project: Project, arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="./dev demo")
    parser.add_argument("--once", action="store_true")
    parser.add_argument("--fresh", action="store_true")
    parser.add_argument("--port", type=int, default=8069)
    options = parser.parse_args(arguments)
    with Environment.prepare(project) as environment:
        database = environment.databases.demo(options.fresh)
        with _mail_catcher(environment) as mail_options:
            _show(project, day(environment, database, mail_options))
            if options.once:
                return 0
            return _serve(environment, database, options.port, mail_options)


# The day's follow-up


def day(
    environment: Environment, database: str, mail_options: Sequence[str] = ()
) -> dict:
    """The day's run and its letters, made once a day; return what came of it."""
    project = environment.project
    report = project.state / "day.json"
    key = environment.databases.demo_key()
    done = json.loads(report.read_text()) if report.exists() else {}
    wanted = {"key": key, "date": str(date.today())}
    if wanted.items() <= done.items() and _all_there(project, done):
        return done
    with step("The day's follow-up and its letters"):
        building = report.with_suffix(".building")
        environment.odoo.script(
            "demo_day.py",
            database,
            *mail_options,
            log=project.logs / "demo-day.log",
            RECOUVREMENT_OUT=str(project.out),
            RECOUVREMENT_REPORT=str(building),
        )
        done = {**json.loads(building.read_text()), **wanted}
        building.write_text(json.dumps(done))
        building.rename(report)
    return done


def _all_there(project: Project, done: dict) -> bool:
    return all((project.out / name).exists() for name in done["letters"])


def _show(project: Project, done: dict) -> None:
    say()
    for line in done["summary"]:
        say(f"    {line}")
    say(f"    {len(done['letters'])} letters as PDF in {project.out}")
    say()


@contextmanager
def _mail_catcher(environment: Environment) -> Iterator[list[str]]:
    """An SMTP server that keeps every e-mail in `.dev/out/mail/` and sends none; the
    block gets the options that make Odoo use it."""
    project = environment.project
    folder = project.out / "mail"
    command = [
        environment.odoo.venv.python,
        project.scripts / "mail_catcher.py",
        folder,
    ]
    with popen(
        command,
        environment.odoo.env(),
        stdout=subprocess.PIPE,
        start_new_session=True,  # Ctrl-C is for Odoo; this one ends when the block does
    ) as process:
        try:
            port = int(process.stdout.readline())
            yield ["--smtp=127.0.0.1", f"--smtp-port={port}"]
        finally:
            process.terminate()


# Odoo to look at it


def _serve(
    environment: Environment, database: str, port: int, mail_options: list[str]
) -> int:
    with serving(environment, database, port, mail_options) as (process, address):
        _welcome(environment.project, address)
        code = foreground_process(process)
    say("Odoo has stopped.")
    return 0 if code in (0, -2) else code


@contextmanager
def serving(
    environment: Environment,
    database: str,
    port: int,
    options: Sequence[str] = (),
) -> Iterator[tuple[subprocess.Popen, str]]:
    """Odoo on the demonstration company, as its process and address, for the block."""
    free = _free_port(port)
    if free != port:
        say(f"    (port {port} is taken: {free} instead)")
    log = environment.project.logs / "odoo.log"
    odoo = environment.odoo
    command = odoo.command(
        "-d", database,
        f"--db-filter=^{database}$",
        f"--http-port={free}",
        "--workers=0",
        "--max-cron-threads=1",
        *options,
    )  # fmt: skip
    address = f"http://localhost:{free}"
    with log.open("wb") as output:
        with popen(command, odoo.env(), stdout=output, stderr=output) as process:
            try:
                with step("Odoo: start"):
                    _wait(process, f"{address}/web/login", log)
                yield process, address
            finally:
                process.terminate()


def _free_port(port: int) -> int:
    for candidate in range(port, port + 100):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", candidate))
            except OSError:
                continue
            return candidate
    raise Failure(f"no free port from {port} on.", "choose one: ./dev demo --port PORT")


def _wait(process: subprocess.Popen, url: str, log) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise Failure(f"Odoo stopped with code {process.returncode}.", log=log)
        try:
            urllib.request.urlopen(url, timeout=START_SECONDS).close()
            return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.2)
    raise Failure(f"no answer at {url} within {START_SECONDS} s.", log=log)


def _welcome(project: Project, address: str) -> None:
    say(f"\n    Open      {address}")
    for login, role in LOGINS:
        say(f"    Log in    {login:<24}{role}")
    say("    Look at   Facturation > Clients > Recouvrement: what is to be done today,")
    say("              the debtors, the actions; then any overdue invoice, its page")
    say("              Recouvrement")
    say(f"    Letters   {project.out}")
    say(f"    E-mails   {project.out / 'mail'} (kept there, none is sent)")
    say(f"    Log       {project.logs / 'odoo.log'}")
    say("    Ctrl-C stops it; ./dev demo starts it again in seconds.\n")
