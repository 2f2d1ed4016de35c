"""Sign-ins as rows."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import (
    Actor,
    actor_of_sign_in,
    choose_company,
    end_role,
    end_sign_in,
    grant_role,
    list_devices,
    start_sign_in,
    touch_sign_in,
)
from portal.access.models import Person, SignIn
from portal.customers.models import Customer
from portal.errors import NotFound
from tests.cast import CAST, Part, actor_of

MINUTE = timedelta(minutes=1)


def _start(session: Session, actor: Actor, now: datetime) -> str:
    assert actor.person_id is not None
    return start_sign_in(
        session, person_id=actor.person_id, method="password", address="192.0.2.1", device="Phone", now=now
    )[0]


@pytest.mark.parametrize("part", CAST, ids=lambda part: part.name)
def test_gives_everybody_exactly_their_own_permissions(session: Session, now: datetime, part: Part) -> None:
    expected = actor_of(session, part)
    found = actor_of_sign_in(session, _start(session, expected, now), now=now)
    assert found is not None
    assert (found.actor.permissions, found.actor.customer_ids) == (
        expected.permissions,
        expected.customer_ids,
    )


def test_keeps_only_a_hash_of_the_secret(session: Session, ping: Actor, now: datetime) -> None:
    token = _start(session, ping, now)
    row = session.scalars(select(SignIn)).one()
    assert token not in (row.token_hash, row.public_id)
    assert actor_of_sign_in(session, row.token_hash, now=now) is None


@pytest.mark.parametrize(("who", "idle_minutes", "hours"), [("mei", 15, 8), ("ping", 30, 12)])
def test_ends_when_idle_or_too_old(
    session: Session, request: pytest.FixtureRequest, now: datetime, who: str, idle_minutes: int, hours: int
) -> None:
    token = _start(session, request.getfixturevalue(who), now)
    public_id = session.scalars(select(SignIn.public_id)).one()
    assert actor_of_sign_in(session, token, now=now + idle_minutes * MINUTE - MINUTE) is not None
    assert actor_of_sign_in(session, token, now=now + idle_minutes * MINUTE) is None
    last = now + timedelta(hours=hours)
    for step in range(1, hours * 6):
        touch_sign_in(session, public_id=public_id, now=now + step * 10 * MINUTE)
    touch_sign_in(session, public_id=public_id, now=last - MINUTE)
    session.expire_all()
    assert actor_of_sign_in(session, token, now=last - MINUTE) is not None
    assert actor_of_sign_in(session, token, now=last) is None


def test_does_not_live_longer_when_the_clock_is_set_back(
    session: Session, ping: Actor, now: datetime
) -> None:
    token = _start(session, ping, now)
    assert actor_of_sign_in(session, token, now=now - timedelta(hours=1)) is None


def test_asks_for_the_last_seen_note_at_most_once_a_minute(
    session: Session, ping: Actor, now: datetime
) -> None:
    token = _start(session, ping, now)
    fresh = actor_of_sign_in(session, token, now=now + timedelta(seconds=59))
    stale = actor_of_sign_in(session, token, now=now + MINUTE)
    assert fresh is not None
    assert stale is not None
    assert (fresh.is_stale, stale.is_stale) == (False, True)


def test_acts_for_one_company_at_a_time(
    session: Session, ping: Actor, bo: Actor, sec: Actor, now: datetime
) -> None:
    grant_role(session, public_id=ping.public_id, role="viewer", customer_no="GLOBEX", actor=sec, now=now)
    token = _start(session, ping, now)
    first = actor_of_sign_in(session, token, now=now)
    assert first is not None
    assert [company.number for company in first.companies] == ["ACME", "GLOBEX"]
    assert (first.actor.roles, first.actor.customer_ids) == (frozenset({"confirmer"}), ping.customer_ids)
    choose_company(session, sign_in=first.public_id, company=first.companies[1].public_id, actor=first.actor)
    session.expire_all()
    second = actor_of_sign_in(session, token, now=now)
    assert second is not None
    assert (second.actor.roles, second.actor.customer_ids) == (frozenset({"viewer"}), bo.customer_ids)


def test_never_lets_a_company_be_chosen_that_is_not_theirs(
    session: Session, ping: Actor, now: datetime
) -> None:
    token = _start(session, ping, now)
    found = actor_of_sign_in(session, token, now=now)
    globex = session.scalars(select(Customer.public_id).where(Customer.number == "GLOBEX")).one()
    assert found is not None
    with pytest.raises(NotFound):
        choose_company(session, sign_in=found.public_id, company=globex, actor=ping)


def test_needs_a_role(session: Session, ping: Actor, sec: Actor, now: datetime) -> None:
    end_role(session, public_id=ping.public_id, role="confirmer", customer_no="ACME", actor=sec, now=now)
    with pytest.raises(NotFound):
        _start(session, ping, now)


def test_ends_one_of_ones_own_devices_only(session: Session, ping: Actor, bo: Actor, now: datetime) -> None:
    token, other = _start(session, ping, now), _start(session, ping, now)
    this = actor_of_sign_in(session, token, now=now)
    that = actor_of_sign_in(session, other, now=now)
    assert this is not None
    assert that is not None
    devices = list_devices(session, this=this.public_id, actor=ping, now=now)
    assert [device.is_this for device in devices] == [False, True]
    with pytest.raises(NotFound):
        end_sign_in(session, public_id=that.public_id, actor=bo, now=now)
    end_sign_in(session, public_id=that.public_id, actor=ping, now=now)
    assert actor_of_sign_in(session, other, now=now) is None
    with pytest.raises(NotFound):
        end_sign_in(session, public_id=that.public_id, actor=ping, now=now)


def test_is_over_for_disabled_people(session: Session, ping: Actor, now: datetime) -> None:
    token = _start(session, ping, now)
    session.scalars(select(Person).where(Person.id == ping.person_id)).one().is_active = False
    session.flush()
    assert actor_of_sign_in(session, token, now=now) is None
