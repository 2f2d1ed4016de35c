"""Sealed accounts over HTTP: sealed, opened once, told, looked at."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.outbox.models import OutboxMessage
from portal.roles.models import BreakGlass
from tests.cast import AUD, CHEN, SEC, SEC_TWO, second_security_admin
from tests.web.admin.two_people import Open, found, person
from tests.web.conftest import Browser


@pytest.fixture
def two(session: Session) -> None:
    second_security_admin(session)
    session.commit()


def test_a_sealed_account_opens_once_and_tells_the_guards(
    browser_of: Open, nobody: Browser, session: Session, two: None
) -> None:
    """Rule R10."""
    chen = person(session, CHEN)
    answer = browser_of(SEC).post("/admin/break-glass", {"person": chen})
    shown = re.search(r"<code>([a-z0-9-]{35})</code>", answer.text)
    assert shown, answer.text
    typed = {
        "email": CHEN.email,
        "secret": shown[1],
        "opened_by": "Li Wei",
        "reason": "Nobody else is in the country",
    }
    assert nobody.get("/break-glass").status_code == 200
    assert nobody.post("/break-glass", typed | {"reason": "because"}).status_code == 422
    assert nobody.post("/break-glass", typed | {"secret": "wrong"}).status_code == 422
    assert nobody.post("/break-glass", typed).status_code == 303
    assert nobody.get("/admin/approvals").status_code == 200
    assert nobody.get("/account").status_code == 403
    (seal,) = found(session, select(BreakGlass))
    assert seal.opened_at is not None
    assert seal.ends_at is not None
    assert (seal.ends_at - seal.opened_at).total_seconds() == 3600
    told = found(session, select(OutboxMessage.recipient).where(OutboxMessage.event == "break-glass-opened"))
    assert set(told) == {SEC.email, SEC_TWO.email, AUD.email}
    assert Browser(nobody.client.application).post("/break-glass", typed).status_code == 422
    listed = browser_of(AUD).get("/admin/break-glass").text
    assert "Li Wei" in listed
    assert "people.seal-broken" in listed
