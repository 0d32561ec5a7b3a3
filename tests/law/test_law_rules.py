"""Each rule of the law that follow-up applies, with its article: one test a rule."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.modules.module import get_module_path

from odoo.addons.l10n_fr_recouvrement import law

TABLE = law.RateTable.from_csv(
    f"{get_module_path('l10n_fr_recouvrement')}/data/rates.csv"
)
BUSINESS = law.RateRule("ecb_refi", Decimal(10))
LEGAL = law.RateRule("legal_other")
FACTOR = Decimal(3)


def state(principal, due, at, payments=(), rule=BUSINESS, settled=(), **terms):
    return law.statement(
        law.LateDebt(Decimal(principal), date.fromisoformat(due)),
        law.Terms(rule, TABLE, **terms),
        date.fromisoformat(at),
        law.Events(
            [
                law.Payment(date.fromisoformat(day), Decimal(part), *kind)
                for day, part, *kind in payments
            ],
            settled,
        ),
    )


def contract(rate, below):
    return law.ContractRule(Decimal(rate), FACTOR, below, BUSINESS)


# ----------------------------------------------------------------------
# Contract rates (C. com. L441-10, II)
# ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("below", "amount"),
    [("floor", "61.03"), ("default", "91.73"), ("contract", "36.99")],
)
def test_l441_10_a_rate_under_the_floor_follows_the_creditors_choice(below, amount):
    found = state("6000.00", "2026-08-31", "2026-10-15", rule=contract(5, below))
    assert str(found.interest) == amount


def test_l441_10_a_lawful_contract_rate_is_applied_as_it_is():
    found = state("6000.00", "2026-08-31", "2026-10-15", rule=contract(10, "floor"))
    assert [str(segment.rate) for segment in found.segments] == ["10"]
    assert str(found.interest) == "73.97"


def test_l441_10_the_floor_moves_with_each_half_year():
    """8 % is lawful in the first half of 2026 (floor 7.86) and not in the second."""
    found = state("1000.00", "2026-06-20", "2026-07-10", rule=contract(8, "floor"))
    assert [(s.days, str(s.rate), s.index) for s in found.segments] == [
        (10, "8", None),
        (10, "8.25", "legal_other"),
    ]


# ----------------------------------------------------------------------
# Credit notes
# ----------------------------------------------------------------------


def test_a_corrected_price_was_never_owed():
    found = state(
        "1000.00",
        "2026-07-31",
        "2026-09-30",
        [("2026-09-15", "400.00", "correction"), ("2026-08-20", "600.00")],
    )
    assert [(str(s.base), s.days) for s in found.segments] == [("600.00", 20)]
    assert found.principal_left == 0


def test_a_price_corrected_after_interest_stopped_was_never_owed_either():
    """C. com. L622-28 stops interest; what the invoice was worth is another matter."""
    found = state(
        "1000.00",
        "2026-07-31",
        "2026-08-31",
        [("2026-10-15", "400.00", "correction"), ("2026-10-20", "100.00")],
    )
    assert [(str(s.base), s.days) for s in found.segments] == [("600.00", 31)]
    assert found.principal_left == 500


def test_a_gesture_counts_from_its_date():
    found = state(
        "1000.00", "2026-07-31", "2026-09-30", [("2026-09-15", "400.00", "gesture")]
    )
    assert [(str(s.base), s.days) for s in found.segments] == [
        ("1000.00", 46),
        ("600.00", 15),
    ]


def test_1343_1_a_credit_note_is_no_payment_and_pays_no_interest():
    found = state(
        "1000.00",
        "2026-07-31",
        "2026-09-30",
        [("2026-09-15", "400.00", "gesture")],
        imputation="interest_first",
    )
    (part,) = found.imputations
    assert (part.to_interest, part.to_principal) == (0, Decimal("400.00"))


# ----------------------------------------------------------------------
# Judgments (C. civ. 1231-7 and 1343-2, CMF L313-3)
# ----------------------------------------------------------------------


def test_l313_3_five_points_more_two_months_after_the_judgment_is_enforceable():
    rule = law.judgment_rule(
        date(2026, 1, 15), date(2026, 2, 20), Decimal(5), 2, before=BUSINESS
    )
    found = state("10000.00", "2025-12-31", "2026-07-31", rule=rule)
    assert [(s.date_from.isoformat(), s.days, str(s.rate)) for s in found.segments] == [
        ("2026-01-01", 14, "12.15"),
        ("2026-01-15", 96, "2.62"),
        # two months from 20 February end on 20 April
        ("2026-04-21", 71, "7.62"),
        ("2026-07-01", 31, "7.75"),
    ]


def test_l313_3_no_increase_while_the_judgment_is_not_enforceable():
    rule = law.judgment_rule(date(2026, 1, 15), None, Decimal(5), 2)
    found = state("10000.00", "2026-01-14", "2026-06-30", rule=rule)
    assert [str(s.rate) for s in found.segments] == ["2.62"]


def test_1343_2_interest_due_for_a_year_bears_interest_once_claimed():
    """Claimed on 1 March 2025, a year of interest is due on 31 January 2026."""
    found = state(
        "10000.00",
        "2025-01-31",
        "2026-03-31",
        rule=law.RateRule(None, Decimal(10)),
        capitalised_from=date(2025, 3, 1),
    )
    (capitalised,) = found.capitalisations
    assert capitalised.date == date(2026, 1, 31)
    # 150 days to the end of June, 184, and 31 in January: a year at 10 %
    assert capitalised.amount == Decimal("1000.00")
    assert [(str(s.base), s.days, str(s.amount)) for s in found.segments] == [
        ("10000.00", 150, "410.96"),
        ("10000.00", 184, "504.11"),
        ("10000.00", 31, "84.93"),
        ("11000.00", 59, "177.81"),
    ]
    assert found.interest_left == Decimal("1177.81")


def test_1343_2_nothing_is_capitalised_before_it_is_claimed():
    claimed = date(2026, 3, 1)
    found = state(
        "10000.00", "2024-01-31", "2026-03-31", rule=LEGAL, capitalised_from=claimed
    )
    assert [part.date for part in found.capitalisations] == [claimed]
    assert not state("10000.00", "2024-01-31", "2026-03-31").capitalisations


def test_1343_2_interest_charged_or_forgiven_is_not_capitalised():
    """It is due no more: 300.00 of the 1 000.00 that ran in the year."""
    found = state(
        "10000.00",
        "2025-01-31",
        "2026-03-31",
        rule=law.RateRule(None, Decimal(10)),
        capitalised_from=date(2025, 3, 1),
        settled=[
            (date(2025, 4, 30), Decimal("200.00")),
            (date(2025, 6, 1), Decimal("100.00")),
            (date(2026, 2, 15), Decimal("50.00")),  # after the anniversary
        ],
    )
    (capitalised,) = found.capitalisations
    assert capitalised.amount == Decimal("700.00")
    assert found.segments[-1].base == Decimal("10700.00")


def test_a_judgment_changes_what_the_one_before_it_left():
    """Legal interest by one (C. civ. 1231-7), time to pay by the next (1343-5)."""
    legal = law.judgment_rule(
        date(2026, 1, 15), date(2026, 2, 20), Decimal(5), 2, before=BUSINESS
    )
    rule = law.with_grace(legal, date(2026, 3, 1), date(2026, 4, 30), Decimal(0))
    found = state("10000.00", "2025-12-31", "2026-06-30", rule=rule)
    assert [(s.date_from.isoformat(), str(s.rate)) for s in found.segments] == [
        ("2026-01-01", "12.15"),
        ("2026-01-15", "2.62"),
        ("2026-03-01", "0"),
        ("2026-05-01", "7.62"),
    ]


def test_1343_5_no_penalties_while_the_time_granted_runs():
    rule = law.with_grace(BUSINESS, date(2026, 3, 1), date(2026, 5, 31), Decimal(0))
    found = state("10000.00", "2026-01-31", "2026-06-30", rule=rule)
    assert [(s.days, str(s.amount)) for s in found.segments] == [
        (28, "93.21"),
        (92, "0.00"),
        (30, "99.86"),
    ]


def test_22_24_275_penalties_and_legal_interest_never_add_up():
    """Cass. com. 24-04-2024: each day bears one rate, before and after a judgment."""
    rule = law.judgment_rule(
        date(2026, 3, 1), date(2026, 3, 1), Decimal(5), 2, before=BUSINESS
    )
    found = state("10000.00", "2026-01-31", "2026-12-31", rule=rule)
    assert sum(segment.days for segment in found.segments) == 334
    assert max(segment.rate for segment in found.segments) == Decimal("12.15")


# ----------------------------------------------------------------------
# Who the creditor is, what the base is, which days count
# ----------------------------------------------------------------------


def test_l313_2_a_company_is_among_the_other_creditors_whoever_the_debtor_is():
    found = state("1850.00", "2026-05-12", "2026-08-31", rule=LEGAL)
    assert [str(segment.rate) for segment in found.segments] == ["2.62", "2.75"]


def test_c_306_06_the_day_the_account_is_credited_is_the_last_one():
    found = state("10000.00", "2026-07-31", "2026-12-31", [("2026-09-15", "10000.00")])
    (segment,) = found.segments
    assert (segment.date_to, segment.days) == (date(2026, 9, 15), 46)


def test_1342_10_undirected_payments_go_to_the_oldest_debt():
    debts = [
        law.Debt("young", date(2026, 3, 31), Decimal("100.00")),
        law.Debt("old", date(2026, 1, 31), Decimal("60.00")),
    ]
    imputed = law.impute_oldest_first(
        [law.Payment(date(2026, 4, 10), Decimal("90.00"))], debts
    )
    assert law.total(imputed["old"]) == 60
    assert law.total(imputed["young"]) == 30


def test_r2192_31_a_public_body_keeps_the_rate_of_the_half_year_it_began_in():
    rule = law.RateRule("ecb_refi", Decimal(8), frozen=True)
    found = state("24000.00", "2026-06-19", "2026-08-10", rule=rule)
    assert [(str(s.rate), str(s.amount)) for s in found.segments] == [
        ("10.15", "347.05")
    ]


def test_91_21_141_the_divisor_is_365_or_the_days_of_the_year():
    """Cass. com. 10-01-1995: no text fixes it, it is printed."""
    for divisor, amount in (("365", "476.71"), ("actual", "475.41")):
        found = state("20000.00", "2024-01-31", "2024-03-31", divisor=divisor)
        assert str(found.interest) == amount
    assert found.segments[0].divisor == 366


# ----------------------------------------------------------------------
# Terms of payment
# ----------------------------------------------------------------------


def test_l441_10_longest_terms_of_payment():
    invoiced = date(2026, 9, 10)
    assert law.net_due(invoiced, 60) == date(2026, 11, 9)
    assert law.end_of_month_due(invoiced, 45) == date(2026, 10, 31)
    assert law.end_of_month_due(invoiced, 45, month_first=True) == date(2026, 11, 14)
    # none agreed: 30 days from reception
    assert law.net_due(date(2026, 9, 3), 30) == date(2026, 10, 3)


def test_r2192_10_a_public_body_pays_within_30_days_of_the_request():
    assert law.net_due(date(2026, 5, 20), 30) == date(2026, 6, 19)


def test_r2192_36_interest_and_indemnity_within_45_days_of_the_principal():
    assert law.net_due(date(2026, 8, 10), 45) == date(2026, 9, 24)


# ----------------------------------------------------------------------
# Properties of it all together
# ----------------------------------------------------------------------

amounts = st.decimals("0.01", "1000000", places=2)
days = st.dates(date(2015, 1, 1), date(2026, 12, 31))
rules = st.sampled_from(
    [
        BUSINESS,
        LEGAL,
        contract(8, "floor"),
        contract(8, "default"),
        law.judgment_rule(
            date(2020, 3, 1), date(2020, 4, 1), Decimal(5), 2, before=BUSINESS
        ),
    ]
)


@st.composite
def debts(draw):
    due = draw(days)
    at = min(due + timedelta(days=draw(st.integers(0, 1500))), date(2026, 12, 31))
    payments = draw(
        st.lists(
            st.builds(
                law.Payment,
                st.dates(due - timedelta(30), max(at, due)),
                amounts,
                st.sampled_from(["payment", "gesture", "correction"]),
            ),
            max_size=4,
        )
    )
    return draw(amounts), due, at, payments


@given(debts(), rules, st.sampled_from(["interest_first", "principal_first"]), days)
@settings(max_examples=200, deadline=None)
def test_every_statement_foots_and_counts_each_day_once(debt, rule, order, claimed):
    principal, due, at, payments = debt
    found = law.statement(
        law.LateDebt(principal, due),
        law.Terms(rule, TABLE, imputation=order, capitalised_from=claimed),
        at,
        law.Events(payments),
    )
    paid = sum((part.to_principal + part.to_interest for part in found.imputations), 0)
    left = found.principal_left + found.interest_left
    assert left == principal + found.interest - paid
    assert found.principal_left >= 0 and found.interest_left >= 0
    expected = due + timedelta(days=1)
    for segment in found.segments:
        assert segment.date_from == expected
        assert segment.days == (segment.date_to - segment.date_from).days + 1
        expected = segment.date_to + timedelta(days=1)
    assert expected <= max(at, due) + timedelta(days=1)


@given(debts(), days)
@settings(max_examples=200, deadline=None)
def test_capitalised_interest_never_costs_the_debtor_less(debt, claimed):
    principal, due, at, payments = debt
    plain, capitalised = (
        law.statement(
            law.LateDebt(principal, due),
            law.Terms(LEGAL, TABLE, capitalised_from=start),
            at,
            law.Events(payments),
        )
        for start in (None, claimed)
    )
    slack = Decimal("0.005") * (len(plain.segments) + len(capitalised.segments))
    assert capitalised.interest + slack >= plain.interest
