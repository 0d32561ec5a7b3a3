"""Reads the values that a letter is printed from: what it says, what it lists. Pure
functions, by which :mod:`.mentions` and :mod:`.rules` see what is in it.

The values are those of ``_letter_values``.
"""

import html
import re

from . import legal_forms, letter_kinds, wording

LETTER_TEXTS = ("subject", "intro", "demand", "note", "closing")


def plain(text):
    """The words of a text: no tags, ordinary spaces, apostrophes and hyphens.

    >>> plain("<p>L’indemnité de<br/>40\\u202f€</p>")
    "L'indemnité de 40 €"
    >>> plain("article L441\\u201110")
    'article L441-10'
    """
    text = html.unescape(re.sub(r"<[^>]*>", " ", str(text or "")))
    text = text.replace("’", "'").replace(wording.HYPHEN, "-")
    return " ".join(text.split())


def words(letter):
    """Everything that is worded by hand in a letter."""
    return " ".join(plain(letter.get(name)) for name in LETTER_TEXTS)


def rows(letter, kind):
    """Rows of the tables of a kind, in the letter and on the pages of its annex."""
    tables = [*letter.get("tables", ())]
    for page in letter.get("annex", ()):
        tables += page
    return [row for table in tables if table["kind"] == kind for row in table["rows"]]


def needs_capital(form):
    """Whether a company of this legal form states its share capital.

    >>> needs_capital("S.A.R.L."), needs_capital("société anonyme"), needs_capital("")
    (True, True, False)
    """
    return legal_forms.get(form).states_capital


def needs_registry(form):
    """Whether a company of this legal form is registered with the RCS.

    >>> needs_registry("SNC"), needs_registry("Association loi 1901")
    (True, False)
    """
    return legal_forms.get(form).is_registered


def states(name, needed=None, after=""):
    """Test that the foot of the letter states a part of the identity of the sender,
    after some words."""

    def test(letter):
        identity = letter["identity"]
        if needed and not needed(identity["form"]):
            return True
        value = plain(identity[name])
        return bool(value) and f"{after}{value}" in plain(letter["footer"])

    return test


def says(code, *names):
    """Test that the texts of a letter, all or some of them, use the words of a mention
    in its language."""

    def test(letter):
        pattern = wording.for_lang(letter["lang"]).MENTION_WORDS[code]
        texts = " ".join(plain(letter.get(name)) for name in names or LETTER_TEXTS)
        return bool(re.search(pattern, texts, re.IGNORECASE))

    return test


def has_basis(letter):
    """Each invoice has its number, dates and amounts; an amount paid may be none."""
    found = rows(letter, "invoices")
    invoices = [row for row in found if row["due_date"]]
    return bool(invoices) and all(
        row[name]
        for row in invoices
        for name in ("number", "date", "due_date", "total", "paid", "balance")
    )


def has_separate_sums(letter):
    """Principal, interest, indemnity and costs stand on lines of their own, and make
    the total."""
    sums = letter["sums"]
    parts = [sums[name] for name in ("principal", "interest", "indemnity", "costs")]
    parts.append(-sums["credits"])
    printed = [row[1] for row in letter["totals"]]
    claimed = [name for name in ("interest", "indemnity", "costs") if sums[name]]
    return sum(parts) == sums["total"] and (
        not claimed or len(printed) >= 1 + len(claimed)
    )


def has_penalty_detail(letter):
    """Interest claimed has its period, base, rate and divisor."""
    if not letter["sums"]["interest"]:
        return True
    found = rows(letter, "penalties")
    return bool(found) and all(
        row[name]
        for row in found
        for name in ("date_from", "date_to", "days", "base", "rate", "divisor")
    )


def has_deadline(letter):
    """A day, and not a number of days from a day that nobody knows."""
    deadline = plain(letter["deadline"])
    lead = plain(letter["payment"]["lead"])
    return bool(deadline) and (deadline in lead or deadline in words(letter))


def has_legal_texts(letter):
    """What it is based on, and what it claims, are cited."""
    cited = plain(" ".join(letter["legal_texts"]))
    articles = dict(letter["citations"])
    kind = letter_kinds.get(letter["kind"])
    expected = [*kind.cites]
    if letter["sums"]["interest"]:
        interest = {"consumer": "consumer_interest"}
        expected.append(interest.get(letter["profile"], f"{letter['profile']}_margin"))
    if letter["sums"]["indemnity"]:
        expected.append(f"{letter['profile']}_indemnity")
    return all(
        articles.get(code) and plain(articles[code]) in cited for code in expected
    )


def has_references(letter):
    """A French public body finds its invoices by its SIRET and their numbers."""
    if not letter["debtor"]["is_french"]:
        return True
    references = " ".join(f"{label} {value}" for label, value in letter["references"])
    registry = plain(letter["debtor"]["registry"])
    return bool(registry) and registry in plain(references)


def has_account(letter):
    """The number of an account, under one of its names."""
    labels = (letter["words"]["iban"], letter["words"]["account"])
    return any(label in labels and value for label, value in letter["payment"]["items"])


def names_mediator(letter):
    """In its body, whatever stands in small beside the signature."""
    mediator = plain(letter["mediator"])
    return not mediator or mediator in plain(letter["mediator_notice"])
