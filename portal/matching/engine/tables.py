"""The CSV files of ``match-files``: read into a book and receipts, refused with file, row and column; proposals out."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from fractions import Fraction
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
_ACCOUNTS = re.compile(r"[;,|]")
_MINOR = re.compile(r"-?[0-9]{1,18}")
_RATE = re.compile(r"[0-9]{1,12}(\.[0-9]{1,12})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class BadFile(Invalid):
    """A file of ``match-files`` that cannot be used, with its place."""

    code = "bad_file"


class _Bad(ValueError):
    """A value that cannot be read: column, value, message id."""

    def __init__(self, column: str, value: str, message: str) -> None:
        self.column, self.value, self.message = column, value, message
        super().__init__(message)


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


@contextmanager
def _table(path: Path, columns: Sequence[str]) -> Iterator[tuple[Iterator[list[str]], list[int]]]:
    """Open a table and find its columns; refuse what goes wrong inside with its place."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file)
        try:
            header = [name.strip().lower() for name in next(reader, [])]
            if not header:
                raise BadFile(NO_HEADER, file=path.name, columns=", ".join(columns))
            for name in columns:
                if name not in header and name not in _OPTIONAL:
                    raise BadFile(NO_COLUMN, file=path.name, column=name)
            yield reader, [header.index(name) if name in header else -1 for name in columns]
        except _Bad as bad:
            raise BadFile(
                bad.message, file=path.name, row=reader.line_num, column=bad.column, value=bad.value[:60]
            ) from None
        except IndexError:
            raise BadFile(SHORT_ROW, file=path.name, row=reader.line_num, count="?", columns=len(columns)) from None
        except UnicodeDecodeError as error:
            raise BadFile(NOT_TEXT, file=path.name, place=error.start) from None
        except csv.Error as error:
            raise BadFile(NOT_CSV, file=path.name, row=reader.line_num, problem=str(error)) from None


class _Days(dict[str, date]):
    """Dates by their text, each read once."""

    def __missing__(self, text: str) -> date:
        if not _DAY.fullmatch(text):
            raise ValueError(text)
        day = self[text] = date.fromisoformat(text)
        return day


def _day(days: _Days, text: str, column: str) -> date:
    try:
        return days[text.strip()]
    except ValueError:
        raise _Bad(column, text, NOT_A_DAY) from None


def _minor(text: str, column: str) -> int:
    if not _MINOR.fullmatch(text.strip()):
        raise _Bad(column, text, NOT_MINOR)
    return int(text)


def _currency(text: str, column: str = "currency") -> str:
    code = text.strip().upper()
    if code not in CURRENCY_DIGITS:
        raise _Bad(column, text, NOT_A_CURRENCY)
    return code


def read_customers(path: Path) -> list[Customer]:
    """Read the customers file.

    Raises:
        BadFile: A row cannot be used; the message says where.
    """
    found: dict[str, Customer] = {}

    def add(row: Sequence[str]) -> None:
        id_, name, name_en, owner, accounts = row
        if not id_.strip():
            raise _Bad("customer_id", id_, MISSING)
        if id_ in found:
            raise _Bad("customer_id", id_, TWICE)
        found[id_] = Customer(
            id_, name, name_en, owner, tuple(one.strip() for one in _ACCOUNTS.split(accounts) if one.strip())
        )

    _each(path, CUSTOMER_COLUMNS, add)
    return sorted(found.values(), key=lambda one: one.id)


def _each(path: Path, columns: Sequence[str], add: Callable[[Sequence[str]], None]) -> None:
    with _table(path, columns) as (reader, places):
        straight = places == list(range(len(places)))
        size = len(places)
        for row in reader:
            if row:
                add(row if straight and len(row) == size else [row[at] if at >= 0 else "" for at in places])


def read_items(path: Path, customers: list[Customer]) -> Items:
    """Read the items file into columns ordered by id; customers missing from the other file are added without a name.

    Raises:
        BadFile: A row cannot be used; the message says where.
    """
    place = {customer.id: at for at, customer in enumerate(customers)}
    items, days, known = Items.empty(), _Days(), set(CURRENCY_DIGITS)
    shared: dict[str, str] = {}

    def add(row: Sequence[str]) -> None:
        id_, customer, kind, doc, fapiao, po, doc_on, due_on, currency, amount = row
        if not id_:
            raise _Bad("item_id", id_, MISSING)
        minor = _minor(amount, "open_minor")
        if (kind == "INV") != (minor > 0) or not minor:
            raise _Bad("kind", kind, NOT_A_KIND) if kind not in {"INV", "CN"} else _Bad(
                "open_minor", amount, NOT_ITS_SIGN
            )
        if currency not in known:
            currency = _currency(currency)
        if customer not in place:
            place[customer] = len(customers)
            customers.append(Customer(customer, ""))
        day = _day(days, doc_on, "doc_date").toordinal()
        items.ids.append(id_)
        items.owner.append(place[customer])
        items.doc.append(doc)
        items.fapiao.append(fapiao)
        items.po.append(po)
        items.doc_on.append(day)
        items.due_on.append(_day(days, due_on, "due_date").toordinal() if due_on.strip() else day)
        items.currency.append(shared.setdefault(currency, currency))
        items.open.append(minor)

    _each(path, ITEM_COLUMNS, add)
    _refuse_twice(items.ids, path, "item_id")
    return items.ordered()


def _refuse_twice(ids: Sequence[str], path: Path, column: str) -> None:
    if len(set(ids)) == len(ids):
        return
    seen: set[str] = set()
    for row, id_ in enumerate(ids, 2):
        if id_ in seen:
            raise BadFile(TWICE, file=path.name, row=row, column=column, value=id_[:60])
        seen.add(id_)


def read_receipts(path: Path) -> list[Receipt]:
    """Read the receipts file.

    Raises:
        BadFile: A row cannot be used; the message says where.
    """
    found: list[Receipt] = []
    days, known = _Days(), set(CURRENCY_DIGITS)
    shared: dict[str, str] = {}

    def add(row: Sequence[str]) -> None:
        id_, value_on, currency, amount, name, account, narrative = row
        if not id_:
            raise _Bad("receipt_id", id_, MISSING)
        minor = _minor(amount, "amount_minor")
        if minor <= 0:
            raise _Bad("amount_minor", amount, NOT_POSITIVE)
        if currency not in known:
            currency = _currency(currency)
        found.append(
            Receipt(
                id_, _day(days, value_on, "value_date"), shared.setdefault(currency, currency), minor,
                shared.setdefault(name, name), shared.setdefault(account, account), narrative,
            )  # fmt: skip
        )

    _each(path, RECEIPT_COLUMNS, add)
    _refuse_twice([receipt.id for receipt in found], path, "receipt_id")
    return found


def read_rates(path: Path) -> Rates:
    """Read the rates file: ``per_unit`` is the price of one unit of the currency in the book currency.

    Raises:
        BadFile: A row cannot be used; the message says where.
    """
    rows: list[tuple[date, str, Fraction]] = []
    days = _Days()

    def add(row: Sequence[str]) -> None:
        on, currency, rate = row
        if not _RATE.fullmatch(rate.strip()) or not Fraction(rate.strip()):
            raise _Bad("per_unit", rate, NOT_A_RATE)
        rows.append((_day(days, on, "date"), _currency(currency), Fraction(rate.strip())))

    _each(path, RATE_COLUMNS, add)
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
