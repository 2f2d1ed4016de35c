"""A customer uploads a ledger, looks how it is read, compares, and acts on the result in bulk."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date, datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.access import system_actor
from portal.compare import run_comparison
from portal.compare.models import ComparisonRow, LedgerComparison, LedgerLayout
from portal.db import Database
from portal.disputes.models import Dispute
from portal.outbox.models import OutboxMessage
from portal.statements import issue_statements, prepare_statements
from portal.statements.models import LineAnswer
from portal.tasks.models import Task
from tests.books import Books
from tests.cast import BO, MEI, PING, VERA, Part
from tests.web.conftest import Browser

STORY = """
2026-01-15 invoice ACME INV-26-0001 1000.00 CNY order PO-1 "ball screws"
2026-02-03 invoice ACME INV-26-0002 2500.00 CNY order PO-2 "bearings"
2026-02-10 invoice ACME INV-26-0003 3000.00 CNY order PO-3 "belts"
2026-02-12 receipt ACME RC-26-0001 985.00 CNY pays INV-26-0001:985.00
2026-02-14 invoice ACME INV-26-0007 812.00 CNY order PO-7 "castings"
2026-02-20 invoice ACME INV-26-0004 400.00 CNY order PO-4 "freight"
2026-02-21 invoice ACME INV-26-0005 400.00 CNY order PO-4 "freight"
"""
LEDGER = """科目：应付账款-澄川,,,,,
2026年,,,,,
日期,凭证号,摘要,借方,贷方,余额
2026-02-01,,期初余额,,,1000.00
2026-02-04,记-01,收到发票 INV-26-0002,,2500.00,3500.00
2026-02-11,记-02,收到发票 INV-26-0003,,2900.00,6400.00
2026-02-11,记-03,付款 INV-26-0001,1000.00,,5400.00
2026-02-22,记-04,收到发票 INV-26-0004,,400.00,5800.00
2026-02-27,记-05,付款 网银,1200.00,,4600.00
本月合计,,,2200.00,5800.00,4600.00
"""
READ = {"act": "compare", "as_of": "2026-02-28", "currency": "CNY", "basis": "movements", "sign": "auto"}


@pytest.fixture
def issued(session: Session, books: Callable[[str], Books], now: datetime) -> None:
    """February of Acme is issued."""
    books(STORY)
    run = prepare_statements(session, month=date(2026, 2, 1), actor=system_actor(), now=now)
    issue_statements(session, run=run, released_by="test", actor=system_actor(), now=now)
    session.commit()


def uploaded(browser: Browser, content: bytes = LEDGER.encode("gb18030"), name: str = "明细账.csv") -> str:
    answer = browser.post(
        "/compare", {"ledger": (io.BytesIO(content), name)}, content_type="multipart/form-data"
    )
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"].rpartition("/")[2]


def compared(browser: Browser, database: Database, now: datetime) -> str:
    public_id = uploaded(browser)
    assert browser.post(f"/compare/{public_id}/reading", READ).status_code == 303
    assert "hx-get" in browser.get(f"/compare/{public_id}").text
    run_comparison(database, public_id=public_id, now=now)
    return public_id


def test_shows_how_a_file_is_read_before_anything_is_compared(
    issued: None, browser_of: Callable[[Part], Browser], database: Database
) -> None:
    ping = browser_of(PING)
    public_id = uploaded(ping)
    page = ping.get(f"/compare/{public_id}?lang=en", follow_redirects=True).text
    assert "收到发票 INV-26-0002" in page
    assert ">2,200.00<" in page
    assert re.search(r'<option value="credit" selected>', page)
    with database.reading() as reading:
        row = reading.scalars(select(LedgerComparison)).one()
    assert (row.state, row.as_of_on, row.begin_on, row.row_count) == (
        "reading", date(2026, 2, 28), date(2026, 2, 1), 5,
    )  # fmt: skip


def test_the_result_has_every_difference_with_its_cause_and_no_rest(
    issued: None, browser_of: Callable[[Part], Browser], database: Database, now: datetime
) -> None:
    ping = browser_of(PING)
    public_id = compared(ping, database, now)
    page = ping.get(f"/compare/{public_id}?lang=en").text
    assert "All explained" in page
    with database.reading() as reading:
        causes = {
            (row.our_number or row.their_number): row.cause
            for row in reading.scalars(select(ComparisonRow).where(ComparisonRow.cause != ""))
        }
        mail = reading.scalars(select(OutboxMessage).where(OutboxMessage.event == "comparison-ready")).one()
    assert causes == {
        "INV-26-0003": "entry_error", "RC-26-0001": "bank_fee", "INV-26-0005": "duplicate",
        "INV-26-0007": "omitted_theirs", "记-05": "timing",
    }  # fmt: skip
    assert mail.recipient == PING.email
    figure = ping.get(f"/compare/{public_id}/bridge.json?lang=en").get_json()
    bars = [trace for trace in figure["data"] if trace["type"] == "bar"]
    assert len(bars) == 2 + 5
    assert ping.get(f"/compare/{public_id}/bridge.xlsx").data[:2] == b"PK"
    assert "INV-26-0007" in ping.get(f"/compare/{public_id}/bridge.csv").text


def test_agreed_lines_are_confirmed_and_the_rest_disputed_in_bulk(
    issued: None, browser_of: Callable[[Part], Browser], database: Database, now: datetime
) -> None:
    ping = browser_of(PING)
    public_id = compared(ping, database, now)
    page = ping.get(f"/compare/{public_id}?lang=en").text
    lines = re.search(r'name="lines" value="([^"]*)"', page)
    seen = re.search(r'name="content_hash" value="([^"]*)"', page)
    assert lines
    assert seen
    ping.post(f"/compare/{public_id}/confirm", {"lines": lines[1], "content_hash": seen[1]})
    form = ping.get(f"/compare/{public_id}/dispute?lang=en").text
    pattern = r'<input[^>]*name="((?:amount|fact|text)-[^"]+)"[^>]*value="([^"]*)"'
    fields: dict[str, object] = dict(re.findall(pattern, form))
    fields["row"] = re.findall(r'name="row" value="(\d+)"', form)
    assert ping.post(f"/compare/{public_id}/dispute", fields).status_code == 303
    with database.reading() as reading:
        answers = dict(
            reading.execute(select(LineAnswer.answer, func.count()).group_by(LineAnswer.answer)).all()
        )
        reasons = sorted(reading.scalars(select(Dispute.reason)))
    assert reasons == ["DUP", "FEE", "NRC", "PRC"]
    assert answers == {"confirmed": 3, "disputed": 4}


def test_a_missing_copy_is_asked_for_once(
    issued: None, browser_of: Callable[[Part], Browser], database: Database, now: datetime
) -> None:
    ping = browser_of(PING)
    public_id = compared(ping, database, now)
    with database.reading() as reading:
        no = reading.scalars(select(ComparisonRow.no).where(ComparisonRow.our_number == "INV-26-0007")).one()
    for _ in range(2):
        ping.post(f"/compare/{public_id}/ask", {"row": str(no)})
    with database.reading() as reading:
        task = reading.scalars(select(Task).where(Task.kind == "question")).one()
    assert "INV-26-0007" in task.facts["text"]


def test_a_corrected_layout_is_remembered_for_the_customer(
    issued: None, browser_of: Callable[[Part], Browser], database: Database, now: datetime
) -> None:
    ping = browser_of(PING)
    public_id = uploaded(ping)
    changed = READ | {"role-1": "other"}
    assert ping.post(f"/compare/{public_id}/reading", changed).status_code == 303
    run_comparison(database, public_id=public_id, now=now)
    with database.reading() as reading:
        assert reading.scalars(select(LedgerLayout.layout)).one()["roles"][1] == "other"
    again = ping.get(f"/compare/{uploaded(ping)}?lang=en", follow_redirects=True).text
    assert "Read as last time" in again


def test_a_wrong_layout_keeps_what_was_chosen(issued: None, browser_of: Callable[[Part], Browser]) -> None:
    ping = browser_of(PING)
    public_id = uploaded(ping)
    answer = ping.post(f"/compare/{public_id}/reading?lang=en", READ | {"role-3": "text", "role-4": "day"})
    assert answer.status_code == 422
    assert "Two columns cannot both be" in answer.text
    assert re.search(r'id="role-3".*?<option value="text" selected>', answer.text, re.DOTALL)


def test_a_pasted_table_is_a_ledger_too(issued: None, browser_of: Callable[[Part], Browser]) -> None:
    table = "Date\tInvoice\tAmount\n2026-02-03\tINV-26-0002\t2500.00\n2026-02-10\tINV-26-0003\t3000.00\n"
    answer = browser_of(PING).post("/compare", {"table": table})
    assert answer.status_code == 303


def test_nothing_and_nonsense_are_refused_on_the_page(
    issued: None, browser_of: Callable[[Part], Browser], database: Database
) -> None:
    ping = browser_of(PING)
    assert ping.post("/compare", {}).status_code == 422
    answer = ping.post("/compare?lang=en", {"table": "only words\nno figures"})
    assert answer.status_code == 422
    assert "no figures" in answer.text
    with database.reading() as reading:
        assert reading.scalar(select(func.count()).select_from(LedgerComparison)) == 0


def test_strangers_find_nothing_and_viewers_cannot_answer(
    issued: None, browser_of: Callable[[Part], Browser], database: Database, now: datetime
) -> None:
    public_id = compared(browser_of(PING), database, now)
    bo, vera = browser_of(BO), browser_of(VERA)
    paths = ("", "/reading", "/progress", "/bridge.json", "/bridge.xlsx", "/bridge.csv", "/dispute")
    assert {bo.get(f"/compare/{public_id}{path}").status_code for path in paths} == {404}
    assert bo.post(f"/compare/{public_id}/confirm", {"lines": "1"}).status_code == 404
    assert vera.get(f"/compare/{public_id}").status_code == 200
    assert vera.post(f"/compare/{public_id}/confirm", {"lines": "1"}).status_code == 403
    assert vera.post(f"/compare/{public_id}/dispute", {"row": "1"}).status_code == 403


def test_staff_see_the_same_figures(
    issued: None, browser_of: Callable[[Part], Browser], database: Database, now: datetime
) -> None:
    public_id = compared(browser_of(PING), database, now)
    mei = browser_of(MEI)
    assert "明细账.csv" in mei.get("/admin/compare").text
    page = mei.get(f"/admin/compare/{public_id}?lang=en").text
    assert "INV-26-0005" in page
    assert "All explained" in page
    assert mei.get(f"/admin/compare/{public_id}/bridge.xlsx").status_code == 200


def test_an_upload_is_put_aside(issued: None, browser_of: Callable[[Part], Browser]) -> None:
    ping = browser_of(PING)
    public_id = uploaded(ping)
    assert ping.post(f"/compare/{public_id}/reading", {"act": "discard"}).status_code == 303
    assert ping.get(f"/compare/{public_id}").status_code == 404


@pytest.mark.db
def test_running_the_job_again_changes_nothing(
    issued: None, browser_of: Callable[[Part], Browser], database: Database, now: datetime
) -> None:
    ping = browser_of(PING)
    public_id = compared(ping, database, now)
    with database.reading() as reading:
        before = reading.scalar(select(func.count()).select_from(ComparisonRow))
    assert run_comparison(database, public_id=public_id, now=now) == {"state": "done"}
    with database.reading() as reading:
        assert reading.scalar(select(func.count()).select_from(ComparisonRow)) == before
        assert reading.scalar(select(func.count()).select_from(OutboxMessage)) == 1
