"""Staff pages of statements: the month's list, the run with its second person, one statement read only."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.approvals import approve, find_approval
from portal.clock import utc_now
from portal.db import Database
from portal.statements import find_run, latest_run, prepare_run, prepare_statements
from portal.statements.models import Statement
from tests.books import Books
from tests.cast import AUD, CHEN, MEI, PING, SEC, Part
from tests.statements.months import FEBRUARY, issue_month, statement_of
from tests.web.conftest import Browser

BookStory = Callable[[str], Books]
Open = Callable[[Part], Browser]
STORY = """
    2026-01-05 invoice ACME INV-1 100.00 CNY due 2026-02-04
    2026-02-03 invoice ACME INV-2 250.50 CNY due 2026-03-05
    2026-02-10 receipt ACME RC-1 80.00 CNY pays INV-1:80.00
"""


@pytest.fixture
def issued(session: Session, books: BookStory, mei: Actor) -> str:
    """Acme's issued February statement: its public id."""
    books(STORY)
    issue_month(session, month=FEBRUARY, actor=mei, now=utc_now())
    public_id = statement_of(session, "ACME", "CNY").public_id
    session.commit()
    return public_id


def test_lists_the_month_with_states_and_sums(browser_of: Open, issued: str) -> None:
    page = browser_of(AUD).get("/admin/statements?month=2026-02").text
    assert f"/admin/statements/{issued}" in page
    assert page.count('data-row="') == 2
    assert "270.50" in page
    assert "All of this filter, CNY" in page


def test_finds_by_number_and_tab(browser_of: Open, issued: str) -> None:
    mei = browser_of(MEI)
    assert mei.get("/admin/statements?q=globex").text.count('data-row="') == 1
    assert mei.get("/admin/statements?tab=confirmed").text.count('data-row="') == 0


def test_a_draft_that_will_replace_a_statement_is_not_summed_with_it(
    browser_of: Open, issued: str, session: Session, books: BookStory, mei: Actor
) -> None:
    books("2026-02-27 invoice ACME INV-9 10.00 CNY")
    prepare_statements(session, month=FEBRUARY, actor=mei, now=utc_now())
    session.commit()
    page = browser_of(MEI).get("/admin/statements").text
    assert (page.count('data-row="'), "280.50" in page) == (2, False)
    drafts = browser_of(MEI).get("/admin/statements?tab=draft").text
    assert (drafts.count('data-row="'), "280.50" in drafts) == (1, True)


def test_downloads_what_the_filter_shows(browser_of: Open, issued: str) -> None:
    answer = browser_of(MEI).get("/admin/statements?q=acme&format=csv")
    assert answer.status_code == 200
    assert "270.50" in answer.text
    assert "GLOBEX" not in answer.text


def test_shows_what_the_customer_sees_and_offers_no_act(browser_of: Open, issued: str) -> None:
    page = browser_of(MEI).get(f"/admin/statements/{issued}").text
    assert "You cannot act here." in page
    assert "INV-2" in page
    assert 'method="post"' not in page.split("<main", 1)[1].split("</main>", 1)[0]


@pytest.mark.parametrize("form", ["pdf", "xlsx", "csv", "json"])
def test_hands_out_files(form: str, browser_of: Open, issued: str) -> None:
    answer = browser_of(MEI).get(f"/admin/statements/{issued}/statement.{form}")
    assert answer.status_code == 200
    assert f"ACME-2026-02-CNY-v1.{form}" in answer.headers["Content-Disposition"]


def test_a_month_is_prepared_released_by_a_second_person_and_shown(
    browser_of: Open, database: Database, session: Session, books: BookStory, mei: Actor, chen: Actor
) -> None:
    books(STORY)
    session.commit()
    clerk = browser_of(MEI)
    started = clerk.post("/admin/statements/runs", {"month": "2026-02"})
    assert started.status_code == 303
    run = started.headers["Location"].rsplit("/", 1)[1]
    assert "customers prepared" in clerk.get(f"/admin/statements/runs/{run}").text
    prepare_run(database.writing, run=run, actor=mei, now=utc_now())
    assert "2 statements are ready to be issued." in clerk.get(f"/admin/statements/runs/{run}").text
    assert clerk.post(f"/admin/statements/runs/{run}/release", {"note": "as every month"}).status_code == 303
    assert "Someone else must approve it." in clerk.get(f"/admin/statements/runs/{run}").text
    with database.writing() as own:
        view = find_run(own, public_id=run, actor=chen)
        assert view.approval is not None
        request = find_approval(own, public_id=view.approval.public_id, actor=chen)
        approve(own, public_id=request.public_id, seen_hash=request.content_hash, actor=chen, now=utc_now())
    with database.reading() as own:
        assert find_run(own, public_id=run, actor=mei).released_by == "Chen Bo"
        assert latest_run(own, month=date(2026, 2, 1), actor=mei) == run
        assert set(own.scalars(select(Statement.state))) == {"draft"}  # the worker issues


def test_refuses_a_month_that_is_none(browser_of: Open) -> None:
    answer = browser_of(MEI).post("/admin/statements/runs", {"month": "soon"}, follow_redirects=True)
    assert "Choose a month like 2026-10." in answer.text


def test_who_may_not(browser_of: Open, issued: str) -> None:
    assert browser_of(SEC).get("/admin/statements").status_code == 403
    assert browser_of(AUD).post("/admin/statements/runs", {"month": "2026-02"}).status_code == 403
    assert browser_of(CHEN).post("/admin/statements/runs", {"month": "2026-02"}).status_code == 403
    assert browser_of(PING).get(f"/admin/statements/{issued}").status_code in {403, 404}


def test_an_unknown_statement_is_not_here(browser_of: Open) -> None:
    assert browser_of(MEI).get(f"/admin/statements/{'x' * 22}").status_code == 404
    assert browser_of(MEI).get(f"/admin/statements/runs/{'x' * 22}").status_code == 404
    assert browser_of(MEI).get("/admin/statements?sort=secret").status_code == 400
