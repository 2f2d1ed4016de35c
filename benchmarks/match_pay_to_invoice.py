"""Quality on the public pay-to-invoice problem; its truth is read only to count.

Run: ``CONCORD_REAL_DATA=… PYTHONPATH=. .venv/bin/python benchmarks/match_pay_to_invoice.py``: one JSON line.
"""

from __future__ import annotations

import csv
import json
import os
import time
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

from portal.matching.engine import Book, Customer, OpenItem, Proposal, Receipt, match


def _day(text: str) -> date:
    return date(int(text[:4]), int(text[4:6]), int(text[6:8]))


def _minor(text: str) -> int:
    return int((Decimal(text) * 100).quantize(Decimal(1)))


def read(folder: Path) -> tuple[list[Customer], list[OpenItem], list[Receipt]]:
    """Return customers, invoices as open items and payments as receipts; all amounts in hundredths."""
    customers: dict[str, Customer] = {}
    items: list[OpenItem] = []
    with (folder / "invoices.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            id_ = row["Customer ID"]
            customers[id_] = Customer(id_, row["Customer Name"])
            on, due = _day(row["Document Date"]), _day(row["Due Date"])
            items.append(
                OpenItem(
                    row["invoice_id"], id_, "INV", row["Assignment Number"], row["Billing Number"],
                    row["Document Number"], on, due, row["Currency Code"], _minor(row["Amount"]),
                )
            )  # fmt: skip
    with (folder / "payments.csv").open(encoding="utf-8", newline="") as file:
        receipts = [
            Receipt(
                row["payment_id"], _day(row["Posting Date"]), row["Currency"], _minor(row["Amount"]),
                row["Business Partner"], row["Account Number"], row["Memo Line"],
            )
            for row in csv.DictReader(file)
        ]  # fmt: skip
    return list(customers.values()), items, receipts


def truth(folder: Path) -> dict[str, set[str]]:
    """Return for each payment its invoices."""
    wanted: dict[str, set[str]] = {}
    with (folder / "matches.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            for payment in json.loads(row["payment_ids"]):
                wanted.setdefault(str(payment), set()).update(map(str, json.loads(row["invoice_ids"])))
    return wanted


def measure(proposals: dict[str, Proposal], wanted: dict[str, set[str]], receipts: int) -> dict[str, object]:
    """Return pair precision and recall, payments fully right, and wrong links as a share of payments."""
    pairs = {(id_, one.item_id) for id_, proposal in proposals.items() for one in proposal.allocations}
    true = {(payment, invoice) for payment, invoices in wanted.items() for invoice in invoices}
    linked = {id_: {one.item_id for one in proposal.allocations} for id_, proposal in proposals.items()}
    right = sum(linked.get(payment, set()) == invoices for payment, invoices in wanted.items())
    wrong = len({payment for payment, _ in pairs - true})
    return {
        "payments": receipts, "pairs": len(pairs), "pair_precision": round(len(pairs & true) / len(pairs), 5),
        "pair_recall": round(len(pairs & true) / len(true), 5), "fully_right": round(right / receipts, 5),
        "wrongly_linked": round(wrong / receipts, 5),
        "rules": dict(Counter(proposal.rule for proposal in proposals.values()).most_common()),
    }  # fmt: skip


def main() -> None:
    folder = Path(os.environ["CONCORD_REAL_DATA"]) / "pay-to-invoice"
    customers, items, receipts = read(folder)
    began = time.process_time()
    proposals = match(receipts, Book.of(customers, items))
    facts = measure(proposals, truth(folder), len(receipts))
    sure = {id_: one for id_, one in proposals.items() if one.confidence >= 0.995}
    print(
        json.dumps(
            {
                **facts,
                "above": measure(sure, truth(folder), len(receipts)),
                "cpu_seconds": round(time.process_time() - began, 2),
            }
        )
    )


if __name__ == "__main__":
    main()
