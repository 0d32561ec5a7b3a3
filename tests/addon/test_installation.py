"""The installation page, played on a plain Odoo: every command that it prints, from the
wheel to what an uninstallation leaves."""

import os
import re
import stat
import subprocess
import sys
import sysconfig
from configparser import RawConfigParser
from pathlib import Path

import polib
import pytest

from odoo.modules.module import Manifest

from ..odoo_process import (
    ADDON,
    CREDITOR,
    REPOSITORY,
    complaints,
    database,
    query,
    shell,
)
from .test_packaging import copy_sources

PAGE = REPOSITORY / "doc" / "installation.md"
_SECTION = re.compile(r"^##+ (.+)\n", re.MULTILINE)
_BLOCK = re.compile(r"^```sh\n(.+?)^```$", re.MULTILINE | re.DOTALL)

FOUND = f"""
from odoo.modules.module import Manifest
print("FOUND", Manifest.for_addon("{ADDON}").path)
"""

# Something of what a company has: its own delay, a letter sent, penalties charged.
LIVE = (
    CREDITOR
    + """
env.ref("base.EUR").active = True
env.ref("l10n_fr_recouvrement.stage_business_reminder").delay = 9
debtor = env["res.partner"].create({
    "name": "Débiteur", "is_company": True, "street": "1 rue de l'Essai",
    "zip": "75001", "city": "Paris", "email": "debiteur@example.com",
})
move = env["account.move"].create({
    "move_type": "out_invoice", "partner_id": debtor.id, "invoice_date": "2026-01-01",
    "invoice_date_due": "2026-01-31",
    "invoice_line_ids": [(0, 0, {"name": "Vente", "price_unit": 100})],
})
move.action_post()
move.action_recouvrement_refresh_penalties()
run = env["recouvrement.run"].create({})
run.action_start()
run.action_ids.channel = "letter"
run.action_ids.action_approve_and_send()
env.company.recouvrement_penalty_account_id = env["account.account"].search(
    [("account_type", "=", "income")], limit=1)
wizard = env["recouvrement.debit.wizard"].create({
    "company_id": env.company.id, "move_ids": [(6, 0, move.ids)],
})
wizard.action_charge()
env.cr.commit()
print("LIVED", run.action_ids.mapped("state"),
      sorted(set(move.recouvrement_debit_note_ids.mapped("state"))))
"""
)

DELAYS = "SELECT delay FROM recouvrement_stage"


def sections():
    """The commands of the page: ``{heading: [block, ...]}``."""
    parts = _SECTION.split(PAGE.read_text(encoding="utf-8"))
    blocks = zip(parts[1::2], map(_BLOCK.findall, parts[2::2]), strict=True)
    return {heading: found for heading, found in blocks if found}


class Machine:
    """A machine with a plain Odoo, where the page's commands run as they are printed,
    but for its examples of names: files lie elsewhere, the database is another."""

    def __init__(self, folder: Path, database: str):
        self.folder = folder
        self.addons = folder / "addons"
        self.sources = copy_sources(folder / "sources")
        self.venv = folder / "venv"
        command = [sys.executable, "-m", "venv", "--without-pip", self.venv]
        subprocess.run(command, check=True)
        (packages,) = self.venv.glob("lib/python*/site-packages")
        # what Odoo needs comes from ours, pip too
        (packages / "ours.pth").write_text(sysconfig.get_path("purelib") + "\n")
        self.config = folder / "odoo.conf"
        self._configure()
        self._names = {
            "/etc/odoo/odoo.conf": str(self.config),
            "/opt/odoo/addons": str(self.addons),
            "-d company": f"-d {database}",
        }
        self._start = self.venv / "bin" / "odoo"
        self._start.write_text(f'#!/bin/sh\nexec {self.python} -m odoo "$@"\n')
        self._start.chmod(self._start.stat().st_mode | stat.S_IXUSR)

    @property
    def python(self) -> str:
        return str(self.venv / "bin" / "python")

    def _configure(self, *more: str) -> None:
        """Our configuration without this repository among the addons."""
        ours = RawConfigParser()
        ours.read(os.environ["ODOO_RC"])
        paths = ours["options"]["addons_path"].split(",")
        others = [path for path in paths if Path(path).resolve() != REPOSITORY]
        ours["options"]["addons_path"] = ",".join([*others, *more])
        with self.config.open("w") as stream:
            ours.write(stream)

    def add_folder(self) -> None:
        """What the page says to write into the configuration."""
        self._configure(str(self.addons))

    def run(self, heading: str, block: int = 0) -> str:
        """Run a block of commands of the page; return what they print."""
        script = sections()[heading][block]
        for name, ours in self._names.items():
            script = script.replace(name, ours)
        process = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=self.sources,
            env={
                **os.environ,
                "PATH": f"{self.venv / 'bin'}:{os.environ['PATH']}",
                # nothing comes from the network: what builds wheels is there
                "PIP_NO_INDEX": "1",
                "PIP_NO_BUILD_ISOLATION": "0",
                "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert process.returncode == 0, f"{script}\n{process.stdout[-5000:]}"
        return process.stdout

    def shell(self, database: str, script: str) -> str:
        return shell(database, script, python=self.python, ODOO_RC=str(self.config))


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """The page's story: installed from a wheel, lived with, updated from a folder,
    uninstalled. What was seen after each part, and the log of each."""
    folder = tmp_path_factory.mktemp("machine")
    seen, logs = {}, {}
    with database("plain") as name:
        machine = Machine(folder, name)
        machine.run("What it needs")
        machine.run("As a wheel")
        logs["install"] = machine.run("Install")
        seen["installed"] = _modules(name)
        seen["lived"] = machine.shell(name, LIVE + FOUND)
        machine.run("Uninstall", 1)
        machine.run("As a folder")
        machine.add_folder()
        logs["update"] = machine.run("Update")
        seen["updated"] = machine.shell(name, FOUND)
        seen["delays"] = query(name, DELAYS)
        seen["before"] = _left(name)
        logs["uninstall"] = machine.run("Uninstall")
        seen["uninstalled"] = _modules(name)
        seen["after"] = _left(name)
        seen["tables"] = query(
            name, "SELECT tablename FROM pg_tables WHERE tablename ~ '^recouvrement_'"
        )
        yield machine, seen, logs


def _modules(name):
    return query(name, f"SELECT state FROM ir_module_module WHERE name = '{ADDON}'")


def _left(name):
    """Invoices, debit notes and their journal; what was said of them; files of ours."""
    return query(
        name,
        """
        SELECT 'moves', count(*) FROM account_move WHERE state = 'posted'
         UNION ALL
        SELECT 'journals', count(*) FROM account_journal
         UNION ALL
        SELECT 'messages', count(*) FROM mail_message WHERE model = 'account.move'
         UNION ALL
        SELECT 'files', count(*) FROM ir_attachment WHERE res_model ~ '^recouvrement'
        """,
    )


def test_the_page_prints_these_commands():
    assert {heading: len(blocks) for heading, blocks in sections().items()} == {
        "What it needs": 1,
        "As a wheel": 1,
        "As a folder": 1,
        "Install": 1,
        "Update": 1,
        "Uninstall": 2,
    }


def test_installed_from_the_wheel(played):
    machine, seen, logs = played
    assert f"Module {ADDON} loaded" in logs["install"]
    assert complaints(logs["install"]) == []
    assert seen["installed"] == ["installed"]
    assert f"FOUND {machine.venv}/" in seen["lived"]
    assert "LIVED ['sent'] ['posted']" in seen["lived"]


def test_updated_from_a_folder(played):
    machine, seen, logs = played
    assert f"FOUND {machine.addons}/" in seen["updated"]
    assert f"Module {ADDON} loaded" in logs["update"]
    assert complaints(logs["update"]) == []
    assert "9" in seen["delays"], "an update leaves what the company changed"


def test_uninstalled(played):
    _machine, seen, logs = played
    assert complaints(logs["uninstall"]) == []
    assert seen["uninstalled"] == ["uninstalled"]
    assert seen["tables"] == []


def test_what_an_uninstallation_leaves(played):
    """The invoice, its debit notes and their journal, and what was said of them."""
    _machine, seen, _logs = played
    before = dict(row.split("|") for row in seen["before"])
    after = dict(row.split("|") for row in seen["after"])
    assert int(before["moves"]) > 1 and int(before["files"]) > 0
    for kept in ("moves", "journals", "messages"):
        assert after[kept] == before[kept], kept
    assert after["files"] == "0"


def test_python_packages_are_named():
    """Those of the manifest, in the command that checks for them."""
    needed = Manifest.for_addon(ADDON)["external_dependencies"]["python"]
    [check] = sections()["What it needs"]
    for package in needed:
        name = re.match(r"\w+", package)[0]
        assert re.search(rf"\b{name}\b", check), package


def test_screens_are_named_as_they_are():
    """The first settings in both languages, as the French of the screens has them."""
    catalog = polib.pofile(str(REPOSITORY / ADDON / "i18n" / "fr.po"))
    french = {entry.msgid: entry.msgstr for entry in catalog}
    table = PAGE.read_text(encoding="utf-8").split("| On screen (English)")[1]
    checked = []
    for row in table.split("\n\n")[0].splitlines()[2:]:
        english, ours = (cell.strip(" *") for cell in row.split("|")[1:3])
        pairs = zip(english.split(" ▸ "), ours.split(" ▸ "), strict=True)
        for term, translation in pairs:
            if term in french:
                assert translation == french[term]
                checked.append(term)
    assert {"Debt recovery", "Letterhead", "Start follow-up"} <= set(checked)
    assert len(checked) >= 12
