"""Apps, recovery codes and resets: a code counts once, the seed lies sealed, somebody always has a way in."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pyotp
import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.access import (
    Actor,
    Attempt,
    PasswordRules,
    SignInAgain,
    SignInRules,
    WrongCode,
    WrongPassword,
    actor_of_sign_in,
    hash_password,
    own_factors,
    remove_totp,
    renew_recovery_codes,
    reset_second_factor,
    set_up_totp,
    shown_code,
    sign_in_with_code,
    sign_in_with_password,
    start_sign_in,
    start_totp,
    waiting_seed,
)
from portal.access.models import Person, RecoveryCode, SecurityEvent, SignIn, Totp
from portal.audit.models import AuditRow
from portal.db import Database
from portal.errors import NotAllowed, Throttled
from portal.outbox.models import OutboxMessage
from portal.sealing import seal_with
from portal.settings import Settings
from tests.cast import MEI, PASSWORD, SEC, actor_of

CHEAP = SignInRules(PasswordRules(cost="test"))
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def sealed(database: Database, settings: Settings) -> None:
    """Seal secrets with the test's key."""
    seal_with(database, settings)


@pytest.fixture
def mei_seed(database: Database, now: datetime) -> str:
    """Give Mei a password and an app; return its key."""
    with database.writing() as session:
        session.execute(update(Person).values(password_hash=hash_password(PASSWORD, cost="test")))
        mei = actor_of(session, MEI)
        start_totp(session, actor=mei)
        seed = waiting_seed(session, actor=mei) or ""
        set_up_totp(session, code=pyotp.TOTP(seed).at(now), actor=mei, now=now)
    return seed


Enter = Callable[..., str]


@pytest.fixture
def enter(database: Database, mei_seed: str, now: datetime) -> Enter:
    """Try a code after a right password and say how it went."""

    def once(typed: str, *, later: timedelta = timedelta(minutes=1), device: str = "") -> str:
        tried = Attempt(MEI.email, PASSWORD, "192.0.2.1", "Browser", device_token=device)
        started = sign_in_with_password(database, tried, rules=CHEAP, now=now + later)
        try:
            done = sign_in_with_code(
                database, tried, token=started.token, typed=typed, rules=CHEAP, now=now + later
            )
        except WrongCode:
            return "wrong"
        except Throttled:
            return "throttled"
        with database.reading() as session:
            signed_in = actor_of_sign_in(session, done.token, now=now + later)
        assert signed_in is not None
        return signed_in.actor.method

    return once


def test_a_password_alone_opens_nothing(database: Database, mei_seed: str, now: datetime) -> None:
    tried = Attempt(MEI.email, PASSWORD, "192.0.2.1", "Browser")
    started = sign_in_with_password(database, tried, rules=CHEAP, now=now)
    assert started.stage == "code"
    with database.reading() as session:
        assert actor_of_sign_in(session, started.token, now=now) is None


def test_takes_the_present_code_and_its_neighbours(enter: Enter, mei_seed: str, now: datetime) -> None:
    minute = timedelta(minutes=1)
    totp = pyotp.TOTP(mei_seed)
    assert enter(totp.at(now + 3 * minute), later=3 * minute) == "password+code"
    assert enter(totp.at(now + 5 * minute - 30 * SECOND), later=5 * minute) == "password+code"
    assert enter(totp.at(now + 7 * minute + 30 * SECOND), later=7 * minute) == "password+code"
    assert enter(totp.at(now + 9 * minute - 60 * SECOND), later=9 * minute) == "wrong"


def test_takes_no_code_twice_and_none_older(enter: Enter, mei_seed: str, now: datetime) -> None:
    """Attack case D17."""
    later = timedelta(minutes=2)
    code, before = (pyotp.TOTP(mei_seed).at(now + later - shift) for shift in (0 * SECOND, 30 * SECOND))
    assert enter(f" {code[:3]} {code[3:]} ", later=later) == "password+code"
    assert [enter(code, later=later), enter(before, later=later)] == ["wrong", "wrong"]


@pytest.mark.db
def test_lets_one_of_many_through_that_come_with_the_same_code(
    database: Database, mei_seed: str, now: datetime
) -> None:
    later = now + timedelta(minutes=2)
    tried = Attempt(MEI.email, PASSWORD, "192.0.2.1", "Browser")
    tokens = [sign_in_with_password(database, tried, rules=CHEAP, now=later).token for _ in range(4)]
    code, start = pyotp.TOTP(mei_seed).at(later), Barrier(4)

    def once(token: str) -> str:
        start.wait()
        try:
            sign_in_with_code(database, tried, token=token, typed=code, rules=CHEAP, now=later)
        except WrongCode:
            return "wrong"
        return "in"

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(once, tokens)) == ["in", "wrong", "wrong", "wrong"]


def test_throttles_codes_from_the_sixth_wrong_one(enter: Enter, mei_seed: str, now: datetime) -> None:
    assert [enter("000000") for _ in range(6)] == ["wrong"] * 5 + ["throttled"]
    later = timedelta(minutes=2)
    assert enter(pyotp.TOTP(mei_seed).at(now + later), later=later) == "throttled"
    later = timedelta(minutes=8)
    assert enter(pyotp.TOTP(mei_seed).at(now + later), later=later) == "password+code"


def test_the_first_step_counts_for_ten_minutes(database: Database, mei_seed: str, now: datetime) -> None:
    tried = Attempt(MEI.email, PASSWORD, "192.0.2.1", "Browser")
    token = sign_in_with_password(database, tried, rules=CHEAP, now=now).token
    late = now + timedelta(minutes=10)
    for typed, at in ((pyotp.TOTP(mei_seed).at(late), late), ("", now)):
        with pytest.raises(SignInAgain):
            sign_in_with_code(
                database, tried, token=token if typed else "x", typed=typed, rules=CHEAP, now=at
            )


def test_a_recovery_code_opens_once(enter: Enter, database: Database, now: datetime) -> None:
    with database.writing() as session:
        codes = renew_recovery_codes(session, actor=actor_of(session, MEI), now=now)
    assert len(set(codes)) == 10
    assert enter(codes[3].lower().replace("-", " ")) == "password+recovery"
    assert enter(codes[3]) == "wrong"
    with database.reading() as session:
        assert own_factors(session, actor=actor_of(session, MEI)).codes_left == 9
        kept = session.scalars(select(RecoveryCode.code_hash)).all()
    assert not set(kept) & set(codes)


def test_new_codes_replace_the_old_ones(enter: Enter, database: Database, now: datetime) -> None:
    with database.writing() as session:
        first = renew_recovery_codes(session, actor=actor_of(session, MEI), now=now)
        renew_recovery_codes(session, actor=actor_of(session, MEI), now=now)
    assert enter(first[0]) == "wrong"


def test_keeps_the_seed_sealed(session: Session, mei_seed: str) -> None:
    row = session.scalars(select(Totp)).one()
    assert mei_seed not in (row.sealed_seed or "")
    assert row.sealed_next is None


def test_an_app_counts_only_after_its_first_code(session: Session, mei: Actor, now: datetime) -> None:
    start_totp(session, actor=mei)
    with pytest.raises(WrongCode):
        set_up_totp(session, code="000000", actor=mei, now=now)
    assert not own_factors(session, actor=mei).is_any


def test_staff_keep_at_least_one_factor(session: Session, mei_seed: str, mei: Actor, now: datetime) -> None:
    with pytest.raises(NotAllowed):
        remove_totp(session, is_needed=True, actor=mei, now=now)
    session.rollback()
    remove_totp(session, is_needed=False, actor=mei, now=now)
    assert own_factors(session, actor=mei).codes_left == 0


def test_the_security_administrator_resets_others_but_not_themselves(
    database: Database, mei_seed: str, now: datetime
) -> None:
    """Rule R4; the person is told and signed out, and sets up a new factor next time."""
    with database.writing() as session:
        mei, sec = actor_of(session, MEI), actor_of(session, SEC)
        assert mei.person_id is not None
        start_sign_in(session, person_id=mei.person_id, method="password", address="", device="", now=now)
        for who in (mei, sec):
            with pytest.raises(NotAllowed):
                reset_second_factor(session, public_id=who.public_id, actor=who, now=now)
        reset_second_factor(session, public_id=mei.public_id, actor=sec, now=now)
    tried = Attempt(MEI.email, PASSWORD, "192.0.2.1", "Browser")
    assert sign_in_with_password(database, tried, rules=CHEAP, now=now).stage == "enrol"
    with database.reading() as session:
        assert session.scalars(select(SignIn.ended_at)).all() == [now, None]
        told = [row.payload["what"] for row in session.scalars(select(OutboxMessage))]
        events = set(session.scalars(select(AuditRow.event)))
    assert told == ["totp-on", "factor-reset"]
    assert {"people.totp-set", "people.second-factor-reset"} <= events


def test_tells_of_a_new_device_by_mail_and_of_a_known_one_never(
    enter: Enter, database: Database, mei_seed: str, now: datetime
) -> None:
    totp, tried = pyotp.TOTP(mei_seed), Attempt(MEI.email, PASSWORD, "192.0.2.1", "Browser")
    device = ""
    for minutes, carried in ((2, False), (4, True), (6, False)):
        at = now + timedelta(minutes=minutes)
        typed = Attempt(
            *(tried.email, tried.password, tried.address, tried.device), device_token=device * carried
        )
        token = sign_in_with_password(database, typed, rules=CHEAP, now=at).token
        done = sign_in_with_code(database, typed, token=token, typed=totp.at(at), rules=CHEAP, now=at)
        device = device or done.device_token
    with database.reading() as session:
        told = [
            row.payload["what"] for row in session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))
        ]
    assert told == ["totp-on", "new-device"]


def test_wrong_codes_stand_in_the_security_log(enter: Enter, database: Database) -> None:
    enter("000000")
    with database.reading() as session:
        assert "sign-in.code-failed" in set(session.scalars(select(SecurityEvent.event)))


def test_the_demo_shows_a_code_that_is_taken(enter: Enter, database: Database, now: datetime) -> None:
    later = timedelta(minutes=2)
    for _ in range(2):  # the second within the same half minute is the next one
        with database.reading() as session:
            code = shown_code(session, actor_of(session, MEI).person_id or 0, now=now + later)
        assert code is not None
        assert enter(code, later=later) == "password+code"


def test_a_wrong_password_never_asks_for_a_code(database: Database, mei_seed: str, now: datetime) -> None:
    with pytest.raises(WrongPassword):
        sign_in_with_password(database, Attempt(MEI.email, "wrong", "192.0.2.1", ""), rules=CHEAP, now=now)
