"""Release by a second person: exactly what was shown, never by the one who asked."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor, system_actor
from portal.approvals import approve, find_approval
from portal.errors import Conflict, NotAllowed, SecondPersonRequired
from portal.jobs import job_by_key
from portal.statements import (
    ISSUE_JOB,
    PREPARE_JOB,
    find_run,
    issue_batch,
    prepare_statements,
    queue_prepare,
    request_issue,
    run_job_key,
)
from portal.statements.models import Statement
from tests.books import Books
from tests.statements.months import FEBRUARY

BookStory = Callable[[str], Books]


@pytest.fixture
def run(session: Session, books: BookStory, mei: Actor, now: datetime) -> str:
    """A prepared run of February."""
    books("2026-02-03 invoice ACME INV-2 250.50 CNY")
    return prepare_statements(session, month=FEBRUARY, actor=mei, now=now)


@pytest.mark.db
def test_a_second_person_releases_and_the_worker_issues(
    session: Session, run: str, mei: Actor, chen: Actor, now: datetime
) -> None:
    request = find_approval(
        session, public_id=request_issue(session, run=run, actor=mei, now=now), actor=chen
    )
    assert request.content["sums"] == [
        {"currency": "CNY", "statements": 1, "closing": "250.50"},
        {"currency": "EUR", "statements": 1, "closing": "0.00"},
    ]
    approve(session, public_id=request.public_id, seen_hash=request.content_hash, actor=chen, now=now)
    job = job_by_key(session, key=run_job_key(ISSUE_JOB, run))
    assert job is not None
    assert job.state == "queued"
    issue_batch(session, run=run, actor=system_actor("worker"), now=now)
    assert set(session.scalars(select(Statement.state))) == {"issued"}
    assert find_run(session, public_id=run, actor=mei).released_by == "Chen Bo"


def test_the_one_who_asked_cannot_release(session: Session, run: str, mei: Actor, now: datetime) -> None:
    request = find_approval(session, public_id=request_issue(session, run=run, actor=mei, now=now), actor=mei)
    with pytest.raises((SecondPersonRequired, NotAllowed)):
        approve(session, public_id=request.public_id, seen_hash=request.content_hash, actor=mei, now=now)


def test_a_draft_prepared_again_meanwhile_cannot_be_released(
    session: Session, run: str, books: BookStory, mei: Actor, chen: Actor, now: datetime
) -> None:
    request = find_approval(
        session, public_id=request_issue(session, run=run, actor=mei, now=now), actor=chen
    )
    books("2026-02-05 invoice ACME INV-3 1.00 CNY")
    prepare_statements(session, month=FEBRUARY, actor=mei, now=now)
    with pytest.raises(Conflict):
        approve(session, public_id=request.public_id, seen_hash=request.content_hash, actor=chen, now=now)


def test_asking_twice_is_refused(session: Session, run: str, mei: Actor, now: datetime) -> None:
    request_issue(session, run=run, actor=mei, now=now)
    with pytest.raises(Conflict):
        request_issue(session, run=run, actor=mei, now=now)


def test_there_must_be_something_to_issue(session: Session, run: str, mei: Actor, now: datetime) -> None:
    prepare_statements(session, month=FEBRUARY, actor=mei, now=now)  # takes the drafts over
    with pytest.raises(Conflict):
        request_issue(session, run=run, actor=mei, now=now)


def test_a_page_queues_the_work(session: Session, mei: Actor, aud: Actor, now: datetime) -> None:
    queued = queue_prepare(session, month=FEBRUARY, actor=mei, now=now)
    assert job_by_key(session, key=run_job_key(PREPARE_JOB, queued)) is not None
    with pytest.raises(NotAllowed):
        queue_prepare(session, month=FEBRUARY, actor=aud, now=now)


@pytest.mark.db
def test_a_month_that_moved_since_it_was_prepared_is_prepared_again_first(
    session: Session, books: BookStory, run: str, mei: Actor, chen: Actor, now: datetime
) -> None:
    public_id = request_issue(session, run=run, actor=mei, now=now)
    seen = find_approval(session, public_id=public_id, actor=chen)
    session.commit()
    books("2026-02-20 receipt ACME RC-9 50.00 CNY")
    session.commit()
    with pytest.raises(Conflict, match="posted since"):
        approve(session, public_id=public_id, seen_hash=seen.content_hash, actor=chen, now=now)
    session.rollback()
    assert find_run(session, public_id=run, actor=mei).state == "prepared"
    assert session.scalars(select(Statement.issued_at)).all() == [None] * 2
