"""What the books hold of the documents a file names, read for one chunk at a time."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.customers.models import Customer
from portal.db import canonical_json
from portal.imports.models import ImportBatch
from portal.imports.spool import Spool
from portal.ledger import closed_months, default_entity, entities_by_code
from portal.receivables.describe import TEXTS
from portal.receivables.models import Allocation, Document, OpenItem

_PART = 900
Key = tuple[int, str, str]
_DAYS = ("document_on", "due_on", "posting_on")


@dataclass(slots=True)
class Standing:
    """A document in the books, or planned: ``open_minor`` goes down as applications are planned.

    Attributes:
        id: Row number; 0 while it is only planned, negative in a dry run.
        amount_minor: As written on it.
        open_minor: Not negative, whatever the side.
        applied: Row number of the other document → what was ever applied of this credit to it.
        is_undone: Whether the batch it came with was undone; its number then starts anew as ``<number>/2``.
    """

    id: int
    entity_id: int
    kind: str
    document_no: str
    customer_id: int
    customer_no: str
    currency: str
    document_on: date
    due_on: date | None
    posting_on: date
    amount_minor: int
    tax_minor: int | None
    side: int
    open_minor: int
    was_disputed: bool
    batch_id: int | None
    public_id: str = ""
    texts: dict[str, str] = field(default_factory=dict)
    applied: dict[int, int] = field(default_factory=dict)
    is_undone: bool = False

    @property
    def key(self) -> Key:
        """What it is known by: entity, kind and number."""
        return self.entity_id, self.kind, self.document_no


@dataclass(slots=True)
class KnownCustomer:
    """A customer in the books (id above zero) or about to be created."""

    id: int
    number: str
    name: str
    currency: str
    public_id: str = ""
    row_version: int = 1
    country: str = ""
    first_on: date = date.max


class Books:
    """The books as one run sees them; in a dry run with what the run would have posted so far."""

    def __init__(self, spool: Spool, *, is_dry_run: bool) -> None:
        """Begin with nothing known."""
        self.spool = spool
        self.is_dry_run = is_dry_run
        self.entities: dict[str, int] = {}
        self.customers: dict[str, KnownCustomer] = {}
        self.names: dict[str, tuple[str, int]] = {}
        self._planned_customers: dict[str, KnownCustomer] = {}
        self._documents: dict[Key, Standing] = {}
        self._again: dict[Key, str] = {}
        self._closed: list[tuple[int, date, date]] = []
        self._last_id = 0

    def load(self, session: Session, *, numbers: Iterable[str], customer_nos: Iterable[str]) -> None:
        """Read afresh what one chunk may touch.

        Args:
            session: The session whose transaction also posts the chunk.
            numbers: Document numbers, those named in ``applies_to`` and of receipts for settled dates included.
            customer_nos: Customer numbers.
        """
        known = entities_by_code(session)
        self.entities |= {code: view.id for code, view in known.items()}
        self.entities[""] = default_entity(session).id
        self._closed = closed_months(session, self.entities.values())
        customer_nos = sorted(set(customer_nos))
        self.names = self.spool.names_of(customer_nos)
        self.customers = _customers(session, customer_nos) | {
            number: self._planned_customers[number]
            for number in customer_nos
            if number in self._planned_customers
        }
        wanted = sorted(set(numbers))
        self._documents = self._standing(session, wanted)
        self._follow_undone(session)
        self._load_applied(session)

    def _standing(self, session: Session, numbers: Sequence[str]) -> dict[Key, Standing]:
        found = {standing.key: standing for standing in _documents(session, numbers)}
        if self.is_dry_run:
            planned = (_standing_of(body) for _, body in self.spool.planned(numbers))
            found |= {standing.key: standing for standing in planned}
        return found

    def _follow_undone(self, session: Session) -> None:
        """Find under which number a document stands, or can be posted, whose batch was undone.

        Numbers are never used twice: after ``INV-1`` comes ``INV-1/2``.
        """
        self._again = {}
        pending = {key: 2 for key, found in self._documents.items() if found.is_undone}
        while pending:
            wanted = {f"{key[2]}/{turn}" for key, turn in pending.items()}
            found = self._standing(session, sorted(wanted | {f"{number}/R" for number in wanted}))
            self._documents |= found
            later: dict[Key, int] = {}
            for key, turn in pending.items():
                number = f"{key[2]}/{turn}"
                again = found.get((key[0], key[1], number))
                if again is not None and again.is_undone:
                    later[key] = turn + 1
                else:
                    self._again[key] = number
            pending = later

    def number_of(self, entity_id: int, kind: str, document_no: str) -> str:
        """Return the number under which a document of the file stands or is to be posted."""
        return self._again.get((entity_id, kind, document_no), document_no)

    def find(self, entity_id: int, kind: str, document_no: str) -> Standing | None:
        """Return the document of this identity, if there is one that was not undone."""
        found = self._documents.get((entity_id, kind, self.number_of(entity_id, kind, document_no)))
        return None if found is None or found.is_undone else found

    def look_up(self, like: Standing, document_no: str, kinds: Sequence[str]) -> Standing | None:
        """Return the document of this number on the other side, of the same entity, customer and currency."""
        for kind in kinds:
            found = self.find(like.entity_id, kind, document_no)
            if found is not None and found.side != like.side:
                theirs = (found.customer_no, found.currency)
                if theirs == (like.customer_no, like.currency):
                    return found
        return None

    def is_closed(self, entity_id: int, day: date) -> bool:
        """Say whether a day lies in a closed period."""
        return any(entity == entity_id and start <= day < until for entity, start, until in self._closed)

    def add(self, standing: Standing) -> None:
        """Let what follows in this chunk see a planned document."""
        self._documents[standing.key] = standing

    def pretend(self, standings: Iterable[Standing]) -> None:
        """Keep what a dry run would have posted or changed, so that later rows can depend on it."""
        changed = list(standings)
        for standing in changed:
            if standing.id == 0:
                self._last_id -= 1
                standing.id = self._last_id
        self.spool.keep_planned(
            (canonical_json(standing.key), standing.document_no, _body(standing)) for standing in changed
        )
        self._planned_customers |= {
            number: customer for number, customer in self.customers.items() if customer.id <= 0
        }

    def pretend_renamed(self, customer: KnownCustomer) -> None:
        """Keep a customer's new name in a dry run."""
        self._planned_customers[customer.number] = customer

    def _load_applied(self, session: Session) -> None:
        holding = {standing.id: standing for standing in self._documents.values() if standing.side < 0}
        ids = sorted(id_ for id_ in holding if id_ > 0)
        for start in range(0, len(ids), _PART):
            rows = session.execute(
                select(Allocation.credit_id, Allocation.debit_id, func.sum(Allocation.amount_minor))
                .where(Allocation.credit_id.in_(ids[start : start + _PART]), Allocation.reverses_id.is_(None))
                .group_by(Allocation.credit_id, Allocation.debit_id)
            )
            for credit_id, debit_id, amount in rows:
                holding[credit_id].applied[debit_id] = int(amount)
        if self.is_dry_run:
            for credit_id, debit_id, amount in self.spool.pairs(sorted(holding)):
                applied = holding[credit_id].applied
                applied[debit_id] = applied.get(debit_id, 0) + amount


def _customers(session: Session, numbers: Sequence[str]) -> dict[str, KnownCustomer]:
    found: dict[str, KnownCustomer] = {}
    columns = (
        Customer.id,
        Customer.number,
        Customer.name,
        Customer.currency,
        Customer.public_id,
        Customer.row_version,
    )
    for start in range(0, len(numbers), _PART):
        rows = session.execute(select(*columns).where(Customer.number.in_(numbers[start : start + _PART])))
        found |= {row.number: KnownCustomer(*row) for row in rows}
    return found


def _documents(session: Session, numbers: Sequence[str]) -> Iterable[Standing]:
    texts = [getattr(Document, name) for name in TEXTS]
    for start in range(0, len(numbers), _PART):
        rows = session.execute(
            select(
                Document.id, Document.entity_id, Document.kind, Document.document_no, Document.customer_id,
                Customer.number, Document.currency, Document.document_on, Document.due_on, Document.posting_on,
                Document.amount_minor, Document.tax_minor, OpenItem.side, OpenItem.open_minor, Document.was_disputed,
                Document.batch_id, Document.public_id, *texts, ImportBatch.state,
            )
            .join(OpenItem, OpenItem.document_id == Document.id)
            .outerjoin(ImportBatch, ImportBatch.id == Document.batch_id)
            .join(Customer, Customer.id == Document.customer_id)
            .where(Document.document_no.in_(numbers[start : start + _PART]))
        )  # fmt: skip
        for row in rows:
            *values, state = row
            standing = Standing(*values[: -len(TEXTS)])
            standing.is_undone = state == "undone"
            standing.texts = dict(zip(TEXTS, values[-len(TEXTS) :], strict=True))
            yield standing


def _body(standing: Standing) -> str:
    values = {name: getattr(standing, name) for name in Standing.__slots__}
    values["applied"] = {}
    for name in _DAYS:
        values[name] = values[name].isoformat() if values[name] else None
    return json.dumps(values, ensure_ascii=False)


def _standing_of(body: str) -> Standing:
    values: dict[str, Any] = json.loads(body)
    for name in _DAYS:
        values[name] = date.fromisoformat(values[name]) if values[name] else None
    return Standing(**values)
