"""The distribution: complete, and installed by Odoo without an addons path."""

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from configparser import RawConfigParser
from pathlib import Path

import pytest

from ..odoo_process import ADDON, REPOSITORY, complaints, database, query, server, shell

FOUND = f"""
from odoo.modules.module import Manifest
print("FOUND", Manifest.for_addon("{ADDON}").path)
"""


def addon_files():
    """What git has or would take of the addon; all of it where there is no git."""
    command = ["git", "ls-files", "-co", "--exclude-standard", "--deduplicate", ADDON]
    listed = subprocess.run(
        command, cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    if listed.returncode == 0:
        paths = [REPOSITORY / name for name in listed.stdout.splitlines()]
    else:
        paths = (REPOSITORY / ADDON).rglob("*")
    return {
        path.relative_to(REPOSITORY).as_posix()
        for path in paths
        if path.is_file() and path.suffix != ".pyc"
    }


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built in a copy of the sources: a build leaves things behind."""
    sources = tmp_path_factory.mktemp("sources")
    for name in (*addon_files(), "setup.py", "README.md", "MANIFEST.in"):
        if (REPOSITORY / name).exists():
            (sources / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(REPOSITORY / name, sources / name)
    target = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation"]
        + ["--outdir", str(target), str(sources)],
        check=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    (built,) = target.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def python(wheel, tmp_path_factory):
    """A Python with the wheel installed; its dependencies come from ours."""
    venv = tmp_path_factory.mktemp("venv")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
    executable = venv / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(executable), "install"]
    subprocess.run([*pip, "--quiet", "--no-deps", "--no-index", str(wheel)], check=True)
    (packages,) = venv.glob("lib/python*/site-packages")
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return str(executable)


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    """Our configuration without this repository among the addons."""
    ours = RawConfigParser()
    ours.read(os.environ["ODOO_RC"])
    paths = ours["options"]["addons_path"].split(",")
    others = [path for path in paths if Path(path).resolve() != REPOSITORY]
    ours["options"]["addons_path"] = ",".join(others)
    target = tmp_path_factory.mktemp("config") / "odoo.conf"
    with target.open("w") as stream:
        ours.write(stream)
    return str(target)


def test_wheel_holds_the_addon_and_nothing_else(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    contents = {name for name in names if ".dist-info/" not in name}
    assert contents == {f"odoo/addons/{name}" for name in addon_files()}


def test_wheel_says_what_it_needs(wheel):
    with zipfile.ZipFile(wheel) as archive:
        (metadata,) = (n for n in archive.namelist() if n.endswith("/METADATA"))
        lines = archive.read(metadata).decode().splitlines()
    assert f"Name: odoo-addon-{ADDON}" in lines
    assert "Requires-Dist: odoo==19.0.*" in lines
    assert "Requires-Dist: qrcode" in lines


def test_odoo_installs_it_from_the_wheel(python, config):
    with database("wheel") as name:
        found = shell(name, FOUND, python=python, ODOO_RC=config)
        expected = Path(python).parent.parent
        assert f"FOUND {expected}/" in found
        log = server(name, "-i", ADDON, python=python, ODOO_RC=config)
        assert complaints(log) == []
        state = f"SELECT state FROM ir_module_module WHERE name = '{ADDON}'"
        assert query(name, state) == ["installed"]
