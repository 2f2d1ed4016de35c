"""Words on posted documents change; figures and dates never do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.errors import Invalid, NotAllowed, NotFound
from portal.receivables.describe import DescriptionChange, describe_documents
from portal.receivables.models import Document
from tests.books import Books

Story = Callable[[str], Books]


@pytest.mark.db
def test_writes_the_named_words_and_leaves_the_others(
    session: Session, books: Story, mei: Actor, now: datetime
) -> None:
    ids = books('2026-01-05 invoice ACME INV-1 100.00 CNY order PO-7 "ball screws"').ids
    change = DescriptionChange(ids["INV-1"], {"reference": "PO 9"}, is_marked=True)
    describe_documents(session, [change], actor=mei, now=now)
    document = session.scalars(select(Document).execution_options(populate_existing=True)).one()
    assert (document.reference, document.description, document.order_no) == ("PO 9", "ball screws", "PO-7")
    assert document.was_disputed
    assert [row["event"] for row in session.info["audit"]][-1] == "imports.document-updated"


def test_a_figure_is_no_word(session: Session, books: Story, mei: Actor, now: datetime) -> None:
    ids = books("2026-01-05 invoice ACME INV-1 100.00 CNY").ids
    change = DescriptionChange(ids["INV-1"], {"amount_minor": "1"})
    with pytest.raises(Invalid):
        describe_documents(session, [change], actor=mei, now=now)


def test_an_unknown_document_is_not_found(session: Session, mei: Actor, now: datetime) -> None:
    with pytest.raises(NotFound):
        describe_documents(session, [DescriptionChange(7, {"reference": "x"})], actor=mei, now=now)


def test_the_auditor_changes_no_words(session: Session, aud: Actor, now: datetime) -> None:
    with pytest.raises(NotAllowed):
        describe_documents(session, [], actor=aud, now=now)
