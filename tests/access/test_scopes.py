"""A session of somebody who sees a part shows nothing else, whichever query asks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from portal.access import Actor, narrow_session
from portal.access.scopes import WHOLE
from portal.customers.models import Customer
from portal.receivables.models import Document
from tests.books import Books

STORY = """
    2026-02-03 invoice ACME A-1 250.50 CNY
    2026-02-11 invoice GLOBEX G-1 999.99 CNY
"""


@pytest.fixture
def acme(session: Session) -> int:
    return session.scalars(select(Customer.id).where(Customer.number == "ACME")).one()


@pytest.mark.db
def test_every_form_of_a_query_is_narrowed(
    session: Session, books: Callable[[str], Books], mei: Actor, acme: int
) -> None:
    """Requirement 1-14."""
    books(STORY)
    narrow_session(session, replace(mei, customer_ids=frozenset({acme})))
    assert session.scalars(select(Document.document_no)).all() == ["A-1"]
    assert session.scalar(select(func.count()).select_from(Document)) == 1
    assert session.scalar(select(func.count()).select_from(select(Document).subquery())) == 1
    owing = select(Customer.number).where(Customer.id.in_(select(Document.customer_id)))
    assert session.scalars(owing).all() == ["ACME"]
    joined = select(Document.document_no).join(Customer, Customer.id == Document.customer_id)
    assert session.scalars(joined).all() == ["A-1"]
    again = aliased(Document)
    pairs = select(Document.document_no).join(again, again.customer_id == Document.customer_id)
    assert session.scalars(pairs).all() == ["A-1"]
    assert session.scalar(select(func.count(Document.id)).execution_options(**{WHOLE: True})) == 2


def test_nothing_in_scope_means_nothing_in_sight(
    session: Session, books: Callable[[str], Books], mei: Actor
) -> None:
    books(STORY)
    narrow_session(session, replace(mei, customer_ids=frozenset()))
    assert session.scalars(select(Document.id)).all() == []


def test_another_persons_session_is_another(
    session: Session, books: Callable[[str], Books], mei: Actor, acme: int
) -> None:
    """No bound of one person is left in a cache for the next."""
    made = books(STORY)
    globex = session.scalars(select(Customer.id).where(Customer.number == "GLOBEX")).one()
    for customer, number in ((acme, "A-1"), (globex, "G-1"), (acme, "A-1")):
        narrow_session(session, replace(mei, customer_ids=frozenset({customer})))
        assert session.scalars(select(Document.id)).all() == [made.ids[number]]


def test_an_entity_bounds_too(session: Session, books: Callable[[str], Books], mei: Actor) -> None:
    books(STORY)
    narrow_session(session, replace(mei, entity_ids=frozenset({999})))
    assert session.scalars(select(Document.id)).all() == []
