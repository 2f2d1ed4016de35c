"""The journal entry of a document that is being posted: the golden entries."""

from __future__ import annotations

from dataclasses import dataclass

from portal.ledger import EntryDraft, LineDraft
from portal.receivables.clearing import Item, Part
from portal.receivables.drafts import DocumentDraft, counter_parts
from portal.receivables.rules import HOLDING


@dataclass(slots=True)
class Posting:
    """A document on its way into the books, with its own open item and what it settles."""

    draft: DocumentDraft
    id: int
    public_id: str
    item: Item
    parts: list[Part]


def is_later(posting: Posting, part: Part) -> bool:
    """Say whether a part is settled after the posting date, because the other document is posted later."""
    return part.allocated_on != posting.draft.posted_on


def posting_entry(posting: Posting, mirror: EntryDraft | None = None) -> EntryDraft:
    """Return the entry to post for a document; ``mirror`` = what a reversal posts instead.

    Source: domain.md, journal table.
    """
    draft = posting.draft
    if mirror is not None:
        return EntryDraft(
            entity_id=draft.entity_id, kind=mirror.kind, posting_on=draft.posted_on, lines=mirror.lines,
            document_id=posting.id, reverses_id=mirror.reverses_id, text=mirror.text, is_valued=mirror.is_valued,
        )  # fmt: skip
    dimensions = (draft.customer_id, draft.department or None, draft.project or None)
    lines = [
        LineDraft(part.role, part.amount_minor, draft.currency, *dimensions, book_minor=part.book_minor)
        for part in counter_parts(draft)
    ]
    lines += [
        LineDraft(role, amount, draft.currency, *dimensions, book_minor=book)
        for role, amount, book in _customer_side(posting)
    ]
    return EntryDraft(
        entity_id=draft.entity_id, kind=draft.kind, posting_on=draft.posted_on, lines=lines, document_id=posting.id,
        text=draft.description[:300], rate=draft.exchange_rate or None,
    )  # fmt: skip


def _customer_side(posting: Posting) -> list[tuple[str, int, int | None]]:
    """Return (role, amount, book amount) on the customer's accounts: what is settled at once, then what is left."""
    draft, item = posting.draft, posting.item
    own = HOLDING[draft.kind]
    at_once = [part for part in posting.parts if not is_later(posting, part)]
    if not at_once:
        return [(own, draft.balance_minor, None)]
    if item.book_minor is None:
        amounts: dict[str, int] = {}
        for part in at_once:
            target = part.debit if draft.side < 0 else part.credit
            amounts[target.holding] = amounts.get(target.holding, 0) + draft.side * part.amount_minor
        rest = draft.balance_minor - sum(amounts.values())
        amounts[own] = amounts.get(own, 0) + rest
        return [(role, amount, None) for role, amount in amounts.items() if amount]
    return _customer_side_in_book_currency(posting, at_once)


def _customer_side_in_book_currency(
    posting: Posting, at_once: list[Part]
) -> list[tuple[str, int, int | None]]:
    """The same with book amounts: a settled debt leaves at the rate it came with, the rest at the day's rate."""
    draft, item = posting.draft, posting.item
    sides: list[tuple[str, int, int | None]] = []
    own_cleared = 0
    for part in at_once:
        target, theirs, ours = (
            (part.debit, part.debit_book, part.credit_book)
            if draft.side < 0
            else (part.credit, part.credit_book, part.debit_book)
        )
        own_cleared += ours or 0
        book = theirs if theirs is not None else ours
        sides.append((target.holding, draft.side * part.amount_minor, draft.side * (book or 0)))
    settled = sum(part.amount_minor for part in at_once)
    rest = abs(draft.amount_minor) - settled
    if rest:
        sides.append(
            (HOLDING[draft.kind], draft.side * rest, draft.side * ((item.book_minor or 0) - own_cleared))
        )
    return sides
