"""wkhtmltopdf at work in the background, so that the server goes on meanwhile."""

import contextlib
import logging
import os
import shutil
import subprocess
import time
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

_logger = logging.getLogger(__name__)

# Seconds that a document may take: a part of forty letters takes two.
TIMEOUT = 300
PREFIX = "recouvrement.printing."
# What is kept of the last output of a program that failed.
LAST_WORDS = 1000


class PrintingError(RuntimeError):
    """The program failed; its argument is the exit code and its last words."""


class Printing:
    """One document being printed: begun at once, waited for by :meth:`result`.

    Whoever does not ask for the result calls :meth:`close`.

    :param list command: the program and its options; the paths of the HTML and of the
        PDF are added
    :param str html: what is printed, without links to other files
    :param finish: function of the PDF as bytes that makes the result of it
    """

    def __init__(self, command, html, finish=bytes):
        self._finish = finish
        self._folder = TemporaryDirectory(prefix=PREFIX)
        folder = Path(self._folder.name)
        source = folder / "document.html"
        source.write_text(html, encoding="utf-8")
        self._target = folder / "document.pdf"
        self._words = folder / "words.txt"
        try:
            with self._words.open("wb") as words:
                self._process = subprocess.Popen(
                    [*command, str(source), str(self._target)],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=words,
                )
        except BaseException:
            self._folder.cleanup()
            raise

    def result(self):
        """Wait for the document; return what is made of it.

        :raise PrintingError: there is none
        """
        with contextlib.closing(self):
            try:
                code = self._process.wait(TIMEOUT)
            except subprocess.TimeoutExpired as error:
                raise PrintingError(f"{TIMEOUT} s") from error
            words = self._words.read_text(encoding="utf-8", errors="replace")
            words = words[-LAST_WORDS:].strip()
            # 1 is a warning: something that the document can do without.
            if code not in (0, 1) or not self._target.is_file():
                raise PrintingError(f"{code}: {words}")
            if code:
                _logger.warning("wkhtmltopdf: %s", words)
            return self._finish(self._target.read_bytes())

    def close(self):
        """Stop printing and leave nothing behind."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self._folder.cleanup()


def clear_leftovers(hours=24):
    """Remove what processes that were killed left behind: it holds letters."""
    limit = time.time() - 3600 * hours
    for folder in Path(gettempdir()).glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            if folder.stat().st_uid == os.getuid() and folder.stat().st_mtime < limit:
                shutil.rmtree(folder)
