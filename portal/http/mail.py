"""Send what waits in the outbox: the only caller of Flask-Mail, used by the worker, never inside a request."""

from __future__ import annotations

import os
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

from flask import Flask
from flask_mail import Connection, Mail, Message

from portal.access import system_actor
from portal.clock import business_day
from portal.db import Database
from portal.http.filters import DEFAULT_ZONE
from portal.http.mail_texts import render_mail
from portal.outbox import LeasedMessage, count_left, lease_messages, mark_failed, mark_sent
from portal.sealing import open_sealed
from portal.settings import Settings
from portal.tasks import TaskDraft, open_task

BATCH = 10
TIMEOUT_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Delivery:
    """What one run did: sent, tries that failed (later ones may succeed), still waiting."""

    sent: int
    failed: int
    left: int


class _Refused(Exception):
    """The mail server said no for good."""


class _Way(Protocol):
    def send(self, message: Message) -> None:
        """Hand one message over, or raise."""


class _TimedConnection(Connection):
    """Flask-Mail's connection with a time limit, a verified certificate and a refusal told from a hiccup."""

    def configure_host(self) -> smtplib.SMTP:
        """Connect."""
        state = self.mail
        host = smtplib.SMTP(state.server, state.port, timeout=TIMEOUT_SECONDS)
        if state.use_tls:
            host.starttls(context=ssl.create_default_context())
        if state.username:
            host.login(state.username, state.password or "")
        return host

    def send(self, message: Message, envelope_from: str | tuple[str, str] | None = None) -> None:
        """Send one message."""
        try:
            super().send(message, envelope_from)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _text in error.recipients.values()]
            raise (_Refused if min(codes) >= 500 else smtplib.SMTPException)(str(error.recipients)) from error
        except smtplib.SMTPResponseException as error:
            is_final = error.smtp_code >= 500 and not isinstance(error, smtplib.SMTPAuthenticationError)
            raise (_Refused if is_final else smtplib.SMTPException)(str(error)) from error


class _Folder:
    """Mails as files, one a message; sending again writes the same file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, message: Message) -> None:
        """Write the file durably under its Message-ID."""
        self.folder.mkdir(parents=True, exist_ok=True)
        name = message.msgId.strip("<>").partition("@")[0]
        partial = self.folder / f".{name}.part"
        with partial.open("wb") as file:
            file.write(message.as_bytes())
            file.flush()
            os.fsync(file.fileno())
        partial.rename(self.folder / f"{name}.eml")


def _mail_app(settings: Settings) -> tuple[Flask, Any]:
    address = urlsplit(settings.mail)
    app = Flask("concord-mail")
    app.config.update(
        MAIL_SERVER=address.hostname or "localhost",
        MAIL_PORT=address.port or (587 if address.scheme == "smtp+tls" else 25),
        MAIL_USE_TLS=address.scheme == "smtp+tls",
        MAIL_USERNAME=unquote(address.username) if address.username else None,
        MAIL_PASSWORD=unquote(address.password) if address.password else None,
        MAIL_DEFAULT_SENDER=settings.mail_from,
    )
    return app, Mail(app).state


@contextmanager
def _way(settings: Settings) -> Iterator[_Way]:
    app, state = _mail_app(settings)
    with app.app_context():
        if settings.mail.startswith("file:"):
            yield _Folder(Path(settings.mail.removeprefix("file:").removeprefix("//")))
            return
        connection = _TimedConnection(state)
        connection.host = connection.configure_host()
        try:
            yield connection
        finally:
            try:
                connection.host.quit()
            except (smtplib.SMTPException, OSError):
                connection.host.close()


def deliver_mail(
    database: Database, settings: Settings, *, limit: int | None = None, clock: Callable[[], datetime]
) -> Delivery:
    """Send messages that are due until none is or ``limit`` is reached.

    Each batch is leased in one short transaction, sent without any, and each result noted in a short one: a killed
    sender loses nothing, and a message that left before the kill leaves again under the same Message-ID.

    Args:
        database: Where the outbox is.
        settings: Mail address, sender, public address.
        limit: At most so many messages.
        clock: The present instant.
    """
    sent = failed = 0
    while limit is None or sent + failed < limit:
        batch = BATCH if limit is None else min(BATCH, limit - sent - failed)
        with database.writing() as session:
            leased = lease_messages(session, limit=batch, now=clock())
        if not leased:
            break
        good, is_reachable = _send_batch(database, settings, leased, clock)
        sent, failed = sent + good, failed + len(leased) - good
        if not is_reachable:
            break
    with database.reading() as session:
        return Delivery(sent, failed, count_left(session))


def _send_batch(
    database: Database, settings: Settings, leased: tuple[LeasedMessage, ...], clock: Callable[[], datetime]
) -> tuple[int, bool]:
    todo, good = list(leased), 0
    while todo:
        is_connected = False
        try:
            with _way(settings) as way:
                is_connected = True
                while todo:
                    good += _send_one(database, settings, way, todo[0], clock)
                    todo.pop(0)
        except (smtplib.SMTPException, OSError) as error:
            lost = (
                todo[:1] if is_connected else todo
            )  # the connection broke at one message, or there was none
            for message in lost:
                _note_failure(database, message, error, is_final=False, now=clock())
            todo = todo[len(lost) :]
            if not is_connected:
                return good, False
    return good, True


def _send_one(
    database: Database, settings: Settings, way: _Way, message: LeasedMessage, clock: Callable[[], datetime]
) -> int:
    try:
        way.send(_compose(database, settings, message))
    except (smtplib.SMTPServerDisconnected, OSError):
        raise
    except _Refused as error:
        _note_failure(database, message, error, is_final=True, now=clock())
        return 0
    except Exception as error:  # noqa: BLE001 - one mail that cannot be made must not hold up the others
        _note_failure(database, message, error, is_final=False, now=clock())
        return 0
    with database.writing() as session:
        mark_sent(session, message, now=clock())
    return 1


def _compose(database: Database, settings: Settings, message: LeasedMessage) -> Message:
    opened = {
        name.removeprefix("sealed_"): open_sealed(database, str(value))
        for name, value in message.payload.items()
        if name.startswith("sealed_")
    }
    texts = render_mail(message, base_url=settings.base_url, opened=opened)
    recipient = (message.recipient_name, message.recipient) if message.recipient_name else message.recipient
    composed = Message(
        subject=texts.subject,
        recipients=[recipient],
        body=texts.text,
        html=texts.html,
        date=message.created_at.timestamp(),
        extra_headers={"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"},
    )
    composed.msgId = message.message_id
    return composed


def _note_failure(
    database: Database, message: LeasedMessage, error: Exception, *, is_final: bool, now: datetime
) -> None:
    text = f"{type(error).__name__}: {error}"[:500]
    with database.writing() as session:
        if not mark_failed(session, message, error=text, is_final=is_final, now=now):
            return
        draft = TaskDraft(
            key=f"mail-failed:{message.public_id}",
            kind="mail-failed",
            subject_kind="message",
            subject_id=message.public_id,
            due_on=business_day(now, DEFAULT_ZONE),
            customer_id=message.customer_id,
            facts={"event": message.event, "recipient": message.recipient, "error": text},
        )
        open_task(session, draft, actor=system_actor("worker"), now=now)
