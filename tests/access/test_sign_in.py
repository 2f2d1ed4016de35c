"""Signing in with a password."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from statistics import median

import pytest
from sqlalchemy import func, select, update

from portal.access import Attempt, WrongPassword, hash_password, sign_in_with_password
from portal.access.models import Person, SecurityEvent, SignIn
from portal.access.throttle import LIMITS
from portal.db import Database
from portal.errors import Throttled
from tests.cast import PASSWORD, PING, VERA

Try = Callable[..., str]


@pytest.fixture
def with_password(database: Database) -> None:
    with database.writing() as session:
        session.execute(update(Person).values(password_hash=hash_password(PASSWORD, cost="test")))


@pytest.fixture
def attempt(database: Database, now: datetime, with_password: None) -> Try:
    """Try once and say how it went: in, wrong or throttled."""

    def once(
        email: str = PING.email, password: str = "wrong", address: str = "192.0.2.1", later: int = 0
    ) -> str:
        typed = Attempt(email, password, address, "Browser")
        try:
            sign_in_with_password(database, typed, cost="test", now=now + timedelta(seconds=later))
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


def test_throttles_an_address_that_tries_many_accounts(attempt: Try) -> None:
    tries = [attempt(email=f"someone{number}@x.example") for number in range(11)]
    assert tries == ["wrong"] * 10 + ["throttled"]


def test_throttles_the_whole_site(attempt: Try, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LIMITS, "site", 12)
    tries = [attempt(f"a{number}@x.example", address=f"192.0.2.{number}") for number in range(14)]
    assert tries.count("throttled") == 2


def test_a_stranger_cannot_lock_a_person_out_of_a_known_place(attempt: Try) -> None:
    assert attempt(password=PASSWORD, address="198.51.100.7") == "in"
    for number in range(12):
        attempt(address=f"192.0.2.{number}")
    assert attempt(password=PASSWORD, address="203.0.113.5") == "throttled"
    assert attempt(password=PASSWORD, address="198.51.100.7") == "in"


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
                sign_in_with_password(database, typed, cost="strong", now=now)
            spent.append(time.process_time() - start)
    ratio = median(seconds["known"]) / median(seconds["unknown"])
    assert 0.75 < ratio < 1.33
