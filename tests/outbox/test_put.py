"""Messages go into the outbox once for each key."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.errors import Invalid
from portal.outbox import MessageDraft, put_message, put_messages
from portal.outbox.models import OutboxMessage


def _draft(
    key: str = "statement:1:v1:stage0:a@b.example",
    recipient: str = "ping@acme.example",
    recipient_name: str = "",
) -> MessageDraft:
    return MessageDraft(key, "new-link", recipient, "en", recipient_name=recipient_name)


@pytest.mark.db
def test_queues_the_same_key_once(session: Session, now: datetime) -> None:
    """Attack case D32, invariant Inv12."""
    assert put_message(session, _draft(), now=now)
    assert not put_message(session, _draft(), now=now)
    assert sorted(put_messages(session, [_draft("b"), _draft(), _draft("c")], now=now)) == ["b", "c"]
    assert session.scalar(select(func.count()).select_from(OutboxMessage)) == 3


def test_gives_each_message_an_id_of_its_own(session: Session, now: datetime) -> None:
    put_messages(session, [_draft(str(number)) for number in range(50)], now=now)
    assert len(set(session.scalars(select(OutboxMessage.message_id)))) == 50


@pytest.mark.parametrize(
    "changes",
    [
        {"recipient": "a@b.example\r\nBcc: x@y.example"},
        {"recipient": "no address"},
        {"recipient": "@b.example"},
        {"recipient_name": "Ping\r\nBcc: x@y.example"},
        {"recipient_name": "Ping\u2028"},
        {"recipient_name": "Ping\0"},
    ],
)
def test_refuses_what_could_end_a_header(session: Session, now: datetime, changes: dict[str, str]) -> None:
    """Attack case D24."""
    with pytest.raises(Invalid):
        put_message(session, _draft(**changes), now=now)
