"""Mirroring an entry."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.errors import Conflict, NotAllowed, NotFound
from portal.ledger import (
    EntryDraft,
    LineDraft,
    default_entity,
    edit_account_mapping,
    post_entries,
    reverse_entry,
    set_book_currency_if_missing,
)
from portal.ledger.models import Entry, EntryLine
from tests.entries_text import entry_lines

DAY = date(2026, 1, 5)


@pytest.fixture
def posted(session: Session, mei: Actor, now: datetime) -> int:
    set_book_currency_if_missing(session, currency="CNY")
    lines = [LineDraft("bank", 100, "EUR", department="sales"), LineDraft("income", -100, "EUR")]
    draft = EntryDraft(default_entity(session).id, "receipt", DAY, lines, rate="8")
    return post_entries(session, [draft], actor=mei, now=now)[0]


@pytest.mark.db
def test_swaps_the_sides_in_both_currencies_and_keeps_dimensions(
    session: Session, posted: int, mei: Actor, now: datetime
) -> None:
    mirror = reverse_entry(session, entry_id=posted, posting_on=DAY, text="wrong", actor=mei, now=now)
    assert entry_lines(session, mirror) == ["Dr 6001 1.00 EUR", "Cr 1002 1.00 EUR"]
    assert entry_lines(session, mirror, book=True) == ["Dr 6001 8.00 CNY", "Cr 1002 8.00 CNY"]
    row = session.get_one(Entry, mirror)
    assert (row.kind, row.reverses_id, row.is_valued) == ("reversal", posted, True)
    departments = session.scalars(select(EntryLine.department).where(EntryLine.entry_id == mirror))
    assert set(departments) == {"sales", None}


def test_the_mirror_goes_to_the_original_account_even_after_a_new_mapping(
    session: Session, posted: int, mei: Actor, now: datetime
) -> None:
    edit_account_mapping(session, role="bank", code="1003", name="另一银行", actor=mei, now=now)
    mirror = reverse_entry(session, entry_id=posted, posting_on=DAY, text="wrong", actor=mei, now=now)
    assert entry_lines(session, mirror) == ["Dr 6001 1.00 EUR", "Cr 1002 1.00 EUR"]


def test_refuses_twice_an_early_day_the_unknown_and_readers(
    session: Session, posted: int, mei: Actor, aud: Actor, now: datetime
) -> None:
    def reverse(entry_id: int = posted, on: date = DAY, actor: Actor = mei) -> None:
        reverse_entry(session, entry_id=entry_id, posting_on=on, text="wrong", actor=actor, now=now)

    with pytest.raises(NotAllowed):
        reverse(actor=aud)
    with pytest.raises(NotFound):
        reverse(entry_id=99)
    with pytest.raises(Conflict):
        reverse(on=date(2026, 1, 4))
    reverse()
    with pytest.raises(Conflict):
        reverse()
