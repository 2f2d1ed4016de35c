"""Posting: once, by another person, exactly what was approved; also with twenty at the same time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest
from sqlalchemy import func, select

from portal.access import system_actor
from portal.adjustments import post_adjustment
from portal.adjustments.models import Adjustment
from portal.approvals import approve, find_approval, reject
from portal.audit.models import AuditRow
from portal.db import Database
from portal.errors import Conflict, Invalid, NotAllowed, SecondPersonRequired
from portal.ledger import PeriodClosed, close_period
from portal.money import Money
from portal.receivables.models import Document
from tests.adjustments.conftest import Desk
from tests.books import post_books

AT_ONCE = 20


def test_an_approved_credit_note_settles_its_invoice(desk: Desk) -> None:
    public_id = desk.draft(amount=Money(113000, "CNY"))
    desk.approve(desk.submit(public_id))
    assert desk.row(public_id).state == "posted"
    assert desk.posted(public_id).document_no == "CN-26-0001"
    assert (desk.open_minor("INV-1"), desk.open_minor("CN-26-0001")) == (0, 0)


def test_a_write_off_needs_two_people_and_uses_the_allowance(desk: Desk) -> None:
    """Requirement 3-20: bad debts are written off by two people."""
    public_id = desk.draft(kind="write_off", amount=Money(113000, "CNY"))
    approval = desk.submit(public_id)
    entry = find_approval(desk.session, public_id=approval, actor=desk.people["chen"]).effect["entry"]
    assert [line["code"] for line in entry] == ["1231", "1122"]
    desk.approve(approval)
    assert desk.open_minor("INV-1") == 0


@pytest.mark.parametrize(
    ("changes", "open_after"),
    [
        ({"kind": "debit_note", "amount": Money(5000, "CNY")}, 113000),
        ({"kind": "adjustment", "amount": Money(-5000, "CNY")}, 108000),
        ({"kind": "adjustment", "amount": Money(5000, "CNY")}, 113000),
    ],
)
def test_each_kind_settles_what_it_should(desk: Desk, changes: dict[str, object], open_after: int) -> None:
    desk.approve(desk.submit(desk.draft(**changes)))
    assert desk.open_minor("INV-1") == open_after


def test_a_refund_clears_the_receipt(desk: Desk) -> None:
    draft = desk.draft(kind="refund", document=desk.books.public_ids["RC-1"], amount=Money(20000, "CNY"))
    desk.approve(desk.submit(draft))
    assert desk.open_minor("RC-1") == 0


def test_the_maker_is_refused(desk: Desk) -> None:
    """Requirement 0-7: the maker approving their own request is refused (403)."""
    public_id = desk.draft()
    approval = desk.submit(public_id)
    mei = desk.people["mei"]
    desk.people["mei"] = type(mei)(
        **{name: getattr(mei, name) for name in mei.__slots__}
        | {"permissions": mei.permissions | desk.people["chen"].permissions}
    )
    with pytest.raises(SecondPersonRequired):
        desk.approve(approval, "mei")
    with pytest.raises(SecondPersonRequired):
        post_adjustment(desk.session, public_id=public_id, actor=desk.people["mei"], now=desk.now)


def test_readers_and_customers_cannot_approve(desk: Desk) -> None:
    approval = desk.submit(desk.draft())
    seen = find_approval(desk.session, public_id=approval, actor=desk.people["aud"]).content_hash
    for who in ("aud", "ping", "mei"):
        with pytest.raises(NotAllowed):
            desk.approve(approval, who, seen)


def test_another_content_than_seen_is_not_posted(desk: Desk) -> None:
    """Separation rule R6: the approver approves a content hash."""
    approval = desk.submit(desk.draft())
    with pytest.raises(Conflict):
        desk.approve(approval, seen="0" * 64)
    desk.session.scalars(select(Adjustment)).one().amount_minor = 11299
    with pytest.raises(Conflict):
        desk.approve(approval)


def test_a_period_closed_meanwhile_stops_the_posting(desk: Desk) -> None:
    approval = desk.submit(desk.draft(posting_on=date(2026, 2, 27)))
    close_period(desk.session, month=date(2026, 2, 1), actor=desk.people["chen"], now=desk.now)
    with pytest.raises(PeriodClosed):
        desk.approve(approval)


def test_what_was_credited_meanwhile_is_not_credited_again(desk: Desk) -> None:
    first = desk.submit(desk.draft(amount=Money(113000, "CNY")))
    second = desk.submit(desk.draft(amount=Money(113000, "CNY")))
    desk.approve(first)
    with pytest.raises(Invalid):
        desk.approve(second)


def test_sent_back_it_can_be_edited_and_submitted_again(desk: Desk) -> None:
    public_id = desk.draft()
    approval = desk.submit(public_id)
    reject(desk.session, public_id=approval, note="Wrong tax.", actor=desk.people["chen"], now=desk.now)
    assert desk.row(public_id).state == "rejected"
    desk.edit(public_id, tax_minor=0)
    desk.approve(desk.submit(public_id))
    assert desk.posted(public_id).tax_minor in {None, 0}


def test_a_number_that_an_import_took_is_passed_over(desk: Desk) -> None:
    story = "2026-02-11 credit_note ACME CN-26-0001 10.00 CNY"
    post_books(desk.session, story, actor=system_actor(), now=desk.now)
    public_id = desk.draft()
    desk.approve(desk.submit(public_id))
    assert desk.posted(public_id).document_no == "CN-26-0002"


@pytest.mark.db
def test_twenty_approvals_at_once_post_once(desk: Desk, database: Database) -> None:
    """Security case D27: exactly one posting, the others are conflicts."""
    approval = desk.submit(desk.draft())
    desk.session.commit()
    seen = find_approval(desk.session, public_id=approval, actor=desk.people["chen"]).content_hash
    desk.session.commit()
    start = Barrier(AT_ONCE)

    def try_once(_: int) -> str:
        start.wait()
        try:
            with database.writing() as session:
                approve(session, public_id=approval, seen_hash=seen, actor=desk.people["chen"], now=desk.now)
        except Conflict:
            return "conflict"
        return "posted"

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(try_once, range(AT_ONCE)))
    assert sorted(answers) == ["conflict"] * (AT_ONCE - 1) + ["posted"]
    with database.reading() as session:
        assert session.scalar(select(func.count()).where(Document.kind == "credit_note")) == 1
        assert session.scalar(select(func.count()).where(AuditRow.event == "adjustments.posted")) == 1
        assert session.scalar(select(func.count()).where(AuditRow.event == "approvals.approved")) == 1
