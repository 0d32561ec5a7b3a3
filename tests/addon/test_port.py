"""What the next series of Odoo renames is read in one place each, so that the port
changes that place alone.

What cannot be held here:

- that nothing reads these fields by a name made at run time;
- forms and demonstration data name Odoo's fields directly: those of the forms are
  listed below, ``demo/`` and the tests create companies and accounts by them;
- a ``t-set`` that our templates put into a call of Odoo's own template by ``xpath``
  (``report/debit_note_templates.xml``) goes where Odoo has its own, and follows it;
- the examples of ``doc/`` are written for the series they are tested on.
"""

import ast
import re
from dataclasses import dataclass, field
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

import pytest
from lxml import etree

from odoo.addons.l10n_fr_recouvrement.models.settings import ir_config_parameter

from ..odoo_process import ADDON, REPOSITORY

ROOT = REPOSITORY / ADDON


@dataclass(frozen=True)
class Rule:
    """Names that stand in one place alone.

    :param words: identifiers, in code or in a text that is not documentation
    :param places: patterns of paths below the addon
    :param sample: code that breaks the rule
    :param attributes: as what is read off a record alone
    :param tests: the tests and tools obey it too
    """

    name: str
    words: frozenset
    places: tuple
    sample: str
    attributes: bool = field(default=False, kw_only=True)
    tests: bool = field(default=False, kw_only=True)

    def __str__(self):
        return self.name


def rule(name, words, places, sample, **options):
    return Rule(
        name, frozenset(words.split()), tuple(places.split()), sample, **options
    )


RULES = (
    rule(
        "SIRET and SIREN",
        "company_registry",
        "models/settings/res_partner.py",
        "@api.depends('partner_id.company_registry')\ndef compute(self): pass",
    ),
    rule(
        "is a company",
        "is_company company_type",
        "models/settings/res_partner.py",
        "partner.is_company",
    ),
    rule(
        "bank account",
        "acc_number acc_holder_name sanitized_acc_number bank_bic bank_name bank_id "
        "res.bank",
        "models/settings/res_partner_bank.py",
        "bank.acc_number",
    ),
    rule(
        "stored parameters",
        "get_param set_param",
        "models/settings/ir_config_parameter.py",
        "parameters.get_param('l10n_fr_recouvrement.other')",
    ),
    rule(
        "cache",
        "ormcache clear_cache clear_all_caches",
        "models/settings/recouvrement_dated_mixin.py models/settings/res_company.py",
        "from odoo.tools import ormcache",
    ),
    rule(
        "content of files, by its older names",
        "datas db_datas",
        "models/evidence/ir_attachment.py",
        "{'name': 'a.pdf', 'datas': content}",
    ),
    rule(
        "content of files",
        "raw",
        "models/evidence/ir_attachment.py paper/*",
        "attachment.raw",
        attributes=True,
    ),
    rule(
        "PDF files",
        "pypdf PyPDF2",
        "paper/page/pdf_file.py __manifest__.py",
        "from pypdf import PdfReader",
    ),
    rule(
        "PDF files, by Odoo's older names",
        "odoo.tools.pdf PdfFileReader PdfFileWriter merge_pdf",
        "",
        "from odoo.tools.pdf import merge_pdf",
        tests=True,
    ),
    rule(
        "evaluator",
        "safe_eval",
        "models/procedure/expression.py",
        "safe_eval.safe_eval(expression)",
    ),
    rule(
        "t-esc",
        "t-esc",
        "paper/page/letter_markup.py",
        "element.get('t-esc')",
    ),
    rule(
        "hook of messages",
        "_message_post_after_hook",
        "models/channel/recouvrement_action_email.py",
        "super()._message_post_after_hook(message, values)",
    ),
    rule(
        "tracked values",
        "mail.tracking.value tracking_value_ids",
        "models/channel/mail_message.py",
        "message.tracking_value_ids",
    ),
    rule(
        "post through Odoo",
        "snailmail.letter snailmail.snailmail_print",
        "models/channel/recouvrement_channel_snailmail.py",
        "self.env['snailmail.letter']",
    ),
    rule(
        "payments under way",
        "in_process",
        "models/followup/recouvrement_engine*.py"
        " models/account/account_move.py"
        " models/account/recouvrement_known_money_payment.py",
        "[('state', '=', 'in_process')]",
    ),
    rule("environment", "_cr _uid _context", "", "self._cr.execute(query)", tests=True),
)

# Fields that forms name, which no accessor stands in for: ``(path, word)``.
FORMS = {("views/res_partner_views.xml", "is_company")}


# ----------------------------------------------------------------------
# Python
# ----------------------------------------------------------------------


def sources(*folders):
    for folder in folders:
        for path in sorted(folder.rglob("*.py")):
            yield path, path.read_text()


def addon_sources():
    return [
        (path.relative_to(ROOT).as_posix(), text)
        for path, text in sources(ROOT)
        if "demo" not in path.relative_to(ROOT).parts
    ]


def tool_sources():
    """Of the tests and the tools, this file excepted: it has to name things."""
    found = sources(REPOSITORY / "tests", REPOSITORY / ".ci")
    return [
        (path.relative_to(REPOSITORY).as_posix(), text)
        for path, text in found
        if path != Path(__file__)
    ]


def docstrings(tree):
    """Nodes of the texts that document."""
    found = set()
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list):
            found |= {id(child.value) for child in body if isinstance(child, ast.Expr)}
    return found


def name_words(name):
    """A dotted name and its parts.

    >>> sorted(name_words("partner_id.vat"))
    ['partner_id', 'partner_id.vat', 'vat']
    """
    return {name, *name.split(".")}


def words_of(node, ignored):
    """Identifiers that a node of the code stands for."""
    if isinstance(node, ast.Name):
        return {node.id}
    if isinstance(node, ast.Attribute):
        return {node.attr}
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.keyword):
        return {node.arg}
    if isinstance(node, ast.ImportFrom):
        names = [alias.name for alias in node.names]
        module = node.module or ""
        full = {f"{module}.{name}" for name in names}
        return set().union(*map(name_words, [module, *names])) | full
    if isinstance(node, ast.Import):
        return set().union(*(name_words(alias.name) for alias in node.names))
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        if id(node) in ignored:
            return set()
        return set().union(*map(name_words, re.findall(r"[\w.-]+", node.value)))
    return set()


@cache
def read_words(text):
    """``(line, whether it is an attribute, words)`` of the code of ``text``."""
    tree = ast.parse(text)
    ignored = docstrings(tree)
    return [
        (node.lineno, isinstance(node, ast.Attribute), words)
        for node in ast.walk(tree)
        if (words := words_of(node, ignored))
    ]


def breaches(text, one):
    """Lines of the code of ``text`` where the words of a rule stand."""
    return sorted(
        {
            line
            for line, is_attribute, words in read_words(text)
            if one.words & words and (is_attribute or not one.attributes)
        }
    )


@pytest.mark.parametrize("one", RULES, ids=str)
def test_names_stand_in_their_place_alone(one):
    found = [
        f"{path}:{line}"
        for path, text in addon_sources()
        if not any(fnmatch(path, place) for place in one.places)
        for line in breaches(text, one)
    ]
    if one.tests:
        found += [
            f"{path}:{line}"
            for path, text in tool_sources()
            for line in breaches(text, one)
        ]
    assert not found, f"{one}: to be read in {one.places or 'no place'} alone"


@pytest.mark.parametrize("one", RULES, ids=str)
def test_each_rule_finds_what_it_forbids(one):
    assert breaches(one.sample, one)
    assert not breaches(f'"""{" ".join(one.words)}"""', one)


@pytest.mark.parametrize("one", [one for one in RULES if one.places], ids=str)
def test_each_place_is_still_there(one):
    """A place that moved or needs no exception any more leaves the rule."""
    paths = [path for path, _text in addon_sources()]
    for place in one.places:
        assert any(fnmatch(path, place) for path in paths), place


# ----------------------------------------------------------------------
# States of payments
# ----------------------------------------------------------------------


def is_paid(node):
    """Whether a node is, or holds, the state that is renamed."""
    return any(
        isinstance(child, ast.Constant) and child.value == "paid"
        for child in ast.walk(node)
    )


def is_state(node):
    return isinstance(node, ast.Attribute) and node.attr == "state"


def payment_states(text):
    """Lines that ask whether a payment is ``paid``, in code or in a domain."""
    lines = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            if any(map(is_state, sides)) and any(map(is_paid, sides)):
                lines.add(node.lineno)
        if isinstance(node, ast.Tuple) and len(node.elts) == 3:
            name, _operator, value = node.elts
            is_name = isinstance(name, ast.Constant) and isinstance(name.value, str)
            if is_name and name.value.split(".")[-1] == "state" and is_paid(value):
                lines.add(node.lineno)
    return sorted(lines)


def test_no_payment_is_asked_whether_it_is_paid():
    """What that state means changes: whether an invoice is paid is asked of it."""
    found = [
        f"{path}:{line}"
        for path, text in addon_sources()
        for line in payment_states(text)
    ]
    assert not found
    assert payment_states("payment.state == 'paid'")
    assert payment_states("payment.state in ('paid', 'rejected')")
    assert payment_states("[('payment_id.state', '=', 'paid')]")
    assert not payment_states("move.payment_state == 'paid'")


# ----------------------------------------------------------------------
# Forms and templates
# ----------------------------------------------------------------------


def documents():
    """Every XML file of the addon that Odoo reads, data that is invented excepted."""
    for path in sorted(ROOT.rglob("*.xml")):
        relative = path.relative_to(ROOT)
        if "demo" not in relative.parts:
            yield relative.as_posix(), etree.parse(path).getroot()


def written_words(root):
    """Words of the attributes and texts of a document, not of its comments."""
    for element in root.iter(etree.Element):
        for text in (element.text, *element.attrib.values()):
            yield from re.findall(r"\w+", text or "")


def test_forms_name_only_the_fields_listed():
    forbidden = set().union(
        *(one.words for one in RULES if not one.attributes and one.name != "t-esc")
    )
    found = {
        (path, word)
        for path, root in documents()
        for word in written_words(root)
        if word in forbidden
    }
    assert found == FORMS


def refused_directives(root):
    """What the next series prints or passes no more: ``(line, what)``.

    >>> refused_directives(etree.fromstring('<t t-call="a"><t t-set="b"/></t>'))
    [(1, 't-set inside t-call')]
    >>> refused_directives(etree.fromstring('<t><t t-set="b"/><t t-call="a"/></t>'))
    []
    >>> refused_directives(etree.fromstring('<p t-esc="a"/>'))
    [(1, 't-esc')]
    """
    found = []
    for element in root.iter(etree.Element):
        if "t-esc" in element.attrib:
            found.append((element.sourceline, "t-esc"))
        if "t-set" in element.attrib and any(
            "t-call" in above.attrib for above in element.iterancestors()
        ):
            found.append((element.sourceline, "t-set inside t-call"))
    return found


def test_templates_pass_values_before_the_call():
    found = [
        (path, *problem)
        for path, root in documents()
        for problem in refused_directives(root)
    ]
    assert not found


# ----------------------------------------------------------------------
# Stored parameters
# ----------------------------------------------------------------------


def test_every_parameter_is_declared_once_and_documented():
    parameters = ir_config_parameter.PARAMETERS
    declared = [
        value
        for value in vars(ir_config_parameter).values()
        if isinstance(value, ir_config_parameter.Parameter)
    ]
    assert sorted(map(id, declared)) == sorted(map(id, parameters))
    assert len({one.key for one in parameters}) == len(parameters)
    guide = (REPOSITORY / "doc" / "integrator.md").read_text()
    for one in parameters:
        assert one.key.startswith("l10n_fr_recouvrement."), "it leaves with the module"
        assert one.meaning
        assert f"| `{one.key}` |" in guide
