"""Words values as letters print them, in one language, for one profile of debtor, in
one currency.

>>> from datetime import date
>>> writer = Writer("fr_FR", "public")
>>> writer.text("interest"), writer.money("1234.5"), writer.short_date(None)
('Intérêts moratoires', '1\\u202f234,50\\xa0€', '')
>>> Writer("en_US", currency="JPY", digits=0).money(1000.4)
'JP¥1,000'
>>> writer.word(("your_reference", {"reference": "CDE-12"}))
'votre réf. CDE-12'
>>> writer.word(("request_received", {"day": date(2026, 9, 1)}))
'demande reçue le 01/09/2026'
>>> writer.word("sous réserve")
'sous réserve'
>>> Writer(own={"interest": "Intérêts dus"}).text("interest")
'Intérêts dus'
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property

from ...law import to_decimal
from . import wording


@dataclass(frozen=True)
class Writer:
    """The words of a language, bound to who is written to and to a currency.

    :param lang: code of the language, as ``fr_FR``
    :param digits: decimals of the currency
    :param own: texts that stand in the place of ``TEXTS`` of the same code
    """

    lang: str = wording.FRENCH
    profile: str = "business"
    currency: str = "EUR"
    digits: int = 2
    own: Mapping = field(default_factory=dict, hash=False)

    @cached_property
    def words(self):
        """The module of words of the language, see :mod:`.wording`."""
        return wording.for_lang(self.lang)

    @cached_property
    def texts(self):
        """All the ``TEXTS`` of the language, those of one's own in their place."""
        return {**self.words.TEXTS, **self.own}

    def text(self, code, **values):
        """One of the ``TEXTS`` of the language, that of the profile where profiles
        differ, with its values."""
        text = self.texts[code]
        if not isinstance(text, str):
            text = text[self.profile]
        return text.format(**values)

    def word(self, part):
        """Word a part of a sentence: a text as it is, or ``(code, values)`` of one of
        the ``TEXTS``; a date among the values is printed as in a column, a Decimal as
        an amount."""
        if isinstance(part, str):
            return part
        code, values = part
        return self.text(
            code, **{name: self._print(value) for name, value in values.items()}
        )

    def _print(self, value):
        if isinstance(value, date):
            return self.short_date(value)
        if isinstance(value, Decimal):
            return self.money(value)
        return value

    def amount(self, value):
        """An amount with the decimals of the currency."""
        return to_decimal(value, self.digits)

    def money(self, value):
        """An amount as it is printed."""
        return self.words.format_amount(self.amount(value), self.currency)

    def spell(self, value):
        """An amount in words."""
        return self.words.amount_in_words(self.amount(value), self.currency)

    def full_date(self, day):
        """A date in full."""
        return self.words.format_date(day)

    def short_date(self, day):
        """A date for a column of figures, empty where there is none."""
        return self.words.format_short_date(day) if day else ""

    def set_type(self, text):
        """A text with the spaces and the apostrophes of its language."""
        return self.words.nbsp(text)


def lower(name):
    """A name within a sentence: "French" keeps its capital.

    >>> lower("Relevé des sommes dues")
    'relevé des sommes dues'
    """
    return name[:1].lower() + name[1:]


def join_detail(parts):
    """Parts of a detail as one sentence.

    >>> join_detail(["votre réf. 12", "", "marché 3"])
    'Votre réf. 12, marché 3'
    """
    text = ", ".join(part for part in parts if part)
    return text[:1].upper() + text[1:]
