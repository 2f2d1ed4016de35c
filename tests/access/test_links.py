"""Links of mails."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor, is_internal_path, make_link, open_link, renew_link
from portal.access.models import DeepLink
from portal.errors import Invalid
from portal.outbox.models import OutboxMessage

LABEL = {"kind": "statement", "month": "2026-02"}
SELLER = {one: {"seller": "Seller", "seller_phone": "", "seller_email": ""} for one in ("zh", "en")}


def _make(session: Session, ping: Actor, now: datetime) -> str:
    customer_id = next(iter(ping.customer_ids or ()))
    path = make_link(
        session, path="/statements/x", label=LABEL, customer_id=customer_id, recipient=ping.email, now=now
    )
    return path.removeprefix("/l/")


def _renew(session: Session, token: str, now: datetime) -> int:
    renew_link(session, token=token, address="192.0.2.1", payload=SELLER, now=now)
    return len(session.scalars(select(OutboxMessage)).all())


def test_leads_to_its_page_for_fourteen_days(session: Session, ping: Actor, now: datetime) -> None:
    token = _make(session, ping, now)
    link = open_link(session, token=token, now=now + timedelta(days=13))
    assert link is not None
    assert (link.path, link.label, link.is_expired) == ("/statements/x", LABEL, False)
    dead = open_link(session, token=token, now=now + timedelta(days=14))
    assert dead is not None
    assert dead.is_expired


def test_keeps_only_a_hash_of_the_token(session: Session, ping: Actor, now: datetime) -> None:
    """Attack case D36."""
    token = _make(session, ping, now)
    assert session.scalars(select(DeepLink.token_hash)).one() != token
    assert open_link(session, token="unknown", now=now) is None


def test_mails_a_new_link_once_an_hour(session: Session, ping: Actor, now: datetime) -> None:
    token = _make(session, ping, now)
    later = now + timedelta(days=20)
    assert _renew(session, token, later) == 1
    assert _renew(session, token, later) == 1
    assert _renew(session, token, later + timedelta(hours=1)) == 2
    message = session.scalars(select(OutboxMessage)).first()
    assert message is not None
    assert (message.recipient, message.event, message.language) == (ping.email, "new-link", "zh")
    assert message.payload["month"] == "2026-02"
    assert open_link(session, token=message.payload["link"].removeprefix("/l/"), now=later) is not None


def test_does_nothing_for_unknown_or_very_old_links(session: Session, ping: Actor, now: datetime) -> None:
    token = _make(session, ping, now)
    assert _renew(session, "unknown", now) == 0
    assert _renew(session, token, now + timedelta(days=90)) == 0


def test_tells_an_address_to_stop(session: Session, ping: Actor, now: datetime) -> None:
    tokens = [_make(session, ping, now) for _ in range(7)]
    assert [_renew(session, token, now) for token in tokens] == [1, 2, 3, 4, 5, 5, 5]


@pytest.mark.parametrize(
    "path", ["https://evil.example", "//evil.example", "/\\evil.example", "x", "", "/a\nb", "/a b"]
)
def test_leads_nowhere_else(session: Session, now: datetime, path: str) -> None:
    """Attack case D16."""
    assert not is_internal_path(path)
    with pytest.raises(Invalid):
        make_link(session, path=path, label={}, customer_id=None, recipient="a@b.example", now=now)
