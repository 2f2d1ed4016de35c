"""The demo's files: one with refused rows, one undone, an expected one that is late, layouts in two versions."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import system_actor
from portal.approvals import approve, newest_approval
from portal.attachments import FileDraft
from portal.customers.models import Customer
from portal.db import Database
from portal.demo.company import Cast
from portal.imports import (
    ImportRequest,
    MappingDraft,
    add_feed,
    check_batch,
    check_feeds,
    import_documents,
    propose_mapping,
    receive_file,
    request_profile,
    request_undo,
    save_mapping,
    undo_batch,
)

_HEAD = (
    "document_no,kind,customer_no,customer_name,currency,document_date,due_date,amount,applies_to,order_no"
)
_OPEN_LIST = """Offene Posten Kontor Nord;;;;;
Stand {stand};;;;;
Rechnungsnr.;Kundennummer;Kunde;Rechnungsdatum;Fällig am;Bruttobetrag
RN-4711;KN-100;Hafenlogistik Nord GmbH;{first};{due};1.190,00
RN-4712;KN-100;Hafenlogistik Nord GmbH;{first};{due};2.380,50
RN-4713;KN-200;Werft & Söhne KG;{first};{due};-119,00
Summe;;;;;3.451,50
"""


def take_files_in(database: Database, cast: Cast, *, now: datetime) -> None:
    """Let the clerk take in files of this week.

    Args:
        database: The demo's, with its vault.
        cast: Clerk and approver.
        now: The present instant.
    """
    with database.reading() as session:
        wanted = select(Customer.number).where(Customer.currency == "CNY").order_by(Customer.id.desc())
        numbers = list(session.scalars(wanted.limit(6)))
    today = now.date()
    _with_refused_rows(database, cast, numbers, today, now - timedelta(hours=4))
    _undone(database, cast, numbers, today, now - timedelta(hours=3))
    _layouts(database, cast, today, now - timedelta(hours=2))
    _feeds(database, cast, now)


def _load(database: Database, cast: Cast, name: str, lines: list[str], now: datetime) -> str:
    with tempfile.TemporaryDirectory(prefix="concord-demo-") as folder:
        path = Path(folder) / name
        path.write_text("\n".join([_HEAD, *lines]) + "\n", encoding="utf-8")
        request = ImportRequest(path, file_name=name)
        return import_documents(database, request, actor=cast.clerk, now=now).batch_id


def _with_refused_rows(
    database: Database, cast: Cast, numbers: list[str], today: date, now: datetime
) -> None:
    due = today + timedelta(days=30)
    lines = [
        f"T+{today:%m%d}-{no:02},invoice,{numbers[no % 3]},,CNY,{today},{due},{8600 + 470 * no}.00,,PO-{7700 + no}"
        for no in range(1, 9)
    ]
    lines[2] = lines[2].replace(".00,,", "，00,,").replace("CNY", "RMB")
    lines[5] = lines[5].replace(f"{today}", f"{today:%d.%m.%Y}", 1)
    lines.append(f"SK{today:%m%d}-01,receipt,{numbers[0]},,CNY,{today},,9070.00,T+9999-01:9070.00,")
    _load(database, cast, f"畅捷通T+应收_{today:%Y%m%d}.csv", lines, now)


def _undone(database: Database, cast: Cast, numbers: list[str], today: date, now: datetime) -> None:
    due = today + timedelta(days=60)
    lines = [f"TEST-{no:03},invoice,{numbers[4]},,CNY,{today},{due},{1200 * no}.00,," for no in range(1, 6)]
    batch = _load(database, cast, "zero-export-test.csv", lines, now)
    with database.writing() as session:
        reason = "导入了测试账套的文件 / a file of the test company"
        request_undo(session, public_id=batch, reason=reason, actor=cast.clerk, now=now)
    with database.writing() as session:
        _agree(session, "import", batch, cast, now)
    undo_batch(database, public_id=batch, actor=cast.approver, now=now)


def _agree(session: Session, kind: str, subject_id: str, cast: Cast, now: datetime) -> None:
    asked = newest_approval(session, subject_kind=kind, subject_id=subject_id, actor=cast.approver)
    assert asked is not None, "it was asked above"
    approve(session, public_id=asked.public_id, seen_hash=asked.content_hash, actor=cast.approver, now=now)


def _layouts(database: Database, cast: Cast, today: date, now: datetime) -> None:
    """An unknown list is mapped; its first version is approved, a second one waits as a draft."""
    text = _OPEN_LIST.format(
        stand=f"{today:%d.%m.%Y}", first=f"{today - timedelta(days=20):%d.%m.%Y}", due=f"{today:%d.%m.%Y}"
    )
    file = FileDraft("Offene_Posten.csv", text.encode("cp1252"))
    with database.writing() as session:
        batch = receive_file(session, file=file, actor=cast.clerk, now=now)
    check_batch(database, public_id=batch, now=now)
    with database.reading() as session:
        draft = propose_mapping(session, public_id=batch, actor=cast.clerk).draft
    draft = replace(draft, currency="EUR", name="kontor-nord", title="Kontor Nord: offene Posten")
    version = _save(database, batch, draft, cast, now)
    with database.writing() as session:
        request_profile(session, public_id=version, actor=cast.clerk, now=now)
    with database.writing() as session:
        _agree(session, "profile", version, cast, now)
    check_batch(database, public_id=batch, now=now)
    _save(database, batch, replace(draft, kind="debit_note"), cast, now)
    check_batch(database, public_id=batch, now=now)


def _save(database: Database, batch: str, draft: MappingDraft, cast: Cast, now: datetime) -> str:
    with database.writing() as session:
        return save_mapping(session, public_id=batch, draft=draft, actor=cast.clerk, now=now)


def _feeds(database: Database, cast: Cast, now: datetime) -> None:
    """The ledger of T+ comes each day and came; the list of the branch is late."""
    with database.writing() as session:
        for name, profile, rhythm, days in (
            ("tplus-daily", "chanjet-tplus", "daily", 0), ("kontor-nord", "kontor-nord", "weekly", 12),
        ):  # fmt: skip
            add_feed(
                session, name=name, profile=profile, rhythm=rhythm, grace_days=1, actor=cast.clerk,
                now=now - timedelta(days=days),
            )  # fmt: skip
        check_feeds(session, actor=system_actor("demo"), now=now)
