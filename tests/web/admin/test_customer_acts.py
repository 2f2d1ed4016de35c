"""Staff pages of groups and authenticity; one's own data."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.confirmations import confirm_lines, sign_balance
from portal.confirmations.models import Confirmation
from portal.customers.models import Customer
from portal.statements import find_statement
from tests.books import Books
from tests.cast import AUD, MEI, NOW, PING, Part
from tests.confirmations.test_sign import draft_of
from tests.web.admin.desk import PAPER_STORY, address, ask, issued
from tests.web.conftest import Browser

Open = Callable[[Part], Browser]


def test_a_group_lists_members_with_balances_and_no_sum(
    browser_of: Open, session: Session, books: Callable[[str], Books]
) -> None:
    books(PAPER_STORY + "\n2026-02-04 invoice GLOBEX GLX-9 80.00 EUR due 2026-03-12")
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


def test_everybody_downloads_their_own_data(browser_of: Open) -> None:
    for part in (PING, MEI):
        answer = browser_of(part).post("/account/data")
        assert answer.mimetype == "application/zip"
        assert part.email in zipfile.ZipFile(io.BytesIO(answer.data)).read("profile.json").decode()
