"""The job that compares: reads the kept file, our books, matches, and writes all findings at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from portal import audit
from portal.access import make_link, system_actor
from portal.access.models import Grant, Person
from portal.attachments.vault import vault_of
from portal.compare.books import OPENING_ROW, OurLedger, begin_of, our_movements, our_open_items
from portal.compare.engine import Finding, LedgerRow
from portal.compare.files import Sides, compare_sides
from portal.compare.layout import Layout, ReadLedger, read_ledger
from portal.compare.models import ComparisonRow, LedgerComparison, LedgerLayout
from portal.compare.receive import move, note_sums
from portal.connectors.tables import read_tables
from portal.customers.models import Customer
from portal.db import Database
from portal.errors import NotFound, Refusal
from portal.ledger import entity_view
from portal.outbox import MessageDraft, put_message

Progress = Callable[[int, int], None]
ACTOR = system_actor("worker")
#: Parts of the work in the progress: reading, the stages of matching, writing.
_READ, _WRITE = 2, 2
CHUNK = 1000


@dataclass(frozen=True, slots=True)
class _Input:
    """What a run starts from."""

    yours: ReadLedger
    ours: OurLedger
    given_opening: LedgerRow | None


def run_comparison(
    database: Database, *, public_id: str, now: datetime, on_progress: Progress | None = None
) -> Mapping[str, Any]:
    """Compare an uploaded ledger with our books; safe to run again from its start.

    Args:
        database: Short transactions are opened on it.
        public_id: The comparison.
        now: When.
        on_progress: Told how many parts of the work are done.

    Returns:
        Number of findings, or the state where there was nothing to do.

    Raises:
        NotFound: There is no such comparison.
    """
    tell = on_progress or _nothing
    with database.reading() as session:
        row = session.scalars(
            select(LedgerComparison).where(LedgerComparison.public_id == public_id)
        ).one_or_none()
        if row is None:
            raise NotFound
        if row.state != "comparing":
            return {"state": row.state}
        try:
            given = _read(session, row)
        except Refusal as refusal:
            session.close()
            _fail(database, public_id, refusal, now)
            return {"state": "failed"}
        session.expunge_all()
    tell(_READ, 20)
    sides = _compare(given, row, tell)
    with database.writing() as session:
        _write(session, public_id, sides, given, now)
    tell(20, 20)
    return {"findings": len(sides.found.findings)}


def _nothing(done: int, total: int) -> None:
    """Nobody listens."""


def _read(session: Session, row: LedgerComparison) -> _Input:
    content = vault_of(session).read(row.stored_as, sha256_hex=row.file_sha256)
    yours = read_ledger(read_tables(content), Layout.from_json(row.layout), currency=row.currency)
    begin = begin_of(yours)
    known: dict[str, Any] = {"customer_id": row.customer_id, "currency": row.currency, "as_of": row.as_of_on}
    ours = (
        our_open_items(session, **known)
        if row.basis == "open-items"
        else our_movements(session, begin=begin, **known)
    )
    opening = None
    if row.given_opening_minor is not None:
        opening = LedgerRow(0, begin, row.given_opening_minor, is_opening=True)
    return _Input(yours, ours, opening)


def _as_read(ours: OurLedger, currency: str) -> ReadLedger:
    return ReadLedger(ours.rows, currency, 0, 0)


def _compare(given: _Input, row: LedgerComparison, tell: Progress) -> Sides:
    return compare_sides(
        _as_read(given.ours, row.currency), given.yours, as_of=row.as_of_on,
        sign=str(row.layout.get("sign", "auto")), our_sign=1, given_opening=given.given_opening,
        on_progress=lambda done, total: tell(_READ + done * (20 - _READ - _WRITE) // total, 20),
    )  # fmt: skip


def _fail(database: Database, public_id: str, refusal: Refusal, now: datetime) -> None:
    with database.writing() as session:
        row = _locked(session, public_id)
        move(row, "fail")
        row.error, row.finished_at = refusal.message, now
        row.error_params = {key: str(value) for key, value in refusal.params.items()}
        audit.record(
            session, "comparisons.finished", subject_kind="comparison", subject_id=public_id,
            customer_id=row.customer_id, details={"state": "failed", "error": str(refusal)[:300]}, actor=ACTOR, now=now,
        )  # fmt: skip


def _locked(session: Session, public_id: str) -> LedgerComparison:
    query = select(LedgerComparison).where(LedgerComparison.public_id == public_id).with_for_update()
    return session.scalars(query).one()


def _write(session: Session, public_id: str, sides: Sides, given: _Input, now: datetime) -> None:
    row = _locked(session, public_id)
    if row.state != "comparing":
        return  # another worker was faster
    session.execute(delete(ComparisonRow).where(ComparisonRow.comparison_id == row.id))
    values = _values(row, sides, given)
    for start in range(0, len(values), CHUNK):
        session.execute(
            insert(ComparisonRow).execution_options(render_nulls=True), values[start : start + CHUNK]
        )
    move(row, "finish")
    note_sums(row, given.yours)
    found = sides.found
    row.ours_minor, row.theirs_minor, row.is_mirrored = (
        found.ours_minor,
        found.theirs_minor,
        sides.is_mirrored,
    )
    row.stated_minor, row.finished_at = sides.their_stated_minor, now
    _remember(session, row, now)
    _tell(session, row, now)
    audit.record(
        session, "comparisons.finished", subject_kind="comparison", subject_id=public_id, customer_id=row.customer_id,
        details={"state": "done", "statuses": dict(found.statuses), "causes": dict(found.causes),
                 "unexplained_minor": found.unexplained_minor, "currency": row.currency}, actor=ACTOR, now=now,
    )  # fmt: skip


def _values(row: LedgerComparison, sides: Sides, given: _Input) -> list[dict[str, Any]]:
    ours = {one.no: one for one in sides.our_rows}
    theirs = {one.no: one for one in sides.their_rows}
    return [
        {"comparison_id": row.id, "no": no}
        | _judged(finding)
        | _our_part(finding, ours, given.ours.kinds)
        | _their_part(finding, theirs, sides.theirs)
        for no, finding in enumerate(_within(sides, ours, theirs, row), start=1)
    ]


def _within(
    sides: Sides, ours: Mapping[int, LedgerRow], theirs: Mapping[int, LedgerRow], row: LedgerComparison
) -> Iterator[Finding]:
    """Yield the findings of which at least one row lies within the cut-off; the others concern the next period."""
    for finding in sides.found.findings:
        pair = [ours.get(finding.ours) if finding.ours is not None else None,
                theirs.get(finding.theirs) if finding.theirs is not None else None]  # fmt: skip
        if any(one is not None and (one.day is None or one.day <= row.as_of_on) for one in pair):
            yield finding


def _judged(finding: Finding) -> dict[str, Any]:
    return {
        "group_no": finding.group, "status": finding.status, "cause": finding.cause,
        "difference_minor": finding.difference_minor, "confidence_permille": round(finding.confidence * 1000),
        "reasons": [
            [message, {key: _plain(value) for key, value in params.items()}] for message, params in finding.reasons
        ],
        "dispute_id": None, "asked_at": None,
    }  # fmt: skip


def _plain(value: object) -> object:
    return value if isinstance(value, int | str) else f"day:{value}"


def _our_part(finding: Finding, rows: Mapping[int, LedgerRow], kinds: Mapping[int, str]) -> dict[str, Any]:
    row = rows.get(finding.ours) if finding.ours is not None else None
    if row is None:
        return {"document_id": None, "our_row": None, "our_on": None, "our_number": "", "our_text": "", "our_kind": "",
                "our_minor": None}  # fmt: skip
    is_document = row.no != OPENING_ROW
    return {
        "document_id": row.no if is_document else None, "our_row": row.no, "our_on": row.day,
        "our_number": row.reference, "our_text": row.text, "our_kind": kinds.get(row.no, "opening"),
        "our_minor": row.minor,
    }  # fmt: skip


def _their_part(finding: Finding, rows: Mapping[int, LedgerRow], read: ReadLedger) -> dict[str, Any]:
    row = rows.get(finding.theirs) if finding.theirs is not None else None
    if row is None:
        return {"their_row": None, "their_label": "", "their_on": None, "their_number": "", "their_text": "",
                "their_minor": None}  # fmt: skip
    label = read.label(row.no) if row.no else ""
    return {
        "their_row": row.no, "their_label": label[:80], "their_on": row.day, "their_number": row.reference[:200],
        "their_text": row.text[:2000], "their_minor": row.minor,
    }  # fmt: skip


def _remember(session: Session, row: LedgerComparison, now: datetime) -> None:
    layout = Layout.from_json(row.layout)
    if not any(layout.names):
        return
    key = sha256("\x1f".join(name.casefold() for name in layout.names).encode()).hexdigest()
    kept = session.get(LedgerLayout, (row.customer_id, key)) or LedgerLayout(
        customer_id=row.customer_id, names_key=key
    )
    kept.layout, kept.used_by_id, kept.used_at = layout.as_json(), row.started_by_id, now
    session.add(kept)


def _tell(session: Session, row: LedgerComparison, now: datetime) -> None:
    """Queue a mail to who asked for it, as long as this person still acts for the customer."""
    reader = session.execute(
        select(Person.email, Person.name, Person.language)
        .join(Grant, Grant.person_id == Person.id)
        .where(Person.id == row.started_by_id, Person.is_active)
        .where(Grant.customer_id == row.customer_id, Grant.ended_at.is_(None))
        .limit(1)
    ).one_or_none()
    if reader is None:
        return
    customer, seller = session.get_one(Customer, row.customer_id), entity_view(session)
    is_english = reader.language == "en"
    link = make_link(
        session, path=f"/compare/{row.public_id}", label={"kind": "comparison"}, customer_id=customer.id,
        recipient=reader.email, now=now,
    )  # fmt: skip
    payload = {
        "file": row.file_name, "as_of": row.as_of_on.isoformat(), "seller": seller.short_name_in(reader.language),
        "seller_phone": seller.phone, "seller_email": seller.email, "link": link, "why": "comparer",
        "customer": (customer.name_en or customer.name) if is_english else (customer.name or customer.name_en),
    }  # fmt: skip
    draft = MessageDraft(
        key=f"comparison-ready:{row.public_id}:{row.row_version}", event="comparison-ready", recipient=reader.email,
        recipient_name=reader.name, language=reader.language, customer_id=customer.id, payload=payload,
    )  # fmt: skip
    put_message(session, draft, now=now)
