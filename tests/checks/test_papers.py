"""Breaking statements by hand is found."""

from __future__ import annotations

from collections.abc import Callable

import pytest

MAIN = (
    "(SELECT s.id FROM statements s JOIN customers c ON c.id = s.customer_id WHERE c.number = 'ACME' AND "
    "s.currency = 'CNY' AND s.period_from = '{month}')"
)
JANUARY, FEBRUARY = MAIN.format(month="2026-01-01"), MAIN.format(month="2026-02-01")


@pytest.mark.parametrize(
    ("statement", "ids", "says"),
    [
        (
            f"UPDATE statements SET invoiced_minor = invoiced_minor + 1 WHERE id = {FEBRUARY}",
            "I3 Inv6",
            "do not add up",
        ),
        (
            f"UPDATE statements SET not_due_minor = not_due_minor + 1 WHERE id = {FEBRUARY}",
            "I3 Inv6",
            "do not add up",
        ),
        (
            f"UPDATE statement_lines SET amount_minor = amount_minor + 1 WHERE no = 1 AND statement_id = {FEBRUARY}",
            "I3 Inv6",
            "lines",
        ),
        (f"DELETE FROM statement_lines WHERE no = 1 AND statement_id = {FEBRUARY}", "I3 Inv6", "lines"),
        (
            (
                f"UPDATE statements SET opening_minor = opening_minor + 1, closing_minor = closing_minor + 1, "
                f"not_due_minor = not_due_minor + 1 WHERE id = {FEBRUARY}"
            ),
            "Inv8 I3 Inv6",
            "the month before closed with",
        ),
        (f"UPDATE statements SET content_hash = 'x' WHERE id = {JANUARY}", "Inv6", "its content has changed"),
        (
            f"UPDATE statement_lines SET document_no = 'INV-X' WHERE no = 1 AND statement_id = {FEBRUARY}",
            "Inv6",
            "its content has changed",
        ),
        (
            f"UPDATE statements SET prepared_at = '2026-03-02 00:00:00' WHERE id = {FEBRUARY}",
            "Inv6",
            "ledger",
        ),
        (
            f"UPDATE statements SET supersedes_id = {JANUARY} WHERE id = {FEBRUARY}",
            "Inv6",
            "does not replace",
        ),
    ],
)
def test_finds_what_was_changed(finds: Callable[..., None], statement: str, ids: str, says: str) -> None:
    finds(statement, ids=ids, says=says)


def test_finds_a_statement_shown_as_signed_that_nobody_signed(finds: Callable[..., None]) -> None:
    finds(
        f"UPDATE statements SET state = 'confirmed' WHERE id = {JANUARY}", ids="Inv7", says="nobody signed it"
    )
