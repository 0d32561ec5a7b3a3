"""How a letter asks to be paid: the account, its lead, the payment code."""

from ..page import epc
from ..words.french import format_iban


def means(letter, payable, writer):
    """The account to pay to, the text that introduces it and its payment code.

    :param payable: what the payment code asks for, zero or less for no code
    """
    bank = letter.bank
    is_iban = epc.is_iban(bank.number)
    items = [
        ("payee", bank.holder),
        ("iban", format_iban(bank.number)) if is_iban else ("account", bank.number),
        ("bic", bank.bic),
        ("reference", letter.reference),
    ]
    return {
        "lead": lead(letter, writer),
        "items": [(writer.text(code), value) for code, value in items if value],
        "code": code(letter, payable, writer) if is_iban else "",
    }


def lead(letter, writer):
    """By when to pay. A public body pays on its own order, interest later than
    principal; before the due date nothing else is asked than to pay on that day."""
    if writer.profile == "public":
        return writer.text("bank_details")
    if letter.kind.before_due:
        if len(letter.dues) != 1:
            return writer.text("bank_details")
        return writer.text("pay_on", day=writer.full_date(letter.dues[0]))
    if not letter.deadline:
        return writer.text("bank_details")
    return writer.text("pay_by", day=writer.full_date(letter.deadline))


def code(letter, payable, writer):
    """Picture of the payment code, nothing where no such code exists; the accountant of
    a public body pays on an order."""
    if writer.profile == "public" or not 0 < payable <= epc.MAX_AMOUNT:
        return ""
    text = epc.payload(
        letter.bank.holder,
        letter.bank.number,
        payable,
        writer.currency,
        bic=letter.bank.bic,
        remittance=letter.reference,
    )
    return epc.data_uri(text) if text else ""
