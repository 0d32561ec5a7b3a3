"""What credits are made of, on random books: nothing is lost on the way."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo.addons.l10n_fr_recouvrement.law import share_pro_rata
from odoo.addons.l10n_fr_recouvrement.models.penalty.settlement_book import (
    Book,
    Settlement,
    explain,
)
from odoo.addons.l10n_fr_recouvrement.paper.words import natures

CODES = [nature.code for nature in natures.all_natures()]
CENTS = st.integers(1, 10**7).map(lambda cents: Decimal(cents).scaleb(-2))
DAYS = st.integers(0, 400).map(lambda days: date(2026, 1, 1) + timedelta(days))
# Books are made of many draws, which a busy machine takes its time for.
RANDOM = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


def split(draw, whole, count):
    """Cut an amount into ``count`` parts, some of which may be nothing."""
    cents = int(whole * 100)
    cuts = sorted(draw(st.integers(0, cents)) for _rank in range(count - 1))
    return [
        Decimal(end - start).scaleb(-2)
        for start, end in zip([0, *cuts], [*cuts, cents], strict=True)
    ]


@st.composite
def entries(draw):
    """Lines of a balanced entry, with one credit to be explained at least."""
    rows, number = [], 0

    def add(balance, **vals):
        nonlocal number
        number += 1
        rows.append(
            {
                "id": number,
                "balance": balance,
                "nature": draw(st.sampled_from(CODES)),
                "partner_id": draw(st.sampled_from([None, 1, 2, 3])),
                "is_tax": draw(st.booleans()),
                "due": None,
                "is_claim": False,
                **vals,
            }
        )

    for balance in draw(st.lists(CENTS, min_size=1, max_size=6)):
        add(balance)
    whole = sum(row["balance"] for row in rows)
    claims = draw(st.integers(1, 4))
    parts = split(draw, whole, claims + 1)
    for rank, part in enumerate(parts):
        if part:
            add(-part, is_claim=rank < claims, is_tax=False)
    return rows


@RANDOM
@given(entries())
def test_an_entry_explains_the_whole_of_its_credits(rows):
    found = explain(rows, 2)
    for row in rows:
        if row["is_claim"]:
            amounts = [amount for _source, amount in found[row["id"]]]
            assert sum(amounts) == -row["balance"]
            assert all(amount > 0 for amount in amounts)


@RANDOM
@given(CENTS, st.lists(CENTS, min_size=1, max_size=6))
def test_shares_pro_rata_add_up(amount, parts):
    shares = share_pro_rata(amount, parts)
    assert sum(shares) == amount
    assert all(share >= 0 for share in shares)
    if amount <= sum(parts):
        assert all(share <= part for share, part in zip(shares, parts, strict=True))


@st.composite
def books(draw):
    """Entries that settle each other, in any order and in circles too."""
    entries_drawn = [draw(entries()) for _rank in range(draw(st.integers(1, 4)))]
    sources, debits = {}, [(0, Decimal(10**6))]
    for rank, rows in enumerate(entries_drawn):
        for row in rows:
            row["id"] += 100 * (rank + 1)
        found = explain(rows, 2)
        sources.update(found)
        debits += [
            (row["id"], row["balance"])
            for row in rows
            if row["balance"] > 0 and natures.get(row["nature"]).lives_on
        ]
    partials, left = [], dict(debits)
    for credit_id, parts in sources.items():
        credit = sum((amount for _source, amount in parts), Decimal(0))
        for share in split(draw, credit, draw(st.integers(1, 3))):
            debit_id = draw(st.sampled_from([debit for debit, _amount in debits]))
            amount = min(share, left[debit_id])
            if amount:
                left[debit_id] -= amount
                partials.append(
                    {
                        "id": len(partials) + 1,
                        "debit_id": debit_id,
                        "credit_id": credit_id,
                        "date": draw(DAYS),
                        "amount": amount,
                    }
                )
    return Book(sources, partials, 2), partials


@RANDOM
@given(books(), st.sampled_from(["nature", "goes_on", "payment", "gesture"]))
def test_parts_add_up_to_what_is_reconciled(drawn, effect):
    book, partials = drawn
    for partial in partials:
        parts = book.get_parts(partial, partial["amount"], 2)
        assert sum(part.amount for part in parts) == partial["amount"]
        assert all(part.amount > 0 and part.date >= partial["date"] for part in parts)
        settlement = Settlement(
            partial["id"], 0, 0, partial["date"], partial["amount"], effect, parts
        )
        counted = sum(payment.amount for payment in settlement.payments)
        assert counted <= partial["amount"]
        assert settlement.lives_on == (counted < partial["amount"])
        money = sum(part.amount for part in parts if part.is_money)
        assert counted >= money, "what came in counts, whatever is chosen"
