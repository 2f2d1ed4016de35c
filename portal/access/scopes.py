"""What a person's grants let them see: customers, legal entities, departments; and a session that shows no more.

Where one grant narrows, the narrowing holds for everything the person does: scopes never widen each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, event, select
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria
from sqlalchemy.sql.base import ExecutableOption

from portal.access.companies import COMPANIES
from portal.access.models import Grant, GrantCustomer
from portal.access.rules import STAFF_ROLES, Actor
from portal.db import Base

_OPTIONS = "scope_options"
#: Execution option of the few queries that tell nothing of a customer, e.g. when the books were last fed.
WHOLE = "concord_whole"
#: Lines of an entry that belong to no customer (bank, income) are part of the entries of those in scope.
_SHARED = frozenset({"entry_lines"})
#: Files hold rows of many customers: who sees a part sees those they took in themselves.
_OWN_ONLY = frozenset({"import_batches"})
#: Tables that say who may do what; they are read to find out the scope, and guarded by permissions.
_OPEN = frozenset({"grants", "grant_customers", "sign_ins", "deep_links", "invitations"})


@dataclass(frozen=True, slots=True)
class Scope:
    """What is in sight; None = everything of that kind."""

    customer_ids: frozenset[int] | None = None
    entity_ids: frozenset[int] | None = None
    departments: frozenset[str] | None = None


_OWN = select(COMPANIES.c.id).where(COMPANIES.c.owner_id == bindparam("person_id"))
_LISTED = select(GrantCustomer.customer_id).where(
    GrantCustomer.grant_id.in_(bindparam("ids", expanding=True))
)


def scope_of(session: Session, person_id: int, grants: Sequence[Grant]) -> Scope:
    """Return the scope of the staff grants a person holds now."""
    staff = [grant for grant in grants if grant.role in STAFF_ROLES]
    entities = {grant.entity_id for grant in staff} - {None}
    departments = {name for grant in staff if grant.role == "department" for name in grant.departments}
    return Scope(
        customer_ids=_customers(session, person_id, staff),
        entity_ids=frozenset(one for one in entities if one is not None) if entities else None,
        departments=frozenset(departments) if any(grant.role == "department" for grant in staff) else None,
    )


def _customers(session: Session, person_id: int, staff: Sequence[Grant]) -> frozenset[int] | None:
    if all(grant.portfolio == "all" for grant in staff):
        return None
    found: set[int] = set()
    if any(grant.portfolio == "own" for grant in staff):
        found |= set(session.scalars(_OWN, {"person_id": person_id}))
    listed = [grant.id for grant in staff if grant.portfolio == "list"]
    if listed:
        found |= set(session.scalars(_LISTED, {"ids": listed}))
    return frozenset(found)


def narrow_session(session: Session, actor: Actor) -> None:
    """Let a session show a member of staff nothing out of scope, whichever query asks.

    Every query checks the actor's scope itself; this is the wall behind them. Rows that belong to no customer at all
    (runs over everybody, requests about them) are out of sight of who sees a part.
    """
    if actor.is_scoped:
        session.info[_OPTIONS] = _options(actor)


def _options(actor: Actor) -> tuple[ExecutableOption, ...]:
    made: list[ExecutableOption] = []
    for mapper in Base.registry.mappers:
        name, columns = str(mapper.class_.__tablename__), mapper.columns
        if name in _OPEN:
            continue
        if actor.customer_ids is not None and ("customer_id" in columns or name == "customers"):
            made.append(_only_customers(mapper.class_, name, tuple(sorted(actor.customer_ids))))
        if actor.customer_ids is not None and name in _OWN_ONLY:
            made.append(with_loader_criteria(mapper.class_, columns["started_by_id"] == actor.person_id))
        if actor.entity_ids is not None and "entity_id" in columns:
            made.append(_only_entities(mapper.class_, tuple(sorted(actor.entity_ids))))
        if actor.departments is not None and name == "disputes":
            made.append(_only_departments(mapper.class_, tuple(sorted(actor.departments))))
    return tuple(made)


def _only_customers(model: Any, name: str, ids: tuple[int, ...]) -> ExecutableOption:
    column = model.id if name == "customers" else model.customer_id
    inside = column.in_(ids)
    return with_loader_criteria(model, inside | column.is_(None) if name in _SHARED else inside)


def _only_entities(model: Any, ids: tuple[int, ...]) -> ExecutableOption:
    return with_loader_criteria(model, model.entity_id.in_(ids) | model.entity_id.is_(None))


def _only_departments(model: Any, names: tuple[str, ...]) -> ExecutableOption:
    return with_loader_criteria(model, model.department.in_(names))


@event.listens_for(Session, "do_orm_execute")
def _narrow(state: ORMExecuteState) -> None:
    options = state.session.info.get(_OPTIONS)
    if options and state.is_select and not state.execution_options.get(WHOLE):
        state.statement = state.statement.options(*options)
