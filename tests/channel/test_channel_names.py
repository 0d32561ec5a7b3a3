"""Names of channels and outcomes are read nowhere but in their own files: whoever needs
to know something of one asks it."""

import ast
import re

import pytest
from lxml import etree

from ..odoo_process import REPOSITORY

ADDON = REPOSITORY / "l10n_fr_recouvrement"
CHANNELS = {
    "email",
    "letter",
    "registered",
    "lre",
    "snailmail",
    "sms",
    "phone",
    "visit",
    "task",
}
OUTCOMES = {
    "promise",
    "pays_today",
    "dispute",
    "no_answer",
    "wrong_number",
    "done",
}
NAMES = {"channel": CHANNELS, "outcome": OUTCOMES}
# Attributes of views in which conditions stand.
CONDITIONS = ("invisible", "column_invisible", "required", "readonly", "domain", "t-if")
# Data choose a channel, demonstrations and words of letters are looked up by it.
FREE = {"data", "demo", "i18n"}


def own_names(path):
    """Names that a file is about, which it may read: ``recouvrement_action_sms.py``."""
    stem = path.stem.removesuffix("_views").removesuffix("_report")
    parts = stem.replace("visit_notice", "visit").split("_")
    return {
        name
        for name in CHANNELS | OUTCOMES
        if parts[-len(name.split("_")) :] == name.split("_")
    }


def files(suffix):
    return [
        path
        for path in sorted(ADDON.rglob(f"*{suffix}"))
        if path.relative_to(ADDON).parts[0] not in FREE
    ]


def constants(node):
    return {
        item.value
        for item in ast.walk(node)
        if isinstance(item, ast.Constant) and isinstance(item.value, str)
    }


def subject(node):
    """What is compared: ``channel`` of ``action.channel`` or of a path in quotes."""
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value.rpartition(".")[2]
    return ""


def python_conditions(source):
    """Comparisons and domains that read a name: ``[(line, names)]``."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
        elif isinstance(node, ast.Tuple) and len(node.elts) == 3:
            sides = [node.elts[0], node.elts[2]]
        elif isinstance(node, ast.Call) and len(node.args) == 3:
            sides = [node.args[0], node.args[2]]
        else:
            continue
        for what, names in NAMES.items():
            if what in {subject(side) for side in sides}:
                read = set().union(*map(constants, sides)) & names
                if read:
                    found.append((node.lineno, read))
    return found


def python_lists(source):
    """Tuples, lists and sets of two names or more."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
            items = {item.value for item in node.elts if isinstance(item, ast.Constant)}
            for names in NAMES.values():
                if len(items) > 1 and items <= names:
                    found.append((node.lineno, items))
    return found


def xml_conditions(source):
    """Attributes and domains that compare a channel or an outcome with a name."""
    found = []
    for node in etree.fromstring(source).iter(etree.Element):
        texts = [node.get(name) or "" for name in CONDITIONS]
        if node.get("name") in ("domain", "context"):
            texts.append(node.text or "")
        for text in texts:
            for what, names in NAMES.items():
                if re.search(rf"\b{what}\b", text):
                    read = set(re.findall(r"'(\w+)'", text)) & names
                    if read:
                        found.append((node.sourceline, read))
    return found


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("action.channel == 'sms'", {"sms"}),
        ("x = 'phone' if stage.channel in ('phone', 'visit') else 0", {"phone"}),
        ("search([('action_id.channel', '=', 'email')])", {"email"}),
        ("Domain('channel', '=', 'email')", {"email"}),
        ("wizard.outcome != 'dispute'", {"dispute"}),
    ],
)
def test_conditions_in_python_are_found(source, names):
    [(_line, read)] = python_conditions(source)
    assert read >= names


def test_conditions_in_xml_are_found():
    source = b"""<odoo><field name="x" invisible="channel not in ('lre', 'sms')"/>
        <field name="domain">[('channel', '=', 'visit')]</field></odoo>"""
    assert [read for _line, read in xml_conditions(source)] == [
        {"lre", "sms"},
        {"visit"},
    ]


def test_no_code_reads_the_name_of_a_channel():
    read = {
        f"{path.relative_to(ADDON)}:{line}": sorted(names)
        for path in files(".py")
        for line, names in python_conditions(path.read_text(encoding="utf-8"))
        if names - own_names(path)
    }
    assert read == {}


def test_no_list_of_names():
    read = {
        f"{path.relative_to(ADDON)}:{line}": sorted(names)
        for path in files(".py")
        for line, names in python_lists(path.read_text(encoding="utf-8"))
        if names - own_names(path)
    }
    assert read == {}


def test_no_view_reads_the_name_of_a_channel():
    read = {
        f"{path.relative_to(ADDON)}:{line}": sorted(names)
        for path in files(".xml")
        for line, names in xml_conditions(path.read_bytes())
        if names - own_names(path)
    }
    assert read == {}
