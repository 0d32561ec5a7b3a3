"""French law of late payment as pure functions of plain values.

Nothing here imports Odoo, reads a file of the database or knows the date of the
day: dates, amounts and dated facts (rates, margins, tariffs) come in as arguments
and frozen dataclasses come out. Amounts are :class:`decimal.Decimal`.

>>> from datetime import date
>>> from decimal import Decimal
>>> table = RateTable([HalfYear(date(2026, 7, 1), Decimal("2.40"), Decimal("6.84"),
...                             Decimal("2.75"))])
>>> rule = RateRule(index="ecb_refi", margin=Decimal(10))
>>> found = statement(Decimal("10000.00"), date(2026, 7, 31), date(2026, 9, 15), rule,
...                   table)
>>> [(s.days, str(s.rate), str(s.amount)) for s in found.segments]
[(46, '12.40', '156.27')]
"""

from .calendar import (
    add_months,
    add_working_days,
    add_years,
    half_year_start,
    is_working_day,
    next_working_day,
    public_holidays,
)
from .contract import BELOW_FLOOR, ContractRule
from .covered import without_days
from .facts import Fact, FactTable, UnknownFactError
from .imputation import Debt, allocate_oldest_first, impute_oldest_first
from .indemnity import flat_indemnity
from .floor import half_years_below_floor, legal_floor
from .interest import (
    Capitalisation,
    Imputation,
    Payment,
    Segment,
    Statement,
    statement,
    total,
)
from .judgment import RateSchedule, judgment_rule, with_grace
from .money import ZERO, round_half_up, to_decimal
from .rates import HalfYear, RateRule, RateTable, UnknownHalfYearError
from .sharing import share_in_order
from .terms import end_of_month_due, latest_due, net_due, public_limit

# Errors that a person mends by entering a dated fact.
MISSING_DATA = (UnknownHalfYearError, UnknownFactError)

__all__ = [
    "MISSING_DATA",
    "ZERO",
    "BELOW_FLOOR",
    "Capitalisation",
    "ContractRule",
    "Debt",
    "Fact",
    "FactTable",
    "HalfYear",
    "Imputation",
    "Payment",
    "RateRule",
    "RateSchedule",
    "RateTable",
    "Segment",
    "Statement",
    "UnknownFactError",
    "UnknownHalfYearError",
    "add_months",
    "add_working_days",
    "add_years",
    "allocate_oldest_first",
    "end_of_month_due",
    "flat_indemnity",
    "half_year_start",
    "half_years_below_floor",
    "impute_oldest_first",
    "is_working_day",
    "judgment_rule",
    "latest_due",
    "legal_floor",
    "net_due",
    "public_limit",
    "next_working_day",
    "public_holidays",
    "round_half_up",
    "share_in_order",
    "statement",
    "to_decimal",
    "total",
    "with_grace",
    "without_days",
]
