"""What settles a debt, in one place: what each nature is called, how it is known by the
books, how it counts. Plain data, without ORM.

Settled is not paid: an invoice is settled by money, by a credit note, by a loss, by a
transfer to another account, by a set-off… A new nature is one :class:`Nature`,
registered here or by :func:`register` from another module. Whoever wants to know what
a credit is asks the service ``recouvrement.settlement``, and its :class:`Nature` what
follows from it; no nature is named elsewhere in the code.

>>> loss = get("loss")
>>> loss.is_money, loss.effect, loss.get_name()
(False, 'gesture', 'Perte sur créance')
>>> from . import english
>>> loss.get_name(english)
'Written off as a loss'
>>> recognise(Counterpart("expense", "654100")).code
'loss'
>>> recognise(Counterpart("equity", "101000")).code
'adjustment'
>>> get("of a module that is gone").code
'adjustment'
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from odoo.tools.translate import LazyTranslate

from . import french

_lt = LazyTranslate(__name__)

# What is not known, and what a document is: the others are recognised.
ADJUSTMENT, CREDIT_NOTE = "adjustment", "credit_note"


@dataclass(frozen=True)
class Counterpart:
    """What stands opposite a credit in its entry, line by line.

    :param account_code: number of the account in the chart of its company
    :param is_reconcilable: its lines are reconciled with each other
    :param is_liquidity: the account of a bank or cash journal, or one on which payments
        wait for the bank
    :param is_exchange: exchange gains and losses, by its account or its journal
    :param is_discount: the account of early-payment discounts of the company
    """

    account_type: str
    account_code: str = ""
    is_reconcilable: bool = False
    is_liquidity: bool = False
    is_exchange: bool = False
    is_discount: bool = False
    account_id: int = 0
    journal_id: int = 0

    def has_code(self, *prefixes):
        """Whether the account is one of the French chart with these first figures."""
        return self.account_code.startswith(prefixes)


@dataclass(frozen=True, eq=False)
class Nature:
    """One way to settle a debt.

    :param code: its name in the code
    :param label: its name on screens
    :param name: its name in letters and statements, in French, and in the languages
        that have none of their own
    :param translated_names: ``{"en": name}``
    :param unallocated: what a statement of interest calls a credit of this nature that
        nobody allocated
    :param recognise: test of a :class:`Counterpart`
    :param is_money: money came in: it has a receipt, and collects penalties
    :param effect: how it counts for interest where nobody chose otherwise: one of
        ``law.interest.KINDS``
    :param lives_on: the debt lives on in another account: it counts for nothing until
        that account is settled, and then as what settled it
    :param is_dated: the date on which the other account is due is named
    :param is_document: a credit note, which has a number of its own
    :param refusal: why an invoice that it settled gets no receipt, ``%(invoice)s``
        being its number
    """

    code: str
    label: Any = ""
    name: str = ""
    translated_names: Mapping = field(default_factory=dict)
    unallocated: str = ""
    recognise: Callable[[Counterpart], bool] = lambda found: False
    is_money: bool = False
    effect: str = "payment"
    lives_on: bool = False
    is_dated: bool = False
    is_document: bool = False
    refusal: Any = _lt(
        "%(invoice)s was settled otherwise than by money: no receipt is given."
    )

    @property
    def is_known_to_debtor(self):
        """Whether the debtor knows it of itself: it paid, or got a credit note."""
        return self.is_money or self.is_document

    def get_name(self, words=french):
        """Its name in a language.

        :param words: module of words, see :mod:`.wording`
        """
        own = self.translated_names.get(words.LOCALE.language)
        return own or words.NATURES.get(self.code, self.name)

    def describe(self, due=None, words=french):
        """Its name, with the date on which the other account is due.

        >>> from datetime import date
        >>> get("bill").describe(date(2026, 11, 30))
        'Effet accepté, échéance du 30/11/2026'
        """
        name = self.get_name(words)
        if not (self.is_dated and due):
            return name
        return words.TEXTS["due_elsewhere"].format(
            name=name, day=words.format_short_date(due)
        )


_NATURES = {}
# Nature of what lowers a debt where nobody says it, by its kind in the law.
DEFAULTS = {
    "payment": "payment",
    "gesture": CREDIT_NOTE,
    "correction": CREDIT_NOTE,
}


def register(nature):
    """Make a nature known, or replace the one of the same code: the last one registered
    is the first that is tried on a counterpart."""
    _NATURES.pop(nature.code, None)
    _NATURES[nature.code] = nature
    return nature


def get(code):
    """The :class:`Nature` of a code, that of an adjustment where it is unknown."""
    return _NATURES.get(code) or _NATURES[ADJUSTMENT]


def all_natures():
    """Every :class:`Nature`, in the order in which they were registered."""
    return list(_NATURES.values())


def recognise(found):
    """The :class:`Nature` of a :class:`Counterpart`."""
    for nature in reversed(_NATURES.values()):
        if nature.recognise(found):
            return nature
    return _NATURES[ADJUSTMENT]


register(
    Nature(
        ADJUSTMENT,
        _lt("Adjustment"),
        "Régularisation",
        {"en": "Adjustment"},
        "Écriture non affectée",
        refusal=_lt(
            "%(invoice)s was settled by an adjustment, not by money: no receipt is "
            "given."
        ),
    )
)
register(
    Nature(
        CREDIT_NOTE,
        _lt("Credit note"),
        "Avoir",
        {"en": "Credit note"},
        "Avoir non affecté",
        effect="correction",
        is_document=True,
        refusal=_lt(
            "%(invoice)s was settled by a credit note, not paid: no receipt is given."
        ),
    )
)
register(
    Nature(
        "loss",
        _lt("Loss"),
        "Perte sur créance",
        {"en": "Written off as a loss"},
        "Perte sur créance non affectée",
        # a write-off may be taken off the depreciation that was booked before
        lambda found: found.account_type.startswith("expense") or found.has_code("491"),
        effect="gesture",
        refusal=_lt("%(invoice)s was written off, not paid: no receipt is given."),
    )
)
register(
    Nature(
        "set_off",
        _lt("Set-off"),
        "Compensation",
        {"en": "Set-off"},
        "Compensation non affectée",
        # suppliers; staff and partners of the company, whose accounts are no payables
        lambda found: (
            found.account_type == "liability_payable"
            or found.has_code("401", "404", "421", "455")
        ),
        refusal=_lt(
            "%(invoice)s was set off against what is owed to the debtor, not paid: no "
            "receipt is given."
        ),
    )
)
register(
    Nature(
        "transfer",
        _lt("Transfer to another account"),
        "Transfert de compte",
        {"en": "Transfer to another account"},
        "Transfert de compte non affecté",
        lambda found: found.account_type == "asset_receivable",
        effect="",
        lives_on=True,
        refusal=_lt(
            "%(invoice)s was transferred to another account, where it is not paid yet: "
            "no receipt is given."
        ),
    )
)
register(
    Nature(
        "doubtful",
        _lt("Transfer to doubtful debts"),
        "Transfert en créance douteuse",
        {"en": "Transfer to doubtful debts"},
        "Transfert en créance douteuse non affecté",
        lambda found: found.is_reconcilable and found.has_code("416"),
        effect="",
        lives_on=True,
        refusal=_lt(
            "%(invoice)s was transferred to doubtful debts, where it is not paid yet: "
            "no receipt is given."
        ),
    )
)
# The money came before: it is named where it is set against the invoice.
register(
    Nature(
        "deposit",
        _lt("Deposit"),
        "Acompte",
        {"en": "Deposit"},
        "Acompte non affecté",
        lambda found: found.has_code("419"),
        refusal=_lt(
            "%(invoice)s was settled by a deposit received before: no receipt is given."
        ),
    )
)
# The debtor paid it, and the bank kept it.
register(
    Nature(
        "bank_charges",
        _lt("Bank charges"),
        "Frais bancaires",
        {"en": "Bank charges"},
        "Frais bancaires non affectés",
        lambda found: found.has_code("627"),
    )
)
register(
    Nature(
        "discount",
        _lt("Early-payment discount"),
        "Escompte",
        {"en": "Early-payment discount"},
        "Escompte non affecté",
        lambda found: found.is_discount or found.has_code("665"),
        effect="gesture",
    )
)
register(
    Nature(
        "exchange",
        _lt("Exchange difference"),
        "Différence de change",
        {"en": "Exchange difference"},
        "Différence de change non affectée",
        lambda found: found.is_exchange,
        effect="gesture",
    )
)
register(
    Nature(
        "payment",
        _lt("Payment"),
        "Règlement",
        {"en": "Payment"},
        "Règlement non affecté",
        lambda found: found.is_liquidity or found.has_code("511"),
        is_money=True,
        refusal="",
    )
)
# Until the bank credits it, a bill that was handed in is not paid either.
register(
    Nature(
        "bill",
        _lt("Accepted bill"),
        "Effet accepté",
        {"en": "Accepted bill"},
        "Effet accepté non affecté",
        lambda found: found.is_reconcilable and found.has_code("413", "5113", "5114"),
        effect="",
        lives_on=True,
        is_dated=True,
        refusal=_lt(
            "%(invoice)s was settled by a bill that is not paid yet: no receipt is "
            "given."
        ),
    )
)
