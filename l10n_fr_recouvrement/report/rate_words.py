"""Where a rate comes from, as letters and statements print it."""

from datetime import date

from ..law import to_decimal
from . import french

# Text of an index in a module of words.
INDEX_TEXTS = {
    "ecb_refi": "rate_ecb_refi",
    "legal_other": "rate_legal",
    "legal_individual": "rate_legal",
}


def describe(segment, frozen=False, words=french):
    """Say how a rate is made up, so that a reader can check it.

    :param segment: values of a segment, as text, as an action keeps them: ``rate``,
        ``index``, ``index_date``, ``factor`` and ``margin``
    :param frozen: whether the rate is that of the half-year in which interest began
    :param words: module of words, see :mod:`.wording`

    >>> from . import english
    >>> def show(words=french, **segment):
    ...     text = describe(segment, words=words)
    ...     print(text.replace(french.NBSP, " "))
    >>> ecb = {"rate": "12.40", "index": "ecb_refi", "margin": "10",
    ...        "index_date": "2026-07-01"}
    >>> show(**ecb)
    12,40 % : taux de refinancement de la BCE au 1er juillet 2026 (2,40 %) majoré de 10 points de pourcentage
    >>> show(english, **ecb)
    12.40%: refinancing rate of the ECB as at 1 July 2026 (2.40%) plus 10 percentage points
    >>> show(rate="8.25", index="legal_other", factor="3", margin="0",
    ...      index_date="2026-07-01")
    8,25 % : 3 fois le taux de l’intérêt légal du semestre commencé le 1er juillet 2026 (2,75 %)
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
        text += texts["rate_times"].format(factor=words.format_number(factor))
    text += texts[INDEX_TEXTS[segment["index"]]].format(day=day)
    text += f" ({words.format_percent((rate - margin) / factor)})"
    if margin:
        text += texts["rate_plus"].format(margin=words.format_number(margin))
    return text + (texts["rate_frozen"] if frozen else "")
