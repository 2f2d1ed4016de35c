"""Approvers close months and reopen them with a reason."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.clock import utc_now
from portal.ledger.models import ClosedPeriod
from tests.cast import AUD, CHEN, MEI, SEC, Part
from tests.web.conftest import Browser

Open = Callable[[Part], Browser]
MONTH = f"{utc_now():%Y-%m}"


def test_closes_and_reopens_a_month(browser_of: Open, session: Session) -> None:
    chen = browser_of(CHEN)
    assert chen.post("/admin/periods/close", {"month": "2026-02"}).status_code == 303
    assert "February 2026" in chen.get("/admin/periods").text
    refused = chen.post("/admin/periods/reopen", {"month": "2026-02", "reason": " "})
    assert refused.status_code == 422
    assert "Say why the month is reopened." in refused.text
    assert chen.post("/admin/periods/reopen", {"month": "2026-02", "reason": "Late bill"}).status_code == 303
    assert "Late bill" in chen.get("/admin/periods?format=csv").text
    assert session.scalars(select(ClosedPeriod.reopen_reason)).one() == "Late bill"


def test_refuses_what_is_no_month_or_is_not_closed(browser_of: Open) -> None:
    chen = browser_of(CHEN)
    assert chen.post("/admin/periods/close", {"month": "soon"}).status_code == 422
    assert chen.post("/admin/periods/reopen", {"month": MONTH, "reason": "x"}).status_code == 404
    assert chen.post("/admin/periods/close", {"month": "2026-02", "csrf_token": ""}).status_code == 400


def test_others_look_but_do_not_close(browser_of: Open) -> None:
    for part in (MEI, AUD):
        assert browser_of(part).get("/admin/periods").status_code == 200
        assert browser_of(part).post("/admin/periods/close", {"month": "2026-02"}).status_code == 403
    assert browser_of(SEC).get("/admin/periods").status_code == 403
