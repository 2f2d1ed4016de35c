"""Breaking the audit trail, or changing state without it, is found."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from portal.audit import ANCHORS, write_anchor
from tests.checks.conftest import Company


@pytest.mark.parametrize(
    ("statement", "ids", "says"),
    [
        (
            "UPDATE audit_rows SET body = replace(body, 'INV-1', 'INV-9') WHERE number = 4",
            "Inv10",
            "audit row 4",
        ),
        ("UPDATE audit_rows SET actor_name = 'x' WHERE number = 2", "Inv10", "audit row 2"),
        ("DELETE FROM audit_rows WHERE number = 5", "Inv10 Inv11", "audit row 5"),
        (
            "DELETE FROM audit_rows WHERE number = (SELECT max(number) FROM audit_rows)",
            "Inv10",
            "first that does not hold",
        ),
        ("DELETE FROM audit_rows WHERE event = 'statements.issued'", "Inv11", "0 audit rows"),
        ("DELETE FROM audit_rows WHERE event = 'balances.signed'", "Inv11", "0 audit rows"),
        ("DELETE FROM audit_rows WHERE event = 'disputes.opened'", "Inv11", "dispute"),
        ("DELETE FROM audit_rows WHERE event = 'approvals.approved'", "Inv11", "approval"),
        ("UPDATE disputes SET state = 'resolved'", "Inv11", "its timeline ends at"),
        (
            (
                "UPDATE dispute_events SET to_state = 'posted' WHERE id = (SELECT max(id) FROM dispute_events WHERE "
                "from_state <> to_state)"
            ),
            "Inv11",
            "moved from",
        ),
    ],
)
def test_finds_what_was_changed(finds: Callable[..., None], statement: str, ids: str, says: str) -> None:
    finds(statement, ids=ids, says=says)


def test_a_trail_cut_short_is_found_by_the_anchor_outside(company: Company) -> None:
    with company.database.reading() as session:
        write_anchor(session, company.home / ANCHORS, now=company.now)
    assert company.violated() == set()
    company.by_hand(
        "DELETE FROM audit_rows WHERE event = 'periods.closed'",
        "UPDATE audit_head SET number = (SELECT max(number) FROM audit_rows), hash = (SELECT hash FROM audit_rows "
        "ORDER BY number DESC LIMIT 1)",
    )
    assert "Inv10" in company.violated()


def test_an_unreadable_file_of_anchors_is_a_violation(company: Company) -> None:
    (company.home / ANCHORS).write_text("not an anchor\n", "utf-8")
    assert company.violated() == {"Inv10"}
