"""The placeholders of letters and e-mails, in one list: what the stage's screen
explains, what somebody without the right to write templates may use, and what tests go
through.

A module adds its own by extending ``recouvrement.action._get_placeholders``.
"""

from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)


@dataclass(frozen=True)
class Placeholder:
    """A value that a text may ask for.

    :param expression: what stands in the text, ``object`` being the action
    :param meaning: what it stands for, on screens
    :param example: a value of it, as French letters write it
    :param may_be_empty: some letters have none, so that a text may give a default
    :param email_only: it is a part of the letter, for the e-mail that carries it
    """

    expression: str
    meaning: Any
    example: str
    may_be_empty: bool = False
    email_only: bool = False


PLACEHOLDERS = (
    Placeholder(
        "object.amount_text",
        _lt("Total claimed: principal, interest, indemnity and costs"),
        "1 284,92 €",
    ),
    Placeholder(
        "object.principal_text",
        _lt("Principal: invoices less what is deducted"),
        "1 234,56 €",
    ),
    Placeholder(
        "object.penalty_text",
        _lt("Interest, indemnity and costs together"),
        "50,36 €",
    ),
    Placeholder("object.interest_text", _lt("Interest"), "10,36 €"),
    Placeholder("object.indemnity_text", _lt("Fixed indemnity"), "40,00 €"),
    Placeholder(
        "object.settled_text", _lt("Total of the invoices of a receipt"), "1 234,56 €"
    ),
    Placeholder("object.deadline_text", _lt("Day to be paid by"), "30 novembre 2026"),
    Placeholder("object.date_text", _lt("Day of the letter"), "21 novembre 2026"),
    Placeholder("object.invoice_count", _lt("How many invoices"), "2"),
    Placeholder(
        "object.first_invoice_text",
        _lt("Number of the invoice due first"),
        "FAC/2026/00042",
    ),
    Placeholder(
        "object.first_invoice_date_text",
        _lt("Date of the invoice due first"),
        "21 septembre 2026",
    ),
    Placeholder("object.first_due_text", _lt("Oldest due date"), "21 octobre 2026"),
    Placeholder("object.days_late", _lt("Days since the oldest due date"), "31"),
    Placeholder(
        "object.last_letter_text",
        _lt("Day of the last letter about these invoices"),
        "5 novembre 2026",
        may_be_empty=True,
    ),
    Placeholder("object.name", _lt("Reference of the letter"), "REC/00123"),
    Placeholder("object.partner_id.name", _lt("Debtor"), "Menuiserie Exemple"),
    Placeholder(
        "object.partner_id.ref",
        _lt("Customer account of the debtor"),
        "C0042",
        may_be_empty=True,
    ),
    Placeholder("object.contact_id.name", _lt("Recipient"), "Camille Fictif"),
    Placeholder("object.company_id.name", _lt("Your company"), "Atelier Exemple"),
    Placeholder(
        "object.company_id.phone",
        _lt("Phone of your company"),
        "01 99 00 12 34",
        may_be_empty=True,
    ),
    Placeholder(
        "object.company_id.email",
        _lt("E-mail address of your company"),
        "compta@atelier.example",
        may_be_empty=True,
    ),
    Placeholder(
        "object.user_id.name",
        _lt("Responsible of the action"),
        "Dominique Comptable",
        may_be_empty=True,
    ),
    Placeholder(
        "object.user_id.phone",
        _lt("Phone of the responsible"),
        "01 99 00 12 35",
        may_be_empty=True,
    ),
    Placeholder(
        "object.user_id.email",
        _lt("E-mail address of the responsible"),
        "dominique@atelier.example",
        may_be_empty=True,
    ),
    Placeholder(
        "object.iban_text",
        _lt("Account to pay to"),
        "FR76 3000 6000 0112 3456 7890 189",
        may_be_empty=True,
    ),
    Placeholder(
        "object.letter_subject",
        _lt("Subject of the letter"),
        "Rappel d’échéance",
        email_only=True,
    ),
    Placeholder(
        "object.letter_intro",
        _lt("Text of the letter before the table"),
        "Sauf erreur…",
        email_only=True,
    ),
    Placeholder(
        "object.invoice_list",
        _lt("List of what is owed and deducted"),
        "• Facture FAC/2026/00042…",
        email_only=True,
    ),
    Placeholder(
        "object.letter_demand",
        _lt("What the letter asks"),
        "Nous vous remercions…",
        email_only=True,
    ),
    Placeholder(
        "object.letter_note",
        _lt("Text added to this letter only"),
        "",
        may_be_empty=True,
        email_only=True,
    ),
    Placeholder(
        "object.letter_closing",
        _lt("Closing of the letter"),
        "Nous vous prions d’agréer…",
        email_only=True,
    ),
    Placeholder(
        "object.sender_text",
        _lt("Your company as the law has it say who it is"),
        "Atelier Exemple, SARL…",
        email_only=True,
    ),
)


def suggest(expression, known):
    """The placeholder that ``expression`` was most likely meant to be, or an empty
    text.

    >>> known = [placeholder.expression for placeholder in PLACEHOLDERS]
    >>> suggest("object.amont_text", known), suggest("amount_text", known)
    ('object.amount_text', 'object.amount_text')
    >>> suggest("object.partner_id.nom", known)
    'object.partner_id.name'
    >>> suggest("1 / 0", known)
    ''
    """
    return next(iter(get_close_matches(expression.strip(), known, 1, 0.7)), "")
