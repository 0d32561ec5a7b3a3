"""French law of late payment as pure functions of plain values.

Nothing here imports Odoo, reads a file of the database or knows the date of the
day: dates, amounts and dated facts (rates, margins, tariffs) come in as arguments
and frozen dataclasses come out. Amounts are :class:`decimal.Decimal`.

How to use
==========

Look up the dated facts, choose the rule of the rate, state each debt of an invoice,
then put its penalties together. An invoice of 10 000.00 due on 31 July 2026, of which
4 000.00 came on 31 August, as of 15 September:

>>> from datetime import date
>>> from decimal import Decimal
>>> facts = FactTable([
...     Fact("business_margin", date(2019, 4, 26), Decimal(10), "L441-10, II"),
...     Fact("business_indemnity", date(2019, 4, 26), Decimal(40), "D441-5")])
>>> table = RateTable([HalfYear(date(2026, 7, 1), Decimal("2.40"), Decimal("6.84"),
...                             Decimal("2.75"))])
>>> due, at = date(2026, 7, 31), date(2026, 9, 15)
>>> rule = RateRule("ecb_refi", facts.at("business_margin", due).value)
>>> ran = statement(
...     LateDebt(Decimal("10000.00"), due), Terms(rule, table), at,
...     Events([Payment(date(2026, 8, 31), Decimal("4000.00"))]))
>>> [(s.days, str(s.base), str(s.rate), str(s.amount)) for s in ran.segments]
[(31, '10000.00', '12.40', '105.32'), (15, '6000.00', '12.40', '30.58')]

The creditor forgives 5.90 of the interest; the 40 EUR are due once an invoice:

>>> tariff = facts.at("business_indemnity", due).value
>>> found = penalties(
...     {"due line": ran}, Settled(waivers=[Waiver(at, Decimal("5.90"))]),
...     indemnity=flat_indemnity(tariff, due, at, ran.segments[0].base))
>>> str(found.interest_due), str(found.indemnity_due)
('130.00', '40')

How it works
============

- A *rule* gives the rate of a day (``rates``, ``contract``, ``judgment``): a rate
  that a half-year lacks raises :class:`UnknownHalfYearError`, nothing is guessed.
- ``interest.statement`` walks from the day after the due date to the last day, and ends
  a segment where the base, the rate or the divisor changes. Each segment is rounded
  half-up, and totals are sums of what is printed.
- Payments lower interest or principal first, as :class:`Terms` set; a correction of the
  price counts from the start.
- ``charging.penalties`` takes out the days that debit notes charged (``covered``), then
  what was forgiven, in order of time (``sharing``).
- What the law may change is no constant here: callers pass the value that
  :class:`FactTable` holds for the day.
"""

from .calendar import (
    add_days,
    add_months,
    add_working_days,
    add_years,
    half_year_start,
    is_working_day,
    legal_time,
    next_working_day,
    public_holidays,
)
from .charging import (
    NOTHING_SETTLED,
    Charge,
    Penalties,
    Settled,
    Waiver,
    binding,
    charge_gap,
    left_of,
    penalties,
    settled_interest,
    waived,
)
from .contract import BELOW_FLOOR, ContractRule
from .covered import within_days, without_days
from .facts import Fact, FactTable, UnknownFactError
from .imputation import Allocation, Debt, allocate, impute_oldest_first
from .indemnity import flat_indemnity
from .floor import half_years_below_floor, legal_floor
from .insolvency import last_day_before_insolvency
from .interest import (
    NO_EVENTS,
    Capitalisation,
    Events,
    Imputation,
    LateDebt,
    Payment,
    Segment,
    Statement,
    Terms,
    statement,
    total,
    without_interest,
)
from .judgment import RateSchedule, judgment_rule, with_grace
from .money import ZERO, round_half_up, to_decimal
from .rates import (
    HalfYear,
    RateRule,
    RateTable,
    UnknownHalfYearError,
    WrongTermsError,
)
from .sharing import share_in_order, share_pro_rata
from .terms import (
    end_of_month_due,
    latest_due,
    net_due,
    public_due,
    public_limit,
)

# Errors of one debt that a person corrects: a dated fact to enter, terms to change.
MISSING_DATA = (UnknownHalfYearError, UnknownFactError, WrongTermsError)

__all__ = [
    "MISSING_DATA",
    "NOTHING_SETTLED",
    "NO_EVENTS",
    "ZERO",
    "BELOW_FLOOR",
    "Capitalisation",
    "Charge",
    "ContractRule",
    "Debt",
    "Events",
    "Fact",
    "FactTable",
    "HalfYear",
    "Imputation",
    "LateDebt",
    "Payment",
    "Penalties",
    "RateRule",
    "RateSchedule",
    "RateTable",
    "Segment",
    "Settled",
    "Statement",
    "Terms",
    "UnknownFactError",
    "UnknownHalfYearError",
    "WrongTermsError",
    "Waiver",
    "add_days",
    "add_months",
    "add_working_days",
    "add_years",
    "allocate",
    "binding",
    "charge_gap",
    "end_of_month_due",
    "flat_indemnity",
    "half_year_start",
    "half_years_below_floor",
    "impute_oldest_first",
    "is_working_day",
    "judgment_rule",
    "last_day_before_insolvency",
    "latest_due",
    "left_of",
    "legal_floor",
    "net_due",
    "next_working_day",
    "penalties",
    "public_due",
    "public_holidays",
    "public_limit",
    "round_half_up",
    "settled_interest",
    "share_in_order",
    "share_pro_rata",
    "statement",
    "to_decimal",
    "total",
    "waived",
    "with_grace",
    "within_days",
    "without_days",
    "without_interest",
]
