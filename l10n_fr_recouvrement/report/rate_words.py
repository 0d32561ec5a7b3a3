"""Where a rate comes from, in French, as letters and statements print it."""

from datetime import date

from ..law import to_decimal
from .french import NBSP, format_date, format_percent

INDEX_WORDS = {
    "ecb_refi": "taux de refinancement de la BCE au {day}",
    "legal_other": "taux de l’intérêt légal du semestre commencé le {day}",
    "legal_individual": "taux de l’intérêt légal du semestre commencé le {day}",
}
FROZEN = ", figé au semestre où les intérêts ont commencé à courir"


def describe(segment, frozen=False):
    """Say how a rate is made up, so that a reader can check it.

    :param segment: values of a segment, as text, as an action keeps them: ``rate``,
        ``index``, ``index_date``, ``factor`` and ``margin``
    :param frozen: whether the rate is that of the half-year in which interest began

    >>> def show(**segment):
    ...     print(describe(segment).replace(NBSP, " "))
    >>> show(rate="12.40", index="ecb_refi", margin="10", index_date="2026-07-01")
    12,40 % : taux de refinancement de la BCE au 1er juillet 2026 (2,40 %) majoré de 10 points
    >>> show(rate="8.25", index="legal_other", factor="3", margin="0",
    ...      index_date="2026-07-01")
    8,25 % : 3 fois le taux de l’intérêt légal du semestre commencé le 1er juillet 2026 (2,75 %)
    >>> show(rate="9", index=None, margin="9")
    9,00 % : taux convenu
    """  # noqa: E501 sentences cannot be folded in a doctest
    rate = to_decimal(segment["rate"], 4)
    label = f"{format_percent(rate)}{NBSP}: "
    if not segment["index"]:
        return f"{label}taux convenu"
    factor = to_decimal(segment.get("factor") or "1", 4).normalize()
    margin = to_decimal(segment["margin"], 4).normalize()
    day = format_date(date.fromisoformat(segment["index_date"]))
    words = INDEX_WORDS[segment["index"]].format(day=day)
    times = f"{factor:f} fois le " if factor != 1 else ""
    text = f"{label}{times}{words} ({format_percent((rate - margin) / factor)})"
    if margin:
        text += f" majoré de {margin:f}{NBSP}points"
    return text + (FROZEN if frozen else "")
