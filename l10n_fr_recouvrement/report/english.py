"""English wording and typography of a letter, as pure functions of plain values: the
counterparts of those of :mod:`.french`, for debtors abroad.

Dates name their month and amounts the sign of their currency, so that no reader takes
one for another.
"""

import re

from babel import Locale
from babel.dates import format_date as babel_format_date
from babel.numbers import format_currency

from .french import MINUS, NBSP

LOCALE = Locale("en", "GB")
MONTHS = "|".join(LOCALE.months["format"]["wide"].values())
TYPOGRAPHY = [
    (re.compile(pattern), character)
    for pattern, character in (
        (r"(?<=\w)'(?=\w|\s)", "’"),
        (rf"(?<=\d) (?=(?:{MONTHS})\b)", NBSP),
        (rf"\b({MONTHS}) (?=\d{{4}}\b)", rf"\1{NBSP}"),
        (r"\b(Articles?|Nos?\.) (?=[A-Z]?\d)", rf"\1{NBSP}"),
    )
]


def format_amount(amount, currency_code="EUR"):
    """An amount as it is written in English, the currency first.

    >>> from decimal import Decimal
    >>> format_amount(Decimal("1234.56")), format_amount(Decimal("-50"), "USD")
    ('€1,234.56', '−US$50.00')
    >>> format_amount(Decimal("1000000"), "CHF")
    'CHF\\xa01,000,000.00'
    """
    text = format_currency(amount, currency_code, locale=LOCALE)
    return re.sub(r"(?<=[A-Z]{3})(?=\d)", NBSP, text.replace("-", MINUS))


def format_date(day):
    """A date in full.

    >>> from datetime import date
    >>> format_date(date(2026, 11, 1))
    '1\\xa0November\\xa02026'
    """
    return babel_format_date(day, "d MMMM y", locale=LOCALE).replace(" ", NBSP)


def nbsp(text):
    """Keep the parts of a date or of a reference together, and set the curly
    apostrophe, in a text typed on a keyboard.

    >>> nbsp("the debtor's invoice No. 12 of 21 November 2026, Article L441-10")
    'the debtor’s invoice No.\\xa012 of 21\\xa0November\\xa02026, Article\\xa0L441-10'
    """
    for pattern, character in TYPOGRAPHY:
        text = pattern.sub(character, text)
    return text


def describe_line(kind, label, day, is_late):
    """One line of a claim or of a statement of account, without its amount.

    >>> describe_line("invoice", "FAC/1", "1 May 2026", True)
    'Invoice FAC/1, which fell due on 1 May 2026'
    """
    due = "which fell due on" if is_late else "falling due on"
    return {
        "invoice": f"Invoice {label}, {due} {day}",
        "credit_note": f"Credit note {label} of {day}, to be deducted",
        "payment": f"Payment received on {day}, to be deducted",
        "entry": f"{label} of {day}",
    }[kind]


def settlement_name(is_money):
    """What settled an invoice: money, or an entry that evens out a difference."""
    return "Payment" if is_money else "Adjustment"


def describe_settled(kind, label, day, is_money):
    """One line of a receipt, without its amount.

    >>> describe_settled("payment", "BNK1/7", "1 May 2026", False)
    'Adjustment of 1 May 2026'
    """
    return {
        "invoice": f"Invoice {label}, settled",
        "credit_note": f"Credit note {label} of {day}",
        "payment": f"{settlement_name(is_money)} of {day}",
        "entry": f"{label} of {day}",
    }[kind]


def with_amount(words, amount):
    """A line and its amount.

    >>> with_amount("Invoice FAC/1, settled", "€10.00")
    'Invoice FAC/1, settled: €10.00'
    """
    return nbsp(f"{words}: {amount}")
