"""Dated legal facts: margins, tariffs and the articles to cite."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


class UnknownFactError(LookupError):
    """No value of a legal fact is known for a day."""

    def __init__(self, code, day):
        self.code = code
        self.day = day
        super().__init__(f"No value of {code!r} on {day:%Y-%m-%d}")


@dataclass(frozen=True)
class Fact:
    """One value of a fact from a day on, with the text it comes from.

    ``value`` is a number (points, an amount) or None for a fact that is only a
    citation; ``article`` is worded as letters print it.
    """

    code: str
    date_from: date
    value: Decimal | None
    article: str


class FactTable:
    """Facts looked up by code and day.

    >>> table = FactTable([
    ...     Fact("indemnity", date(2013, 1, 1), Decimal(40), "D441-5")])
    >>> table.at("indemnity", date(2026, 11, 21)).value
    Decimal('40')
    >>> table.at("indemnity", date(2012, 12, 31))
    Traceback (most recent call last):
    ...
    l10n_fr_recouvrement.law.facts.UnknownFactError: No value of 'indemnity' on 2012-12-31
    """  # noqa: E501 the message of an exception cannot be folded in a doctest

    def __init__(self, facts):
        self._by_code = {}
        for fact in sorted(facts, key=lambda fact: fact.date_from, reverse=True):
            self._by_code.setdefault(fact.code, []).append(fact)

    def at(self, code, day):
        """Return the :class:`Fact` in force on ``day`` or raise
        :class:`UnknownFactError`."""
        for fact in self._by_code.get(code, ()):
            if fact.date_from <= day:
                return fact
        raise UnknownFactError(code, day)
