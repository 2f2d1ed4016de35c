"""Pages of a customer's own people, several companies, pauses and staff who look as the customer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.access.models import Grant, Invitation, Person, SecurityEvent, SignIn
from portal.audit.models import AuditRow
from portal.confirmations import confirm_lines
from portal.customers import pause_customer, set_group
from portal.customers.models import Customer
from portal.statements import find_statement
from tests.books import Books
from tests.cast import BO, MEI, NOW, PING, VERA, Part
from tests.statements.months import FEBRUARY, issue_month, statement_of
from tests.web.conftest import Browser

Open = Callable[[Part], Browser]
FANG = Part("fang@acme.example", "Fang Yu", "customer-admin", "ACME", "en")


def customer(session: Session, number: str = "ACME") -> Customer:
    found = session.scalars(select(Customer).where(Customer.number == number)).one()
    session.commit()  # a writing session must not hold the lock while a browser asks
    return found


def ask(session: Session, query: Any) -> list[Any]:
    """Read afresh, and let go of the lock."""
    session.expire_all()
    found = session.scalars(query).all()
    session.commit()
    return list(found)


def number(session: Session, account: str, currency: str) -> str:
    public_id = statement_of(session, account, currency).public_id
    session.commit()
    return public_id


def give(session: Session, part: Part, role: str, number: str, *, is_for_group: bool = False) -> None:
    person = session.scalars(select(Person).where(Person.email == part.email)).one_or_none()
    if person is None:
        person = Person(email=part.email, name=part.name, language=part.language, created_at=NOW)
        session.add(person)
        session.flush()
    grant = Grant(
        person_id=person.id, role=role, customer_id=customer(session, number).id, granted_at=NOW,
        is_for_group=is_for_group,
    )  # fmt: skip
    session.add(grant)
    session.commit()


def public_id_of(session: Session, part: Part) -> str:
    (found,) = ask(session, select(Person.public_id).where(Person.email == part.email))
    return str(found)


def issued(session: Session, books: Callable[[str], Books], mei: Actor, story: str) -> None:
    books(story)
    issue_month(session, month=FEBRUARY, actor=mei, now=NOW)
    session.commit()


# --- the company's own administrator ------------------------------------------------------------------------------


def test_the_administrator_sees_invites_changes_and_signs_out(browser_of: Open, session: Session) -> None:
    give(session, FANG, "customer-admin", "ACME")
    browser_of(PING)
    fang = browser_of(FANG)
    page = fang.get("/people").text
    assert "Ping Zhou" in page
    assert "Vera Adler" in page
    assert "Bo Svensson" not in page
    invited = {"name": "New One", "email": "new@acme.example", "role": "viewer", "language": "en"}
    assert fang.post("/people/invite", invited).status_code == 303
    assert "new@acme.example" in fang.get("/people").text
    (invitation,) = ask(session, select(Invitation.public_id))
    assert fang.post(f"/people/invitations/{invitation}/revoke").status_code == 303
    assert ask(session, select(Invitation.revoked_at)) != [None]
    vera = public_id_of(session, VERA)
    assert fang.post(f"/people/{vera}/roles", {"act": "save", "role": "confirmer"}).status_code == 303
    held = (
        select(Grant.role)
        .join(Person, Person.id == Grant.person_id)
        .where(Person.email == VERA.email, Grant.ended_at.is_(None))
    )
    assert ask(session, held) == ["confirmer"]
    ping = public_id_of(session, PING)
    assert fang.post(f"/people/{ping}/sign-out").status_code == 303
    assert len(ask(session, select(SignIn.id).where(SignIn.ended_at.is_(None)))) == 1


def test_a_wrong_entry_loses_nothing_typed(browser_of: Open, session: Session) -> None:
    give(session, FANG, "customer-admin", "ACME")
    given = {"name": "New One", "email": "no address", "role": "viewer", "language": "en"}
    page = browser_of(FANG).post("/people/invite", given)
    assert page.status_code == 422
    assert 'value="New One"' in page.text
    assert "is not an e-mail address" in page.text


def test_the_address_of_another_customer_is_answered_like_any_other(
    browser_of: Open, session: Session
) -> None:
    """D04, D12: neither the page nor its status tells that the address is known."""
    give(session, FANG, "customer-admin", "ACME")
    fang = browser_of(FANG)
    answers = []
    for email in (BO.email, "unknown@elsewhere.example"):
        given = {"name": "Somebody", "email": email, "role": "viewer", "language": "en"}
        done = fang.post("/people/invite", given)
        answers.append((done.status_code, done.headers["Location"]))
    assert answers[0] == answers[1]
    page = fang.get("/people").text
    assert "Bo Svensson" not in page
    assert "Globex" not in page


@pytest.mark.parametrize("act", ["roles", "sign-out"])
def test_people_of_others_are_not_there(browser_of: Open, session: Session, act: str) -> None:
    """D04: with the public id of Globex's confirmer the answer is the safe 404."""
    give(session, FANG, "customer-admin", "ACME")
    fang, bo = browser_of(FANG), public_id_of(session, BO)
    refused = fang.post(f"/people/{bo}/{act}", {"act": "save", "role": "viewer"})
    unknown = fang.post(f"/people/{'x' * 22}/{act}", {"act": "save", "role": "viewer"})
    assert (refused.status_code, unknown.status_code) == (404, 404)
    assert ask(session, select(SecurityEvent.event)) == ["authz.denied", "authz.denied"]


def test_viewers_and_confirmers_have_no_such_page(browser_of: Open) -> None:
    for part in (PING, VERA):
        assert browser_of(part).get("/people").status_code == 403


# --- several companies ----------------------------------------------------------------------------------------------


def test_two_companies_never_mix_and_what_was_begun_stays(
    browser_of: Open, session: Session, books: Callable[[str], Books], mei: Actor, ping: Actor
) -> None:
    story = """
        2026-02-03 invoice ACME INV-2 250.50 CNY due 2026-03-05
        2026-02-04 invoice GLOBEX GLX-9 80.00 EUR due 2026-03-12
    """
    issued(session, books, mei, story)
    give(session, PING, "confirmer", "GLOBEX")
    acme, globex = number(session, "ACME", "CNY"), number(session, "GLOBEX", "EUR")
    shown = find_statement(session, public_id=acme, actor=ping)
    confirm_lines(session, public_id=acme, line_nos=[1], content_hash=shown.content_hash, actor=ping, now=NOW)
    session.commit()
    browser = browser_of(PING)
    for path in ("/", "/statements", "/open-items", f"/statements/{acme}"):
        page = browser.get(path).text
        assert "GLX-9" not in page
        assert "80.00" not in page
    assert browser.get(f"/statements/{globex}").status_code == 404
    assert browser.post("/company", {"company": customer(session, "GLOBEX").public_id}).status_code == 303
    for path in ("/", "/statements", "/open-items", f"/statements/{globex}"):
        page = browser.get(path).text
        assert "INV-2" not in page
        assert "250.50" not in page
    assert browser.get(f"/statements/{acme}").status_code == 404
    browser.post("/company", {"company": customer(session).public_id})
    seen = find_statement(session, public_id=acme, actor=ping)
    session.commit()
    assert [line.answer for line in seen.lines] == ["confirmed"]
    assert "confirmed" in browser.get(f"/statements/{acme}").text


def test_your_companies_lists_each_with_its_own_balances_and_no_sum(
    browser_of: Open, session: Session, books: Callable[[str], Books], mei: Actor
) -> None:
    story = """
        2026-02-03 invoice ACME INV-2 250.50 CNY due 2026-03-05
        2026-02-03 invoice ACME INV-3 11.00 USD due 2026-03-05
        2026-02-04 invoice GLOBEX GLX-9 80.00 EUR due 2026-03-12
    """
    issued(session, books, mei, story)
    give(session, PING, "viewer", "GLOBEX")
    page = browser_of(PING).get("/companies").text
    for amount in ("250.50", "11.00", "80.00"):
        assert amount in page
    assert "341.50" not in page
    assert "341.5" not in page


def test_people_of_the_head_see_members_only_where_their_role_says_so(
    browser_of: Open, session: Session, mei: Actor
) -> None:
    acme, globex = customer(session), customer(session, "GLOBEX")
    give(session, FANG, "customer-admin", "ACME", is_for_group=True)
    fang, vera = browser_of(FANG), browser_of(VERA)
    assert fang.post("/company", {"company": globex.public_id}).status_code == 404
    set_group(session, public_id=globex.public_id, head_public_id=acme.public_id, actor=mei, now=NOW)
    session.commit()
    assert fang.post("/company", {"company": globex.public_id}).status_code == 303
    assert "Globex" in fang.get("/people").text
    assert vera.post("/company", {"company": globex.public_id}).status_code == 404
    set_group(session, public_id=globex.public_id, head_public_id=None, actor=mei, now=NOW)
    session.commit()
    assert "Bo Svensson" not in fang.get("/people").text


# --- pause ----------------------------------------------------------------------------------------------------------


def test_a_pause_stops_its_people_at_once_with_clear_words_and_ends(
    browser_of: Open, session: Session
) -> None:
    ping, clerk = browser_of(PING), browser_of(MEI)
    assert ping.get("/statements").status_code == 200
    address = f"/admin/customers/{customer(session).public_id}"
    assert clerk.post(f"{address}/pause", {"reason": ""}).status_code == 422
    assert clerk.post(f"{address}/pause", {"reason": "Sale of the company"}).status_code == 303
    refused = ping.get("/statements?lang=en")
    assert refused.status_code == 403
    assert "Access paused" in refused.text
    assert "Sale of the company" not in refused.text
    assert ping.get("/account").status_code == 200
    assert ping.post("/statements/" + "x" * 22 + "/answers", {"act": "rest"}).status_code == 403
    assert browser_of(BO).get("/statements").status_code == 200
    assert "Sale of the company" in clerk.get(address).text
    assert clerk.post(f"{address}/resume").status_code == 303
    assert ping.get("/statements").status_code == 200
    events = ask(session, select(AuditRow.event).where(AuditRow.event.like("customers.%")))
    assert events == ["customers.paused", "customers.resumed"]


def test_who_has_another_company_begins_there(browser_of: Open, session: Session, mei: Actor) -> None:
    give(session, PING, "confirmer", "GLOBEX")
    acme = customer(session)
    pause_customer(session, public_id=acme.public_id, reason="x", actor=mei, now=NOW)
    session.commit()
    ping = browser_of(PING)
    assert ping.get("/statements").status_code == 200
    assert ping.post("/company", {"company": acme.public_id}).status_code == 303
    assert ping.get("/statements").status_code == 403
