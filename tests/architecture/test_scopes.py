"""Every staff address, opened by people who see a part: nothing of the other customers appears, nothing is changed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import GrantTerms, grant_role, start_sign_in, system_actor
from portal.access.models import Grant, Person
from portal.adjustments import AdjustmentDraft, draft_adjustment, submit_adjustment
from portal.clock import utc_now
from portal.customers.models import Customer
from portal.disputes.models import Dispute
from portal.money import Money
from portal.receivables.models import Document
from portal.reminders import run_reminders
from portal.settings import Settings
from portal.statements.models import Statement
from portal.tasks import TaskDraft, open_task
from tests.architecture.sources import ROOT
from tests.books import Books
from tests.cast import AUD, MEI, Part, actor_of
from tests.statements.months import FEBRUARY, issue_month
from tests.web.admin.desk import dispute_about
from tests.web.conftest import Browser
from wsgi import create_app

pytestmark = pytest.mark.slow
STORY = """
    2026-02-03 invoice ACME ACM-1 250.50 CNY due 2026-03-05
    2026-02-10 receipt ACME ACM-2 130.00 CNY pays ACM-1:80.00
    2026-02-11 invoice GLOBEX HID-1 999.99 CNY due 2026-03-13
    2026-02-12 receipt GLOBEX HID-2 77.70 CNY pays HID-1:70.00
"""
#: What gives the other customer away: its name, its documents, its amounts, its people.
HIDDEN = re.compile(r"Globex|HID-\d|999\.99|1,?077\.69|929\.99|bo@globex|Bo Svensson")
LISTED = ROOT / "tests" / "architecture" / "routes.txt"
#: Pages about people and roles name people of every customer; they are not the business of who has a portfolio.
FIXED = re.compile(r"<")
NOW = utc_now()


def addresses() -> Iterator[str]:
    """Yield every staff address without an id in it, that a GET opens."""
    for line in LISTED.read_text("utf-8").splitlines():
        rule, methods, _endpoint, permissions, _side = line.split("  ")
        if (
            rule.startswith("/admin")
            and "GET" in methods
            and permissions != "public"
            and not FIXED.search(rule)
        ):
            yield rule


@pytest.fixture
def world(session: Session, books: Callable[[str], Books]) -> Books:
    """Two customers with documents, statements, mails, disputes, adjustments and tasks; Mei's world."""
    made = books(STORY)
    mei = actor_of(session, MEI)
    now = NOW - timedelta(hours=1)
    issue_month(session, month=FEBRUARY, actor=mei, now=now)
    run_reminders(session, actor=system_actor(), now=now)
    for number in ("ACM-1", "HID-1"):
        dispute_about(session, made.public_ids[number], actor=mei, now=now)
        draft = AdjustmentDraft(
            "credit_note",
            Money(1_000, "CNY"),
            date(2026, 3, 2),
            f"Freight of {number}.",
            document=made.public_ids[number],
        )
        submit_adjustment(
            session, public_id=draft_adjustment(session, draft=draft, actor=mei, now=now), actor=mei, now=now
        )
        customer_id = session.scalars(
            select(Document.customer_id).where(Document.document_no == number)
        ).one()
        task = TaskDraft(
            key=f"question:{number}", kind="question", subject_kind="document", subject_id=made.public_ids[number],
            facts={"document_no": number}, due_on=date(2026, 3, 9), customer_id=customer_id,
        )  # fmt: skip
        open_task(session, task, actor=system_actor(), now=now)
    session.commit()
    return made


def limited(session: Session, part: Part, role: str, terms: GrantTerms) -> int:
    """Give somebody of the cast another role under terms, from the console."""
    person = session.scalars(select(Person).where(Person.email == part.email)).one()
    for grant in session.scalars(select(Grant).where(Grant.person_id == person.id)):
        grant.ended_at = NOW - timedelta(minutes=30)
    session.flush()
    grant_role(
        session,
        public_id=person.public_id,
        role=role,
        terms=terms,
        actor=system_actor(),
        now=NOW - timedelta(minutes=20),
    )
    session.commit()
    return person.id


def enter(session: Session, app: Flask, person_id: int) -> Browser:
    token, _ = start_sign_in(
        session, person_id=person_id, method="password", address="127.0.0.1", device="Test", now=utc_now()
    )
    session.commit()
    browser = Browser(app)
    browser.carry(token)
    return browser


@pytest.fixture
def app(world: Books, session: Session, settings: Settings) -> Flask:
    from portal.db import Database

    app = create_app(settings, Database(settings.database_url))
    app.testing = False
    return app


def acme(session: Session) -> int:
    found = session.scalars(select(Customer.id).where(Customer.number == "ACME")).one()
    session.rollback()
    return found


ASKED = ("", "?tab=all&format=csv", "?tab=all&q=HID-1")


@pytest.mark.parametrize("role", ["clerk", "approver", "auditor"])
def test_a_portfolio_shows_nothing_of_other_customers(
    role: str, app: Flask, session: Session, world: Books
) -> None:
    """Requirement 1-14: role × permission × customer scope, on every list, count, search and export."""
    terms = GrantTerms(portfolio="list", customer_ids=(acme(session),))
    browser = enter(session, app, limited(session, AUD if role == "auditor" else MEI, role, terms))
    leaks, seen = [], 0
    for address in addresses():
        for asked in ASKED:
            answer = browser.get(address + asked)
            if answer.status_code == 200:
                text = re.sub(r'value="[^"]*"|\?q=[^"]*|href="[^"]*"', "", answer.text)
                seen += "ACM-1" in text
                leaks += [(address + asked, word) for word in set(HIDDEN.findall(text))]
            assert answer.status_code < 500, address + asked
    assert leaks == []
    assert seen > 5  # the sweep looked at pages that do show the portfolio


@pytest.mark.parametrize("role", ["clerk", "approver", "auditor"])
def test_a_portfolio_opens_no_page_of_another_customer(
    role: str, app: Flask, session: Session, world: Books
) -> None:
    terms = GrantTerms(portfolio="list", customer_ids=(acme(session),))
    browser = enter(session, app, limited(session, AUD if role == "auditor" else MEI, role, terms))
    pages = {}
    for number, status in (("ACME", 200), ("GLOBEX", 404)):
        customer = session.scalars(select(Customer).where(Customer.number == number)).one()
        document = session.scalars(
            select(Document.public_id).where(Document.customer_id == customer.id, Document.kind == "invoice")
        ).one()
        dispute = session.scalars(select(Dispute.public_id).where(Dispute.customer_id == customer.id)).one()
        statement = session.scalars(
            select(Statement.public_id).where(Statement.customer_id == customer.id)
        ).first()
        for path in (f"customers/{customer.public_id}", f"documents/{document}", f"disputes/{dispute}"):
            pages[f"/admin/{path}"] = status
        pages[f"/admin/statements/{statement}"] = status
    session.rollback()
    assert {path: browser.get(path).status_code for path in pages} == pages


def test_a_department_sees_its_disputes_and_nothing_of_the_ledger(
    app: Flask, session: Session, world: Books
) -> None:
    """Requirement 3-2: scoped dispute rights; comment inside, propose a finding, post nothing."""
    mine, other = session.scalars(select(Dispute).order_by(Dispute.id)).all()
    mine_id, other_id = mine.public_id, other.public_id
    own, other.department = mine.department, "tax"
    session.commit()
    browser = enter(session, app, limited(session, MEI, "department", GrantTerms(departments=(own,))))
    listed = browser.get("/admin/disputes/?tab=all").text
    assert mine_id in listed
    assert other_id not in listed
    assert browser.get(f"/admin/disputes/{mine_id}").status_code == 200
    assert browser.get(f"/admin/disputes/{other_id}").status_code == 404
    assert browser.get("/admin/customers").status_code == 403
    assert browser.get("/admin/documents/").status_code == 403
    finding = {"verdict": "partly_valid", "root_cause": "entry_error", "text": "Two of three arrived."}
    assert browser.post(f"/admin/disputes/{mine_id}/finding", finding).status_code == 303
    assert browser.post(f"/admin/disputes/{other_id}/finding", finding).status_code == 404
    assert browser.post(f"/admin/disputes/{mine_id}/note", {"text": "Asked the driver."}).status_code == 303
    assert browser.post(f"/admin/disputes/{mine_id}/reply", {"text": "We pay."}).status_code == 403
    assert "Two of three arrived." in browser.get(f"/admin/disputes/{mine_id}").text
    assert browser.get(f"/admin/disputes/{mine_id}?as=customer").text.count("Two of three arrived.") == 0


#: One's own account, and beginning or ending to look at a customer's pages: nothing of the business changes.
LOOKING = {"public", "account:own", "customers:view-as"}


def test_every_post_of_an_auditor_is_refused(app: Flask, session: Session, world: Books) -> None:
    """Requirement 0-10: whatever address, 403; one's own account and signing out aside."""
    person_id = session.scalars(select(Person.id).where(Person.email == AUD.email)).one()
    browser = enter(session, app, person_id)
    wrong = []
    for line in LISTED.read_text("utf-8").splitlines():
        rule, methods, endpoint, permissions, _side = line.split("  ")
        if (
            "POST" not in methods
            or permissions in LOOKING
            or endpoint in {"sign_in.sign_out", "viewing.stop"}
        ):
            continue
        address = re.sub(r"<any\((\w+)[^>]*>", r"\1", re.sub(r"<int:\w+>", "1", rule))
        answer = browser.post(re.sub(r"<[^>]+>", "A" * 22, address))
        if answer.status_code != 403:
            wrong.append((address, answer.status_code, permissions))
    assert wrong == []
