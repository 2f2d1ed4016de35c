"""What a batch of receipts can touch, fetched from a source in few look-ups: no full load of the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from portal.matching.engine.book import Book, reference_keys
from portal.matching.engine.facts import Customer, KnownPayer, OpenItem, Receipt
from portal.matching.engine.names import (
    Name,
    account_key,
    fits,
    keys_of_payer,
    name_keys,
    names_of,
    payer_keys,
)
from portal.matching.engine.payers import MOST_SHARING, PHASES
from portal.matching.engine.source import Source
from portal.matching.engine.text import names_in, normal, runs_of, windows_of

#: How many open items a ledger is thought to hold of which only a part was fetched: what a chance hit is measured by.
LEDGER = 300_000


def gather(receipts: Iterable[Receipt], source: Source) -> Book:
    """Return a book of every customer and open item that these receipts may pay.

    A receipt is looked up by the numbers in its narrative, its account, its payer's name and the name it says it pays
    for; of each customer found so all open items come along. What is then still unknown is looked up by its amount.
    """
    batch = list(receipts)
    numbers, texts, seen = _asked(batch)
    named = list(source.items_by_reference(numbers)) if numbers else []
    payers = list(source.customers_by_payer(seen)) if seen else []
    ids = {item.customer_id for item in named} | {payer.customer_id for payer in payers}
    remembered = {payer.key for payer in payers}
    known: dict[str, Customer] = {}
    unread = {text: name for text in texts if f"N:{(name := Name(text)).whole}" not in remembered}
    for levels in PHASES:
        ids |= _by_name(source, unread, known, levels=levels)
    amounts = {(receipt.currency, receipt.amount_minor) for receipt in batch}
    alike = list(source.items_by_amount(amounts)) if amounts else []
    missing = (ids | {item.customer_id for item in alike}) - known.keys()
    if missing:
        known.update((customer.id, customer) for customer in source.customers(missing))
    items = list(source.open_items(ids)) if ids else []
    book = Book.of(known.values(), [*items, *alike], payers)
    book.size = max(len(book.items), LEDGER)
    return book


def _by_name(source: Source, unread: dict[str, Name], known: dict[str, Customer], *, levels: str) -> set[str]:
    """Ask for the names that these levels know and take them out of ``unread``; return the customers found."""
    wanted = {text: keys_of_payer(name, levels) for text, name in unread.items()}
    keys = {key for found in wanted.values() for _, some in found for key in some}
    if not keys:
        return set()
    hits: dict[str, set[str]] = {}
    for key, customer_id in source.customers_by_name(keys):
        hits.setdefault(key, set()).add(customer_id)
    few = [some for some in hits.values() if len(some) <= MOST_SHARING]
    missing = {customer_id for some in few for customer_id in some} - known.keys()
    if missing:
        known.update((customer.id, customer) for customer in source.customers(missing))
    ours: dict[str, list[Name]] = {}
    found_ids: set[str] = set()
    for text, found in wanted.items():
        for level, some in found:
            ids = {customer_id for key in some for customer_id in hits.get(key, ()) if customer_id in known}
            for customer_id in ids - ours.keys():
                ours[customer_id] = names_of(known[customer_id])
            ids = {customer_id for customer_id in ids if fits(level, unread[text], ours[customer_id])}
            if ids and len(ids) <= MOST_SHARING:
                found_ids |= ids
                del unread[text]
                break
    return found_ids


def _asked(batch: Sequence[Receipt]) -> tuple[set[str], dict[str, None], set[str]]:
    """Return the reference keys, names and payer keys to ask for."""
    numbers: set[str] = set()
    texts: dict[str, None] = {}
    seen: set[str] = set()
    for receipt in batch:
        seen.update(payer_keys(receipt))
        if receipt.payer_name:
            texts[receipt.payer_name] = None
        if receipt.narrative:
            text = normal(receipt.narrative)
            numbers.update(key for key, _, _ in windows_of(text, runs_of(text)))
            texts.update(dict.fromkeys(names_in(text)))
    return numbers, texts, seen


class Files:
    """A source over facts in memory: the same look-ups as a database, for tests and small ledgers."""

    def __init__(
        self, customers: Iterable[Customer], items: Iterable[OpenItem], payers: Iterable[KnownPayer] = ()
    ) -> None:
        self._customers = {customer.id: customer for customer in customers}
        self._items = list(items)
        self._references = [(item, reference_keys(item)) for item in self._items]
        self._names: dict[str, list[str]] = {}
        for customer in self._customers.values():
            for key in name_keys(customer):
                self._names.setdefault(key, []).append(customer.id)
        own = [
            KnownPayer(account_key(account), customer.id)
            for customer in self._customers.values()
            for account in customer.bank_accounts
            if account_key(account)
        ]
        self._payers = [*payers, *own]

    def items_by_reference(self, keys: Iterable[str]) -> Iterable[OpenItem]:
        """Return the items with one of these keys."""
        wanted = set(keys)
        return [item for item, known in self._references if known & wanted]

    def items_by_amount(self, amounts: Iterable[tuple[str, int]]) -> Iterable[OpenItem]:
        """Return the items of these amounts."""
        wanted = set(amounts)
        return [item for item in self._items if (item.currency, item.open_minor) in wanted]

    def customers_by_payer(self, keys: Iterable[str]) -> Iterable[KnownPayer]:
        """Return who paid before under these keys."""
        wanted = set(keys)
        return [payer for payer in self._payers if payer.key in wanted]

    def customers_by_name(self, keys: Iterable[str]) -> Iterable[tuple[str, str]]:
        """Return key and customer for each of these name keys."""
        return [(key, id_) for key in keys for id_ in self._names.get(key, ())]

    def customers(self, ids: Iterable[str]) -> Iterable[Customer]:
        """Return these customers."""
        return [self._customers[id_] for id_ in sorted(ids) if id_ in self._customers]

    def open_items(self, customer_ids: Iterable[str]) -> Iterable[OpenItem]:
        """Return all items of these customers."""
        wanted = set(customer_ids)
        return [item for item in self._items if item.customer_id in wanted]
