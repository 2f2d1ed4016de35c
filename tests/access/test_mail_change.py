"""Change of one's own e-mail: the new address confirms within a day, and nothing else changes it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor, ask_mail_change, confirm_mail_change, find_mail_change, waiting_mail_change
from portal.access.models import Person
from portal.audit.models import AuditRow
from portal.errors import Invalid, NotFound, Throttled
from portal.outbox.models import OutboxMessage
from portal.sealing import sealer_of

HOUR = timedelta(hours=1)


def _token(session: Session) -> str:
    query = (
        select(OutboxMessage).where(OutboxMessage.event == "mail-change").order_by(OutboxMessage.id.desc())
    )
    message = session.scalars(query).first()
    assert message is not None
    return sealer_of(session).open_text(message.payload["sealed_link"]).removeprefix("/account/e-mail/")


def _email(session: Session, actor: Actor) -> str:
    return session.get_one(Person, actor.person_id).email


@pytest.mark.db
def test_counts_once_the_new_address_confirms(session: Session, ping: Actor, now: datetime) -> None:
    ask_mail_change(session, email=" New@Acme.example ", actor=ping, now=now)
    assert _email(session, ping) == "ping@acme.example"
    assert waiting_mail_change(session, actor=ping, now=now) == "new@acme.example"
    token = _token(session)
    assert confirm_mail_change(session, token=token, actor=ping, now=now + HOUR) == "new@acme.example"
    assert _email(session, ping) == "new@acme.example"
    with pytest.raises(NotFound):
        confirm_mail_change(session, token=token, actor=ping, now=now + HOUR)
    session.commit()
    assert list(session.scalars(select(AuditRow.event).order_by(AuditRow.number)))[-2:] == [
        "people.mail-change-asked",
        "people.mail-changed",
    ]


def test_a_link_ends_after_a_day_and_with_the_next_one(session: Session, ping: Actor, now: datetime) -> None:
    ask_mail_change(session, email="one@acme.example", actor=ping, now=now)
    first = _token(session)
    assert find_mail_change(session, token=first, actor=ping, now=now + 24 * HOUR) is None
    ask_mail_change(session, email="two@acme.example", actor=ping, now=now)
    assert find_mail_change(session, token=first, actor=ping, now=now) is None
    assert find_mail_change(session, token=_token(session), actor=ping, now=now) == "two@acme.example"


def test_nobody_else_can_use_it(session: Session, ping: Actor, bo: Actor, now: datetime) -> None:
    ask_mail_change(session, email="new@acme.example", actor=ping, now=now)
    assert waiting_mail_change(session, actor=bo, now=now) is None
    with pytest.raises(NotFound):
        confirm_mail_change(session, token=_token(session), actor=bo, now=now)


def test_an_address_taken_meanwhile_is_refused(
    session: Session, ping: Actor, bo: Actor, now: datetime
) -> None:
    ask_mail_change(session, email="new@acme.example", actor=ping, now=now)
    session.get_one(Person, bo.person_id).email = "new@acme.example"
    session.flush()
    with pytest.raises(NotFound):
        confirm_mail_change(session, token=_token(session), actor=ping, now=now)


def test_asks_at_most_five_times_a_day(session: Session, ping: Actor, now: datetime) -> None:
    for number in range(5):
        ask_mail_change(session, email=f"a{number}@acme.example", actor=ping, now=now)
    with pytest.raises(Throttled):
        ask_mail_change(session, email="a6@acme.example", actor=ping, now=now)


def test_refuses_what_is_no_other_address(session: Session, ping: Actor, now: datetime) -> None:
    for email in ("nonsense", ping.email.upper()):
        with pytest.raises(Invalid):
            ask_mail_change(session, email=email, actor=ping, now=now)
