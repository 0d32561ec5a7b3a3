"""What is charged, forgiven and left of penalties: worked figures, and properties that
hold for every input."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from dateutil import easter as dateutil_easter
from dateutil.relativedelta import relativedelta
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.l10n_fr_recouvrement import law
from odoo.addons.l10n_fr_recouvrement.law import calendar

TEN_PERCENT = law.Terms(law.RateRule(None, Decimal(10)), None)
DUE, AT = date(2025, 12, 31), date(2026, 12, 31)
DAY = timedelta(days=1)

amounts = st.decimals("0.01", "1000000", places=2)
small = st.decimals("0", "500", places=2)
days = st.dates(DUE + DAY, AT)


def ran(amount=Decimal("1000.00"), payments=()):
    return law.statement(
        law.LateDebt(amount, DUE), TEN_PERCENT, AT, law.Events(payments)
    )


def charge(first, last, statement, key="due", waived=law.ZERO):
    """What a debit note charged of these days, as they were then."""
    segments = law.within_days(statement.segments, first, last)
    return law.Charge(
        key,
        first,
        last,
        law.total(segments),
        sum((segment.exact for segment in segments), law.ZERO),
        min(waived, law.total(segments)),
    )


@st.composite
def periods(draw):
    """Days one after the other that debit notes charged: ``[(first, last)]``."""
    bounds = sorted(draw(st.lists(days, min_size=2, max_size=6, unique=True)))
    return list(zip(bounds[::2], bounds[1::2], strict=False))


@st.composite
def waivers(draw):
    found = draw(st.lists(st.builds(law.Waiver, days, small, small), max_size=4))
    return sorted(found, key=lambda waiver: waiver.day)


@given(amounts, periods())
@settings(max_examples=100, deadline=None)
def test_no_day_is_charged_twice_and_none_is_lost(amount, charged):
    """C. com. L441-10, II: a day late bears interest, once."""
    statement = ran(amount)
    charges = [charge(first, last, statement) for first, last in charged]
    left = law.penalties({"due": statement}, law.Settled(charges)).interest
    counted = [
        segment.date_from + timedelta(days=rank)
        for segment in left.get("due", ())
        for rank in range(segment.days)
    ]
    for first, last in charged:
        counted += [
            first + timedelta(days=rank) for rank in range((last - first).days + 1)
        ]
    assert sorted(counted) == [
        DUE + timedelta(days=rank) for rank in range(1, (AT - DUE).days + 1)
    ]


@given(periods())
def test_days_of_a_debt_that_is_there_no_more_hold_for_the_whole_invoice(charged):
    statement = ran()
    found = [
        law.penalties(
            {"due": statement},
            law.Settled([charge(*part, statement, key=key) for part in charged]),
        )
        for key in ("due", None)
    ]
    assert found[0].interest == found[1].interest


@given(amounts, waivers(), periods())
@settings(max_examples=100, deadline=None)
def test_no_more_is_forgiven_than_ran_by_the_day_of_the_last_waiver(
    amount, forgiven, charged
):
    statement = ran(amount)
    charges = [charge(*part, statement, waived=Decimal(5)) for part in charged]
    found = law.penalties(
        {"due": statement},
        law.Settled(charges, forgiven),
        indemnity=Decimal("40.00"),
        indemnity_date=DUE + DAY,
    )
    last = max((waiver.day for waiver in forgiven), default=DUE)
    by_then = law.total(law.within_days(statement.segments, date.min, last))
    assert 0 <= found.waived_interest <= by_then
    assert found.waived_interest <= sum(waiver.interest for waiver in forgiven)
    assert 0 <= found.waived_indemnity <= found.indemnity
    assert found.interest_due >= 0
    assert found.indemnity_due == 40 - found.waived_indemnity


@given(amounts, waivers())
@settings(max_examples=100, deadline=None)
def test_what_is_forgiven_is_shared_among_the_debts_to_the_cent(amount, forgiven):
    statements = {"first": ran(amount), "second": ran(Decimal("250.00"))}
    found = law.penalties(statements, law.Settled(waivers=forgiven))
    shares = found.waived_by_line
    assert sum(shares.values()) == min(found.waived_interest, found.interest_ran)
    assert all(
        0 <= shares[key] <= law.total(part) for key, part in found.interest.items()
    )
    if shares["second"]:
        assert shares["first"] == law.total(found.interest["first"])


@given(amounts, periods())
@settings(max_examples=100, deadline=None)
def test_nothing_was_charged_otherwise_than_due_while_nothing_changed(amount, charged):
    statement = ran(amount)
    charges = [charge(*part, statement) for part in charged]
    assert law.charge_gap(charges, {"due": statement}) == 0


@given(amounts, periods(), days)
@settings(max_examples=100, deadline=None)
def test_a_payment_known_later_means_too_much_was_charged(amount, charged, paid_on):
    before = ran(amount)
    charges = [charge(*part, before) for part in charged]
    after = ran(amount, [law.Payment(paid_on, amount / 2)])
    assert law.charge_gap(charges, {"due": after}) <= 0
    # and the other way round, when it bounces
    charges = [charge(*part, after) for part in charged]
    assert law.charge_gap(charges, {"due": before}) >= 0


@given(st.lists(amounts, max_size=6), amounts)
def test_what_is_set_against_several_is_spent_once(parts, amount):
    shares = law.share_in_order(amount, parts)
    assert sum(shares) == min(amount, sum(parts))
    assert all(0 <= share <= part for share, part in zip(shares, parts, strict=True))


@given(amounts, amounts)
def test_what_is_left_is_never_negative(amount, forgiven):
    left = law.left_of(amount, forgiven)
    assert left >= 0
    assert left in (0, amount - forgiven)


def test_a_waiver_of_what_was_charged_counts_once():
    """10.00 of the interest forgiven, which the debit note left out."""
    statement = ran()
    part = charge(date(2026, 1, 1), date(2026, 6, 30), statement, waived=Decimal(10))
    settled = law.Settled([part], [law.Waiver(date(2026, 6, 30), Decimal(10))])
    assert law.penalties({"due": statement}, settled).waived_interest == 0
    not_due = law.settled_interest(settled, "due")
    assert sum(amount for _day, amount in not_due) == part.amount


def test_1343_2_interest_charged_net_of_a_waiver_is_not_taken_off_twice():
    """A year at 10 %: 1 000.00, of which 200.00 were charged and 50.00 forgiven."""
    part = law.Charge(
        "due",
        date(2026, 1, 1),
        date(2026, 3, 31),
        Decimal("250.00"),
        Decimal("250.00"),
        waived=Decimal("50.00"),
    )
    settled = law.Settled([part], [law.Waiver(date(2026, 3, 31), Decimal("50.00"))])
    terms = law.Terms(
        law.RateRule(None, Decimal(10)), None, capitalised_from=date(2026, 1, 1)
    )
    found = law.statement(
        law.LateDebt(Decimal("10000.00"), DUE),
        terms,
        AT,
        law.Events(settled=law.settled_interest(settled, "due")),
    )
    [capitalised] = found.capitalisations
    assert (capitalised.date, capitalised.amount) == (AT, Decimal("750.00"))


def test_costs_and_what_was_charged_of_them_stand_apart():
    found = law.penalties({}, law.Settled(costs=Decimal("72.50")))
    assert (found.costs, found.interest_due, found.indemnity_due) == (72.5, 0, 0)


@pytest.mark.parametrize(
    ("rank", "due"), [(1, "2026-06-19"), (2, "2026-12-31"), (3, "2026-12-31")]
)
def test_r2192_10_only_the_first_instalment_comes_before_its_day(rank, due):
    found = law.public_due(date(2026, 6, 19), date(2026, 12, 31), rank)
    assert found == date.fromisoformat(due)


def test_l622_28_the_judgment_that_opens_proceedings_stops_interest():
    opening = date(2026, 4, 2)
    assert law.last_day_before_insolvency(opening) == date(2026, 4, 1)
    assert law.last_day_before_insolvency(opening, day_counts=True) == opening


@given(amounts, st.lists(st.builds(law.Payment, days, amounts), max_size=4))
def test_where_nothing_runs_payments_lower_the_principal_alone(amount, payments):
    found = law.without_interest(amount, payments)
    assert not found.segments and found.interest_left == 0
    paid = sum((payment.amount for payment in payments), law.ZERO)
    assert found.principal_left == max(0, amount - paid)


@given(st.integers(1583, 4000))
def test_easter_agrees_with_another_reckoning(year):
    assert calendar.easter(year) == dateutil_easter.easter(year)


@given(st.dates(date(1950, 1, 1), date(2100, 1, 1)), st.integers(-60, 60))
def test_months_and_years_are_those_of_the_civil_code(day, count):
    """CPC 641: the same day, or the last one of a month that lacks it."""
    assert calendar.add_months(day, count) == day + relativedelta(months=count)
    assert calendar.add_years(day, count) == day + relativedelta(years=count)
    assert calendar.end_of_month(day) == day + relativedelta(day=31)
