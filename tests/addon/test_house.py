"""How the code is laid out, where `.importlinter` cannot say it: what each place may
import, what a file holds and is called, how long things may be, and that what the
documentation names is there."""

import ast
import re
import sys
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from odoo.tests import TransactionCase, tagged

from ..odoo_process import ADDON, REPOSITORY

SOURCES = REPOSITORY / ADDON
DOCUMENTS = (REPOSITORY / "README.md", *sorted((REPOSITORY / "doc").glob("*.md")))
GUIDE = REPOSITORY / "doc" / "integrator.md"

FILE_LINES = 700
ROOM_LINES = 4000
FUNCTION_LINES = 80
# Files that may be longer, and why.
LONG_FILES: dict[str, str] = {}

# Where a class of an Odoo model may be.
MODEL_PLACES = ("models", "report", "wizard", "demo")
# What the guide's tables of hooks call the models of a kind.
KINDS = {
    "a channel": "recouvrement.channel",
    "an outcome": "recouvrement.outcome",
    "a kind of hold": "recouvrement.hold.kind",
    "a kind of known money": "recouvrement.known.money",
    "a balance of known money": "recouvrement.known.money.balance",
    "a service of electronic registered letters": "recouvrement.lre.provider",
}


@cache
def tree(path):
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def lines_of(path):
    return len(path.read_text(encoding="utf-8").splitlines())


def python_files(*places):
    """The Python files of some places of the addon, or of all of it."""
    found = [SOURCES / place for place in places] or [SOURCES]
    return sorted(
        chain.from_iterable(
            [place] if place.is_file() else place.rglob("*.py") for place in found
        )
    )


def all_python_files():
    return [
        *python_files(),
        *sorted((REPOSITORY / "tests").rglob("*.py")),
        *sorted((REPOSITORY / ".ci").rglob("*.py")),
    ]


def named(path):
    return path.relative_to(REPOSITORY).as_posix()


def imports(path):
    """What a file of the addon imports, in full: ours without ``odoo.addons``."""
    package = path.relative_to(REPOSITORY).parent.parts
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parts = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*parts, *filter(None, [node.module])])
            if node.module and not parts:
                yield module
            else:  # `from . import x` is about x
                yield from (f"{module}.{alias.name}" for alias in node.names)


def begins_with(name, *prefixes):
    return any(name == prefix or name.startswith(f"{prefix}.") for prefix in prefixes)


def foreign_imports(places, ours=(), odoo=(), others=True):
    """The imports of places of the addon that are none of those they may have.

    :param ours: what of the addon
    :param odoo: what of Odoo
    :param others: whether what is neither theirs nor Python's own
    """
    mine = [f"{ADDON}.{place.removesuffix('.py')}" for place in (*places, *ours)]
    allowed = (*mine, *odoo, *sys.stdlib_module_names)
    return [
        f"{named(path)}: {name}"
        for path in python_files(*places)
        for name in imports(path)
        if not begins_with(name, *allowed)
        and not (others and not begins_with(name, ADDON, "odoo"))
    ]


def hold(remedy, broken):
    """Fail where a rule is broken, with what to do about it and where."""
    assert not broken, "\n".join([remedy, *broken])


class ModelClass(NamedTuple):
    path: Path
    model: str
    is_new: bool


@cache
def model_classes():
    """The classes of Odoo models in the addon."""
    return [
        found
        for path in python_files()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ClassDef) and (found := _model_class(path, node))
    ]


def _model_class(path, node):
    values = {
        target.id: statement.value
        for statement in node.body
        if isinstance(statement, ast.Assign)
        for target in statement.targets
        if isinstance(target, ast.Name)
    }
    named_by = values.get("_name", values.get("_inherit"))
    if named_by is None:
        bases = {getattr(base, "attr", None) for base in node.bases}
        is_model = bases & {"Model", "AbstractModel", "TransientModel"}
        return ModelClass(path, "", True) if is_model else None
    model = ast.literal_eval(named_by)
    if not isinstance(model, str):
        [model, *_others] = model
    return ModelClass(path, model, "_name" in values)


def file_name(model, place):
    """What the file of a model begins with: reports leave out what all of them have."""
    if place == "report":
        model = model.removeprefix(f"report.{ADDON}.report_")
        model = model.removeprefix("recouvrement.")
    return model.replace(".", "_")


def owner(path):
    """The model that a file is called after, the nearest of those that fit."""
    fitting = [
        (len(name), found.model)
        for found in model_classes()
        if (name := file_name(found.model, path.parent.name)) == path.stem
        or path.stem.startswith(f"{name}_")
    ]
    return max(fitting, default=(0, ""))[1]


# What each place may import


def test_words_and_pages_of_letters_know_no_records():
    hold(
        "Move what reads records to report/, and give paper/ plain values.",
        foreign_imports(["paper"], ours=["const", "law"], odoo=["odoo.tools"]),
    )


def test_the_law_is_plain_python():
    hold(
        "law/ takes plain values and imports Python's own modules alone.",
        foreign_imports(["law"], others=False),
    )


def test_shared_names_import_nothing():
    """const.py stands below all others: a name that needs another module goes there."""
    assert list(imports(SOURCES / "const.py")) == []


def test_the_addon_imports_itself_by_relative_paths():
    absolute = f"odoo.addons.{ADDON}"
    hold(
        "Write `from ..const import …`: import-linter does not see the other way.",
        [
            named(path)
            for path in python_files()
            for name in imports(path)
            if begins_with(name, absolute)
        ],
    )


def test_models_import_neither_reports_nor_wizards():
    above = [f"{ADDON}.{place}" for place in ("report", "wizard", "demo")]
    hold(
        "A model calls a report or a wizard by `self.env[…]`, never by its module.",
        [
            f"{named(path)}: {name}"
            for path in python_files("models", "paper", "law", "const.py")
            for name in imports(path)
            if begins_with(name, *above)
        ],
    )


# What a file holds, and what it is called


def test_models_are_where_models_belong():
    hold(
        "Move the class to models/, report/, wizard/ or demo/.",
        [
            f"{named(found.path)}: {found.model}"
            for found in model_classes()
            if found.path.relative_to(SOURCES).parts[0] not in MODEL_PLACES
        ],
    )


def test_wizards_and_reports_have_places_of_their_own():
    hold(
        "A model called `….wizard` goes to wizard/, one called `report.…` to report/.",
        [
            f"{named(found.path)}: {found.model}"
            for found in model_classes()
            if found.is_new
            and (
                (".wizard" in found.model and found.path.parent.name != "wizard")
                or (
                    found.model.startswith("report.")
                    and found.path.parent.name != "report"
                )
            )
        ],
    )


def test_a_file_holds_one_model():
    held = {}
    for found in model_classes():
        if not _is_line(found):
            held.setdefault(named(found.path), []).append(found.model)
    hold(
        "Give each model a file; only the lines of a wizard stay in the wizard's.",
        [f"{name}: {models}" for name, models in held.items() if len(models) > 1],
    )


def test_a_file_is_named_after_its_model():
    hold(
        "Call it `recouvrement_action.py` or, for an aspect of that model, "
        "`recouvrement_action_seal.py`.",
        [
            f"{named(found.path)}: {found.model}"
            for found in model_classes()
            if owner(found.path) != found.model and not _is_line(found)
        ],
    )


def _is_line(found):
    """Whether this is a model of the lines of the wizard whose file it is in."""
    wizard, model = owner(found.path), found.model
    return (
        found.path.parent.name == "wizard"
        and model != wizard
        and begins_with(model.removesuffix(".mixin"), wizard.removesuffix(".mixin"))
    )


def test_views_are_in_the_file_of_their_model():
    files = [*SOURCES.glob("views/*.xml"), *SOURCES.glob("wizard/*.xml")]
    assert files
    hold(
        "The views of `recouvrement.run` go to `recouvrement_run_views.xml`; what a "
        "channel adds to views goes to the file of the channel.",
        [
            f"{named(path)}: {model}"
            for path in sorted(files)
            for model in _viewed(path)
            if path.stem != f"{model.replace('.', '_')}_views"
            and not owner(path).startswith("recouvrement.channel.")
        ],
    )


def _viewed(path):
    """The models that a file has views of."""
    return {
        field.text
        for record in ElementTree.parse(path).iter("record")
        if record.get("model") == "ir.ui.view"
        for field in record.findall("field")
        if field.get("name") == "model"
    }


# How long things may be


def test_no_file_is_too_long():
    hold(
        "Divide it by subject; what is a table of data may be named in LONG_FILES.",
        [
            f"{named(path)}: {lines_of(path)} lines"
            for path in all_python_files()
            if lines_of(path) > FILE_LINES and named(path) not in LONG_FILES
        ],
    )


def test_the_list_of_long_files_is_up_to_date():
    hold(
        "Take a file from LONG_FILES once it is short.",
        [
            name
            for name in LONG_FILES
            if not (REPOSITORY / name).exists()
            or lines_of(REPOSITORY / name) <= FILE_LINES
        ],
    )


def test_no_room_is_too_full():
    rooms = {}
    for path in all_python_files():
        rooms[named(path.parent)] = rooms.get(named(path.parent), 0) + lines_of(path)
    hold(
        "Divide the folder by concern: a room is what one reads at a sitting.",
        [
            f"{room}: {lines} lines"
            for room, lines in rooms.items()
            if lines > ROOM_LINES
        ],
    )


def test_no_function_is_too_long():
    hold(
        "Divide it into steps; the lines of a query do not count.",
        [
            f"{named(path)}:{node.lineno} {node.name}: {_length(node)} lines"
            for path in all_python_files()
            for node in ast.walk(tree(path))
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            and _length(node) > FUNCTION_LINES
        ],
    )


_SQL = re.compile(r"\s*(SELECT|WITH|INSERT|UPDATE|DELETE|CREATE|ALTER)\s")


def _length(function):
    """Lines of a function, less those of its text where that is SQL above all."""
    texts = [
        node
        for node in ast.walk(function)
        if isinstance(node, ast.JoinedStr)
        or (isinstance(node, ast.Constant) and isinstance(node.value, str))
    ]
    longest = max(texts, key=lambda text: len(_lines(text)), default=None)
    lines = _lines(function)
    if longest and _SQL.match(_beginning(longest)):
        lines -= set().union(*map(_lines, texts))
    return len(lines)


def _lines(node):
    return set(range(node.lineno, node.end_lineno + 1))


def _beginning(text):
    [first, *_others] = text.values if isinstance(text, ast.JoinedStr) else [text]
    return first.value if isinstance(first, ast.Constant) else ""


# What the documentation names


@dataclass(frozen=True)
class Document:
    path: Path

    @property
    def prose(self):
        """Its text without the blocks of code."""
        text = self.path.read_text(encoding="utf-8")
        return re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)

    @property
    def code(self):
        """The words of its inline code."""
        for quoted in re.findall(r"`([^`\n]+)`", self.prose):
            yield from quoted.split()

    @property
    def links(self):
        return re.findall(r"\]\(([^)\s]+)\)", self.prose)


_FILE = re.compile(r"[\w.-]*(?:/[\w.-]+)*[\w-]\.(?:py|xml|csv|md|pot?|yml|ini|toml|js)")
_FOLDER = re.compile(r"[\w.-]+(?:/[\w.-]+)*/?")
# Where a path of the documentation may begin.
ROOTS = (REPOSITORY, SOURCES, REPOSITORY / "tests", REPOSITORY / ".ci" / "devtool")
# Paths of what is made, of Odoo, or of what is yet to be written.
_MADE = re.compile(
    r"\.dev\b|out/|pg/|bench-|odoo/|addons/|my_|migrations/|(pre|post)-migrate\.py"
)


def _is_there(name):
    if "/" not in name:  # a file told by its name alone
        return any(next(root.rglob(name), None) for root in ROOTS)
    return any((root / name).exists() for root in ROOTS)


def _is_path(word):
    if _MADE.match(word) or "…" in word or word.startswith("/"):
        return False
    if _FILE.fullmatch(word):
        return True
    first = word.split("/")[0]
    places = {path.name for root in ROOTS[:2] for path in root.iterdir()}
    return bool(
        "/" in word
        and _FOLDER.fullmatch(word)
        and (first in places or word.endswith("/"))
    )


def test_paths_of_the_documentation_exist():
    missing = [
        f"{named(path)}: {word}"
        for path in DOCUMENTS
        for word in Document(path).code
        if _is_path(word) and not _is_there(word)
    ]
    hold(
        "Correct the path where a file was moved or renamed.",
        missing,
    )


def test_links_of_the_documentation_lead_somewhere():
    missing = []
    for path in DOCUMENTS:
        for link in Document(path).links:
            target, _hash, heading = link.partition("#")
            if "://" in link or target.startswith("mailto:"):
                continue
            file = path.parent / target if target else path
            if not file.exists() or (heading and heading not in _headings(file)):
                missing.append(f"{named(path)}: {link}")
    hold(
        "Correct the link, or the heading it leads to.",
        missing,
    )


def _headings(path):
    """The headings of a document, as links name them."""
    titles = re.findall(r"^#+ (.+)$", Document(path).prose, re.MULTILINE)
    return {
        re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles
    }


def _rows(document):
    """The rows of its tables, as lists of cells."""
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in document.prose.splitlines()
        if line.startswith("|")
    ]


def test_names_beside_a_path_are_in_that_file():
    missing = []
    for row in _rows(Document(GUIDE)):
        words = re.findall(r"`([^`]+)`", " ".join(row[1:]))
        paths = [word for word in words if word.endswith(".py") and "/" in word]
        names = [word for word in words if word.isidentifier()]
        if len(paths) == 1 and _is_there(paths[0]):
            text = (SOURCES / paths[0]).read_text(encoding="utf-8")
            missing += [
                f"{paths[0]}: {name}"
                for name in names
                if not re.search(rf"\b{name}\b", text)
            ]
    hold(
        "Correct a name that the guide's tables give beside the file it is in.",
        missing,
    )


def hooks_of_the_code():
    """Methods whose docstring says that they are hooks: their names and files."""
    return [
        (node.name, path)
        for path in python_files()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef)
        and re.search(r"\bHook\b", ast.get_docstring(node) or "")
    ]


def hooks_of_the_guide():
    return set(re.findall(r"`(_\w+)\(", Document(GUIDE).prose))


def test_hooks_of_the_code_are_in_the_guide():
    named_there = hooks_of_the_guide()
    hold(
        "List the hook in doc/integrator.md, or take “Hook.” out of its docstring.",
        [
            f"{named(path)}: {name}"
            for name, path in hooks_of_the_code()
            if name not in named_there
        ],
    )


def test_hooks_are_played():
    """An example of the guide or a test overrides each, as an integrator would."""
    guide = "\n".join(
        re.findall(r"^```python\n(.+?)^```$", GUIDE.read_text("utf-8"), re.M | re.S)
    )
    tests = "\n".join(
        path.read_text(encoding="utf-8")
        for path in sorted((REPOSITORY / "tests").rglob("*.py"))
    )
    hold(
        "Play the hook in a test (`tests/hooks.py`) or in an example of the guide.",
        [
            f"{named(path)}: {name}"
            for name, path in hooks_of_the_code()
            if not re.search(rf"\bdef {name}\(", guide)
            and not re.search(rf"\"{name}\"|\b{name}=|\bdef {name}\(", tests)
        ],
    )


# Ways to ask which day it is that do not ask where the company is.
OTHER_DAYS = {
    ("Date", "context_today"),
    ("Date", "today"),
    ("Datetime", "today"),
    ("date", "today"),
    ("datetime", "now"),
    ("datetime", "today"),
    ("datetime", "utcnow"),
}
DAY_OF_THE_COMPANY = SOURCES / "models" / "settings" / "res_company.py"


def test_the_day_is_that_of_the_company():
    """Jobs live in UTC and users anywhere: one accessor has the day where the company
    is."""
    found = [
        f"{named(path)}:{node.lineno}"
        for path in python_files()
        if path != DAY_OF_THE_COMPANY
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute)
        and (_last_name(node.value), node.attr) in OTHER_DAYS
    ]
    found += [
        f"{named(path)}: CURRENT_DATE"
        for path in python_files()
        if re.search(r"\b(CURRENT_DATE|now\(\)::date)", path.read_text("utf-8"))
    ]
    hold("Ask `company._recouvrement_today()`.", found)


def _last_name(node):
    return getattr(node, "attr", getattr(node, "id", None))


@tagged("post_install", "-at_install")
class TestHooks(TransactionCase):
    def test_hooks_of_the_guide_exist(self):
        """Each hook of the integrator's guide is a method of the model beside it."""
        rows = [row for row in _rows(Document(GUIDE)) if re.match(r"`\w+\(", row[0])]
        self.assertGreater(len(rows), 20)
        for hooks, on, *_others in rows:
            models = re.findall(r"`([\w.]+)`", on) or [KINDS.get(on, on)]
            for model, hook in (
                (model, hook)
                for model in models
                for hook in re.findall(r"`(\w+)\(", hooks)
            ):
                with self.subTest(model=model, hook=hook):
                    self.assertIn(model, self.env)
                    self.assertTrue(
                        callable(getattr(self.env[model], hook, None)),
                        f"{model} has no method {hook}: correct {named(GUIDE)}",
                    )
