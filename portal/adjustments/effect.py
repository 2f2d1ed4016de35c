"""What an adjustment would change: the posting is tried inside a savepoint, read, and undone."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import system_actor
from portal.adjustments.models import Adjustment
from portal.adjustments.post import post_document_of
from portal.clock import business_day
from portal.customers.models import Customer
from portal.ledger import CUSTOMER_ROLES, account_mapping, entity_view
from portal.ledger.models import Account, Entry, EntryLine
from portal.receivables import BUCKETS, ageing_of, balance_on
from portal.receivables.models import Document, OpenItem


def effect_of(session: Session, row: Adjustment, *, now: datetime) -> dict[str, Any]:
    """Return what posting would do, as data for the second person.

    Nothing stays: the posting is made by the same verb that will make it, inside a savepoint that is rolled back.

    Args:
        session: A writing session.
        row: The adjustment, not posted.
        now: When.

    Returns:
        ``entry``: lines with account, names, debit or credit in minor units; ``before`` and ``after``: the same keys
        (``document`` where one is corrected, ``balance``, ``ageing.<column>``) in minor units; ``currency``,
        ``posting_on``, ``document_no``.

    Raises:
        PeriodClosed: It could not be posted on that day.
        OverApplied: More than is open.
        UnmappedRole: No account is mapped.
    """
    session.flush()
    today = business_day(now, entity_view(session, row.entity_id).time_zone)
    as_of = max(today, row.posting_on)
    document = session.get(Document, row.document_id) if row.document_id else None
    before = _figures(session, row, as_of=as_of)
    trial = session.begin_nested()
    try:
        posted_id = post_document_of(session, row, actor=system_actor("preview"), now=now)
        after = _figures(session, row, as_of=as_of)
        entry = _entry(session, posted_id, entity_id=row.entity_id)
    finally:
        trial.rollback()
    return {
        "currency": row.currency, "posting_on": row.posting_on.isoformat(), "as_of": as_of.isoformat(),
        "document_no": document.document_no if document else "", "entry": entry, "before": before, "after": after,
    }  # fmt: skip


def _figures(session: Session, row: Adjustment, *, as_of: date) -> dict[str, int]:
    found: dict[str, int] = {}
    if row.document_id is not None:
        item = session.execute(
            select(OpenItem.side, OpenItem.open_minor).where(OpenItem.document_id == row.document_id)
        ).one()
        found["document"] = item.side * item.open_minor
    found["balance"] = balance_on(
        session, customer_id=row.customer_id, currency=row.currency, as_of=as_of
    ).minor
    ageing = ageing_of(session, customer_id=row.customer_id, currency=row.currency, as_of=as_of)
    return found | {f"ageing.{column}": getattr(ageing, column).minor for column in BUCKETS}


def _entry(session: Session, document_id: int, *, entity_id: int) -> list[dict[str, Any]]:
    mapping = account_mapping(session, entity_id)
    customers = {mapping[role].code for role in CUSTOMER_ROLES if role in mapping}
    rows = session.execute(
        select(Account.code, Account.name, Account.name_en, Customer.number, EntryLine.amount_minor)
        .join(Entry, Entry.id == EntryLine.entry_id)
        .join(Account, Account.id == EntryLine.account_id)
        .outerjoin(Customer, Customer.id == EntryLine.customer_id)
        .where(Entry.document_id == document_id)
        .order_by(Entry.id, EntryLine.amount_minor.desc(), EntryLine.no)
    )
    return [
        {
            "code": code, "name": name, "name_en": name_en, "customer_no": (number or "") if code in customers else "",
            "debit_minor": max(minor, 0), "credit_minor": max(-minor, 0),
        }
        for code, name, name_en, number, minor in rows
    ]  # fmt: skip
