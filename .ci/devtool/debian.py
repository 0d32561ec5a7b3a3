"""Debian packages: some installed, some only unpacked into the cache."""

import os
import platform
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from .config import Project, digest
from .proc import output_of, run
from .ui import Failure, Step, step

KEYRINGS = (
    "/usr/share/keyrings/debian-archive-keyring.pgp",
    "/usr/share/keyrings/debian-archive-keyring.gpg",
)
OWN_ODOO = "set ODOO_PATH to an Odoo 19 you have (a folder containing odoo/)"
OWN_SOURCES_REMEDY = (
    "see that /etc/apt names a Debian mirror and that `apt-get update` works; "
    f"or {OWN_ODOO}."
)


def ensure_installed(project: Project, packages: Iterable[str]) -> None:
    """Install what is missing of ``packages``; where nothing is, apt is not called."""
    installer = project.root / ".ci" / "apt-install"
    wanted = list(packages)
    missing = output_of([installer, "--missing", *wanted]).split()
    if not missing:
        return
    with step(f"Debian packages to install: {' '.join(missing)}"):
        run(
            [installer, *wanted],
            log=project.logs / "apt.log",
            remedy="see that the network and the package sources of this machine work "
            "(`apt-get update`), then call again: what is done is kept.",
            orphan=True,
        )


@dataclass(frozen=True)
class PrivateApt:
    """One suite of the machine's own mirror, its lists apart from the system's."""

    directory: Path
    mirror: str
    suite: str
    log: Path
    instead: str = ""
    """What else the user may do where the suite cannot be had."""

    def _options(self) -> list[str]:
        lists, cache = self.directory / "lists", self.directory / "cache"
        for folder in (lists / "partial", cache / "archives" / "partial"):
            folder.mkdir(parents=True, exist_ok=True)
        source = self.directory / "debian.sources"
        source.write_text(self._source())
        return [
            f"-oDir::Etc::sourcelist={source}",
            "-oDir::Etc::sourceparts=/nonexistent",
            f"-oDir::State::lists={lists}",
            f"-oDir::Cache={cache}",
            "-oAPT::Sandbox::User=",
            "-oAcquire::Languages=none",
            "-oAcquire::PDiffs=false",
            "-oAcquire::Retries=3",
        ]

    def _source(self) -> str:
        # The version wanted is declared: a mirror that stands still will do.
        place = (
            f"URIs: {self.mirror}\nSuites: {self.suite}\nComponents: main\n"
            "Check-Valid-Until: no\n"
        )
        keyrings = [f"Signed-By: {key}\n" for key in KEYRINGS if os.path.exists(key)]
        return "".join(["Types: deb\n", place, *keyrings[:1]])

    def fetch(self, packages: dict[str, str], current: Step) -> list[Path]:
        """Download the packages, in the declared version while the suite has it."""
        options = self._updated()
        chosen = self._choose(options, packages, current)
        folder = self.directory / "debs"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        self._apt_get(options, "download", *chosen, cwd=folder)
        return sorted(folder.glob("*.deb"))

    def fetch_complete(self, packages: dict[str, str], current: Step) -> list[Path]:
        """Download the packages and all that they need, the C library included."""
        options = self._updated()
        chosen = self._choose(options, packages, current)
        nothing_installed = self.directory / "status"
        nothing_installed.touch()
        self._apt_get(
            [*options, f"-oDir::State::status={nothing_installed}"],
            *("install", "--yes", "--download-only", "--no-install-recommends"),
            *chosen,
        )
        return sorted((self.directory / "cache" / "archives").glob("*.deb"))

    def _updated(self) -> list[str]:
        """The options that make apt use this suite, its lists brought up to date."""
        options = self._options()
        self._apt_get(options, "update")
        return options

    def _apt_get(
        self, options: list[str], *arguments: str, cwd: Path | None = None
    ) -> None:
        command = ["apt-get", *options, *arguments]
        run(command, log=self.log, cwd=cwd, append=True, remedy=self._remedy)

    @property
    def _remedy(self) -> str:
        return f"the mirror {self.mirror} must be reachable and carry {self.suite}" + (
            f"; or {self.instead}." if self.instead else "."
        )

    def _choose(
        self, options: list[str], packages: dict[str, str], current: Step
    ) -> list[str]:
        chosen = []
        for package, version in packages.items():
            found = self._versions(options, package)
            if not found:
                missing = f"{package} is not in {self.suite}."
                raise Failure(missing, self._remedy, self.log)
            if version not in found:
                current.note(f"{package} {found[0]} instead of the declared {version}")
                version = found[0]
            chosen.append(f"{package}={version}")
        return chosen

    def _versions(self, options: list[str], package: str) -> list[str]:
        table = output_of(["apt-cache", *options, "madison", package])
        rows = [line.split("|") for line in table.splitlines()]
        return [row[1].strip() for row in rows if row[0].strip() == package]


def unpacked_odoo(project: Project) -> Path:
    """The folder with Odoo's Debian package unpacked, made where it is not there."""
    declaration = project.declaration
    versions = {**declaration.odoo_packages, **declaration.own_suite_packages}
    prefix = project.cache / f"odoo-{digest(sorted(versions.items()))}"
    if prefix.exists():
        return prefix
    names = " ".join(versions)
    with step(f"Odoo {declaration.series}: download and unpack {names}") as current:
        log = project.logs / "odoo-download.log"
        log.unlink(missing_ok=True)
        work = project.cache / "apt"
        shutil.rmtree(work, ignore_errors=True)
        mirror = _mirror(work, log)
        suite = declaration.odoo_suite
        odoo_suite = PrivateApt(work / "odoo", mirror, suite, log, OWN_ODOO)
        own_suite = PrivateApt(work / "own", mirror, _codename(), log, OWN_ODOO)
        debs = odoo_suite.fetch(declaration.odoo_packages, current)
        debs += own_suite.fetch(declaration.own_suite_packages, current)
        _unpack(debs, prefix, log)
        shutil.rmtree(work)
    return prefix


def unpatched_wkhtmltopdf(project: Project) -> Path:
    """Debian's build of wkhtmltopdf, unpacked with all that it needs where it is not
    there; whatever release this machine is, it runs on its own libraries."""
    suite, version = project.declaration.unpatched_wkhtmltopdf
    prefix = project.cache / f"wkhtmltopdf-{digest(suite, version)}"
    program = prefix / "wkhtmltopdf"
    if program.exists():
        return program
    with step(f"wkhtmltopdf {version}: download and unpack from {suite}") as current:
        log = project.logs / "wkhtmltopdf-download.log"
        log.unlink(missing_ok=True)
        work = project.cache / "apt"
        shutil.rmtree(work, ignore_errors=True)
        apt = PrivateApt(work / "wkhtmltopdf", _mirror(work, log), suite, log)
        debs = apt.fetch_complete({"wkhtmltopdf": version}, current)
        _unpack(debs, prefix, log)
        shutil.rmtree(work)
        building = program.with_suffix(".building")
        building.write_text(_launcher(prefix))
        building.chmod(0o755)
        building.rename(program)
    return program


def _launcher(prefix: Path) -> str:
    """A script that runs it on the loader, libraries and plugins beside it."""
    # not the link in lib64/: it is absolute and leads to this machine's own
    [loader] = prefix.glob("lib/*-linux-*/ld-linux-*.so.*")
    folders = [*prefix.glob("lib/*-linux-*"), *prefix.glob("usr/lib/*-linux-*")]
    plugins = [folder / "qt5" / "plugins" for folder in folders]
    return f"""#!/bin/sh
export QT_PLUGIN_PATH={":".join(map(str, plugins))}
exec {loader} --library-path {":".join(map(str, folders))} \\
    {prefix}/usr/bin/wkhtmltopdf "$@"
"""


def _unpack(debs: list[Path], prefix: Path, log: Path) -> None:
    building = prefix.with_suffix(".building")
    shutil.rmtree(building, ignore_errors=True)
    for deb in debs:
        run(["dpkg-deb", "--extract", deb, building], log=log, append=True)
    shutil.rmtree(prefix, ignore_errors=True)
    building.rename(prefix)


def _codename() -> str:
    return platform.freedesktop_os_release().get("VERSION_CODENAME", "sid")


def _mirror(work: Path, log: Path) -> str:
    """The Debian mirror this machine's own apt is configured with."""
    mirror = _configured_mirror([])
    if not mirror:  # apt knows its targets only once it has fetched their lists
        (work / "lists" / "partial").mkdir(parents=True, exist_ok=True)
        options = [f"-oDir::State::lists={work / 'lists'}", "-oAPT::Sandbox::User="]
        command = ["apt-get", *options, "update"]
        run(command, log=log, append=True, remedy=OWN_SOURCES_REMEDY)
        mirror = _configured_mirror(options)
    if not mirror:
        raise Failure("apt is configured with no Debian mirror.", OWN_SOURCES_REMEDY)
    return mirror


def _configured_mirror(options: list[str]) -> str | None:
    form = "$(REPO_URI)|$(ORIGIN)|$(LABEL)|$(COMPONENT)"
    command = ["apt-get", *options, "indextargets", "--format", form]
    for line in output_of([*command, "Created-By: Packages"]).splitlines():
        uri, *rest = line.split("|")
        if rest == ["Debian", "Debian", "main"]:
            return uri
    return None
