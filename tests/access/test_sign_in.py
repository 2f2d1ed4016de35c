"""Signing in with a password."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from statistics import median

import pytest
from sqlalchemy import func, select, update

from portal.access import (
    Attempt,
    PasswordRules,
    SignInRules,
    Started,
    WrongPassword,
    hash_password,
    sign_in_with_password,
)
from portal.access.models import Person, SecurityEvent, SignIn
from portal.access.throttle import LIMITS, WINDOW, address_key
from portal.db import Database
from portal.errors import Throttled
from tests.cast import MEI, PASSWORD, PING, VERA

Try = Callable[..., str]
CHEAP = SignInRules(PasswordRules(cost="test"))


@pytest.fixture
def with_password(database: Database) -> None:
    with database.writing() as session:
        session.execute(update(Person).values(password_hash=hash_password(PASSWORD, cost="test")))


@pytest.fixture
def attempt(database: Database, now: datetime, with_password: None) -> Try:
    """Try once and say how it went: in, wrong or throttled."""

    def once(
        email: str = PING.email,
        password: str = "wrong",
        address: str = "192.0.2.1",
        later: int = 0,
        device: str = "",
    ) -> str:
        typed = Attempt(email, password, address, "Browser", device_token=device)
        try:
            sign_in_with_password(database, typed, rules=CHEAP, now=now + timedelta(seconds=later))
        except WrongPassword:
            return "wrong"
        except Throttled:
            return "throttled"
        return "in"

    return once


def test_lets_the_right_password_in(attempt: Try, database: Database) -> None:
    assert attempt(password=PASSWORD) == "in"
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(SignIn)) == 1
        assert session.scalars(select(SecurityEvent.event)).all() == ["sign-in.succeeded"]


def test_gives_one_answer_for_every_reason(attempt: Try, database: Database) -> None:
    with database.writing() as session:
        session.execute(update(Person).where(Person.email == VERA.email).values(is_active=False))
    assert [attempt(), attempt("no@one.example"), attempt(VERA.email, PASSWORD)] == ["wrong"] * 3


@pytest.mark.db
def test_throttles_an_account_from_the_eleventh_wrong_try(attempt: Try) -> None:
    """Attack case D15: from changing addresses too."""
    tries = [attempt(address=f"192.0.2.{number}") for number in range(11)]
    assert tries == ["wrong"] * 10 + ["throttled"]
    assert attempt(password=PASSWORD, address="192.0.2.99") == "throttled"
    assert attempt(password=PASSWORD, address="192.0.2.99", later=331) == "in"


def test_waits_longer_the_longer_somebody_tries(
    database: Database, now: datetime, with_password: None
) -> None:
    """Thirty wrong tries fill the window of an hour, a hundred the one of a day."""
    waits = []
    for number in range(40):
        typed = Attempt(PING.email, "wrong", f"192.0.2.{number}", "Browser")
        later = now + timedelta(minutes=number // 10 * 6)
        try:
            sign_in_with_password(database, typed, rules=CHEAP, now=later)
        except WrongPassword:
            continue
        except Throttled as refusal:
            waits.append(refusal.retry_after_seconds)
    assert len(waits) == 10
    assert min(waits) > 2400


def test_throttles_an_address_that_tries_many_accounts(attempt: Try) -> None:
    tries = [attempt(email=f"someone{number}@x.example") for number in range(11)]
    assert tries == ["wrong"] * 10 + ["throttled"]


def test_throttles_the_whole_site(attempt: Try, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LIMITS, "site", ((12, WINDOW),))
    tries = [attempt(f"a{number}@x.example", address=f"192.0.2.{number}") for number in range(14)]
    assert tries.count("throttled") == 2


@pytest.fixture
def ping_device(database: Database, now: datetime, with_password: None) -> str:
    """Token of the device cookie of a browser that Ping signed in with before."""
    typed = Attempt(PING.email, PASSWORD, "198.51.100.7", "Browser")
    return sign_in_with_password(database, typed, rules=CHEAP, now=now).device_token


def test_a_stranger_cannot_lock_a_person_out_of_their_own_browser(
    attempt: Try, ping_device: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Requirement 2-7: not by tries at the account, not from the same address, not by flooding the site."""
    monkeypatch.setitem(LIMITS, "site", ((12, WINDOW),))
    for number in range(14):
        attempt(address=f"192.0.2.{number}")
    for number in range(12):
        attempt(f"someone{number}@x.example", address="198.51.100.7")
    assert attempt(password=PASSWORD, address="203.0.113.5") == "throttled"
    assert attempt(password=PASSWORD, address="198.51.100.7", device=ping_device) == "in"


def test_a_known_browser_has_a_limit_of_its_own(attempt: Try, ping_device: str) -> None:
    tries = [attempt(address=f"192.0.2.{number}", device=ping_device) for number in range(11)]
    assert tries == ["wrong"] * 10 + ["throttled"]
    assert attempt(VERA.email, PASSWORD, device=ping_device) == "in"


def test_one_host_of_ipv6_counts_as_one_address() -> None:
    assert address_key("2001:db8:1:2:aaaa::1") == address_key("2001:db8:1:2::9")
    assert address_key("2001:db8:1:3::9") != address_key("2001:db8:1:2::9")
    assert address_key("::ffff:192.0.2.1") == address_key("192.0.2.1") == "192.0.2.1"


def test_forgets_wrong_tries_after_a_right_one(attempt: Try) -> None:
    for _ in range(9):
        attempt(address="192.0.2.50")
    assert attempt(password=PASSWORD, address="192.0.2.51") == "in"
    assert attempt(address="192.0.2.52") == "wrong"


@pytest.mark.slow
def test_takes_the_same_time_for_unknown_people(database: Database, now: datetime) -> None:
    """Attack case D08, at the cost production uses."""
    with database.writing() as session:
        session.execute(update(Person).values(password_hash=hash_password(PASSWORD, cost="strong")))
    seconds: dict[str, list[float]] = {"known": [], "unknown": []}
    for number in range(9):
        for kind, spent in seconds.items():
            email = PING.email if kind == "known" else f"no{number}@one.example"
            typed = Attempt(email, "wrong", f"192.0.2.{number}", "Browser")
            start = time.process_time()
            with pytest.raises(WrongPassword):
                sign_in_with_password(database, typed, rules=SignInRules(), now=now)
            spent.append(time.process_time() - start)
    ratio = median(seconds["known"]) / median(seconds["unknown"])
    assert 0.75 < ratio < 1.33


def test_makes_a_weak_hash_strong_at_the_next_sign_in(database: Database, now: datetime) -> None:
    weak = hash_password(PASSWORD, cost="test")
    with database.writing() as session:
        session.execute(update(Person).values(password_hash=weak))
    typed = Attempt(PING.email, PASSWORD, "192.0.2.1", "Browser")
    started = sign_in_with_password(database, typed, rules=SignInRules(), now=now)
    with database.reading() as session:
        kept = session.scalars(select(Person.password_hash).where(Person.email == PING.email)).one()
    assert isinstance(started, Started)
    assert kept is not None
    assert "m=19456" in kept
    assert "m=19456" not in weak


def test_staff_without_a_second_factor_are_led_to_set_one_up(
    database: Database, now: datetime, with_password: None
) -> None:
    typed = Attempt(MEI.email, PASSWORD, "192.0.2.1", "Browser")
    assert sign_in_with_password(database, typed, rules=CHEAP, now=now).stage == "enrol"
    offered = SignInRules(PasswordRules(cost="test"), needs_factor=False)
    assert sign_in_with_password(database, typed, rules=offered, now=now).stage == "full"


def test_an_old_password_is_changed_first_in_the_dengbao_profile(
    database: Database, now: datetime, with_password: None
) -> None:
    with database.writing() as session:
        session.execute(update(Person).values(password_set_at=now))
    strict = SignInRules(PasswordRules(cost="test", profile="dengbao"))
    typed = Attempt(PING.email, PASSWORD, "192.0.2.1", "Browser")
    stages = [
        sign_in_with_password(database, typed, rules=strict, now=now + timedelta(days=days)).stage
        for days in (89, 90)
    ]
    assert stages == ["full", "password"]
    assert sign_in_with_password(database, typed, rules=CHEAP, now=now + timedelta(days=900)).stage == "full"
