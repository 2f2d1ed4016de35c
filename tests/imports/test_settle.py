"""What is applied never exceeds what is open, on both sides, in every order."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.ledger import close_period
from tests.books import Books
from tests.imports.planning import planned


@pytest.fixture(autouse=True)
def ledger(books: Callable[[str], Books]) -> None:
    books(
        """
        2026-01-05 invoice ACME INV-1 100.00 CNY
        2026-01-05 invoice ACME INV-2 80.00 CNY
        2026-01-05 invoice GLOBEX INV-3 50.00 EUR
        2026-01-06 receipt ACME R-1 30.00 CNY pays INV-1:20.00
        """
    )


def receipt(applies_to: str, amount: str = "150.00", **more: str) -> dict[str, str]:
    return {"kind": "receipt", "document_no": "R-9", "amount": amount, "applies_to": applies_to} | more


def applied(session: Session, row: dict[str, str]) -> list[tuple[str, int]]:
    with planned(session, row) as (plan, _):
        assert plan.problems == []
        (document,) = plan.documents
        return [(target.document_no, amount) for target, amount in document.applications]


def refused(session: Session, *rows: dict[str, str]) -> list[tuple[int | None, str]]:
    with planned(session, *rows) as (plan, _):
        return [(problem.row_no, problem.code) for problem in plan.problems]


def test_without_an_amount_takes_what_is_open_on_both_sides(session: Session) -> None:
    assert applied(session, receipt("INV-1;INV-2")) == [("INV-1", 8000), ("INV-2", 7000)]
    assert applied(session, receipt("INV-1;INV-2", "10.00")) == [("INV-1", 1000)]


def test_above_what_is_open_is_refused(session: Session) -> None:
    assert refused(session, receipt("INV-1:80.01")) == [(2, "over_applied")]
    assert refused(session, receipt("INV-1:50.00;INV-2:50.00", "99.99")) == [(2, "over_applied")]


def test_two_rows_cannot_take_the_same_money(session: Session) -> None:
    second = receipt("INV-1:50.00", "50.00") | {"document_no": "R-10"}
    assert refused(session, receipt("INV-1:50.00", "50.00"), second) == [(3, "over_applied")]


@pytest.mark.parametrize("applies_to", ["NO", "INV-3", "R-1"])
def test_other_customers_other_sides_and_unknown_numbers_are_refused(
    session: Session, applies_to: str
) -> None:
    assert refused(session, receipt(applies_to)) == [(2, "unknown_document")]


def test_a_refund_is_applied_to_credits(session: Session) -> None:
    assert applied(session, receipt("R-1", "10.00", kind="refund")) == [("R-1", 1000)]
    assert refused(session, receipt("INV-1", kind="refund")) == [(2, "unknown_document")]


def test_a_known_credit_is_applied_by_the_difference(session: Session) -> None:
    known = {"kind": "receipt", "document_no": "R-1", "amount": "30.00", "document_date": "2026-01-06"}
    with planned(session, known | {"applies_to": "INV-1:25.00;INV-2"}) as (plan, _):
        assert [(debit.document_no, amount, day) for _, debit, amount, day in plan.allocations] == [
            ("INV-1", 500, date(2026, 1, 6)), ("INV-2", 500, date(2026, 1, 6)),
        ]  # fmt: skip
    assert refused(session, known | {"applies_to": "INV-1:10.00"}) == [(2, "conflict")]


def test_a_late_application_is_dated_in_an_open_period(session: Session, chen: Actor, now: datetime) -> None:
    close_period(session, month=date(2026, 1, 1), actor=chen, now=now)
    known = {"kind": "receipt", "document_no": "R-1", "amount": "30.00", "document_date": "2026-01-06"}
    with planned(session, known | {"applies_to": "INV-2"}) as (plan, _):
        assert [day for *_, day in plan.allocations] == [date(2026, 3, 2)]


def test_a_receipt_of_another_day_is_a_conflict(session: Session, books: Callable[[str], Books]) -> None:
    books("2026-02-01 receipt ACME INV-1/R 10.00 CNY pays INV-1")
    settled = {"document_no": "INV-1", "settled_date": "2026-02-02"}
    assert refused(session, settled) == [(2, "conflict")]
    with planned(session, settled | {"settled_date": "2026-02-01"}) as (plan, _):
        assert plan.outcomes == [(2, "duplicate")]


def test_an_unapplied_receipt_of_the_number_is_used(session: Session, books: Callable[[str], Books]) -> None:
    books("2026-02-01 receipt ACME INV-2/R 80.00 CNY")
    with planned(session, {"document_no": "INV-2", "amount": "80", "settled_date": "2026-02-01"}) as (
        plan,
        _,
    ):
        assert [(credit.document_no, amount) for credit, _, amount, _ in plan.allocations] == [
            ("INV-2/R", 8000)
        ]
        assert plan.receipts == []
