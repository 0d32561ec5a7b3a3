"""When the stages of a procedure fall due: a pure kernel, without ORM.

>>> from datetime import date
>>> steps = [Step(1, (10, 1), 3, "due_date"), Step(2, (20, 2), 15, "due_date"),
...          Step(3, (30, 3), 8, "previous")]
>>> planned(steps, date(2026, 10, 31))
[(datetime.date(2026, 11, 3), 1), (datetime.date(2026, 11, 15), 2)]
>>> planned(steps, date(2026, 10, 31), Position((20, 2), date(2026, 11, 16)))
[(datetime.date(2026, 11, 24), 3)]
"""

from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True, slots=True)
class Step:
    """A stage as the plan sees it; ``rank`` orders the stages of a procedure."""

    stage_id: int
    rank: tuple
    delay: int
    delay_from: str


@dataclass(frozen=True, slots=True)
class Position:
    """Where an invoice stands: rank of the last stage done and its date."""

    rank: tuple
    date: date


def planned(steps, date_due, position=None, deadline=None):
    """Return ``[(date, stage_id)]``, in order of rank, for the stages ahead whose date
    is known: those counted from the due date, and the very next one when it is
    counted from the previous stage.

    A first stage counted from the previous one counts from the due date. None comes
    before ``deadline``, the day that the last letter asked to pay by, has passed.

    >>> steps = [Step(1, (10, 1), 3, "due_date"), Step(2, (20, 2), 15, "due_date")]
    >>> planned(steps, date(2026, 10, 31),
    ...         Position((10, 1), date(2026, 11, 9)), deadline=date(2026, 11, 17))
    [(datetime.date(2026, 11, 18), 2)]
    """
    ahead = [step for step in steps if position is None or step.rank > position.rank]
    dates = []
    for index, step in enumerate(ahead):
        if step.delay_from == "due_date":
            start = date_due
        elif index == 0:
            start = position.date if position else date_due
        else:
            continue
        when = start + timedelta(days=step.delay)
        if deadline:
            when = max(when, deadline + timedelta(days=1))
        dates.append((when, step.stage_id))
    return dates


def most_advanced_due(plan, day):
    """Stage of ``plan`` (see :func:`planned`) to carry out on ``day``: the most
    advanced of those that are due, or None.

    >>> most_advanced_due([(date(2026, 11, 3), 1), (date(2026, 11, 15), 2)],
    ...                   date(2026, 11, 20))
    2
    """
    due = [stage_id for stage_date, stage_id in plan if stage_date <= day]
    return due[-1] if due else None


def next_step(plan, day):
    """``(date, stage_id)`` that an invoice list announces: the stage to carry out now,
    else the nearest one to come, else ``(None, None)``."""
    stage_id = most_advanced_due(plan, day)
    if stage_id:
        return next((when, stage) for when, stage in plan if stage == stage_id)
    return min(plan, default=(None, None))
