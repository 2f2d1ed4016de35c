"""The outbox for staff: what waits and failed, one mail as it is read, reminders by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.clock import utc_now
from portal.outbox.models import OutboxMessage
from tests.books import Books
from tests.cast import AUD, CHEN, MEI, SEC, Part
from tests.statements.months import FEBRUARY, issue_month
from tests.web.admin.desk import STORY
from tests.web.conftest import Browser

Open = Callable[[Part], Browser]


@pytest.fixture(autouse=True)
def issued(session: Session, books: Callable[[str], Books], mei: Actor) -> None:
    books(STORY)
    issue_month(session, month=FEBRUARY, actor=mei, now=utc_now() - timedelta(days=8))
    session.commit()


def test_runs_reminders_once_and_says_what_was_passed_over(browser_of: Open, session: Session) -> None:
    mei = browser_of(MEI)
    answer = mei.post("/admin/mail/reminders")
    assert answer.status_code == 303
    count = len(session.scalars(select(OutboxMessage.id)).all())
    session.rollback()
    assert count >= 2
    again = mei.post("/admin/mail/reminders")
    assert len(session.scalars(select(OutboxMessage.id)).all()) == count
    session.rollback()
    assert "Already told" in mei.get(again.location).text


def test_shows_a_mail_and_sends_only_a_failed_one_again(browser_of: Open, session: Session) -> None:
    mei = browser_of(MEI)
    mei.post("/admin/mail/reminders")
    public_id = session.scalars(select(OutboxMessage.public_id).order_by(OutboxMessage.id).limit(1)).one()
    session.rollback()
    page = mei.get(f"/admin/mail/{public_id}").text
    assert "/l/…" in page  # the link itself is the recipient's
    assert "220.50" not in page  # a mail names the statement, never a figure
    assert mei.post(f"/admin/mail/{public_id}/again").status_code == 409
    session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.public_id == public_id)
        .values(state="failed", last_error="No such box")
    )
    session.commit()
    assert "No such box" in mei.get("/admin/mail?tab=failed").text
    assert mei.post(f"/admin/mail/{public_id}/again").status_code == 303
    assert (
        session.scalars(select(OutboxMessage.state).where(OutboxMessage.public_id == public_id)).one()
        == "queued"
    )


def test_others_look_but_do_not_send(browser_of: Open) -> None:
    for part in (AUD, CHEN):
        browser = browser_of(part)
        assert browser.get("/admin/mail").status_code == 200
        assert browser.get("/admin/mail?format=csv").status_code == 200
        assert browser.post("/admin/mail/reminders").status_code == 403
    assert browser_of(SEC).get("/admin/mail").status_code == 403
    assert browser_of(MEI).get(f"/admin/mail/{'u' * 22}").status_code == 404
    assert browser_of(MEI).post("/admin/mail/reminders", {"csrf_token": ""}).status_code == 400
