"""Post documents in bulk: document, lines, open item, entry, applications, roll-up and audit in one go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, bindparam, insert, select, update
from sqlalchemy.orm import Session

from portal import audit
from portal.access import Actor, Permission
from portal.customers.models import Customer
from portal.db import new_public_id
from portal.errors import N_, SecondPersonRequired
from portal.ledger import (
    POSTS,
    EntryDraft,
    RateTable,
    book_amount,
    entity_view,
    parse_rate,
    post_entries,
    require_open,
    set_book_currency_if_missing,
)
from portal.money import Money, minor_to_text
from portal.numbering import reserve_ids
from portal.receivables.clearing import Item, Part, application_entry, lock_items, plan_part, write_parts
from portal.receivables.drafts import DocumentDraft, require_usable
from portal.receivables.entries import Posting, is_later, posting_entry
from portal.receivables.models import Document, DocumentLine, OpenItem
from portal.receivables.rollup import add_movements
from portal.receivables.rules import EVIDENCED_KINDS, DuplicateDocument

_DOCUMENTS = cast("Table", Document.__table__)
_LINES = cast("Table", DocumentLine.__table__)
_ITEMS = cast("Table", OpenItem.__table__)
_CUSTOMERS = cast("Table", Customer.__table__)
_CHUNK = 5000


def post_document(
    session: Session, *, draft: DocumentDraft, actor: Actor, now: datetime, batch_id: int | None = None
) -> int:
    """Post one document and return its row number; see ``post_documents``.

    Raises:
        NotAllowed: The actor may not post, or this kind needs a second person.
        Invalid: A value cannot be used, more is applied than is open, or the period is closed.
        Conflict: The number exists, or what it is applied to does not fit.
        NotFound: What it is applied to does not exist.
    """
    (document_id,) = post_documents(session, [draft], actor=actor, now=now, batch_id=batch_id)
    return document_id


def post_documents(
    session: Session,
    drafts: Sequence[DocumentDraft],
    *,
    actor: Actor,
    now: datetime,
    batch_id: int | None = None,
    mirrors: Mapping[int, EntryDraft] | None = None,
) -> list[int]:
    """Post documents: each with its balanced entry, its open item and one audit row ``documents.posted``.

    The number of statements does not depend on the number of documents. Documents are applied in the given order to
    documents that exist already; what is applied on the posting date stands on the receivable account at once, the
    rest of a receipt or refund is an advance.

    Args:
        session: A writing session.
        drafts: Documents; amounts in minor units.
        actor: May post. By hand (no batch) only invoices, debit notes and receipts are one person's work; the other
            kinds come through an approval.
        now: When.
        batch_id: The import they came with.
        mirrors: Position of a draft → the entry it posts, for reversals; the document is filled in here.

    Returns:
        Row numbers in the order of the drafts.

    Raises:
        NotAllowed: The actor may not post.
        SecondPersonRequired: The kind needs an approval.
        Invalid: A draft cannot be a document; ``field`` says why.
        PeriodClosed: A posting date lies in a closed period.
        OverApplied: More is applied than is open.
        DuplicateDocument: Entity, kind and number exist.
        Conflict: What it is applied to belongs to another customer, currency or side.
        NotFound: What it is applied to does not exist.

    Source: domain.md, journal table; golden entries in tests/receivables/test_post.py.
    """
    actor.require(*POSTS)
    for draft in drafts:
        require_usable(draft)
        _require_second_person(draft, actor=actor, batch_id=batch_id)
    if not drafts:
        return []
    drafts = _with_due_days(session, drafts)
    require_open(session, {(draft.entity_id, draft.posted_on) for draft in drafts})
    _require_new(session, drafts)
    set_book_currency_if_missing(session, currency=drafts[0].currency, entity_id=drafts[0].entity_id)
    targets = lock_items(session, (part.document_id for draft in drafts for part in draft.applies_to))
    valuer = _Valuer(session, drafts)
    ids = reserve_ids(session, _DOCUMENTS, len(drafts))
    postings = [_planned(id_, draft, targets, valuer) for id_, draft in zip(ids, drafts, strict=True)]
    _write(session, postings, actor=actor, now=now, batch_id=batch_id)
    parts = [part for posting in postings for part in posting.parts]
    require_open(session, {(part.credit.entity_id, part.allocated_on) for part in parts})
    write_parts(session, parts, actor=actor, now=now)
    entries = [
        posting_entry(posting, (mirrors or {}).get(position)) for position, posting in enumerate(postings)
    ]
    later = [
        application_entry(part) for posting in postings for part in posting.parts if is_later(posting, part)
    ]
    post_entries(session, entries + [entry for entry in later if entry], actor=actor, now=now)
    add_movements(session, drafts)
    _move_first_days(session, drafts)
    audit.record_many(session, [_audited(posting) for posting in postings], actor=actor, now=now)
    return ids


def _with_due_days(session: Session, drafts: Sequence[DocumentDraft]) -> list[DocumentDraft]:
    """Fill in when a debt is due by the customer's terms of this day; later terms never reach back."""
    silent = {draft.customer_id for draft in drafts if draft.due_on is None and draft.balance_minor > 0}
    query = select(Customer.id, Customer.terms_days).where(Customer.id.in_(silent))
    terms = {row.id: row.terms_days for row in session.execute(query)} if silent else {}
    return [
        replace(draft, due_on=draft.document_on + timedelta(days=terms[draft.customer_id]))
        if draft.due_on is None and draft.balance_minor > 0 and draft.customer_id in terms
        else draft
        for draft in drafts
    ]


def _require_second_person(draft: DocumentDraft, *, actor: Actor, batch_id: int | None) -> None:
    by_hand = actor.is_staff and batch_id is None and draft.reverses_id is None
    if by_hand and draft.kind not in EVIDENCED_KINDS and not actor.may(Permission.APPROVALS_DECIDE):
        raise SecondPersonRequired(N_("This kind of document needs a second person: request its approval."))


def _require_new(session: Session, drafts: Sequence[DocumentDraft]) -> None:
    wanted: set[tuple[int, str, str]] = set()
    for draft in drafts:
        key = (draft.entity_id, draft.kind, draft.document_no)
        if key in wanted:
            raise DuplicateDocument(number=draft.document_no, field="document_no")
        wanted.add(key)
    numbers = [number for _, _, number in wanted]
    for start in range(0, len(numbers), _CHUNK):
        rows = session.execute(
            select(Document.entity_id, Document.kind, Document.document_no).where(
                Document.document_no.in_(numbers[start : start + _CHUNK])
            )
        )
        for row in rows:
            if row in wanted:
                raise DuplicateDocument(number=row[2], field="document_no")


class _Valuer:
    """Book amounts of documents in foreign currencies, where a document is applied as it is posted."""

    def __init__(self, session: Session, drafts: Sequence[DocumentDraft]) -> None:
        self.books = {
            id_: entity_view(session, id_).book_currency for id_ in {draft.entity_id for draft in drafts}
        }
        pairs = {
            (draft.currency, self.books[draft.entity_id])
            for draft in drafts
            if draft.applies_to and draft.currency != self.books[draft.entity_id]
        }
        self._rates = RateTable(session, pairs)

    def book_minor(self, draft: DocumentDraft) -> int | None:
        """Return the whole document in book currency; None = the same currency, or no rate."""
        book_currency = self.books[draft.entity_id]
        if draft.currency == book_currency or not draft.applies_to:
            return None
        brought = [part.book_minor for part in draft.counter]
        if brought and None not in brought:
            return abs(sum(minor or 0 for minor in brought))
        if draft.exchange_rate:
            rate = parse_rate(draft.exchange_rate)
        else:
            known = self._rates.on(draft.currency, book_currency, draft.posted_on)
            if known is None:
                return None
            rate = known
        return book_amount(
            abs(draft.amount_minor), currency=draft.currency, book_currency=book_currency, rate=rate
        )


def _planned(id_: int, draft: DocumentDraft, targets: dict[int, Item], valuer: _Valuer) -> Posting:
    amount = abs(draft.amount_minor)
    item = Item(
        id_, draft.entity_id, draft.customer_id, draft.currency, draft.side, amount, amount, draft.kind,
        draft.document_no, draft.posted_on, valuer.book_minor(draft),
    )  # fmt: skip
    parts = []
    for application in draft.applies_to:
        part = plan_part(
            item, targets[application.document_id], amount_minor=application.amount_minor,
            allocated_on=draft.posted_on,
        )  # fmt: skip
        if part is not None:
            parts.append(part)
    item.changed_minor = 0  # its row is written with what is left
    return Posting(draft, id_, draft.public_id or new_public_id(), item, parts)


def _write(
    session: Session, postings: list[Posting], *, actor: Actor, now: datetime, batch_id: int | None
) -> None:
    made = {"batch_id": batch_id, "created_by_id": actor.person_id, "created_at": now}
    session.execute(insert(_DOCUMENTS), [_document_row(posting) | made for posting in postings])
    lines = [
        {
            "document_id": posting.id, "no": no, "item": line.item[:200], "quantity": line.quantity,
            "unit": line.unit, "unit_price": line.unit_price, "tax_rate": line.tax_rate,
            "currency": posting.draft.currency, "amount_minor": line.amount_minor,
        }
        for posting in postings
        for no, line in enumerate(posting.draft.lines, start=1)
    ]  # fmt: skip
    if lines:
        session.execute(insert(_LINES), lines)
    session.execute(
        insert(_ITEMS),
        [
            {
                "document_id": item.document_id, "entity_id": item.entity_id, "customer_id": item.customer_id,
                "currency": item.currency, "side": item.side, "amount_minor": item.amount_minor,
                "open_minor": item.open_minor, "settled_on": item.settled_on,
            }
            for item in (posting.item for posting in postings)
        ],
    )  # fmt: skip


def _document_row(posting: Posting) -> dict[str, Any]:
    draft = posting.draft
    return {
        "id": posting.id, "public_id": posting.public_id, "entity_id": draft.entity_id,
        "customer_id": draft.customer_id, "kind": draft.kind, "document_no": draft.document_no,
        "currency": draft.currency, "amount_minor": draft.amount_minor, "balance_minor": draft.balance_minor,
        "tax_minor": draft.tax_minor, "document_on": draft.document_on, "due_on": draft.due_on,
        "posting_on": draft.posted_on, "tax_invoice_no": draft.tax_invoice_no, "order_no": draft.order_no,
        "reference": draft.reference, "description": draft.description, "method": draft.method,
        "exchange_rate": draft.exchange_rate, "department": draft.department, "project": draft.project,
        "was_disputed": draft.was_disputed, "reverses_id": draft.reverses_id,
    }  # fmt: skip


def _move_first_days(session: Session, drafts: Sequence[DocumentDraft]) -> None:
    """Let each customer's first day be no later than the first document's."""
    first: dict[int, date] = {}
    for draft in drafts:
        day = min(draft.document_on, draft.posted_on)
        if draft.customer_id not in first or day < first[draft.customer_id]:
            first[draft.customer_id] = day
    session.execute(
        update(_CUSTOMERS)
        .where(
            _CUSTOMERS.c.id == bindparam("b_id"),
            _CUSTOMERS.c.first_on > bindparam("b_day", type_=_CUSTOMERS.c.first_on.type),
        )
        .values(first_on=bindparam("b_day")),
        [{"b_id": customer_id, "b_day": first[customer_id]} for customer_id in sorted(first)],
    )


def _audited(posting: Posting) -> audit.AuditDraft:
    draft = posting.draft
    details: dict[str, object] = {
        "number": draft.document_no, "kind": draft.kind, "currency": draft.currency,
        "amount": minor_to_text(draft.amount_minor, draft.currency), "posting_on": draft.posted_on.isoformat(),
    }  # fmt: skip
    if posting.parts:
        details["applied"] = [_application_text(posting, part) for part in posting.parts]
    return audit.AuditDraft("documents.posted", "document", posting.public_id, draft.customer_id, details)


def _application_text(posting: Posting, part: Part) -> list[str]:
    target = part.debit if posting.draft.side < 0 else part.credit
    return [target.document_no, Money(part.amount_minor, posting.draft.currency).decimal_text]
