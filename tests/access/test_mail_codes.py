"""A code mailed apart from its link lets in who only looks, and nobody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Attempt, actor_of_sign_in, make_link, send_mail_code, sign_in_with_mail_code
from portal.access.mail_codes import WrongMailCode
from portal.access.models import Grant, MailCode, Person
from portal.db import Database
from portal.outbox.models import OutboxMessage
from portal.sealing import open_sealed
from tests.cast import MEI, PING, VERA, Part

TRY = Attempt("", "", "192.0.2.1", "Browser")
Ask = Callable[[Part], tuple[str, str]]


@pytest.fixture
def ask(database: Database, now: datetime) -> Ask:
    """Ask for a code by a fresh link of a member of the cast; return its token and the mailed code."""

    def once(part: Part) -> tuple[str, str]:
        with database.writing() as session:
            path = make_link(
                session, path="/statements", label={}, customer_id=None, recipient=part.email, now=now
            )
            token = path.removeprefix("/l/")
            send_mail_code(session, token=token, address="192.0.2.1", seller={}, now=now)
        with database.reading() as session:
            query = (
                select(OutboxMessage)
                .where(OutboxMessage.event == "mail-code")
                .order_by(OutboxMessage.id.desc())
            )
            message = session.scalars(query).first()
        return token, open_sealed(database, message.payload["sealed_secret"]) if message else ""

    return once


def _mailed(session: Session) -> list[str]:
    return list(session.scalars(select(OutboxMessage.recipient)))


def test_lets_a_viewer_in_once(ask: Ask, database: Database, now: datetime) -> None:
    token, code = ask(VERA)
    started, path = sign_in_with_mail_code(database, TRY, token=token, typed=f" {code} ", now=now)
    with database.reading() as session:
        signed_in = actor_of_sign_in(session, started.token, now=now)
    assert path == "/statements"
    assert signed_in is not None
    assert (signed_in.actor.email, signed_in.actor.method) == (VERA.email, "mail-code")
    with pytest.raises(WrongMailCode):
        sign_in_with_mail_code(database, TRY, token=token, typed=code, now=now)


def test_mails_none_to_who_confirms_or_works_here(ask: Ask, database: Database) -> None:
    assert [ask(PING)[1], ask(MEI)[1]] == ["", ""]
    with database.reading() as session:
        assert _mailed(session) == []


def test_counts_for_nobody_who_came_to_confirm_meanwhile(ask: Ask, database: Database, now: datetime) -> None:
    token, code = ask(VERA)
    with database.writing() as session:
        vera = session.scalars(
            select(Grant).join(Person, Person.id == Grant.person_id).where(Person.email == VERA.email)
        )
        held = vera.one()
        session.add(
            Grant(person_id=held.person_id, role="confirmer", customer_id=held.customer_id, granted_at=now)
        )
    with pytest.raises(WrongMailCode):
        sign_in_with_mail_code(database, TRY, token=token, typed=code, now=now)


def test_ends_after_ten_minutes_and_five_wrong_tries(ask: Ask, database: Database, now: datetime) -> None:
    token, code = ask(VERA)
    with pytest.raises(WrongMailCode):
        sign_in_with_mail_code(database, TRY, token=token, typed=code, now=now + timedelta(minutes=10))
    for _ in range(5):
        with pytest.raises(WrongMailCode):
            sign_in_with_mail_code(database, TRY, token=token, typed="wrong", now=now)
    with pytest.raises(WrongMailCode):
        sign_in_with_mail_code(database, TRY, token=token, typed=code, now=now)


def test_keeps_no_code_in_the_clear(ask: Ask, database: Database) -> None:
    _token, code = ask(VERA)
    with database.reading() as session:
        kept = session.scalars(select(MailCode.sealed_code)).one()
        message = session.scalars(select(OutboxMessage)).one()
    assert code not in kept
    assert code not in repr(message.payload)
