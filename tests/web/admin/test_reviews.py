"""The access review over HTTP: row by row, in bulk, exported."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.models import Grant, Person
from tests.cast import AUD, CHEN, MEI, SEC, SYS, second_security_admin
from tests.web.admin.two_people import Open, found


@pytest.fixture
def two(session: Session) -> None:
    second_security_admin(session)
    session.commit()


def test_reviews_are_done_row_by_row_and_in_bulk(browser_of: Open, session: Session, two: None) -> None:
    """Requirement 0-19: the report lists every role, last use and reviewer; due ones are looked at."""
    one = browser_of(SEC)
    text = one.get("/admin/reviews?tab=all").text
    assert all(part.name in text for part in (MEI, CHEN, AUD, SEC, SYS))
    ids = found(
        session,
        select(Grant.public_id)
        .join(Person, Person.id == Grant.person_id)
        .where(Person.email.in_([MEI.email, SEC.email])),
    )
    answer = one.post("/admin/reviews", {"row": list(ids), "act": "keep"})
    assert answer.status_code == 200
    assert "1 refused" in answer.text
    assert one.post("/admin/reviews", {"row": list(ids), "act": "remove"}).status_code == 422
    done = one.get("/admin/reviews?tab=done").text
    assert MEI.name in done
    assert "Sefa Okoro" in done
    assert one.get("/admin/reviews?tab=all&format=xlsx").status_code == 200
    assert browser_of(AUD).get("/admin/reviews").status_code == 200
    assert one.get("/admin/reviews/rotation?tab=all&format=csv").status_code == 200
    assert "No customer has an owner yet." in one.get("/admin/reviews/rotation").text
