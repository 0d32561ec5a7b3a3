"""The letters that the engine plans, before any of them is an action."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ... import law
from ..account.debtor_account import DebtorAccount


@dataclass
class Candidate:
    """One letter that a debtor may get on one day, before it becomes an action.

    ``letter_key`` distinguishes it from the other letters of its ``account`` (see
    ``recouvrement.engine._grouping_key``), as its ``profile`` does; ``debts`` is what
    it claims, a list of :class:`~..account.debtor_account.OpenItem`. What follows goes
    by unit: an invoice, by its id, or an entry that somebody follows, by less its own.
    ``rows`` is the oldest due line of each; ``stages`` maps those that reach a stage to
    that stage, ``along`` those that its letter claims besides to the stage that leads;
    ``owed`` is what the credits leave of each, ``covered`` those that they pay in full;
    ``standings`` where each invoice stands (:class:`~.stage_plan.Standing`) and
    ``reached`` the stages that are behind,
    ``admitted`` the invoices that meet the conditions of the stages that have some,
    ``small`` the stages that are for larger invoices;
    ``excluded`` is why no action is made, ``detail`` what makes that reason particular,
    as the day that the debtor is contacted again from, and ``record`` where somebody
    sets it right.
    """

    account: DebtorAccount
    letter_key: str = ""
    profile: str = ""
    debts: list = field(default_factory=list)
    moves: Any = None
    owed: dict = field(default_factory=dict)
    covered: set = field(default_factory=set)
    rows: dict = field(default_factory=dict)
    standings: dict = field(default_factory=dict)
    reached: set = field(default_factory=set)
    admitted: dict = field(default_factory=dict)
    small: dict = field(default_factory=dict)
    stages: dict = field(default_factory=dict)
    along: dict = field(default_factory=dict)
    excluded: str = ""
    detail: str = ""
    record: Any = None

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
        return (self.partner.id, self.currency.id, self.letter_key, self.profile)

    @cached_property
    def stage(self):
        """The most advanced stage due, the one the debtor is contacted at."""
        # Mostly all are at the same one.
        stages = dict.fromkeys(self.stages.values())
        return max(stages, key=lambda stage: stage._get_rank())

    def get_move(self, unit):
        """The invoice or entry of a unit."""
        return self.moves.browse(self.rows[unit]["move_id"])

    @property
    def units(self):
        """What is claimed, in order of due date, each once."""
        return list(dict.fromkeys(row["unit"] for row in self.debts))

    @property
    def move_ids(self):
        """Invoices claimed, in order of due date, each once."""
        return list(dict.fromkeys(row["move_id"] for row in self.debts))

    @property
    def credits(self):
        """What is deducted: the credits set against what is claimed, each once, with
        the part of it as its residual."""
        rows = {}
        for credit, _line_id, part in self.account.get_parts(self.debts):
            row = rows.setdefault(credit["id"], {**credit, "residual": law.ZERO})
            row["residual"] += part.amount
        return list(rows.values())

    @property
    def imputed(self):
        """``{id of the due line: parts}`` of the credits set against what is claimed,
        and against what is held of the same lines: interest runs on the whole."""
        if not self.account.allocated:
            return {}
        claimed = {row["id"] for row in self.debts}
        imputed = {}
        for _credit, line_id, part in self.account.allocated:
            if abs(line_id) in claimed:
                imputed.setdefault(abs(line_id), []).append(part)
        return imputed

    @property
    def amount(self):
        """What the letter claims before penalties: invoices less credits."""
        return self.account.sum_owed(self.debts)
