"""Terms are accepted word for word before the first signature (1-9, D12)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from hashlib import sha256

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.confirmations import (
    find_confirmation,
    sign_balance,
    terms_text,
)
from portal.confirmations.models import TermsAcceptance
from portal.errors import Invalid
from portal.statements import StatementPage
from tests.confirmations.conftest import forget_terms
from tests.confirmations.test_sign import draft_of

pytestmark = pytest.mark.usefixtures("page")


def company_of(ping: Actor) -> int:
    (customer_id,) = ping.customer_ids or {0}
    return customer_id


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


@pytest.mark.db
def test_the_database_keeps_accepted_terms_as_they_are(session: Session, page: StatementPage) -> None:
    session.commit()
    for statement in ("UPDATE terms_acceptances SET text = 'x'",):
        with pytest.raises(IntegrityError):
            session.execute(text(statement))
        session.rollback()
