"""Whatever is posted, applied, undone and reversed, in whatever order: every invariant holds afterwards."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import system_actor
from portal.checks import run_checks
from portal.customers.models import Customer
from portal.db import Database
from portal.errors import Refusal
from portal.ledger import RateDraft, default_entity, set_book_currency_if_missing, set_rates
from portal.receivables import (
    KINDS,
    SIGNED_KINDS,
    AllocationDraft,
    Application,
    DocumentDraft,
    ageing_of,
    apply_credits,
    balance_on,
    post_documents,
    reverse_allocation,
    reverse_document,
)
from portal.receivables.models import Allocation, Document
from tests.cast import NOW

SYSTEM = system_actor("test")
FIRST = date(2026, 1, 1)

DAYS = st.integers(0, 60).map(lambda days: FIRST + timedelta(days=days))
PLACES = st.integers(0, 30)
POST = st.tuples(st.just("post"), st.sampled_from(KINDS), st.integers(1, 50_000), DAYS, st.none() | PLACES)
APPLY = st.tuples(st.just("apply"), PLACES, PLACES, st.none() | st.integers(1, 50_000), DAYS)
UNDO = st.tuples(st.just("undo"), PLACES, DAYS)
REVERSE = st.tuples(st.just("reverse"), PLACES, DAYS)
STORIES = st.lists(st.one_of(POST, POST, APPLY, UNDO, REVERSE), min_size=3, max_size=25)


@dataclass
class Teller:
    """Acts a drawn story; what the verbs refuse is no act."""

    session: Session
    currency: str
    now: datetime = NOW
    ids: list[int] = field(default_factory=list)

    def act(self, name: str, *facts: object) -> None:
        """Do one act of the story."""
        act: Callable[..., None] = getattr(self, f"_{name}")
        try:
            with self.session.begin_nested():
                act(*facts)
        except Refusal:
            return

    def _post(self, kind: str, minor: int, day: date, target: int | None) -> None:
        owner = self.session.scalars(select(Customer.id).order_by(Customer.id)).first()
        assert owner is not None
        applies_to = (
            (Application(self.ids[target % len(self.ids)]),) if target is not None and self.ids else ()
        )
        draft = DocumentDraft(
            entity_id=default_entity(self.session).id, customer_id=owner, kind=kind,
            document_no=f"D-{len(self.ids)}", currency=self.currency,
            amount_minor=-minor if kind in SIGNED_KINDS and minor % 2 else minor, document_on=day,
            tax_minor=minor // 9 if kind in {"invoice", "credit_note"} else None, applies_to=applies_to,
        )  # fmt: skip
        self.ids += post_documents(self.session, [draft], actor=SYSTEM, now=self.now)

    def _apply(self, one: int, other: int, minor: int | None, day: date) -> None:
        if self.ids:
            pair = self.ids[one % len(self.ids)], self.ids[other % len(self.ids)]
            apply_credits(self.session, [AllocationDraft(*pair, minor, day)], actor=SYSTEM, now=self.now)

    def _undo(self, place: int, day: date) -> None:
        rows = self.session.scalars(select(Allocation.public_id).order_by(Allocation.id)).all()
        if rows:
            reverse_allocation(
                self.session, public_id=rows[place % len(rows)], allocated_on=day, reason="x", actor=SYSTEM,
                now=self.now,
            )  # fmt: skip

    def _reverse(self, place: int, day: date) -> None:
        rows = self.session.scalars(select(Document.public_id).order_by(Document.id)).all()
        if rows:
            reverse_document(
                self.session,
                public_id=rows[place % len(rows)],
                posting_on=day,
                reason="x",
                actor=SYSTEM,
                now=self.now,
            )


@pytest.mark.slow
@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(story=STORIES, currency=st.sampled_from(("CNY", "EUR", "JPY")))
def test_every_invariant_holds(
    sqlite_template: Path, tmp_path: Path, story: list[tuple[str, object]], currency: str
) -> None:
    """Invariants I1, I2, I4, I5, I6 after any story; EUR has rates that move, JPY has none."""
    path = tmp_path / "concord.db"
    shutil.copyfile(sqlite_template, path)
    database = Database(f"sqlite:///{path}")
    with database.writing() as session:
        set_book_currency_if_missing(session, currency="CNY")
        rates = [RateDraft("EUR", FIRST + timedelta(days=day), f"7.{day + 10}77") for day in range(0, 60, 7)]
        set_rates(session, rates=rates, actor=SYSTEM, now=NOW)
        teller = Teller(session, currency)
        for act in story:
            teller.act(*act)
    with database.reading() as session:
        report = run_checks(session, home=tmp_path, now=NOW)
        assert report.ok, report.as_json()
        owner = session.scalars(select(Customer.id).order_by(Customer.id)).first()
        assert owner is not None
        for days in (0, 13, 31, 60, 90):
            day = FIRST + timedelta(days=days)
            aged = ageing_of(session, customer_id=owner, currency=currency, as_of=day)
            assert aged.balance == balance_on(session, customer_id=owner, currency=currency, as_of=day)
    database.dispose()
