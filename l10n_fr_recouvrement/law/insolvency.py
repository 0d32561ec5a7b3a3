"""What insolvency proceedings stop."""

from .calendar import add_days


def last_day_before_insolvency(opening, day_counts=False):
    """Last day that bears interest on what was owed before insolvency proceedings: the
    judgment that opens them stops it (C. com. L622-28), and no text says whether its
    own day counts.

    :param opening: day of the judgment
    :param day_counts: whether the creditor has it count

    >>> from datetime import date
    >>> last_day_before_insolvency(date(2026, 4, 2)).isoformat()
    '2026-04-01'
    >>> last_day_before_insolvency(date(2026, 4, 2), day_counts=True).isoformat()
    '2026-04-02'
    """
    return opening if day_counts else add_days(opening, -1)
