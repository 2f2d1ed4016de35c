"""Disputes from an imported ledger."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.audit.models import AuditRow
from portal.disputes import find_dispute, open_imported_disputes
from portal.disputes.models import Dispute, DisputeEvent
from portal.disputes.rules import TRANSITIONS
from portal.errors import NotAllowed
from tests.disputes.conftest import Case


def test_open_documents_are_disputed_once_and_settled_ones_never(case: Case) -> None:
    ids = [case.books.ids[number] for number in ("INV-1", "INV-2", "INV-3")]
    mei = case.people["mei"]
    assert open_imported_disputes(case.session, document_ids=ids, actor=mei, now=case.now) == 2
    assert open_imported_disputes(case.session, document_ids=ids, actor=mei, now=case.now) == 0
    rows = case.session.scalars(select(Dispute).order_by(Dispute.id)).all()
    assert [(row.number, row.disputed_minor, row.state) for row in rows] == [
        ("D-26-0001", 3864000, "acknowledged"), ("D-26-0002", 3864000, "acknowledged"),
    ]  # fmt: skip
    assert case.mails("dispute-opened") == []
    case.session.commit()
    events = case.session.scalars(select(AuditRow.event)).all()
    assert events.count("disputes.opened") == events.count("disputes.acknowledged") == 2
    steps = case.session.execute(
        select(DisputeEvent.from_state, DisputeEvent.verb, DisputeEvent.to_state)
    ).all()
    assert {TRANSITIONS[row.from_state, row.verb] == row.to_state for row in steps} == {True}


def test_an_imported_dispute_goes_the_same_way(case: Case) -> None:
    open_imported_disputes(
        case.session, document_ids=[case.books.ids["INV-2"]], actor=case.people["mei"], now=case.now
    )
    public_id = case.session.scalars(select(Dispute.public_id)).one()
    case.propose(public_id)
    assert {mail.recipient for mail in case.mails("dispute-proposed")} == {"ping@acme.example"}
    case.accept(public_id)
    case.approve(case.submit(public_id))
    view = find_dispute(case.session, public_id=public_id, actor=case.people["ping"], now=case.now)
    assert view.row.state == "resolved"


def test_only_importers_open_them(case: Case) -> None:
    with pytest.raises(NotAllowed):
        open_imported_disputes(case.session, document_ids=[1], actor=case.people["ping"], now=case.now)
