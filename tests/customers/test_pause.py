"""A pause needs a reason, happens once, ends, and is recorded."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.audit.models import AuditRow
from portal.customers import customers_by_number, pause_customer, resume_customer
from portal.customers.models import Customer
from portal.errors import Conflict, Invalid, NotAllowed, NotFound


def acme(session: Session) -> str:
    return customers_by_number(session, ["ACME"])["ACME"].public_id


def test_pauses_and_resumes_and_records_both(session: Session, mei: Actor, now: datetime) -> None:
    public_id = acme(session)
    pause_customer(session, public_id=public_id, reason=" Sale of the company ", actor=mei, now=now)
    row = session.scalars(select(Customer).where(Customer.public_id == public_id)).one()
    assert (row.is_paused, row.paused_at, row.pause_reason) == (True, now, "Sale of the company")
    resume_customer(session, public_id=public_id, actor=mei, now=now)
    assert (row.is_paused, row.paused_at, row.pause_reason) == (False, None, "")
    session.commit()
    events = session.scalars(select(AuditRow.event).where(AuditRow.subject_id == public_id)).all()
    assert events[-2:] == ["customers.paused", "customers.resumed"]


@pytest.mark.parametrize("reason", ["  ", "x" * 501])
def test_refuses_a_pause_without_a_reason_or_with_a_novel(
    session: Session, mei: Actor, now: datetime, reason: str
) -> None:
    with pytest.raises(Invalid) as refused:
        pause_customer(session, public_id=acme(session), reason=reason, actor=mei, now=now)
    assert refused.value.field == "reason"


def test_refuses_what_is_already_so_the_unknown_and_readers(
    session: Session, mei: Actor, aud: Actor, now: datetime
) -> None:
    public_id = acme(session)
    with pytest.raises(Conflict):
        resume_customer(session, public_id=public_id, actor=mei, now=now)
    with pytest.raises(NotAllowed):
        pause_customer(session, public_id=public_id, reason="x", actor=aud, now=now)
    with pytest.raises(NotFound):
        pause_customer(session, public_id="x" * 22, reason="x", actor=mei, now=now)
    pause_customer(session, public_id=public_id, reason="x", actor=mei, now=now)
    with pytest.raises(Conflict):
        pause_customer(session, public_id=public_id, reason="x", actor=mei, now=now)
    with pytest.raises(NotAllowed):
        resume_customer(session, public_id=public_id, actor=aud, now=now)
