"""Breaking the books by hand is found."""

from __future__ import annotations

from collections.abc import Callable

import pytest

CONTROL = "account_id IN (SELECT account_id FROM account_mappings WHERE role IN ('receivable', 'advance'))"
FIRST = "entry_id = (SELECT min(id) FROM entries)"


@pytest.mark.parametrize(
    ("statement", "ids", "says"),
    [
        # requirement 0-13: one cent
        (
            f"UPDATE entry_lines SET amount_minor = amount_minor + 1 WHERE {FIRST} AND {CONTROL}",
            "I1 I2 Inv1 Inv2",
            "0.01",
        ),
        (
            f"UPDATE entry_lines SET book_minor = book_minor + 1 WHERE {FIRST} AND no = 1",
            "I1",
            "in book currency",
        ),
        (
            f"UPDATE entry_lines SET book_minor = NULL, book_currency = NULL WHERE {FIRST}",
            "I1",
            "lacks book amounts",
        ),
        ("UPDATE entries SET posted_at = NULL WHERE id = 1", "I1", "not sealed"),
        ("DELETE FROM entry_lines WHERE entry_id = 1", "I1 I2 Inv1", "without lines"),
        ("UPDATE entries SET document_id = 2 WHERE id = 1", "Inv1", "entries instead of one"),
        (
            "UPDATE entries SET posted_at = '2027-01-01 00:00:00' WHERE posting_on = '2026-01-05'",
            "Inv1",
            "closed month",
        ),
        (
            "UPDATE month_balances SET movement_minor = movement_minor + 1 WHERE month_on = '2026-01-01'",
            "Inv2 I4",
            "roll-up",
        ),
        (
            "UPDATE month_balances SET invoiced_minor = 0, received_minor = 0 WHERE month_on = '2026-01-01'",
            "Inv2",
            "2026-01",
        ),
        (
            "DELETE FROM month_balances WHERE month_on = '2026-02-01' AND currency = 'EUR'",
            "Inv2 I4",
            "GLOBEX",
        ),
        ("UPDATE entries SET posting_on = '2026-03-09' WHERE id = 2", "Inv2", "customer accounts"),
    ],
)
def test_finds_what_was_changed(finds: Callable[..., None], statement: str, ids: str, says: str) -> None:
    finds(statement, ids=ids, says=says)


def test_two_cents_that_cancel_within_an_entry_are_still_found(finds: Callable[..., None]) -> None:
    """Requirement 0-13: the entry balances, but no longer says what the document says."""
    finds(
        "UPDATE entry_lines SET amount_minor = amount_minor + 1, book_minor = book_minor + 1 "
        f"WHERE {FIRST} AND {CONTROL}",
        "UPDATE entry_lines SET amount_minor = amount_minor - 1, book_minor = book_minor - 1 "
        f"WHERE {FIRST} AND NOT {CONTROL}",
        ids="I2 Inv1 Inv2",
        says="ACME CNY",
    )
