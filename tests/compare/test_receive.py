"""A ledger is received and looked at before it is compared; what cannot be one changes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.attachments import FileDraft, FileRefused
from portal.compare import (
    ReadingChange,
    correct_reading,
    discard_comparison,
    find_comparison,
    receive_ledger,
    start_comparison,
)
from portal.compare.models import LedgerComparison
from portal.compare.receive import MAX_UPLOAD, remembered_layouts
from portal.errors import Conflict, Invalid, NotAllowed, NotFound
from portal.jobs.models import Job
from tests.compare.february import received

pytestmark = pytest.mark.usefixtures("issued")
ROLES = ("day", "number", "text", "debit", "credit", "balance")


def change(*roles: str) -> ReadingChange:
    return ReadingChange(
        roles or ROLES, "mirrored", date(2026, 1, 31), "movements", "CNY", opening_minor=5_00
    )


def row_of(session: Session, public_id: str) -> LedgerComparison:
    return session.scalars(select(LedgerComparison).where(LedgerComparison.public_id == public_id)).one()


def test_keeps_the_file_with_its_sums_and_compares_nothing_yet(
    session: Session, ping: Actor, now: datetime
) -> None:
    row = row_of(session, received(session, ping, now))
    assert (row.state, row.row_count, row.debit_minor, row.credit_minor) == ("reading", 5, 2200_00, 5800_00)
    assert (row.theirs_minor, row.as_of_on, row.currency) == (-4600_00, date(2026, 2, 28), "CNY")
    assert session.scalars(select(Job.id)).all() == []


@pytest.mark.parametrize(
    ("file", "refusal"),
    [
        (None, Invalid), (FileDraft("a.csv", b""), Invalid), (FileDraft("a.csv", b"only words\nno figures"), Invalid),
        (FileDraft("a.csv", b"x" * (MAX_UPLOAD + 1)), FileRefused),
    ],
    ids=["nothing", "empty", "words", "too large"],
)  # fmt: skip
def test_refuses_what_is_no_ledger(
    session: Session, ping: Actor, now: datetime, file: FileDraft | None, refusal: type[Invalid]
) -> None:
    (customer_id,) = ping.customer_ids or {0}
    with pytest.raises(refusal) as refused:
        receive_ledger(session, file=file, customer_id=customer_id, actor=ping, now=now)
    assert refused.value.field == "file"
    assert session.scalar(select(func.count(LedgerComparison.id))) == 0


def test_a_correction_is_read_anew_and_counted_again(session: Session, ping: Actor, now: datetime) -> None:
    public_id = received(session, ping, now)
    correct_reading(session, public_id=public_id, change=change(), actor=ping, now=now)
    view = find_comparison(session, public_id=public_id, actor=ping)
    assert (view.as_of, view.sign) == (date(2026, 1, 31), "mirrored")
    assert view.given_opening is not None
    assert view.given_opening.minor == 5_00
    with pytest.raises(Invalid):
        correct_reading(session, public_id=public_id, change=change("day", "text"), actor=ping, now=now)
    assert remembered_layouts(session, row_of(session, public_id).customer_id) == ()


def test_is_started_once_and_then_no_longer_corrected_or_put_aside(
    session: Session, ping: Actor, now: datetime
) -> None:
    public_id = received(session, ping, now)
    start_comparison(session, public_id=public_id, actor=ping, now=now)
    assert len(session.scalars(select(Job.id)).all()) == 1
    with pytest.raises(Conflict):
        start_comparison(session, public_id=public_id, actor=ping, now=now)
    with pytest.raises(Conflict):
        correct_reading(session, public_id=public_id, change=change(), actor=ping, now=now)
    with pytest.raises(Conflict):
        discard_comparison(session, public_id=public_id, actor=ping, now=now)


def test_is_not_there_for_others(session: Session, ping: Actor, bo: Actor, now: datetime) -> None:
    public_id = received(session, ping, now)
    row = row_of(session, public_id)
    file = FileDraft("a.csv", b"Date,Amount\n2026-02-01,1.00\n")
    with pytest.raises(NotFound):
        receive_ledger(session, file=file, customer_id=row.customer_id, actor=bo, now=now)
    for verb in (start_comparison, discard_comparison):
        with pytest.raises(NotFound):
            verb(session, public_id=public_id, actor=bo, now=now)
    nobody = replace(ping, permissions=frozenset())
    with pytest.raises(NotAllowed):
        discard_comparison(session, public_id=public_id, actor=nobody, now=now)
    discard_comparison(session, public_id=public_id, actor=ping, now=now)
    assert row.state == "discarded"
