"""How fast documents are imported, against the physical floor: the same rows written by plain sqlite3 without a rule.

One command, alternating pairs in one run, one JSON line: median ratio, documents per CPU second, peak memory.

    .venv/bin/python benchmarks/import_documents.py --documents 100000 --pairs 5
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

#: What one document leaves behind: document, open item, entry, two lines, audit row; every third an allocation.
FLOOR = """
CREATE TABLE documents (id INTEGER PRIMARY KEY, public_id TEXT UNIQUE, customer_id INTEGER, kind TEXT, number TEXT,
    currency TEXT, amount INTEGER, day TEXT, due TEXT, UNIQUE (kind, number));
CREATE TABLE open_items (document_id INTEGER PRIMARY KEY, amount INTEGER, open INTEGER);
CREATE TABLE entries (id INTEGER PRIMARY KEY, document_id INTEGER, day TEXT);
CREATE TABLE entry_lines (entry_id INTEGER, no INTEGER, account INTEGER, customer_id INTEGER, amount INTEGER,
    PRIMARY KEY (entry_id, no));
CREATE TABLE allocations (id INTEGER PRIMARY KEY, credit_id INTEGER, debit_id INTEGER, amount INTEGER);
CREATE TABLE audit_rows (number INTEGER PRIMARY KEY, body TEXT, hash TEXT);
"""


def write_file(path: Path, *, documents: int, seed: int) -> None:
    """Write a ledger: two invoices, then the receipt that pays the first of them; 2,000 customers."""
    chance = random.Random(seed)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            "document_no,kind,customer_no,customer_name,currency,document_date,due_date,amount,applies_to".split(
                ","
            )
        )
        for number in range(documents):
            customer = number // 3 % 2000
            usual = [f"C-{customer}", f"Customer {customer}", "CNY"]
            day = date(2025, 1, 1) + timedelta(days=chance.randrange(360))
            if number % 3 == 2:
                paid = f"I-{number - 2}"
                writer.writerow(
                    [f"R-{number}", "receipt", *usual, "2026-01-31", "", "40.00", f"{paid}:40.00"]
                )
            else:
                amount = f"{chance.randrange(40, 9000)}.{chance.randrange(100):02d}"
                due = day + timedelta(days=30)
                writer.writerow([f"I-{number}", "invoice", *usual, day, due, amount, ""])


def run_ours(path: Path, folder: Path) -> int:
    """Import into fresh books; returns the documents posted."""
    import portal.models  # noqa: F401 - names every models module
    from portal.access import system_actor
    from portal.clock import utc_now
    from portal.db import Database
    from portal.imports import ImportRequest, import_documents
    from portal.ledger import ensure_entity
    from portal.migrate import migrate_database

    database = Database(f"sqlite:///{folder / 'ours.db'}")
    migrate_database(database)
    now = utc_now()
    with database.writing() as session:
        ensure_entity(session, now=now)
    result = import_documents(database, ImportRequest(path), actor=system_actor(), now=now)
    assert result.is_clean, result.problems[:3]
    return result.imported


def run_floor(path: Path, folder: Path) -> int:
    """Write the same rows by ``executemany``: no check, no plan, no hash; the fewest instructions there can be."""
    db = sqlite3.connect(folder / "floor.db", isolation_level=None)
    db.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;" + FLOOR)
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(enumerate(csv.DictReader(file), 1))
    ids = {row["document_no"]: number for number, row in rows}
    for start in range(0, len(rows), 400):
        part = rows[start : start + 400]
        amounts = {number: int(row["amount"].replace(".", "")) for number, row in part}
        db.execute("BEGIN IMMEDIATE")
        db.executemany(
            "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (number, f"{number:022d}", int(row["customer_no"][2:]), row["kind"], row["document_no"],
                 row["currency"], amounts[number], row["document_date"], row["due_date"])
                for number, row in part
            ],
        )  # fmt: skip
        db.executemany(
            "INSERT INTO open_items VALUES (?, ?, ?)",
            [(number, amounts[number], amounts[number]) for number, _ in part],
        )
        db.executemany(
            "INSERT INTO entries VALUES (?, ?, ?)",
            [(number, number, row["document_date"]) for number, row in part],
        )
        db.executemany(
            "INSERT INTO entry_lines VALUES (?, ?, ?, ?, ?)",
            [
                (number, no, no, 1, sign * amounts[number])
                for number, _ in part
                for no, sign in ((1, 1), (2, -1))
            ],
        )
        db.executemany(
            "INSERT INTO allocations VALUES (NULL, ?, ?, ?)",
            [
                (number, ids[row["applies_to"].partition(":")[0]], 4000)
                for number, row in part
                if row["applies_to"]
            ],
        )
        db.executemany(
            "INSERT INTO audit_rows VALUES (?, ?, ?)",
            [(number, json.dumps(row), "0" * 64) for number, row in part],
        )
        db.execute("COMMIT")
    db.close()
    return len(rows)


def measure(what: str, path: Path) -> dict[str, float]:
    """Run one side in a process of its own; CPU seconds of all of it and its peak memory."""
    command = [sys.executable, __file__, "--only", what, "--file", str(path)]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"cpu": cpu} | json.loads(answer.stdout)


def only(what: str, path: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        count = (run_ours if what == "ours" else run_floor)(path, Path(folder))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"documents": count, "peak_mib": round(peak, 1)}))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--only", choices=["ours", "floor"], help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.only:
        only(options.only, options.file)
        return
    ours, floor = [], []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.csv"
        for pair in range(options.pairs):
            write_file(path, documents=options.documents, seed=random.SystemRandom().randrange(2**32))
            for what in ("ours", "floor") if pair % 2 else ("floor", "ours"):
                (ours if what == "ours" else floor).append(measure(what, path))
    print(
        json.dumps(
            {
                "benchmark": "import_documents",
                "documents": options.documents,
                "pairs": options.pairs,
                "ratio_median": round(
                    statistics.median(a["cpu"] / b["cpu"] for a, b in zip(ours, floor, strict=True)), 2
                ),
                "documents_per_cpu_s": round(
                    statistics.median(options.documents / run["cpu"] for run in ours)
                ),
                "floor_per_cpu_s": round(statistics.median(options.documents / run["cpu"] for run in floor)),
                "peak_mib": max(run["peak_mib"] for run in ours),
                "target": "documents_per_cpu_s >= 800 (20 x python-accounting); stretch 1725",
            }
        )
    )


if __name__ == "__main__":
    main()
