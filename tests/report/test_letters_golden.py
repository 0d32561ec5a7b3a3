"""The words of every letter, read back from real PDFs and compared with files that a
person has read: ``tests/report/golden/<profile>_<letter>.txt``, those in English
``<profile>_<letter>_en.txt``.

``RECOUVREMENT_UPDATE_GOLDEN=1 ./dev test tests/report/test_letters_golden.py`` writes
them anew; read the difference before you keep it.
"""

import os
import re
from pathlib import Path

from freezegun import freeze_time

from .letters import ENGLISH_LETTERS, LETTERS, LettersCase
from .test_letter_rendering import BUILDS, PrintedLetter, UseBuild

FOLDER = Path(__file__).parent / "golden"
UPDATE = "RECOUVREMENT_UPDATE_GOLDEN"


def read(letter):
    """The text of a letter, page by page and line by line, as a person reads it."""
    pages = []
    for page in letter.page_texts:
        page = page.replace("\N{NON-BREAKING HYPHEN}", "-")
        lines = (
            re.sub(r"\s{2,}", "  ", line.replace("\N{NO-BREAK SPACE}", " ").strip())
            for line in page.splitlines()
        )
        pages.append("\n".join(line for line in lines if line))
    return "\n\f\n".join(pages) + "\n"


class TestLettersGolden(UseBuild, LettersCase):
    """Each letter of each profile, word by word."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.printer.stop()

    def _compare(self, name, text):
        path = FOLDER / f"{name}.txt"
        if os.environ.get(UPDATE):
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        self.assertEqual(path.read_text(), text, f"see {UPDATE} in {__name__}")

    def _check(self, profile, kind, abroad):
        action = self._make(profile, kind, abroad)
        name = f"{profile}_{kind}_en" if abroad else f"{profile}_{kind}"
        texts = {}
        for build in BUILDS:
            self._use_build(build)
            with freeze_time(action.date):
                pdfs, errors = self.service._render_pdfs(action)
            self.assertFalse(errors)
            letter = PrintedLetter(pdfs[action.id])
            texts[build] = letter.text
            if build == "PATCHED":
                self._compare(name, read(letter))
                self._keep(name, letter)
        self.assertEqual(
            sorted(texts["PATCHED"].split()),
            sorted(texts["UNPATCHED"].split()),
            "the same words with both builds",
        )

    def _keep(self, name, letter):
        """Leave the PDF to be looked at where one asks for it."""
        folder = os.environ.get("RECOUVREMENT_KEEP_LETTERS")
        if folder:
            Path(folder, f"{name}.pdf").write_bytes(letter.pdf)

    def test_visit_notice(self):
        self._invoices(self.business)
        action = self._run("2026-09-23").sudo()
        action.channel = "visit"
        action.name = "REC/2026/0042"
        service = self.env["report.l10n_fr_recouvrement.report_visit_notice"]
        self._use_build("PATCHED")
        with freeze_time("2026-09-23"):
            letter = PrintedLetter(service._render_pdf(action))
        self._compare("visit_notice", read(letter))
        self._keep("visit_notice", letter)

    def test_every_file_is_of_a_letter(self):
        """No file is left over from a letter that is gone."""
        names = {f"{profile}_{kind}" for profile, kind in LETTERS} | {"visit_notice"}
        names |= {f"{profile}_{kind}_en" for profile, kind in ENGLISH_LETTERS}
        self.assertEqual({path.stem for path in FOLDER.glob("*.txt")}, names)


def _add_test(profile, kind, abroad=False):
    def test(self):
        self._check(profile, kind, abroad)

    test.__name__ = f"test_{profile}_{kind}{'_en' if abroad else ''}"
    test.__doc__ = f"The letter {kind!r} to a debtor of the profile {profile!r}."
    setattr(TestLettersGolden, test.__name__, test)


for _profile, _kind in LETTERS:
    _add_test(_profile, _kind)
for _profile, _kind in ENGLISH_LETTERS:
    _add_test(_profile, _kind, abroad=True)
