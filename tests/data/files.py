"""Files as bookkeeping programs export them, written by the tests that read them."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path

HEADER = (
    "entity", "kind", "document_no", "customer_no", "customer_name", "currency", "document_date", "due_date", "amount",
    "tax_amount", "reference", "description", "applies_to", "disputed", "settled_date", "item", "quantity",
    "unit_price", "tax_rate", "tax_invoice_no", "order_no", "exchange_rate", "department", "project", "method",
)  # fmt: skip
_USUAL = {"kind": "invoice", "customer_no": "ACME", "currency": "CNY", "document_date": "2026-01-05"}


def documents_file(path: Path, rows: Iterable[Mapping[str, str]], *, header: Iterable[str] = HEADER) -> Path:
    """Write rows of the standard format; what a row leaves out is an invoice to ACME in CNY of 5 January 2026."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(header))
        writer.writeheader()
        writer.writerows(_USUAL | dict(row) for row in rows)
    return path


def text_file(path: Path, text: str) -> Path:
    """Write the lines of a file as they stand in the test, without their indentation."""
    path.write_text("\n".join(line.strip() for line in text.strip().splitlines()) + "\n", encoding="utf-8")
    return path


def ibm_file(path: Path, rows: Iterable[Mapping[str, str]]) -> Path:
    """Write rows in the layout of the IBM sample."""
    header = (
        "countryCode,customerID,PaperlessDate,invoiceNumber,InvoiceDate,DueDate,InvoiceAmount,Disputed,SettledDate,"
        "PaperlessBill,DaysToSettle,DaysLate"
    ).split(",")
    usual = {
        "countryCode": "391",
        "customerID": "0379-NEVHP",
        "InvoiceDate": "1/2/2013",
        "DueDate": "2/1/2013",
    }
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, header)
        writer.writeheader()
        writer.writerows(usual | dict(row) for row in rows)
    return path


def random_ledger(seed: int, *, customers: int = 5, invoices: int = 40) -> list[dict[str, str]]:
    """Return rows of a made-up ledger: invoices with lines, receipts, part payments, credit notes, refunds.

    The rows are consistent in any order: nothing is applied beyond what is open.
    """
    chance = random.Random(seed)
    rows: list[dict[str, str]] = []
    for number in range(invoices):
        customer = chance.randrange(customers)
        day = date(2025, 1, 1) + timedelta(days=chance.randrange(300))
        currency = ("CNY", "EUR", "JPY")[customer % 3]
        amount = chance.randrange(100, 900_000)
        usual = {"customer_no": f"C-{customer}", "customer_name": f"客户 {customer}", "currency": currency}
        rows += _invoice(chance, usual, number, amount, day)
        rows += _payments(chance, usual, number, amount, day + timedelta(days=chance.randrange(1, 60)))
    return rows


def _text(minor: int, currency: str) -> str:
    return str(minor) if currency == "JPY" else f"{minor // 100}.{minor % 100:02d}"


def _invoice(
    chance: random.Random, usual: dict[str, str], number: int, amount: int, day: date
) -> list[dict[str, str]]:
    facts = usual | {
        "kind": chance.choice(["invoice", "invoice", "debit_note"]), "document_no": f"I-{number}",
        "document_date": day.isoformat(), "reference": chance.choice(["", "PO 7"]),
        "due_date": chance.choice(["", (day + timedelta(days=30)).isoformat()]),
    }  # fmt: skip
    if chance.random() < 0.7:
        return [facts | {"amount": _text(amount, usual["currency"])}]
    first = chance.randrange(1, amount)
    return [
        facts | {"item": item, "amount": _text(part, usual["currency"]), "quantity": "2"}
        for item, part in (("ball screw", first), ("bearing", amount - first))
    ]


def _payments(
    chance: random.Random, usual: dict[str, str], number: int, amount: int, day: date
) -> list[dict[str, str]]:
    def row(kind: str, suffix: str, minor: int, **more: str) -> dict[str, str]:
        facts = {"kind": kind, "document_no": f"{suffix}-{number}", "document_date": day.isoformat()}
        return usual | facts | {"amount": _text(minor, usual["currency"])} | more

    part = chance.randrange(1, amount)
    match chance.randrange(6):
        case 0:
            return [row("receipt", "R", amount, applies_to=f"I-{number}")]
        case 1:
            text = _text(part, usual["currency"])
            return [row("receipt", "R", part, applies_to=f"I-{number}:{text}")]
        case 2:
            return [row("credit_note", "N", part, applies_to=f"I-{number}"), row("receipt", "R", amount)]
        case 3:
            return [row("receipt", "R", part), row("refund", "B", part, applies_to=f"R-{number}")]
        case 4:
            return [row("write_off", "W", part, applies_to=f"I-{number}")]
        case _:
            return []
