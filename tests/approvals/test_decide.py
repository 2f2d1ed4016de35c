"""The second person's yes or no."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from portal.access import Actor, permissions_of, set_active
from portal.approvals import approve, content_hash, reject, request_approval
from portal.approvals.models import Approval
from portal.audit.models import AuditRow
from portal.db import Database
from portal.errors import Conflict, Invalid, NotAllowed, NotFound, SecondPersonRequired
from portal.money import Money
from tests.approvals.kind import CONTENT, Told, draft

HASH = content_hash(CONTENT)


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def asked(session: Session, told: Told, mei: Actor, now: datetime) -> str:
    return request_approval(session, draft(), actor=mei, now=now)


def _state(session: Session) -> str:
    return session.scalars(select(Approval.state)).one()


def test_runs_the_verb_once_a_second_person_says_yes(
    session: Session, told: Told, asked: str, chen: Actor, now: datetime
) -> None:
    approve(session, public_id=asked, seen_hash=HASH, actor=chen, now=now)
    assert (told.calls, _state(session)) == (["run by Chen Bo"], "approved")
    session.commit()
    events = session.scalars(select(AuditRow.event).order_by(AuditRow.number)).all()
    assert events == ["approvals.requested", "approvals.approved"]


def test_refuses_a_second_verdict(
    session: Session, told: Told, asked: str, chen: Actor, now: datetime
) -> None:
    approve(session, public_id=asked, seen_hash=HASH, actor=chen, now=now)
    with pytest.raises(Conflict):
        approve(session, public_id=asked, seen_hash=HASH, actor=chen, now=now)
    assert told.calls == ["run by Chen Bo"]


def test_refuses_the_maker_whatever_their_roles(
    session: Session, told: Told, asked: str, mei: Actor, now: datetime
) -> None:
    """Attack case D30."""
    both = replace(mei, permissions=permissions_of(frozenset({"clerk", "approver"})))
    with pytest.raises(SecondPersonRequired):
        approve(session, public_id=asked, seen_hash=HASH, actor=both, now=now)
    with pytest.raises(SecondPersonRequired):
        reject(session, public_id=asked, note="no", actor=both, now=now)


def test_refuses_roles_that_do_not_decide(
    session: Session, told: Told, asked: str, aud: Actor, ping: Actor, now: datetime
) -> None:
    for actor in (aud, ping):
        with pytest.raises(NotAllowed):
            approve(session, public_id=asked, seen_hash=HASH, actor=actor, now=now)


def test_refuses_content_that_changed_since_it_was_shown(
    session: Session, told: Told, asked: str, chen: Actor, now: datetime
) -> None:
    """Separation rule R6: the approver approves a content hash."""
    told.content = CONTENT | {"reason": "another"}
    with pytest.raises(Conflict):
        approve(session, public_id=asked, seen_hash=HASH, actor=chen, now=now)
    told.content = CONTENT
    with pytest.raises(Conflict):
        approve(session, public_id=asked, seen_hash="0" * 64, actor=chen, now=now)
    assert told.calls == []


def test_refuses_an_amount_above_the_limit(
    session: Session, told: Told, mei: Actor, chen: Actor, now: datetime
) -> None:
    public_id = request_approval(session, draft(money=Money(1_000_01, "CNY")), actor=mei, now=now)
    with pytest.raises(NotAllowed):
        approve(session, public_id=public_id, seen_hash=HASH, actor=chen, now=now)


def test_refuses_what_a_disabled_person_asked_for(
    session: Session, told: Told, mei: Actor, chen: Actor, sys_admin: Actor, now: datetime
) -> None:
    public_id = request_approval(session, draft(), actor=mei, now=now)
    set_active(session, public_id=mei.public_id, is_active=False, actor=sys_admin, now=now)
    with pytest.raises(Conflict):
        approve(session, public_id=public_id, seen_hash=HASH, actor=chen, now=now)


def test_sends_it_back_with_a_reason(
    session: Session, told: Told, asked: str, chen: Actor, now: datetime
) -> None:
    with pytest.raises(Invalid):
        reject(session, public_id=asked, note="  ", actor=chen, now=now)
    reject(session, public_id=asked, note="Wrong invoice", actor=chen, now=now)
    assert (told.calls, _state(session)) == (["rejected"], "rejected")


def test_does_not_know_an_unknown_request(session: Session, chen: Actor, now: datetime) -> None:
    with pytest.raises(NotFound):
        approve(session, public_id="u" * 22, seen_hash=HASH, actor=chen, now=now)


@pytest.mark.db
def test_is_guarded_by_the_database_too(
    session: Session, told: Told, asked: str, mei: Actor, now: datetime
) -> None:
    session.flush()
    with pytest.raises(DBAPIError):
        session.execute(
            text(
                "UPDATE approvals SET state = 'approved', decided_by_id = requested_by_id, decided_at = requested_at"
            )
        )
    session.rollback()


@pytest.mark.db
def test_posts_once_when_twenty_decide_at_once(
    session: Session, database: Database, told: Told, asked: str, chen: Actor, now: datetime
) -> None:
    """Attack case D27."""
    session.commit()
    outcomes: Counter[str] = Counter()

    def decide() -> None:
        try:
            with database.writing() as mine:
                approve(mine, public_id=asked, seen_hash=HASH, actor=chen, now=now)
            outcomes["yes"] += 1
        except Conflict:
            outcomes["conflict"] += 1

    threads = [threading.Thread(target=decide) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes == {"yes": 1, "conflict": 19}
    assert told.calls == ["run by Chen Bo"]
