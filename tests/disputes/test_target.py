"""Disputes of statement lines: the line is answered, and freed again; what is missing; what cannot be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from portal.access import system_actor
from portal.disputes import DisputeDraft, find_target, open_dispute, withdraw_dispute
from portal.errors import Conflict, Invalid, NotFound
from portal.money import Money
from portal.statements import current_answers, find_statement, issue_statements, prepare_statements
from portal.statements.models import Statement
from tests.disputes.conftest import Case

ISSUED = datetime(2026, 2, 1, 2, 0, tzinfo=UTC)


@dataclass
class Issued:
    """Acme's January, issued: three invoices."""

    case: Case
    public_id: str
    id: int

    def line_no(self, number: str) -> int:
        """The line of a document."""
        page = find_statement(self.case.session, public_id=self.public_id, actor=self.case.people["ping"])
        return next(line.no for line in page.lines if line.document_no == number)

    def dispute(self, line_no: int | None, amount: int, *, content_hash: str = "") -> str:
        """Ping disputes a line as too much of something."""
        draft = DisputeDraft(
            "NRC", Money(amount, "CNY"), statement=self.public_id, line_no=line_no, content_hash=content_hash,
        )  # fmt: skip
        return open_dispute(self.case.session, draft=draft, actor=self.case.people["ping"], now=self.case.now)

    def answer(self, line_no: int) -> tuple[str, int]:
        """What counts as the line's answer now."""
        found = current_answers(self.case.session, self.id).get(line_no)
        return (found.answer, found.disputed_minor) if found else ("none", 0)


@pytest.fixture
def issued(case: Case) -> Issued:
    """January issued on 1 February."""
    run = prepare_statements(case.session, month=date(2026, 1, 1), actor=system_actor(), now=ISSUED)
    issue_statements(case.session, run=run, released_by="os:test", actor=system_actor(), now=ISSUED)
    customer_id = next(iter(case.people["ping"].customer_ids or ()))
    row = case.session.scalars(select(Statement).where(Statement.customer_id == customer_id)).one()
    return Issued(case, row.public_id, row.id)


def test_a_disputed_line_is_answered_in_part(issued: Issued) -> None:
    """Requirement 2-12: the disputed part stands apart, the rest is agreed."""
    line_no = issued.line_no("INV-2")
    public_id = issued.dispute(line_no, 100)
    assert issued.answer(line_no) == ("disputed", 100)
    row = issued.case.row(public_id)
    assert (row.line_no, row.document_id) == (line_no, issued.case.books.ids["INV-2"])


def test_withdrawing_frees_the_line(issued: Issued) -> None:
    line_no = issued.line_no("INV-2")
    public_id = issued.dispute(line_no, 100)
    withdraw_dispute(
        issued.case.session, public_id=public_id, actor=issued.case.people["ping"], now=issued.case.now
    )
    assert issued.answer(line_no) == ("none", 0)
    issued.dispute(line_no, 200)
    assert issued.answer(line_no) == ("disputed", 200)


def test_disputing_a_document_answers_its_line(issued: Issued) -> None:
    issued.case.open("INV-2", amount=Money(500, "CNY"))
    assert issued.answer(issued.line_no("INV-2")) == ("disputed", 500)


@pytest.mark.parametrize("amount", [0, -1, 3864001])
def test_refuses_more_than_the_line(issued: Issued, amount: int) -> None:
    line_no = issued.line_no("INV-2")
    with pytest.raises(Invalid):
        issued.dispute(line_no, amount)
    assert issued.answer(line_no) == ("none", 0)


def test_unknown_lines_and_other_customers_are_not_found(issued: Issued) -> None:
    with pytest.raises(NotFound):
        issued.dispute(99, 100)
    draft = DisputeDraft("NRC", Money(1, "CNY"), statement=issued.public_id, line_no=1)
    with pytest.raises(NotFound):
        open_dispute(issued.case.session, draft=draft, actor=issued.case.people["bo"], now=issued.case.now)


def test_a_page_of_another_version_saves_nothing(issued: Issued) -> None:
    line_no = issued.line_no("INV-2")
    with pytest.raises(Conflict):
        issued.dispute(line_no, 100, content_hash="0" * 64)
    assert issued.answer(line_no) == ("none", 0)


def test_what_is_missing_is_disputed_on_the_statement(issued: Issued) -> None:
    draft = DisputeDraft(
        "PAY", Money(9900000, "CNY"), statement=issued.public_id,
        facts={"paid_on": "2026-01-30", "paid_amount": "99000.00"},
    )  # fmt: skip
    ping = issued.case.people["ping"]
    public_id = open_dispute(issued.case.session, draft=draft, actor=ping, now=issued.case.now)
    row = issued.case.row(public_id)
    assert (row.line_no, row.document_id) == (None, None)


def test_the_form_knows_what_can_be_disputed(issued: Issued) -> None:
    ping = issued.case.people["ping"]
    line_no = issued.line_no("INV-2")
    target = find_target(issued.case.session, statement=issued.public_id, line_no=line_no, actor=ping)
    assert (target.suggested, target.room) == (Money(3864000, "CNY"), Money(3864000, "CNY"))
    assert (target.kind, target.is_answerable, target.disputed_by) == ("invoice", True, "")
    public_id = issued.dispute(line_no, 100)
    target = find_target(issued.case.session, statement=issued.public_id, line_no=line_no, actor=ping)
    assert target.disputed_by == public_id


def test_the_opening_balance_can_be_disputed(issued: Issued) -> None:
    run = prepare_statements(
        issued.case.session, month=date(2026, 2, 1), actor=system_actor(), now=issued.case.now
    )
    issue_statements(
        issued.case.session, run=run, released_by="os:test", actor=system_actor(), now=issued.case.now
    )
    customer_id = next(iter(issued.case.people["ping"].customer_ids or ()))
    february = issued.case.session.scalars(
        select(Statement).where(
            Statement.period_from == date(2026, 2, 1), Statement.customer_id == customer_id
        )
    ).one()
    draft = DisputeDraft("NRC", Money(100, "CNY"), statement=february.public_id, line_no=0)
    open_dispute(issued.case.session, draft=draft, actor=issued.case.people["ping"], now=issued.case.now)
    assert current_answers(issued.case.session, february.id)[0].disputed_minor == 100
    receipt = next(
        line
        for line in find_statement(
            issued.case.session, public_id=february.public_id, actor=issued.case.people["ping"]
        ).lines
        if line.kind == "receipt"
    )
    draft = DisputeDraft("NRC", Money(100, "CNY"), statement=february.public_id, line_no=receipt.no)
    open_dispute(issued.case.session, draft=draft, actor=issued.case.people["ping"], now=issued.case.now)
    assert current_answers(issued.case.session, february.id)[receipt.no].disputed_minor == -100
