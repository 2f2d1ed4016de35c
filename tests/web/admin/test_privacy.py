"""The security administrator exports and erases; nobody else finds the page."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor, end_role, system_actor
from portal.access.models import Person
from tests.cast import BO, CHEN, MEI, NOW, PING, SEC, Part
from tests.web.admin.desk import ask
from tests.web.conftest import Browser

Open = Callable[[Part], Browser]


def test_the_security_administrator_exports_and_erases(
    browser_of: Open, session: Session, ping: Actor
) -> None:
    """Requirement 1-9."""
    session.commit()
    sec = browser_of(SEC)
    page = sec.get(f"/admin/privacy?email={PING.email}&lang=en").text
    assert "Ping Zhou" in page
    assert "Still holds 1 role" in page
    data = sec.post(f"/admin/privacy/people/{ping.public_id}/export")
    assert zipfile.ZipFile(io.BytesIO(data.data)).namelist()
    erase = f"/admin/privacy/people/{ping.public_id}/erase"
    assert sec.post(erase, {"reason": "Letter"}).status_code == 422
    end_role(
        session,
        public_id=ping.public_id,
        role="confirmer",
        customer_no="ACME",
        actor=system_actor("t"),
        now=NOW,
    )
    session.commit()
    assert sec.post(erase, {"reason": ""}).status_code == 422
    assert sec.post(erase, {"reason": "Letter"}).status_code == 303
    assert ask(session, select(Person.email).where(Person.public_id == ping.public_id)) != [PING.email]
    assert sec.post("/admin/privacy/purge").status_code == 303
    for part in (MEI, CHEN, BO):
        assert browser_of(part).get("/admin/privacy").status_code == 403
        assert browser_of(part).post(erase, {"reason": "x"}).status_code == 403
