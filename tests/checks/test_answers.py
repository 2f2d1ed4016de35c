"""Breaking answers, signatures and approvals by hand is found."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from portal.access.models import Person
from portal.approvals import approve
from portal.roles import RoleWish, find_role_request, request_role
from tests.cast import AUD, CHEN, MEI, SEC, actor_of, second_security_admin
from tests.checks.conftest import LATER, Company


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


def test_a_kind_is_decided_by_its_own_permission(company: Company) -> None:
    """A role request that a security administrator approved is sound; an approver of adjustments may not do it."""
    with company.database.writing() as session:
        sec, other = actor_of(session, SEC), second_security_admin(session)
        person = session.scalars(select(Person.public_id).where(Person.email == MEI.email)).one()
        wish = RoleWish("give", "department", "helps sales", departments=("sales",))
        request = request_role(session, person=person, wish=wish, actor=sec, now=LATER)
        view = find_role_request(session, public_id=request, actor=other).approval
        assert view is not None
        approve(session, public_id=view.public_id, seen_hash=view.content_hash, actor=other, now=LATER)
    assert "Inv9" not in company.violated()
    chen = f"SELECT id FROM people WHERE email = '{CHEN.email}'"
    company.by_hand(f"UPDATE approvals SET decided_by_id = ({chen}) WHERE kind = 'roles.grant'")
    assert f"{CHEN.name} was no approver" in company.first("Inv9")


def test_finds_a_first_yes_of_somebody_who_was_no_approver(finds: Callable[..., None]) -> None:
    aud = f"(SELECT id FROM people WHERE email = '{AUD.email}')"
    finds(
        f"UPDATE approvals SET first_by_id = {aud}, first_at = decided_at",
        ids="Inv9", says=f"{AUD.name} was no approver",
    )  # fmt: skip


def test_finds_a_yes_after_the_role_was_over(finds: Callable[..., None]) -> None:
    finds(
        "UPDATE grants SET ends_at = '2026-01-01 00:00:00' WHERE role = 'approver'",
        ids="Inv9", says="was no approver",
    )  # fmt: skip
