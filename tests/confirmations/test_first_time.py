"""Terms and mailed code before the first signature (1-9, D12), and what stands in the evidence (13)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import delete, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.access.models import Invitation
from portal.confirmations import (
    authenticity_of,
    check_code,
    find_confirmation,
    needs_code,
    send_code,
    sign_balance,
    terms_text,
)
from portal.confirmations.models import SignCode, TermsAcceptance
from portal.customers.models import Customer
from portal.errors import Conflict, Invalid, NotAllowed, Throttled
from portal.outbox.models import OutboxMessage
from portal.sealing import sealer_of
from portal.statements import StatementPage, acts_on
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


def forget_terms(session: Session) -> None:
    session.execute(text("DROP TRIGGER tg_terms_acceptances_2"))
    session.execute(delete(TermsAcceptance))


def mailed_code(session: Session) -> str:
    rows = session.scalars(
        select(OutboxMessage).where(OutboxMessage.event == "sign-code").order_by(OutboxMessage.id)
    )
    return sealer_of(session).open_text(rows.all()[-1].payload["sealed_secret"])


def company_of(ping: Actor) -> int:
    (customer_id,) = ping.customer_ids or {0}
    return customer_id


# --- terms ----------------------------------------------------------------------------------------------------------


def test_refuses_a_first_signature_without_the_terms(
    session: Session,
    page: StatementPage,
    ping: Actor,
    now: datetime,
) -> None:
    forget_terms(session)
    with pytest.raises(Invalid) as refused:
        sign_balance(session, public_id=page.public_id, signature=draft_of(page), actor=ping, now=now)
    assert refused.value.field == "terms"


def test_keeps_the_accepted_text_word_for_word_with_its_hash(
    session: Session,
    page: StatementPage,
    ping: Actor,
    now: datetime,
) -> None:
    forget_terms(session)
    shown = terms_text(session, customer_id=page.customer.id, language="zh")
    draft = replace(draft_of(page), terms_hash=shown.text_hash)
    receipt = sign_balance(session, public_id=page.public_id, signature=draft, actor=ping, now=now)
    row = session.scalars(select(TermsAcceptance)).one()
    assert (row.text, row.text_hash, row.person_id) == (shown.text, shown.text_hash, ping.person_id)
    assert sha256(row.text.encode()).hexdigest() == row.text_hash
    assert "埃克米商贸" in row.text
    view = find_confirmation(session, public_id=receipt, actor=ping)
    assert view.evidence["terms"]["hash"] == row.text_hash


def test_the_terms_of_another_company_are_not_these(
    session: Session,
    page: StatementPage,
    ping: Actor,
    bo: Actor,
    now: datetime,
) -> None:
    forget_terms(session)
    other = terms_text(session, customer_id=company_of(bo), language="zh")
    draft = replace(draft_of(page), terms_hash=other.text_hash)
    with pytest.raises(Invalid):
        sign_balance(session, public_id=page.public_id, signature=draft, actor=ping, now=now)


# --- code -----------------------------------------------------------------------------------------------------------


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


# --- evidence ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("domains", "email", "verdict", "is_flagged"),
    [
        ("acme.example", "ping@acme.example", "match", False),
        ("acme.example", "ping@books.acme.example", "match", False),
        ("acme.example", "ping@acme.example.evil.example", "mismatch", True),
        ("acme.example", "ping@qq.com", "free-mail", True),
        ("", "ping@acme.example", "unknown", False),
    ],
)
def test_the_panel_compares_the_mail_domain(
    session: Session,
    page: StatementPage,
    ping: Actor,
    aud: Actor,
    now: datetime,
    domains: str,
    email: str,
    verdict: str,
    is_flagged: bool,
) -> None:
    """Feature 13: a mismatch is flagged, and what was known then stays."""
    session.get_one(Customer, page.customer.id).mail_domains = domains
    session.flush()
    draft = replace(draft_of(page), authority="Procuration")
    receipt = sign_balance(
        session, public_id=page.public_id, signature=draft, actor=replace(ping, email=email), now=now
    )
    session.get_one(Customer, page.customer.id).mail_domains = "other.example"
    session.flush()
    found = authenticity_of(session, public_id=receipt, actor=aud)
    assert (found.domain, found.is_flagged) == (verdict, is_flagged)
    one = found.signature
    assert (one.role, one.authority, one.method, one.channel) == (
        "confirmer",
        "Procuration",
        "password",
        "portal",
    )
    assert one.local_time.endswith("+08:00")
    with pytest.raises(NotAllowed):
        authenticity_of(session, public_id=receipt, actor=ping)


def test_every_click_is_evidence_with_the_text_that_was_shown(
    session: Session,
    page: StatementPage,
    ping: Actor,
) -> None:
    (act,) = acts_on(session, subject_kind="statement", subject_id=page.public_id)
    assert (act.event, act.name, act.role, act.method, act.address) == (
        "lines.answered", "Ping Zhou", "confirmer", "password", "192.0.2.7",
    )  # fmt: skip
    assert act.statement_hash == page.content_hash
    assert act.local_time == "2026-03-02T10:00:00+08:00"
    assert act.text.splitlines()[0] == "INV-2 · 2026-02-03 · ¥250.50 · 已确认"


@pytest.mark.db
def test_the_database_keeps_acts_and_terms_as_they_are(session: Session, page: StatementPage) -> None:
    session.commit()
    for statement in (
        "UPDATE acts SET text = 'x'",
        "DELETE FROM acts",
        "UPDATE terms_acceptances SET text = 'x'",
    ):
        with pytest.raises(IntegrityError):
            session.execute(text(statement))
        session.rollback()
