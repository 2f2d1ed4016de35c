"""Reading one statement of 1,000 lines: the portal's query beside the same rows by bare sqlite3.

Run: ``.venv/bin/python benchmarks/statement_page.py [--lines 1000] [--pairs 7]``; prints one JSON line with the
median CPU milliseconds of both and their ratio. The reference reads head, lines and history with three bare SQL
statements into tuples, adds the running balance and writes amounts as text: what a bare page does before its template.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import portal.models  # noqa: F401 - names every table
from portal.access import system_actor
from portal.customers import CustomerDraft, create_customer
from portal.db import Database
from portal.ledger import default_entity, ensure_entity
from portal.lists import ListQuery
from portal.migrate import migrate_database
from portal.money import Money, format_amount
from portal.receivables import DocumentDraft, post_documents
from portal.statements import find_statement, list_statements, run_month

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
CONSOLE = system_actor("benchmark")


def build(folder: Path, *, lines: int) -> tuple[Database, str, str]:
    """Return a database with one issued statement of so many lines after a year of history, its path and id."""
    path = folder / "concord.db"
    database = Database(f"sqlite:///{path}")
    migrate_database(database)
    with database.writing() as session:
        ensure_entity(session, now=NOW)
        draft = CustomerDraft("C-1", "北岸包装", "CNY", date(2025, 1, 1))
        customer = create_customer(session, draft=draft, actor=CONSOLE, now=NOW)
        entity = default_entity(session)
        drafts = [
            DocumentDraft(
                entity_id=entity.id, customer_id=customer, kind="receipt" if at % 9 == 8 else "invoice",
                document_no=f"N-{at}", currency="CNY", amount_minor=10_000 + at,
                document_on=date(2026, 2, 1 + at % 28) if at < lines else date(2025, 1 + at % 12, 5),
                description="Ball screw BS-32", order_no=f"PO-{at}",
            )
            for at in range(lines + 120)
        ]  # fmt: skip
        post_documents(session, drafts, actor=CONSOLE, now=NOW)
    run_month(database.writing, month=date(2026, 2, 1), released_by="os:benchmark", actor=CONSOLE, now=NOW)
    with database.reading() as session:
        page = list_statements(session, query=ListQuery(), actor=CONSOLE)
    return database, str(path), page.rows[0].public_id


def bare(connection: sqlite3.Connection, public_id: str) -> int:
    """Read the same rows by bare SQL, with running balance and texts."""
    head = connection.execute(
        "SELECT s.*, c.number, c.name FROM statements s JOIN customers c ON c.id = s.customer_id WHERE s.public_id = ?",
        (public_id,),
    ).fetchone()
    lines = connection.execute(
        "SELECT l.no, d.public_id, l.document_no, l.kind, l.document_on, l.due_on, l.text, l.order_no, l.amount_minor, "
        "l.open_minor FROM statement_lines l LEFT JOIN documents d ON d.id = l.document_id WHERE l.statement_id = ? "
        "ORDER BY l.no",
        (head[0],),
    ).fetchall()
    balance, shown = 0, []
    for line in lines:
        balance += line[8]
        shown.append((*line, f"{line[8] / 100:,.2f}", f"{balance / 100:,.2f}"))
    connection.execute(
        "SELECT month_on, movement_minor FROM month_balances WHERE customer_id = ? ORDER BY month_on",
        (head[4],),
    ).fetchall()
    return len(shown)


def ours(database: Database, public_id: str) -> int:
    """Read the page as the portal does, and write each amount as text."""
    with database.reading() as session:
        page = find_statement(session, public_id=public_id, actor=CONSOLE)
    balance, shown = 0, []
    for line in page.all_lines:
        balance += line.amount_minor
        shown.append((format_amount(line.amount), format_amount(Money(balance, line.currency))))
    return len(shown)


def cpu_ms(act: Callable[[], int]) -> float:
    start = time.process_time()
    act()
    return (time.process_time() - start) * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=1000)
    parser.add_argument("--pairs", type=int, default=7)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        database, path, public_id = build(Path(folder), lines=given.lines)
        connection = sqlite3.connect(path)
        assert ours(database, public_id) == bare(connection, public_id) == given.lines + 1
        pairs = [
            (cpu_ms(lambda: bare(connection, public_id)), cpu_ms(lambda: ours(database, public_id)))
            for _ in range(given.pairs)
        ]
        connection.close()
        database.dispose()
    raw, full = (statistics.median(side) for side in zip(*pairs, strict=True))
    ratio = statistics.median(mine / reference for reference, mine in pairs)
    facts = {"benchmark": "statement_page", "lines": given.lines, "pairs": given.pairs}
    print(json.dumps(facts | {"bare_ms": round(raw, 2), "ours_ms": round(full, 2), "ratio": round(ratio, 2)}))


if __name__ == "__main__":
    main()
