"""Issuing a month: the run (frozen, hashed, audited) beside raw set-based SQL that writes the same rows.

Run: ``.venv/bin/python benchmarks/month_end.py [--customers 5000] [--lines 10]``; prints one JSON line with CPU seconds
of both, their ratio, and the longest time the write lock was held. The reference is two INSERT … SELECT into the same
tables (with the same guards), figures from the monthly roll-up, ageing from open items.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sqlalchemy.orm import Session

import portal.models  # noqa: F401 - names every table
from portal.access import system_actor
from portal.customers import CustomerDraft, create_customers
from portal.db import Database
from portal.ledger import default_entity, ensure_entity
from portal.migrate import migrate_database
from portal.receivables import DocumentDraft, post_documents
from portal.statements import run_month

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
CONSOLE = system_actor("benchmark")
RUN = """
INSERT INTO statement_runs (public_id, entity_id, period_from, period_until, state, released_by, started_at)
VALUES ('raw', 1, '2026-02-01', '2026-03-01', 'prepared', '', '2026-03-02 02:00:00')
"""
STATEMENTS = """
INSERT INTO statements (public_id, run_id, entity_id, customer_id, currency, kind, period_from, period_until, version,
  state, opening_minor, invoiced_minor, received_minor, credited_minor, closing_minor, due_now_minor, overdue_minor,
  not_due_minor, d1_30_minor, d31_60_minor, d61_90_minor, d91_120_minor, d120_plus_minor, unapplied_minor, line_count,
  content_hash, prepared_at)
SELECT 'raw' || c.id, 1, 1, c.id, 'CNY', 'activity', '2026-02-01', '2026-03-01', 1, 'draft', m.opening, m.invoiced,
  m.received, m.credited, m.opening + m.invoiced - m.received - m.credited, 0, 0, a.positive, 0, 0, 0, 0, 0, a.negative,
  0, '', '2026-03-02 02:00:00'
FROM customers c
JOIN (SELECT customer_id, sum(CASE WHEN month_on < '2026-02-01' THEN movement_minor ELSE 0 END) opening,
  sum(CASE WHEN month_on = '2026-02-01' THEN invoiced_minor ELSE 0 END) invoiced,
  sum(CASE WHEN month_on = '2026-02-01' THEN received_minor ELSE 0 END) received,
  sum(CASE WHEN month_on = '2026-02-01' THEN credited_minor ELSE 0 END) credited
  FROM month_balances WHERE month_on < '2026-03-01' GROUP BY customer_id) m ON m.customer_id = c.id
JOIN (SELECT customer_id, sum(CASE WHEN side > 0 THEN open_minor ELSE 0 END) positive,
  sum(CASE WHEN side < 0 THEN -open_minor ELSE 0 END) negative FROM open_items GROUP BY customer_id) a
  ON a.customer_id = c.id
"""
LINES = """
INSERT INTO statement_lines (statement_id, no, document_id, document_no, kind, document_on, due_on, text, order_no,
  amount_minor, open_minor)
SELECT s.id, row_number() OVER (PARTITION BY s.id ORDER BY d.posting_on, d.id), d.id, d.document_no, d.kind,
  d.document_on, coalesce(d.due_on, date(d.document_on, '+30 days')), d.description, d.order_no, d.balance_minor,
  o.side * o.open_minor
FROM statements s
JOIN documents d ON d.customer_id = s.customer_id AND d.posting_on >= '2026-02-01' AND d.posting_on < '2026-03-01'
JOIN open_items o ON o.document_id = d.id
"""
ISSUE = (
    "UPDATE statements SET state = 'issued', issued_at = '2026-03-02 02:00:00', answer_by_on = '2026-03-17'"
)


def build(path: Path, *, customers: int, lines: int) -> None:
    """Make the books: a balance brought from January and so many documents in February for each customer."""
    database = Database(f"sqlite:///{path}")
    migrate_database(database)
    with database.writing() as session:
        ensure_entity(session, now=NOW)
        drafts = [
            CustomerDraft(f"C-{at}", f"Customer {at}", "CNY", date(2025, 1, 1)) for at in range(customers)
        ]
        ids = create_customers(session, drafts, actor=CONSOLE, now=NOW)
        entity = default_entity(session)
    for start in range(0, len(ids), 200):
        with database.writing() as session:
            documents = [
                DocumentDraft(
                    entity_id=entity.id, customer_id=customer, kind="receipt" if no % 5 == 4 else "invoice",
                    document_no=f"N-{customer}-{no}", currency="CNY", amount_minor=10_000 + no,
                    document_on=date(2026, 2, 1 + no % 28) if no else date(2026, 1, 9),
                )
                for customer in ids[start : start + 200]
                for no in range(lines + 1)
            ]  # fmt: skip
            post_documents(session, documents, actor=CONSOLE, now=NOW)
    database.dispose()


def raw(path: Path) -> float:
    """Return CPU seconds of the reference."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA synchronous = FULL")
    start = time.process_time()
    for act in (RUN, STATEMENTS, LINES, ISSUE):
        connection.execute(act)
    connection.commit()
    spent = time.process_time() - start
    connection.close()
    return spent


def ours(path: Path) -> tuple[float, float, int]:
    """Return CPU seconds of the run, the longest lock in seconds, and how many statements were issued."""
    database = Database(f"sqlite:///{path}")
    longest = 0.0

    @contextmanager
    def writing() -> Iterator[Session]:
        nonlocal longest
        start = time.monotonic()
        with database.writing() as session:
            yield session
        longest = max(longest, time.monotonic() - start)

    start = time.process_time()
    result = run_month(writing, month=date(2026, 2, 1), released_by="os:benchmark", actor=CONSOLE, now=NOW)
    spent = time.process_time() - start
    database.dispose()
    assert not result["failed"]
    return spent, longest, result["issued"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=5000)
    parser.add_argument("--lines", type=int, default=10)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        books = Path(folder) / "books.db"
        build(books, customers=given.customers, lines=given.lines)
        copy = Path(folder) / "raw.db"
        shutil.copyfile(books, copy)
        reference = raw(copy)
        spent, longest, issued = ours(books)
    facts = {"benchmark": "month_end", "customers": given.customers, "lines": given.lines, "issued": issued}
    measured = {"raw_s": round(reference, 2), "ours_s": round(spent, 2), "ratio": round(spent / reference, 2)}
    print(json.dumps(facts | measured | {"longest_lock_ms": round(longest * 1000)}))


if __name__ == "__main__":
    main()
