"""Reads the rich text of letters, without ORM: its lines as a reader counts them, what
is left open in it, what its placeholders ask for.

Rich text comes from an editor as one long line of HTML: the line that a person can go
to is the paragraph, the item of a list, what follows a line break.
"""

import ast
import re
from dataclasses import dataclass
from html import escape, unescape
from html.parser import HTMLParser

import lxml.html

BLOCKS = frozenset(
    "address article aside blockquote center dd div dl dt fieldset figure footer form "
    "h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section table tbody td tfoot th "
    "thead tr ul".split()
)
VOID = frozenset("area base br col embed hr img input link meta source wbr".split())
# HTML lets these be closed by what follows.
OPTIONAL_END = frozenset(
    "colgroup dd dt li p tbody td tfoot th thead tr option".split()
)
TYPED = re.compile(r"\{\{\s*([^{}<>]+?)\s*(?:\|\|\|\s*([^{}<>]*?)\s*)?\}\}")
QUOTED = 60
# Directives that print what their expression gives. Users of Odoo 19 may still write
# the old one in their e-mails; our own templates do not.
PRINTED = ("t-out", "t-esc")


@dataclass(frozen=True)
class Spot:
    """A line of a text: its number from one and its words, shortened."""

    line: int
    quote: str


@dataclass(frozen=True)
class Asked:
    """What an element asks for: a directive such as ``t-out``, its expression and the
    words between its tags."""

    directive: str
    expression: str
    inside: str
    has_children: bool
    spot: Spot


class Lines:
    """The lines of a rich text, and the line that each of its elements is on."""

    def __init__(self, markup):
        self.root = parse(markup)
        self.words = []
        self.fresh = True
        self.numbers = {}
        self._walk(self.root)

    def get_spot(self, element):
        return self.get_line(self.numbers.get(element, 1))

    def get_line(self, number):
        text = "".join(self.words[number - 1 : number])
        text = " ".join(text.split())
        if len(text) > QUOTED:
            text = text[: QUOTED - 1].rstrip() + "…"
        return Spot(number, text)

    def _walk(self, element):
        if not isinstance(element.tag, str):
            return  # a comment
        is_block = element.tag in BLOCKS or element.tag == "br"
        self.fresh |= is_block
        self.numbers[element] = len(self.words) + self.fresh or 1
        expression = next(filter(None, map(element.get, PRINTED)), None)
        if expression:
            self._write(f"{{{expression}}}")
        self._write(element.text or "", kept=bool(expression))
        for child in element:
            self._walk(child)
            self._write(child.tail or "")
        self.fresh |= is_block

    def _write(self, text, kept=False):
        if not text.strip() and (self.fresh or kept):
            return
        if self.fresh:
            self.words.append("")
            self.fresh = False
        self.words[-1] += text


def parse(markup):
    """The element that holds a rich text, as Odoo's engine reads it."""
    return lxml.html.fragment_fromstring(markup or "", create_parent="div")


def convert_typed(markup):
    """Turn the placeholders that somebody typed as in a subject into those of a rich
    text.

    >>> print(convert_typed("<p>Soit {{ object.amount_text }},</p>"
    ... "<p>{{object.user_id.name ||| nous}}</p>").replace("><p>", ">\\n<p>"))
    <p>Soit <t t-out="object.amount_text"></t>,</p>
    <p><t t-out="object.user_id.name">nous</t></p>
    """

    def convert(match):
        expression, default = match[1], match[2] or ""
        expression = unescape(expression).replace("\N{NO-BREAK SPACE}", " ").strip()
        return f'<t t-out="{escape(expression)}">{default}</t>'

    return TYPED.sub(convert, markup)


def find_asked(markup):
    """What the elements of a rich text ask for, in order.

    >>> [asked] = find_asked('<p>Bonjour</p><p>Soit <t t-out="object.x"/></p>')
    >>> asked.directive, asked.expression, asked.spot
    ('t-out', 'object.x', Spot(line=2, quote='Soit {object.x}'))
    """
    lines = Lines(markup)
    return [
        Asked(
            name,
            value,
            (element.text or "").strip(),
            len(element) > 0,
            lines.get_spot(element),
        )
        for element in lines.root.iter()
        if isinstance(element.tag, str)
        for name, value in element.attrib.items()
        if name.startswith("t-")
    ]


def find_words(markup, pattern):
    """The line of the first place where a text, its placeholders left out, has a
    pattern; nothing when it has not.

    >>> find_words("<p>Un</p><p>Deux {{ trois</p>", r"{{")
    Spot(line=2, quote='Deux {{ trois')
    """
    lines = Lines(markup)
    for number, words in enumerate(lines.words, start=1):
        if re.search(pattern, words):
            return lines.get_line(number)
    return None


class _Balance(HTMLParser):
    """Tags that are opened and never closed, or closed and never opened."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open = []
        self.fault = None

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self.open.append((tag, self.getpos()))

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        if self.fault or tag in VOID:
            return
        while self.open and self.open[-1][0] != tag:
            left, position = self.open[-1]
            if left not in OPTIONAL_END:
                known = any(name == tag for name, _position in self.open)
                self.fault = (left, position) if known else (f"/{tag}", self.getpos())
                return
            self.open.pop()
        if self.open:
            self.open.pop()
        elif tag not in OPTIONAL_END:
            self.fault = (f"/{tag}", self.getpos())

    def find(self, markup):
        self.feed(markup)
        self.close()
        left = [item for item in self.open if item[0] not in OPTIONAL_END]
        return self.fault or (left[0] if left else None)


def find_unclosed(markup):
    """The first tag of a rich text that is not closed, or closes nothing, as
    ``(tag, Spot)``; nothing when all is well.

    Odoo closes such a tag at the end of what it is in: a placeholder would swallow the
    words that follow it.

    >>> find_unclosed('<p>Un</p><p>Soit <t t-out="object.x"> avant demain</p>')
    ('t', Spot(line=2, quote='Soit {object.x} avant demain'))
    >>> find_unclosed("<p>Un</b></p>")
    ('/b', Spot(line=1, quote='Un'))
    >>> find_unclosed('<p>Un<br>deux<p>trois <t t-out="object.x"/></p>')
    """
    fault = _Balance().find(markup or "")
    if not fault:
        return None
    tag, (row, column) = fault
    rows = markup.split("\n")
    start = sum(len(text) + 1 for text in rows[: row - 1]) + column
    # Up to the end of the tag, and a word so that its line is begun.
    end = markup.find(">", start) + 1 or len(markup)
    before = markup[: start if tag.startswith("/") else end]
    number = max(len(Lines(before + ("" if tag.startswith("/") else "·")).words), 1)
    return tag, Lines(markup).get_line(number)


def find_names(expression):
    """The names that a Python expression reads and does not set itself.

    >>> sorted(find_names("[line.name for line in object.line_ids if total]"))
    ['object', 'total']
    """
    nodes = list(ast.walk(ast.parse(expression.strip(), mode="eval")))
    names = [node for node in nodes if isinstance(node, ast.Name)]
    stored = {node.id for node in names if not isinstance(node.ctx, ast.Load)}
    arguments = {node.arg for node in nodes if isinstance(node, ast.arg)}
    return {node.id for node in names} - stored - arguments
