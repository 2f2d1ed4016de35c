"""Bulk acts on the result of a comparison: confirm, dispute, ask for copies."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import func, select

from portal.compare.models import ComparisonRow
from portal.db import Database
from portal.disputes.models import Dispute
from portal.statements.models import LineAnswer
from portal.tasks.models import Task
from tests.cast import PING, Part
from tests.web.conftest import Browser
from tests.web.ledgers import compared


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
