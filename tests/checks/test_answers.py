"""Breaking answers, signatures and approvals by hand is found."""

from __future__ import annotations

from collections.abc import Callable

import pytest


@pytest.mark.parametrize(
    ("statement", "ids", "says"),
    [
        ("UPDATE line_answers SET line_no = 99 WHERE id = 1", "I7", "of no line"),
        ("UPDATE line_answers SET content_hash = 'x' WHERE id = 1", "I7", "of another version"),
        (
            "UPDATE line_answers SET disputed_minor = 9999999 WHERE answer = 'disputed'",
            "I7",
            "beyond the line",
        ),
        ("UPDATE line_answers SET disputed_minor = 5 WHERE answer = 'confirmed'", "I7", "answer"),
        ("UPDATE confirmations SET closing_minor = closing_minor + 1", "Inv7", "does not fit"),
        ("UPDATE confirmations SET agreed_minor = agreed_minor + 1", "Inv7 I7", "does not fit"),
        ("UPDATE confirmations SET statement_hash = 'x'", "Inv7", "does not fit"),
        ("UPDATE confirmations SET person_name = 'Somebody Else'", "Inv7", "its evidence has changed"),
        ("UPDATE confirmations SET answers = '[]'", "I7 Inv7", "do not sum"),
        ("UPDATE approvals SET decided_by_id = requested_by_id", "Inv9", "one person"),
        ("UPDATE approvals SET content_hash = 'x'", "Inv9", "its content has changed"),
        (
            "UPDATE grants SET ended_at = '2026-01-01 00:00:00' WHERE role = 'approver'",
            "Inv9",
            "was no approver",
        ),
        ("UPDATE adjustments SET amount_minor = amount_minor + 1", "Inv9", "not as approved"),
        ("DELETE FROM approvals", "Inv9", "without approval"),
        (
            "UPDATE documents SET created_by_id = (SELECT min(id) FROM people) WHERE document_no = 'CN-9'",
            "Inv9",
            "typed in by",
        ),
    ],
)
def test_finds_what_was_changed(finds: Callable[..., None], statement: str, ids: str, says: str) -> None:
    finds(statement, ids=ids, says=says)
