"""Running other programs, and locks between calls of `./dev`."""

import ctypes
import fcntl
import os
import shlex
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .ui import Failure, say

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)

# Settings of the calling shell that would leak into what is run here.
_UNWANTED = (
    "LC_ALL",
    "ODOO_RC",
    "OPENERP_SERVER",
    "PGDATABASE",
    "PYTHONDONTWRITEBYTECODE",
    "PYTHONHOME",
    "PYTHONPATH",
    "PYTHONSTARTUP",
    "VIRTUAL_ENV",
)


def clean_env(**more: str) -> dict[str, str]:
    """The caller's environment less what would disturb, plus ``more``."""
    env = {name: value for name, value in os.environ.items() if name not in _UNWANTED}
    return {**env, "LANG": "C.UTF-8", **more}


def die_with_parent() -> None:
    """In the child: be killed when `./dev` is, so that no orphan goes on building."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def run(
    command: Sequence[str | Path],
    *,
    log: Path,
    env: dict[str, str] | None = None,
    cwd: Path | None = None,
    stdin: Path | None = None,
    remedy: str = "",
    append: bool = False,
    orphan: bool = False,
) -> None:
    """Run to the end with all output in ``log``; raise :class:`Failure` when it fails.

    :param orphan: let the program finish even when `./dev` is killed (package managers)
    """
    words = [str(word) for word in command]
    with (
        log.open("ab" if append else "wb") as output,
        open(stdin or os.devnull, "rb") as given,
    ):
        output.write(f"$ {shlex.join(words)}\n".encode())
        output.flush()
        code = subprocess.call(
            words,
            stdin=given,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=env or clean_env(),
            cwd=cwd,
            preexec_fn=None if orphan else die_with_parent,
        )
    if code:
        raise Failure(
            f"`{words[0]}` ended with code {code}; its last lines stand above.",
            remedy,
            log,
        )


def popen(
    command: Sequence[str | Path],
    env: dict[str, str],
    cwd: Path | None = None,
    **streams: Any,
) -> subprocess.Popen:
    """Start a program that dies with us."""
    words = [str(word) for word in command]
    return subprocess.Popen(
        words, env=env, cwd=cwd, preexec_fn=die_with_parent, **streams
    )


def foreground(command: Sequence[str], env: dict[str, str], cwd: Path) -> int:
    """Run a program on the user's terminal; return its exit code."""
    with popen(command, env, cwd) as process:
        return foreground_process(process)


def foreground_process(process: subprocess.Popen) -> int:
    """Wait for a program that Ctrl-C reaches too: it stops by itself, then we go on."""
    try:
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                continue
    except BaseException:
        process.terminate()
        raise


def output_of(command: Sequence[str | Path], env: dict[str, str] | None = None) -> str:
    """What the command prints; :class:`Failure` with its errors when it fails."""
    words = [str(word) for word in command]
    done = subprocess.run(words, capture_output=True, text=True, env=env or clean_env())
    if done.returncode:
        raise Failure(f"`{shlex.join(words)}`: {done.stderr.strip()}")
    return done.stdout


class Lock:
    """A lock on a file, freed by the kernel when its holder dies however it dies."""

    def __init__(self, path: Path):
        self.path = path
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)

    def shared(self) -> None:
        fcntl.flock(self._descriptor, fcntl.LOCK_SH)

    def try_exclusive(self) -> bool:
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def exclusive(self) -> None:
        if not self.try_exclusive():
            say(f"    (waiting for another ./dev, which holds {self.path.name})")
            fcntl.flock(self._descriptor, fcntl.LOCK_EX)

    def release(self) -> None:
        os.close(self._descriptor)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Let one `./dev` at a time do the work of the block."""
    lock = Lock(path)
    try:
        lock.exclusive()
        yield
    finally:
        lock.release()
