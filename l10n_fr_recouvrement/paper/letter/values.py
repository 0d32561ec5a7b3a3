"""Everything that the template of a letter prints, worded from its facts."""

from dataclasses import asdict

from ..words.writer import lower
from . import closing, heading, payment, texts


def word(letter, figures, writer):
    """Return what the template prints, as a dict of plain values.

    :param letter: :class:`~.facts.Letter`
    :param figures: what ``_prepare_x_figures`` returned; ``in_words`` and ``payable``,
        what the payment code asks for, are the total where they are not among them
    :param writer: :class:`~..words.writer.Writer`
    """
    payable = figures.get("payable", letter.sums.total)
    values = {
        **_word_head(letter, writer),
        **_word_body(letter, writer),
        "statement": writer.text("as_at", day=writer.full_date(letter.date)),
        "payment": payment.means(letter, payable, writer),
        "deadline": letter.deadline_text,
        "in_words": writer.text("in_words", words=figures["total_words"]),
        "sums": asdict(letter.sums),
        "citations": closing.citations(letter, writer),
        "legal_texts": closing.legal_texts(letter, writer),
        "mediator": closing.mediator(letter, writer),
        "mediator_notice": closing.mediator_notice(letter, writer),
        "signature": closing.signature(
            letter.company, letter.signatory, letter.signatory_title
        ),
        **figures,
    }
    name = lower(values["annex_name"])
    for code in ("annex_notice", "annex_again"):
        values[code] = writer.text(code, name=name)
    values["enclosures"] = closing.enclosures(letter, values, writer)
    return values


def _word_head(letter, writer):
    words = writer.words
    abroad = heading.goes_abroad(letter.recipient)
    return {
        "lang": writer.lang,
        "words": writer.texts,
        "reference": letter.reference,
        "kind": letter.kind.code,
        "profile": writer.profile,
        "template": letter.kind.template,
        "draft": letter.draft,
        "title": letter.kind.get_title(writer.profile, words),
        "color": heading.readable_color(letter.color),
        "sender": heading.sender(letter.company, words, abroad, letter.logo),
        "identity": heading.identity(letter.company, words),
        "footer": heading.footer(letter.company, words),
        "folds": letter.folds,
        "debtor": heading.debtor_values(letter.debtor),
        "recipient_lines": heading.recipient_lines(letter.recipient, words),
        "place_date": heading.place_date(letter.company.city, letter.date, words),
        "delivery": [writer.word(part) for part in letter.delivery],
        "references": heading.references(letter.reference, letter.debtor, writer),
    }


def _word_body(letter, writer):
    values = {
        name: texts.set_type(letter.texts.get(name), writer)
        for name in ("intro", "demand", "note", "closing")
    }
    lead, end = texts.split_closing(values["closing"])
    return {
        "salutation": writer.texts["salutation"],
        "subject": writer.set_type(letter.texts.get("subject") or ""),
        **values,
        "closing_lead": lead,
        "closing_end": end,
    }
