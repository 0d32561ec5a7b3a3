"""The flat-rate indemnity for recovery costs."""

from decimal import Decimal


def flat_indemnity(tariff, due, at, unpaid_after_due):
    """Indemnity owed for one invoice: the whole tariff or nothing.

    It is due by operation of law from the first day of lateness, once an invoice,
    whatever was left unpaid and however often it was claimed (C. com. L441-10, II and
    D441-5; CCP L2192-13 and D2192-35; CJEU C-585/20). Whether the debtor owes it at all
    (never a consumer) is the caller's profile to know.

    :param tariff: the amount in force (a dated fact)
    :param due: first due date of the invoice
    :param at: day of the computation
    :param unpaid_after_due: what was still unpaid at the end of the due date

    >>> from datetime import date
    >>> forty = Decimal("40.00")
    >>> flat_indemnity(forty, date(2026, 10, 1), date(2026, 10, 2), Decimal("0.01"))
    Decimal('40.00')
    >>> flat_indemnity(forty, date(2026, 10, 1), date(2026, 10, 1), Decimal("33.33"))
    Decimal('0')
    """
    return tariff if at > due and unpaid_after_due > 0 else Decimal(0)
