"""The distribution: complete, and what it says of itself. `test_installation.py` has
Odoo install it."""

import ast
import shutil
import subprocess
import sys
import zipfile

import pytest

from ..odoo_process import ADDON, REPOSITORY


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


def copy_sources(folder):
    """What a wheel is built from, copied: a build leaves things behind."""
    for name in (*addon_files(), "setup.py", "MANIFEST.in"):
        if (REPOSITORY / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(REPOSITORY / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    sources = copy_sources(tmp_path_factory.mktemp("sources"))
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
    manifest = ast.literal_eval((REPOSITORY / ADDON / "__manifest__.py").read_text())
    for package in manifest["external_dependencies"]["python"]:
        assert f"Requires-Dist: {package}" in lines
    assert "Development Status :: 4 - Beta" in " ".join(lines)
    assert "Description-Content-Type: text/x-rst" in lines
    assert "France - Debt Recovery" in lines, "README.rst"
