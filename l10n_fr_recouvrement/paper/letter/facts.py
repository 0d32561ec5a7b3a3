"""What a letter is about, as plain values: the report service gathers them from
records, the other modules here word them.

Amounts are :class:`decimal.Decimal`, in the currency of the letter; days are dates;
what there is none of is an empty text or None. A *part* is a text, or ``(code,
values)`` of a text of the language, see :meth:`~..words.writer.Writer.word`.
"""

import datetime
from dataclasses import dataclass, field
from decimal import Decimal

from ...const import DEBIT_KINDS

ZERO = Decimal(0)


@dataclass(frozen=True)
class Company:
    """Company that sends a letter: its address, contact details and particulars.

    :param country: code of its country
    :param registry: its SIRET or SIREN
    :param form: its legal form
    :param capital: its share capital, as it writes it
    :param rcs: town where it is registered
    """

    name: str
    street: str = ""
    street2: str = ""
    zip: str = ""
    city: str = ""
    country: str = ""
    phone: str = ""
    email: str = ""
    website: str = ""
    vat: str = ""
    registry: str = ""
    form: str = ""
    capital: str = ""
    rcs: str = ""


@dataclass(frozen=True)
class Recipient:
    """Where a letter goes.

    :param name: of the debtor
    :param contact: name of who gets it there, where that is somebody else
    """

    name: str
    contact: str = ""
    street: str = ""
    street2: str = ""
    zip: str = ""
    city: str = ""
    country: str = ""


@dataclass(frozen=True)
class Debtor:
    """Debtor that a letter is about; the address is that of :class:`Recipient`.

    :param reference: its number among the customers
    :param registry: its SIRET or SIREN
    """

    name: str
    reference: str = ""
    registry: str = ""
    country: str = ""


@dataclass(frozen=True)
class Bank:
    """The account to pay to; empty where the company has none."""

    holder: str = ""
    number: str = ""
    bic: str = ""


@dataclass(frozen=True)
class Line:
    """A due line or a credit that a letter lists.

    :param kind: that of ``recouvrement.action.line``
    :param parts: parts of the detail in small under it
    :param segments: those of its interest, as an action keeps them
    :param rate_basis: ``recouvrement_rate_basis`` of the invoice
    :param columns: ``(title, text)`` of columns of one's own in the table of invoices
    :param settled_otherwise: something else than money and credit notes settled part of
        what is owed
    :param nature: what a credit is, a code of :mod:`~..words.natures`
    """

    kind: str
    label: str = ""
    date: datetime.date | None = None
    date_due: datetime.date | None = None
    days_late: int = 0
    instalment: str = ""
    payment_state: str = ""
    original: Decimal = ZERO
    residual: Decimal = ZERO
    interest: Decimal = ZERO
    waived: Decimal = ZERO
    indemnity: Decimal = ZERO
    cost: Decimal = ZERO
    parts: tuple = ()
    segments: tuple = ()
    rate_basis: str = ""
    columns: tuple = ()
    nature: str = "payment"
    settled_otherwise: bool = False


@dataclass(frozen=True)
class Sums:
    """What the total of a letter is made of."""

    principal: Decimal = ZERO
    credits: Decimal = ZERO
    interest: Decimal = ZERO
    indemnity: Decimal = ZERO
    costs: Decimal = ZERO
    total: Decimal = ZERO


@dataclass(frozen=True)
class Figures:
    """What the tables and totals of a letter are made of.

    :param reference: of the letter
    :param debtor: name of who is written to
    :param before_due: the letter comes before the due date and claims nothing
    :param euro_rate: units of the currency for one euro that day; the law sets the
        indemnity in euros
    :param penalties_due: penalties that are due besides what a receipt is for
    """

    reference: str
    date: datetime.date
    debtor: str
    lines: tuple = ()
    sums: Sums = field(default_factory=Sums)
    before_due: bool = False
    show_penalties: bool = False
    euro_rate: Decimal | None = None
    penalties_due: Decimal = ZERO

    @property
    def debits(self):
        """Lines that are owed."""
        return [line for line in self.lines if is_debit(line)]

    @property
    def credits(self):
        """Lines that are deducted."""
        return [line for line in self.lines if not is_debit(line)]

    @property
    def footing(self):
        """What the lines make, which the total must be."""
        return (
            add(self.debits, "residual")
            - add(self.credits, "residual")
            + sum(
                (add(self.debits, name) for name in ("interest", "indemnity", "cost")),
                ZERO,
            )
        )


@dataclass(frozen=True)
class Letter:
    """All of a letter but its figures.

    :param kind: its :class:`~..words.letter_kinds.LetterKind`
    :param delivery: parts, how it travels, line by line
    :param deadline: day to be paid by, None where there is none
    :param deadline_text: that day as the texts word it
    :param dues: due dates of its lines, each once
    :param texts: those of the stage and what was added to them, by name of
        :data:`~..words.letter_reader.LETTER_TEXTS`
    :param citations: ``[(code, article)]`` that it cites, the code empty for a text
        that is printed as it is
    :param mediator: that of the company
    :param pieces: ``[(kind, name)]`` of what is enclosed
    """

    reference: str
    date: datetime.date
    kind: object
    company: Company
    recipient: Recipient
    debtor: Debtor
    bank: Bank = field(default_factory=Bank)
    signatory: str = ""
    signatory_title: str = ""
    mediator: str = ""
    color: str = ""
    logo: str = ""
    folds: bool = False
    draft: bool = False
    delivery: tuple = ()
    deadline: datetime.date | None = None
    deadline_text: str = ""
    dues: tuple = ()
    texts: dict = field(default_factory=dict)
    citations: tuple = ()
    pieces: tuple = ()
    sums: Sums = field(default_factory=Sums)


def is_debit(line):
    return line.kind in DEBIT_KINDS


def add(lines, name):
    """Sum of an amount of lines.

    >>> add([Line("invoice", cost=Decimal(2)), Line("entry", cost=Decimal(3))], "cost")
    Decimal('5')
    """
    return sum((getattr(line, name) for line in lines), ZERO)
