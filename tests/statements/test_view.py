"""Delivery truth: the first view, and a deadline that passed, which is never agreement."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from portal.access import Actor, system_actor
from portal.errors import NotAllowed, NotFound
from portal.outbox.models import OutboxMessage
from portal.reminders import run_reminders
from portal.statements import mark_delivered, mark_no_response, mark_viewed, waiting_statements
from tests.books import Books
from tests.statements.months import FEBRUARY, issue_month, statement_of

BookStory = Callable[[str], Books]
WORKER = system_actor("worker")


@pytest.fixture
def public_id(session: Session, books: BookStory, mei: Actor, now: datetime) -> str:
    """Acme's issued statement."""
    books("2026-02-03 invoice ACME INV-2 250.50 CNY")
    issue_month(session, month=FEBRUARY, actor=mei, now=now)
    return statement_of(session, "ACME", "CNY").public_id


def test_the_first_view_of_the_customer_is_kept(
    session: Session, public_id: str, ping: Actor, mei: Actor, now: datetime
) -> None:
    assert not mark_viewed(session, public_id=public_id, actor=mei, now=now)
    assert mark_viewed(session, public_id=public_id, actor=ping, now=now)
    assert not mark_viewed(session, public_id=public_id, actor=ping, now=now + timedelta(days=1))
    row = statement_of(session, "ACME", "CNY")
    assert (row.state, row.first_viewed_at) == ("viewed", now)


def test_a_stranger_views_nothing(session: Session, public_id: str, bo: Actor, now: datetime) -> None:
    with pytest.raises(NotFound):
        mark_viewed(session, public_id=public_id, actor=bo, now=now)


@pytest.mark.db
def test_after_the_deadline_it_is_no_response_and_still_waits(
    session: Session, public_id: str, ping: Actor, now: datetime
) -> None:
    assert mark_no_response(session, actor=WORKER, now=now + timedelta(days=15)) == 0
    late = now + timedelta(days=16)
    assert mark_no_response(session, actor=WORKER, now=late) == 2
    assert mark_no_response(session, actor=WORKER, now=late) == 0
    (waiting,) = waiting_statements(session, actor=ping, today=late.date())
    assert (waiting.state, waiting.days_left, waiting.progress.left) == ("no-response", -1, 1)


def test_only_reminder_runs_may(session: Session, ping: Actor, now: datetime) -> None:
    with pytest.raises(NotAllowed):
        mark_no_response(session, actor=ping, now=now)


@pytest.mark.db
def test_a_statement_is_delivered_when_its_mail_has_left(
    session: Session, public_id: str, now: datetime
) -> None:
    """No peer has it (21): delivery truth."""
    run_reminders(session, actor=WORKER, now=now)
    assert mark_delivered(session, actor=WORKER, now=now) == 0
    session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.recipient == "ping@acme.example")
        .values(state="sent", sent_at=now)
    )
    assert mark_delivered(session, actor=WORKER, now=now) == 1
    assert mark_delivered(session, actor=WORKER, now=now) == 0
    assert statement_of(session, "ACME", "CNY").state == "delivered"
    assert statement_of(session, "GLOBEX", "EUR").state == "issued"
