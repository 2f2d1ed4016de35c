"""From the accepted proposal to the posted credit: two people, one posting, everyone told."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from portal.adjustments.models import Adjustment
from portal.approvals import find_approval, reject, withdraw_request
from portal.approvals.models import Approval
from portal.audit.models import AuditRow
from portal.disputes import find_dispute, resolve_dispute, submit_settlement
from portal.errors import Conflict, NotAllowed, SecondPersonRequired
from portal.ledger.models import EntryLine
from portal.receivables.models import Document
from tests.disputes.conftest import Case


def _accepted(case: Case) -> str:
    public_id = case.open()
    case.propose(public_id)
    case.accept(public_id)
    return public_id


def test_an_approved_settlement_posts_one_credit_note_applied_to_the_invoice(case: Case) -> None:
    public_id = case.settled()
    assert case.row(public_id).state == "resolved"
    assert case.open_minor("INV-2") == 0
    note = case.session.scalars(select(Document).where(Document.kind == "credit_note")).one()
    assert (note.document_no, note.amount_minor, note.tax_minor) == ("CN-26-0001", 3864000, 444531)
    assert len(case.mails("dispute-resolved")) == 1


def test_the_entry_balances(case: Case) -> None:
    case.settled()
    sums = case.session.execute(
        select(func.sum(EntryLine.amount_minor)).group_by(EntryLine.entry_id)
    ).scalars()
    assert set(sums) == {0}


def test_the_second_person_sees_entry_and_before_and_after(case: Case) -> None:
    approval = find_approval(case.session, public_id=case.submit(_accepted(case)), actor=case.people["chen"])
    lines = [(x["code"], x["debit_minor"], x["credit_minor"]) for x in approval.effect["entry"]]
    assert lines == [("6001", 3419469, 0), ("2221.01.01", 444531, 0), ("1122", 0, 3864000)]
    before, after = approval.effect["before"], approval.effect["after"]
    assert (before["document"], after["document"]) == (3864000, 0)
    assert (before["balance"], after["balance"]) == (7728000, 3864000)
    assert (before["disputed"], after["disputed"]) == (3864000, 0)
    assert before["ageing.not_due"] - after["ageing.not_due"] == 3864000


def test_preparing_posts_nothing(case: Case) -> None:
    case.submit(_accepted(case))
    assert case.open_minor("INV-2") == 3864000
    assert case.session.scalars(select(Document).where(Document.kind == "credit_note")).all() == []
    case.session.commit()
    events = case.session.scalars(select(AuditRow.event)).all()
    assert events.count("documents.posted") == 5  # the five of the story
    assert events.count("adjustments.submitted") == 1


def test_the_maker_cannot_approve(case: Case) -> None:
    """Requirement 0-7, security case D30: maker and checker are two people."""
    approval = case.submit(_accepted(case))
    both = case.people["mei"]
    case.people["mei"] = type(both)(
        **{name: getattr(both, name) for name in both.__slots__}
        | {"permissions": both.permissions | case.people["chen"].permissions}
    )
    with pytest.raises(SecondPersonRequired):
        case.approve(approval, "mei")
    assert case.open_minor("INV-2") == 3864000


def test_approving_twice_posts_once(case: Case) -> None:
    approval = case.submit(_accepted(case))
    case.approve(approval)
    with pytest.raises(Conflict):
        case.approve(approval)
    assert case.session.scalar(select(func.count()).where(Document.kind == "credit_note")) == 1


def test_sent_back_it_is_accepted_again_and_can_be_submitted_anew(case: Case) -> None:
    public_id = _accepted(case)
    approval = case.submit(public_id)
    reject(case.session, public_id=approval, note="Which period?", actor=case.people["chen"], now=case.now)
    assert case.row(public_id).state == "accepted"
    case.approve(case.submit(public_id))
    states = case.session.scalars(select(Adjustment.state).order_by(Adjustment.id)).all()
    assert list(states) == ["voided", "posted"]


def test_the_reason_for_sending_back_stays_in_the_house(case: Case) -> None:
    public_id = _accepted(case)
    reject(
        case.session,
        public_id=case.submit(public_id),
        note="Salt Lake",
        actor=case.people["chen"],
        now=case.now,
    )
    view = find_dispute(case.session, public_id=public_id, actor=case.people["ping"], now=case.now)
    assert "Salt Lake" not in repr(view)


def test_the_maker_can_take_the_request_back(case: Case) -> None:
    public_id = _accepted(case)
    withdraw_request(case.session, public_id=case.submit(public_id), actor=case.people["mei"], now=case.now)
    assert case.row(public_id).state == "accepted"
    assert case.session.scalars(select(Approval.state)).all() == ["voided"]


def test_results_without_posting_are_resolved_by_hand(case: Case) -> None:
    public_id = case.open()
    case.propose(public_id, 3864000, "reallocate")
    case.accept(public_id)
    with pytest.raises(Conflict):
        case.submit(public_id)
    resolve_dispute(case.session, public_id=public_id, actor=case.people["mei"], now=case.now)
    assert case.row(public_id).state == "resolved"


def test_a_credit_cannot_be_resolved_without_its_posting(case: Case) -> None:
    public_id = _accepted(case)
    with pytest.raises(Conflict):
        resolve_dispute(case.session, public_id=public_id, actor=case.people["mei"], now=case.now)


def test_only_clerks_submit(case: Case) -> None:
    public_id = _accepted(case)
    for who in ("chen", "aud", "ping"):
        with pytest.raises(NotAllowed):
            submit_settlement(case.session, public_id=public_id, actor=case.people[who], now=case.now)


def test_the_credit_of_a_paid_invoice_stays_open_on_the_account(case: Case) -> None:
    public_id = case.open("INV-3", amount=case.draft().amount.__class__(40000, "CNY"))
    case.propose(public_id, 40000)
    case.accept(public_id)
    case.approve(case.submit(public_id))
    note = case.session.scalars(select(Document).where(Document.kind == "credit_note")).one()
    case.books.ids["CN"] = note.id
    assert case.open_minor("CN") == 40000
