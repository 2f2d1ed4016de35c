"""Staff see who signs in for a customer; who could confirm comes by two people."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access.models import Invitation
from tests.cast import AUD, CHEN, MEI, Part
from tests.web.admin.desk import address, ask
from tests.web.conftest import Browser

Open = Callable[[Part], Browser]


def test_staff_see_who_signs_in_and_invite_by_two(browser_of: Open, session: Session) -> None:
    base = f"{address(session)}/people"
    clerk = browser_of(MEI)
    assert "Ping Zhou" in clerk.get(base).text
    given = {"name": "New One", "email": "new@acme.example", "role": "confirmer", "language": "en"}
    assert clerk.post(f"{base}/invite", given).status_code == 303
    assert "A second person must agree" in clerk.get(f"{base}?lang=en").text
    assert ask(session, select(Invitation.id)) == []
    approver = browser_of(CHEN)
    assert "New One" in approver.get("/admin/approvals/").text
    assert browser_of(AUD).get(base).status_code == 200
    assert browser_of(AUD).post(f"{base}/invite", given).status_code == 403
