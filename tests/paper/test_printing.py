"""A document printed in the background: begun, waited for, dropped. Small programs
stand in for wkhtmltopdf, which the tests of letters call."""

import os
import tempfile
import time
from pathlib import Path
from unittest.mock import patch

from odoo.tests import BaseCase, tagged

from odoo.addons.l10n_fr_recouvrement.paper.page import printing as printing_module
from odoo.addons.l10n_fr_recouvrement.paper.page.printing import Printing, PrintingError

COPY = ["sh", "-c", 'cp "$0" "$1"']
WARN = ["sh", "-c", 'cp "$0" "$1"; echo "a font is missing" >&2; exit 1']
FAIL = ["sh", "-c", 'cp "$0" "$1"; echo "out of memory" >&2; exit 3']
EMPTY = ["sh", "-c", "exit 0"]
SLEEP = ["sh", "-c", "exec sleep 600"]
LOGGER = "odoo.addons.l10n_fr_recouvrement.paper.page.printing"


@tagged("standard", "post_install", "-at_install")
class TestPrinting(BaseCase):
    """What is left of a document that is printed, fails, or is not wanted any more."""

    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        place = patch.object(tempfile, "tempdir", folder.name)
        place.start()
        self.addCleanup(place.stop)

    def _assert_nothing_left(self):
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_the_result_is_what_is_made_of_the_document(self):
        printing = Printing(COPY, "<p>Été</p>", lambda pdf: pdf.decode().upper())
        self.assertEqual(printing.result(), "<P>ÉTÉ</P>")
        self._assert_nothing_left()

    def test_the_caller_goes_on_meanwhile(self):
        gate = self.folder / "gate"
        os.mkfifo(gate)
        command = ["sh", "-c", f'cat {gate} > "$1"']
        printing = Printing(command, "")
        # Only what is said after the beginning lets the program end.
        gate.write_text("printed")
        self.assertEqual(printing.result(), b"printed")

    def test_a_warning_is_logged(self):
        with self.assertLogs(LOGGER, "WARNING") as logs:
            self.assertEqual(Printing(WARN, "text").result(), b"text")
        self.assertIn("a font is missing", logs.output[0])

    def test_a_failure_says_why(self):
        for command, words in ((FAIL, "3: out of memory"), (EMPTY, "0: ")):
            with self.assertRaisesRegex(PrintingError, words):
                Printing(command, "text").result()
        with self.assertRaises(OSError):
            Printing([str(self.folder / "nothing")], "text")
        self._assert_nothing_left()

    def test_what_is_made_of_it_fails(self):
        with self.assertRaises(ZeroDivisionError):
            Printing(COPY, "text", lambda pdf: 1 / 0).result()
        self._assert_nothing_left()

    def test_what_never_ends_is_stopped(self):
        with (
            patch.object(printing_module, "TIMEOUT", 0.2),
            self.assertRaisesRegex(PrintingError, "0.2 s"),
        ):
            Printing(SLEEP, "text").result()
        self._assert_nothing_left()

    def test_what_killed_processes_left_is_cleared(self):
        old, new, other = (
            self.folder / f"{prefix}{name}"
            for prefix, name in (
                (printing_module.PREFIX, "old"),
                (printing_module.PREFIX, "new"),
                ("another.", "old"),
            )
        )
        day_before = time.time() - 25 * 3600
        for folder in (old, new, other):
            folder.mkdir()
            (folder / "document.html").write_text("A letter")
            if folder != new:
                os.utime(folder, (day_before, day_before))
        printing_module.clear_leftovers()
        self.assertEqual({*self.folder.iterdir()}, {new, other})

    def test_what_is_not_wanted_is_stopped(self):
        printing = Printing(SLEEP, "text")
        begun = time.monotonic()
        printing.close()
        printing.close()
        self.assertLess(time.monotonic() - begun, 60)
        self._assert_nothing_left()
