"""What `./dev` makes of what it is given."""

import argparse
import subprocess
import sys
from types import SimpleNamespace

import pytest

from ..odoo_process import REPOSITORY

sys.path.append(str(REPOSITORY / ".ci"))

from devtool.benches import sizes  # noqa: E402
from devtool.commands.test import _parallel  # noqa: E402
from devtool.config import Declaration  # noqa: E402
from devtool.odoo import find_sources  # noqa: E402
from devtool.ui import Failure  # noqa: E402


@pytest.mark.parametrize(
    "given", ["10000,40000", "10000 40000", " 40000, 10000 ", "40000,10000,10000"]
)
def test_sizes_are_divided_by_commas_or_blanks(given):
    assert sizes(given) == [10000, 40000]


@pytest.mark.parametrize("given", ["", "ten", "10", "10000;40000"])
def test_other_sizes_are_refused(given):
    with pytest.raises((argparse.ArgumentTypeError, ValueError)):
        sizes(given)


@pytest.mark.parametrize("arguments", [[], ["-x"], ["-q", "--durations=5"]])
def test_the_whole_suite_takes_two_processes(arguments):
    assert "-n" in _parallel(arguments)


@pytest.mark.parametrize("arguments", [["-k", "rate"], ["tests/law"], ["-x", "--pdb"]])
def test_what_is_chosen_takes_one(arguments):
    assert _parallel(arguments) == []


def _project():
    return SimpleNamespace(declaration=Declaration.load(REPOSITORY))


def _checkout(folder, version):
    (folder / "odoo").mkdir()
    release = f"version_info = ({version}, FINAL, 0, '')\n"
    (folder / "odoo" / "release.py").write_text(release, encoding="utf-8")


def test_odoo_of_the_series_is_taken_wherever_it_is(tmp_path, monkeypatch):
    """A checkout has most addons beside odoo/, an installed one inside of it."""
    _checkout(tmp_path, "19, 0")
    monkeypatch.setenv("ODOO_PATH", str(tmp_path))
    sources = find_sources(_project())
    assert sources.addons == [tmp_path / "odoo" / "addons"]
    (tmp_path / "addons" / "account").mkdir(parents=True)
    assert sources.addons == [tmp_path / "odoo" / "addons", tmp_path / "addons"]


def test_what_is_built_from_a_checkout_follows_its_commits(tmp_path, monkeypatch):
    _checkout(tmp_path, "19, 0")
    monkeypatch.setenv("ODOO_PATH", str(tmp_path))
    git = ["git", "-C", str(tmp_path), "-c", "user.name=x", "-c", "user.email=x@y.z"]
    keys = [find_sources(_project()).key]
    subprocess.run([*git, "init", "--quiet"], check=True)
    for _commit in range(2):
        empty = ["commit", "--quiet", "--allow-empty", "--message", "x"]
        subprocess.run([*git, *empty], check=True)
        keys += [find_sources(_project()).key for _call in range(2)]
    assert keys[1] == keys[2] and keys[3] == keys[4]
    assert len({*keys}) == 3


@pytest.mark.parametrize("version", ["18, 0", "19, 1", None])
def test_odoo_of_another_series_is_refused(tmp_path, monkeypatch, version):
    if version:
        _checkout(tmp_path, version)
    monkeypatch.setenv("ODOO_PATH", str(tmp_path))
    with pytest.raises(Failure, match="not 19.0"):
        find_sources(_project())
