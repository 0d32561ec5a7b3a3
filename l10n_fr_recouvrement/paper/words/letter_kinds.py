"""Every letter there is, in one place: what it is called, what draws it, what it must
say and what it may not. Plain data, without ORM.

A new letter is three things:

- a value of ``recouvrement.stage.kind`` and its :class:`LetterKind`, registered here or
  by :func:`register` from another module: titles, body, mentions, what it is in law;
- its body, a QWeb template, where the common one does not do;
- its text, a stage of each procedure that writes it.

Whoever wants to know what a kind of letter is or may do asks its :class:`LetterKind`;
no kind is named elsewhere in the code.

>>> kind = get("formal_notice")
>>> kind.get_title("business"), kind.on_request
('MISE EN DEMEURE', False)
>>> from . import english
>>> kind.get_title("business", english)
'FORMAL NOTICE TO PAY (MISE EN DEMEURE)'
>>> "formal_words" in kind.get_required("consumer")
True
>>> "mediator" in kind.get_required("business")
False
>>> get("account_statement").on_request
True
>>> get("of a module that is gone").get_title("business")
''
>>> codes(lambda kind: kind.puts_in_default)
['formal_notice']
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from odoo.tools.translate import LazyTranslate

from . import french

_lt = LazyTranslate(__name__)

PROFILES = ("business", "consumer", "public")

# Codes of :mod:`.mentions`. What the law wants on every letter of a company.
COMPANY = (
    "sender_name",
    "sender_form",
    "sender_capital",
    "sender_seat",
    "sender_siren",
    "sender_registry",
)
LETTER = (*COMPANY, "debtor", "date", "subject")
# What is claimed, invoice by invoice, and added up.
CLAIM = (*LETTER, "basis", "separate_sums", "total")
DEMAND = (*CLAIM, "deadline")
NOTICE = (
    *DEMAND,
    "debtor_address",
    "signatory",
    "penalty_detail",
    "payment_means",
    "formal_words",
    "consequence",
    "legal_texts",
    "enclosures",
)

# What no letter may look like or threaten with.
NEVER = ("court_act", "empty_threat")
# What a debtor of each profile may not be asked, whatever the letter.
NEVER_BY_PROFILE = {
    "business": ("public_law",),
    "consumer": ("business_law", "public_law", "indemnity", "recovery_costs"),
    "public": ("business_law", "drama"),
}


@dataclass(frozen=True)
class LetterKind:
    """One letter: its titles, what draws it, its list of mentions, what it is in law.

    :param code: value of ``recouvrement.stage.kind``
    :param titles: title printed, by profile; a text for all of them; in French, and in
        the languages that have none of their own
    :param translated_titles: ``{"en": title or titles by profile}``
    :param template: QWeb template of the body, which gets ``letter``, the values of
        ``_letter_values``
    :param figures: method of ``report.l10n_fr_recouvrement.report_letter`` that makes
        the tables and totals of an action, as a dict of plain values, see there
    :param collect: method of ``recouvrement.letter.request`` that returns what a
        letter on request lists; empty for a step of a procedure, which the engine plans
    :param cites: codes of ``recouvrement.legal.fact`` that the letter cites; those of
        the penalties it claims are added by themselves
    :param required: codes of mentions that it must have, by profile or for all of them
    :param forbidden: rules of words that it may not break besides those of every letter
    :param firmness: how firm its claim is, to find the stage of a procedure that lacks
        the one asked for; zero for what claims nothing or comes before the due date
    :param takes_along: what else of the debtor a stage of this kind claims, unless it
        is set otherwise: a value of ``recouvrement.stage.takes_along``; what is no
        letter, a call or a decision, is about what came to it
    :param before_due: it comes before the due date: it claims nothing, and asks to be
        paid on that day
    :param puts_in_default: it puts the debtor in default: from it a consumer owes the
        legal interest, which no other letter may claim
    :param by_sms: an SMS may stand for it: what others say needs more words, and proof
    :param about_settled: it is about settled invoices, which a person chooses
    :param to_seat: it goes to a company at its registered office, unless its stage is
        set otherwise
    :param caution: what who sends it must know of the law, shown on its stage
    :param nothing: why one on request is not written when it would list nothing
    """

    code: str
    titles: Mapping | str = ""
    translated_titles: Mapping = field(default_factory=dict)
    template: str = "l10n_fr_recouvrement.letter_body"
    figures: str = "_prepare_claim_figures"
    collect: str = ""
    cites: tuple = ()
    required: Mapping | tuple = LETTER
    forbidden: Mapping | tuple = ()
    firmness: int = 0
    takes_along: str = "reached"
    before_due: bool = False
    puts_in_default: bool = False
    by_sms: bool = False
    about_settled: bool = False
    to_seat: bool = False
    caution: Any = ""
    nothing: Any = _lt("Nothing is open on this account.")

    @property
    def on_request(self):
        """Whether it is written when somebody asks, and is no step of a procedure."""
        return bool(self.collect)

    def get_title(self, profile, words=french):
        """Title printed for a debtor of ``profile``, empty when there is none.

        :param words: module of words, see :mod:`.wording`
        """
        own = self.translated_titles.get(words.LOCALE.language)
        return _of(own or words.TITLES.get(self.code, self.titles), profile, "")

    def may_claim_penalties(self, profile):
        """Whether it may claim penalties from a debtor of ``profile``."""
        if self.before_due:
            return False
        return self.puts_in_default or profile != "consumer"

    def get_required(self, profile):
        """Codes of the mentions that the letter must have."""
        return _of(self.required, profile, ())

    def get_forbidden(self, profile):
        """Codes of the rules of words that the letter may not break."""
        return (
            *NEVER,
            *NEVER_BY_PROFILE.get(profile, ()),
            *_of(self.forbidden, profile, ()),
        )


def _of(values, profile, default):
    if isinstance(values, Mapping):
        return values.get(profile, default)
    return values


_KINDS = {}


def register(kind):
    """Make a letter known, or replace the one of the same code."""
    _KINDS[kind.code] = kind
    return kind


def get(code):
    """The :class:`LetterKind` of a value of ``recouvrement.stage.kind``; a plain one
    for what is not registered."""
    return _KINDS.get(code) or LetterKind(code)


def codes(test):
    """Codes of the letters that pass a test, for a query."""
    return [kind.code for kind in _KINDS.values() if test(kind)]


register(
    LetterKind(
        "courtesy",
        before_due=True,
        by_sms=True,
        required=(*LETTER, "basis", "total"),
        forbidden=("premature", "formal_threat"),
    )
)
register(
    LetterKind(
        "reminder",
        firmness=1,
        takes_along="all",
        by_sms=True,
        required={
            "business": DEMAND,
            "consumer": DEMAND,
            "public": (*DEMAND, "public_references"),
        },
        forbidden=("formal_threat",),
    )
)
register(
    LetterKind(
        "second_reminder",
        titles={
            "business": "RELANCE",
            "consumer": "RELANCE",
            "public": "RAPPEL DE DEMANDE DE PAIEMENT",
        },
        translated_titles={"en": "PAYMENT REMINDER"},
        firmness=2,
        takes_along="all",
        required={
            "business": (*DEMAND, "penalty_detail"),
            "consumer": DEMAND,
            "public": (*DEMAND, "penalty_detail", "public_references"),
        },
    )
)
register(
    LetterKind(
        "last_reminder",
        titles={
            "business": "DERNIÈRE RELANCE AVANT MISE EN DEMEURE",
            "consumer": "DERNIÈRE RELANCE AVANT MISE EN DEMEURE",
            "public": "DERNIER RAPPEL DE DEMANDE DE PAIEMENT",
        },
        translated_titles={
            "en": {
                "business": "FINAL REMINDER BEFORE FORMAL NOTICE",
                "consumer": "FINAL REMINDER BEFORE FORMAL NOTICE",
                "public": "FINAL REMINDER",
            }
        },
        firmness=3,
        takes_along="all",
        required={
            "business": (*DEMAND, "penalty_detail", "announcement"),
            "consumer": (*DEMAND, "announcement", "mediator"),
            "public": (*DEMAND, "penalty_detail", "public_references"),
        },
    )
)
register(
    LetterKind(
        "formal_notice",
        titles="MISE EN DEMEURE",
        # A French judge may read it: what French law names keeps its French name.
        translated_titles={"en": "FORMAL NOTICE TO PAY (MISE EN DEMEURE)"},
        firmness=4,
        takes_along="reminded",
        puts_in_default=True,
        to_seat=True,
        cites=("formal_notice",),
        required={
            "business": NOTICE,
            "consumer": (*NOTICE, "mediator"),
            "public": (*NOTICE, "public_references"),
        },
    )
)
register(
    LetterKind(
        "public_claim",
        titles="RÉCLAMATION",
        translated_titles={"en": "CLAIM (RÉCLAMATION)"},
        firmness=4,
        takes_along="reminded",
        cites=("public_claim",),
        caution=_lt(
            "It goes by registered letter: the day it was sent, which interrupts the "
            "four years of limitation, must be proved (loi n° 68-1250, art. 2). It is "
            "the prior request that a judge wants of a sum of money (CJA art. R421-1), "
            "but no “mémoire en réclamation”: under a contract that refers to a CCAG, "
            "a refusal in writing, or silence after you called on the body to take a "
            "position within a set time, opens two months to send that memorandum, "
            "with the grounds, the amounts, their calculation and the pieces. After "
            "that the claim is lost: have it written, and do not set such a time here."
        ),
        required={
            "public": (
                *DEMAND,
                "debtor_address",
                "signatory",
                "penalty_detail",
                "payment_means",
                "claim_words",
                "consequence",
                "legal_texts",
                "enclosures",
                "public_references",
            )
        },
    )
)
register(
    LetterKind(
        "receipt",
        titles="REÇU",
        translated_titles={"en": "RECEIPT"},
        template="l10n_fr_recouvrement.letter_receipt_body",
        figures="_prepare_receipt_figures",
        collect="_collect_receipt",
        about_settled=True,
        nothing=_lt(
            "None of these invoices is settled by a payment: there is nothing to give "
            "a receipt for."
        ),
        required=(*LETTER, "settlement", "discharge"),
        forbidden=("formal_threat",),
    )
)
register(
    LetterKind(
        "account_statement",
        titles="RELEVÉ DE COMPTE",
        translated_titles={"en": "STATEMENT OF ACCOUNT"},
        figures="_prepare_account_figures",
        collect="_collect_account",
        required=(*LETTER, "account", "balance"),
        forbidden=("formal_threat",),
    )
)
# Printed apart, for a visit: no stage writes it.
register(
    LetterKind(
        "visit_notice",
        titles="NOTRE VISITE",
        translated_titles={"en": "OUR VISIT"},
        template="l10n_fr_recouvrement.visit_notice_body",
        required=(*COMPANY, "debtor", "total", "contact"),
        forbidden=("formal_threat", "penalties"),
    )
)
