"""The public pay-to-invoice problem: hand-made invoices and payments with injected errors and their truth."""

import csv
import json
import os
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from portal.matching.engine import Book, Customer, OpenItem, Receipt, match

pytestmark = [pytest.mark.real_data, pytest.mark.slow]


def day(text: str) -> date:
    return date(int(text[:4]), int(text[4:6]), int(text[6:8]))


def rows(name: str) -> list[dict[str, str]]:
    path = Path(os.environ["CONCORD_REAL_DATA"]) / "pay-to-invoice" / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def minor(text: str) -> int:
    return int((Decimal(text) * 100).quantize(Decimal(1)))


def test_links_payments_to_their_invoices() -> None:
    invoices = rows("invoices")
    customers = {row["Customer ID"]: Customer(row["Customer ID"], row["Customer Name"]) for row in invoices}
    items = [
        OpenItem(
            row["invoice_id"], row["Customer ID"], "INV", row["Assignment Number"], row["Billing Number"],
            row["Document Number"], day(row["Document Date"]), day(row["Due Date"]), row["Currency Code"],
            minor(row["Amount"]),
        )
        for row in invoices
    ]  # fmt: skip
    receipts = [
        Receipt(
            row["payment_id"], day(row["Posting Date"]), row["Currency"], minor(row["Amount"]),
            row["Business Partner"], row["Account Number"], row["Memo Line"],
        )
        for row in rows("payments")
    ]  # fmt: skip
    wanted: dict[str, set[str]] = {}
    for row in rows("matches"):
        for payment in json.loads(row["payment_ids"]):
            wanted.setdefault(str(payment), set()).update(map(str, json.loads(row["invoice_ids"])))
    proposals = match(receipts, Book.of(customers.values(), items))
    linked = {id_: {one.item_id for one in proposal.allocations} for id_, proposal in proposals.items()}
    pairs = [(id_, item) for id_, some in linked.items() for item in some]
    right = sum(item in wanted.get(id_, ()) for id_, item in pairs)
    assert right / len(pairs) >= 0.998
    assert sum(linked.get(id_, set()) == some for id_, some in wanted.items()) / len(receipts) >= 0.96
    assert sum(bool(some - wanted.get(id_, set())) for id_, some in linked.items()) / len(receipts) <= 0.002
