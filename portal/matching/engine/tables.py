"""The CSV files of ``match-files``: read into a book and receipts, refused with file, row and column; proposals out."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction
from operator import eq
from pathlib import Path

from portal.matching.engine.book import Book, Items
from portal.matching.engine.confidence import AUTOMATIC
from portal.matching.engine.csv_table import (
    NOT_A_KIND,
    NOT_A_RATE,
    NOT_ITS_SIGN,
    NOT_POSITIVE,
    TWICE,
    BadFile,
    Table,
)
from portal.matching.engine.facts import Customer, Proposal, Receipt
from portal.matching.engine.rates import Rates

CUSTOMER_COLUMNS = "customer_id,name,name_en,owner,bank_account".split(",")
ITEM_COLUMNS = "item_id,customer_id,kind,doc_no,fapiao_no,po_no,doc_date,due_date,currency,open_minor".split(
    ","
)
RECEIPT_COLUMNS = "receipt_id,value_date,currency,amount_minor,payer_name,payer_account,narrative".split(",")
RATE_COLUMNS = "date,currency,per_unit".split(",")
PROPOSAL_COLUMNS = "receipt_id,item_id,allocated_minor,confidence,customer_id,reasons".split(",")
_ACCOUNTS = re.compile(r"[;,|]")
_RATE = re.compile(r"[0-9]{1,12}(\.[0-9]{1,12})?")


def read_customers(path: Path) -> list[Customer]:
    """Read the customers file.

    Raises:
        BadFile: A row cannot be used; the message says where.
    """
    table, seen = Table(path, CUSTOMER_COLUMNS), set[str]()
    found: list[Customer] = []
    for some in table.chunks():
        table.unseen("customer_id", some["customer_id"], seen)
        for id_, name, name_en, owner, accounts in zip(
            *(some[name] for name in CUSTOMER_COLUMNS), strict=True
        ):
            numbers = (accounts,) if accounts.isalnum() else _ACCOUNTS.split(accounts)
            found.append(Customer(id_, name, name_en, owner, tuple(filter(None, map(str.strip, numbers)))))
    return sorted(found, key=lambda one: one.id)


def read_items(path: Path, customers: list[Customer]) -> Items:
    """Read the items file into columns ordered by id; customers missing from the other file are added without a name.

    Raises:
        BadFile: A row cannot be used; the message says where.
    """
    place = {customer.id: at for at, customer in enumerate(customers)}
    table, items = Table(path, ITEM_COLUMNS), Items.empty()
    for some in table.chunks():
        table.unseen("item_id", some["item_id"], set())
        for id_ in sorted(set(some["customer_id"]) - place.keys()):
            place[id_] = len(customers)
            customers.append(Customer(id_, ""))
        items.ids.extend(some["item_id"])
        items.owner.extend(map(place.__getitem__, some["customer_id"]))
        items.doc.extend(some["doc_no"])
        items.fapiao.extend(some["fapiao_no"])
        items.po.extend(some["po_no"])
        due = some["due_date"]
        if "" in due:
            due = [value or on for value, on in zip(due, some["doc_date"], strict=True)]
        items.doc_on.extend(map(table.days("doc_date", some["doc_date"]).__getitem__, some["doc_date"]))
        items.due_on.extend(map(table.days("due_date", due).__getitem__, due))
        items.currency.extend(table.currencies("currency", some["currency"]))
        items.open.extend(_open(table, some))
    ordered = items.ordered()
    if repeated := ordered.repeated():
        rows = [row for row, id_ in enumerate(items.ids, 2) if id_ == repeated]
        raise BadFile(TWICE, file=path.name, row=rows[1], column="item_id", value=repeated[:60])
    return ordered


def _open(table: Table, some: dict[str, Sequence[str]]) -> list[int]:
    """Read open amounts: above zero for invoices, below for credit notes."""
    kinds, values = some["kind"], some["open_minor"]
    minors = table.minors("open_minor", values)
    signs = map(eq, map("INV".__eq__, kinds), map((0).__lt__, minors))
    if set(kinds) <= {"INV", "CN"} and 0 not in minors and all(signs):
        return minors
    for at, (kind, minor) in enumerate(zip(kinds, minors, strict=True)):
        if minor <= 0 if kind == "INV" else minor >= 0 or kind != "CN":
            if kind not in {"INV", "CN"}:
                raise table.refuse("kind", kinds, at=at, message=NOT_A_KIND)
            raise table.refuse("open_minor", values, at=at, message=NOT_ITS_SIGN)
    return minors


def read_receipts(path: Path) -> list[Receipt]:
    """Read the receipts file.

    Raises:
        BadFile: A row cannot be used; the message says where.
    """
    table, seen, shared = Table(path, RECEIPT_COLUMNS), set[str](), dict[str, str]()
    found: list[Receipt] = []
    for some in table.chunks():
        table.unseen("receipt_id", some["receipt_id"], seen)
        minors = table.minors("amount_minor", some["amount_minor"])
        if minors and min(minors) <= 0:
            at = next(at for at, minor in enumerate(minors) if minor <= 0)
            raise table.refuse("amount_minor", some["amount_minor"], at=at, message=NOT_POSITIVE)
        found.extend(
            map(
                Receipt,
                some["receipt_id"],
                _dates(table, some["value_date"]),
                table.currencies("currency", some["currency"]),
                minors,
                [shared.setdefault(name, name) for name in some["payer_name"]],
                [shared.setdefault(account, account) for account in some["payer_account"]],
                some["narrative"],
            )
        )
    return found


def _dates(table: Table, values: Sequence[str], column: str = "value_date") -> list[date]:
    known = {text: date.fromordinal(day) for text, day in table.days(column, values).items()}
    return [known[value] for value in values]


def read_rates(path: Path) -> Rates:
    """Read the rates file: ``per_unit`` is the price of one unit of the currency in the book currency.

    Raises:
        BadFile: A row cannot be used; the message says where.
    """
    table = Table(path, RATE_COLUMNS)
    rows: list[tuple[date, str, Fraction]] = []
    for some in table.chunks():
        rates = some["per_unit"]
        for at, rate in enumerate(rates):
            if not _RATE.fullmatch(rate.strip()) or not Fraction(rate.strip()):
                raise table.refuse("per_unit", rates, at=at, message=NOT_A_RATE)
        currencies = table.currencies("currency", some["currency"])
        rows.extend(
            zip(
                _dates(table, some["date"], "date"),
                currencies,
                (Fraction(rate.strip()) for rate in rates),
                strict=True,
            )
        )
    return Rates(rows)


def read_book(customers: Path, items: Path) -> Book:
    """Read customers and items into a book.

    Raises:
        BadFile: A row cannot be used; the message says where.
    """
    known = read_customers(customers)
    columns = read_items(items, known)
    return Book(known, columns)


def write_proposals(path: Path, proposals: Iterable[Proposal], *, threshold: float = 0.0) -> dict[str, int]:
    """Write proposals at or above a confidence, a row for each allocation; return how many of what."""
    counts = {"proposed": 0, "allocations": 0, "automatic": 0, "customer_only": 0, "ambiguous": 0}
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(PROPOSAL_COLUMNS)
        for proposal in proposals:
            if proposal.confidence < threshold:
                continue
            words = "; ".join(message % params for message, params in proposal.reasons)
            sure = f"{int(proposal.confidence * 1_000_000) / 1_000_000:.6f}"
            counts["proposed"] += 1
            counts["allocations"] += len(proposal.allocations)
            counts["automatic"] += proposal.confidence >= AUTOMATIC
            counts["ambiguous"] += proposal.is_ambiguous
            counts["customer_only"] += not proposal.allocations
            writer.writerows(
                (proposal.receipt_id, one.item_id, one.amount_minor, sure, proposal.customer_id, words)
                for one in proposal.allocations
            )
            if not proposal.allocations:
                writer.writerow((proposal.receipt_id, "", 0, sure, proposal.customer_id, words))
    return counts


__all__ = [
    "BadFile",
    "read_book",
    "read_customers",
    "read_items",
    "read_rates",
    "read_receipts",
    "write_proposals",
]
