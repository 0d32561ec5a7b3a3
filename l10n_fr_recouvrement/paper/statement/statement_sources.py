"""Where the figures of a statement come from: its formula, each rate and how it is made
up, the articles in force on the day."""

from ..words import rate_words
from ..words.french import nbsp
from . import statement_words as words

# What a rate rests on whose rule names no fact.
CONTRACT_FACTS = {
    "business": "business_floor",
    "consumer": "consumer_interest",
    "public": "public_margin",
}


def describe(profile, day, facts, parts, delays=(), civil_year=False, credits=False):
    """Return ``[(title, [sentence])]``, in the order in which a reader works.

    :param day: date of the statement
    :param facts: :class:`law.FactTable`
    :param parts: parts of the statement, see ``_prepare_part``
    :param delays: ``(days, article)`` of the times to pay of public bodies
    :param civil_year: whether the divisor is the days of the civil year
    :param credits: whether credits that nobody allocated were counted
    """
    lines = [line for line in parts[0]["lines"] if line.found.segments]
    sections = [("Calcul", _calculation(profile, facts, lines, delays, civil_year))]
    sections += _rates(profile, facts, lines)
    sections.append(("Imputation", _imputation(profile, day, facts, parts)))
    if credits:
        sections[-1][1].append(
            words.CREDITS.format(article=facts.at("oldest_first", day).article)
        )
    sections += _capitalisation(facts, lines)
    sections += _indemnity(profile, facts, lines, parts[0]["rows"])
    article = facts.at("penalty_vat", day).article
    sections.append(("TVA", [words.VAT[profile].format(article=article)]))
    return [
        (nbsp(title), [nbsp(sentence) for sentence in sentences])
        for title, sentences in sections
    ]


def _calculation(profile, facts, lines, delays, civil_year):
    sentences = [words.FORMULA, words.BASE]
    if civil_year:
        sentences.append(words.CIVIL_YEAR)
    code = "consumer_interest" if profile == "consumer" else f"{profile}_margin"
    sentences += dict.fromkeys(
        words.STARTS[profile].format(article=facts.at(code, _began(line)).article)
        for line in lines
    )
    sentences += [
        words.PUBLIC_DELAY.format(days=days, article=article)
        for days, article in dict.fromkeys(delays)
    ]
    return sentences


def _rates(profile, facts, lines):
    """A section for each article, with the rates that follow from it."""
    rates = {}
    for line in lines:
        for segment in line.found.segments:
            if segment.index is None and _get_grace(line, segment):
                article = facts.at("grace", segment.date_from).article
                source = words.GRACE.format(article=article)
            else:
                day = (
                    _began(line) if _is_frozen(profile, segment) else segment.date_from
                )
                source = facts.at(_get_rate_code(profile, segment), day).article
            rates.setdefault(source, {})[_describe_rate(profile, line, segment)] = True
    return [
        ("Taux annuels", [f"{source[0].upper()}{source[1:]} :", *sentences])
        for source, sentences in rates.items()
    ]


def _describe_rate(profile, line, segment):
    grace = _get_grace(line, segment)
    if segment.index is None and grace:
        return words.grace_rate(segment.rate, *grace)
    return rate_words.describe(
        {
            "rate": segment.rate,
            "index": segment.index,
            "index_date": segment.index_date.isoformat(),
            "factor": segment.factor,
            "margin": segment.margin,
        },
        _is_frozen(profile, segment),
        basis=line.rate_basis,
    )


def _get_rate_code(profile, segment):
    """The fact that a rate rests on: its rule's own, else what allows the contract of
    an invoice of that profile to set it."""
    return segment.fact or CONTRACT_FACTS[profile]


def _is_frozen(profile, segment):
    """Whether the rate is that of the half-year in which interest began."""
    return profile == "public" and segment.index == "ecb_refi"


def _get_grace(line, segment):
    """The time to pay that a judge granted and that the segment starts in, or None."""
    return next(
        (
            (first, last)
            for first, last in line.graces
            if first <= segment.date_from <= last
        ),
        None,
    )


def _imputation(profile, day, facts, parts):
    values = {
        "running": words.RUNNING[profile],
        "article": facts.at("imputation", day).article,
    }
    sentences = [words.IMPUTATIONS[part["order"]].format(**values) for part in parts]
    if len(parts) > 1:
        sentences = [
            f"{number}. {sentence}"
            for number, sentence in zip(("I", "II"), sentences, strict=True)
        ]
    return sentences


def _capitalisation(facts, lines):
    articles = dict.fromkeys(
        facts.at("capitalisation", capitalisation.date).article
        for line in lines
        for capitalisation in line.found.capitalisations
    )
    return [
        ("Capitalisation", [words.CAPITALISATION.format(article=article)])
        for article in articles
    ]


def _indemnity(profile, facts, lines, rows):
    if not any(row["kind"] == "indemnity" for row in rows):
        return []
    found = (facts.at(f"{profile}_indemnity", _began(line)) for line in lines)
    sentences = dict.fromkeys(
        words.tariff_words(fact.value, fact.article) for fact in found if fact.value
    )
    return [("Indemnité", list(sentences))]


def _began(line):
    """First day that bore interest."""
    return line.found.segments[0].date_from
