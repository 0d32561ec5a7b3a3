"""Where a rate comes from, as letters and statements print it."""

from datetime import date

from ...law import to_decimal
from . import french

# Text of an index in a module of words.
INDEX_TEXTS = {
    "ecb_refi": "rate_ecb_refi",
    "legal_other": "rate_legal",
    "legal_individual": "rate_legal",
}
# Why a rate is several times the legal one, by basis of the rate of the invoice: the
# contract says so, or fixes a lower rate than the law allows.
TIMES_TEXTS = {
    "legal": "rate_agreed",
    "contract": "rate_floor",
    "printed": "rate_floor",
}


def describe(segment, frozen=False, words=french, basis=""):
    """Describe how a rate is made up, so that a reader can check it.

    :param segment: values of a segment, as text, as an action keeps them: ``rate``,
        ``index``, ``index_date``, ``factor`` and ``margin``
    :param frozen: whether the rate is that of the half-year in which interest began
    :param words: module of words, see :mod:`.wording`
    :param basis: ``recouvrement_rate_basis`` of the invoice

    >>> from . import english
    >>> def show(words=french, basis="", frozen=False, **segment):
    ...     text = describe(segment, frozen, words, basis)
    ...     print(text.replace(french.NBSP, " "))
    >>> ecb = {"rate": "12.40", "index": "ecb_refi", "margin": "10",
    ...        "index_date": "2026-07-01"}
    >>> show(**ecb)
    12,40 % : taux de refinancement de la BCE au 1er juillet 2026 (2,40 %) majoré de 10 points de pourcentage
    >>> show(english, **ecb)
    12.40%: ECB main refinancing rate as at 1 July 2026 (2.40%) plus 10 percentage points
    >>> show(frozen=True, rate="10.40", index="ecb_refi", margin="8",
    ...      index_date="2026-07-01")
    10,40 % : taux de refinancement de la BCE au 1er juillet 2026 (2,40 %) majoré de 8 points de pourcentage, fixe pendant toute la durée du retard
    >>> times = {"rate": "8.25", "index": "legal_other", "factor": "3", "margin": "0",
    ...          "index_date": "2026-07-01"}
    >>> show(basis="legal", **times)
    8,25 % : taux convenu, 3 fois le taux de l’intérêt légal du semestre commencé le 1er juillet 2026 (2,75 %)
    >>> show(english, basis="legal", **times)
    8.25%: agreed rate, 3 times the French statutory rate of interest for the half-year beginning on 1 July 2026 (2.75%)
    >>> show(basis="contract", **times)
    8,25 % : minimum légal, 3 fois le taux de l’intérêt légal du semestre commencé le 1er juillet 2026 (2,75 %)
    >>> show(rate="9", index=None, margin="9")
    9,00 % : taux convenu
    """  # noqa: E501 sentences cannot be folded in a doctest
    texts = words.TEXTS
    rate = to_decimal(segment["rate"], 4)
    label = words.format_percent(rate) + texts["colon"]
    if not segment["index"]:
        return label + texts["rate_agreed"]
    factor = to_decimal(segment.get("factor") or "1", 4)
    margin = to_decimal(segment["margin"], 4)
    day = words.format_date(date.fromisoformat(segment["index_date"]))
    text = label
    if factor != 1:
        times = texts["rate_times"].format(factor=words.format_number(factor))
        origin = TIMES_TEXTS.get(basis)
        text += (texts[origin] + times) if origin else times.removeprefix(", ")
    text += texts[INDEX_TEXTS[segment["index"]]].format(day=day)
    text += f" ({words.format_percent((rate - margin) / factor)})"
    if margin:
        text += texts["rate_plus"].format(margin=words.format_number(margin))
    return text + (texts["rate_frozen"] if frozen else "")
