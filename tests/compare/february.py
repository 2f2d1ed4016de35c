"""February in both books: what we posted for Acme, and what Acme's own ledger says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.access import Actor, system_actor
from portal.attachments import FileDraft
from portal.compare import receive_ledger, run_comparison, start_comparison
from portal.db import Database
from portal.statements import issue_statements, prepare_statements
from tests.books import Books

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


def issue_february(session: Session, books: Callable[[str], Books], now: datetime) -> None:
    """Post the story and issue Acme's statement of it."""
    books(STORY)
    run = prepare_statements(session, month=date(2026, 2, 1), actor=system_actor(), now=now)
    issue_statements(session, run=run, released_by="test", actor=system_actor(), now=now)
    session.commit()


def received(session: Session, actor: Actor, now: datetime, content: bytes = LEDGER.encode("gb18030")) -> str:
    """Let somebody of a customer hand a ledger in; returns the comparison, and what was written is committed."""
    (customer_id,) = actor.customer_ids or {0}
    file = FileDraft("明细账.csv", content)
    public_id = receive_ledger(session, file=file, customer_id=customer_id, actor=actor, now=now)
    session.commit()
    return public_id


def compared(session: Session, database: Database, actor: Actor, now: datetime) -> str:
    """Hand the ledger in and compare it."""
    public_id = received(session, actor, now)
    start_comparison(session, public_id=public_id, actor=actor, now=now)
    session.commit()
    run_comparison(database, public_id=public_id, now=now)
    session.expire_all()
    return public_id
