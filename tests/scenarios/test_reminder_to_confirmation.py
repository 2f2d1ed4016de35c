"""From a mail to a signature: issued, told over real SMTP, opened by its link, answered, signed, told no more."""

from __future__ import annotations

import email
import email.policy
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select

from portal.access import hash_password, system_actor
from portal.access.models import Person
from portal.clock import utc_now
from portal.confirmations.models import Confirmation
from portal.db import Database
from portal.http.mail import deliver_mail
from portal.reminders import run_reminders
from portal.settings import Settings
from portal.statements.models import Statement
from tests.cast import PASSWORD, PING
from tests.web.company import Company, make_company
from tests.web.conftest import Browser
from wsgi import create_app

CONSOLE = system_actor("os:test")
LINK = re.compile(r"http://127\.0\.0\.1:8000(/l/[A-Za-z0-9_-]+)")
FIGURE = re.compile(r"\d[\d,]*\.\d\d\b")


@dataclass
class Postman:
    """A mail server on loopback that keeps what it is given."""

    letters: list[EmailMessage] = field(default_factory=list)
    envelopes: list[list[str]] = field(default_factory=list)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        self.envelopes.append(envelope.rcpt_tos)
        letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        return "250 kept"


@pytest.fixture
def postman() -> Iterator[tuple[Postman, int]]:
    """A running mail server and its port."""
    keeper = Postman()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(keeper, hostname="127.0.0.1", port=port)
    controller.start()
    yield keeper, port
    controller.stop()


@pytest.fixture
def company(database: Database) -> Company:
    """September signed, October issued and waiting."""
    with database.writing() as session:
        for person in session.scalars(select(Person)):
            person.password_hash = hash_password(PASSWORD, cost="test")
        return make_company(session, month=date(2026, 10, 1), months=2, lines=12)


def part(letter: EmailMessage, kind: str) -> str:
    body = letter.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def remind(database: Database, *, days: int) -> int:
    with database.writing() as session:
        return run_reminders(session, actor=CONSOLE, now=utc_now() + timedelta(days=days)).queued


def hidden(text: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', text)
    assert found, name
    return found[1].replace("&#39;", "'").replace("&amp;", "&")


def told_once(database: Database, settings: Settings, keeper: Postman) -> EmailMessage:
    """Run and deliver twice; return the one mail about October that Ping got."""
    assert remind(database, days=0) == 2
    assert remind(database, days=0) == 0
    deliver_mail(database, settings, clock=utc_now)
    deliver_mail(database, settings, clock=utc_now)
    told = [one for one, to in zip(keeper.letters, keeper.envelopes, strict=True) if to == [PING.email]]
    (letter,) = [one for one in told if "2026 年 10 月" in one["subject"]]
    return letter


def link_of(letter: EmailMessage) -> str:
    """Check that a letter speaks the reader's language and names no figure; return the path of its link."""
    text, html = part(letter, "plain"), part(letter, "html")
    assert FIGURE.search(letter["subject"] + text + html) is None
    assert "澄川精工" in letter["subject"]
    found = LINK.search(text)
    assert found is not None
    assert found[0] in html
    return found[1]


def look_without_signing_in(visitor: Browser, path: str) -> None:
    for _ in range(3):
        assert visitor.client.head(path).status_code == 200
        page = visitor.get(path).text
        assert "澄川精工" in page
        assert FIGURE.search(page) is None


def answer_and_sign(visitor: Browser, page: str, public_id: str) -> str:
    """Confirm all lines and sign with the token of the new sign-in; return the receipt's address."""
    visitor.csrf_token = hidden(page, "csrf_token")
    fields = {"act": "rest", "seen": hidden(page, "seen"), "content_hash": hidden(page, "content_hash")}
    assert visitor.post(f"/statements/{public_id}/answers", fields).status_code == 303
    sign = visitor.get(f"/statements/{public_id}/sign").text
    kept = {name: hidden(sign, name) for name in ("content_hash", "answers_hash", "signed_text")}
    data = kept | {"act": "sign", "outcome": "agreed", "signer_name": "周平", "job_title": "应付会计"}
    return str(visitor.post(f"/statements/{public_id}/sign", data).location)


@pytest.mark.db
def test_a_mail_leads_to_a_signature(
    database: Database, settings: Settings, company: Company, postman: tuple[Postman, int]
) -> None:
    keeper, port = postman
    settings = settings.model_copy(update={"mail_url": f"smtp://127.0.0.1:{port}"})
    path = link_of(told_once(database, settings, keeper))
    visitor = Browser(create_app(settings, database))
    look_without_signing_in(visitor, path)
    with database.reading() as session:
        state = session.scalars(select(Statement.state).where(Statement.public_id == company.newest)).one()
        assert state == "issued"

    entered = visitor.post(f"/sign-in?next={path}", {"email": PING.email, "password": PASSWORD})
    page = visitor.get(entered.location, follow_redirects=True)
    assert page.request.path == f"/statements/{company.newest}"
    assert answer_and_sign(visitor, page.text, company.newest).startswith("/receipts/")
    with database.reading() as session:
        query = select(Confirmation).join(Statement).where(Statement.public_id == company.newest)
        signed = session.scalars(query).one()
        assert (signed.outcome, signed.method, signed.person_email) == ("agreed", "password", PING.email)

    # Acme is told no more; Globex, who has not answered, is reminded.
    assert remind(database, days=40) == 1
    assert len({one["message-id"] for one in keeper.letters}) == len(keeper.letters)
