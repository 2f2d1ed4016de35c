"""A customer uploads a ledger, looks how it is read, compares, and acts on the result in bulk."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import func, select

from portal.compare import run_comparison
from portal.compare.models import ComparisonRow, LedgerComparison
from portal.db import Database
from portal.outbox.models import OutboxMessage
from tests.cast import BO, PING, VERA, Part
from tests.web.conftest import Browser
from tests.web.ledgers import compared


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
