"""The side of a document's entry that is not the customer's always mirrors what the balance moves."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.errors import Invalid
from portal.ledger import LineDraft
from portal.ledger.rules import require_balanced
from portal.receivables.drafts import DocumentDraft, counter_amounts, require_usable
from portal.receivables.rules import HOLDING, KINDS, SIGNED_KINDS


@st.composite
def drafts(draw: st.DrawFn) -> DocumentDraft:
    kind = draw(st.sampled_from(KINDS))
    amount = draw(st.integers(1, 10**14)) * (draw(st.sampled_from((1, -1))) if kind in SIGNED_KINDS else 1)
    tax = draw(st.none() | st.integers(0, abs(amount)))
    return DocumentDraft(1, 1, kind, "D-1", "CNY", amount, date(2026, 1, 5), tax_minor=tax)


@given(drafts())
def test_the_entry_of_any_document_balances(draft: DocumentDraft) -> None:
    """Invariant I1."""
    require_usable(draft)
    lines = [LineDraft(role, amount, "CNY") for role, amount in counter_amounts(draft)]
    require_balanced([*lines, LineDraft(HOLDING[draft.kind], draft.balance_minor, "CNY")])
    assert all(line.amount_minor for line in lines)


def test_the_posting_date_is_the_document_date_unless_given() -> None:
    draft = DocumentDraft(1, 1, "invoice", "D-1", "CNY", 1, date(2026, 1, 5))
    assert draft.posted_on == date(2026, 1, 5)
    assert DocumentDraft(
        1, 1, "invoice", "D-1", "CNY", 1, date(2026, 1, 5), None, date(2026, 2, 1)
    ).posted_on == date(2026, 2, 1)


@pytest.mark.parametrize("day", [date(1899, 12, 31), date(2200, 1, 1)])
@pytest.mark.parametrize("field", ["document_on", "due_on", "posting_on"])
def test_refuses_days_around_which_no_month_can_be_counted(day: date, field: str) -> None:
    changed: dict[str, Any] = {field: day}
    draft = replace(DocumentDraft(1, 1, "invoice", "D-1", "CNY", 1, date(2026, 1, 5)), **changed)
    with pytest.raises(Invalid) as refused:
        require_usable(draft)
    assert refused.value.field == field
