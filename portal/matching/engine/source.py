"""Where open items and customers come from: files in memory or the database, asked in few batches."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Protocol

from portal.matching.engine.facts import Customer, KnownPayer, OpenItem


class Source(Protocol):
    """Look-ups over a ledger too large to load; each is asked once or twice for a whole batch of receipts.

    Store ``reference_keys(item)`` and ``name_keys(customer)`` beside the rows, indexed: every key asked for here was
    made by the same functions from the receipts.
    """

    def items_by_reference(self, keys: Collection[str]) -> Iterable[OpenItem]:
        """Return the open items that have at least one of these ``reference_keys``."""
        ...

    def items_by_amount(self, amounts: Collection[tuple[str, int]]) -> Iterable[OpenItem]:
        """Return the open items of these currencies and amounts; an amount of more than 20 items may be left out."""
        ...

    def customers_by_payer(self, keys: Collection[str]) -> Iterable[KnownPayer]:
        """Return who paid before from these account numbers or names (``payer_keys``), own accounts included."""
        ...

    def customers_by_name(self, keys: Collection[str]) -> Iterable[tuple[str, str]]:
        """Return pairs of key and customer id for the customers that have at least one of these ``name_keys``."""
        ...

    def customers(self, ids: Collection[str]) -> Iterable[Customer]:
        """Return these customers."""
        ...

    def open_items(self, customer_ids: Collection[str]) -> Iterable[OpenItem]:
        """Return all open items of these customers."""
        ...
