"""Clearing (核销): what is open of two documents, how much of it they settle, and the entry that follows.

The unapplied part of a document stands on its holding account: receipts and refunds on the advance account, all
others on the receivable account. Book amounts are cleared in proportion, so that a settled document has none left.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Date, Table, bindparam, case, func, insert, null, select, update
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.db import new_public_id
from portal.errors import N_, Conflict, Invalid, NotFound
from portal.ledger import EntryDraft, LineDraft, account_mapping
from portal.ledger.models import Entry, EntryLine, LegalEntity
from portal.money import Money
from portal.numbering import reserve_ids
from portal.receivables.models import Allocation, Document, OpenItem
from portal.receivables.rules import HOLDING, OverApplied

_ALLOCATIONS = cast("Table", Allocation.__table__)
_ITEMS = cast("Table", OpenItem.__table__)


@dataclass(slots=True)
class Item:
    """A document as clearing sees it, its row locked; ``open_minor`` goes down and up as parts are planned.

    Attributes:
        side: 1 raises what is owed, -1 lowers it.
        amount_minor: Above zero, whatever the side.
        book_minor: The whole amount in book currency (above zero); None = same currency, or not valued.
    """

    document_id: int
    entity_id: int
    customer_id: int
    currency: str
    side: int
    amount_minor: int
    open_minor: int
    kind: str
    document_no: str
    posting_on: date
    book_minor: int | None = None
    changed_minor: int = 0
    settled_on: date | None = None

    @property
    def holding(self) -> str:
        """Role of the account its unapplied part stands on."""
        return HOLDING[self.kind]

    def move(self, amount_minor: int) -> int | None:
        """Settle (positive) or open again (negative) a part; returns the book amount that goes with it."""
        before = self.amount_minor - self.open_minor
        self.open_minor -= amount_minor
        self.changed_minor += amount_minor
        if self.book_minor is None:
            return None
        return book_share(self.book_minor, self.amount_minor, cleared=(before, before + amount_minor))


@dataclass(slots=True)
class Part:
    """One planned allocation; negative when it undoes ``reverses_id``."""

    credit: Item
    debit: Item
    amount_minor: int
    allocated_on: date
    credit_book: int | None
    debit_book: int | None
    reverses_id: int | None = None
    id: int = 0
    public_id: str = field(default_factory=new_public_id)


def book_share(book_minor: int, amount_minor: int, *, cleared: tuple[int, int]) -> int:
    """Return the part of a book amount that belongs to clearing an amount from one state to another.

    Args:
        book_minor: Book amount of the whole document, not negative.
        amount_minor: Amount of the whole document, above zero.
        cleared: How much was cleared before and is after. Steps sum to the whole, whatever their order.
    """
    before, after = ((2 * book_minor * part + amount_minor) // (2 * amount_minor) for part in cleared)
    return after - before


def lock_items(session: Session, document_ids: Iterable[int]) -> dict[int, Item]:
    """Lock the open items of documents in order of row number and return them.

    Raises:
        NotFound: One of them does not exist.
    """
    wanted = sorted(set(document_ids))
    found: dict[int, Item] = {}
    for start in range(0, len(wanted), 5000):
        rows = session.execute(
            select(
                OpenItem.document_id, OpenItem.entity_id, OpenItem.customer_id, OpenItem.currency, OpenItem.side,
                OpenItem.amount_minor, OpenItem.open_minor, Document.kind, Document.document_no, Document.posting_on,
            )
            .join(Document, Document.id == OpenItem.document_id)
            .where(OpenItem.document_id.in_(wanted[start : start + 5000]))
            .order_by(OpenItem.document_id)
            .with_for_update(of=OpenItem)
        )  # fmt: skip
        found |= {row.document_id: Item(*row) for row in rows}
    if len(found) != len(wanted):
        raise NotFound
    _fill_book_amounts(session, list(found.values()))
    return found


def _fill_book_amounts(session: Session, items: Sequence[Item]) -> None:
    books = dict(session.execute(select(LegalEntity.id, LegalEntity.book_currency)).all()) if items else {}
    foreign = {item.document_id: item for item in items if item.currency != books.get(item.entity_id)}
    for entity_id in {item.entity_id for item in foreign.values()}:
        accounts = account_mapping(session, entity_id)
        apart = [accounts[role].account_id for role in ("receivable", "advance", "exchange_difference")]
        rows = session.execute(
            select(Entry.document_id, func.sum(EntryLine.book_minor))
            .join(EntryLine, EntryLine.entry_id == Entry.id)
            .where(
                Entry.document_id.in_([id_ for id_, item in foreign.items() if item.entity_id == entity_id]),
                Entry.allocation_id.is_(None), Entry.is_valued, EntryLine.account_id.not_in(apart),
            )
            .group_by(Entry.document_id)
        )  # fmt: skip
        for document_id, book_minor in rows:
            if document_id is not None and book_minor is not None:
                foreign[document_id].book_minor = abs(int(book_minor))


def plan_part(one: Item, other: Item, *, amount_minor: int | None, allocated_on: date) -> Part | None:
    """Plan to settle two documents against each other, in either order; None when nothing is open on both sides.

    Args:
        one: A document.
        other: The document on the other side.
        amount_minor: How much, above zero; None = what is open on both sides.
        allocated_on: When; never earlier than the posting dates of both, so that the books of any day add up.

    Raises:
        OverApplied: More than is open.
        Conflict: The two are of one side, or of different entities, customers or currencies.
        Invalid: The amount is not above zero.
    """
    credit, debit = (one, other) if one.side < 0 else (other, one)
    if credit.side == debit.side:
        raise Conflict(
            N_("%(one)s and %(other)s stand on the same side and cannot settle each other."),
            one=one.document_no, other=other.document_no,
        )  # fmt: skip
    if (one.entity_id, one.customer_id, one.currency) != (other.entity_id, other.customer_id, other.currency):
        raise Conflict(
            N_("%(one)s and %(other)s do not belong to one customer and currency."),
            one=one.document_no, other=other.document_no,
        )  # fmt: skip
    if amount_minor is None:
        amount_minor = min(credit.open_minor, debit.open_minor)
        if not amount_minor:
            return None
    if amount_minor <= 0:
        raise Invalid(N_("The amount must be above zero."), field="amount")
    for item in (debit, credit):
        if amount_minor > item.open_minor:
            raise OverApplied(
                open=Money(item.open_minor, item.currency), number=item.document_no,
                amount=Money(amount_minor, item.currency), field="applies_to",
            )  # fmt: skip
    day = max(allocated_on, credit.posting_on, debit.posting_on)
    part = Part(credit, debit, amount_minor, day, credit.move(amount_minor), debit.move(amount_minor))
    for item in (credit, debit):
        item.settled_on = None if item.open_minor else day
    return part


def write_parts(session: Session, parts: Sequence[Part], *, actor: Actor, now: datetime) -> None:
    """Write allocations and what they leave open; gives each part its row number.

    The database refuses an open amount below zero or above the document's, even where a caller did not lock.
    """
    if not parts:
        return
    for part, id_ in zip(parts, reserve_ids(session, _ALLOCATIONS, len(parts)), strict=True):
        part.id = id_
    session.execute(
        insert(_ALLOCATIONS),
        [
            {
                "id": part.id, "public_id": part.public_id, "entity_id": part.credit.entity_id,
                "customer_id": part.credit.customer_id, "currency": part.credit.currency,
                "credit_id": part.credit.document_id, "debit_id": part.debit.document_id,
                "amount_minor": part.amount_minor, "allocated_on": part.allocated_on,
                "reverses_id": part.reverses_id, "created_by_id": actor.person_id, "created_at": now,
            }
            for part in parts
        ],
    )  # fmt: skip
    touched = {item.document_id: item for part in parts for item in (part.credit, part.debit)}
    _write_open(session, touched)


def _write_open(session: Session, touched: Mapping[int, Item]) -> None:
    rows: list[dict[str, Any]] = []
    for document_id in sorted(touched):
        item = touched[document_id]
        if item.changed_minor:
            rows.append(
                {"b_id": document_id, "b_changed": item.changed_minor, "b_settled_on": item.settled_on}
            )
            item.changed_minor = 0
    if not rows:
        return
    left = _ITEMS.c.open_minor - bindparam("b_changed", type_=_ITEMS.c.open_minor.type)
    session.execute(
        update(_ITEMS)
        .where(_ITEMS.c.document_id == bindparam("b_id"))
        .values(
            open_minor=left, settled_on=case((left == 0, bindparam("b_settled_on", type_=Date)), else_=null())
        ),
        rows,
    )


def application_entry(part: Part) -> EntryDraft | None:
    """Return the entry of an allocation made after posting: from the credit's holding account to the debit's.

    None when both stand on one account and no exchange difference arises.

    Source: domain.md, rows 4, 6 and 17 of the journal table.
    """
    credit, debit = part.credit, part.debit
    is_known = (part.credit_book is None) == (part.debit_book is None)
    credit_book = part.credit_book if is_known else None
    debit_book = part.debit_book if is_known else None
    is_same_account = credit.holding == debit.holding
    if is_same_account and (credit_book is None or credit_book == debit_book):
        return None
    return EntryDraft(
        entity_id=credit.entity_id, kind="application", posting_on=part.allocated_on,
        document_id=credit.document_id, allocation_id=part.id, is_valued=is_known,
        lines=[
            _side(credit, 0 if is_same_account else part.amount_minor, credit_book),
            _side(debit, 0 if is_same_account else -part.amount_minor, None if debit_book is None else -debit_book),
        ],
    )  # fmt: skip


def _side(item: Item, amount_minor: int, book_minor: int | None) -> LineDraft:
    return LineDraft(item.holding, amount_minor, item.currency, item.customer_id, book_minor=book_minor)
