"""One row of each table of a letter: what is printed of a due line, a credit, a segment
of interest."""

from datetime import date

from ...law import to_decimal
from ..words import natures
from ..words.writer import join_detail, lower
from .facts import ZERO, is_debit

# Names of the items of a statement of account, where they have no name of their own.
ITEM_TEXTS = {
    "invoice": "invoice_item",
    "credit_note": "credit_note_item",
}
# States of an invoice that is not simply to be paid.
ACCOUNT_STATES = ("blocked", "in_payment")
NOTHING = "–"


def detail(line, writer):
    """References of the debtor, in small under the number of an invoice."""
    return join_detail([writer.word(part) for part in line.parts])


def invoice(line, writer):
    paid = line.original - line.residual
    return {
        "number": line.label,
        "detail": detail(line, writer),
        "date": writer.short_date(line.date),
        "due_date": writer.short_date(line.date_due),
        "late": writer.text("days_late", days=line.days_late)
        if line.days_late > 0
        else "",
        "total": writer.money(line.original),
        "paid": writer.money(paid) if paid else NOTHING,
        "balance": writer.money(line.residual),
        "figures": {
            "total": line.original,
            "paid": paid,
            "balance": line.residual,
        },
    }


def credit(line, writer):
    used = line.residual - line.original
    name, code = line.label, "credit_note"
    if line.kind != "credit_note":
        # The number of a bank entry means nothing to who paid.
        name, code = credit_name(line, writer), "oldest_first"
    return {
        "number": name,
        "detail": writer.text(code),
        "date": writer.short_date(line.date),
        "due_date": "",
        "late": "",
        "total": writer.money(-line.original),
        "paid": writer.money(used) if used else NOTHING,
        "balance": writer.money(-line.residual),
        "figures": {
            "total": -line.original,
            "paid": used,
            "balance": -line.residual,
        },
    }


def credit_name(line, writer):
    """What a credit that is no document is called: by its nature."""
    nature = natures.get(line.nature)
    if nature.is_money:
        return writer.text("payment_received")
    return nature.get_name(writer.words)


def segment(line, values, writer):
    """One segment of the interest of a line, with all that a judge needs to work it
    out again."""
    return {
        "number": line.label,
        "date_from": writer.short_date(date.fromisoformat(values["date_from"])),
        "date_to": writer.short_date(date.fromisoformat(values["date_to"])),
        "days": str(values["days"]),
        "base": writer.money(values["base"]),
        "rate": writer.words.format_percent(to_decimal(values["rate"], 4)),
        "divisor": str(values["divisor"]),
        "amount": writer.money(values["amount"]),
        "figures": {"amount": writer.amount(values["amount"])},
    }


def account(line, balance, writer):
    """One open item of an account and the balance after it."""
    owed, residual = is_debit(line), writer.money(line.residual)
    name = line.label
    if line.kind in ITEM_TEXTS:
        name = writer.text(ITEM_TEXTS[line.kind], label=line.label)
    elif line.kind == "payment":
        name = credit_name(line, writer)
    return {
        "date": writer.short_date(line.date),
        "number": name,
        "detail": account_detail(line, writer),
        "due_date": writer.short_date(line.date_due) if owed else "",
        "debit": residual if owed else "",
        "credit": "" if owed else residual,
        "balance": writer.money(balance),
        "figures": {
            "debit": line.residual if owed else ZERO,
            "credit": ZERO if owed else line.residual,
            "balance": line.residual if owed else -line.residual,
        },
    }


def account_detail(line, writer):
    """What an open item needs to be understood, in small under it."""
    parts = []
    if line.kind == "invoice":
        parts.append(lower(detail(line, writer)))
        if line.days_late > 0:
            days = writer.words.format_days(line.days_late)
            parts.append(writer.text("overdue_for", days=days))
        if line.payment_state in ACCOUNT_STATES:
            parts.append(writer.text(line.payment_state))
    if line.original != line.residual:
        part_of = "instalment" if line.instalment else line.kind
        if line.kind == "payment" and not natures.get(line.nature).is_money:
            part_of = "entry"
        parts.append(
            writer.text(f"left_of_{part_of}", total=writer.money(line.original))
        )
    return join_detail(parts)


def settled(line, writer):
    """One due line that is settled."""
    return {
        "number": line.label,
        "detail": detail(line, writer),
        "date": writer.short_date(line.date),
        "due_date": writer.short_date(line.date_due),
        "total": writer.money(line.original),
        "figures": {"total": line.original},
    }


def settlement(line, writer):
    """What settled invoices."""
    if line.kind == "credit_note":
        name = writer.text("credit_note_item", label=line.label)
    else:
        name = natures.get(line.nature).get_name(writer.words)
    return {
        "number": name,
        "detail": "",
        "date": writer.short_date(line.date_due),
        "total": writer.money(line.original),
        "figures": {"total": line.original},
    }
