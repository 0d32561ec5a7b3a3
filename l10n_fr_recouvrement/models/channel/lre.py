"""What a service of electronic registered letters reports of one: a pure kernel.

The law gives the recipient a number of days to accept, counted from the day after the
first notice (C. postes art. R53-3); the number is a dated legal fact.

>>> last_day_to_accept(date(2026, 11, 2), 15)
datetime.date(2026, 11, 17)
"""

from dataclasses import dataclass
from datetime import date, timedelta

# What became of a letter for good, and the proof that the service gives of it.
CLOSED = {"accepted": "receipt", "refused": "refusal", "unclaimed": "unclaimed"}
STATES = ("deposited", "notified", *CLOSED, "error")


class LreUnavailableError(Exception):
    """The service did not answer, or not in a way that is understood: it is asked again
    later, and nothing is concluded."""


@dataclass(frozen=True)
class LreStatus:
    """Where a letter stands.

    ``state``: one of ``STATES``; empty, nothing was learnt and one asks again later;
    ``reference``: the service's own name of the letter; ``notified``: day of the first
    notice to the recipient; ``closed``: day of the acceptance, refusal or end;
    ``reason``: what went wrong, as text.
    """

    state: str
    reference: str = ""
    notified: date | None = None
    closed: date | None = None
    reason: str = ""

    def __post_init__(self):
        """
        >>> LreStatus("accepted")
        Traceback (most recent call last):
        ...
        ValueError: accepted: which day?
        """
        if self.state and self.state not in STATES:
            raise ValueError(f"{self.state}: no state of a registered letter")
        if self.state == "accepted" and not self.closed:
            raise ValueError("accepted: which day?")
        if self.state in ("notified", "refused", "unclaimed") and not self.notified:
            raise ValueError(f"{self.state}: noticed which day?")


def last_day_to_accept(notified, days):
    """Last day on which the recipient may accept a letter."""
    return notified + timedelta(days=days)
