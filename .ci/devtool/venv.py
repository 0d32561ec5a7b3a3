"""The Python environment: the pinned packages of the declaration, in the cache."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from .config import Declaration, Project, digest
from .proc import clean_env, output_of, run
from .ui import Failure, step

PYTHON = Path("/usr/bin/python3")
STAMP = ".complete"


@dataclass(frozen=True)
class Venv:
    """A complete virtual environment."""

    path: Path

    @property
    def bin(self) -> Path:
        return self.path / "bin"

    @property
    def python(self) -> Path:
        return self.bin / "python"

    def env(self) -> dict[str, str]:
        """What makes programs use this environment and its patched wkhtmltopdf."""
        return {
            "PATH": f"{self.bin}:{os.environ.get('PATH', os.defpath)}",
            "VIRTUAL_ENV": str(self.path),
            "RECOUVREMENT_WKHTMLTOPDF_PATCHED": str(self.bin / "wkhtmltopdf"),
        }


def ensure_venv(project: Project) -> Venv:
    """The environment of the declared packages, made where it is not there yet."""
    declaration = project.declaration
    version = _python_version(declaration)
    venv = Venv(project.cache / f"venv-{digest(version, *declaration.pins())}")
    if not (venv.path / STAMP).exists():
        with step(f"Python {version}: {len(declaration.pins())} pinned packages"):
            _build(project, venv)
    return venv


def _python_version(declaration: Declaration) -> str:
    program = "import sys; print('%d.%d' % sys.version_info[:2])"
    version = output_of([PYTHON, "-c", program]).strip()
    lowest, highest = declaration.python_range
    if not _numbers(lowest) <= _numbers(version) <= _numbers(highest):
        raise Failure(
            f"{PYTHON} is Python {version}; the packages need {lowest} to {highest}.",
            "use Debian 12 or 13, for instance in a container.",
        )
    return version


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def _build(project: Project, venv: Venv) -> None:
    """Build in place (an environment cannot be moved); the stamp comes last."""
    log = project.logs / "venv.log"
    shutil.rmtree(venv.path, ignore_errors=True)
    run([PYTHON, "-m", "venv", venv.path], log=log)
    requirements = venv.path / "requirements.txt"
    requirements.write_text("\n".join(project.declaration.pins()) + "\n")
    pip = [venv.python, "-m", "pip", "install", "--no-deps"]
    for wanted in (
        project.declaration.pins("build"),
        ["--no-build-isolation", "--requirement", requirements],
    ):
        run(
            [*pip, *wanted],
            log=log,
            env=clean_env(PIP_USER="0", PIP_DISABLE_PIP_VERSION_CHECK="1"),
            append=True,
            remedy="see that pip reaches its package index (proxy, certificates: "
            "PIP_INDEX_URL, PIP_CERT), then call again.",
        )
    (venv.bin / "wkhtmltopdf").symlink_to("wkhtmltopdf-pack")
    (venv.path / STAMP).touch()
