"""Reads: who holds what, under which terms, since when, last used, last reviewed; requests; portfolios."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from portal.access import STAFF_ROLES, Actor, Permission
from portal.access.companies import COMPANIES
from portal.access.models import Grant, GrantCustomer, GrantLimit, Person, SignIn
from portal.approvals import ApprovalView, newest_approval
from portal.errors import N_, NotFound
from portal.ledger.models import LegalEntity
from portal.lists import ListQuery, Page, Tab
from portal.money import Money
from portal.roles.models import GrantReview, Sample, StaffRoleRequest
from portal.roles.rules import review_state, terms_of

GRANT_SORTS = ("person", "role", "granted_at", "last_seen_at", "reviewed_at")
REQUEST_SORTS = ("asked_at", "person", "role")
_REVIEW_TABS = (
    ("overdue", N_("Overdue")),
    ("open", N_("Not yet looked at")),
    ("done", N_("Done")),
    ("all", N_("All")),
)
_REQUEST_TABS = (
    ("pending", N_("Waiting")),
    ("done", N_("Done")),
    ("rejected", N_("Sent back")),
    ("all", N_("All")),
)


@dataclass(frozen=True, slots=True)
class LimitView:
    """What the holder may release alone; None = as the policy says."""

    currency: str
    act: Money | None
    day: Money | None


@dataclass(frozen=True, slots=True)
class GrantView:
    """One role held now, with everything a reviewer asks.

    Attributes:
        customer_no: The one customer of a customer's role.
        portfolio: ``all``, ``own`` or ``list``; ``customers`` = how many the list names.
        granted_by: Who asked for it; empty = the console. ``approved_by``: who said yes.
        last_seen_at: Last use of the account; for a customer's role, for that customer.
        review: ``done``, ``open`` or ``overdue``; ``due_at`` = when it is looked at again.
    """

    public_id: str
    person_public_id: str
    person: str
    email: str
    is_active: bool
    role: str
    is_staff: bool
    customer_no: str
    customer_name: str
    customer_name_en: str
    entity: str
    portfolio: str
    customers: int
    departments: tuple[str, ...]
    limits: tuple[LimitView, ...]
    sample_public_id: str
    sample_name: str
    ends_at: datetime | None
    reason: str
    granted_at: datetime
    granted_by: str
    approved_by: str
    last_seen_at: datetime | None
    reviewed_at: datetime | None
    reviewer: str
    decision: str
    review: str
    due_at: datetime


_ASKER, _APPROVER, _REVIEWER = aliased(Person), aliased(Person), aliased(Person)
_NEWEST_REVIEW = (
    select(func.max(GrantReview.id))
    .where(GrantReview.grant_id == Grant.id)
    .correlate(Grant)
    .scalar_subquery()
)
_REVIEWED_AT = (
    select(func.max(GrantReview.reviewed_at))
    .where(GrantReview.grant_id == Grant.id)
    .correlate(Grant)
    .scalar_subquery()
)
_SEEN_AT = (
    select(func.max(SignIn.last_seen_at))
    .where(SignIn.person_id == Grant.person_id, SignIn.customer_id.is_not_distinct_from(Grant.customer_id))
    .correlate(Grant)
    .scalar_subquery()
)


def _grants() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Grant, Person, _ASKER.name, _APPROVER.name, _REVIEWER.name, GrantReview.reviewed_at, GrantReview.decision,
            _SEEN_AT, LegalEntity.code, Sample.public_id, Sample.name, COMPANIES.c.number, COMPANIES.c.name,
            COMPANIES.c.name_en,
        )
        .join(Person, Person.id == Grant.person_id)
        .outerjoin(_ASKER, _ASKER.id == Grant.granted_by_id)
        .outerjoin(_APPROVER, _APPROVER.id == Grant.approved_by_id)
        .outerjoin(GrantReview, GrantReview.id == _NEWEST_REVIEW)
        .outerjoin(_REVIEWER, _REVIEWER.id == GrantReview.reviewer_id)
        .outerjoin(LegalEntity, LegalEntity.id == Grant.entity_id)
        .outerjoin(Sample, Sample.id == Grant.sample_id)
        .outerjoin(COMPANIES, COMPANIES.c.id == Grant.customer_id)
        .where(Grant.ended_at.is_(None))
    )  # fmt: skip


def _views(session: Session, found: Sequence[Any], *, days: int, now: datetime) -> tuple[GrantView, ...]:
    ids = [row[0].id for row in found]
    listed: dict[int, int] = dict(
        session.execute(
            select(GrantCustomer.grant_id, func.count())
            .where(GrantCustomer.grant_id.in_(ids))
            .group_by(GrantCustomer.grant_id)
        )
        .tuples()
        .all()
    )
    limits: dict[int, list[LimitView]] = {}
    for row in session.scalars(
        select(GrantLimit).where(GrantLimit.grant_id.in_(ids)).order_by(GrantLimit.currency)
    ):
        limits.setdefault(row.grant_id, []).append(
            LimitView(row.currency, _money(row.act_minor, row.currency), _money(row.day_minor, row.currency))
        )
    return tuple(_view(row, listed, limits, days=days, now=now) for row in found)


def _money(minor: int | None, currency: str) -> Money | None:
    return None if minor is None else Money(minor, currency)


def _view(
    found: Any, listed: dict[int, int], limits: dict[int, list[LimitView]], *, days: int, now: datetime
) -> GrantView:
    (
        grant,
        person,
        asker,
        approver,
        reviewer,
        reviewed_at,
        decision,
        seen_at,
        entity,
        sample,
        sample_name,
        *company,
    ) = found
    return GrantView(
        public_id=grant.public_id, person_public_id=person.public_id, person=person.name, email=person.email,
        is_active=person.is_active, role=grant.role, is_staff=grant.role in STAFF_ROLES, customer_no=company[0] or "",
        customer_name=company[1] or "", customer_name_en=company[2] or "", entity=entity or "",
        portfolio=grant.portfolio, customers=listed.get(grant.id, 0), departments=tuple(grant.departments),
        limits=tuple(limits.get(grant.id, ())), sample_public_id=sample or "", sample_name=sample_name or "",
        ends_at=grant.ends_at, reason=grant.reason, granted_at=grant.granted_at, granted_by=asker or "",
        approved_by=approver or "", last_seen_at=seen_at, reviewed_at=reviewed_at, reviewer=reviewer or "",
        decision=decision or "", review=review_state(grant.granted_at, reviewed_at, days=days, now=now),
        due_at=(reviewed_at or grant.granted_at) + timedelta(days=days),
    )  # fmt: skip


def grants_of(
    session: Session, *, person: str, days: int, actor: Actor, now: datetime
) -> tuple[GrantView, ...]:
    """Return the roles a person holds now, oldest first.

    Args:
        session: Any session.
        person: Public id.
        days: Length of the review cycle, from the policy.
        actor: Needs ``people:read``.
        now: Decides what is overdue.

    Raises:
        NotAllowed: The actor does not read people.
    """
    actor.require(Permission.PEOPLE_READ)
    chosen = _grants().where(Person.public_id == person, _in_scope(actor))
    found = session.execute(chosen.order_by(Grant.id)).all()
    return _views(session, found, days=days, now=now)


def list_access_review(
    session: Session, *, query: ListQuery, days: int, actor: Actor, now: datetime
) -> Page[GrantView]:
    """Return every role held now with its review: who granted it, when, last use, reviewer, done or overdue.

    Args:
        session: Any session.
        query: Tabs overdue, open, done, all; words search name, address and customer number.
        days: Length of the review cycle, from the policy.
        actor: Needs ``reviews:read``.
        now: Decides what is overdue.

    Raises:
        NotAllowed: The actor does not read reviews.
        UnknownSort: No such column.
    """
    actor.require(Permission.REVIEWS_READ)
    states = _states(now - timedelta(days=days))
    counted = select(*(func.count().filter(state) for state in states.values())).select_from(Grant)
    scope = _in_scope(actor)
    counts = dict(
        zip(states, session.execute(counted.where(Grant.ended_at.is_(None), scope)).one(), strict=True)
    )
    tab = query.tab or "overdue"
    chosen = _grants().where(states.get(tab, states["all"]), scope)
    if query.q:
        words = f"%{query.q.lower()}%"
        chosen = chosen.where(
            or_(
                func.lower(Person.name).like(words),
                Person.email.like(words),
                COMPANIES.c.number.like(f"%{query.q}%"),
            )
        )
    total = session.scalar(chosen.with_only_columns(func.count(Grant.id), maintain_column_froms=True)) or 0
    columns: dict[str, Any] = {
        "person": Person.name, "role": Grant.role, "granted_at": Grant.granted_at, "last_seen_at": _SEEN_AT,
        "reviewed_at": GrantReview.reviewed_at,
    }  # fmt: skip
    order = columns[query.sorted_by(GRANT_SORTS, "person")]
    ordered = chosen.order_by(order.desc() if query.descending else order, Grant.id)
    found = session.execute(ordered.limit(query.limit).offset(query.offset)).all()
    tabs = tuple(Tab(key, word, counts[key]) for key, word in _REVIEW_TABS)
    return Page(_views(session, found, days=days, now=now), total, query, tabs=tabs)


def _in_scope(actor: Actor) -> ColumnElement[bool]:
    """Return the condition of staff roles, and of those for customers in scope."""
    if actor.customer_ids is None:
        return Grant.id > 0
    return or_(Grant.customer_id.is_(None), Grant.customer_id.in_(actor.customer_ids))


def _states(edge: datetime) -> dict[str, ColumnElement[bool]]:
    """Return the conditions of the tabs: overdue = neither granted nor reviewed since ``edge``."""
    overdue = and_(Grant.granted_at <= edge, func.coalesce(_REVIEWED_AT, Grant.granted_at) <= edge)
    return {
        "overdue": overdue,
        "open": and_(Grant.granted_at > edge, _REVIEWED_AT.is_(None)),
        "done": edge < _REVIEWED_AT,
        "all": Grant.id > 0,
    }


def overdue_people(*, days: int, now: datetime) -> Select[int]:
    """Return the query of people who hold a role whose review is overdue; for filters of the people page."""
    return select(Grant.person_id).where(
        Grant.ended_at.is_(None), _states(now - timedelta(days=days))["overdue"]
    )


def count_overdue(session: Session, *, days: int, actor: Actor, now: datetime) -> int:
    """Return how many roles are overdue for review; zero for who does not read reviews."""
    if not actor.may(Permission.REVIEWS_READ):
        return 0
    rule = _states(now - timedelta(days=days))["overdue"]
    return session.scalar(select(func.count(Grant.id)).where(Grant.ended_at.is_(None), rule)) or 0


# --- requests ---


@dataclass(frozen=True, slots=True)
class RoleRequestView:
    """A wish for a role with its approval; ``terms`` as frozen."""

    public_id: str
    person_public_id: str
    person: str
    email: str
    act: str
    role: str
    terms: dict[str, Any]
    limits: tuple[LimitView, ...]
    reason: str
    asked_by: str
    asked_at: datetime
    state: str
    approval: ApprovalView | None


def _requests() -> Select[*tuple[Any, ...]]:
    return (
        select(StaffRoleRequest, Person, _ASKER.name)
        .join(Person, Person.id == StaffRoleRequest.person_id)
        .join(_ASKER, _ASKER.id == StaffRoleRequest.asked_by_id)
    )


def _request_view(session: Session, found: Any, actor: Actor, *, is_whole: bool) -> RoleRequestView:
    row, person, asker = found
    approval = (
        newest_approval(session, subject_kind="role-request", subject_id=row.public_id, actor=actor)
        if is_whole
        else None
    )
    terms = terms_of(row.terms)
    limits = tuple(
        LimitView(
            one["currency"],
            _money(one["act_minor"], one["currency"]),
            _money(one["day_minor"], one["currency"]),
        )
        for one in terms["limits"]
    )
    return RoleRequestView(
        row.public_id, person.public_id, person.name, person.email, row.act, row.role, terms, limits, row.reason,
        asker, row.asked_at, row.state, approval,
    )  # fmt: skip


def find_role_request(session: Session, *, public_id: str, actor: Actor) -> RoleRequestView:
    """Return one request with its approval.

    Raises:
        NotAllowed: The actor does not read role requests.
        NotFound: Unknown.
    """
    actor.require(Permission.ROLES_GRANT, Permission.REVIEWS_READ)
    found = session.execute(_requests().where(StaffRoleRequest.public_id == public_id)).one_or_none()
    if found is None:
        raise NotFound
    return _request_view(session, found, actor, is_whole=True)


def list_role_requests(session: Session, *, query: ListQuery, actor: Actor) -> Page[RoleRequestView]:
    """Return requests, newest first unless asked otherwise; tabs by state.

    Raises:
        NotAllowed: The actor does not read role requests.
        UnknownSort: No such column.
    """
    actor.require(Permission.ROLES_GRANT, Permission.REVIEWS_READ)
    by_state = select(StaffRoleRequest.state, func.count()).group_by(StaffRoleRequest.state)
    counts: dict[str, int] = dict(session.execute(by_state).tuples().all())
    tab = query.tab or "pending"
    chosen = _requests()
    if tab != "all":
        chosen = chosen.where(StaffRoleRequest.state == tab)
    if query.q:
        words = f"%{query.q.lower()}%"
        chosen = chosen.where(or_(func.lower(Person.name).like(words), Person.email.like(words)))
    total = (
        session.scalar(chosen.with_only_columns(func.count(StaffRoleRequest.id), maintain_column_froms=True))
        or 0
    )
    columns: dict[str, Any] = {
        "asked_at": StaffRoleRequest.asked_at, "person": Person.name, "role": StaffRoleRequest.role,
    }  # fmt: skip
    order = columns[query.sorted_by(REQUEST_SORTS, "asked_at")]
    is_down = query.descending or not query.sort
    ordered = chosen.order_by(order.desc() if is_down else order, StaffRoleRequest.id.desc())
    found = session.execute(ordered.limit(query.limit).offset(query.offset)).all()
    tabs = tuple(
        Tab(key, word, sum(counts.values()) if key == "all" else counts.get(key, 0))
        for key, word in _REQUEST_TABS
    )
    return Page(
        tuple(_request_view(session, row, actor, is_whole=False) for row in found), total, query, tabs=tabs
    )


def count_role_requests(session: Session, *, actor: Actor) -> int:
    """Return how many requests wait for this security administrator: those somebody else made."""
    if not actor.may(Permission.ROLES_GRANT):
        return 0
    query = select(func.count(StaffRoleRequest.id)).where(
        StaffRoleRequest.state == "pending", StaffRoleRequest.asked_by_id != actor.person_id
    )
    return session.scalar(query) or 0
