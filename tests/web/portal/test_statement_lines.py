"""Rows, groups and subtotals of the lines panel: they always add up."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from portal.db import Database
from portal.i18n import translator
from portal.lists import ListQuery
from portal.statements import LineView, StatementPage, find_statement
from portal.views.statement_lines import Addresses, ShownLines, group_of, shown_lines
from tests.cast import PING, actor_of
from tests.web.company import Company, dispute_line

PLAIN = Addresses(document=lambda one: f"/d/{one}", dispute=lambda one: f"/x/{one}")


@pytest.fixture
def page(company: Company, database: Database) -> StatementPage:
    """October with line 3 disputed in part and line 12 wholly."""
    with database.writing() as session:
        dispute_line(session, company.newest, 3, amount="100000")
        dispute_line(session, company.newest, 12)
    with database.reading() as session:
        return find_statement(session, public_id=company.newest, actor=actor_of(session, PING))


def shown(page: StatementPage, *, by: str = "answer", show_all: bool = False, **query: Any) -> ShownLines:
    return shown_lines(
        page,
        query=ListQuery(**query),
        by=by,
        show_all=show_all,
        translator=translator("en"),
        addresses=PLAIN,
    )


def test_subtotals_add_to_the_movement(page: StatementPage) -> None:
    lines = shown(page)
    assert [group.key for group in lines.groups] == ["unanswered", "disputed", "confirmed"]
    assert sum(group.subtotal.minor for group in lines.groups) == lines.total.minor == page.movement.minor


def test_a_part_dispute_is_named_in_the_confirmed_group(page: StatementPage) -> None:
    confirmed = shown(page).groups[-1]
    assert confirmed.rows == ()
    assert "INV-2610-0003" in confirmed.note
    assert confirmed.subtotal == page.lines[2].agreed


def test_the_running_balance_ends_at_the_closing_one(page: StatementPage) -> None:
    (group,) = shown(page, by="date").groups
    assert group.rows[-1].balance == f"{page.figures.closing.minor / 100:,.2f}"


def test_an_amount_is_found_with_or_without_its_comma(page: StatementPage) -> None:
    amount = next(row.amount for group in shown(page).groups for row in group.rows)
    for typed in (amount, amount.replace(",", "")):
        assert any(row.amount == amount for group in shown(page, q=typed).groups for row in group.rows)


def test_long_confirmed_groups_fold_and_unfold(page: StatementPage) -> None:
    lines = tuple(
        line._replace(no=number, answer="confirmed", disputed_minor=0)
        for number, line in enumerate(page.lines * 3, start=1)
    )
    long = replace(page, lines=lines)
    (folded,) = shown(long).groups
    assert (len(folded.rows), folded.hidden) == (11, 25)
    assert folded.subtotal == shown(long, show_all=True).groups[0].subtotal
    assert shown(long, show_all=True).groups[0].hidden == 0


def test_a_question_is_no_answer() -> None:
    line = LineView(1, None, "X", "invoice", date(2026, 1, 1), None, "", "", "CNY", 1, 1, False, "question")
    assert group_of(line) == "unanswered"
