"""The rows of a statement of interest, from what the law computed to the sums that a
reader checks.

Functions of plain values: amounts are :class:`decimal.Decimal`, days are dates, and the
three columns that are summed up, :data:`SUMMED`, hold what each row adds to the debt.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from ... import law
from ..words import natures

ONE_DAY = timedelta(days=1)
ZERO = Decimal(0)
SUMMED = ("principal", "interest", "fees")
# What a credit does that is no payment, by its kind, as the name of a credit note has
# it, and in small under the others.
EFFECTS = {
    "correction": ("correction de prix", "base réduite dès l’origine"),
    "gesture": ("geste commercial", ""),
}
STANDING = "la somme reste due et porte intérêt jusqu’à son règlement"
CAPITALISATION = "Intérêts capitalisés"
INDEMNITY = "Indemnité forfaitaire pour frais de recouvrement"
WAIVER = "Remise accordée"


class Unallocated(NamedTuple):
    """The nature of a credit that nobody allocated."""

    nature: str


@dataclass
class DueLine:
    """What a statement shows of one due line: the words of its heading, what the law
    computed, whose imputations have their natures, what debit notes charged already as
    ``(first day, last day, note)``, what was set against it and leaves it owed as
    ``(date, amount, nature, due date of the other account)``, the first and last day of
    the time that a judge granted, if any, and the basis of the rate of its invoice."""

    label: str
    amount: Decimal
    found: law.Statement
    details: tuple = ()
    charged: tuple = ()
    standing: tuple = ()
    graces: tuple = ()
    rate_basis: str = ""
    digits: int = 2


@dataclass
class Invoice:
    """What a statement shows of one invoice beside its due lines: the indemnity and the
    costs ``(label, amount)``, what was forgiven, in the currency of the statement."""

    number: str
    lines: list
    indemnity: Decimal = ZERO
    indemnity_detail: str = ""
    costs: list = field(default_factory=list)
    waived_interest: Decimal = ZERO
    waived_indemnity: Decimal = ZERO
    settlement: str = ""


def make_row(kind, label="", **values):
    """One row, with every key that a layout may look at."""
    return {
        "kind": kind,
        "label": label,
        "details": (),
        "date_from": None,
        "date_to": None,
        "days": None,
        "base": None,
        "rate": None,
        "divisor": None,
        "amount": None,
        "principal": None,
        "interest": None,
        "fees": None,
        "sums": None,
        **values,
    }


def add_up(rows):
    """What rows make together, column by column and in all.

    >>> sums = add_up([make_row("due", principal=Decimal("100.00")),
    ...                make_row("segment", interest=Decimal("1.25"))])
    >>> str(sums["principal"]), str(sums["total"])
    ('100.00', '101.25')
    """
    sums = {
        name: sum((row[name] for row in rows if row[name] is not None), ZERO)
        for name in SUMMED
    }
    return {**sums, "total": sum(sums.values(), ZERO)}


def sum_up(rows, credit=ZERO):
    """What a debtor owes by the rows of its account: the sums of its columns, what its
    fees are made of, and the total once a credit that no debt took up is deducted.

    >>> rows = [make_row("due", principal=Decimal("100.00")),
    ...         make_row("indemnity", fees=Decimal("40.00")),
    ...         make_row("waiver", fees=Decimal("-15.00")),
    ...         make_row("cost", fees=Decimal("7.45"))]
    >>> found = sum_up(rows, Decimal("30.00"))
    >>> [str(found[name]) for name in ("indemnity", "costs", "credit", "total")]
    ['25.00', '7.45', '30.00', '102.45']
    >>> str(sum_up(rows, Decimal("500.00"))["credit"])
    '132.45'
    """
    sums = add_up(rows)
    indemnity, costs = (
        sum((row["fees"] or ZERO for row in rows if row["kind"] in kinds), ZERO)
        for kinds in (("indemnity", "waiver"), ("cost",))
    )
    deducted = min(credit, max(ZERO, sums["total"]))
    return {
        "sums": sums,
        "indemnity": indemnity,
        "costs": costs,
        "credit": deducted,
        "total": sums["total"] - deducted,
    }


def invoice_rows(invoice):
    """The rows of one invoice, its subtotal last."""
    rows = [row for line in invoice.lines for row in due_rows(line)]
    rows += _waiver_rows(invoice, rows)
    rows += _fee_rows(invoice)
    rows.append(
        make_row(
            "subtotal",
            invoice.number,
            details=(invoice.settlement,) if invoice.settlement else (),
            sums=add_up(rows),
        )
    )
    return rows


def due_rows(line):
    """The account of one due line in order of time: what is due, then what ran and what
    was paid.

    :raise ValueError: when it does not come to what the law computed
    """
    rows = [make_row("due", line.label, details=line.details, principal=line.amount)]
    rows += _history(line)
    sums = add_up(rows)
    ran = law.total(line.found.segments)
    charged = ran - sum(
        (
            row["interest"]
            for row in rows
            if row["kind"] == "segment" and row["interest"]
        ),
        ZERO,
    )
    if (sums["principal"], sums["interest"]) != (
        line.found.principal_left,
        line.found.interest_left - charged,
    ):
        raise ValueError(f"the rows of {line.label} do not add up")
    return rows


def _history(line):
    """Rows of what happened to one due line, in the order in which the law took it."""
    events = [
        ((segment.date_to, 0), _segment_row(segment, note))
        for segment, note in _split(line)
    ]
    for standing in line.standing:
        events.append(((standing.date, 1), _standing_row(standing)))
    for imputation in line.found.imputations:
        # A correction of the price holds from the start.
        day = date.min if imputation.kind == "correction" else imputation.date
        events.append(((day, 1), _payment_row(imputation)))
    for capitalisation in line.found.capitalisations:
        row = make_row(
            "capitalisation",
            CAPITALISATION,
            date_from=capitalisation.date,
            amount=capitalisation.amount,
            base=_base_after(line.found, capitalisation.date),
        )
        events.append(((capitalisation.date, 2), row))
    rows = [row for _key, row in sorted(events, key=lambda event: event[0])]
    left = line.amount
    for row in rows:
        if row["kind"] == "payment":
            left += row["principal"] or ZERO
            row["left"] = left
    return rows


def _split(line):
    """Segments in order of time, each with the note that charged its days already."""
    segments = [
        (segment, "")
        for segment in law.without_days(
            line.found.segments,
            [(first, last) for first, last, _note in line.charged],
            line.digits,
        )
    ]
    for first, last, note in line.charged:
        outside = [(date.min, first - ONE_DAY), (last + ONE_DAY, date.max)]
        segments += [
            (segment, note)
            for segment in law.without_days(line.found.segments, outside, line.digits)
        ]
    return sorted(segments, key=lambda item: item[0].date_from)


def _segment_row(segment, note):
    return make_row(
        "segment",
        details=(f"déjà facturé par la note de débit {note}, non compté ici",)
        if note
        else (),
        date_from=segment.date_from,
        date_to=segment.date_to,
        days=segment.days,
        base=segment.base,
        rate=segment.rate,
        divisor=segment.divisor,
        interest=None if note else segment.amount,
    )


def _payment_row(imputation):
    name, effect = _name_credit(imputation)
    return make_row(
        "payment",
        name,
        details=(effect,) if effect else (),
        date_from=imputation.date,
        amount=imputation.amount,
        principal=-imputation.to_principal or None,
        interest=-imputation.to_interest or None,
    )


def _name_credit(imputation):
    """What a credit is, and what it does that its name does not say."""
    nature, kind = imputation.nature, imputation.kind
    if isinstance(nature, Unallocated):
        return natures.get(nature.nature).unallocated, ""
    found = natures.get(nature or natures.DEFAULTS[kind])
    what, effect = EFFECTS.get(kind, ("", ""))
    if found.is_document and what:
        return f"{found.get_name()}, {what}", effect
    return found.get_name(), effect


def is_money(nature):
    """Whether a credit came in as money, allocated or not."""
    code = nature.nature if isinstance(nature, Unallocated) else nature
    return natures.get(code).is_money


def _standing_row(standing):
    """An entry that moved a debt, or that was chosen not to count."""
    return make_row(
        "standing",
        natures.get(standing.nature).describe(standing.due),
        details=(STANDING,),
        date_from=standing.date,
        amount=standing.amount,
    )


def _base_after(found, day):
    """What bears interest from the day after ``day``, None when nothing does."""
    return next(
        (segment.base for segment in found.segments if segment.date_from > day), None
    )


def _waiver_rows(invoice, rows):
    """What was forgiven of interest, at most what is left of it."""
    forgiven = min(invoice.waived_interest, max(ZERO, add_up(rows)["interest"]))
    if not forgiven:
        return []
    return [make_row("waiver", WAIVER, interest=-forgiven)]


def _fee_rows(invoice):
    """The indemnity and the costs of an invoice, each on its line."""
    rows = []
    if invoice.indemnity or invoice.indemnity_detail:
        rows.append(
            make_row(
                "indemnity",
                INDEMNITY,
                details=(invoice.indemnity_detail,) if invoice.indemnity_detail else (),
                fees=invoice.indemnity or None,
            )
        )
    forgiven = min(invoice.waived_indemnity, invoice.indemnity)
    if forgiven:
        rows.append(make_row("waiver", f"{WAIVER} sur l’indemnité", fees=-forgiven))
    rows += [make_row("cost", label, fees=amount) for label, amount in invoice.costs]
    return rows
