"""M6 and target 8: 500 new bank lines against 300,000 open items in the database, and posting matches in bulk.

Run: .venv/bin/python benchmarks/match_books.py [--items 300000] [--lines 500]. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert

import portal.models  # noqa: F401 - names every models module
from portal.access import system_actor
from portal.bank.models import BankAccount, BankFile, BankLine
from portal.customers.models import Customer
from portal.db import Database, new_public_id
from portal.ledger import default_entity, ensure_entity, set_book_currency_if_missing
from portal.matching import post_sure, propose_matches
from portal.matching.keys import refresh_keys
from portal.migrate import migrate_database
from portal.receivables.models import Document, OpenItem

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
DAY = date(2026, 1, 5)
ACTOR = system_actor("benchmark")


_CHARS = "宏远信达嘉华瑞丰博泰锦源鑫盛恒通卓越凯旋德润天成海川云帆正大明辉新宇金石东方联众启航"
_CITIES = "上海 杭州 苏州 宁波 深圳 青岛 成都 武汉".split()
_TRADES = "机械 电子 化工 包装 贸易 物流 建材 食品".split()


def company(number: int) -> str:
    """Return a name that differs from the others as real ones do."""
    draw = random.Random(number)
    brand = "".join(draw.choice(_CHARS) for _ in range(3))
    return f"{draw.choice(_CITIES)}{brand}{draw.choice(_TRADES)}有限公司"


def build(database: Database, *, items: int, customers: int, draw: random.Random) -> int:
    with database.writing() as session:
        ensure_entity(session, now=NOW)
        set_book_currency_if_missing(session, currency="CNY")
        entity_id = default_entity(session).id
        session.execute(
            insert(Customer),
            [
                {
                    "id": number, "number": f"C-{number:06d}", "name": company(number),
                    "name_en": f"Precision Works {number} Ltd", "currency": "CNY", "first_on": DAY, "created_at": NOW,
                }
                for number in range(1, customers + 1)
            ],
        )  # fmt: skip
        for start in range(0, items, 20_000):
            rows = [
                _document(number, entity_id, customers, draw)
                for number in range(start + 1, min(start + 20_000, items) + 1)
            ]
            session.execute(insert(Document), rows)
            session.execute(
                insert(OpenItem),
                [
                    {
                        "document_id": row["id"], "entity_id": entity_id, "customer_id": row["customer_id"],
                        "currency": "CNY", "side": 1, "amount_minor": row["amount_minor"],
                        "open_minor": row["amount_minor"],
                    }
                    for row in rows
                ],
            )  # fmt: skip
        return entity_id


def _document(number: int, entity_id: int, customers: int, draw: random.Random) -> dict[str, object]:
    amount = draw.randint(10_000, 9_000_000)
    return {
        "id": number, "public_id": new_public_id(), "entity_id": entity_id,
        "customer_id": number % customers + 1, "kind": "invoice", "document_no": f"INV-26-{number:07d}",
        "currency": "CNY", "amount_minor": amount, "balance_minor": amount,
        "document_on": DAY + timedelta(days=number % 28), "posting_on": DAY + timedelta(days=number % 28),
        "order_no": f"PO-{number:07d}", "created_at": NOW,
    }  # fmt: skip


def add_lines(database: Database, *, entity_id: int, lines: int, items: int, draw: random.Random) -> None:
    with database.writing() as session:
        account = BankAccount(
            entity_id=entity_id, identifier="62226021", currency="CNY", name="Basic", created_at=NOW
        )
        session.add(account)
        session.flush()
        file = BankFile(
            file_name="b.csv", file_sha256="0" * 64, state="loaded", account_id=account.id, started_at=NOW
        )
        session.add(file)
        session.flush()
        chosen = draw.sample(range(1, items + 1), lines)
        documents = {id_: session.get_one(Document, id_) for id_ in chosen}
        session.execute(
            insert(BankLine),
            [
                {
                    "public_id": new_public_id(), "account_id": account.id, "file_id": file.id, "line_no": place,
                    "booked_on": date(2026, 3, 1), "value_on": date(2026, 3, 1), "currency": "CNY",
                    "amount_minor": documents[id_].amount_minor, "payer_name": company(documents[id_].customer_id),
                    "payer_account": f"6222{documents[id_].customer_id:08d}", "line_key": f"{place:064d}",
                    "narrative": f"货款 {documents[id_].document_no}" if place % 3 else "货款",
                }
                for place, id_ in enumerate(chosen, start=1)
            ],
        )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--items", type=int, default=300_000)
    parser.add_argument("--lines", type=int, default=500)
    asked = parser.parse_args()
    draw = random.Random(7)
    with tempfile.TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'books.db'}")
        migrate_database(database)
        entity_id = build(database, items=asked.items, customers=max(asked.items // 14, 1), draw=draw)
        begun = time.process_time()
        with database.writing() as session:
            refresh_keys(session)
        keys_seconds = time.process_time() - begun
        add_lines(database, entity_id=entity_id, lines=asked.lines, items=asked.items, draw=draw)
        begun = time.process_time()
        with database.writing() as session:
            found = propose_matches(session, actor=ACTOR, now=NOW)
        propose_seconds = time.process_time() - begun
        begun = time.process_time()
        with database.writing() as session:
            _looked_at, posted = post_sure(session, limit=asked.lines, actor=ACTOR, now=NOW)
        post_seconds = time.process_time() - begun
        database.dispose()
    print(
        json.dumps(
            {
                "items": asked.items, "lines": asked.lines, "keys_cpu_s": round(keys_seconds, 2),
                "propose_cpu_s": round(propose_seconds, 3), "sure": found.sure, "proposed": found.proposed,
                "left": found.left, "posted": posted, "post_cpu_s": round(post_seconds, 3),
                "posted_per_cpu_s": round(posted / post_seconds) if posted else 0,
            }
        )
    )  # fmt: skip


if __name__ == "__main__":
    main()
