"""Until when an invoice may, at most, be paid."""

from .calendar import add_days, end_of_month


def net_due(start, days):
    """Due date ``days`` after ``start``: 60 days from the invoice at most between
    businesses, 30 days from reception where nothing was agreed (C. com. L441-10, I);
    30, 50 or 60 days from the request of payment for public bodies (CCP R2192-10 and
    R2192-11).

    >>> from datetime import date
    >>> net_due(date(2026, 9, 10), 60), net_due(date(2026, 5, 20), 30)
    (datetime.date(2026, 11, 9), datetime.date(2026, 6, 19))
    """
    return add_days(start, days)


def public_limit(facts, delay, received):
    """Last day of the time that a public body has to pay (CCP R2192-10, R2192-11).

    :param facts: table of legal facts
    :param delay: ``state``, ``health`` or ``undertaking``
    :param received: day that it received the request for payment
    """
    return net_due(received, int(facts.at(f"public_delay_{delay}", received).value))


def public_due(limit, due, rank=1):
    """Last day on which a public body pays an instalment in time: the end of its time
    to pay, whatever day was agreed (CCP R2192-10); an instalment after the first that
    falls due later is not late before its day.

    :param limit: :func:`public_limit`
    :param due: day that the instalment falls due
    :param rank: rank of the instalment, from 1

    >>> from datetime import date
    >>> limit = date(2026, 6, 19)
    >>> public_due(limit, date(2026, 12, 31)).isoformat()
    '2026-06-19'
    >>> public_due(limit, date(2026, 12, 31), rank=2).isoformat()
    '2026-12-31'
    """
    return max(limit, due) if rank > 1 else limit


def end_of_month_due(start, days, month_first=False):
    """Due date "``days`` days end of month", which is read both ways: the days then the
    end of that month, or the end of the month then the days (C. com. L441-10, I).

    >>> from datetime import date
    >>> end_of_month_due(date(2026, 9, 10), 45)
    datetime.date(2026, 10, 31)
    >>> end_of_month_due(date(2026, 9, 10), 45, month_first=True)
    datetime.date(2026, 11, 14)
    """
    if month_first:
        return net_due(end_of_month(start), days)
    return end_of_month(net_due(start, days))


def latest_due(invoiced, net_days, end_of_month_days):
    """Latest due date that a contract between businesses may set for an invoice: the
    later of "60 days" and of "45 days end of month" in both readings (C. com. L441-10,
    I; the numbers are dated facts).

    >>> from datetime import date
    >>> latest_due(date(2026, 9, 10), 60, 45), latest_due(date(2026, 9, 30), 60, 45)
    (datetime.date(2026, 11, 14), datetime.date(2026, 11, 30))
    """
    return max(
        net_due(invoiced, net_days),
        end_of_month_due(invoiced, end_of_month_days),
        end_of_month_due(invoiced, end_of_month_days, month_first=True),
    )
