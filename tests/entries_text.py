"""Journal entries as text, so that a golden entry reads like a book: ``Dr 1122 113.00 CNY``."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.ledger.models import Account, Entry, EntryLine
from portal.money import minor_to_text
from portal.receivables.models import Document


def entry_lines(session: Session, entry_id: int, *, book: bool = False) -> list[str]:
    """Return the sides of one entry, debits first, by account; ``book`` shows the second pair."""
    rows = session.execute(
        select(
            Account.code,
            EntryLine.amount_minor,
            EntryLine.currency,
            EntryLine.book_minor,
            EntryLine.book_currency,
        )
        .join(Account, Account.id == EntryLine.account_id)
        .where(EntryLine.entry_id == entry_id)
    ).all()
    figures = [
        (code, book_minor if book else minor, book_currency if book else currency)
        for code, minor, currency, book_minor, book_currency in rows
    ]
    shown = sorted((minor < 0, code, minor, currency) for code, minor, currency in figures if minor)
    return [
        f"{'Cr' if credit else 'Dr'} {code} {minor_to_text(abs(minor), str(currency))} {currency}"
        for credit, code, minor, currency in shown
    ]


def entries_of_number(session: Session, document_no: str, *, book: bool = False) -> list[list[str]]:
    """Return the entries of a document in order of posting: its own first, then later applications."""
    ids = session.scalars(
        select(Entry.id)
        .join(Document, Document.id == Entry.document_id)
        .where(Document.document_no == document_no)
        .order_by(Entry.id)
    )
    return [entry_lines(session, entry_id, book=book) for entry_id in ids]
