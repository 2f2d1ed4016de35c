"""A guard that is missing, switched off or changed is found; so is a posted figure that is not the recorded one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import text

from portal.db import TRIGGERS
from tests.checks.conftest import Company


@pytest.mark.db
def test_finds_a_guard_that_is_missing(company: Company) -> None:
    trigger = TRIGGERS[-1]
    with company.database.writing() as session:
        on = "" if company.database.dialect == "sqlite" else f" ON {trigger.table}"
        session.execute(text(f"DROP TRIGGER {trigger.name}{on}"))
    assert company.violated() == {"Inv3"}
    assert f"guard {trigger.name} on {trigger.table} is missing" in company.first("Inv3")


@pytest.mark.db
def test_finds_a_guard_that_does_nothing(company: Company) -> None:
    trigger = next(trigger for trigger in TRIGGERS if trigger.table == "documents")
    statements = [
        f"DROP TRIGGER {trigger.name}",
        f"CREATE TRIGGER {trigger.name} BEFORE UPDATE ON documents FOR EACH ROW BEGIN SELECT 1; END",
    ]
    if company.database.dialect != "sqlite":
        statements = [
            (
                f"CREATE OR REPLACE FUNCTION {trigger.name}() RETURNS trigger LANGUAGE plpgsql AS "
                "'BEGIN RETURN NEW; END'"
            )
        ]
    with company.database.writing() as session:
        for statement in statements:
            session.execute(text(statement))
    assert company.violated() == {"Inv3"}


@pytest.mark.postgres
@pytest.mark.db
def test_finds_a_guard_that_is_switched_off(company: Company) -> None:
    if company.database.dialect == "sqlite":
        assert company.violated() == set()
        return
    with company.database.writing() as session:
        session.execute(text("ALTER TABLE entries DISABLE TRIGGER USER"))
    assert company.violated() == {"Inv3"}


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("UPDATE documents SET document_no = 'INV-9' WHERE document_no = 'INV-1'", "recorded was INV-1"),
        (
            "UPDATE documents SET posting_on = '2026-01-06' WHERE document_no = 'INV-1'",
            "recorded was 2026-01-05",
        ),
        (
            "UPDATE documents SET amount_minor = amount_minor + 1 WHERE document_no = 'INV-1'",
            "recorded was 1130.00",
        ),
    ],
)
def test_finds_figures_that_are_not_those_recorded(
    finds: Callable[..., None], statement: str, says: str
) -> None:
    finds(statement, ids="Inv3", says=says)


def test_a_whole_document_changed_consistently_is_still_found(finds: Callable[..., None]) -> None:
    """Everything in the books is moved by one cent together: only the trail knows better."""
    number = "(SELECT id FROM documents WHERE document_no = 'INV-0')"
    more = "amount_minor = amount_minor + 1"
    lines = f"entry_id IN (SELECT id FROM entries WHERE document_id = {number})"
    sign = "CASE WHEN amount_minor > 0 THEN 1 ELSE -1 END"
    finds(
        f"UPDATE documents SET {more}, balance_minor = balance_minor + 1 WHERE id = {number}",
        f"UPDATE open_items SET {more}, open_minor = open_minor + 1 WHERE document_id = {number}",
        f"UPDATE entry_lines SET amount_minor = amount_minor + {sign}, book_minor = book_minor + {sign} WHERE {lines}",
        "UPDATE month_balances SET invoiced_minor = invoiced_minor + 1, movement_minor = movement_minor + 1 "
        "WHERE month_on = '2025-12-01'",
        ids="Inv3",
        says="recorded was 40.00",
    )
