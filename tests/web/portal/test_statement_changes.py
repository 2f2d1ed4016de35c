"""What differs between two versions is told line by line."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from portal.db import Database
from portal.i18n import translator
from portal.statements import StatementPage, VersionLink, find_statement
from portal.views.statement_changes import changed_lines, version_before, version_rows
from tests.cast import PING, actor_of
from tests.web.company import Company

EN = translator("en")


@pytest.fixture
def page(company: Company, database: Database) -> StatementPage:
    """October as issued."""
    with database.reading() as session:
        return find_statement(session, public_id=company.newest, actor=actor_of(session, PING))


def told(old: StatementPage, new: StatementPage) -> list[tuple[str, str]]:
    return [(row.number, row.what) for row in changed_lines(old, new, translator=EN, address=str)]


def test_the_same_content_has_no_changes(page: StatementPage) -> None:
    assert told(page, page) == []


def test_each_difference_is_named(page: StatementPage) -> None:
    first, second, third, *rest = page.lines
    new = replace(
        page,
        lines=(
            first._replace(amount_minor=first.amount_minor + 1, due_on=date(2027, 1, 1)),
            second._replace(text="other goods"),
            *rest,
            third._replace(document_public_id="n" * 22, document_no="INV-NEW"),
        ),
    )
    assert told(page, new) == [
        (first.document_no, "Other amount · Other due date"),
        (second.document_no, "Other words"),
        ("INV-NEW", "New line"),
        (third.document_no, "No longer on the statement"),
    ]


def test_versions_are_listed_newest_first_and_compared_with_the_one_before(page: StatementPage) -> None:
    at = datetime(2026, 11, 2, tzinfo=UTC)
    links = (
        VersionLink("a" * 22, 1, "superseded", at),
        VersionLink(page.public_id, 2, "issued", at),
        VersionLink("c" * 22, 3, "draft", None),
    )
    second = replace(page, version=2, versions=links)
    rows = version_rows(second, translator=EN, address=lambda one: f"/s/{one}")
    assert [row.word for row in rows] == ["Version 3", "Version 2", "Version 1"]
    assert [row.active for row in rows] == [False, True, False]
    before = version_before(second)
    assert before is not None
    assert before.version == 1
    assert version_before(replace(page, versions=links[:1])) is None
