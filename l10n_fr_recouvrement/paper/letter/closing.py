"""What stands beside and under the signature: the law that a letter cites, what is
enclosed."""

from ..words import enclosure_words, wording
from ..words.writer import lower
from . import heading


def legal_texts(letter, writer):
    """The law that the letter cites, as frozen on the action."""
    return [
        wording.keep_numbers(_cite(code, article, writer))
        for code, article in letter.citations
    ]


def _cite(code, article, writer):
    if not code:
        return writer.set_type(article)
    parts = (writer.texts.get(f"law_{code}"), writer.words.cite(article))
    cited = writer.texts["colon"].join(part for part in parts if part)
    return writer.set_type(f"{cited}.")


def citations(letter, writer):
    """``[(code, article)]`` of the texts that are dated facts, in the language of the
    letter."""
    return [
        (code, writer.words.cite(article)) for code, article in letter.citations if code
    ]


def mediator(letter, writer):
    """The mediator that the letter names: to consumers, once they were reminded."""
    if "mediator" not in letter.kind.get_required(writer.profile):
        return ""
    return letter.mediator


def mediator_notice(letter, writer):
    """Whom a consumer may turn to, in the body of the letter: to be seen and read
    (C. conso. art. L616-1 and R616-1), within a year (art. L612-2)."""
    if not mediator(letter, writer):
        return ""
    return writer.set_type(writer.text("mediator", mediator=letter.mediator))


def signature(company, signatory="", title=""):
    return {
        "signatory": signatory,
        "name": signatory or heading.trade_name(company),
        "title": title,
    }


def enclosures(letter, values, writer):
    """What goes with the letter, as listed under the signature."""
    names = []
    if values["annex"]:
        names.append(writer.text("enclosed_annex", name=lower(values["annex_name"])))
    listed = any(table["kind"] == "invoices" for table in values["tables"])
    place = writer.text("listed_above" if listed else "listed_in_annex")
    return names + enclosure_words.summarise(writer.words, letter.pieces, place)
