"""Every document of a file is new, known, changed or refused, before anything is written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.ledger import close_period
from tests.books import Books
from tests.imports.planning import planned

Story = Callable[[str], Books]


@pytest.fixture(autouse=True)
def ledger(books: Story) -> None:
    books(
        """
        2026-01-05 invoice ACME INV-1 100.00 CNY due 2026-02-04 tax 11.50 "ball screws"
        2026-01-06 receipt ACME R-1 30.00 CNY
        """
    )


def test_a_new_document_brings_its_customer_once(session: Session) -> None:
    new = {"customer_no": "NEW", "customer_name": "北岸包装"}
    with planned(session, {"document_no": "A"} | new, {"document_no": "B"} | new) as (plan, _):
        assert [customer.name for customer in plan.customers] == ["北岸包装"]
        assert [document.standing.document_no for document in plan.documents] == ["A", "B"]
        assert plan.outcomes == [(2, "imported"), (3, "imported")]


def test_the_same_content_is_a_duplicate(session: Session) -> None:
    same = {
        "document_no": "INV-1",
        "due_date": "2026-02-04",
        "tax_amount": "11.5",
        "description": "ball screws",
    }
    with planned(session, same) as (plan, _):
        assert plan.outcomes == [(2, "duplicate")]
        assert (plan.documents, plan.texts, plan.allocations) == ([], [], [])


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("customer_no", "GLOBEX"), ("currency", "EUR"), ("document_date", "2026-01-06"), ("due_date", "2026-02-05"),
        ("amount", "100.01"), ("tax_amount", "11.51"),
    ],
)  # fmt: skip
def test_another_value_in_the_content_is_a_conflict(session: Session, column: str, text: str) -> None:
    with planned(session, {"document_no": "INV-1", column: text}) as (plan, _):
        assert plan.outcomes == [(2, "conflict")]
        assert [(problem.column, problem.code) for problem in plan.problems] == [(column, "conflict")]


def test_a_new_text_updates_and_an_emptied_one_does_not(session: Session) -> None:
    with planned(session, {"document_no": "INV-1", "reference": "PO 9"}) as (plan, _):
        assert plan.outcomes == [(2, "updated")]
        assert [texts for _, texts in plan.texts] == [{"reference": "PO 9"}]


def test_a_new_name_is_taken_from_the_newest_row_alone(session: Session) -> None:
    rows = [
        {"document_no": "A", "customer_name": "Old", "document_date": "2026-01-01"},
        {"document_no": "INV-1", "customer_name": "埃克米国际"},
    ]
    with planned(session, *rows) as (plan, _):
        assert [customer.name for customer in plan.renamed] == ["埃克米国际"]
        assert plan.outcomes == [(2, "imported"), (3, "updated")]


def test_a_newly_settled_document_gets_a_receipt_for_what_is_open(session: Session) -> None:
    with planned(session, {"document_no": "INV-1", "settled_date": "2026-02-01"}) as (plan, _):
        (receipt,) = plan.receipts
        assert (receipt.standing.document_no, receipt.standing.amount_minor) == ("INV-1/R", 10000)
        assert plan.outcomes == [(2, "updated")]


def test_newly_disputed_is_marked_and_asked_for_while_it_is_open(session: Session) -> None:
    with planned(session, {"document_no": "INV-1", "disputed": "yes"}) as (plan, _):
        assert [standing.document_no for standing in plan.disputed] == ["INV-1"]
        assert plan.marked == plan.disputed


def test_a_settled_one_is_only_marked(session: Session) -> None:
    settled = {"document_no": "INV-1", "disputed": "yes", "settled_date": "2026-02-01"}
    with planned(session, settled) as (plan, _):
        assert (len(plan.marked), plan.disputed) == (1, [])


def test_a_target_of_the_file_waits_with_its_receipt(session: Session) -> None:
    rows = [
        {"document_no": "A", "settled_date": "2026-02-01"},
        {"kind": "credit_note", "document_no": "CN", "amount": "1", "applies_to": "A"},
    ]
    with planned(session, *rows) as (plan, _):
        assert (plan.waiting, plan.receipts) == ([2], [])


def test_a_refusal_costs_every_row_of_its_document_and_no_other(
    session: Session, chen: Actor, now: datetime
) -> None:
    close_period(session, month=date(2025, 12, 1), actor=chen, now=now)
    old = {"document_no": "OLD", "document_date": "2025-12-31", "amount": "1"}
    rows = [old | {"item": "a"}, {"document_no": "A"}, old | {"item": "b"}]
    with planned(session, *rows) as (plan, _):
        assert sorted(plan.outcomes) == [(2, "rejected"), (3, "imported"), (4, "rejected")]
        assert {(problem.row_no, problem.code) for problem in plan.problems} == {
            (2, "period_closed"), (4, "period_closed"),
        }  # fmt: skip
