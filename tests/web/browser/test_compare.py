"""Flow (c) in a browser: own ledger to bridge in five interactions, nothing lost on the way, no breach of WCAG."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import func, select

from portal.access import Actor
from portal.clock import utc_now
from portal.compare import run_comparison
from portal.compare.models import LedgerComparison
from portal.disputes.models import Dispute
from portal.statements import find_statement
from portal.statements.models import LineAnswer
from tests.cast import PING, actor_of
from tests.web.browser.conftest import LiveServer, OpenPage

pytestmark = pytest.mark.browser


def ledger_of(live: LiveServer, folder: Path) -> Path:
    """Write Acme's own ledger of the newest month: one invoice 100.00 less, the last one missing."""
    with live.database.reading() as session:
        actor: Actor = actor_of(session, PING)
        page = find_statement(session, public_id=live.company.newest, actor=actor)
    rows = [f"{page.period_from},,期初余额,,,{page.figures.opening.decimal_text}"]
    invoices = [line for line in page.lines if line.kind == "invoice"]
    for line in page.lines:
        if line.no == invoices[-1].no:
            continue
        minor = line.amount_minor - (10_000 if line.no == invoices[0].no else 0)
        sides = f",{minor / 100:.2f}" if minor > 0 else f"{-minor / 100:.2f},"
        rows.append(f"{line.document_on},{line.document_no},货款,{sides},")
    path = folder / "应付账款明细.csv"
    path.write_bytes("\n".join(["日期,单据号,摘要,借方,贷方,余额", *rows]).encode("gb18030"))
    return path


def newest(live: LiveServer) -> str:
    with live.database.reading() as session:
        return (
            session.scalars(select(LedgerComparison.public_id).order_by(LedgerComparison.id.desc())).first()
            or ""
        )


def test_own_ledger_to_bridge_takes_five_interactions(
    live_server: LiveServer, browser_page: OpenPage, tmp_path: Path
) -> None:
    made = browser_page()
    made.sign_in()
    page = made.page
    made.open("/compare?lang=en")
    assert made.breaches() == []
    page.set_input_files("#ledger", ledger_of(live_server, tmp_path))
    page.get_by_role("button", name="Upload").click()  # 1
    expect(page.get_by_role("heading", name="How we read your ledger")).to_be_visible()
    assert made.breaches() == []
    page.get_by_role("button", name="Compare", exact=True).click()  # 2
    expect(page.get_by_text("A mail tells you when it is ready.")).to_be_visible()
    run_comparison(live_server.database, public_id=newest(live_server), now=utc_now())
    page.wait_for_selector("text=All explained", timeout=10_000)  # the page turns by itself
    expect(page.locator(".chart-area")).to_be_visible()
    assert made.breaches() == []
    page.get_by_role("button", name="Confirm the").click()  # 3
    expect(page.get_by_text("You can undo it on the statement until you sign.")).to_be_visible()
    page.get_by_role("link", name="Dispute 2").click()  # 4
    assert made.breaches() == []
    page.get_by_role("button", name="Send the ticked disputes").first.click()  # 5
    expect(page.get_by_text("2 disputes sent.")).to_be_visible()
    with live_server.database.reading() as session:
        assert sorted(session.scalars(select(Dispute.reason))) == ["NRC", "PRC"]
        confirmed = session.scalar(
            select(func.count()).select_from(LineAnswer).where(LineAnswer.answer == "confirmed")
        )
    assert confirmed is not None
    assert confirmed >= 48


def test_the_result_fits_a_phone(live_server: LiveServer, browser_page: OpenPage, tmp_path: Path) -> None:
    made = browser_page(phone=True)
    made.sign_in()
    made.open("/compare?lang=en")
    made.page.set_input_files("#ledger", ledger_of(live_server, tmp_path))
    made.page.get_by_role("button", name="Upload").click()
    made.page.get_by_role("button", name="Compare", exact=True).click()
    run_comparison(live_server.database, public_id=newest(live_server), now=utc_now())
    made.open(f"/compare/{newest(live_server)}?lang=en")
    expect(made.page.get_by_text("All explained")).to_be_visible()
    assert made.page.evaluate("document.documentElement.scrollWidth") <= 390
