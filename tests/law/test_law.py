"""The law alone: worked figures, and properties that hold for every input."""

import json
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.modules.module import get_module_path

from odoo.addons.l10n_fr_recouvrement import law

TABLE = law.RateTable.from_csv(
    f"{get_module_path('l10n_fr_recouvrement')}/data/rates.csv"
)
BUSINESS = law.RateRule("ecb_refi", Decimal(10))
PUBLIC = law.RateRule("ecb_refi", Decimal(8), frozen=True)
CONSUMER = law.RateRule("legal_other")


def state(principal, due, at, rule, table, payments=(), divisor="365", **terms):
    return law.statement(
        law.LateDebt(principal, due),
        law.Terms(rule, table, divisor, **terms),
        at,
        law.Events(payments),
    )


def late_segments(*debt):
    return list(state(*debt).segments)


def segments(principal, due, at, payments=(), rule=BUSINESS, divisor="365"):
    return late_segments(
        Decimal(principal),
        date.fromisoformat(due),
        date.fromisoformat(at),
        rule,
        TABLE,
        [law.Payment(date.fromisoformat(day), Decimal(part)) for day, part in payments],
        divisor,
    )


@pytest.mark.parametrize(
    ("principal", "due", "at", "payments", "rule", "divisor", "amounts"),
    [
        # C. com. L441-10, II: from the day after the due date to the payment
        ("10000.00", "2026-07-31", "2026-09-15", (), BUSINESS, "365", ["156.27"]),
        # the edge of a half-year
        ("10000.00", "2026-06-30", "2026-07-10", (), BUSINESS, "365", ["33.97"]),
        (
            "10000.00",
            "2026-06-29",
            "2026-07-10",
            (),
            BUSINESS,
            "365",
            ["3.33", "33.97"],
        ),
        # three half-years and two payments on the way
        (
            "12000.00",
            "2022-11-30",
            "2023-08-31",
            (("2023-02-15", "5000.00"), ("2023-05-31", "2500.00")),
            BUSINESS,
            "365",
            ["101.92", "189.04", "251.71", "46.23", "107.01"],
        ),
        # 29 February and the year's end, by each divisor (Cass. com. 91-21.141)
        ("20000.00", "2024-01-31", "2024-03-31", (), BUSINESS, "365", ["476.71"]),
        ("20000.00", "2024-01-31", "2024-03-31", (), BUSINESS, "actual", ["475.41"]),
        (
            "36500.00",
            "2023-12-15",
            "2024-01-15",
            (),
            BUSINESS,
            "actual",
            ["224.00", "216.91"],
        ),
        # C. civ. 1231-6: legal rate of "other" creditors, re-fixed each half-year
        ("1850.00", "2026-05-12", "2026-08-31", (), CONSUMER, "365", ["6.51", "8.64"]),
        # CCP R2192-31: the rate of the half-year in which interest began
        ("24000.00", "2026-06-19", "2026-08-10", (), PUBLIC, "365", ["347.05"]),
        ("33.33", "2026-10-01", "2026-10-02", (), BUSINESS, "365", ["0.01"]),
    ],
)
def test_worked_figures(principal, due, at, payments, rule, divisor, amounts):
    found = segments(principal, due, at, payments, rule, divisor)
    assert [str(segment.amount) for segment in found] == amounts


EXAMPLES = json.loads(
    Path(__file__).with_name("worked_examples.json").read_text(encoding="utf-8")
)
REGIMES = {
    "b2b_default": BUSINESS,
    "b2c_legal_autre_from_MED": CONSUMER,
    "public_30d_frozen": PUBLIC,
}


@pytest.mark.parametrize("example", EXAMPLES, ids=[e["id"] for e in EXAMPLES])
def test_worked_examples(example):
    """Figures checked elsewhere by a sum day by day, to the cent."""
    found = state(
        Decimal(example["principal"]),
        date.fromisoformat(example["due_or_start_excl"]),
        date.fromisoformat(example["at"]),
        REGIMES[example["regime"]],
        TABLE,
        [
            law.Payment(date.fromisoformat(day), Decimal(part))
            for day, part in example["payments"]
        ],
        {"365": "365", "act": "actual"}[example["basis"]],
        imputation=example["imputation"],
    )
    assert [
        {
            "frm": segment.date_from.isoformat(),
            "to": segment.date_to.isoformat(),
            "days": segment.days,
            "base": str(segment.base),
            "rate": str(segment.rate),
            "divisor": segment.divisor,
            "amount": str(segment.amount),
        }
        for segment in found.segments
    ] == example["segments"]
    assert law.total(found.segments) == Decimal(example["interest_total_lines"])
    assert found.principal_left == Decimal(example["principal_left"])
    assert found.interest_left == Decimal(example["interest_left"])
    due = found.principal_left + found.interest_left + Decimal(example["indemnity"])
    assert due == Decimal(example["total_due"])


@pytest.mark.parametrize(
    ("rule", "amount"),
    [
        # a contract rate under the floor; three times the legal rate; the default
        (law.RateRule(None, Decimal(5)), "36.99"),
        (law.RateRule("legal_other", factor=Decimal(3)), "61.03"),
        (BUSINESS, "91.73"),
    ],
)
def test_contract_rate_floor_and_default(rule, amount):
    """C. com. L441-10, II: the same delay under the three rates a creditor meets."""
    found = segments("6000.00", "2026-08-31", "2026-10-15", rule=rule)
    assert [str(segment.amount) for segment in found] == [amount]


def test_contract_rate_under_the_floor_is_told_by_half_year():
    assert law.half_years_below_floor(
        Decimal(8), TABLE, date(2025, 9, 1), date(2026, 9, 1), Decimal(3)
    ) == [date(2025, 7, 1), date(2026, 7, 1)]
    with pytest.raises(law.UnknownHalfYearError):
        law.half_years_below_floor(
            Decimal(8), TABLE, date(2026, 9, 1), date(2027, 1, 1), Decimal(3)
        )


def test_unknown_half_year_is_an_error_that_names_it():
    with pytest.raises(law.UnknownHalfYearError, match="2027-01-01") as caught:
        segments("100.00", "2026-12-15", "2027-01-02")
    assert caught.value.date_from == date(2027, 1, 1)


def test_a_frozen_rate_does_not_need_the_half_years_after():
    assert segments("100.00", "2026-12-15", "2027-02-01", rule=PUBLIC)


def test_payment_in_time_lowers_the_base_from_the_start():
    found = segments("100.00", "2026-07-31", "2026-08-31", [("2026-07-31", "40.00")])
    assert [segment.base for segment in found] == [Decimal("60.00")]


def test_nothing_is_late_on_the_due_date_or_once_paid():
    assert segments("100.00", "2026-07-31", "2026-07-31") == []
    found = segments("100.00", "2026-07-31", "2026-12-31", [("2026-08-10", "100.00")])
    assert [segment.days for segment in found] == [10]


amount = st.decimals("0.01", "1000000", places=2)
day = st.dates(date(2009, 1, 1), date(2026, 12, 31))
rules = st.sampled_from([BUSINESS, PUBLIC, CONSUMER])
divisors = st.sampled_from(["365", "actual"])


@st.composite
def delays(draw):
    """A late debt with payments on the way: principal, due, at, payments."""
    due = draw(day)
    at = due + timedelta(days=draw(st.integers(0, 1500)))
    at = min(at, date(2026, 12, 31))
    principal = draw(amount)
    payments = draw(
        st.lists(
            st.builds(law.Payment, st.dates(due - timedelta(30), max(at, due)), amount),
            max_size=4,
        )
    )
    return principal, due, at, payments


@given(delays(), rules, divisors)
@settings(max_examples=200, deadline=None)
def test_each_late_day_is_counted_once(delay, rule, divisor):
    principal, due, at, payments = delay
    found = late_segments(principal, due, at, rule, TABLE, payments, divisor)
    counted = [
        segment.date_from + timedelta(days=index)
        for segment in found
        for index in range(segment.days)
    ]
    expected = []
    current = due + timedelta(days=1)
    while current <= at:
        paid = sum(payment.amount for payment in payments if payment.date < current)
        if principal > paid:
            expected.append(current)
        current += timedelta(days=1)
    assert counted == expected


@given(delays(), rules, divisors)
@settings(max_examples=200, deadline=None)
def test_agrees_with_a_sum_day_by_day(delay, rule, divisor):
    principal, due, at, payments = delay
    found = late_segments(principal, due, at, rule, TABLE, payments, divisor)
    began = due + timedelta(days=1)
    expected = Decimal(0)
    current = began
    while current <= at:
        left = principal - sum(p.amount for p in payments if p.date < current)
        year = (date(current.year + 1, 1, 1) - date(current.year, 1, 1)).days
        rate = rule.rate(TABLE, current, began)
        if left > 0:
            expected += left * rate / (100 * (365 if divisor == "365" else year))
        current += timedelta(days=1)
    exact = sum((segment.exact for segment in found), Decimal(0))
    assert abs(exact - expected) < Decimal("1e-15") * max(1, expected) * 10**6


@given(delays(), divisors, st.integers(1, 60))
@settings(max_examples=200, deadline=None)
def test_more_delay_never_costs_less(delay, divisor, more):
    principal, due, at, payments = delay
    later = min(at + timedelta(days=more), date(2026, 12, 31))
    short = late_segments(principal, due, at, BUSINESS, TABLE, payments, divisor)
    long = late_segments(principal, due, later, BUSINESS, TABLE, payments, divisor)
    assert law.total(long) >= law.total(short)


@given(delays(), rules, divisors)
@settings(max_examples=200, deadline=None)
def test_interest_first_never_leaves_less_due(delay, rule, divisor):
    """C. civ. 1343-1 is never to the debtor's advantage."""
    principal, due, at, payments = delay
    first, second = (
        state(principal, due, at, rule, TABLE, payments, divisor, imputation=order)
        for order in ("interest_first", "principal_first")
    )
    # Each printed segment may round by half a cent.
    slack = Decimal("0.005") * (len(first.segments) + len(second.segments))
    assert (
        first.principal_left + first.interest_left + slack
        >= second.principal_left + second.interest_left
    )


@given(
    delays(), rules, divisors, st.sampled_from(["interest_first", "principal_first"])
)
@settings(max_examples=200, deadline=None)
def test_a_statement_foots(delay, rule, divisor, order):
    """What is left is what was owed and ran, less what was paid."""
    principal, due, at, payments = delay
    found = state(principal, due, at, rule, TABLE, payments, divisor, imputation=order)
    paid = sum((part.to_principal + part.to_interest for part in found.imputations), 0)
    owed = principal + law.total(found.segments)
    assert found.principal_left + found.interest_left == owed - paid
    assert found.principal_left >= 0 and found.interest_left >= 0


@given(delays(), st.integers(1, 400), divisors)
@settings(max_examples=200, deadline=None)
def test_splitting_a_period_changes_nothing_before_rounding(delay, cut, divisor):
    principal, due, at, _payments = delay
    middle = min(due + timedelta(days=cut), at)
    whole = late_segments(principal, due, at, BUSINESS, TABLE, (), divisor)
    halves = late_segments(principal, due, middle, BUSINESS, TABLE, (), divisor)
    if middle > due:
        halves += late_segments(principal, middle, at, BUSINESS, TABLE, (), divisor)
    exact = [sum((s.exact for s in part), Decimal(0)) for part in (whole, halves)]
    assert middle <= due or abs(exact[0] - exact[1]) < Decimal("1e-18") * 10**8


@given(
    st.lists(st.builds(law.Payment, day, amount), max_size=4),
    st.lists(st.tuples(day, amount), min_size=1, max_size=6),
)
def test_imputation_spends_each_payment_once_and_no_debt_twice(payments, owed):
    debts = [law.Debt(index, due, part) for index, (due, part) in enumerate(owed)]
    imputed = law.impute_oldest_first(payments, debts)
    spent = sum((law.total(parts) for parts in imputed.values()), Decimal(0))
    available = sum((payment.amount for payment in payments), Decimal(0))
    assert spent == min(available, sum(debt.amount for debt in debts))
    for debt in debts:
        part = law.total(imputed.get(debt.key, ()))
        assert part <= debt.amount
        if part < debt.amount:
            younger = [other.key for other in debts if other.due > debt.due]
            assert not any(key in imputed for key in younger)
    taken = [Decimal(0)] * len(payments)
    for rank, key, part in law.allocate(payments, debts).principal:
        assert part in imputed[key]
        assert (part.date, part.kind) == (payments[rank].date, payments[rank].kind)
        taken[rank] += part.amount
    assert sum(taken) == spent
    assert all(
        amount <= payment.amount
        for amount, payment in zip(taken, payments, strict=True)
    )


def test_indemnity_is_whole_or_nothing():
    """C. com. D441-5: 40 EUR an invoice, not divisible, from the first day late."""
    forty = Decimal("40.00")
    due, after = date(2026, 10, 1), date(2026, 10, 2)
    assert law.flat_indemnity(forty, due, after, Decimal("0.01")) == forty
    assert law.flat_indemnity(forty, due, due, Decimal("100.00")) == 0
    assert law.flat_indemnity(forty, due, after, Decimal("0.00")) == 0


@given(day)
def test_next_working_day_is_the_first_one(today):
    found = law.next_working_day(today)
    assert law.is_working_day(found)
    skipped = [today + timedelta(days=i) for i in range((found - today).days)]
    assert not any(law.is_working_day(other) for other in skipped)
