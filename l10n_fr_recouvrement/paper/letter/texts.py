"""The texts of a stage as a letter prints them: typography, and nothing that the
server would fetch from elsewhere."""

import re

import lxml.html
from markupsafe import Markup

from odoo.tools import is_html_empty

from ..words import wording

# What a browser fetches or leads to; in a style, escapes may hide it.
FETCHED = {"src", "srcset", "poster", "background", "data", "href", "xlink:href"}
FETCHED_BY_STYLE = re.compile(r"url|import|image|\\", re.IGNORECASE)


def set_type(html, writer):
    """A rich text with the typography of its language.

    >>> from ..words.writer import Writer
    >>> str(set_type("<p>Réglez 40 €, article L441-10 !</p>", Writer()))
    '<div><p>Réglez 40\\xa0€, article\\xa0L441‑10\\u202f!</p></div>'
    >>> set_type("<p><br></p>", Writer())
    ''
    """
    if is_html_empty(html):
        return ""
    root = lxml.html.fragment_fromstring(html, create_parent="div")

    def set_words(text):
        return wording.keep_articles(writer.set_type(text)) if text else text

    for node in root.iter():
        if isinstance(node.tag, str):
            node.text = set_words(node.text)
            drop_outside(node)
        node.tail = set_words(node.tail)
    return Markup(lxml.html.tostring(root, encoding="unicode"))


def split_closing(closing):
    """What may stay on the page before, and what stands with the signature: the last
    two paragraphs."""
    if not closing:
        return "", ""
    root = lxml.html.fragment_fromstring(closing, create_parent="div")
    root = root[0] if len(root) == 1 and root[0].tag == "div" else root
    lead = lxml.html.Element("div")
    if not (root.text or "").strip():
        while len(root) > 2:
            lead.append(root[0])
    return tuple(
        Markup(lxml.html.tostring(part, encoding="unicode")) for part in (lead, root)
    )


def drop_outside(node):
    """Drop what the server would fetch from elsewhere to print it: a letter holds all
    that it shows, and nobody makes the server ask other machines."""
    for name in FETCHED & {*node.attrib}:
        if not node.attrib[name].strip().lower().startswith("data:image/"):
            del node.attrib[name]
    if FETCHED_BY_STYLE.search(node.attrib.get("style", "")):
        del node.attrib["style"]
