"""Mail leaves once, to one recipient, in their language; faults of the server lose nothing (test M1 in small)."""

from __future__ import annotations

import email
import email.policy
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.db import Database
from portal.http.mail import Delivery, deliver_mail
from portal.outbox import MessageDraft, put_messages
from portal.outbox.models import OutboxMessage
from portal.settings import Settings
from portal.tasks import list_open_tasks

PAYLOAD = {
    "seller": "Chengchuan", "seller_phone": "+86 510 1234", "seller_email": "", "customer": "Acme", "link": "/l/token",
    "why": "asked", "kind": "statement", "month": "2026-02",
}  # fmt: skip


@dataclass
class Sink:
    """A mail server that takes, refuses for now or for good, by recipient."""

    taken: list[EmailMessage] = field(default_factory=list)
    busy: set[str] = field(default_factory=set)

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802 - aiosmtpd's name
        if address.startswith("gone"):
            return "550 no such user"
        if address in self.busy:
            return "451 try later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - the same
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        message["X-To"] = ",".join(envelope.rcpt_tos)
        self.taken.append(message)
        return "250 OK"


@pytest.fixture
def sink(settings: Settings) -> Iterator[tuple[Sink, Settings]]:
    sink = Sink()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(sink, hostname="127.0.0.1", port=port)
    controller.start()
    yield sink, settings.model_copy(update={"mail_url": f"smtp://127.0.0.1:{port}"})
    controller.stop()


def _queue(
    session: Session, now: datetime, *recipients: str, language: str = "en", name: str = "Ping"
) -> None:
    drafts = [
        MessageDraft(f"test:{recipient}", "new-link", recipient, language, PAYLOAD, name)
        for recipient in recipients
    ]
    put_messages(session, drafts, now=now)
    session.commit()


def _deliver(database: Database, settings: Settings, now: datetime, limit: int | None = None) -> Delivery:
    return deliver_mail(database, settings, limit=limit, clock=lambda: now)


def test_sends_each_message_once_to_one_recipient(
    session: Session, database: Database, now: datetime, sink: tuple[Sink, Settings]
) -> None:
    """Test M2: one recipient, links of the public address, no figure."""
    server, settings = sink
    _queue(session, now, *(f"p{number}@acme.example" for number in range(12)))
    assert _deliver(database, settings, now) == Delivery(12, 0, 0)
    assert _deliver(database, settings, now) == Delivery(0, 0, 0)
    assert sorted(str(mail["X-To"]) for mail in server.taken) == sorted(
        f"p{n}@acme.example" for n in range(12)
    )
    mail = server.taken[0]
    body = mail.get_body(("plain",))
    assert body is not None
    assert "http://127.0.0.1:8000/l/token" in body.get_content()
    assert (mail["Auto-Submitted"], mail["Subject"]) == ("auto-generated", "Your new link to Chengchuan")


def test_writes_in_the_recipients_language(
    session: Session, database: Database, now: datetime, sink: tuple[Sink, Settings]
) -> None:
    server, settings = sink
    _queue(session, now, "p@acme.example", language="zh", name="周萍")
    _deliver(database, settings, now)
    html = server.taken[0].get_body(("html",))
    assert html is not None
    assert 'lang="zh-Hans"' in html.get_content()
    assert "周萍" in str(server.taken[0]["To"])


def test_never_lets_a_name_add_a_recipient(
    session: Session, database: Database, now: datetime, sink: tuple[Sink, Settings]
) -> None:
    """Attack case D24: what came past the input check is refused by the header check."""
    server, settings = sink
    _queue(session, now, "p@acme.example")
    session.execute(update(OutboxMessage).values(recipient_name="x\r\nBcc: evil@x.example"))
    session.commit()
    _deliver(database, settings, now)
    assert [mail for mail in server.taken if "evil" in str(mail)] == []


def test_tries_again_under_the_same_message_id(
    session: Session, database: Database, now: datetime, sink: tuple[Sink, Settings]
) -> None:
    server, settings = sink
    _queue(session, now, "p@acme.example", "q@acme.example")
    server.busy = {"p@acme.example"}
    assert _deliver(database, settings, now) == Delivery(1, 1, 1)
    server.busy = set()
    assert _deliver(database, settings, now) == Delivery(0, 0, 1)
    assert _deliver(database, settings, now + timedelta(minutes=1)) == Delivery(1, 0, 0)
    kept = set(session.scalars(select(OutboxMessage.message_id)))
    assert {str(mail["Message-ID"]) for mail in server.taken} == kept


def test_opens_a_task_when_refused_for_good(
    session: Session, database: Database, mei: Actor, now: datetime, sink: tuple[Sink, Settings]
) -> None:
    _server, settings = sink
    _queue(session, now, "gone@acme.example")
    assert _deliver(database, settings, now) == Delivery(0, 1, 0)
    with database.reading() as reading:
        (task,) = list_open_tasks(reading, actor=mei)
    assert (task.kind, task.facts["recipient"]) == ("mail-failed", "gone@acme.example")


def test_keeps_everything_when_there_is_no_server(
    session: Session, database: Database, now: datetime, settings: Settings
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nowhere = settings.model_copy(update={"mail_url": f"smtp://127.0.0.1:{closed.getsockname()[1]}"})
        _queue(session, now, *(f"p{number}@acme.example" for number in range(25)))
        done = _deliver(database, nowhere, now)
    assert (done.sent, done.left) == (0, 25)
    assert done.failed <= 10


def test_stops_at_the_limit(
    session: Session, database: Database, now: datetime, sink: tuple[Sink, Settings]
) -> None:
    _server, settings = sink
    _queue(session, now, *(f"p{number}@acme.example" for number in range(5)))
    assert _deliver(database, settings, now, limit=3) == Delivery(3, 0, 2)


def test_writes_files_where_there_is_no_server(
    session: Session, database: Database, now: datetime, settings: Settings, tmp_path: Path
) -> None:
    folder = tmp_path / "mails"
    _queue(session, now, "p@acme.example", "q@acme.example")
    files = settings.model_copy(update={"mail_url": f"file:{folder}"})
    assert _deliver(database, files, now) == Delivery(2, 0, 0)
    texts = [file.read_text() for file in folder.glob("*.eml")]
    assert len(texts) == 2
    assert all("Message-ID: <" in text for text in texts)
