"""What a batch of receipts can touch, fetched from a source in few look-ups: no full load of the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from portal.matching.engine.book import Book
from portal.matching.engine.facts import Customer, KnownPayer, OpenItem, Receipt
from portal.matching.engine.names import Name, keys_of_payer, payer_keys
from portal.matching.engine.source import Source
from portal.matching.engine.text import names_in, normal, runs_of, windows_of


def gather(receipts: Iterable[Receipt], source: Source) -> Book:
    """Return a book of every customer and open item that these receipts may pay.

    A receipt is looked up by the numbers in its narrative, its account, its payer's name and the name it says it pays
    for; of each customer found so all open items come along. What is then still unknown is looked up by its amount.
    """
    batch = list(receipts)
    numbers, names, seen = _keys(batch)
    named = list(source.items_by_reference(numbers)) if numbers else []
    payers = list(source.customers_by_payer(seen)) if seen else []
    ids = {item.customer_id for item in named} | {payer.customer_id for payer in payers}
    if names:
        ids.update(source.customers_by_name(names))
    amounts = {(receipt.currency, receipt.amount_minor) for receipt in batch}
    alike = list(source.items_by_amount(amounts)) if amounts else []
    customers = _customers(source, ids | {item.customer_id for item in alike})
    items = list(source.open_items(ids)) if ids else []
    return Book.of(customers, [*items, *alike], payers)


def _customers(source: Source, ids: set[str]) -> list[Customer]:
    return list(source.customers(ids)) if ids else []


def _keys(batch: Sequence[Receipt]) -> tuple[set[str], set[str], set[str]]:
    """Return the reference keys, name keys and payer keys to ask for."""
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
    names = {key for text in texts for _, keys in keys_of_payer(Name(text)) for key in keys}
    return numbers, names, seen


class Files:
    """A source over facts in memory: the same look-ups as a database, for tests and small ledgers."""

    def __init__(
        self, customers: Iterable[Customer], items: Iterable[OpenItem], payers: Iterable[KnownPayer] = ()
    ) -> None:
        from portal.matching.engine.book import reference_keys
        from portal.matching.engine.names import account_key, name_keys

        self._customers = {customer.id: customer for customer in customers}
        self._items = list(items)
        self._references = [(item, reference_keys(item)) for item in self._items]
        self._names = [(customer.id, name_keys(customer)) for customer in self._customers.values()]
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

    def customers_by_name(self, keys: Iterable[str]) -> Iterable[str]:
        """Return the customers with one of these name keys."""
        wanted = set(keys)
        return [id_ for id_, known in self._names if known & wanted]

    def customers(self, ids: Iterable[str]) -> Iterable[Customer]:
        """Return these customers."""
        return [self._customers[id_] for id_ in sorted(ids) if id_ in self._customers]

    def open_items(self, customer_ids: Iterable[str]) -> Iterable[OpenItem]:
        """Return all items of these customers."""
        wanted = set(customer_ids)
        return [item for item in self._items if item.customer_id in wanted]
