"""The declaration (`.odoo-ci.yml`) and the places where things are kept."""

import hashlib
import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

NAME = "l10n_fr_recouvrement"
ROOT = Path(__file__).resolve().parents[2]


def digest(*parts: object) -> str:
    """Short hash of the parts, used as the key of what was made from them."""
    return hashlib.sha256("\0".join(map(str, parts)).encode()).hexdigest()[:12]


@dataclass(frozen=True)
class Declaration:
    """`.odoo-ci.yml`, read once."""

    raw: dict[str, Any]

    @classmethod
    def load(cls, root: Path = ROOT) -> "Declaration":
        return cls(yaml.safe_load((root / ".odoo-ci.yml").read_text(encoding="utf-8")))

    @property
    def series(self) -> str:
        return self.raw["odoo"]["series"]

    @property
    def odoo_suite(self) -> str:
        return self.raw["odoo"]["suite"]

    @property
    def odoo_packages(self) -> dict[str, str]:
        return self.raw["odoo"]["packages"]

    @property
    def own_suite_packages(self) -> dict[str, str]:
        return self.raw["odoo"]["packages_own_suite"]

    @property
    def unpatched_wkhtmltopdf(self) -> tuple[str, str]:
        """The suite that has it, and its version there."""
        declared = self.raw["unpatched_wkhtmltopdf"]
        return declared["suite"], declared["version"]

    @property
    def postgresql_minimum(self) -> int:
        return self.raw["postgresql"]["minimum"]

    @property
    def python_range(self) -> tuple[str, str]:
        return self.raw["python"]["minimum"], self.raw["python"]["maximum"]

    def debian(self, *groups: str) -> list[str]:
        return [package for group in groups for package in self.raw["debian"][group]]

    def pins(self, *groups: str) -> list[str]:
        names = groups or tuple(self.raw["packages"])
        return [pin for name in names for pin in self.raw["packages"][name]]

    @property
    def addons(self) -> list[str]:
        return self.raw["addons"]

    @property
    def base_addons(self) -> list[str]:
        return self.raw["base_addons"]

    @property
    def languages(self) -> list[str]:
        return self.raw["languages"]


@dataclass(frozen=True)
class Project:
    """This clone: its root, its state (`.dev/`), the cache it shares with others."""

    declaration: Declaration
    root: Path = ROOT

    @cached_property
    def state(self) -> Path:
        return _directory(self.root / ".dev")

    @cached_property
    def logs(self) -> Path:
        return _directory(self.state / "log")

    @cached_property
    def out(self) -> Path:
        return _directory(self.state / "out")

    @cached_property
    def cache(self) -> Path:
        home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        return _directory(Path(home) / NAME)

    @cached_property
    def scripts(self) -> Path:
        return self.root / ".ci" / "devtool" / "scripts"

    @cached_property
    def clone_id(self) -> str:
        """Tells this clone's things from another's where they lie side by side."""
        return digest(self.root)[:8]

    def addon_key(self) -> str:
        """Hash of the addons' content: built from another one means out of date."""
        hashed = hashlib.sha256()
        for addon in self.declaration.addons:
            for path in sorted((self.root / addon).rglob("*")):
                if path.is_file() and path.suffix != ".pyc":
                    hashed.update(f"{path.relative_to(self.root)}\0".encode())
                    hashed.update(path.read_bytes())
        return hashed.hexdigest()[:12]


def _directory(path: Path) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    return path
