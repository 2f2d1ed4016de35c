"""Every click on a statement is evidence, and stays (13)."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.statements import StatementPage, acts_on


def test_every_click_is_evidence_with_the_text_that_was_shown(
    session: Session,
    page: StatementPage,
    ping: Actor,
) -> None:
    (act,) = acts_on(session, subject_kind="statement", subject_id=page.public_id)
    assert (act.event, act.name, act.role, act.method, act.address) == (
        "lines.answered", "Ping Zhou", "confirmer", "password", "192.0.2.7",
    )  # fmt: skip
    assert act.statement_hash == page.content_hash
    assert act.local_time == "2026-03-02T10:00:00+08:00"
    assert act.text.splitlines()[0] == "INV-2 · 2026-02-03 · ¥250.50 · 已确认"


@pytest.mark.db
def test_the_database_keeps_acts_as_they_are(session: Session, page: StatementPage) -> None:
    session.commit()
    for statement in (
        "UPDATE acts SET text = 'x'",
        "DELETE FROM acts",
    ):
        with pytest.raises(IntegrityError):
            session.execute(text(statement))
        session.rollback()
