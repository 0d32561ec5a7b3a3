"""What a judgment changes: the rate that runs, and its increase."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date

from .calendar import add_days, add_months
from .rates import RateRule


@dataclass(frozen=True)
class RateSchedule:
    """Rules that take over from one another: ``steps`` are ``(first day, rule)`` in
    order of time; the first one holds from the beginning, whatever its day."""

    steps: tuple

    def resolve(self, table, day):
        """The :class:`~.rates.RateRule` of ``day``."""
        return self._at(day).resolve(table, day)

    def is_cut(self, day):
        """Whether a segment that ``day`` is in ends with its half-year."""
        return self._at(day).is_cut(day)

    def next_change(self, day):
        """First day after ``day`` that another rule holds for, or None."""
        rank = bisect_right([start for start, _rule in self.steps[1:]], day) + 1
        days = [self._at(day).next_change(day)]
        if rank < len(self.steps):
            days.append(self.steps[rank][0])
        return min((change for change in days if change), default=None)

    def _at(self, day):
        rank = bisect_right([start for start, _rule in self.steps[1:]], day)
        return self.steps[rank][1]


def judgment_rule(
    judged, enforceable, increase, months, before=None, fact="judgment_interest"
):
    """Legal interest on what a judgment awards, increased when it is not paid.

    Interest at the legal rate runs from the judgment by law (C. civ. 1231-7); it is
    raised by ``increase`` points once ``months`` (two) have gone by since the judgment
    became enforceable, even provisionally (CMF L313-3, a dated fact). The raise is one
    of the legal rate, not of a contract's: a judgment that awards the penalties of
    C. com. L441-10 until payment changes nothing to their rule.

    :param judged: day of the judgment
    :param enforceable: day it became enforceable, or None while it is not
    :param before: rule that ran until then, if any
    :param fact: code of the dated fact that legal interest rests on, which for a
        consumer ran at the legal rate before
    :return: :class:`RateSchedule`

    >>> from decimal import Decimal
    >>> rule = judgment_rule(date(2026, 1, 15), date(2026, 2, 20), Decimal(5), 2)
    >>> [(str(day), str(step.margin)) for day, step in rule.steps]
    [('2026-01-15', '0'), ('2026-04-21', '5')]
    """
    legal = RateRule("legal_other", fact=fact)
    steps = [(date.min, before)] if before else []
    steps.append((judged, legal))
    if enforceable:
        raised = add_days(add_months(enforceable, months), 1)
        steps.append(
            (raised, RateRule("legal_other", increase, fact="judgment_increase"))
        )
    return RateSchedule(tuple(steps))


def with_grace(rule, start, end, rate):
    """Time that a judge grants to pay: penalties for lateness are not incurred while it
    runs (C. civ. 1343-5, al. 4), unless the judge set a reduced rate.

    :param rule: what holds before and after
    :param start: first day of the time granted
    :param end: its last day; two years at most
    :param rate: yearly rate in percent while it runs, 0 for none
    :return: :class:`RateSchedule`

    >>> from decimal import Decimal
    >>> rule = with_grace(RateRule("legal_other"), date(2026, 3, 1), date(2026, 5, 31),
    ...                   Decimal(0))
    >>> [str(day) for day, _step in rule.steps[1:]]
    ['2026-03-01', '2026-06-01']
    """
    granted = RateRule(None, rate, fact="grace")
    return RateSchedule(((date.min, rule), (start, granted), (add_days(end, 1), rule)))
