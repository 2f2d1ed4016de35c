"""Retention: the security log stays at least 183 days, the trail for ever, and the purge records itself. 1-9, L1."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.access import Actor, SecurityNote, make_link, note_security, start_sign_in, system_actor
from portal.access.models import DeepLink, SecurityEvent, SignIn
from portal.audit import verify_chain
from portal.audit.models import AuditRow
from portal.confirmations.models import SignCode
from portal.errors import Invalid, NotAllowed
from portal.outbox.models import OutboxMessage
from portal.policies import Policy, policy_of
from portal.policies.models import PolicyVersion
from portal.policies.rules import body_of
from portal.privacy import current_retention, list_purges, purge_old
from portal.privacy.models import Purge

WORKER = system_actor("worker")


def keep(session: Session, **days: Any) -> None:
    """Write a policy that keeps things as short as it may."""
    session.add(
        PolicyVersion(
            version=1, valid_from_on=date(2020, 1, 1), body=body_of(Policy(**days)), reason="test",
            made_at=datetime.fromisoformat("2020-01-01T00:00:00+00:00"),
        )
    )  # fmt: skip
    session.flush()


def lines(session: Session) -> int:
    return session.scalar(select(func.count(SecurityEvent.id))) or 0


@pytest.mark.db
def test_keeps_the_security_log_after_179_days_and_lets_it_go_after_184(
    session: Session, now: datetime
) -> None:
    keep(session, keep_security_log_days=183)
    note_security(session, SecurityNote("sign-in.failed"), now=now)
    session.commit()
    assert purge_old(session, actor=WORKER, now=now + timedelta(days=179)) == ()
    assert lines(session) == 1
    (line,) = purge_old(session, actor=WORKER, now=now + timedelta(days=184))
    assert (line.kind, line.kept_days, line.deleted) == ("security-log", 183, 1)
    assert lines(session) == 0
    session.commit()


@pytest.mark.db
def test_the_database_keeps_the_log_whatever_a_program_does(session: Session, now: datetime) -> None:
    note_security(session, SecurityNote("sign-in.failed"), now=now)
    session.commit()
    with pytest.raises(IntegrityError):
        session.execute(delete(SecurityEvent))
    session.rollback()
    short = {"kind": "security-log", "at": now, "kept_days": 182, "before_at": now, "found": 1}
    with pytest.raises(IntegrityError):
        session.execute(insert(Purge).values(short))
    session.rollback()
    assert lines(session) == 1


def test_refuses_a_policy_that_keeps_the_log_for_less_than_half_a_year() -> None:
    with pytest.raises(Invalid) as refused:
        policy_of({"keep_security_log_days": 182}, version=1)
    assert refused.value.field == "keep_security_log_days"


def test_never_touches_the_trail_and_records_itself_once(session: Session, mei: Actor, now: datetime) -> None:
    keep(session, keep_security_log_days=183)
    note_security(session, SecurityNote("sign-in.failed"), now=now)
    make_link(session, path="/", label={}, customer_id=None, recipient="a@b.example", now=now)
    session.commit()
    before = session.scalar(select(func.count(AuditRow.number))) or 0
    much_later = now + timedelta(days=4000)
    assert {one.kind for one in purge_old(session, actor=WORKER, now=much_later)} == {"security-log", "links"}
    assert purge_old(session, actor=WORKER, now=much_later) == ()
    session.commit()
    rows = session.scalars(select(AuditRow.event).order_by(AuditRow.number)).all()
    assert len(rows) == before + 1
    assert rows[-1] == "privacy.purged"
    assert verify_chain(session).ok


def test_lets_go_of_old_sign_ins_links_codes_and_the_texts_of_mails(
    session: Session, ping: Actor, now: datetime
) -> None:
    start_sign_in(session, person_id=ping.person_id or 0, method="password", address="", device="", now=now)
    make_link(session, path="/", label={}, customer_id=None, recipient="a@b.example", now=now)
    (customer_id,) = ping.customer_ids or {0}
    session.add(
        SignCode(
            person_id=ping.person_id,
            customer_id=customer_id,
            code_hash="x",
            made_at=now,
            ends_at=now,
            tries=0,
        )
    )
    session.add(
        OutboxMessage(
            key="k", event="new-link", recipient="a@b.example", language="en", payload={"link": "/l/x"}, message_id="m",
            state="sent", due_at=now, sent_at=now, created_at=now,
        )
    )  # fmt: skip
    session.flush()
    done = {one.kind: one.deleted for one in purge_old(session, actor=WORKER, now=now + timedelta(days=3000))}
    assert done == {"sign-ins": 1, "links": 1, "mail": 1, "codes": 1}
    assert session.scalars(select(SignIn)).all() == []
    assert session.scalars(select(DeepLink)).all() == []
    assert session.scalars(select(OutboxMessage)).one().payload == {}


def test_only_the_security_administrator_and_the_worker_purge(
    session: Session, mei: Actor, sec: Actor, aud: Actor, now: datetime
) -> None:
    with pytest.raises(NotAllowed):
        purge_old(session, actor=mei, now=now)
    assert purge_old(session, actor=sec, now=now) == ()
    assert list_purges(session, actor=aud) == ()
    assert current_retention(session, now=now)["security-log"] == 400
