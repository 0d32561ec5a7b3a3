"""What the engine reads of the debtors and hands on, before any of it is an action."""

from dataclasses import dataclass, field
from datetime import date as Date
from functools import cached_property
from typing import Any, TypedDict

from ... import law


class OpenItem(TypedDict):
    """One open item of an account, a row of ``recouvrement.engine._read_open_items``.

    What is not there is None. The columns of ``_get_item_columns`` come after these.
    """

    id: int  # of the due line or of the entry: ``account.move.line``
    move_id: int
    partner_id: int  # the debtor: the commercial partner
    currency_id: int
    kind: str  # "debt" (claimed), "credit" (deducted), "offset" (uses credits up)
    residual: float  # left of it, positive; a Decimal once credits were offset
    amount: float  # the whole of it, positive
    date: Date
    date_maturity: Date | None
    payment_id: int | None
    # Of the invoice or entry:
    name: str
    ref: str | None
    move_type: str
    invoice_date: Date | None
    procedure_id: int | None
    profile: str | None  # that of the invoice, else of the debtor
    number: int  # rank of the due line among the ``count`` ones of its invoice
    count: int
    waiting: bool  # an action waits that claims the invoice
    # Where the invoice stands, see ``procedure.stage_plan.Standing``:
    stage_id: int | None
    stage_date: Date | None
    cycle_date: Date | None
    deadline: Date | None
    presented: Date | None
    next_date: Date | None  # as announced


@dataclass
class DebtorAccount:
    """What one debtor owes in one currency on one day, in however many letters.

    ``debts`` are late, ``coming`` is about to be, both in order of due date;
    ``credits`` are deducted, ``offsets`` use them up: lists of :class:`OpenItem`.
    A credit is set once, against the oldest debts whatever their letter: ``allocated``
    holds ``(credit, id of the due line, part)``, and ``imputed`` the parts by due line.
    Where ``is_courtesy``, the debts are those to come.
    """

    company: Any
    partner: Any
    currency: Any
    date: Date
    debts: list = field(default_factory=list)
    coming: list = field(default_factory=list)
    credits: list = field(default_factory=list)
    offsets: list = field(default_factory=list)
    allocated: list = field(default_factory=list)
    imputed: dict = field(default_factory=dict)
    is_courtesy: bool = False

    @property
    def key(self):
        return (self.company, self.partner, self.currency)

    @property
    def digits(self):
        return self.currency.decimal_places

    @property
    def amount(self):
        """What the account owes: invoices less credits."""
        return self.sum_residuals(self.debts) - self.sum_residuals(self.credits)

    def sum_residuals(self, rows):
        return sum(
            (law.to_decimal(row["residual"], self.digits) for row in rows),
            law.to_decimal(0),
        )


@dataclass
class Candidate:
    """One letter that a debtor may get on one day, before it becomes an action.

    ``letter_key`` distinguishes it from the other letters of its ``account`` (see
    ``recouvrement.engine._grouping_key``), ``debts`` what it claims and ``credits``
    what it deducts of those of the account, lists of :class:`OpenItem`;
    ``imputed`` the credits set against its debts, by due line; ``rows`` the oldest due
    line of each invoice; ``stages`` maps the invoices that reach a stage to that stage
    and ``cycles`` to the lateness it belongs to; ``owed`` is what the credits leave of
    each invoice, ``covered`` the invoices that they pay in full;
    ``standings`` where each invoice stands (:class:`~.stage_plan.Standing`) and
    ``reached`` the stages that are behind,
    ``admitted`` the invoices that meet the conditions of the stages that have some,
    ``small`` the stages that are for larger invoices;
    ``excluded`` is why no action is made, and ``detail`` what makes that
    reason particular: the day that the debtor is contacted again from.
    """

    account: DebtorAccount
    letter_key: str = ""
    debts: list = field(default_factory=list)
    credits: list = field(default_factory=list)
    moves: Any = None
    imputed: dict = field(default_factory=dict)
    owed: dict = field(default_factory=dict)
    covered: set = field(default_factory=set)
    rows: dict = field(default_factory=dict)
    standings: dict = field(default_factory=dict)
    reached: set = field(default_factory=set)
    admitted: dict = field(default_factory=dict)
    small: dict = field(default_factory=dict)
    stages: dict = field(default_factory=dict)
    cycles: dict = field(default_factory=dict)
    excluded: str = ""
    detail: str = ""

    @property
    def company(self):
        return self.account.company

    @property
    def partner(self):
        return self.account.partner

    @property
    def currency(self):
        return self.account.currency

    @property
    def date(self):
        return self.account.date

    @property
    def key(self):
        """Whose letter it is and which, as that of an action
        (``recouvrement.action._get_grouping_key``)."""
        return (self.partner.id, self.currency.id, self.letter_key)

    @cached_property
    def stage(self):
        """The most advanced stage due, the one the debtor is contacted at."""
        return max(self.stages.values(), key=lambda stage: stage._get_rank())

    @property
    def move_ids(self):
        """Invoices claimed, in order of due date, each once."""
        return list(dict.fromkeys(row["move_id"] for row in self.debts))

    @property
    def profiles(self):
        """Profiles of the invoices claimed; a letter holds for one."""
        return {row["profile"] for row in self.debts}

    @property
    def amount(self):
        """What the letter claims before penalties: invoices less credits."""
        sum_residuals = self.account.sum_residuals
        return sum_residuals(self.debts) - sum_residuals(self.credits)
