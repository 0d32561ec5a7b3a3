"""Kinds of letters own their traits: whoever wants to know asks the registry, and no
kind is named elsewhere."""

import ast
import re

import pytest
from lxml import etree

from odoo.addons.l10n_fr_recouvrement.paper.words import letter_kinds

from ..odoo_process import ADDON, REPOSITORY

ROOT = REPOSITORY / ADDON
REGISTRY = ROOT / "paper" / "words" / "letter_kinds.py"
# Stages that write no letter have a kind as well; one is a word of everyday use.
CODES = {*letter_kinds.codes(lambda kind: True), "hand_over"}
COMPARED = {*CODES, "contact"}
# What a registered letter is proved by has kinds of its own, one of them named alike.
PROOFS = {"deposit", "receipt", "refusal", "unclaimed"}
PROOF_VIEWS = "recouvrement_proof_wizard_views.xml"
SQL_CONDITION = re.compile(
    rf"kind\s*(?:=|!=|<>|in|not in)\s*\(?\s*'(?:{'|'.join(sorted(CODES))})'",
    re.IGNORECASE,
)
QUOTED = re.compile(rf"""['"](?:{"|".join(sorted(CODES))})['"]""")
PYTHON = sorted(ROOT.rglob("*.py"))
XML = sorted(ROOT.rglob("*.xml"))


def _text(node):
    is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return node.value if is_text else None


def _is_named(nodes):
    """Whether some of the elements of a collection are kinds of letters."""
    found = {_text(node) for node in nodes} & CODES
    return bool(found) and not {_text(node) for node in nodes} - {"receipt"} & PROOFS


def _is_choice(node):
    """An entry of a selection field: a value and its label."""
    return (
        isinstance(node, ast.Tuple)
        and len(node.elts) == 2
        and (_text(node.elts[1]) or "")[:1].isupper()
    )


def named_in_python(source):
    """Lines of a module where a kind of letter is compared or listed."""
    lines = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Compare):
            found = {_text(side) for side in (node.left, *node.comparators)} & COMPARED
        elif isinstance(node, ast.Tuple | ast.List | ast.Set):
            found = not _is_choice(node) and _is_named(node.elts)
        elif isinstance(node, ast.Dict):
            found = _is_named(node.keys)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found = SQL_CONDITION.search(node.value)
        else:
            continue
        if found:
            lines.append(node.lineno)
    return lines


def named_in_xml(tree):
    """Conditions and domains of a file that name a kind of letter."""
    return [
        f"{node.sourceline}: {value}"
        for node in tree.iter(etree.Element)
        for value in (*node.attrib.values(), node.text or "")
        if QUOTED.search(value)
    ]


@pytest.mark.parametrize(
    "source",
    [
        'kind == "courtesy"',
        'action.kind not in ("reminder", "formal_notice")',
        'KINDS = {"public_claim": 4}',
        'domain = [("stage_id.kind", "!=", "courtesy")]',
        "query = \"WHERE stage.kind = 'formal_notice'\"",
        'if "receipt" in kinds: pass',
    ],
)
def test_the_scan_of_python_sees(source):
    assert named_in_python(source)


@pytest.mark.parametrize(
    "source",
    [
        'fields.Selection([("courtesy", "Courtesy before the due date")])',
        'NUMBERED_PROOFS = {"deposit", "receipt", "refusal", "unclaimed"}',
        'default="second_reminder"',
        'letter_kinds.get("visit_notice")',
    ],
)
def test_the_scan_of_python_lets_choose(source):
    assert not named_in_python(source)


def test_the_scan_of_xml_sees():
    view = etree.fromstring("""<field invisible="kind != 'receipt'"/>""")
    assert named_in_xml(view)


def test_no_code_names_a_kind_of_letter():
    assert len(PYTHON) > 100
    found = {
        str(path.relative_to(ROOT)): lines
        for path in PYTHON
        if path != REGISTRY
        and (lines := named_in_python(path.read_text(encoding="utf-8")))
    }
    assert found == {}


def test_no_view_names_a_kind_of_letter():
    assert len(XML) > 20
    found = {
        str(path.relative_to(ROOT)): conditions
        for path in XML
        if path.name != PROOF_VIEWS
        and (conditions := named_in_xml(etree.parse(path).getroot()))
    }
    assert found == {}


def test_no_script_names_a_kind_of_letter():
    found = [
        str(path.relative_to(ROOT))
        for path in ROOT.glob("static/**/*.js")
        if QUOTED.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_what_each_kind_is_in_law():
    """The traits that follow-up acts upon."""
    traits = {
        code: (
            kind.firmness,
            kind.before_due,
            kind.puts_in_default,
            kind.by_sms,
            kind.about_settled,
            [
                profile
                for profile in letter_kinds.PROFILES
                if kind.may_claim_penalties(profile)
            ],
        )
        for code in letter_kinds.codes(lambda kind: True)
        for kind in [letter_kinds.get(code)]
    }
    some, everybody = ["business", "public"], list(letter_kinds.PROFILES)
    assert traits == {
        "courtesy": (0, True, False, True, False, []),
        "reminder": (1, False, False, True, False, some),
        "second_reminder": (2, False, False, False, False, some),
        "last_reminder": (3, False, False, False, False, some),
        "formal_notice": (4, False, True, False, False, everybody),
        "public_claim": (4, False, False, False, False, some),
        "receipt": (0, False, False, False, True, some),
        "account_statement": (0, False, False, False, False, some),
        "visit_notice": (0, False, False, False, False, some),
    }
