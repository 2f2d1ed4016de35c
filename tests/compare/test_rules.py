"""Which dispute we propose for a difference, and where nothing is to be disputed with us."""

from __future__ import annotations

from datetime import date

import pytest

from portal.compare.rules import (
    STATE_LABELS,
    STATES,
    TRANSITIONS,
    Difference,
    may_ask_for_copy,
    propose_dispute,
)
from portal.disputes import REASONS
from portal.money import Money


def difference(status: str, cause: str, kind: str = "invoice", minor: int = 100_00) -> Difference:
    return Difference(status, cause, kind, Money(minor, "CNY"), Money(500_00, "CNY"), words="In words")


@pytest.mark.parametrize(
    ("status", "cause", "kind", "reason"),
    [
        ("amount_differs", "bank_fee", "receipt", "FEE"), ("amount_differs", "discount", "receipt", "DSC"),
        ("amount_differs", "rounding", "invoice", "RND"), ("amount_differs", "policy_or_tax", "invoice", "TAX"),
        ("amount_differs", "entry_error", "invoice", "PRC"), ("amount_differs", "entry_error", "receipt", "ALC"),
        ("duplicate_ours", "duplicate", "invoice", "DUP"), ("only_ours", "omitted_theirs", "invoice", "NRC"),
        ("only_ours", "wrong_party_or_allocation", "invoice", "NOT"),
        ("only_theirs", "omitted_ours", "receipt", "PAY"), ("only_theirs", "omitted_ours", "credit_note", "CRN"),
    ],
)  # fmt: skip
def test_proposes_the_reason_that_fits_with_what_the_reason_asks_for(
    status: str, cause: str, kind: str, reason: str
) -> None:
    found = propose_dispute(difference(status, cause, kind))
    assert found is not None
    assert (found.reason, found.amount) == (reason, Money(100_00, "CNY"))
    assert set(found.facts) <= {fact.key for fact in REASONS[reason].facts}


@pytest.mark.parametrize(
    ("status", "cause", "minor"),
    [
        ("agreed", "", 0), ("timing", "timing", 100), ("date_differs", "", 100), ("duplicate_theirs", "duplicate", 100),
        ("only_ours", "timing", 100), ("amount_differs", "entry_error", 0), ("only_theirs", "omitted_ours", -100),
    ],
)  # fmt: skip
def test_proposes_nothing_for_what_clears_itself_or_is_not_ours(status: str, cause: str, minor: int) -> None:
    assert propose_dispute(difference(status, cause, minor=minor)) is None


def test_a_missing_payment_names_amount_day_and_number() -> None:
    one = Difference(
        "only_theirs", "omitted_ours", "receipt", Money(100_00, "CNY"), Money(100_00, "CNY"), their_number="TX-9",
        their_on=date(2026, 2, 27),
    )  # fmt: skip
    found = propose_dispute(one)
    assert found is not None
    assert found.facts == {"paid_amount": "100.00", "bank_reference": "TX-9", "paid_on": "2026-02-27"}


def test_a_copy_is_asked_for_only_of_a_paper_of_ours_they_miss() -> None:
    assert may_ask_for_copy("only_ours", "invoice")
    assert not may_ask_for_copy("only_ours", "receipt")
    assert not may_ask_for_copy("only_theirs", "invoice")


def test_nothing_leads_out_of_what_was_put_aside_and_all_states_have_words() -> None:
    assert set(STATES) == set(STATE_LABELS)
    assert {state for state, _ in TRANSITIONS} | set(TRANSITIONS.values()) == set(STATES)
    assert [verb for state, verb in TRANSITIONS if state == "discarded"] == []
    assert [verb for state, verb in TRANSITIONS if state == "comparing"] == ["finish", "fail"]
