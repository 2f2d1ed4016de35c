"""The sums around the act of signing."""

from __future__ import annotations

from datetime import date

from flask import Flask

from portal.confirmations import signing_text
from portal.db import Database
from portal.statements import find_statement
from portal.views.statement_sign import paper, sign_words
from tests.cast import PING, actor_of
from tests.web.company import Company, dispute_line


def test_what_is_not_agreed_is_listed_and_the_sums_add_up(
    app: Flask, company: Company, database: Database
) -> None:
    with database.writing() as session:
        dispute_line(session, company.newest, 3, amount="100000")
    with app.test_request_context(), database.reading() as session:
        page = find_statement(session, public_id=company.newest, actor=actor_of(session, PING))
        words = sign_words(page)
    (line,) = words["open_lines"]
    assert (line["document"], line["disputed"].minor) == ("INV-2610-0003", 100_000)
    *parts, total = words["strip"]
    assert sum(item["money"].minor for item in parts) == total["money"].minor == page.figures.closing.minor


def test_a_disputed_opening_balance_is_counted(app: Flask, company: Company, database: Database) -> None:
    with database.writing() as session:
        dispute_line(session, company.newest, 0, amount="100000")
    with app.test_request_context("/?lang=en"), database.reading() as session:
        page = find_statement(session, public_id=company.newest, actor=actor_of(session, PING))
        words = sign_words(page)
    assert page.progress.disputed_count == 0
    assert words["strip"][1]["note"] == "0 lines + opening"
    assert words["agreed_note"] == "Withdraw the dispute first."
    assert len(words["open_lines"]) == 1


def test_the_paper_shows_the_agreed_figure(app: Flask, company: Company, database: Database) -> None:
    with database.writing() as session:
        dispute_line(session, company.newest, 3, amount="100000")
    with app.test_request_context(), database.reading() as session:
        page = find_statement(session, public_id=company.newest, actor=actor_of(session, PING))
        text = signing_text(page, outcome="agreed-except", language="en")
        drawn = paper(text, name="Ping Zhou", today=date(2026, 11, 6))
    assert drawn["money"] == page.progress.confirmed
    assert drawn["signer"].startswith("Ping Zhou · ")
