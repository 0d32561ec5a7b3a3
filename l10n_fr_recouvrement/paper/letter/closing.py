"""What stands beside and under the signature: the law that a letter cites, what is
enclosed."""

from ..words import enclosure_words, wording
from ..words.writer import lower
from . import heading


def legal_texts(letter, writer):
    """The law that the letter cites, as frozen on the action, and the mediator that it
    names."""
    texts = [
        wording.keep_numbers(_cite(code, article, writer))
        for code, article in letter.citations
    ]
    if mediator(letter, writer):
        # Whom a consumer may turn to (C. conso. art. L612-1 and L616-1).
        named = writer.text("mediator", mediator=letter.mediator)
        texts.append(writer.set_type(named))
    return texts


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
