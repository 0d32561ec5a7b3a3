"""What was charged and forgiven of the penalties of an invoice, and what is left."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from .covered import within_days, without_days
from .interest import total
from .money import ZERO, round_half_up
from .sharing import share_in_order


@dataclass(frozen=True)
class Charge:
    """Interest of some days of a debt that a debit note charged.

    ``key`` is the caller's own reference to the debt, None where it is there no more:
    the days then hold for the whole invoice. ``date_from`` and ``date_to`` are both
    included. ``amount`` is what ran, ``exact`` the same before rounding, ``waived`` the
    part of it that the debit note left out.
    """

    key: Any
    date_from: date
    date_to: date
    amount: Decimal
    exact: Decimal
    waived: Decimal = ZERO


@dataclass(frozen=True)
class Waiver:
    """What a creditor forgave on ``day``."""

    day: date
    interest: Decimal
    indemnity: Decimal = ZERO


def binding(waivers, profile):
    """What of some waivers binds a creditor: one of the interest that a public body
    owes is deemed unwritten, before as after it ran (CCP art. L2192-14).

    >>> given = Waiver(date(2026, 8, 31), Decimal("5.00"), Decimal("40.00"))
    >>> [binding([given], profile) == [given] for profile in ("business", "consumer")]
    [True, True]
    >>> [(str(one.interest), str(one.indemnity)) for one in binding([given], "public")]
    [('0', '40.00')]
    """
    if profile != "public":
        return list(waivers)
    return [Waiver(waiver.day, ZERO, waiver.indemnity) for waiver in waivers]


@dataclass(frozen=True)
class Settled:
    """What was charged and forgiven of one invoice, and its costs that are due.

    ``charges`` are :class:`Charge`, ``waivers`` :class:`Waiver` in order of time.
    ``has_indemnity`` is whether a debit note charged the flat-rate indemnity,
    ``indemnity_waived`` what it left out of it. ``costs`` are the complementary costs,
    on justification (C. com. L441-10, II), that no debit note charges.
    """

    charges: Sequence = ()
    waivers: Sequence = ()
    has_indemnity: bool = False
    indemnity_waived: Decimal = ZERO
    costs: Decimal = ZERO


NOTHING_SETTLED = Settled()


class Penalties(NamedTuple):
    """What lateness costs on one invoice at a date.

    ``statements`` are the :class:`~.interest.Statement` of its debts, ``interest``
    their segments without the days that a debit note has charged already, both by key
    of the debt and in the currency of the invoice. ``indemnity`` is in euros, zero when
    a debit note has charged it; ``indemnity_date`` the first day late, None where no
    indemnity is due. ``waived_interest`` and ``waived_indemnity`` are what was forgiven
    of these, no more than they are. ``costs`` are those that no debit note charges yet,
    in the currency of the invoice. ``charge_gap`` is what the days charged come to now,
    less what was charged for them.
    """

    statements: dict
    interest: dict
    indemnity: Decimal = ZERO
    indemnity_date: date | None = None
    waived_interest: Decimal = ZERO
    waived_indemnity: Decimal = ZERO
    costs: Decimal = ZERO
    charge_gap: Decimal = ZERO

    @property
    def waived_by_line(self):
        """The interest forgiven, set against the debts in order of time."""
        shares = share_in_order(
            self.waived_interest, [total(part) for part in self.interest.values()]
        )
        return dict(zip(self.interest, shares, strict=True))

    @property
    def interest_ran(self):
        """Interest that no debit note has charged, before waivers."""
        return sum((total(part) for part in self.interest.values()), ZERO)

    @property
    def interest_due(self):
        return left_of(self.interest_ran, self.waived_interest)

    @property
    def indemnity_due(self):
        return left_of(self.indemnity, self.waived_indemnity)


def penalties(statements, settled, digits=2, indemnity=ZERO, indemnity_date=None):
    """Put together what lateness costs on an invoice: no day is charged twice, and what
    was forgiven is forgiven once.

    :param statements: ``{key: Statement}`` of its debts, in order of time
    :param settled: :class:`Settled`
    :param digits: decimals of the currency of the invoice
    :param indemnity: what :func:`~.indemnity.flat_indemnity` comes to
    :param indemnity_date: first day late
    :return: :class:`Penalties`

    Interest at 10 % on 1 000.00 for August, whose first twenty days a debit note
    charged; 1.00 of the rest and 15.00 of the indemnity were forgiven:

    >>> from .interest import LateDebt, Terms, statement
    >>> from .rates import RateRule
    >>> ran = statement(LateDebt(Decimal("1000.00"), date(2026, 7, 31)),
    ...                 Terms(RateRule(None, Decimal(10)), None), date(2026, 8, 31))
    >>> found = penalties(
    ...     {"due": ran},
    ...     Settled([Charge("due", date(2026, 8, 1), date(2026, 8, 20),
    ...                     Decimal("5.48"), Decimal("5.479452"))],
    ...             [Waiver(date(2026, 8, 31), Decimal("1.00"), Decimal("15.00"))]),
    ...     indemnity=Decimal("40.00"), indemnity_date=date(2026, 8, 1))
    >>> str(found.interest_ran), str(found.interest_due), str(found.indemnity_due)
    ('3.01', '2.01', '25.00')
    """
    charges = settled.charges
    interest = {}
    for key, found in statements.items():
        left = (
            not_charged(found.segments, key, charges, digits)
            if charges
            else found.segments
        )
        if left:
            interest[key] = left
    waived_interest = waived_indemnity = ZERO
    if settled.waivers:
        segments = [part for found in statements.values() for part in found.segments]
        waived_interest, forgiven = waived(settled, segments, digits)
        waived_indemnity = min(forgiven, indemnity)
    return Penalties(
        statements,
        interest,
        indemnity,
        indemnity_date,
        waived_interest,
        waived_indemnity,
        settled.costs,
        charge_gap(charges, statements, digits) if charges else ZERO,
    )


def not_charged(segments, key, charges, digits=2):
    """The days of a debt that no debit note charged: none is due twice.

    :param charges: those of the whole invoice
    """
    days = [
        (charge.date_from, charge.date_to)
        for charge in charges
        if charge.key in (key, None)
    ]
    return without_days(segments, days, digits) if days else segments


def waived(settled, segments, digits=2):
    """Interest and indemnity forgiven, less what debit notes left out for it.

    A waiver forgives what had run by its day: were that to come down later, the days
    after it bear interest all the same.

    :param segments: all that ran on the invoice, charged or not
    :return: ``(interest, indemnity)``

    20.00 forgiven of the 8.49 that ran until 31 August do not forgive September:

    >>> from .interest import LateDebt, Terms, statement
    >>> from .rates import RateRule
    >>> ran = statement(LateDebt(Decimal("1000.00"), date(2026, 7, 31)),
    ...                 Terms(RateRule(None, Decimal(10)), None), date(2026, 9, 30))
    >>> waiver = Waiver(date(2026, 8, 31), Decimal("20.00"), Decimal("40.00"))
    >>> [str(part) for part in waived(Settled(waivers=[waiver]), ran.segments)]
    ['8.49', '40.00']
    """
    interest = indemnity = ZERO
    for waiver in settled.waivers:
        ran = total(within_days(segments, date.min, waiver.day, digits))
        interest = min(interest + waiver.interest, ran)
        indemnity += waiver.indemnity
    interest -= sum((charge.waived for charge in settled.charges), ZERO)
    return max(ZERO, interest), max(ZERO, indemnity - settled.indemnity_waived)


def charge_gap(charges, statements, digits=2):
    """What the days that debit notes charged come to now, less what these charged: a
    payment that bounced since makes it more, a credit note that came late less.

    :param statements: ``{key: Statement}``; what was charged of debts that are there no
        more is not compared

    Charged while half of the 1 000.00 seemed to be paid:

    >>> from .interest import LateDebt, Terms, statement
    >>> from .rates import RateRule
    >>> ran = statement(LateDebt(Decimal("1000.00"), date(2026, 7, 31)),
    ...                 Terms(RateRule(None, Decimal(10)), None), date(2026, 9, 30))
    >>> charge = Charge("due", date(2026, 8, 1), date(2026, 8, 31), Decimal("4.25"),
    ...                 Decimal("4.246575"))
    >>> str(charge_gap([charge], {"due": ran}))
    '4.25'
    """
    gap = ZERO
    for charge in charges:
        if charge.key is None:
            continue
        found = statements.get(charge.key)
        now = within_days(
            found.segments if found else (), charge.date_from, charge.date_to, digits
        )
        gap += sum((segment.exact for segment in now), ZERO) - charge.exact
    return round_half_up(gap, digits)


def settled_interest(settled, key):
    """Interest of a debt that is due no more without having been paid on it: charged by
    a debit note, or forgiven. It is not capitalised (C. civ. 1343-2 has interest *due*
    bear interest).

    :return: list of ``(day, amount)``

    What a debit note left out is forgiven by its waiver, and counts once:

    >>> charge = Charge("due", date(2026, 8, 1), date(2026, 8, 31), Decimal("8.49"),
    ...                 Decimal("8.493151"), waived=Decimal("1.00"))
    >>> waiver = Waiver(date(2026, 8, 31), Decimal("1.00"))
    >>> [str(amount) for _day, amount in
    ...  settled_interest(Settled([charge], [waiver]), "due")]
    ['7.49', '1.00']
    """
    return [
        *(
            (charge.date_to, charge.amount - charge.waived)
            for charge in settled.charges
            if charge.key in (key, None)
        ),
        *((waiver.day, waiver.interest) for waiver in settled.waivers),
    ]


def left_of(amount, waived):
    """What is left to claim of an amount of which a part was forgiven.

    >>> str(left_of(Decimal("40.00"), Decimal("15.00")))
    '25.00'
    >>> left_of(Decimal("40.00"), Decimal("50.00"))
    Decimal('0')
    """
    return max(ZERO, amount - waived)
