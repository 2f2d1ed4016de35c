"""The database as the engine asks it: indexed look-ups over open items, customers and known payers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from itertools import groupby
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from portal.customers.models import Customer
from portal.matching.engine import Customer as EngineCustomer
from portal.matching.engine import KnownPayer
from portal.matching.engine import OpenItem as EngineItem
from portal.matching.keys import chunks, engine_item
from portal.matching.models import CustomerKey, ItemKey, PayerSighting
from portal.receivables import due_or_terms
from portal.receivables.models import Document, OpenItem

#: An amount that so many open items share tells nothing.
_COMMON = 20
#: A reference key that more documents share names none of them.
_SHARED = 200


class BooksSource:
    """A ledger too large to load, asked in few batches; only items of one legal entity."""

    def __init__(self, session: Session, *, entity_id: int) -> None:
        """Take a session whose snapshot the whole run uses."""
        self._session = session
        self._entity_id = entity_id
        self._due = due_or_terms(session.get_bind().dialect.name)

    def items_by_reference(self, keys: Collection[str]) -> Iterable[EngineItem]:
        """Return the open items that have at least one of these reference keys."""
        wanted: set[int] = set()
        for part in chunks(sorted(keys)):
            rows = self._session.execute(
                select(ItemKey.key, ItemKey.document_id).where(ItemKey.key.in_(part)).order_by(ItemKey.key)
            )
            for _key, group in groupby(rows, key=lambda row: row.key):
                ids = [row.document_id for row in group]
                if len(ids) <= _SHARED:
                    wanted.update(ids)
        found: list[EngineItem] = []
        for some in chunks(sorted(wanted)):
            query = self._items().where(OpenItem.document_id.in_(some))
            found += [_item(row) for row in self._session.execute(query)]
        return found

    def items_by_amount(self, amounts: Collection[tuple[str, int]]) -> Iterable[EngineItem]:
        """Return the open items of these currencies and open amounts, common amounts left out."""
        wanted = set(amounts)
        rows: list[Any] = []
        for part in chunks(sorted({minor for _, minor in wanted})):
            query = self._items().where(
                OpenItem.open_minor.in_(part), OpenItem.open_minor > 0, OpenItem.side == 1
            )
            rows += [
                row for row in self._session.execute(query) if (row.currency, int(row.open_minor)) in wanted
            ]
        shared = Counter((row.currency, int(row.open_minor)) for row in rows)
        return [_item(row) for row in rows if shared[row.currency, int(row.open_minor)] <= _COMMON]

    def customers_by_payer(self, keys: Collection[str]) -> Iterable[KnownPayer]:
        """Return who paid before from these accounts or under these names, with how often."""
        times = func.sum(PayerSighting.times)
        found: list[KnownPayer] = []
        for part in chunks(sorted(keys)):
            rows = self._session.execute(
                select(PayerSighting.key, PayerSighting.customer_id, times)
                .where(PayerSighting.key.in_(part))
                .group_by(PayerSighting.key, PayerSighting.customer_id)
                .having(times > 0)
            )
            found += [KnownPayer(key, str(customer_id), int(seen)) for key, customer_id, seen in rows]
        return found

    def customers_by_name(self, keys: Collection[str]) -> Iterable[tuple[str, str]]:
        """Return (key, customer id) for the customers that have at least one of these name keys."""
        found: list[tuple[str, str]] = []
        for part in chunks(sorted(keys)):
            rows = self._session.execute(
                select(CustomerKey.key, CustomerKey.customer_id).where(CustomerKey.key.in_(part))
            )
            found += [(key, str(customer_id)) for key, customer_id in rows]
        return found

    def customers(self, ids: Collection[str]) -> Iterable[EngineCustomer]:
        """Return these customers."""
        found: list[EngineCustomer] = []
        for part in chunks(sorted(map(int, ids))):
            rows = self._session.execute(
                select(Customer.id, Customer.name, Customer.name_en).where(Customer.id.in_(part))
            )
            found += [EngineCustomer(str(row.id), row.name, row.name_en) for row in rows]
        return found

    def open_items(self, customer_ids: Collection[str]) -> Iterable[EngineItem]:
        """Return all open items of these customers."""
        found: list[EngineItem] = []
        for part in chunks(sorted(map(int, customer_ids))):
            rows = self._session.execute(self._items().where(OpenItem.customer_id.in_(part)))
            found += [_item(row) for row in rows]
        return found

    def _items(self) -> Select[*tuple[Any, ...]]:
        return (
            select(
                Document.id, Document.customer_id, Document.document_no, Document.tax_invoice_no, Document.order_no,
                Document.document_on, self._due.label("due"), Document.currency, OpenItem.side, OpenItem.open_minor,
            )
            .join(OpenItem, OpenItem.document_id == Document.id)
            .join(Customer, Customer.id == Document.customer_id)
            .where(
                OpenItem.open_minor > 0, Document.entity_id == self._entity_id,
                Document.kind.not_in(("receipt", "refund")),
            )
        )  # fmt: skip


def _item(row: Any) -> EngineItem:
    return engine_item(row, int(row.side) * int(row.open_minor))
