"""Read approvals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from portal.access import Actor, Permission
from portal.access.companies import COMPANIES
from portal.access.models import Person
from portal.approvals.kinds import kinds_for, kinds_read_with, permission_of, readers_of
from portal.approvals.models import Approval
from portal.errors import N_, NotFound
from portal.lists import ListQuery, Page, Tab
from portal.money import Money

APPROVAL_SORTS = ("requested_at", "kind", "amount", "customer")
_TABS = (
    ("pending", N_("Waiting")),
    ("approved", N_("Approved")),
    ("rejected", N_("Sent back")),
    ("all", N_("All")),
)


@dataclass(frozen=True, slots=True)
class ApprovalView:
    """One request for a second person, ready to be shown.

    Attributes:
        content: What was frozen when asked.
        content_hash: Posted back by the approver's page.
        effect: ``{"before": …, "after": …, "entry": […]}`` as prepared by the verb that asked.
        is_own: Whether the reader asked for it, so that someone else must decide.
        may_decide: Whether the reader's role decides, the request is open and they have had no part in it.
        needs_approvals: 2 above somebody's limit.
        first_by: Who said the first of two yeses; empty = nobody yet.
    """

    public_id: str
    kind: str
    subject_kind: str
    subject_id: str
    customer_id: int | None
    customer_public_id: str
    customer_no: str
    customer_name: str
    customer_name_en: str
    title: str
    money: Money | None
    content: Mapping[str, Any]
    content_hash: str
    effect: Mapping[str, Any]
    state: str
    policy_version: int
    requested_by: str
    requested_at: datetime
    request_note: str
    decided_by: str
    decided_at: datetime | None
    decision_note: str
    is_own: bool
    may_decide: bool
    needs_approvals: int = 1
    first_by: str = ""
    first_at: datetime | None = None
    is_first_own: bool = False


_MAKER, _CHECKER, _FIRST = aliased(Person), aliased(Person), aliased(Person)


def _selected() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Approval,
            _MAKER.name,
            _CHECKER.name,
            _FIRST.name,
            COMPANIES.c.public_id,
            COMPANIES.c.number,
            COMPANIES.c.name,
            COMPANIES.c.name_en,
        )
        .join(_MAKER, _MAKER.id == Approval.requested_by_id)
        .outerjoin(_CHECKER, _CHECKER.id == Approval.decided_by_id)
        .outerjoin(_FIRST, _FIRST.id == Approval.first_by_id)
        .outerjoin(COMPANIES, COMPANIES.c.id == Approval.customer_id)
    )


def _view(actor: Actor, found: Sequence[Any]) -> ApprovalView:
    row, maker, checker, first, *customer = found
    is_own = row.requested_by_id == actor.person_id
    is_first = row.first_by_id is not None and row.first_by_id == actor.person_id
    money = Money(row.amount_minor, row.currency) if row.currency and row.amount_minor is not None else None
    return ApprovalView(
        public_id=row.public_id, kind=row.kind, subject_kind=row.subject_kind, subject_id=row.subject_id,
        customer_id=row.customer_id, customer_public_id=customer[0] or "", customer_no=customer[1] or "",
        customer_name=customer[2] or "", customer_name_en=customer[3] or "", title=row.title,
        money=money, content=row.content, content_hash=row.content_hash, effect=row.effect, state=row.state,
        policy_version=row.policy_version, requested_by=maker, requested_at=row.requested_at,
        request_note=row.request_note, decided_by=checker or "", decided_at=row.decided_at,
        decision_note=row.decision_note, is_own=is_own,
        may_decide=row.state == "pending" and not is_own and not is_first and actor.may(permission_of(row.kind)),
        needs_approvals=row.needs_approvals, first_by=first or "", first_at=row.first_at, is_first_own=is_first,
    )  # fmt: skip


def find_approval(session: Session, *, public_id: str, actor: Actor) -> ApprovalView:
    """Return one request.

    Raises:
        NotAllowed: The actor does not read approvals.
        NotFound: Unknown or out of scope.
    """
    found = session.execute(_selected().where(Approval.public_id == public_id)).one_or_none()
    actor.require(*(readers_of(found[0].kind) if found else (Permission.APPROVALS_READ,)))
    if found is None or (found[0].customer_id is not None and not actor.sees(found[0].customer_id)):
        raise NotFound
    return _view(actor, found)


def list_approvals(session: Session, *, query: ListQuery, actor: Actor) -> Page[ApprovalView]:
    """Return requests, newest first unless asked otherwise; tabs by state.

    Raises:
        NotAllowed: The actor does not read approvals.
        UnknownSort: No such column.
    """
    actor.require(Permission.APPROVALS_READ)
    shown = _shown_to(actor)
    counts: dict[str, int] = dict(
        session.execute(select(Approval.state, func.count()).where(shown).group_by(Approval.state)).all()
    )
    tab = query.tab or "pending"
    chosen = _selected().where(shown)
    if tab != "all":
        chosen = chosen.where(Approval.state == tab)
    if query.q:
        words = f"%{query.q.lower()}%"
        chosen = chosen.where(func.lower(Approval.title).like(words) | COMPANIES.c.name_key.like(words))
    total = session.scalar(select(func.count()).select_from(chosen.subquery())) or 0
    columns = {
        "requested_at": Approval.requested_at, "kind": Approval.kind, "amount": Approval.amount_minor,
        "customer": COMPANIES.c.name_key,
    }  # fmt: skip
    order = columns[query.sorted_by(APPROVAL_SORTS, "requested_at")]
    is_down = query.descending or not query.sort
    chosen = chosen.order_by(order.desc() if is_down else order, Approval.id.desc())
    rows = session.execute(chosen.limit(query.limit).offset(query.offset)).all()
    views = tuple(_view(actor, row) for row in rows)
    tabs = tuple(
        Tab(key, word, sum(counts.values()) if key == "all" else counts.get(key, 0)) for key, word in _TABS
    )
    return Page(views, total, query, tabs=tabs)


def count_pending(session: Session, *, actor: Actor) -> int:
    """Return how many requests wait for this actor: pending ones that someone else asked for."""
    mine = kinds_for(actor, to_decide=True)
    if not mine or not actor.may(Permission.APPROVALS_READ):
        return 0
    query = select(func.count()).select_from(Approval).where(Approval.state == "pending", _shown_to(actor))
    query = query.where(Approval.kind.in_(mine), Approval.requested_by_id != actor.person_id)
    unsaid = or_(Approval.first_by_id.is_(None), Approval.first_by_id != actor.person_id)
    return session.scalar(query.where(unsaid)) or 0


def _shown_to(actor: Actor) -> ColumnElement[bool]:
    """Return the condition of the requests of the business in scope; those about people have a page of their own."""
    shown = Approval.kind.in_(kinds_read_with(Permission.APPROVALS_READ))
    if actor.customer_ids is None:
        return shown
    return and_(shown, Approval.customer_id.in_(actor.customer_ids))


def newest_approval(
    session: Session, *, subject_kind: str, subject_id: str, actor: Actor
) -> ApprovalView | None:
    """Return the newest request about a thing, or None; the calling query has checked the scope."""
    found = session.execute(
        _selected()
        .where(Approval.subject_kind == subject_kind, Approval.subject_id == subject_id)
        .order_by(Approval.id.desc())
        .limit(1)
    ).one_or_none()
    return _view(actor, found) if found else None
