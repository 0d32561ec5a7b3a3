"""One picture of what a debtor owes, what is held of it, and what was received."""

from dataclasses import dataclass, field
from datetime import date as Date
from functools import cached_property
from typing import Any, TypedDict

from ... import law


class OpenItem(TypedDict):
    """One open item of an account, a row of ``recouvrement.account._read_open_items``.

    What is not there is None. The columns of ``_get_item_columns`` come after these.
    """

    id: int  # of the due line or entry, ``account.move.line``; less it, of a held part
    move_id: int
    unit: int  # what walks a procedure: the invoice, or less the followed entry
    partner_id: int  # the debtor: the commercial partner
    currency_id: int
    kind: str  # "debt", or "credit" (deducted)
    held: str | None  # why it is not claimed: a kind of hold, a rule of follow-up
    hold_id: int | None  # the ``recouvrement.hold`` over it
    hold_kind: str | None
    hold_part: Any  # what is held of it, where that is not the whole
    residual: float  # left of it, positive
    amount: float  # the whole of it, positive
    date: Date
    date_maturity: Date  # that of the entry where it has none
    payment_id: int | None
    statement_line_id: int | None
    origin_id: int | None  # the invoice that a credit note or a negative line corrects
    is_prior: bool  # of before the judgment that opened insolvency proceedings
    discount_date: Date | None  # last day of the discount for early payment
    discount: float | None
    under_way: float | None  # part of its invoice that a payment under way pays
    # Of the invoice or entry:
    name: str
    ref: str | None
    move_type: str
    invoice_date: Date | None
    procedure_id: int | None
    profile: str | None  # that of the invoice, else of the debtor
    number: int  # rank of the due line among the ``count`` ones of its invoice
    count: int
    acted: bool  # some action lists or listed the invoice
    waiting: bool  # one waits that claims it
    # Where the invoice stands, see ``procedure.stage_plan.Standing``:
    stage_id: int | None
    stage_date: Date | None
    cycle_date: Date | None
    deadline: Date | None
    presented: Date | None
    posted: Date | None  # where that was after its due date
    next_date: Date | None  # as announced


@dataclass
class DebtorAccount:
    """What one debtor owes in one currency on one day, in however many letters.

    ``debts`` are late and may be claimed, ``held`` are late and may not, ``not_due`` is
    to be paid later, as far as it was read: lists of :class:`OpenItem`, in order of due
    date. ``credits`` are known on that day, ``later`` are dated after it.

    A credit is set once against what is due, claimed or held: ``allocated`` holds
    ``(credit, id of the due line, part)``, ``collected`` the same of what was claimed
    besides the principal, ``discounts`` what was earned by paying early, by due line,
    and ``unused`` what is left of each credit, by its id. ``known`` is the money of the
    debtor that stands elsewhere (:class:`~.recouvrement_known_money.Money`), and
    ``under_way`` what is taken off the debts already, of payments that no entry tells.
    Where ``is_courtesy``, the debts are those to come; ``disputed`` are the codes of
    the holds of what is disputed, which credits pay last.
    """

    company: Any
    partner: Any
    currency: Any
    date: Date
    debts: list = field(default_factory=list)
    held: list = field(default_factory=list)
    not_due: list = field(default_factory=list)
    credits: list = field(default_factory=list)
    later: list = field(default_factory=list)
    allocated: list = field(default_factory=list)
    collected: list = field(default_factory=list)
    discounts: dict = field(default_factory=dict)
    unused: dict = field(default_factory=dict)
    known: list = field(default_factory=list)
    under_way: Any = law.ZERO
    is_courtesy: bool = False
    disputed: frozenset = frozenset()

    @property
    def key(self):
        return (self.company, self.partner, self.currency)

    @cached_property
    def digits(self):
        return self.currency.decimal_places

    def add(self, row):
        """Put an open item where it belongs."""
        if row["kind"] == "credit":
            known = row["date"] <= self.date
            (self.credits if known else self.later).append(row)
        elif row["date_maturity"] >= self.date:
            self.not_due.append(row)
        elif row["held"]:
            self.held.append(row)
        else:
            self.debts.append(row)

    @property
    def coming(self):
        """What is to fall due and may be claimed, once it is."""
        return [row for row in self.not_due if not row["held"]]

    @property
    def items(self):
        """All that is owed, each item once."""
        late = self.held if self.is_courtesy else [*self.debts, *self.held]
        return [*late, *self.not_due]

    def get_residual(self, row):
        return law.to_decimal(row["residual"], self.digits)

    def get_parts(self, rows):
        """The credits set against some due lines, as ``(credit, id, part)``."""
        if not self.allocated:
            return []
        line_ids = {row["id"] for row in rows}
        return [
            (credit, line_id, part)
            for credit, line_id, part in self.allocated
            if line_id in line_ids
        ]

    @cached_property
    def owed(self):
        """``{id of the due line: what the credits leave of it}``, of all that is owed.
        Whoever sets the credits against the debts anew forgets it."""
        owed = {row["id"]: self.get_residual(row) for row in self.items}
        for line_id, amount in self.discounts.items():
            owed[line_id] -= amount
        for _credit, line_id, part in self.allocated:
            owed[line_id] -= part.amount
        return owed

    def sum_owed(self, rows):
        """What the credits leave of some due lines."""
        return sum((self.owed[row["id"]] for row in rows), law.ZERO)

    @property
    def amount_held(self):
        """What is late and may not be claimed, less the credits set against it."""
        return self.sum_owed(self.held)

    @property
    def amount_not_due(self):
        """What is to be paid later, as far as it was read."""
        return self.sum_owed(self.not_due)

    @property
    def amount_told(self):
        """What was received or earned beyond the principal owed, less what is taken off
        it and not received yet: it makes up the balance of the account with what is
        claimed, held and not due."""
        return (
            self.under_way
            + sum(self.discounts.values(), law.ZERO)
            - sum((part.amount for _row, _id, part in self.collected), law.ZERO)
            - sum(self.unused.values(), law.ZERO)
            - sum(map(self.get_residual, self.later), law.ZERO)
        )

    @property
    def amount(self):
        """What may be claimed: the debts, less the credits set against them."""
        return self.sum_owed(self.debts)
