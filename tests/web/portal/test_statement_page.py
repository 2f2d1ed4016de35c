"""What the statement page says beside its lines."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from portal.db import Database
from portal.i18n import translator
from portal.money import Money
from portal.statements import StatementPage, find_statement
from portal.views.statement_page import (
    answer_parts,
    closing_label,
    deadline_words,
    dispute_word,
    may_answer,
    opening_row,
    rest_words,
    seen_lines,
    sum_parts,
)
from tests.cast import MEI, PING, VERA, actor_of
from tests.web.company import Company

EN = translator("en")


@pytest.fixture
def page(company: Company, database: Database) -> StatementPage:
    """October, nothing answered yet but the opening balance."""
    with database.reading() as session:
        return find_statement(session, public_id=company.newest, actor=actor_of(session, PING))


def test_the_strip_adds_up_as_it_reads(page: StatementPage) -> None:
    total = 0
    for item in sum_parts(page, EN):
        if item.get("total"):
            assert item["money"].minor == total
            break
        total += -item["money"].minor if item.get("op") == "\u2212" else item["money"].minor


def test_the_three_answers_add_to_the_closing_balance(page: StatementPage) -> None:
    assert sum(item["money"].minor for item in answer_parts(page, EN)) == page.figures.closing.minor


@pytest.mark.parametrize(
    ("today", "words"),
    [
        (date(2026, 11, 7), "Please answer by 16 November · 9 days left"),
        (date(2026, 11, 15), "Please answer by 16 November · 1 day left"),
        (date(2026, 11, 16), "Please answer today, 16 November"),
        (date(2026, 11, 18), "Your answer was asked for by 16 November, 2 days ago"),
    ],
)
def test_the_deadline_is_told_in_days(page: StatementPage, today: date, words: str) -> None:
    page = replace(page, answer_by_on=date(2026, 11, 16))
    assert deadline_words(page, today=today, translator=EN) == words


def test_a_signed_statement_asks_for_nothing(page: StatementPage) -> None:
    assert deadline_words(replace(page, state="confirmed"), today=date(2026, 11, 7), translator=EN) == ""


def test_the_button_counts_what_it_confirms(page: StatementPage) -> None:
    assert rest_words(page, EN) == "Confirm all 12 lines"
    assert seen_lines(page) == "1,2,3,4,5,6,7,8,9,10,11,12"
    done = replace(page, progress=replace(page.progress, left=0))
    assert rest_words(done, EN) == ""


def test_the_opening_balance_is_a_row_only_where_something_is_to_say(page: StatementPage) -> None:
    assert opening_row(page, translator=EN, address=str) is None
    assert opening_row(page, translator=EN, address=str, always=True) is not None
    asked = replace(page, opening=page.opening._replace(answer="none", is_carried=False))
    row = opening_row(asked, translator=EN, address=lambda one: f"/statements/{one}")
    assert row is not None
    assert row.text == "Not agreed last month: see September 2026"


def test_who_owes_whom_is_said(page: StatementPage) -> None:
    assert closing_label(Money(1, "CNY"), EN).endswith("(you owe us)")
    assert closing_label(Money(-1, "CNY"), EN).endswith("(we owe you)")


def test_only_a_confirmer_of_the_customer_answers_the_newest_version(
    page: StatementPage, database: Database
) -> None:
    with database.reading() as session:
        ping, vera, mei = (actor_of(session, part) for part in (PING, VERA, MEI))
    assert [may_answer(page, one) for one in (ping, vera, mei)] == [True, False, False]
    assert not may_answer(replace(page, state="superseded"), ping)


def test_every_state_of_a_dispute_has_words_for_the_customer() -> None:
    assert dispute_word("proposed") == "We have proposed"
    assert dispute_word("investigating") == "We are checking"
