"""What the user reads: steps with their duration, failures with their remedy."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

TAIL_LINES = 15


class Failure(Exception):
    """A step that could not be done: why, what to do about it, where to read more."""

    def __init__(self, why: str, remedy: str = "", log: Path | None = None):
        super().__init__(why)
        self.why = why
        self.remedy = remedy
        self.log = log
        self.step = ""


class Step:
    """The step under way: notes added to it are printed behind its duration."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def note(self, text: str) -> None:
        self.notes.append(text)


@contextmanager
def step(title: str) -> Iterator[Step]:
    """Print ``title``, do the work of the block, print how long it took."""
    say(f"==> {title} ... ", end="")
    start = time.monotonic()
    current = Step()
    try:
        yield current
    except Failure as failure:
        say(f"failed after {time.monotonic() - start:.1f} s")
        failure.step = failure.step or title
        raise
    except BaseException:
        say("interrupted")
        raise
    notes = f" ({'; '.join(current.notes)})" if current.notes else ""
    say(f"{time.monotonic() - start:.1f} s{notes}")


def say(text: str = "", end: str = "\n") -> None:
    print(text, end=end, flush=True)


def report(failure: Failure) -> None:
    """Print a failure in full: the end of its log, the step, the reason, the remedy."""
    say()
    if failure.log and failure.log.exists():
        lines = failure.log.read_text(errors="replace").splitlines()
        say("\n".join(lines[-TAIL_LINES:]))
        say()
    if failure.step:
        say(f"Failed: {failure.step}")
    say(f"Why:    {failure.why}")
    if failure.remedy:
        say(f"Remedy: {failure.remedy}")
    if failure.log:
        say(f"Log:    {failure.log}")
