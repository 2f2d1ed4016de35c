"""The CSV files of ``match-files``: read into a book and receipts, refused with file, row and column; proposals out."""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from fractions import Fraction
from itertools import islice
from operator import eq
from pathlib import Path

from portal.errors import N_, Invalid
from portal.matching.engine.book import Book, Items
from portal.matching.engine.confidence import AUTOMATIC
from portal.matching.engine.facts import Customer, Proposal, Receipt
from portal.matching.engine.rates import Rates
from portal.money import CURRENCY_DIGITS

CUSTOMER_COLUMNS = "customer_id,name,name_en,owner,bank_account".split(",")
ITEM_COLUMNS = "item_id,customer_id,kind,doc_no,fapiao_no,po_no,doc_date,due_date,currency,open_minor".split(",")
RECEIPT_COLUMNS = "receipt_id,value_date,currency,amount_minor,payer_name,payer_account,narrative".split(",")
RATE_COLUMNS = "date,currency,per_unit".split(",")
PROPOSAL_COLUMNS = "receipt_id,item_id,allocated_minor,confidence,customer_id,reasons".split(",")

#: Columns that may be missing; their values are then empty.
_OPTIONAL = frozenset({"name_en", "owner", "bank_account", "fapiao_no", "po_no", "payer_name", "payer_account"})
#: How many rows are checked and stored at a time.
CHUNK = 4_000
_ACCOUNTS = re.compile(r"[;,|]")
_MINOR = re.compile(r"-?[0-9]{1,18}")
_MINORS = re.compile(r"(?:-?[0-9]{1,18}\n)*")
_RATE = re.compile(r"[0-9]{1,12}(\.[0-9]{1,12})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class BadFile(Invalid):
    """A file of ``match-files`` that cannot be used, with its place."""

    code = "bad_file"


NOT_A_DAY = N_("%(file)s, row %(row)s, column %(column)s: “%(value)s” is not a date like 2026-01-31.")
NOT_MINOR = N_("%(file)s, row %(row)s, column %(column)s: “%(value)s” is not a whole number of minor units.")
NOT_POSITIVE = N_("%(file)s, row %(row)s, column %(column)s: “%(value)s” must be above zero.")
NOT_ITS_SIGN = N_(
    "%(file)s, row %(row)s, column %(column)s: “%(value)s” has the wrong sign: invoices are positive, credit notes negative."
)
NOT_A_KIND = N_("%(file)s, row %(row)s, column %(column)s: “%(value)s” is neither INV nor CN.")
NOT_A_CURRENCY = N_("%(file)s, row %(row)s, column %(column)s: “%(value)s” is not a currency code.")
NOT_A_RATE = N_("%(file)s, row %(row)s, column %(column)s: “%(value)s” is not a rate above zero.")
MISSING = N_("%(file)s, row %(row)s, column %(column)s: a value is missing.")
TWICE = N_("%(file)s, row %(row)s, column %(column)s: “%(value)s” stands there twice.")
NO_HEADER = N_("%(file)s is empty: the first row must name the columns %(columns)s.")
NO_COLUMN = N_("%(file)s, row 1: the column %(column)s is missing.")
SHORT_ROW = N_("%(file)s, row %(row)s: %(count)s values where the header has %(columns)s.")
NOT_TEXT = N_("%(file)s is not UTF-8 text (byte %(place)s).")
NOT_CSV = N_("%(file)s, row %(row)s: %(problem)s")


class _Table:
    """One CSV file, read some thousand rows at a time as columns; every refusal names file, row and column."""

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self.path, self.columns = path, columns
        self.first = 2
        self._kept: Sequence[int] | None = None

    def chunks(self) -> Iterator[dict[str, Sequence[str]]]:
        """Yield columns of up to ``CHUNK`` rows; rows without any value are skipped."""
        with self.path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file)
            try:
                places, width = self._header(next(reader, []))
                while rows := list(islice(reader, CHUNK)):
                    size, self._kept = len(rows), None
                    if set(map(len, rows)) != {width}:
                        rows = self._even(rows, width)
                    columns = list(zip(*rows, strict=True)) or [()] * width
                    nothing = ("",) * len(rows)
                    yield {name: columns[at] if at >= 0 else nothing for name, at in places.items()}
                    self.first += size
            except UnicodeDecodeError as error:
                raise BadFile(NOT_TEXT, file=self.path.name, place=error.start) from None
            except csv.Error as error:
                raise BadFile(NOT_CSV, file=self.path.name, row=reader.line_num, problem=str(error)) from None

    def _header(self, row: Sequence[str]) -> tuple[dict[str, int], int]:
        header = [name.strip().lower() for name in row]
        if not any(header):
            raise BadFile(NO_HEADER, file=self.path.name, columns=", ".join(self.columns))
        for name in self.columns:
            if name not in header and name not in _OPTIONAL:
                raise BadFile(NO_COLUMN, file=self.path.name, column=name)
        return {name: header.index(name) if name in header else -1 for name in self.columns}, len(header)

    def _even(self, rows: Sequence[list[str]], width: int) -> list[list[str]]:
        """Leave out blank rows; refuse a row with too few or too many values."""
        for at, row in enumerate(rows):
            if row and len(row) != width:
                raise BadFile(
                    SHORT_ROW, file=self.path.name, row=self.first + at, count=len(row), columns=width
                )
        self._kept = [at for at, row in enumerate(rows) if row]
        return [row for row in rows if row]

    def refuse(self, column: str, values: Sequence[str], *, at: int, message: str) -> BadFile:
        """Return the refusal of one value."""
        row = self.first + (at if self._kept is None else self._kept[at])
        return BadFile(message, file=self.path.name, row=row, column=column, value=values[at][:60])

    def minors(self, column: str, values: Sequence[str]) -> list[int]:
        """Read whole numbers."""
        if _MINORS.fullmatch("\n".join(values) + "\n"):
            return list(map(int, values)) if values else []
        at = next((at for at, value in enumerate(values) if not _MINOR.fullmatch(value.strip())), -1)
        if at >= 0:
            raise self.refuse(column, values, at=at, message=NOT_MINOR)
        return [int(value) for value in values]

    def days(self, column: str, values: Sequence[str]) -> dict[str, int]:
        """Return the ordinal of each distinct date."""
        known: dict[str, int] = {}
        for value in set(values):
            day = value.strip()
            try:
                known[value] = date.fromisoformat(day).toordinal() if _DAY.fullmatch(day) else 0
            except ValueError:
                known[value] = 0
            if not known[value]:
                raise self.refuse(column, values, at=values.index(value), message=NOT_A_DAY)
        return known

    def currencies(self, column: str, values: Sequence[str]) -> list[str]:
        """Read currency codes; equal ones are one object."""
        known: dict[str, str] = {}
        for value in set(values):
            code = value.strip().upper()
            if code not in CURRENCY_DIGITS:
                raise self.refuse(column, values, at=values.index(value), message=NOT_A_CURRENCY)
            known[value] = sys.intern(code)
        return list(map(known.__getitem__, values))

    def unseen(self, column: str, values: Sequence[str], seen: set[str]) -> None:
        """Refuse empty and repeated ids."""
        if "" in values:
            raise self.refuse(column, values, at=values.index(""), message=MISSING)
        before = len(seen)
        repeated = seen.intersection(values)
        seen.update(values)
        if len(seen) != before + len(values) or repeated:
            held: set[str] = set(repeated)
            for at, value in enumerate(values):
                if value in held:
                    raise self.refuse(column, values, at=at, message=TWICE)
                held.add(value)


def read_customers(path: Path) -> list[Customer]:
    """Read the customers file.

    Raises:
        BadFile: A row cannot be used; the message says where.
    """
    table, seen = _Table(path, CUSTOMER_COLUMNS), set[str]()
    found: list[Customer] = []
    for some in table.chunks():
        table.unseen("customer_id", some["customer_id"], seen)
        for id_, name, name_en, owner, accounts in zip(*(some[name] for name in CUSTOMER_COLUMNS), strict=True):
            numbers = (accounts,) if accounts.isalnum() else _ACCOUNTS.split(accounts)
            found.append(Customer(id_, name, name_en, owner, tuple(filter(None, map(str.strip, numbers)))))
    return sorted(found, key=lambda one: one.id)


def read_items(path: Path, customers: list[Customer]) -> Items:
    """Read the items file into columns ordered by id; customers missing from the other file are added without a name.

    Raises:
        BadFile: A row cannot be used; the message says where.
    """
    place = {customer.id: at for at, customer in enumerate(customers)}
    table, items = _Table(path, ITEM_COLUMNS), Items.empty()
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


def _open(table: _Table, some: dict[str, Sequence[str]]) -> list[int]:
    """Read open amounts: above zero for invoices, below for credit notes."""
    kinds, values = some["kind"], some["open_minor"]
    minors = table.minors("open_minor", values)
    if set(kinds) <= {"INV", "CN"} and 0 not in minors and all(map(eq, map("INV".__eq__, kinds), map((0).__lt__, minors))):
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
    table, seen, shared = _Table(path, RECEIPT_COLUMNS), set[str](), dict[str, str]()
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


def _dates(table: _Table, values: Sequence[str], column: str = "value_date") -> list[date]:
    known = {text: date.fromordinal(day) for text, day in table.days(column, values).items()}
    return [known[value] for value in values]


def read_rates(path: Path) -> Rates:
    """Read the rates file: ``per_unit`` is the price of one unit of the currency in the book currency.

    Raises:
        BadFile: A row cannot be used; the message says where.
    """
    table = _Table(path, RATE_COLUMNS)
    rows: list[tuple[date, str, Fraction]] = []
    for some in table.chunks():
        rates = some["per_unit"]
        for at, rate in enumerate(rates):
            if not _RATE.fullmatch(rate.strip()) or not Fraction(rate.strip()):
                raise table.refuse("per_unit", rates, at=at, message=NOT_A_RATE)
        currencies = table.currencies("currency", some["currency"])
        rows.extend(zip(_dates(table, some["date"], "date"), currencies, (Fraction(rate.strip()) for rate in rates), strict=True))
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


__all__ = ["BadFile", "read_book", "read_customers", "read_items", "read_rates", "read_receipts", "write_proposals"]
