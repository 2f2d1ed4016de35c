"""The roll-up of months says what the documents say, whatever is posted and in whatever order."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from portal.receivables.drafts import DocumentDraft
from portal.receivables.rollup import month_movements
from portal.receivables.rules import KINDS, SIGNED_KINDS


@st.composite
def drafts(draw: st.DrawFn) -> DocumentDraft:
    kind = draw(st.sampled_from(KINDS))
    amount = draw(st.integers(1, 10**12)) * (draw(st.sampled_from((1, -1))) if kind in SIGNED_KINDS else 1)
    day = draw(st.dates(date(2025, 11, 1), date(2026, 2, 28)))
    currency = draw(st.sampled_from(("CNY", "EUR")))
    return DocumentDraft(1, draw(st.integers(1, 3)), kind, "D", currency, amount, day)


@given(st.lists(drafts()))
def test_movements_sum_to_the_documents(items: list[DocumentDraft]) -> None:
    movements = month_movements(items)
    assert sum(row["movement_minor"] for row in movements.values()) == sum(
        item.balance_minor for item in items
    )
    for row in movements.values():
        assert row["movement_minor"] == row["invoiced_minor"] - row["received_minor"] - row["credited_minor"]


def test_months_customers_and_currencies_stand_apart() -> None:
    items = [
        DocumentDraft(1, 1, "invoice", "A", "CNY", 10, date(2026, 1, 31)),
        DocumentDraft(1, 1, "invoice", "B", "CNY", 20, date(2026, 1, 31), posting_on=date(2026, 2, 1)),
        DocumentDraft(1, 2, "receipt", "C", "EUR", 5, date(2026, 2, 1)),
    ]
    assert {key[1:]: row["movement_minor"] for key, row in month_movements(items).items()} == {
        (1, "CNY", date(2026, 1, 1)): 10, (1, "CNY", date(2026, 2, 1)): 20, (2, "EUR", date(2026, 2, 1)): -5,
    }  # fmt: skip
