"""Sealed accounts: no other way in, an hour, once, and everything done is looked at by somebody else."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.access import (
    Actor,
    Permission,
    WrongPassword,
    actor_of_sign_in,
    hash_password,
    start_sign_in,
)
from portal.db import Database
from portal.errors import Conflict, Invalid, NotAllowed, NotFound
from portal.roles import Opening, break_seal, list_break_glass, new_secret, review_opening, seal_account
from tests.cast import AUD, CHEN, SEC, actor_of

SECRET = "2abcd-3efgh-4jkmn-5pqrs-6tuvw-7xyz2"


def seal(database: Database, now: datetime) -> None:
    with database.writing() as session:
        chen, sec = actor_of(session, CHEN), actor_of(session, SEC)
        made = hash_password(SECRET, cost="test")
        seal_account(session, person=chen.public_id, secret_hash=made, actor=sec, now=now)


def opened(database: Database, now: datetime, secret: str = SECRET) -> str:
    typed = Opening(CHEN.email, secret, "Li Wei", "Nobody else is here", "192.0.2.9", "Test")
    return break_seal(database, typed, cost="test", seller={}, now=now)


@pytest.mark.db
def test_opens_once_for_an_hour(database: Database, now: datetime) -> None:
    """Rule R10."""
    seal(database, now)
    token = opened(database, now)
    with database.reading() as session:
        signed_in = actor_of_sign_in(session, token, now=now + timedelta(minutes=10))
        assert signed_in is not None
        assert signed_in.actor.may(Permission.APPROVALS_DECIDE)
        assert not signed_in.actor.may(Permission.ACCOUNT_OWN)
    with database.writing() as session:  # busy all the time, and over nevertheless
        session.execute(text("UPDATE sign_ins SET last_seen_at = ends_at WHERE method = 'break-glass'"))
    with database.reading() as session:
        assert actor_of_sign_in(session, token, now=now + timedelta(minutes=60)) is None
    with pytest.raises(WrongPassword):
        opened(database, now)


def test_there_is_no_other_way_in(database: Database, now: datetime) -> None:
    seal(database, now)
    with database.reading() as session:
        person_id = actor_of(session, CHEN).person_id or 0
    with database.writing() as session, pytest.raises(NotFound):
        start_sign_in(session, person_id=person_id, method="password", address="", device="", now=now)
    with pytest.raises(WrongPassword):
        opened(database, now, "another")
    typed = Opening(CHEN.email, SECRET, "Li", "short", "", "")
    with pytest.raises(Invalid):
        break_seal(database, typed, cost="test", seller={}, now=now)


def test_a_new_seal_voids_the_old_one(database: Database, now: datetime) -> None:
    seal(database, now)
    with database.writing() as session:
        chen, sec = actor_of(session, CHEN), actor_of(session, SEC)
        made = hash_password("another-secret", cost="test")
        seal_account(session, person=chen.public_id, secret_hash=made, actor=sec, now=now)
        assert sorted(one.state for one in list_break_glass(session, actor=sec, now=now)) == [
            "sealed",
            "voided",
        ]
    with pytest.raises(WrongPassword):
        opened(database, now)


def test_is_looked_at_after_the_hour_by_somebody_else(database: Database, now: datetime) -> None:
    seal(database, now)
    opened(database, now)
    with database.writing() as session:
        sec, aud = actor_of(session, SEC), actor_of(session, AUD)
        (view,) = list_break_glass(session, actor=aud, now=now)
        assert (view.state, view.opened_by) == ("open", "Li Wei")
        assert {deed.event for deed in view.deeds} >= {"people.seal-broken", "break-glass.opened"}
        with pytest.raises(Conflict):
            review_opening(session, public_id=view.public_id, note="fine", actor=sec, now=now)
        later = now + timedelta(hours=2)
        with pytest.raises(NotAllowed):
            review_opening(session, public_id=view.public_id, note="fine", actor=aud, now=later)
        review_opening(session, public_id=view.public_id, note="fine", actor=sec, now=later)
        assert list_break_glass(session, actor=sec, now=later)[0].state == "reviewed"


def test_only_security_administrators_seal_and_not_themselves(
    session: Session, sec: Actor, sys_admin: Actor, chen: Actor, now: datetime
) -> None:
    with pytest.raises(NotAllowed):
        seal_account(session, person=chen.public_id, secret_hash="x", actor=sys_admin, now=now)
    with pytest.raises(NotAllowed):
        seal_account(session, person=sec.public_id, secret_hash="x", actor=sec, now=now)


@pytest.mark.db
def test_an_opening_is_never_rewritten(database: Database, now: datetime) -> None:
    seal(database, now)
    opened(database, now)
    with database.session("write") as session, pytest.raises(IntegrityError):
        session.execute(text("UPDATE break_glasses SET reason = 'nothing happened'"))


def test_a_secret_is_long_and_never_the_same() -> None:
    found = {new_secret() for _ in range(100)}
    assert len(found) == 100
    assert {len(one) for one in found} == {35}
