"""From the disputed line to the credit on the next statement, told start to finish on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.access import Actor, system_actor
from portal.approvals import approve, find_approval
from portal.audit.models import AuditRow
from portal.confirmations import SignatureDraft, confirm_lines, sign_balance, signing_text
from portal.disputes import (
    DisputeDraft,
    Proposal,
    accept_proposal,
    close_disputes,
    counter_proposal,
    find_dispute,
    note_dispute,
    open_dispute,
    propose_resolution,
    reply_to_dispute,
    submit_settlement,
)
from portal.errors import SecondPersonRequired
from portal.ledger.models import EntryLine
from portal.money import Money
from portal.outbox.models import OutboxMessage
from portal.receivables import balance_on
from portal.statements import StatementPage, find_statement, issue_statements, prepare_statements
from portal.statements.models import Statement
from tests.books import Books

BookStory = Callable[[str], Books]
MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)


def _at(month: int, day: int) -> datetime:
    return datetime(2026, month, day, 2, 0, tzinfo=UTC)


def _issue(session: Session, month: date, now: datetime, ping: Actor) -> StatementPage:
    run = prepare_statements(session, month=month, actor=system_actor(), now=now)
    issue_statements(session, run=run, released_by="os:li under policy v0", actor=system_actor(), now=now)
    (customer_id,) = ping.customer_ids or {0}
    query = select(Statement.public_id).where(
        Statement.customer_id == customer_id, Statement.period_from == month, Statement.currency == "CNY"
    )
    return find_statement(session, public_id=session.scalars(query).one(), actor=ping)


def _confirm_the_rest(session: Session, page: StatementPage, ping: Actor, now: datetime) -> StatementPage:
    confirm_lines(
        session, public_id=page.public_id, line_nos=None, seen_lines=[line.no for line in page.all_lines],
        content_hash=page.content_hash, actor=ping, now=now,
    )  # fmt: skip
    return find_statement(session, public_id=page.public_id, actor=ping)


def _dispute_a_part_and_sign(
    session: Session, march: StatementPage, ping: Actor
) -> tuple[str, StatementPage]:
    """Ping disputes a part of one line, confirms the rest and signs: nothing is held up."""
    line = next(line for line in march.lines if line.document_no == "INV-2")
    draft = DisputeDraft(
        "QTY", Money(22600, "CNY"), statement=march.public_id, line_no=line.no, text="Two boxes are missing.",
        content_hash=march.content_hash, facts={"receipt_note": "GRN-7"},
    )  # fmt: skip
    dispute = open_dispute(session, actor=ping, now=_at(4, 2), draft=draft)
    march = _confirm_the_rest(session, march, ping, _at(4, 2))
    parts = march.progress
    assert (parts.confirmed.minor, parts.disputed.minor, parts.unanswered.minor) == (146900, 22600, 0)
    assert parts.confirmed + parts.disputed == march.figures.closing
    text = signing_text(march, outcome="agreed-except", language="en")
    signature = SignatureDraft(
        outcome="agreed-except", stated=None, reason="", signer_name=ping.name, job_title="Bookkeeper",
        signed_text=text.full, language="en", content_hash=march.content_hash, answers_hash=march.answers_hash,
    )  # fmt: skip
    sign_balance(session, public_id=march.public_id, actor=ping, now=_at(4, 2), signature=signature)
    return dispute, march


def _talk_until_the_amounts_meet(session: Session, dispute: str, mei: Actor, ping: Actor) -> None:
    """An internal note stays inside; an offer is countered; the next one is accepted."""
    note_dispute(session, public_id=dispute, text="The carrier lost one box.", actor=mei, now=_at(4, 3))
    reply_to_dispute(session, public_id=dispute, text="We ask the carrier.", actor=mei, now=_at(4, 3))
    first = Proposal(Money(11300, "CNY"), "credit_note", "One box was lost.", "entry_error")
    propose_resolution(session, public_id=dispute, proposal=first, actor=mei, now=_at(4, 4))
    counter_proposal(
        session, public_id=dispute, amount=Money(22600, "CNY"), text="Both boxes.", actor=ping, now=_at(4, 5)
    )
    second = Proposal(Money(22600, "CNY"), "credit_note", "The carrier confirms both.", "entry_error")
    propose_resolution(session, public_id=dispute, proposal=second, actor=mei, now=_at(4, 6))
    accept_proposal(session, public_id=dispute, seen=Money(22600, "CNY"), actor=ping, now=_at(4, 9))


def _approve_by_another(session: Session, dispute: str, mei: Actor, chen: Actor) -> int:
    """Mei asks, Mei may not approve, Chen does; returns the balance Chen was shown."""
    approval = submit_settlement(session, public_id=dispute, actor=mei, now=_at(4, 10))
    seen = find_approval(session, public_id=approval, actor=chen)
    both = type(mei)(
        **{name: getattr(mei, name) for name in mei.__slots__}
        | {"permissions": mei.permissions | chen.permissions}
    )
    with pytest.raises(SecondPersonRequired):
        approve(session, public_id=approval, seen_hash=seen.content_hash, actor=both, now=_at(4, 10))
    approve(session, public_id=approval, seen_hash=seen.content_hash, actor=chen, now=_at(4, 10))
    return int(seen.effect["after"]["balance"])


@pytest.mark.db
def test_a_disputed_line_becomes_a_credit_on_the_next_statement(
    session: Session, books: BookStory, mei: Actor, chen: Actor, ping: Actor
) -> None:
    """Requirements 0-7, 0-20, 2-12, 3-16: a part disputed, two people, one credit, shown on the next statement."""
    books(
        """
        2026-03-05 invoice ACME INV-1 1130.00 CNY due 2026-04-04 tax 130.00
        2026-03-20 invoice ACME INV-2 565.00 CNY due 2026-04-19 tax 65.00
        """
    )
    dispute, march = _dispute_a_part_and_sign(session, _issue(session, MARCH, _at(4, 1), ping), ping)
    _talk_until_the_amounts_meet(session, dispute, mei, ping)
    shown = _approve_by_another(session, dispute, mei, chen)

    # The ledger moved by balanced entries, to the balance that was shown.
    (customer_id,) = ping.customer_ids or {0}
    balance = balance_on(session, customer_id=customer_id, currency="CNY", as_of=date(2026, 4, 10))
    assert balance.minor == 169500 - 22600 == shown
    sums = session.scalars(select(func.sum(EntryLine.amount_minor)).group_by(EntryLine.entry_id))
    assert set(sums) == {0}

    # The customer sees the result, was told by mail, and never saw the note.
    view = find_dispute(session, public_id=dispute, actor=ping, now=_at(4, 10))
    assert (view.row.state, view.verdict) == ("resolved", "valid")
    assert "carrier lost" not in repr(view)
    mails = session.scalars(select(OutboxMessage.event).where(OutboxMessage.event.like("dispute-%"))).all()
    assert sorted(mails) == ["dispute-opened", "dispute-proposed", "dispute-proposed", "dispute-resolved"]

    # March stays as it was signed; April shows the credit as a line of its own; the case closes.
    signed = find_statement(session, public_id=march.public_id, actor=ping)
    assert signed.content_hash == march.content_hash
    april = _issue(session, APRIL, _at(5, 1), ping)
    assert [(one.kind, one.amount_minor) for one in april.lines] == [("credit_note", -22600)]
    assert (april.figures.opening, april.figures.closing.minor) == (march.figures.closing, 146900)
    assert close_disputes(session, actor=system_actor(), now=_at(5, 1)) == 1
    session.commit()
    events = session.scalars(
        select(AuditRow.event).where(AuditRow.subject_id == dispute).order_by(AuditRow.number)
    )
    assert [event.removeprefix("disputes.") for event in events] == [
        "opened", "acknowledged", "noted", "replied", "proposed", "countered", "proposed", "accepted", "submitted",
        "posted", "resolved", "closed",
    ]  # fmt: skip
