"""What a letter must say: pure functions of the values that it is printed from, without
ORM.

Which letter needs which mention: see :mod:`.letter_kinds`; here stands what each
mention is, the text it comes from (a code of ``recouvrement.legal.fact``, whose
citation is dated) and how it is seen on a letter, see :mod:`.letter_reader`. A mention
of another module is one more value, given to :func:`register`.

>>> identity = {"name": "Exemple", "form": "SARL", "capital": "", "siren": "1",
...             "seat": "1 rue A, 69003 LYON", "registry": "Lyon"}
>>> letter = {"identity": identity, "footer": "Exemple, SARL, 1 rue A, 69003 LYON, 1"}
>>> [mention.code for mention in missing(("sender_form", "sender_capital"), letter)]
['sender_capital']
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from odoo.tools.translate import LazyTranslate

from . import letter_kinds, rules
from .letter_reader import (
    has_account,
    has_basis,
    has_deadline,
    has_legal_texts,
    has_penalty_detail,
    has_references,
    has_separate_sums,
    names_mediator,
    needs_capital,
    needs_registry,
    plain,
    rows,
    says,
    states,
)

_lt = LazyTranslate(__name__)


@dataclass(frozen=True)
class Mention:
    """Something that a letter must say.

    :param label: what it is
    :param article: code of the legal fact that cites its text, empty for good practice
    :param test: function of the values of a letter: whether it says so
    :param problem: what to report when it is missing and what to do about it, with
        ``%(company)s``, ``%(debtor)s`` and ``%(stage)s``
    """

    code: str
    label: str
    article: str
    test: Callable
    problem: str


MENTIONS = {
    mention.code: mention
    for mention in (
        Mention(
            "sender_name",
            _lt("Name of the sender"),
            "company_identity",
            states("name"),
            _lt("The name of the company is missing: enter it on %(company)s."),
        ),
        Mention(
            "sender_form",
            _lt("Legal form of the sender"),
            "company_identity",
            states("form"),
            _lt(
                "The legal form of %(company)s is missing: enter it in the settings "
                "of debt recovery, under Letterhead."
            ),
        ),
        Mention(
            "sender_capital",
            _lt("Share capital of the sender"),
            "company_identity",
            states("capital", needs_capital),
            _lt(
                "The share capital of %(company)s is missing: enter it in the settings "
                "of debt recovery, under Letterhead."
            ),
        ),
        Mention(
            "sender_seat",
            _lt("Registered office of the sender"),
            "company_identity",
            states("seat"),
            _lt(
                "The address of %(company)s is missing or has no town: complete it on "
                "the company."
            ),
        ),
        Mention(
            "sender_siren",
            _lt("SIREN of the sender"),
            "company_identity",
            states("siren"),
            _lt(
                "The SIRET or SIREN of %(company)s is missing or has no nine digits: "
                "enter it on the company."
            ),
        ),
        Mention(
            "sender_registry",
            _lt("Registry of the sender"),
            "company_identity",
            states("registry", needs_registry, "RCS "),
            _lt(
                "The town of the registry (RCS) of %(company)s is missing: enter it in "
                "the settings of debt recovery, under Letterhead."
            ),
        ),
        Mention(
            "debtor",
            _lt("Name of the debtor"),
            "formal_notice",
            lambda letter: bool(letter["recipient_lines"][:1]),
            _lt("The name of the debtor is missing: enter it."),
        ),
        Mention(
            "debtor_address",
            _lt("Address of the debtor"),
            "formal_notice",
            lambda letter: len(letter["recipient_lines"]) >= 3,
            _lt("The address of %(debtor)s is missing: enter it on the contact."),
        ),
        Mention(
            "date",
            _lt("Date of the letter"),
            "formal_notice",
            lambda letter: bool(re.search(r"\d{4}$", plain(letter["place_date"]))),
            _lt("The letter has no date: cancel it and make a new one."),
        ),
        Mention(
            "subject",
            _lt("Subject"),
            "",
            lambda letter: bool(plain(letter["subject"])),
            _lt("The letter has no subject: enter one on the stage “%(stage)s”."),
        ),
        Mention(
            "signatory",
            _lt("Name of who signs"),
            "formal_notice",
            lambda letter: bool(letter["signature"]["signatory"]),
            _lt(
                "Nobody signs for %(company)s: enter the signatory in the settings of "
                "debt recovery."
            ),
        ),
        Mention(
            "basis",
            _lt("Each invoice: number, date, due date, amount, paid, left"),
            "formal_notice",
            has_basis,
            _lt(
                "An invoice lacks its number, a date or an amount: see the lines of "
                "the action."
            ),
        ),
        Mention(
            "separate_sums",
            _lt("Principal, penalties and indemnity on lines of their own"),
            "formal_notice",
            has_separate_sums,
            _lt(
                "Principal, penalties and indemnity do not stand on separate lines, or "
                "do not make the total: cancel the action and make a new one."
            ),
        ),
        Mention(
            "penalty_detail",
            _lt("Rate and period of the penalties"),
            "formal_notice",
            has_penalty_detail,
            _lt(
                "The penalties claimed have no rate or no period: check the rates, "
                "then check again."
            ),
        ),
        Mention(
            "total",
            _lt("Total, in figures and in words"),
            "formal_notice",
            lambda letter: bool(letter["total"] and letter["total_words"]),
            _lt("The letter has no total: cancel it and make a new one."),
        ),
        Mention(
            "deadline",
            _lt("Deadline, as a date"),
            "formal_notice",
            has_deadline,
            _lt(
                "The letter names no day to pay by: put the placeholder of the "
                "deadline into the texts of the stage “%(stage)s”."
            ),
        ),
        Mention(
            "payment_means",
            _lt("Account to pay to"),
            "formal_notice",
            has_account,
            _lt(
                "The letter does not say where to pay: choose the account to pay to in "
                "the settings of debt recovery."
            ),
        ),
        Mention(
            "formal_words",
            _lt("The words “mise en demeure”"),
            "formal_notice",
            says("formal_words", "demand"),
            _lt(
                "Nothing puts the debtor in default: what is asked at the stage "
                "“%(stage)s” must say “nous vous mettons en demeure”, or “we give you "
                "formal notice” in English."
            ),
        ),
        Mention(
            "claim_words",
            _lt("The word “réclamation”"),
            "public_claim",
            says("claim_words", "demand"),
            _lt(
                "Nothing says that it is a claim: what is asked at the stage "
                "“%(stage)s” must say “réclamation”, or “claim” in English."
            ),
        ),
        Mention(
            "announcement",
            _lt("Announcement of the formal notice"),
            "",
            says("announcement"),
            _lt(
                "The last reminder announces no formal notice: say so in the closing "
                "of the stage “%(stage)s”."
            ),
        ),
        Mention(
            "consequence",
            _lt("What follows when nothing is paid"),
            "formal_notice",
            says("consequence"),
            _lt(
                "The letter does not say what follows when nothing is paid: name the "
                "court in the closing of the stage “%(stage)s”."
            ),
        ),
        Mention(
            "legal_texts",
            _lt("Texts that it is based on"),
            "formal_notice",
            has_legal_texts,
            _lt(
                "The letter does not cite the texts that it is based on: complete the "
                "legal facts of its day, then check again."
            ),
        ),
        Mention(
            "enclosures",
            _lt("List of what is enclosed"),
            "",
            lambda letter: bool(letter["enclosures"]) or not letter["annex"],
            _lt(
                "The letter does not list its enclosures: cancel it and make a new one."
            ),
        ),
        Mention(
            "mediator",
            _lt("Mediator of consumers, where the company has one"),
            "consumer_mediator",
            names_mediator,
            _lt(
                "The letter does not name the consumer mediator: see the settings of "
                "debt recovery."
            ),
        ),
        Mention(
            "public_references",
            _lt("SIRET that a public body is billed under"),
            "public_references",
            has_references,
            _lt(
                "The SIRET of %(debtor)s is missing: enter it on the debtor, so that "
                "it finds the invoices in Chorus Pro."
            ),
        ),
        Mention(
            "settlement",
            _lt("What was settled and what settled it"),
            "",
            lambda letter: bool(
                rows(letter, "settled") and rows(letter, "settlements")
            ),
            _lt("The receipt names no payment: cancel it and make a new one."),
        ),
        Mention(
            "discharge",
            _lt("Closing of the file"),
            "",
            says("discharge"),
            _lt(
                "The receipt does not close the file: say so in the texts of the stage "
                "“%(stage)s”."
            ),
        ),
        Mention(
            "account",
            _lt("Each open item"),
            "",
            lambda letter: bool(rows(letter, "account")),
            _lt("The statement lists nothing: cancel it and make a new one."),
        ),
        Mention(
            "balance",
            _lt("Balance"),
            "",
            lambda letter: bool(letter["total"] and letter["total_label"]),
            _lt("The statement has no balance: cancel it and make a new one."),
        ),
        Mention(
            "contact",
            _lt("Whom to call"),
            "",
            lambda letter: len(letter["contact"]) > 1,
            _lt("Nobody can be called: enter the phone or the e-mail of %(company)s."),
        ),
    )
}


def register(mention):
    """Make a mention known, or replace the one of the same code."""
    MENTIONS[mention.code] = mention
    return mention


def missing(codes, letter):
    """Mentions among ``codes`` that a letter does not have, in order.

    :param letter: values of ``_letter_values``
    """
    return [
        MENTIONS[code]
        for code in codes
        if code in MENTIONS and not MENTIONS[code].test(letter)
    ]


def check(letter):
    """What is wrong with a letter: mentions that its kind needs and that it lacks, and
    what it may not say.

    :return: ``([Mention], [(Rule, words)])``
    """
    kind = letter_kinds.get(letter["kind"])
    found = rules.check(kind.get_forbidden(letter["profile"]), letter)
    return missing(kind.get_required(letter["profile"]), letter), found
