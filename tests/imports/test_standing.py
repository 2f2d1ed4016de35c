"""What the books hold is read for one chunk; a dry run also sees what it would have posted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime

import pytest
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.imports.spool import Spool
from portal.imports.standing import Books, Standing
from portal.ledger import close_period, default_entity
from tests.books import Books as Story

STORY = """
2026-01-05 invoice ACME INV-1 100.00 CNY due 2026-02-04 order PO-7 "ball screws"
2026-01-06 receipt ACME R-1 30.00 CNY pays INV-1:20.00
2026-01-05 opening_balance ACME INV-1 -5.00 CNY
"""


@pytest.fixture
def spool() -> Iterator[Spool]:
    with Spool() as spool:
        yield spool


@pytest.fixture
def known(session: Session, books: Callable[[str], Story], spool: Spool) -> Books:
    books(STORY)
    found = Books(spool, is_dry_run=True)
    found.load(session, numbers=["INV-1", "R-1", "NO"], customer_nos=["ACME", "NEW"])
    return found


def planned(document_no: str, entity_id: int) -> Standing:
    day = date(2026, 1, 7)
    return Standing(
        0, entity_id, "invoice", document_no, 0, "NEW", "CNY", day, None, day, 500, None, 1, 500, False, None
    )


def test_knows_documents_with_what_is_open_and_applied(known: Books, session: Session) -> None:
    entity = default_entity(session).id
    invoice, receipt = known.find(entity, "invoice", "INV-1"), known.find(entity, "receipt", "R-1")
    assert invoice is not None
    assert receipt is not None
    assert (invoice.open_minor, invoice.due_on, invoice.texts["order_no"]) == (8000, date(2026, 2, 4), "PO-7")
    assert (receipt.open_minor, receipt.applied) == (1000, {invoice.id: 2000})
    assert known.find(entity, "invoice", "NO") is None
    assert list(known.customers) == ["ACME"]


def test_looks_a_number_up_on_the_other_side_only(known: Books, session: Session) -> None:
    entity = default_entity(session).id
    receipt = known.find(entity, "receipt", "R-1")
    assert receipt is not None
    found = known.look_up(receipt, "INV-1", ("opening_balance", "invoice"))
    assert found is not None
    assert found.kind == "invoice"
    receipt.customer_no = "GLOBEX"
    assert known.look_up(receipt, "INV-1", ("invoice",)) is None


def test_a_dry_run_sees_what_it_would_have_posted(known: Books, session: Session) -> None:
    entity = default_entity(session).id
    known.pretend([planned("INV-9", entity)])
    known.load(session, numbers=["INV-9"], customer_nos=["ACME"])
    found = known.find(entity, "invoice", "INV-9")
    assert found is not None
    assert (found.id, found.open_minor, found.document_on) == (-1, 500, date(2026, 1, 7))


def test_a_closed_month_is_half_open(known: Books, session: Session, chen: Actor, now: datetime) -> None:
    close_period(session, month=date(2026, 1, 1), actor=chen, now=now)
    known.load(session, numbers=[], customer_nos=[])
    entity = default_entity(session).id
    days = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 1, 31), date(2026, 2, 1)]
    assert [known.is_closed(entity, day) for day in days] == [False, True, True, False]
