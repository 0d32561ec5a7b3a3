"""What the Apps screen, the file README.rst and the icon show of the addon."""

import re
import shutil
import subprocess
import sys

import tomllib
from docutils.core import publish_doctree
from docutils.nodes import system_message, title
from PIL import Image

from odoo.tests import TransactionCase, tagged
from odoo.tools import file_path

from ..odoo_process import ADDON, REPOSITORY

DESCRIPTION = REPOSITORY / ADDON / "static" / "description"
READMES = REPOSITORY / ADDON / "readme"
TOWNCRIER = REPOSITORY / ".ci" / "towncrier.toml"
LARGEST = 150_000


@tagged("standard", "post_install", "-at_install")
class TestDescription(TransactionCase):
    """The page that *Module Info* opens."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        module = cls.env["ir.module.module"].search([("name", "=", ADDON)])
        cls.module, cls.page = module, module.description_html

    def test_odoo_shows_our_page(self):
        self.assertIn("Recouvrement des créances en France", self.page)
        self.assertIn("Debt recovery in France", self.page)

    def test_pictures_are_there(self):
        sources = re.findall(r'<img[^>]* src="([^"]+)"', self.page)
        self.assertGreaterEqual(len(sources), 5)
        for source in sources:
            self.assertTrue(file_path(source.removeprefix("/")), source)

    def test_pictures_are_small_and_used(self):
        html = (DESCRIPTION / "index.html").read_text(encoding="utf-8")
        for path in DESCRIPTION.glob("*.png"):
            self.assertLess(path.stat().st_size, LARGEST, path.name)
            self.assertIn(f'src="{path.name}"', html)

    def test_odoo_takes_our_icon(self):
        self.assertEqual(self.module.icon, f"/{ADDON}/static/description/icon.png")
        with Image.open(DESCRIPTION / "icon.png") as icon:
            self.assertEqual(icon.width, icon.height)
            self.assertGreaterEqual(icon.width, 128)

    def test_apps_screen_opens_it(self):
        """Where a module has a website, the button leads there instead."""
        self.assertFalse(self.module.website)
        self.assertEqual(self.module.latest_version, self.module.installed_version)


def test_readme_is_proper_rst():
    text = (REPOSITORY / ADDON / "README.rst").read_text(encoding="utf-8")
    tree = publish_doctree(text, settings_overrides={"warning_stream": False})
    assert [node.astext() for node in tree.findall(system_message)] == []
    titles = {heading.astext() for heading in tree.findall(title)}
    assert {"Installation", "Configuration", "Usage", "Changelog", "Credits"} <= titles


def test_readme_is_what_its_fragments_make():
    script = REPOSITORY / ".ci" / "devtool" / "scripts" / "make_readme.py"
    command = [sys.executable, script, REPOSITORY / ADDON, "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_news_are_gathered_above_those_before(tmp_path):
    shutil.copytree(READMES, tmp_path / "readme")
    before = (READMES / "HISTORY.md").read_text(encoding="utf-8")
    fragments = tmp_path / "readme" / "newsfragments"
    for waiting in fragments.glob("+*"):
        waiting.unlink()
    news = fragments / "+one-word.bugfix.md"
    news.write_text("A word was put right.\n", encoding="utf-8")
    command = [sys.executable, "-m", "towncrier", "build", "--yes"]
    command += ["--config", TOWNCRIER, "--dir", tmp_path]
    command += ["--version", "19.0.9.0.0", "--date", "2027-01-31"]
    subprocess.run(command, check=True, capture_output=True)
    history = (tmp_path / "readme" / "HISTORY.md").read_text(encoding="utf-8")
    top, marker, rest = history.partition("## 19.0.9.0.0 (2027-01-31)\n")
    assert marker and before.startswith(top)
    assert "### Corrections\n\n- A word was put right.\n" in rest
    assert rest.endswith(before.removeprefix(top))
    assert not news.exists()


def test_news_have_a_kind():
    kinds = tomllib.loads(TOWNCRIER.read_text(encoding="utf-8"))
    kinds = {kind["directory"] for kind in kinds["tool"]["towncrier"]["type"]}
    for path in (READMES / "newsfragments").iterdir():
        if path.name != "README.md":
            assert re.fullmatch(r"\+[\w-]+\.(\w+)\.md", path.name)[1] in kinds
