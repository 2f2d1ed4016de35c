"""Who was invited signs first with a code from the mail (1-9, D12)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.access.models import Invitation
from portal.confirmations import (
    check_code,
    find_confirmation,
    needs_code,
    send_code,
    sign_balance,
)
from portal.confirmations.models import SignCode
from portal.errors import Conflict, Invalid, NotAllowed, Throttled
from portal.outbox.models import OutboxMessage
from portal.sealing import sealer_of
from portal.statements import StatementPage
from tests.confirmations.test_sign import draft_of

pytestmark = pytest.mark.usefixtures("page")


def invited(session: Session, ping: Actor, mei: Actor, now: datetime) -> None:
    """Let Ping have come by an invitation of Mei's."""
    (customer_id,) = ping.customer_ids or {0}
    session.add(
        Invitation(
            token_hash="t", email=ping.email, name=ping.name, role="confirmer", customer_id=customer_id,
            invited_by_id=mei.person_id, made_at=now - timedelta(days=2), ends_at=now, person_id=ping.person_id,
            accepted_at=now - timedelta(days=1),
        )
    )  # fmt: skip
    session.flush()


def mailed_code(session: Session) -> str:
    rows = session.scalars(
        select(OutboxMessage).where(OutboxMessage.event == "sign-code").order_by(OutboxMessage.id)
    )
    return sealer_of(session).open_text(rows.all()[-1].payload["sealed_secret"])


def test_who_was_invited_signs_first_with_a_code_from_the_mail(
    session: Session,
    page: StatementPage,
    ping: Actor,
    mei: Actor,
    now: datetime,
) -> None:
    assert not needs_code(session, customer_id=page.customer.id, actor=ping, now=now)
    invited(session, ping, mei, now)
    with pytest.raises(Invalid) as refused:
        sign_balance(session, public_id=page.public_id, signature=draft_of(page), actor=ping, now=now)
    assert refused.value.field == "code"
    known: dict[str, Any] = {"customer_id": page.customer.id, "actor": ping, "now": now}
    send_code(session, **known)
    assert not check_code(session, code="12345", **known)
    assert check_code(session, code=f" {mailed_code(session)[:3]} {mailed_code(session)[3:]}", **known)
    receipt = sign_balance(session, public_id=page.public_id, signature=draft_of(page), actor=ping, now=now)
    evidence = find_confirmation(session, public_id=receipt, actor=ping).evidence
    assert evidence["code"] == now.isoformat(timespec="seconds")
    assert evidence["invitation"]["invited_by"] == mei.public_id
    assert not needs_code(session, customer_id=page.customer.id, actor=ping, now=now + timedelta(days=9))


def test_a_code_dies_after_five_tries_ten_minutes_or_a_newer_one(
    session: Session,
    page: StatementPage,
    ping: Actor,
    now: datetime,
) -> None:
    known: dict[str, Any] = {"customer_id": page.customer.id, "actor": ping}
    send_code(session, now=now, **known)
    first = mailed_code(session)
    with pytest.raises(Conflict):
        check_code(session, code=first, now=now + timedelta(minutes=10), **known)
    send_code(session, now=now, **known)
    second = mailed_code(session)
    assert second == first or not check_code(session, code=first, now=now, **known)
    for _ in range(5):
        session.scalars(select(SignCode).order_by(SignCode.id.desc())).first()
        try:
            check_code(session, code="not it", now=now, **known)
        except Conflict:
            break
    with pytest.raises(Conflict):
        check_code(session, code=second, now=now, **known)


def test_no_more_than_five_codes_an_hour_and_none_is_kept_in_the_clear(
    session: Session,
    page: StatementPage,
    ping: Actor,
    vera: Actor,
    now: datetime,
) -> None:
    known: dict[str, Any] = {"customer_id": page.customer.id, "now": now}
    for _ in range(5):
        send_code(session, actor=ping, **known)
    with pytest.raises(Throttled):
        send_code(session, actor=ping, **known)
    assert mailed_code(session) not in session.scalars(select(SignCode.code_hash)).all()
    with pytest.raises(NotAllowed):
        send_code(session, actor=vera, **known)
