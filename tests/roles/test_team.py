"""Rule R3: a banner and a weekly list while one person prepares and approves."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor, grant_role, system_actor
from portal.access.models import Grant
from portal.errors import NotAllowed
from portal.outbox.models import OutboxMessage
from portal.roles import double_hatted, send_weekly_list
from tests.cast import AUD


def test_nobody_means_no_mail(session: Session, now: datetime) -> None:
    assert double_hatted(session).names == ()
    assert send_weekly_list(session, seller={}, actor=system_actor(), now=now) == 0


def test_auditors_hear_of_it_once_a_week(session: Session, mei: Actor, chen: Actor, now: datetime) -> None:
    for grant in session.scalars(select(Grant).where(Grant.person_id == chen.person_id)):
        grant.ended_at = now
    session.flush()
    grant_role(session, public_id=mei.public_id, role="approver", actor=system_actor(), now=now)
    found = double_hatted(session)
    assert (found.names, found.team, found.is_allowed) == (("Mei Lin",), 1, True)
    assert send_weekly_list(session, seller={}, actor=system_actor(), now=now) == 1
    assert send_weekly_list(session, seller={}, actor=system_actor(), now=now + timedelta(days=2)) == 0
    assert send_weekly_list(session, seller={}, actor=system_actor(), now=now + timedelta(days=7)) == 1
    assert set(session.scalars(select(OutboxMessage.recipient))) == {AUD.email}
    with pytest.raises(NotAllowed):
        send_weekly_list(session, seller={}, actor=mei, now=now)
