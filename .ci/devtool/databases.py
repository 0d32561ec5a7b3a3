"""The databases: what each is built from, and building it when that has changed.

- ``recouvrement_base``: the modules ours stands on, without demonstration data;
- ``recouvrement_test``: a copy of it with ours installed;
- ``recouvrement_company``: a copy of that with what every class of the tests starts
  from, its company and chart of accounts first, copied again for each run of them;
- ``recouvrement_demo``: the demonstration company.

The first takes longest and changes least: its dump is kept in the cache, for other
clones too.
"""

import os
import shutil
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from .config import Project, digest
from .odoo import Odoo
from .postgres import PREFIX, Server
from .proc import locked
from .ui import Step, step

BASE = f"{PREFIX}base"
TEST = f"{PREFIX}test"
COMPANY = f"{PREFIX}company"
DEMO = f"{PREFIX}demo"
RUN = f"{PREFIX}run"

COMPANY_SCRIPT = "test_company.py"

# To be raised when what is done below to build the bases changes.
RECIPE = 1


@dataclass(frozen=True)
class Databases:
    project: Project
    server: Server
    odoo: Odoo

    def base(self) -> str:
        """The database of the modules ours stands on."""
        key = self._base_key(demo=False)
        with self._building():
            if self.server.key(BASE) != key:
                modules = ", ".join(self._base_addons)
                with step(f"Database {BASE}: install {modules}") as current:
                    self.server.build(
                        BASE, key, lambda name: self._fill_base(name, False, current)
                    )
        return BASE

    def test(self) -> str:
        """Ours installed on a copy of the base."""
        key = self._test_key()
        with self._building():
            up_to_date = self.server.key(TEST) == key
        if not up_to_date:
            base = self.base()
            modules = ", ".join(self._addons)
            with self._building(), step(f"Database {TEST}: install {modules}"):
                self.server.build(TEST, key, lambda name: self._fill_test(base, name))
        return TEST

    def company(self) -> str:
        """The template of a run of the tests: with their company."""
        script = self.project.scripts / COMPANY_SCRIPT
        recipes = (script, self.project.root / "tests" / "common.py")
        key = digest(
            self._test_key(), *(path.read_text(encoding="utf-8") for path in recipes)
        )
        with self._building():
            up_to_date = self.server.key(COMPANY) == key
        if not up_to_date:
            test = self.test()
            with self._building(), step(f"Database {COMPANY}: what tests start from"):
                self.server.build(
                    COMPANY, key, lambda name: self._fill_company(test, name)
                )
        return COMPANY

    def demo_key(self) -> str:
        return digest(self._base_key(demo=True), self.project.addon_key())

    def demo(self, fresh: bool = False) -> str:
        """The demonstration company."""
        key = self.demo_key()
        with self._building():
            if fresh or self.server.key(DEMO) != key:
                modules = ", ".join(self._addons)
                with step(f"Database {DEMO}: install {modules}") as current:
                    self.server.build(
                        DEMO, key, lambda name: self._fill_demo(name, current)
                    )
                for leftover in self.project.out.iterdir():
                    if leftover.name.startswith("bench-"):
                        continue
                    leftover.unlink() if leftover.is_file() else shutil.rmtree(leftover)
        return DEMO

    def scratch(self, source: str, label: str = "") -> str:
        """A copy for this process alone; those of processes that died are dropped.

        :param label: tells several copies of one process apart
        """
        for name in self.server.names(RUN):
            pid = _scratch_pid(name)
            if pid.isdigit() and not os.path.exists(f"/proc/{pid}"):
                self.server.drop(name)
        name = "_".join(filter(None, (f"{RUN}{os.getpid()}", label)))
        with self._building():
            self.server.copy(source, name)
        return name

    def drop_scratch(self) -> None:
        own = str(os.getpid())
        names = self.server.names(f"{RUN}{own}")
        self.server.drop(*(name for name in names if _scratch_pid(name) == own))

    def keep_scratch(self, scratch: str, name: str) -> str:
        """Let a copy outlive this process, in place of the one kept before it."""
        kept = f"{PREFIX}{name}"
        self.server.drop(kept)
        self.server.sql(f'ALTER DATABASE "{scratch}" RENAME TO "{kept}"')
        return kept

    def install_addons(self, name: str, log: Path) -> None:
        """Install ours on a database that has what it stands on."""
        self._install(name, self._addons, log)

    # Building

    def _building(self) -> AbstractContextManager[None]:
        return locked(self.project.state / "databases.lock")

    @property
    def _addons(self) -> list[str]:
        return self.project.declaration.addons

    @property
    def _base_addons(self) -> list[str]:
        return self.project.declaration.base_addons

    def _base_key(self, demo: bool) -> str:
        languages = self.project.declaration.languages
        version = self.server.version()
        sources = self.odoo.sources.key
        return digest(RECIPE, sources, self._base_addons, languages, version, demo)

    def _test_key(self) -> str:
        return digest(self._base_key(demo=False), self.project.addon_key())

    def _log(self, name: str) -> Path:
        return self.project.logs / f"{name}.log"

    def _install(self, name: str, modules: list[str], log: Path, *options: str) -> None:
        self.odoo.run(
            "-d", name,
            "-i", ",".join(modules),
            "--stop-after-init", "--no-http", "--max-cron-threads=0",
            *options,
            log=log,
        )  # fmt: skip

    def _install_base(self, name: str, demo: bool, log: Path) -> None:
        """The demonstration is in our language alone; the tests keep Odoo's English, as
        its own tests expect, and have ours beside it."""
        languages = self.project.declaration.languages
        if demo:
            options = ["--with-demo", "--load-language", ",".join(languages)]
            self._install(name, self._base_addons, log, *options)
            return
        self._install(name, self._base_addons, log)
        command = ["i18n", "loadlang", "-d", name, "-l", *languages]
        self.odoo.run(*command, log=log, append=True)

    def _fill_base(self, name: str, demo: bool, current: Step) -> None:
        """Restore the cached dump where there is one, else install and dump."""
        dump = self.project.cache / f"base-{self._base_key(demo)}.dump"
        log = self._log("base-demo" if demo else "base")
        if dump.exists():
            current.note("base restored from the cache")
            self.server.restore(dump, name, log)
            return
        self._install_base(name, demo, log)
        self.odoo.script("attachments_in_database.py", name, log=log)
        shutil.rmtree(self.odoo.data_dir / "filestore" / name, ignore_errors=True)
        self.server.dump(name, dump, self._log("dump"))

    def _fill_test(self, base: str, name: str) -> None:
        self.server.copy(base, name)
        self.install_addons(name, self._log("test-database"))

    def _fill_company(self, test: str, name: str) -> None:
        self.server.copy(test, name)
        self.odoo.script(COMPANY_SCRIPT, name, log=self._log("company-database"))
        self.server.vacuum(name)

    def _fill_demo(self, name: str, current: Step) -> None:
        self._fill_base(name, True, current)
        self._install(name, self._addons, self._log("demo-database"), "--with-demo")


def _scratch_pid(name: str) -> str:
    """The process that made a copy; what follows its number tells its copies apart."""
    return name.removeprefix(RUN).split("-")[0].split("_")[0]
