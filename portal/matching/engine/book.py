"""Customers and open items in columns, with the look-ups that matching needs; small enough for millions of items."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from operator import gt, lt

from portal.matching.engine.columns import BREAK, Texts
from portal.matching.engine.facts import Customer, KnownPayer, OpenItem
from portal.matching.engine.names import account_key
from portal.matching.engine.text import NOT_DIGITS, key_of

#: How many customers' items are kept ready at a time.
MOST_POOLS = 4_000
_HEADS = re.compile(r"^[A-Z]{1,5}(?![A-Z])", re.MULTILINE)
_PREFIX = re.compile(r"[A-Z]{0,5}(?![A-Z])")


@dataclass(slots=True)
class Items:
    """Open items as columns of one length; days are ordinals, ``owner`` is the place of the customer in the book."""

    ids: Texts
    owner: array[int]
    doc: Texts
    fapiao: Texts
    po: Texts
    doc_on: array[int]
    due_on: array[int]
    currency: list[str]
    open: array[int]

    @classmethod
    def empty(cls) -> Items:
        """Return columns without rows."""
        return cls(Texts(), array("i"), Texts(), Texts(), Texts(), array("i"), array("i"), [], array("q"))

    def __len__(self) -> int:
        return len(self.ids)

    def ordered(self) -> Items:
        """Return the rows in the order of their ids, so that the order of a file does not matter."""
        ids = list(self.ids)
        if all(map(lt, ids, islice(ids, 1, None))):
            return self
        order = sorted(range(len(ids)), key=ids.__getitem__)

        def text(column: Texts) -> Texts:
            values = list(column)
            return Texts([values[at] for at in order])

        def numbers(column: array[int]) -> array[int]:
            return array(column.typecode, (column[at] for at in order))

        return Items(
            text(self.ids), numbers(self.owner), text(self.doc), text(self.fapiao), text(self.po),
            numbers(self.doc_on), numbers(self.due_on), [self.currency[at] for at in order], numbers(self.open),
        )  # fmt: skip

    def repeated(self) -> str:
        """Return an id that stands there twice, of ordered rows; empty for none."""
        ids = list(self.ids)
        return next((one for one, other in zip(ids, islice(ids, 1, None), strict=False) if one == other), "")


def reference_keys(item: OpenItem) -> frozenset[str]:
    """Return the keys under which an item is found by references; store them beside the item."""
    keys = (key_of(item.doc_no), key_of(invoice_tail(all_digits([item.fapiao_no])[0])), key_of(item.po_no))
    return frozenset(key for key in keys if key)


class Pool:
    """The open items of one customer in one currency, oldest first."""

    __slots__ = ("_by_amount", "_days", "_live", "_numbers", "items", "joined", "lengths", "stale")

    def __init__(self, items: list[int], days: Sequence[int]) -> None:
        self.items = items
        self._live = items
        self._days = days
        self.stale = False
        self._by_amount: dict[int, list[int]] | None = None
        self._numbers: dict[str, list[int]] | None = None
        #: All numbers with a bar on both sides, for quick "ends with" and "begins with".
        self.joined = ""
        #: How long the numbers are.
        self.lengths: frozenset[int] = frozenset()

    def live(self, left: Sequence[int], dated: Sequence[int], until: int) -> list[int]:
        """Return the items that are still open and not dated after a day, oldest first."""
        if self.stale:
            self._live = [item for item in self._live if left[item]]
            self._days = [dated[item] for item in self._live]
            self.stale = False
        live = self._live
        if live and dated[live[-1]] > until:
            return live[: bisect_right(self._days, until)]
        return live

    def of_amount(self, book: Book, amount: int) -> list[int]:
        """Return the items of exactly this open amount, oldest first."""
        if self._by_amount is None:
            self._by_amount = {}
            open_ = book.items.open
            for item in self.items:
                self._by_amount.setdefault(open_[item], []).append(item)
        return self._by_amount.get(amount, [])

    def numbers(self, book: Book) -> dict[str, list[int]]:
        """Return the digits of every number of the items: document, tax invoice, order."""
        if self._numbers is None:
            self._numbers = {}
            for column in (book.items.doc, book.items.fapiao, book.items.po):
                for item, digits in zip(self.items, all_digits(column.some(self.items)), strict=True):
                    if digits:
                        self._numbers.setdefault(digits, []).append(item)
            self.joined = f"|{'|'.join(self._numbers)}|"
            self.lengths = frozenset(map(len, self._numbers))
        return self._numbers


class Book:
    """Everything a batch of receipts may be matched with.

    Args:
        customers: All customers that may pay.
        items: Their open items, in columns.
        payers: Who paid before, by ``payer_keys``; own accounts of the customers need not be repeated.
    """

    def __init__(
        self, customers: Sequence[Customer], items: Items, payers: Iterable[KnownPayer] = ()
    ) -> None:
        self.customers = customers
        self.items = items
        self.size = len(items)
        self.place = {customer.id: at for at, customer in enumerate(customers)}
        self.payers: dict[str, dict[int, int]] = {}
        for payer in payers:
            if payer.customer_id in self.place:
                seen = self.payers.setdefault(payer.key, {})
                at = self.place[payer.customer_id]
                seen[at] = max(seen.get(at, 0), payer.times)
        for at, customer in enumerate(customers):
            for account in customer.bank_accounts:
                if key := account_key(account):
                    self.payers.setdefault(key, {}).setdefault(at, 1)
        self._owned: list[array[int]] | None = None
        self._sorted = bytearray()
        self._pools: dict[tuple[int, str], Pool] = {}
        self._prefixes: frozenset[str] | None = None

    @classmethod
    def of(
        cls, customers: Iterable[Customer], items: Iterable[OpenItem], payers: Iterable[KnownPayer] = ()
    ) -> Book:
        """Make a book from facts. Items of unknown customers are left out; of repeated ids the first counts."""
        known = sorted({customer.id: customer for customer in customers}.values(), key=lambda one: one.id)
        place = {customer.id: at for at, customer in enumerate(known)}
        columns = Items.empty()
        for item in sorted({item.id: item for item in items}.values(), key=lambda one: one.id):
            if item.customer_id in place and item.open_minor:
                columns.ids.append(item.id)
                columns.owner.append(place[item.customer_id])
                columns.doc.append(item.doc_no)
                columns.fapiao.append(item.fapiao_no)
                columns.po.append(item.po_no)
                columns.doc_on.append(item.doc_on.toordinal())
                columns.due_on.append(item.due_on.toordinal())
                columns.currency.append(item.currency)
                columns.open.append(item.open_minor)
        return cls(known, columns, payers)

    # ------------------------------------------------------------ items
    def digits(self, item: int) -> tuple[str, str, str]:
        """Return the digits of the three numbers of an item."""
        items = self.items
        return (_digits(items.doc[item]), _digits(items.fapiao[item]), _digits(items.po[item]))

    def prefixes(self) -> frozenset[str]:
        """Return the letters with which document and order numbers of this book begin."""
        if self._prefixes is None:
            heads: set[str] = set()
            for column in (self.items.doc, self.items.po):
                for text, _ in column.joined():
                    heads.update(_HEADS.findall(text.upper()))
            self._prefixes = frozenset(heads) - {""}
        return self._prefixes

    def find_tails(self, tails: Collection[str]) -> dict[str, list[int]]:
        """Return for each of these last four to six digits the items whose document number ends with them."""
        wanted = frozenset(tails)
        found: dict[str, list[int]] = {}
        sizes = sorted({len(tail) for tail in wanted})
        for at, digits in _column_digits(self.items.doc) if wanted else ():
            for size in sizes:
                if digits[-size:] in wanted:
                    found.setdefault(digits[-size:], []).append(at)
        return found

    def find_references(self, keys: Collection[str]) -> dict[str, list[int]]:
        """Return for each of these keys the items that are known by it, in one pass over the columns."""
        wanted = frozenset(keys)
        found: dict[str, list[int]] = {}
        for column, is_tax in ((self.items.doc, False), (self.items.fapiao, True), (self.items.po, False)):
            for at, digits in _column_digits(column):
                known = digits[-8:] if is_tax and len(digits) >= 12 else digits
                if (known if known[:1] != "0" else known.lstrip("0")) in wanted:
                    held = found.setdefault(known.lstrip("0"), [])
                    if at not in held:
                        held.append(at)
        return found

    def find_amounts(self, amounts: Collection[tuple[str, int]]) -> dict[tuple[str, int], list[int]]:
        """Return for each of these currencies and open amounts the items."""
        wanted = frozenset(amounts)
        minors = {amount for _, amount in wanted}
        found: dict[tuple[str, int], list[int]] = {}
        currency = self.items.currency
        for at, amount in enumerate(self.items.open):
            if amount in minors and (currency[at], amount) in wanted:
                found.setdefault((currency[at], amount), []).append(at)
        return found

    def owned(self, customer: int) -> Sequence[int]:
        """Return the items of a customer, oldest first."""
        if self._owned is None:
            self._owned = [array("i") for _ in self.customers]
            for at, owner in enumerate(self.items.owner):
                self._owned[owner].append(at)
            self._sorted = bytearray(len(self.customers))
        mine = self._owned[customer]
        if not self._sorted[customer]:
            self._sorted[customer] = 1
            if len(mine) > 1:
                doc_on, due_on = self.items.doc_on, self.items.due_on
                days = [doc_on[at] * 10_000_000 + due_on[at] for at in mine]
                if any(map(gt, days, islice(days, 1, None))):
                    order = sorted(range(len(days)), key=days.__getitem__)
                    mine = self._owned[customer] = array("i", [mine[at] for at in order])
        return mine

    def pool(self, customer: int, currency: str) -> Pool:
        """Return the open items of a customer in a currency."""
        pool = self._pools.get((customer, currency))
        if pool is None:
            if len(self._pools) >= MOST_POOLS:
                self._pools.clear()
            codes, dated = self.items.currency, self.items.doc_on
            mine = [at for at in self.owned(customer) if codes[at] == currency]
            pool = self._pools[customer, currency] = Pool(mine, [dated[at] for at in mine])
        return pool

    def ready(self, customer: int, currency: str) -> Pool | None:
        """Return the pool of a customer and currency if it is at hand."""
        return self._pools.get((customer, currency))

    def currencies(self, customer: int) -> list[str]:
        """Return the currencies of a customer's items."""
        codes = self.items.currency
        return sorted({codes[at] for at in self.owned(customer)})


def invoice_tail(digits: str) -> str:
    """Return the part by which a tax invoice is known: of long numbers the last eight digits."""
    return digits if len(digits) < 12 else digits[-8:]


def prefix_of(number: str) -> str:
    """Return the letters with which a number begins."""
    found = _PREFIX.match(number.upper())
    return found[0] if found else ""


def _digits(number: str) -> str:
    if number.isascii():
        return number.translate(NOT_DIGITS)
    return all_digits([number])[0]


def all_digits(numbers: Sequence[str]) -> list[str]:
    """Return the digits of each number."""
    joined = "\n".join(numbers)
    if joined.isascii() and joined.count("\n") == len(numbers) - 1:
        return joined.translate(NOT_DIGITS).split("\n")
    return ["".join(one for one in number if one.isdigit() and one.isascii()) for number in numbers]


def _column_digits(column: Texts) -> Iterator[tuple[int, str]]:
    """Yield place and digits of every value of a column."""
    at = 0
    for text, count in column.joined():
        if text.isascii():
            yield from enumerate(text.translate(NOT_DIGITS).split(BREAK), at)
        else:
            yield from enumerate(all_digits(text.split(BREAK)), at)
        at += count
