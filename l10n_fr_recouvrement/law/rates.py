"""Half-yearly rates and the rules that turn them into a penalty rate."""

import csv
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .calendar import half_year_start


class UnknownHalfYearError(LookupError):
    """The rates of a half-year are not known: a rate is never guessed.

    ``date_from`` is the first day of the half-year and ``index`` the column that is
    missing, None when all are, for a caller who wants to word the error or to point at
    the place where the rates are entered.
    """

    def __init__(self, date_from, index=None):
        self.date_from = date_from
        self.index = index
        missing = f"{index} rate" if index else "rates"
        super().__init__(f"No {missing} for the half-year from {date_from:%Y-%m-%d}")


class WrongTermsError(ValueError):
    """Terms of interest that no rule knows, such as a divisor of 366."""


@dataclass(frozen=True)
class HalfYear:
    """Rates in force for one half-year, in percent a year.

    ``ecb_refi``: main refinancing rate of the ECB on the first day of the half-year
    (C. com. L441-10, II). ``legal_individual`` and ``legal_other``: the two legal
    rates (CMF L313-2, D313-1-A), chosen by who the *creditor* is: a person acting
    outside any business, and everyone else. They are None until they are published,
    which is around the first day of the half-year; the ECB's is known before.

    >>> half_year = HalfYear(date(2027, 1, 1), Decimal("2.65"))
    >>> half_year.get("ecb_refi")
    Decimal('2.65')
    >>> half_year.get("legal_other")
    Traceback (most recent call last):
    ...
    l10n_fr_recouvrement.law.rates.UnknownHalfYearError: No legal_other rate for the half-year from 2027-01-01
    """  # noqa: E501 the message of an exception cannot be folded in a doctest

    date_from: date
    ecb_refi: Decimal
    legal_individual: Decimal | None = None
    legal_other: Decimal | None = None

    def get(self, index):
        """Return the rate in the column ``index`` or raise
        :class:`UnknownHalfYearError`."""
        rate = getattr(self, index)
        if rate is None:
            raise UnknownHalfYearError(self.date_from, index)
        return rate


class RateTable:
    """The known half-years, looked up by day.

    >>> table = RateTable([HalfYear(date(2026, 1, 1), Decimal("2.15"),
    ...                             Decimal("6.67"), Decimal("2.62"))])
    >>> table.at(date(2026, 6, 30)).legal_other
    Decimal('2.62')
    >>> table.at(date(2026, 7, 1))
    Traceback (most recent call last):
    ...
    l10n_fr_recouvrement.law.rates.UnknownHalfYearError: No rates for the half-year from 2026-07-01
    """  # noqa: E501 the message of an exception cannot be folded in a doctest

    def __init__(self, half_years):
        self._by_start = {half_year.date_from: half_year for half_year in half_years}

    def at(self, day):
        """Return the :class:`HalfYear` of ``day`` or raise
        :class:`UnknownHalfYearError`: nothing is extrapolated."""
        start = half_year_start(day)
        try:
            return self._by_start[start]
        except KeyError:
            raise UnknownHalfYearError(start) from None

    @classmethod
    def from_csv(cls, path):
        """Read a table whose columns are those of :class:`HalfYear` (others are left
        out); dates are ISO, rates in percent with a decimal point, legal rates that are
        not published yet empty."""
        with open(path, newline="", encoding="utf-8") as stream:
            return cls(
                HalfYear(
                    date.fromisoformat(row["date_from"]),
                    Decimal(row["ecb_refi"]),
                    *(
                        Decimal(row[legal]) if row[legal] else None
                        for legal in ("legal_individual", "legal_other")
                    ),
                )
                for row in csv.DictReader(stream)
            )


@dataclass(frozen=True)
class RateRule:
    """How a penalty rate follows from the half-yearly rates.

    ``index`` is a column of :class:`HalfYear`, multiplied by ``factor``, and ``margin``
    a number of points added to it; without an index, ``margin`` is the fixed rate of a
    contract. ``frozen`` rules keep the rate of the half-year in which interest began to
    run (CCP R2192-31); the others take each half-year's own rate (C. com. L441-10,
    II; C. civ. 1231-6 for the legal rate). ``fact`` is the code of the dated fact whose
    article the rate rests on, for a statement to cite it.

    >>> table = RateTable([
    ...     HalfYear(date(2026, month, 1), Decimal(ecb), Decimal(own), Decimal(other))
    ...     for month, ecb, own, other in (
    ...         (1, "2.15", "6.67", "2.62"), (7, "2.40", "6.84", "2.75"))
    ... ])
    >>> public = RateRule("ecb_refi", Decimal(8), frozen=True)
    >>> public.rate(table, date(2026, 8, 1), began=date(2026, 6, 20))
    Decimal('10.15')
    >>> RateRule("ecb_refi", Decimal(10)).rate(table, date(2026, 8, 1),
    ...                                        began=date(2026, 6, 20))
    Decimal('12.40')

    "Three times the legal rate", the clause that most French invoices print:

    >>> RateRule("legal_other", factor=Decimal(3)).rate(table, date(2026, 8, 1),
    ...                                                 began=date(2026, 6, 20))
    Decimal('8.25')
    """

    index: str | None
    margin: Decimal = Decimal(0)
    frozen: bool = False
    factor: Decimal = Decimal(1)
    fact: str | None = None

    def rate(self, table, day, began):
        """Yearly rate in percent for ``day``, interest having begun on ``began``."""
        if not self.index:
            return self.margin
        half_year = table.at(began if self.frozen else day)
        return half_year.get(self.index) * self.factor + self.margin

    def resolve(self, table, day):
        """The rule itself: see :class:`~.contract.ContractRule` for one that turns into
        another."""
        return self

    def is_cut(self, day):
        """Whether a segment that ``day`` is in ends with its half-year: a frozen rate
        is one for as long as it runs, a fixed one is held against the floor."""
        return not self.frozen

    def next_change(self, day):
        """First day after ``day`` that another rule holds for: none."""
        return None
