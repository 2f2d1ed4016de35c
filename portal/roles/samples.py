"""Draw a sample for an external auditor: described, seeded, kept, and repeatable by anybody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, Date, Select, String, column, func, insert, select, table
from sqlalchemy.orm import Session

from portal import audit
from portal.access import Actor, Permission
from portal.access.companies import COMPANIES
from portal.access.models import Person
from portal.db import UtcDateTime
from portal.errors import NotFound
from portal.ledger import entity_view
from portal.lists import ListQuery, Page
from portal.roles.models import Sample, SampleItem
from portal.roles.rules import SampleWish, keys_hash, ranked, require_drawable

#: Documents and confirmations stand above roles, so that only the columns needed here are named.
_DOCUMENTS = table(
    "documents", column("public_id", String), column("customer_id", BigInteger), column("document_no", String),
    column("posting_on", Date), column("currency", String),
)  # fmt: skip
_CONFIRMATIONS = table(
    "confirmations", column("public_id", String), column("customer_id", BigInteger), column("currency", String),
    column("signed_at", UtcDateTime()), column("person_name", String),
)  # fmt: skip
SAMPLE_SORTS = ("drawn_at", "name", "size")
ITEM_SORTS = ("no", "label", "customer")


@dataclass(frozen=True, slots=True)
class SampleView:
    """A sample as lists and its page show it; what is in it stands in ``list_sample_items``."""

    public_id: str
    name: str
    population: str
    definition: Mapping[str, Any]
    size: int
    seed: str
    method: str
    population_size: int
    population_hash: str
    drawn: int
    customers: int
    drawn_by: str
    drawn_at: datetime


@dataclass(frozen=True, slots=True)
class ItemView:
    """One drawn customer, document or confirmation."""

    no: int
    key: str
    label: str
    customer_public_id: str
    customer_no: str
    customer_name: str
    customer_name_en: str


@dataclass(frozen=True, slots=True)
class Redrawn:
    """A sample drawn again now: whether the population is still the same, and whether the sample is."""

    is_same_population: bool
    is_same_sample: bool
    population_size: int


def draw_sample(session: Session, *, wish: SampleWish, actor: Actor, now: datetime) -> str:
    """Draw and keep a sample: definition, size, seed, the population's size and hash, and what came out.

    Args:
        session: A writing session.
        wish: As the auditor asked for it.
        actor: Needs ``samples:draw``; sees the numbers, not the rows.
        now: When.

    Returns:
        Public id of the sample.

    Raises:
        NotAllowed: The actor may not draw samples.
        Invalid: A sample that could not be repeated.
    """
    actor.require(Permission.SAMPLES_DRAW)
    require_drawable(wish)
    found = _population(session, wish.population, wish.definition)
    chosen = ranked(list(found), seed=wish.seed, size=wish.size)
    row = Sample(
        name=wish.name.strip(), population=wish.population, definition=wish.definition, size=wish.size, seed=wish.seed,
        population_size=len(found), population_hash=keys_hash(list(found)), drawn_by_id=actor.person_id, drawn_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    if chosen:
        session.execute(
            insert(SampleItem),
            [
                {
                    "sample_id": row.id,
                    "no": no,
                    "key": key,
                    "label": found[key][0][:200],
                    "customer_id": found[key][1],
                }
                for no, key in enumerate(chosen, 1)
            ],
        )
    audit.record(
        session, "samples.drawn", subject_kind="sample", subject_id=row.public_id,
        details={
            "name": row.name, "population": row.population, "definition": row.definition, "size": row.size,
            "seed": row.seed, "population_size": row.population_size, "population_hash": row.population_hash,
        },
        actor=actor, now=now,
    )  # fmt: skip
    return row.public_id


def redraw_sample(session: Session, *, public_id: str, actor: Actor) -> Redrawn:
    """Draw a kept sample again with its own definition, size and seed, and compare; nothing is written.

    Raises:
        NotAllowed: The actor does not read samples.
        NotFound: Unknown, or another auditor's.
    """
    row = _row(session, public_id, actor)
    found = list(_population(session, row.population, row.definition))
    kept = session.scalars(
        select(SampleItem.key).where(SampleItem.sample_id == row.id).order_by(SampleItem.no)
    ).all()
    drawn = ranked(found, seed=row.seed, size=row.size)
    return Redrawn(keys_hash(found) == row.population_hash, drawn == list(kept), len(found))


def _population(session: Session, kind: str, definition: Mapping[str, Any]) -> dict[str, tuple[str, int]]:
    """Return the population as key → (label, customer)."""
    rows = session.execute(_POPULATIONS[kind](session, definition))
    return {key: (label, customer_id) for key, label, customer_id in rows}


def _customers(session: Session, definition: Mapping[str, Any]) -> Select[str, str, int]:  # noqa: ARG001 - one signature for all
    query = select(COMPANIES.c.public_id, COMPANIES.c.number, COMPANIES.c.id).where(
        COMPANIES.c.archived_at.is_(None)
    )
    return query.where(COMPANIES.c.currency == definition["currency"]) if definition["currency"] else query


def _documents(session: Session, definition: Mapping[str, Any]) -> Select[str, str, int]:  # noqa: ARG001 - the same
    columns = _DOCUMENTS.c
    query = select(columns.public_id, columns.document_no, columns.customer_id)
    if definition["from"]:
        query = query.where(columns.posting_on >= date.fromisoformat(definition["from"]))
    if definition["until"]:
        query = query.where(columns.posting_on < date.fromisoformat(definition["until"]))
    return query.where(columns.currency == definition["currency"]) if definition["currency"] else query


def _confirmations(session: Session, definition: Mapping[str, Any]) -> Select[str, str, int]:
    columns = _CONFIRMATIONS.c
    query = select(columns.public_id, columns.person_name + " · " + columns.currency, columns.customer_id)
    zone = ZoneInfo(entity_view(session).time_zone)
    for key, is_from in (("from", True), ("until", False)):
        if definition[key]:
            edge = datetime.combine(date.fromisoformat(definition[key]), time.min, zone)
            query = query.where(columns.signed_at >= edge if is_from else columns.signed_at < edge)
    return query.where(columns.currency == definition["currency"]) if definition["currency"] else query


_POPULATIONS = {"customers": _customers, "documents": _documents, "confirmations": _confirmations}


def _selected(actor: Actor) -> Select[*tuple[Any, ...]]:
    drawn = select(func.count(SampleItem.id)).where(SampleItem.sample_id == Sample.id).scalar_subquery()
    whose = (
        select(func.count(SampleItem.customer_id.distinct()))
        .where(SampleItem.sample_id == Sample.id)
        .scalar_subquery()
    )
    query = select(Sample, Person.name, drawn, whose).outerjoin(Person, Person.id == Sample.drawn_by_id)
    if actor.customer_ids is None:
        return query
    # Who sees only a sample sees no sample that reaches beyond it.
    beyond = select(SampleItem.sample_id).where(SampleItem.customer_id.not_in(actor.customer_ids))
    return query.where(Sample.id.not_in(beyond))


def _view(found: Any) -> SampleView:
    row, drawer, drawn, customers = found
    return SampleView(
        row.public_id, row.name, row.population, row.definition, row.size, row.seed, row.method, row.population_size,
        row.population_hash, drawn, customers, drawer or "", row.drawn_at,
    )  # fmt: skip


def list_samples(session: Session, *, query: ListQuery, actor: Actor) -> Page[SampleView]:
    """Return the samples, the newest first.

    Raises:
        NotAllowed: The actor does not read samples.
        UnknownSort: No such column.
    """
    actor.require(Permission.SAMPLES_READ)
    chosen = _selected(actor)
    if query.q:
        chosen = chosen.where(func.lower(Sample.name).like(f"%{query.q.lower()}%"))
    total = session.scalar(chosen.with_only_columns(func.count(Sample.id), maintain_column_froms=True)) or 0
    columns = {"drawn_at": Sample.drawn_at, "name": Sample.name, "size": Sample.size}
    order: Any = columns[query.sorted_by(SAMPLE_SORTS, "drawn_at")]
    is_down = query.descending or not query.sort
    ordered = chosen.order_by(order.desc() if is_down else order, Sample.id.desc())
    rows = session.execute(ordered.limit(query.limit).offset(query.offset)).all()
    return Page(tuple(_view(row) for row in rows), total, query)


def find_sample(session: Session, *, public_id: str, actor: Actor) -> SampleView:
    """Return one sample.

    Raises:
        NotAllowed: The actor does not read samples.
        NotFound: Unknown, or another auditor's.
    """
    actor.require(Permission.SAMPLES_READ)
    found = session.execute(_selected(actor).where(Sample.public_id == public_id)).one_or_none()
    if found is None:
        raise NotFound
    return _view(found)


def _row(session: Session, public_id: str, actor: Actor) -> Sample:
    find_sample(session, public_id=public_id, actor=actor)
    return session.scalars(select(Sample).where(Sample.public_id == public_id)).one()


def list_sample_items(session: Session, *, public_id: str, query: ListQuery, actor: Actor) -> Page[ItemView]:
    """Return what was drawn, in the order of the draw; for auditors, because it names customers.

    Raises:
        NotAllowed: The actor is no auditor.
        NotFound: Unknown, or another auditor's.
        UnknownSort: No such column.
    """
    actor.require(Permission.AUDIT_READ)
    row = _row(session, public_id, actor)
    chosen = (
        select(
            SampleItem.no, SampleItem.key, SampleItem.label, COMPANIES.c.public_id, COMPANIES.c.number,
            COMPANIES.c.name, COMPANIES.c.name_en,
        )
        .join(COMPANIES, COMPANIES.c.id == SampleItem.customer_id)
        .where(SampleItem.sample_id == row.id)
    )  # fmt: skip
    if query.q:
        words = f"%{query.q.lower()}%"
        chosen = chosen.where(func.lower(SampleItem.label).like(words) | COMPANIES.c.name_key.like(words))
    total = session.scalar(select(func.count()).select_from(chosen.subquery())) or 0
    columns: dict[str, Any] = {
        "no": SampleItem.no,
        "label": SampleItem.label,
        "customer": COMPANIES.c.name_key,
    }
    order = columns[query.sorted_by(ITEM_SORTS, "no")]
    ordered = chosen.order_by(order.desc() if query.descending else order, SampleItem.no)
    rows = session.execute(ordered.limit(query.limit).offset(query.offset)).all()
    return Page(tuple(ItemView(*found) for found in rows), total, query)


def sample_choices(session: Session, *, actor: Actor) -> tuple[tuple[str, str], ...]:
    """Return (public id, name) of the newest samples, for a role to be limited to.

    Raises:
        NotAllowed: The actor does not read samples.
    """
    actor.require(Permission.SAMPLES_READ)
    rows = session.execute(select(Sample.public_id, Sample.name).order_by(Sample.id.desc()).limit(100))
    return tuple((public_id, name) for public_id, name in rows)
