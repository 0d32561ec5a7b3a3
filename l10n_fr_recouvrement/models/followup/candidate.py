from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ... import law


@dataclass
class Candidate:
    """What one debtor owes on one day, before it becomes an action.

    ``debts`` and ``credits`` are rows of :meth:`RecouvrementEngine._read_open_items`;
    ``imputed`` the credits set against the debts, by due line; ``stages`` maps the
    invoices that reach a stage to that stage and ``cycles`` to the lateness it belongs
    to; ``coming`` holds the due lines that a courtesy may be about, ``owed`` what the
    credits leave of each invoice, ``covered`` the invoices that they pay in full;
    ``standings`` how far each invoice has come (:class:`~.stage_plan.Standing`) and
    ``reached`` the stages that are behind,
    ``admitted`` the invoices that meet the conditions of the stages that have some,
    ``small`` the stages that are for larger invoices;
    ``excluded`` says, in words, why no action is made, and ``detail`` what makes that
    reason particular: the day that the debtor is contacted again from.
    """

    company: Any
    partner: Any
    currency: Any
    date: Any
    debts: list = field(default_factory=list)
    coming: list = field(default_factory=list)
    credits: list = field(default_factory=list)
    offsets: list = field(default_factory=list)
    moves: Any = None
    imputed: dict = field(default_factory=dict)
    owed: dict = field(default_factory=dict)
    covered: set = field(default_factory=set)
    standings: dict = field(default_factory=dict)
    reached: set = field(default_factory=set)
    admitted: dict = field(default_factory=dict)
    small: dict = field(default_factory=dict)
    stages: dict = field(default_factory=dict)
    cycles: dict = field(default_factory=dict)
    excluded: str = ""
    detail: str = ""

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
        """What the account owes: invoices less credits."""
        digits = self.currency.decimal_places
        return sum(
            (law.to_decimal(row["residual"], digits) for row in self.debts),
            law.to_decimal(0),
        ) - sum(
            (law.to_decimal(row["residual"], digits) for row in self.credits),
            law.to_decimal(0),
        )
