"""Reverse a posted entry: a mirror is posted, the original stays untouched."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.errors import N_, Conflict, NotFound
from portal.ledger.models import AccountMapping, Entry, EntryLine
from portal.ledger.post import POSTS, post_entries
from portal.ledger.rules import EntryDraft, LineDraft


def reverse_entry(
    session: Session, *, entry_id: int, posting_on: date, text: str, actor: Actor, now: datetime
) -> int:
    """Post the mirror of an entry: the same accounts, dimensions and book amounts with the opposite sign.

    Args:
        session: A writing session.
        entry_id: Row number of a posted entry.
        posting_on: Day in an open period, not before the original's.
        text: Why.
        actor: Needs a permission to post.
        now: When.

    Returns:
        Row number of the mirror.

    Raises:
        NotAllowed: The actor may not post.
        NotFound: No such posted entry.
        Conflict: It was reversed before, or the day lies before the original.
        PeriodClosed: The day lies in a closed period.
    """
    actor.require(*POSTS)
    draft = mirror_of(session, entry_id=entry_id, posting_on=posting_on, text=text)
    (mirror,) = post_entries(session, [draft], actor=actor, now=now)
    return mirror


def mirror_of(session: Session, *, entry_id: int, posting_on: date, text: str) -> EntryDraft:
    """Return the draft that mirrors a posted entry; see ``reverse_entry`` for what is refused.

    Raises:
        NotFound: No such posted entry.
        Conflict: It was reversed before, or the day lies before the original.
    """
    entry = session.get(Entry, entry_id, with_for_update=True)
    if entry is None or entry.posted_at is None:
        raise NotFound
    if session.scalar(select(Entry.id).where(Entry.reverses_id == entry_id)) is not None:
        raise Conflict(N_("This was reversed before."))
    if posting_on < entry.posting_on:
        raise Conflict(N_("A reversal cannot be dated before %(day)s."), day=entry.posting_on)
    return EntryDraft(
        entity_id=entry.entity_id, kind="reversal", posting_on=posting_on, lines=_mirrored(session, entry),
        reverses_id=entry.id, text=text, is_valued=entry.is_valued,
    )  # fmt: skip


def _mirrored(session: Session, entry: Entry) -> Sequence[LineDraft]:
    roles = {
        account_id: role
        for role, account_id in session.execute(
            select(AccountMapping.role, AccountMapping.account_id).where(
                AccountMapping.entity_id == entry.entity_id
            )
        )
    }
    lines = session.scalars(select(EntryLine).where(EntryLine.entry_id == entry.id).order_by(EntryLine.no))
    return [
        LineDraft(
            role=roles.get(line.account_id, f"#{line.account_id}"), amount_minor=-line.amount_minor,
            currency=line.currency, customer_id=line.customer_id, department=line.department, project=line.project,
            book_minor=None if line.book_minor is None else -line.book_minor, book_currency=line.book_currency,
        )
        for line in lines
    ]  # fmt: skip
