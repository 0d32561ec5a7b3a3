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
from datetime import date

from ...law import add_days

# Days that a registered letter is kept for the debtor at the post office.
PRESENTED_AFTER = 15


@dataclass(frozen=True, slots=True)
class Step:
    """A stage as the plan sees it; ``rank`` orders the stages of a procedure."""

    stage_id: int
    rank: tuple
    delay: int
    delay_from: str
    presented_after: int = PRESENTED_AFTER


@dataclass(frozen=True, slots=True)
class Position:
    """Where an invoice stands: rank of the last stage done and its date; whether a
    registered letter carried it, and when that was first presented if it was."""

    rank: tuple
    date: date
    registered: bool = False
    presented: date | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What the plan of an invoice follows from: its oldest unpaid due date, the stage
    that it reached, when and for which due date, whether a registered letter carried it
    and when that was presented, the deadline that the last letter granted, and the day
    that it was posted on where that was after its due date."""

    due: date
    rank: tuple | None = None
    stage_date: date | None = None
    cycle_date: date | None = None
    deadline: date | None = None
    registered: bool = False
    presented: date | None = None
    posted: date | None = None

    @property
    def is_new(self):
        """Whether it was posted when it was late already, and never claimed since: the
        debtor does not know of it yet."""
        return bool(self.posted and self.posted > self.due and not self.position)

    @property
    def position(self):
        """The stage reached for the lateness that began on the due date, or None when
        the invoice starts (afresh).

        A stage counts while the due date it was claimed for is unpaid, or when that had
        passed already the day it was claimed.
        """
        if not (self.rank and self.stage_date):
            return None
        if self.cycle_date != self.due and self.stage_date <= self.due:
            return None
        return Position(self.rank, self.stage_date, self.registered, self.presented)

    @property
    def cycle(self):
        """Due date whose lateness a stage reached now belongs to: that of the stage
        before it while it counts, else the oldest unpaid due date."""
        return self.cycle_date if self.position else self.due


def planned(
    steps,
    date_due,
    position=None,
    deadline=None,
    *,
    posted=None,
    day=None,
    in_order=False,
    shift=lambda when: when,
):
    """Return ``[(date, stage_id)]``, in order of rank, for the stages ahead whose date
    is known: those counted from the due date, and the very next one when it is
    counted from the previous stage.

    A first stage counted from the previous one counts from the due date. None comes
    before ``deadline``, the day that the last letter asked to pay by, has passed.

    >>> steps = [Step(1, (10, 1), 3, "due_date"), Step(2, (20, 2), 15, "due_date")]
    >>> planned(steps, date(2026, 10, 31),
    ...         Position((10, 1), date(2026, 11, 9)), deadline=date(2026, 11, 17))
    [(datetime.date(2026, 11, 18), 2)]

    A negative delay is a courtesy before the due date, given up once ``day`` is past
    it. No other stage comes before the debtor is late.

    >>> steps = [Step(1, (10, 1), -5, "due_date"), Step(2, (20, 2), 0, "due_date")]
    >>> planned(steps, date(2026, 10, 31), day=date(2026, 10, 31))
    [(datetime.date(2026, 10, 26), 1), (datetime.date(2026, 11, 1), 2)]
    >>> planned(steps, date(2026, 10, 31), day=date(2026, 11, 1))
    [(datetime.date(2026, 11, 1), 2)]

    What was posted late has the days of whoever is reminded for the first time: the
    clock starts on that day, at the first stage after the due date, whatever the
    lateness.

    >>> steps = [Step(1, (10, 1), 3, "due_date"), Step(2, (20, 2), 15, "due_date")]
    >>> planned(steps, date(2026, 8, 31), posted=date(2026, 10, 30))
    [(datetime.date(2026, 11, 2), 1)]
    >>> planned(steps, date(2026, 8, 31), Position((10, 1), date(2026, 11, 2)),
    ...         posted=date(2026, 10, 30))
    [(datetime.date(2026, 11, 14), 2)]

    :param posted: day that it was posted on, where that was late
    :param in_order: announce the very next stage alone, so that none is jumped
    :param shift: function that moves a date to the working day it stands for
    """
    dates = []
    is_late = bool(posted and posted > date_due)
    start = posted if is_late else date_due
    for step in steps:
        if position and step.rank <= position.rank or is_late and step.delay < 0:
            continue
        if step.delay_from == "due_date" or not position and not dates:
            when = add_days(start, step.delay)
        elif position and not dates:
            when = _counted_from(step, position)
        else:
            continue
        if step.delay >= 0:
            when = max(when, add_days(start, 1))
        if deadline:
            when = max(when, add_days(deadline, 1))
        when = shift(when)
        if step.delay < 0 and max(when, day or when) > date_due:
            continue
        dates.append((when, step.stage_id))
    return dates[:1] if in_order or is_late and not position else dates


def _counted_from(step, position):
    """Day of a stage counted from the one before it.

    After a registered letter the clock starts when the post first presents it; while
    nobody entered that day, when the letter cannot wait at the post office any more.

    >>> step = Step(3, (30, 3), 8, "presented")
    >>> _counted_from(step, Position((20, 2), date(2026, 11, 2), registered=True))
    datetime.date(2026, 11, 17)
    >>> _counted_from(step, Position((20, 2), date(2026, 11, 2), registered=True,
    ...                              presented=date(2026, 11, 4)))
    datetime.date(2026, 11, 12)
    >>> _counted_from(step, Position((20, 2), date(2026, 11, 2)))
    datetime.date(2026, 11, 10)
    """
    wait = step.delay
    start = position.date
    if step.delay_from == "presented" and position.registered:
        start = position.presented or start
        if not position.presented:
            wait = max(wait, step.presented_after)
    return add_days(start, wait)


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


def nominal_days(steps):
    """``{stage_id: days}`` from the due date when every stage is done on its day: how
    far a stage is in its procedure.

    >>> nominal_days([Step(1, (10, 1), 3, "due_date"), Step(2, (20, 2), 8, "previous")])
    {1: 3, 2: 11}
    """
    days, previous = {}, 0
    for step in steps:
        start = 0 if step.delay_from == "due_date" else previous
        days[step.stage_id] = previous = start + step.delay
    return days
