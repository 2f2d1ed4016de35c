"""Answering and signing over HTTP: works without scripts, refuses what is stale, foreign or incomplete."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import select

from portal.confirmations.models import Confirmation
from portal.db import Database
from portal.statements.models import LineAnswer, Statement
from tests.cast import BO, Part
from tests.web.company import Company, dispute_line
from tests.web.conftest import Browser


def hidden(text: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', text)
    assert found, name
    return found[1].replace("&#39;", "'").replace("&amp;", "&").replace("&#34;", '"')


def answer(browser: Browser, public_id: str, **fields: Any) -> Any:
    page = browser.get(f"/statements/{public_id}").text
    data = {"content_hash": hidden(page, "content_hash")} | fields
    return browser.post(f"/statements/{public_id}/answers", data)


def answers(database: Database) -> dict[int, str]:
    with database.reading() as session:
        rows = session.execute(
            select(LineAnswer.line_no, LineAnswer.answer)
            .join(Statement, Statement.id == LineAnswer.statement_id)
            .where(Statement.period_from == date(2026, 10, 1), LineAnswer.line_no > 0)
            .order_by(LineAnswer.id)
        )
        return {row.line_no: row.answer for row in rows}


def test_one_line_is_confirmed_by_its_own_button(
    ping_browser: Browser, company: Company, database: Database
) -> None:
    done = answer(ping_browser, company.newest, confirm="3")
    assert done.status_code == 303
    assert answers(database) == {3: "confirmed"}
    assert "1 line confirmed" in ping_browser.get(done.location).text


def test_selected_lines_are_confirmed_together(
    ping_browser: Browser, company: Company, database: Database
) -> None:
    answer(ping_browser, company.newest, act="confirm", row=["1", "2", "5"])
    assert answers(database) == dict.fromkeys([1, 2, 5], "confirmed")


def test_the_rest_is_what_the_page_had_shown(
    ping_browser: Browser, company: Company, database: Database
) -> None:
    with database.writing() as session:
        dispute_line(session, company.newest, 4)
    answer(ping_browser, company.newest, act="rest", seen="1,2,3,4")
    assert answers(database) == {1: "confirmed", 2: "confirmed", 3: "confirmed", 4: "disputed"}
    page = ping_browser.get(f"/statements/{company.newest}").text
    assert hidden(page, "seen") == "5,6,7,8,9,10,11,12"
    assert "Confirm the other 8 lines" in page


def test_an_act_is_undone_until_signed(ping_browser: Browser, company: Company, database: Database) -> None:
    done = answer(ping_browser, company.newest, act="confirm", row=["1", "2"])
    page = ping_browser.get(done.location).text
    answer(ping_browser, company.newest, act="undo", of=hidden(page, "of"))
    assert "0 of 12 answered" in ping_browser.get(f"/statements/{company.newest}").text


def test_nothing_ticked_is_said_and_changes_nothing(
    ping_browser: Browser, company: Company, database: Database
) -> None:
    done = answer(ping_browser, company.newest, act="confirm")
    assert "Tick at least one line first." in ping_browser.get(done.location).text
    assert answers(database) == {}


def test_a_stale_page_confirms_nothing(ping_browser: Browser, company: Company, database: Database) -> None:
    done = ping_browser.post(
        f"/statements/{company.newest}/answers", {"confirm": "1", "content_hash": "0" * 64}
    )
    assert done.status_code == 409
    assert answers(database) == {}


def test_a_stranger_answers_nothing(
    ping_browser: Browser, company: Company, database: Database, browser_of: Callable[[Part], Browser]
) -> None:
    """Attack case D02: the same request that works for Ping is a 404 for Bo."""
    page = ping_browser.get(f"/statements/{company.newest}").text
    data = {"confirm": "1", "content_hash": hidden(page, "content_hash")}
    assert browser_of(BO).post(f"/statements/{company.newest}/answers", data).status_code == 404
    assert answers(database) == {}
    assert ping_browser.post(f"/statements/{company.newest}/answers", data).status_code == 303


def test_a_viewer_may_not_answer_and_a_missing_token_is_refused(
    vera_browser: Browser, ping_browser: Browser, company: Company
) -> None:
    path = f"/statements/{company.newest}/answers"
    assert vera_browser.post(path, {"confirm": "1"}).status_code == 403
    assert ping_browser.client.post(path, data={"confirm": "1"}).status_code == 400
    assert ping_browser.get(path).status_code == 405


def test_disputing_or_asking_leads_to_its_page(ping_browser: Browser, company: Company) -> None:
    dispute = answer(ping_browser, company.newest, act="dispute", row=["7"])
    assert f"/disputes/new?statement={company.newest}&line=7" in dispute.location
    ask = answer(ping_browser, company.newest, act="ask", row=["7", "8"])
    assert ask.location.endswith(f"/statements/{company.newest}/ask?row=7&row=8")
    swapped = ping_browser.post(
        f"/statements/{company.newest}/answers", {"act": "ask", "row": "7"}, headers={"HX-Request": "true"}
    )
    assert (swapped.status_code, "/ask?row=7" in swapped.headers["HX-Redirect"]) == (204, True)


def test_a_question_is_sent_and_is_no_answer(ping_browser: Browser, company: Company) -> None:
    page = ping_browser.get(f"/statements/{company.newest}/ask?row=7").text
    data = {"row": "7", "content_hash": hidden(page, "content_hash"), "text": "Which delivery is this?"}
    empty = ping_browser.post(f"/statements/{company.newest}/ask", data | {"text": ""})
    assert empty.status_code == 422
    assert ping_browser.post(f"/statements/{company.newest}/ask", data).status_code == 303
    shown = ping_browser.get(f"/statements/{company.newest}").text
    assert "0 of 12 answered" in shown
    assert "Asked" in shown


def sign_data(text: str, **changes: str) -> dict[str, str]:
    kept = {name: hidden(text, name) for name in ("content_hash", "answers_hash", "signed_text")}
    outcome = re.search(r'name="outcome" value="([^"]+)" checked', text)
    assert outcome
    return (
        kept | {"outcome": outcome[1], "signer_name": "Ping Zhou", "job_title": "AP", "act": "sign"} | changes
    )


def answer_all(browser: Browser, company: Company) -> str:
    seen = ",".join(str(number) for number in range(13))
    answer(browser, company.newest, act="rest", seen=seen)
    return browser.get(f"/statements/{company.newest}/sign").text


def test_lines_left_are_named_and_nothing_can_be_signed(ping_browser: Browser, company: Company) -> None:
    text = ping_browser.get(f"/statements/{company.newest}/sign").text
    assert "12 lines are unanswered." in text
    assert "Answer the lines" in text
    assert 'value="sign"' not in text


def test_the_whole_balance_is_signed_once(
    ping_browser: Browser, company: Company, database: Database
) -> None:
    text = answer_all(ping_browser, company)
    closing = re.search(r"Sign CNY\u202f([\d,.]+)", text)
    assert closing
    done = ping_browser.post(f"/statements/{company.newest}/sign", sign_data(text))
    assert done.status_code == 303
    receipt = ping_browser.get(done.location).text
    assert closing[1] in receipt
    again = ping_browser.post(f"/statements/{company.newest}/sign", sign_data(text))
    assert again.status_code == 409
    with database.reading() as session:
        row = session.scalars(select(Confirmation).order_by(Confirmation.id.desc())).first()
        assert row is not None
        assert (row.outcome, row.job_title, row.person_name) == ("agreed", "AP", "Ping Zhou")
        assert row.signed_text.replace("\r\n", "\n") == hidden_text(text)


def hidden_text(text: str) -> str:
    return hidden(text, "signed_text")


def test_the_button_never_shows_a_figure_that_is_partly_disputed(
    ping_browser: Browser, company: Company, database: Database
) -> None:
    with database.writing() as session:
        dispute_line(session, company.newest, 4)
    text = answer_all(ping_browser, company)
    page = ping_browser.get(f"/statements/{company.newest}/statement.json").json
    assert page is not None
    assert 'value="agreed-except" checked' in text
    assert f"Sign CNY\u202f{float(page['closing']):,.2f}" not in text
    whole = ping_browser.post(f"/statements/{company.newest}/sign", sign_data(text, outcome="agreed"))
    assert whole.status_code == 422
    assert ping_browser.post(f"/statements/{company.newest}/sign", sign_data(text)).status_code == 303


def test_an_opening_balance_in_dispute_is_one_of_the_exceptions(
    ping_browser: Browser, company: Company, database: Database
) -> None:
    with database.writing() as session:
        dispute_line(session, company.newest, 0, amount="100000")
    answer_all(ping_browser, company)
    text = ping_browser.get(f"/statements/{company.newest}/sign?outcome=disagreed&lang=en").text
    assert "Agree, except 1 disputed line<" in text


def test_disagreeing_needs_a_figure_and_words(ping_browser: Browser, company: Company) -> None:
    text = answer_all(ping_browser, company)
    path = f"/statements/{company.newest}/sign"
    bare = sign_data(text, outcome="disagreed")
    assert ping_browser.post(path, bare).status_code == 422
    wrong = ping_browser.post(path, bare | {"stated": "12.345", "reason": "x"})
    assert wrong.status_code == 422
    shown = ping_browser.post(
        path, bare | {"stated": "1,000", "reason": "A receipt is missing.", "act": "show"}
    )
    assert "Sign that the data are not right" in shown.text
    data = sign_data(shown.text, outcome="disagreed", stated="1,000", reason="A receipt is missing.")
    done = ping_browser.post(path, data)
    assert "1,000.00" in ping_browser.get(done.location).text


def test_a_text_that_was_not_shown_is_not_signed(ping_browser: Browser, company: Company) -> None:
    text = answer_all(ping_browser, company)
    forged = sign_data(text, signed_text="We owe nothing.")
    assert ping_browser.post(f"/statements/{company.newest}/sign", forged).status_code == 409


def test_the_text_is_chinese_with_capitals_for_a_chinese_reader(
    ping_browser: Browser, company: Company
) -> None:
    answer_all(ping_browser, company)
    text = ping_browser.get(f"/statements/{company.newest}/sign?lang=zh").text
    assert re.search(r"人民币[壹贰叁肆伍陆柒捌玖拾佰仟万亿零元角分整]+", text)


def test_a_statement_without_lines_is_signed_too(
    company: Company, database: Database, browser_of: Callable[[Part], Browser]
) -> None:
    """Globex had no activity: its statement says so and asks for the balance all the same."""
    bo = browser_of(BO)
    listed = bo.get("/statements?lang=en").text
    (public_id, *_rest) = re.findall(r'href="/statements/([A-Za-z0-9_-]{22})"', listed)
    page = bo.get(f"/statements/{public_id}").text
    assert "No activity. Balance EUR\u202f0.00. Please confirm." in page
    sign = bo.get(f"/statements/{public_id}/sign").text
    assert "Sign EUR\u202f0.00" in sign
    done = bo.post(f"/statements/{public_id}/sign", sign_data(sign))
    assert done.location.startswith("/receipts/")
