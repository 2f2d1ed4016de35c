"""A form that was taken is answered as before; other content, another person and old notes are not."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.access.models import SentForm
from portal.access.sent_forms import KEPT, OtherContent, find_sent_form, keep_sent_form

NUMBER = "n" * 22
HASH = "a" * 64


def keep(session: Session, actor: Actor, now: datetime, number: str = NUMBER) -> None:
    keep_sent_form(session, number=number, content_hash=HASH, location="/done", actor=actor, now=now)


def test_a_repeated_form_leads_where_the_first_led(session: Session, mei: Actor, now: datetime) -> None:
    """Attack case D29."""
    assert find_sent_form(session, number=NUMBER, content_hash=HASH, actor=mei) is None
    keep(session, mei, now)
    assert find_sent_form(session, number=NUMBER, content_hash=HASH, actor=mei) == "/done"


def test_refuses_other_content_and_another_person(
    session: Session, mei: Actor, chen: Actor, now: datetime
) -> None:
    keep(session, mei, now)
    with pytest.raises(OtherContent):
        find_sent_form(session, number=NUMBER, content_hash="b" * 64, actor=mei)
    with pytest.raises(OtherContent):
        find_sent_form(session, number=NUMBER, content_hash=HASH, actor=chen)


@pytest.mark.db
def test_the_database_takes_a_number_once(session: Session, mei: Actor, now: datetime) -> None:
    keep(session, mei, now)
    session.commit()
    session.expunge_all()
    with pytest.raises(IntegrityError):
        keep(session, mei, now)
    session.rollback()


def test_old_notes_of_the_same_person_go(session: Session, mei: Actor, chen: Actor, now: datetime) -> None:
    keep(session, mei, now)
    keep(session, chen, now, "c" * 22)
    keep(session, mei, now + KEPT + timedelta(seconds=1), "m" * 22)
    assert set(session.scalars(select(SentForm.number))) == {"c" * 22, "m" * 22}
