"""Post journal entries in bulk: balance rule, open period, mapping, book currency, insert, seal."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import Table, insert, select, update
from sqlalchemy.orm import Session

from portal.access import Actor, Permission
from portal.ledger.models import AccountMapping, Entry, EntryLine, ExchangeRate, LegalEntity
from portal.ledger.queries import require_open
from portal.ledger.rules import EntryDraft, LineDraft, UnmappedRole, parse_rate, require_balanced, value_lines
from portal.numbering import reserve_ids

_ENTRIES = cast("Table", Entry.__table__)
_LINES = cast("Table", EntryLine.__table__)

#: Who may cause a posting: a clerk's document, an import, or what a second person approved.
POSTS = (Permission.DOCUMENTS_POST, Permission.IMPORTS_RUN, Permission.APPROVALS_DECIDE)


def post_entries(session: Session, drafts: Sequence[EntryDraft], *, actor: Actor, now: datetime) -> list[int]:
    """Post entries and seal them; the same number of statements for one as for a thousand.

    Every entry balances in each document currency; with a known rate (of the draft, else the newest of the rate
    table on or before the posting date) its lines carry book amounts that balance too, else it is marked not valued.
    The business verb that calls this records the one audit row.

    Args:
        session: A writing session.
        drafts: Entries; amounts in minor units, debit positive.
        actor: Needs ``documents:post``, ``imports:run`` or ``approvals:decide``.
        now: When they are posted.

    Returns:
        Row numbers, in the order of the drafts.

    Raises:
        NotAllowed: The actor may not post.
        Unbalanced: Debit and credit of an entry differ.
        PeriodClosed: A posting date lies in a closed period.
        UnmappedRole: No account is mapped to a role.
        BadRate: The rate of a draft is not a number above zero.

    Source: domain.md, I1.
    """
    actor.require(*POSTS)
    if not drafts:
        return []
    valued = _valued(session, drafts)
    require_open(session, {(draft.entity_id, draft.posting_on) for draft in drafts})
    for draft in valued:
        require_balanced(draft.lines)
    accounts = _accounts(session, {draft.entity_id for draft in drafts})
    ids = reserve_ids(session, _ENTRIES, len(drafts))
    session.execute(
        insert(_ENTRIES), [_entry_row(id_, draft) for id_, draft in zip(ids, valued, strict=True)]
    )
    session.execute(
        insert(_LINES),
        [
            _line_row(id_, no, line, accounts[draft.entity_id])
            for id_, draft in zip(ids, valued, strict=True)
            for no, line in enumerate(draft.lines, start=1)
        ],
    )
    # Entries of other transactions in this range are not visible unless they are sealed already.
    session.execute(
        update(_ENTRIES)
        .where(_ENTRIES.c.id.between(ids[0], ids[-1]), _ENTRIES.c.posted_at.is_(None))
        .values(posted_at=now)
    )
    return ids


def _entry_row(id_: int, draft: EntryDraft) -> dict[str, Any]:
    return {
        "id": id_, "entity_id": draft.entity_id, "kind": draft.kind, "posting_on": draft.posting_on,
        "document_id": draft.document_id, "allocation_id": draft.allocation_id, "reverses_id": draft.reverses_id,
        "is_valued": draft.is_valued, "text": draft.text[:300], "posted_at": None,
    }  # fmt: skip


def _line_row(id_: int, no: int, line: LineDraft, accounts: dict[str, int]) -> dict[str, Any]:
    account_id = int(line.role[1:]) if line.role.startswith("#") else accounts.get(line.role)
    if account_id is None:
        raise UnmappedRole(role=line.role)
    return {
        "entry_id": id_, "no": no, "account_id": account_id, "customer_id": line.customer_id,
        "department": line.department or None, "project": line.project or None, "currency": line.currency,
        "amount_minor": line.amount_minor, "book_currency": line.book_currency, "book_minor": line.book_minor,
    }  # fmt: skip


def _accounts(session: Session, entity_ids: set[int]) -> dict[int, dict[str, int]]:
    found: dict[int, dict[str, int]] = {entity_id: {} for entity_id in entity_ids}
    rows = session.execute(
        select(AccountMapping.entity_id, AccountMapping.role, AccountMapping.account_id).where(
            AccountMapping.entity_id.in_(entity_ids)
        )
    )
    for entity_id, role, account_id in rows:
        found[entity_id][role] = account_id
    return found


def _valued(session: Session, drafts: Sequence[EntryDraft]) -> list[EntryDraft]:
    # The shared lock makes closing a month wait for those who post: nothing slips into a month being closed.
    books = dict(
        session.execute(
            select(LegalEntity.id, LegalEntity.book_currency)
            .where(LegalEntity.id.in_({draft.entity_id for draft in drafts}))
            .order_by(LegalEntity.id)
            .with_for_update(read=True)
        ).all()
    )
    foreign = {
        (line.currency, books[draft.entity_id] or "")
        for draft in drafts
        if draft.is_valued and draft.rate is None
        for line in draft.lines
        if line.currency != books[draft.entity_id]
    }
    rates = RateTable(session, foreign)
    return [_with_book_pair(draft, books[draft.entity_id] or "", rates) for draft in drafts]


def _with_book_pair(draft: EntryDraft, book_currency: str, rates: RateTable) -> EntryDraft:
    if not draft.is_valued or not book_currency:
        bare = [replace(line, book_minor=None, book_currency=None) for line in draft.lines]
        return replace(draft, lines=bare, is_valued=False)
    by_currency: dict[str, list[LineDraft]] = defaultdict(list)
    for line in draft.lines:
        by_currency[line.currency].append(line)
    lines: list[LineDraft] = []
    for currency, part in by_currency.items():
        if currency == book_currency:
            lines += [
                LineDraft(
                    line.role, line.amount_minor, currency, line.customer_id, line.department, line.project,
                    line.amount_minor, currency,
                )
                for line in part
            ]  # fmt: skip
            continue
        rate = parse_rate(draft.rate) if draft.rate else rates.on(currency, book_currency, draft.posting_on)
        valued = value_lines(part, book_currency=book_currency, rate=rate)
        if valued is None:
            return _with_book_pair(replace(draft, is_valued=False), book_currency, rates)
        lines += valued
    return replace(draft, lines=lines)


class RateTable:
    """The exchange rates a batch needs, read once."""

    def __init__(self, session: Session, pairs: set[tuple[str, str]]) -> None:
        """Read every rate of the (currency, book currency) pairs, oldest first."""
        self._days: dict[tuple[str, str], list[date]] = defaultdict(list)
        self._rates: dict[tuple[str, str], list[str]] = defaultdict(list)
        if not pairs:
            return
        rows = session.execute(
            select(ExchangeRate.currency, ExchangeRate.book_currency, ExchangeRate.rate_on, ExchangeRate.rate)
            .where(ExchangeRate.currency.in_({currency for currency, _ in pairs}))
            .order_by(ExchangeRate.rate_on)
        )
        for currency, book_currency, rate_on, rate in rows:
            self._days[currency, book_currency].append(rate_on)
            self._rates[currency, book_currency].append(rate)

    def on(self, currency: str, book_currency: str, day: date) -> Decimal | None:
        """Return the newest rate on or before a day; None = none is known."""
        position = bisect_right(self._days[currency, book_currency], day)
        return parse_rate(self._rates[currency, book_currency][position - 1]) if position else None
