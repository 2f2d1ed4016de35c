"""The hashed form of a row."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from portal.audit.rules import FIRST_PREVIOUS, canonical_body, chain_hash
from portal.money import Money


def _hash(**changes: object) -> str:
    facts: dict[str, Any] = {"version": 1, "number": 7, "previous_hash": FIRST_PREVIOUS, "body": "{}"}
    return chain_hash(**(facts | changes))


def test_writes_money_days_and_instants_the_same_everywhere() -> None:
    facts = {
        "b": Money(1234, "JPY"),
        "a": date(2026, 3, 2),
        "c": datetime(2026, 3, 2, 10, tzinfo=UTC),
        "名": frozenset({2, 1}),
    }
    assert canonical_body(facts) == (
        '{"a":"2026-03-02","b":{"amount":"1234","currency":"JPY"},"c":"2026-03-02T10:00:00+00:00","名":[1,2]}'
    )


def test_refuses_what_has_no_fixed_form() -> None:
    with pytest.raises(TypeError):
        canonical_body({"x": object()})


@pytest.mark.parametrize(
    "change", [{"version": 2}, {"number": 8}, {"previous_hash": "1" * 64}, {"body": "{ }"}]
)
def test_covers_version_number_previous_hash_and_body(change: dict[str, object]) -> None:
    """Invariant Inv10: the number is hashed too."""
    assert _hash(**change) != _hash()
