"""Tables and totals of the letters of this module: a claim, a statement of account, a
receipt.

Each function returns what ``_prepare_x_figures`` of the report service does: ``tables``
on the pages of the letter and ``annex``, those of its annex, its ``annex_name`` and
``annex_heading``, ``totals``, ``total``, ``total_label`` and ``total_words``.
"""

from ...law import round_half_up
from ..page import table_pages
from ..words import natures, rate_words
from . import rows
from .facts import ZERO, add, is_debit

# Lines of figures that leave the letter on one page, with the penalties that a longer
# text goes with and without; more go to an annex.
INLINE_ROWS = {True: 6, False: 10.5}
# A receipt asks for nothing: no payment code, more room.
RECEIPT_ROWS = 18


# ----------------------------------------------------------------------
# A claim
# ----------------------------------------------------------------------


def claim(facts, writer):
    """Figures of a letter that asks for money: what is owed, what is deducted, the
    penalties, the total."""
    totals = _totals(facts, writer)
    tables = [_invoices(facts, writer)]
    if facts.show_penalties and any(line.segments for line in facts.debits):
        tables.append(_penalties(facts, writer))
    # Three sums stand beside the payment code; more take room of their own.
    room = INLINE_ROWS[len(tables) > 1] - max(0, len(totals) - 3)
    # A public body owes the total, and is first asked for the principal.
    is_owed = writer.profile == "public" and not facts.before_due
    return {
        **place(tables, room, facts, writer),
        "totals": totals,
        "total": writer.money(facts.sums.total),
        "total_label": writer.text("total_due" if is_owed else "total"),
        "total_words": writer.spell(facts.sums.total),
    }


def _invoices(facts, writer):
    printed = [rows.invoice(line, writer) for line in facts.debits]
    printed += [rows.credit(line, writer) for line in facts.credits]
    columns = list(
        dict.fromkeys(name for line in facts.lines for name, _ in line.columns)
    )
    for line, row in zip([*facts.debits, *facts.credits], printed, strict=True):
        own = dict(line.columns)
        row["columns"] = [own.get(name, "") for name in columns]
    sums = []
    if len(printed) > 1:
        net = add(facts.debits, "residual") - add(facts.credits, "residual")
        sums = [(writer.text("principal_left"), writer.money(net))]
    # What was written off or set off is not paid.
    otherwise = any(line.settled_otherwise for line in facts.debits)
    return {
        "kind": "invoices",
        "paid_label": writer.text("settled_part" if otherwise else "paid"),
        "caption": "",
        "note": "",
        "rows": printed,
        "sums": sums,
        "columns": columns,
        "is_late": any(row["late"] for row in printed),
    }


def _penalties(facts, writer):
    """The table of penalties, with all that a judge needs to recompute it."""
    segments = [(line, segment) for line in facts.debits for segment in line.segments]
    waived, sums = add(facts.debits, "waived"), []
    if waived:
        sums.append((writer.text("waived"), -waived))
    if len(segments) > 1 or sums:
        label = writer.text(
            "interest_at",
            label=writer.text("interest"),
            day=writer.full_date(facts.date),
        )
        sums.append((label, add(facts.debits, "interest")))
    return {
        "kind": "penalties",
        "caption": writer.text("interest_table"),
        "note": writer.text("penalty_note"),
        "sources": _rate_sources(segments, writer),
        "amount_label": writer.text("interest_amount"),
        "rows": [rows.segment(line, values, writer) for line, values in segments],
        "sums": [(label, writer.money(amount)) for label, amount in sums],
    }


def _rate_sources(segments, writer):
    """Where each rate of the table comes from, so that a judge can check it."""
    frozen = writer.profile == "public"
    return list(
        dict.fromkeys(
            rate_words.describe(segment, frozen, writer.words, line.rate_basis)
            for line, segment in segments
        )
    )


def _totals(facts, writer):
    """Label, amount and detail of the sums that make the total; none when there is
    one."""
    sums = facts.sums
    name = "principal_due_vat" if sums.credits else "principal_left_vat"
    found = [(name, sums.principal, "")]
    if sums.credits:
        found.append(("deducted", -sums.credits, ""))
    if sums.interest:
        found.append(("interest", sums.interest, ""))
    if sums.indemnity:
        found.append(("indemnity", sums.indemnity, _indemnity_detail(facts, writer)))
    if sums.costs:
        found.append(("costs", sums.costs, writer.text("costs_detail")))
    if len(found) == 1:
        return []
    return [
        (writer.text(code), writer.money(amount), detail)
        for code, amount, detail in found
    ]


def _indemnity_detail(facts, writer):
    amounts = [line.indemnity for line in facts.debits if line.indemnity]
    if len(set(amounts)) != 1:
        return ""
    each = writer.money(amounts[0])
    if writer.currency == "EUR":
        return f"{len(amounts)} × {each}" if len(amounts) > 1 else ""
    # The law sets the indemnity in euros.
    tariff = round_half_up(amounts[0] / facts.euro_rate, 0)
    return writer.text(
        "indemnity_each",
        count=len(amounts),
        tariff=writer.words.format_amount(tariff, "EUR"),
        amount=each,
        rate=writer.words.format_rate(facts.euro_rate),
        currency=writer.currency,
    )


# ----------------------------------------------------------------------
# A statement of account
# ----------------------------------------------------------------------


def account(facts, writer):
    """Figures of a statement of account: everything open, with its running balance. It
    asks nobody for what is not due yet: what may be paid by its code is all overdue.
    """
    balance, printed = ZERO, []
    for line in facts.lines:
        balance += line.residual if is_debit(line) else -line.residual
        printed.append(rows.account(line, balance, writer))
    overdue = _overdue(facts)
    label = writer.text("in_your_favour" if balance < 0 else "account_balance")
    sums = [(label, abs(balance))]
    if 0 < overdue < balance:
        sums.append((writer.text("overdue_part"), overdue))
    table = {
        "kind": "account",
        "caption": "",
        "note": "",
        "rows": printed,
        "sums": [(name, writer.money(amount)) for name, amount in sums],
    }
    words = writer.spell(abs(balance))
    return {
        **place([table], INLINE_ROWS[False], facts, writer),
        "totals": [],
        "total": writer.money(abs(balance)),
        "total_label": label,
        "total_words": words,
        "in_words": writer.text("balance_in_words", words=words),
        "payable": balance if overdue == balance else ZERO,
    }


def _overdue(facts):
    """What is overdue on an account, credits deducted."""
    late = [line for line in facts.debits if line.days_late > 0]
    return add(late, "residual") - add(facts.credits, "residual")


# ----------------------------------------------------------------------
# A receipt
# ----------------------------------------------------------------------


def receipt(facts, writer):
    """Figures of a receipt: the invoices that are settled, and what settled them, which
    are the same amount; its total is what was received, where part of it was settled by
    neither money nor credit note."""
    total = add(facts.debits, "original")
    amount = writer.money(total)
    caption, label = "settlements", "paid_total"
    received = total
    if any(not natures.get(line.nature).is_known_to_debtor for line in facts.credits):
        caption, label = "settlements_of_all_kinds", "received_total"
        money = [line for line in facts.credits if natures.get(line.nature).is_money]
        received = add(money, "original")
    tables = [
        {
            "kind": "settled",
            "caption": "",
            "note": "",
            "rows": [rows.settled(line, writer) for line in facts.debits],
            "sums": [(writer.text("settled_total"), amount)]
            if len(facts.debits) > 1
            else [],
        },
        {
            "kind": "settlements",
            "caption": writer.text(caption),
            "note": "",
            "rows": [rows.settlement(line, writer) for line in facts.credits],
            "sums": [(writer.text("allocated_total"), amount)]
            if len(facts.credits) > 1
            else [],
        },
    ]
    return {
        **place(tables, RECEIPT_ROWS, facts, writer),
        "totals": [],
        "total": writer.money(received),
        "total_label": writer.text(label),
        "total_words": writer.spell(received),
        "reserve": _reserve(facts, writer),
    }


def _reserve(facts, writer):
    """A receipt for the principal forgives nothing: it says what is still due besides,
    since one without reserve could be read as a waiver."""
    if not facts.penalties_due:
        return ""
    amount = writer.money(facts.penalties_due)
    return writer.set_type(writer.text("reserve", amount=amount))


# ----------------------------------------------------------------------
# Any letter
# ----------------------------------------------------------------------


def place(tables, room, facts, writer):
    """Put tables in the letter while they leave it on one page, the others on the pages
    of an annex.

    :param tables: dicts, see :func:`~..page.table_pages.paginate`
    :param room: lines of figures that the letter has room for
    :param facts: :class:`~.facts.Figures`
    """
    tables, inline = list(tables), []
    while tables and table_pages.height(tables[0]) <= room:
        inline.append(tables.pop(0))
        room -= table_pages.height(inline[-1])
    name = writer.text("annex_name")
    if inline and tables:
        name = tables[0]["caption"]
    return {
        "tables": inline,
        "annex": [
            [_word_carried(part, writer) for part in page]
            for page in table_pages.paginate(tables)
        ],
        "annex_name": name,
        "annex_heading": writer.text(
            "annex_heading",
            name=facts.reference,
            day=writer.full_date(facts.date),
            debtor=facts.debtor,
        ),
    }


def _word_carried(part, writer):
    """Word what a table carries from one page to the next as its rows are."""
    carried = {
        name: {column: writer.money(amount) for column, amount in part[name].items()}
        for name in ("brought", "carried")
        if name in part
    }
    return {**part, **carried}
