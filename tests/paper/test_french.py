"""What letters write, spelt and set as in France: pure functions, no database."""

import re
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.l10n_fr_recouvrement.paper.page import epc, table_pages
from odoo.addons.l10n_fr_recouvrement.paper.words import french

IBAN = "FR7630006000011234567890189"


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "zéro euro"),
        ("0.01", "zéro euro et un centime"),
        ("1", "un euro"),
        ("2", "deux euros"),
        ("21", "vingt et un euros"),
        ("71.71", "soixante et onze euros et soixante et onze centimes"),
        ("80", "quatre-vingts euros"),
        ("81", "quatre-vingt-un euros"),
        ("99.99", "quatre-vingt-dix-neuf euros et quatre-vingt-dix-neuf centimes"),
        ("100", "cent euros"),
        ("200", "deux cents euros"),
        ("201", "deux cent un euros"),
        ("1000", "mille euros"),
        ("1234.56", "mille deux cent trente-quatre euros et cinquante-six centimes"),
        ("80000", "quatre-vingt mille euros"),
        ("200000", "deux cent mille euros"),
        ("1000000", "un million d’euros"),
        ("1000001", "un million un euros"),
        ("2000000.20", "deux millions d’euros et vingt centimes"),
        ("200000000", "deux cents millions d’euros"),
        ("1000000000", "un milliard d’euros"),
    ],
)
def test_amount_in_words(amount, words):
    assert french.amount_in_words(Decimal(amount)) == words


@pytest.mark.parametrize(
    ("currency", "words"),
    [
        ("USD", "deux millions de dollars américains et un cent"),
        ("CHF", "deux millions de francs suisses et un centime"),
        ("GBP", "deux millions de livres sterling et un penny"),
        ("SEK", "deux millions de couronnes suédoises et un centième"),
    ],
)
def test_amount_in_words_of_other_currencies(currency, words):
    assert french.amount_in_words(Decimal("2000000.01"), currency) == words


def test_amounts_and_dates_as_they_are_written():
    assert french.format_amount(Decimal("1234567.8")) == "1\u202f234\u202f567,80\u00a0€"
    assert french.format_amount(Decimal("-0.5")) == "\u22120,50\u00a0€"
    assert french.format_amount(Decimal(12), "GBP") == "12,00\u00a0£GB"
    assert french.format_percent(Decimal("0")) == "0,00\u00a0%"
    assert french.format_date(date(2026, 8, 1)) == "1er\u00a0août\u00a02026"
    assert french.format_date(date(2026, 2, 11)) == "11\u00a0février\u00a02026"
    assert french.format_siren("334175221") == "334\u00a0175\u00a0221"
    assert french.format_siren("12345") == ""


@settings(deadline=None)
@given(st.text())
def test_typography_settles_at_once(text):
    once = french.nbsp(text)
    assert french.nbsp(once) == once
    assert len(once) == len(text), "spaces change, none is added or taken away"


LINE = st.text(st.characters(categories=("L", "N"), include_characters=" ,.-'"))


@settings(deadline=None)
@given(
    st.lists(LINE, max_size=3),
    st.lists(LINE, max_size=3),
    LINE,
    LINE,
    st.sampled_from(["FR", "BE", "CH", None]),
)
def test_an_address_always_fits_its_window(names, streets, zip_code, city, country):
    lines = french.postal_address(names, streets, zip_code, city, country)
    assert len(lines) <= 6
    assert all(0 < len(line) <= 38 for line in lines)
    assert not any(re.search(r"^\s|\s$|\s\s", line) for line in lines)


def test_address_abroad_ends_with_the_country():
    lines = french.postal_address(
        ["Boulangerie Peeters"], ["Rue de l’Essai 3"], "1000", "Bruxelles", "BE"
    )
    assert lines == [
        "Boulangerie Peeters",
        "Rue de l’Essai 3",
        "1000 BRUXELLES",
        "BELGIQUE",
    ]


@settings(deadline=None)
@given(
    st.text(min_size=1),
    st.decimals(Decimal("0.01"), epc.MAX_AMOUNT, places=2),
    st.text(),
)
def test_payment_code_keeps_to_its_standard(name, amount, remittance):
    if not name.split():
        name = "Ateliers Exemple"
    text = epc.payload(name, IBAN, amount, bic="AGRIFRPPXXX", remittance=remittance)
    assert len(text.encode()) <= 331
    fields = text.split("\n")
    assert fields[:4] == ["BCD", "002", "1", "SCT"]
    assert 0 < len(fields[5]) <= 70
    assert Decimal(fields[7].removeprefix("EUR")) == amount
    assert len(fields) <= 11
    assert len(fields[10] if len(fields) > 10 else "") <= 140


def test_payment_code_exists_in_euros_only():
    assert epc.payload("Ateliers", IBAN, Decimal(10), "CHF") is None
    assert epc.payload("Ateliers", "", Decimal(10)) is None


@pytest.mark.parametrize(
    ("vals", "reason"),
    [
        ({"amount": Decimal("-1")}, "not between"),
        ({"amount": Decimal("1000000000")}, "not between"),
        ({"amount": Decimal("1.001")}, "two decimals"),
        ({"name": ""}, "no name"),
        ({"iban": "FR7630006000011234567890180"}, "not an IBAN"),
        ({"bic": "AGRI"}, "not a BIC"),
    ],
)
def test_payment_code_refuses_misuse(vals, reason):
    good = {"name": "Ateliers", "iban": IBAN, "amount": Decimal(1), "bic": "AGRIFRPP"}
    with pytest.raises(ValueError, match=reason):
        epc.payload(**{**good, **vals})


@settings(deadline=None)
@given(st.lists(st.booleans(), min_size=1, max_size=200), st.integers(0, 60))
def test_pages_of_an_annex_hold_every_row_once(details, others):
    rows = [
        {"n": n, "detail": "x" if more else "", "figures": {"due": Decimal(n)}}
        for n, more in enumerate(details)
    ]
    tables = [
        {"caption": "", "rows": rows, "sums": ["total"]},
        {"caption": "Pénalités", "rows": [{"n": -1}] * others, "sums": ["total"]},
    ]
    pages = table_pages.paginate(tables)
    parts = [part for page in pages for part in page]
    found = [row["n"] for part in parts for row in part["rows"]]
    assert found == [*range(len(rows)), *([-1] * others)]
    assert sum(len(part["sums"]) for part in parts) == 1 + bool(others)
    for page in pages:
        taken = sum(
            table_pages.height(part)
            + (0 if part["caption"] else table_pages.HEAD_ROWS)
            + ("brought" in part)
            + ("carried" in part)
            for part in page
        )
        assert taken <= table_pages.PAGE_ROWS
        assert all(part["rows"] for part in page)
    carried = 0
    for part in (part for part in parts if not part["caption"]):
        assert part.get("brought", {}).get("due", 0) == carried
        carried += sum(row["figures"]["due"] for row in part["rows"])
        assert part.get("carried", {}).get("due", carried) == carried
    assert carried == sum(range(len(rows)))
