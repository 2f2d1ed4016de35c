"""Lists of documents and search."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.lists import ListQuery
from portal.money import Money
from portal.receivables import list_documents, search_documents
from tests.books import Books

Tell = Callable[[str], Books]


@pytest.fixture
def story(books: Tell) -> Books:
    return books("""
        2026-01-05 invoice ACME INV-1 100.00 CNY tax 13.00 order PO-7 "ball screws"
        2026-01-06 invoice GLOBEX INV-2 55.50 EUR due 2026-02-01
        2026-01-20 receipt ACME R-1 120.00 CNY pays INV-1
    """)


def numbers(session: Session, actor: Actor, **query: Any) -> list[str]:
    page = list_documents(session, query=ListQuery(**query), actor=actor)
    return [row.document_no for row in page.rows]


@pytest.mark.db
def test_lists_what_is_in_scope_newest_first(session: Session, story: Books, mei: Actor, ping: Actor) -> None:
    assert numbers(session, mei) == ["R-1", "INV-2", "INV-1"]
    assert numbers(session, ping) == ["R-1", "INV-1"]
    page = list_documents(session, query=ListQuery(), actor=mei)
    assert page.sums == (Money(-2000, "CNY"), Money(5550, "EUR"))
    assert {tab.key: tab.count for tab in page.tabs} == {"all": 3, "invoice": 2, "receipt": 1}


@pytest.mark.db
@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("po-7", ["INV-1"]),
        ("SCREWS", ["INV-1"]),
        ("55.50", ["INV-2"]),
        ("globex", ["INV-2"]),
        ("100%", []),
        ("2026-01-06", ["INV-2"]),
        ("2026-13-45", []),
        ("20260106", []),
        ("inv", ["INV-2", "INV-1"]),
    ],
)
def test_finds_numbers_texts_amounts_and_customers(
    session: Session, story: Books, mei: Actor, words: str, found: list[str]
) -> None:
    assert [row.document_no for row in search_documents(session, words=words, actor=mei)] == found


def test_an_empty_search_finds_nothing(session: Session, story: Books, mei: Actor) -> None:
    assert search_documents(session, words=" ", actor=mei) == ()


@pytest.mark.db
def test_sorts_and_pages(session: Session, story: Books, mei: Actor) -> None:
    assert numbers(session, mei, sort="amount") == ["R-1", "INV-2", "INV-1"]
    assert numbers(session, mei, sort="number", per_page=2, page=2) == ["R-1"]
    assert numbers(session, mei, tab="receipt") == ["R-1"]
    for sort in ("kind", "customer", "day", "due", "open", "posted"):
        assert len(numbers(session, mei, sort=sort, descending=True)) == 3
