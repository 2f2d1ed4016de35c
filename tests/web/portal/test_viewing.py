"""Staff look at a customer's pages: they see what the customer sees, and every act is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.access.models import SecurityEvent
from portal.audit.models import AuditRow
from portal.statements.models import Statement
from tests.books import Books
from tests.cast import CHEN, MEI, PING, SEC, Part
from tests.web.conftest import Browser
from tests.web.portal.test_people import ask, customer, issued, number

Open = Callable[[Part], Browser]


def look(browser: Browser, session: Session) -> Any:
    return browser.post(f"/admin/customers/{customer(session).public_id}/view")


@pytest.mark.parametrize("part", [MEI, CHEN])
def test_staff_see_what_the_customer_sees_and_act_nowhere(
    browser_of: Open, session: Session, books: Callable[[str], Books], mei: Actor, part: Part
) -> None:
    issued(session, books, mei, "2026-02-03 invoice ACME INV-2 250.50 CNY due 2026-03-05")
    statement = number(session, "ACME", "CNY")
    browser = browser_of(part)
    assert look(browser, session).status_code == 303
    page = browser.get(f"/statements/{statement}?lang=en")
    assert page.status_code == 200
    assert "INV-2" in page.text
    assert "You cannot act here." in page.text
    for path, data in (
        (f"/statements/{statement}/answers", {"act": "rest"}), (f"/statements/{statement}/sign", {"act": "sign"}),
        ("/account", {"name": "x"}), ("/company", {"company": "x"}), ("/admin/approvals/x/approve", {}),
        ("/l/token", {}), ("/people/invite", {}),
    ):  # fmt: skip
        assert browser.post(path, data).status_code == 403, path
    assert browser.client.put(f"/statements/{statement}").status_code == 403
    (row,) = ask(session, select(Statement).where(Statement.public_id == statement))
    assert (row.first_viewed_at, row.state) == (None, "issued")
    assert browser.get("/admin/customers").status_code == 403
    assert browser.get(f"/admin/customers/{customer(session).public_id}").status_code == 403
    assert browser.post("/viewing/stop").status_code == 303
    assert browser.get("/admin/customers").status_code == 200
    events = ask(session, select(AuditRow.event).where(AuditRow.event.like("customers.view%")))
    assert events == ["customers.view-started", "customers.view-stopped"]
    assert "authz.denied" in ask(session, select(SecurityEvent.event))


def test_others_cannot_look_as_a_customer(browser_of: Open, session: Session) -> None:
    for part, status in ((SEC, 403), (PING, 403)):
        assert look(browser_of(part), session).status_code == status


def test_whoever_looks_sees_one_customer_only(
    browser_of: Open, session: Session, books: Callable[[str], Books], mei: Actor
) -> None:
    issued(session, books, mei, "2026-02-04 invoice GLOBEX GLX-9 80.00 EUR due 2026-03-12")
    browser = browser_of(MEI)
    look(browser, session)
    assert browser.get(f"/statements/{number(session, 'GLOBEX', 'EUR')}").status_code == 404
