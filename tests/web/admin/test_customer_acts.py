"""Staff pages of groups, bank details, paper answers, authenticity and privacy."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor, end_role, system_actor
from portal.access.models import Person
from portal.approvals.models import Approval
from portal.confirmations import confirm_lines, sign_balance
from portal.confirmations.models import Confirmation, PaperConfirmation
from portal.customers.models import Contact, Customer, CustomerAccount, MasterChange
from portal.statements import find_statement
from portal.statements.models import Statement
from tests.books import Books
from tests.cast import AUD, BO, CHEN, MEI, NOW, PING, SEC, Part
from tests.confirmations.test_sign import draft_of
from tests.statements.months import FEBRUARY, issue_month, statement_of
from tests.web.conftest import Browser

Open = Callable[[Part], Browser]
STORY = "2026-02-03 invoice ACME INV-2 250.50 CNY due 2026-03-05"
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def ask(session: Session, query: Any) -> list[Any]:
    """Read afresh, and let go of the lock."""
    session.expire_all()
    found = session.scalars(query).all()
    session.commit()
    return list(found)


def address(session: Session, number: str = "ACME") -> str:
    (public_id,) = ask(session, select(Customer.public_id).where(Customer.number == number))
    return f"/admin/customers/{public_id}"


def approve_only(browser: Browser, session: Session) -> str:
    (row,) = ask(session, select(Approval).where(Approval.state == "pending"))
    page = browser.get(f"/admin/approvals/{row.public_id}?lang=en")
    done = browser.post(f"/admin/approvals/{row.public_id}/approve", {"seen_hash": row.content_hash})
    assert done.status_code == 303
    return page.text


def issued(session: Session, books: Callable[[str], Books], mei: Actor) -> str:
    books(STORY)
    issue_month(session, month=FEBRUARY, actor=mei, now=NOW)
    public_id = statement_of(session, "ACME", "CNY").public_id
    session.commit()
    return public_id


def test_a_group_lists_members_with_balances_and_no_sum(
    browser_of: Open, session: Session, books: Callable[[str], Books]
) -> None:
    books(STORY + "\n2026-02-04 invoice GLOBEX GLX-9 80.00 EUR due 2026-03-12")
    session.commit()
    mei, globex = browser_of(MEI), address(session, "GLOBEX")
    assert "This customer stands alone." in mei.get(f"{globex}/group?lang=en").text
    assert mei.post(f"{globex}/group", {"head": "NONE-9"}).status_code == 422
    assert mei.post(f"{globex}/group", {"head": "ACME"}).status_code == 303
    page = mei.get(f"{globex}/group").text
    assert "250.50" in page
    assert "80.00" in page
    assert "330.50" not in page
    assert mei.post(f"{address(session)}/group", {"head": "GLOBEX"}).status_code == 422
    assert browser_of(AUD).post(f"{globex}/group", {"head": ""}).status_code == 403
    assert mei.post(f"{globex}/group", {"head": ""}).status_code == 303
    assert ask(session, select(Customer.parent_id).where(Customer.number == "GLOBEX")) == [None]


def test_an_address_and_an_account_change_by_two_people(browser_of: Open, session: Session) -> None:
    mei, chen, base = browser_of(MEI), browser_of(CHEN), address(session)
    given = {"name": "Li Wen", "email": "old@acme.example", "language": "en", "is_active": "y"}
    mei.post(f"{base}/contacts/new", given)
    (contact,) = ask(session, select(Contact.public_id))
    assert mei.post(f"{base}/contacts/{contact}", given | {"email": "new@acme.example"}).status_code == 422
    change = f"{base}/contacts/{contact}/email"
    refused = mei.post(change, {"email": "new@acme.example", "reason": ""})
    assert refused.status_code == 422
    assert 'value="new@acme.example"' in refused.text
    assert mei.post(change, {"email": "new@acme.example", "reason": "Call back"}).status_code == 303
    page = approve_only(chen, session)
    assert "old@acme.example → new@acme.example" in page
    assert "Call back" in page
    assert ask(session, select(Contact.email)) == ["new@acme.example"]
    account = {"account": "DE89370400440532013000", "bank_name": "Bank", "holder": "Acme", "reason": "Letter"}
    assert (
        mei.post(f"{base}/accounts/new", account | {"account": "DE00370400440532013000"}).status_code == 422
    )
    assert mei.post(f"{base}/accounts/new", account).status_code == 303
    assert "waits for approval" in mei.get(f"{base}?lang=en").text
    approve_only(chen, session)
    assert "Bank details changed" in mei.get(f"{base}?lang=en").text
    (public_id,) = ask(session, select(CustomerAccount.public_id))
    assert mei.get(f"{base}/accounts/{public_id}/end").status_code == 200
    assert mei.post(f"{base}/accounts/{public_id}/end", {"reason": "Closed"}).status_code == 303
    approve_only(chen, session)
    assert ask(session, select(CustomerAccount.ended_at)) != [None]
    assert len(ask(session, select(MasterChange.id).where(MasterChange.state == "approved"))) == 3


def test_an_account_of_another_customer_is_not_there(browser_of: Open, session: Session) -> None:
    base = address(session)
    for path in (f"{base}/accounts/{'x' * 22}/end", f"{base}/contacts/{'x' * 22}/email"):
        assert browser_of(MEI).get(path).status_code == 404


def test_a_paper_answer_is_marked_everywhere(
    browser_of: Open, session: Session, books: Callable[[str], Books], mei: Actor
) -> None:
    statement = issued(session, books, mei)
    clerk, path = browser_of(MEI), f"/admin/statements/{statement}/paper"
    given = {
        "outcome": "agreed", "channel": "paper", "given_on": "2026-03-01", "given_by": "Li Wen",
        "given_title": "Finance manager",
    }  # fmt: skip
    refused = clerk.post(path, given)
    assert refused.status_code == 422
    assert 'value="Li Wen"' in refused.text
    sent = given | {"files": (io.BytesIO(PDF), "letter.pdf")}
    assert clerk.post(path, sent, content_type="multipart/form-data").status_code == 303
    page = approve_only(browser_of(CHEN), session)
    assert "letter.pdf" in page
    assert "Li Wen, Finance manager" in page
    assert ask(session, select(Statement.state).where(Statement.public_id == statement)) == ["recorded"]
    (receipt,) = ask(session, select(Confirmation.public_id))
    shown = browser_of(PING).get(f"/receipts/{receipt}?lang=en").text
    assert "It does not count as a signature." in shown
    assert "letter.pdf" in shown
    assert "Answer on paper, recorded by us" in browser_of(PING).get("/statements?lang=en").text
    assert (
        "Recorded by us, not electronic" in browser_of(AUD).get(f"/admin/statements/{statement}?lang=en").text
    )
    assert browser_of(AUD).get(path).status_code == 403
    assert ask(session, select(PaperConfirmation.state)) == ["recorded"]


def test_the_auditor_sees_who_signed_and_a_foreign_mail_domain_is_flagged(
    browser_of: Open, session: Session, books: Callable[[str], Books], mei: Actor, ping: Actor
) -> None:
    """Feature 13."""
    statement = issued(session, books, mei)
    customer = session.scalars(select(Customer).where(Customer.number == "ACME")).one()
    customer.mail_domains = "acme-group.example"
    page = find_statement(session, public_id=statement, actor=ping)
    confirm_lines(
        session, public_id=statement, line_nos=[1], content_hash=page.content_hash, actor=ping, now=NOW
    )
    page = find_statement(session, public_id=statement, actor=ping)
    sign_balance(session, public_id=statement, signature=draft_of(page), actor=ping, now=NOW)
    session.commit()
    shown = browser_of(AUD).get(f"/admin/statements/{statement}?lang=en").text
    for words in (
        "not a domain of this customer",
        "2026-03-02T10:00:00+08:00",
        "192.0.2.7",
        "1 act on the lines",
    ):
        assert words in shown
    (receipt,) = ask(session, select(Confirmation.public_id))
    assert "not a domain of this customer" not in browser_of(PING).get(f"/receipts/{receipt}?lang=en").text


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


def test_everybody_downloads_their_own_data(browser_of: Open) -> None:
    for part in (PING, MEI):
        answer = browser_of(part).post("/account/data")
        assert answer.mimetype == "application/zip"
        assert part.email in zipfile.ZipFile(io.BytesIO(answer.data)).read("profile.json").decode()
