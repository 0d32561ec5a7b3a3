"""The rate that a contract fixes, and what happens under the legal floor."""

from dataclasses import dataclass
from decimal import Decimal

from .floor import legal_floor
from .rates import RateRule, WrongTermsError

BELOW_FLOOR = ("floor", "default", "contract")


@dataclass(frozen=True)
class ContractRule:
    """A fixed rate agreed between businesses, held against the floor each half-year.

    A rate under ``factor`` (three) times the legal rate is unlawful (C. com. L441-10,
    II; L441-16, c), and no text says what replaces it: ``below`` is what the creditor
    chose, the floor itself, the rate by default of the law (``default``), or the
    contract's rate all the same. ``fact`` is the code of the dated fact that holds the
    floor.

    >>> from datetime import date
    >>> from .rates import HalfYear, RateTable
    >>> table = RateTable([HalfYear(date(2026, 7, 1), Decimal("2.40"), Decimal("6.84"),
    ...                             Decimal("2.75"))])
    >>> default = RateRule("ecb_refi", Decimal(10))
    >>> day = date(2026, 9, 1)
    >>> for below in BELOW_FLOOR:
    ...     rule = ContractRule(Decimal(5), Decimal(3), below, default)
    ...     print(rule.resolve(table, day).rate(table, day, began=day))
    8.25
    12.40
    5
    """

    margin: Decimal
    factor: Decimal
    below: str
    default: RateRule
    fact: str | None = None

    def __post_init__(self):
        if self.below not in BELOW_FLOOR:
            raise WrongTermsError(
                f"below must be one of {BELOW_FLOOR}, not {self.below!r}"
            )

    def resolve(self, table, day):
        """The :class:`~.rates.RateRule` that holds on ``day``."""
        if self.below != "contract" and self.margin < legal_floor(
            table, day, self.factor
        ):
            if self.below == "floor":
                return RateRule("legal_other", factor=self.factor, fact=self.fact)
            return self.default
        return RateRule(None, self.margin, fact=self.fact)

    def is_cut(self, day):
        """Whether a segment that ``day`` is in ends with its half-year: the floor
        moves."""
        return True

    def next_change(self, day):
        """First day after ``day`` that another rule holds for: none but half-years."""
        return None
