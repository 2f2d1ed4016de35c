"""Leases: no message is taken twice, none is lost."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.db import Database
from portal.lists import ListQuery
from portal.outbox import (
    MessageDraft,
    count_left,
    find_message,
    lease_messages,
    list_messages,
    mark_failed,
    mark_sent,
    put_messages,
    send_again,
)
from portal.outbox.models import OutboxMessage

MINUTES = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def queued(session: Session, now: datetime) -> None:
    """Three messages that wait."""
    drafts = [MessageDraft(str(n), "new-link", f"p{n}@acme.example", "en") for n in range(3)]
    put_messages(session, drafts, now=now)
    session.commit()


@pytest.mark.db
def test_leases_each_message_to_one_sender(database: Database, now: datetime) -> None:
    with database.writing() as one:
        first = lease_messages(one, limit=2, now=now)
    with database.writing() as other:
        second = lease_messages(other, limit=10, now=now)
    assert (len(first), len(second)) == (2, 1)
    assert {message.id for message in first} & {message.id for message in second} == set()


def test_takes_up_what_a_dead_sender_left(session: Session, now: datetime) -> None:
    before = lease_messages(session, limit=3, now=now)
    assert lease_messages(session, limit=3, now=now + 4 * MINUTES) == ()
    after = lease_messages(session, limit=3, now=now + 6 * MINUTES)
    assert [message.message_id for message in after] == [message.message_id for message in before]


def test_is_done_when_it_was_sent(session: Session, now: datetime) -> None:
    for message in lease_messages(session, limit=3, now=now):
        mark_sent(session, message, now=now)
    assert count_left(session) == 0
    assert lease_messages(session, limit=3, now=now + timedelta(days=9)) == ()


def test_tries_again_later_and_later_then_gives_up(session: Session, now: datetime) -> None:
    outcomes = []
    for _ in range(8):
        (message,) = lease_messages(session, limit=1, now=now)
        outcomes.append(mark_failed(session, message, error="451 busy", is_final=False, now=now))
        session.expire_all()
        due = session.scalars(select(OutboxMessage).where(OutboxMessage.id == message.id)).one().due_at
        assert due >= now + MINUTES
        for other in session.scalars(select(OutboxMessage).where(OutboxMessage.id != message.id)):
            other.due_at = due + timedelta(days=99)
        now = due
    assert outcomes == [False] * 7 + [True]


def test_fails_at_once_when_refused_for_good_and_can_be_sent_again(session: Session, now: datetime) -> None:
    (message,) = lease_messages(session, limit=1, now=now)
    assert mark_failed(session, message, error="550 no such user", is_final=True, now=now)
    view = find_message(session, public_id=message.public_id)
    assert (view.state, view.last_error) == ("failed", "550 no such user")
    assert list_messages(session, query=ListQuery(tab="failed")).count == 1
    assert send_again(session, public_id=message.public_id, now=now)
    assert not send_again(session, public_id=message.public_id, now=now)
