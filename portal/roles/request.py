"""Ask for a staff role, other terms or its end; a second security administrator approves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import audit
from portal.access import (
    CUSTOMER_ROLES,
    STAFF_ROLES,
    Actor,
    GrantTerms,
    LimitTerms,
    Permission,
    end_role,
    grant_role,
    require_separation,
)
from portal.access.companies import COMPANIES
from portal.access.grants import roles_of
from portal.access.models import Grant, Person
from portal.approvals import ApprovalKind, Request, RequestDraft, register_kind, request_approval
from portal.clock import business_day
from portal.errors import N_, Conflict, Invalid, NotAllowed, NotFound
from portal.ledger import entity_view
from portal.ledger.models import LegalEntity
from portal.policies import current_policy
from portal.roles.models import Sample, SampleItem, StaffRoleRequest
from portal.roles.rules import RoleWish, require_sound, terms_of

GRANT_KIND = "roles.grant"


def request_role(session: Session, *, person: str, wish: RoleWish, actor: Actor, now: datetime) -> str:
    """Ask a second security administrator to give, change or take a staff role.

    Args:
        session: A writing session.
        person: Public id of who shall hold it.
        wish: Role, scope, limits and reason.
        actor: Needs ``roles:grant``; becomes the maker.
        now: When.

    Returns:
        Public id of the request.

    Raises:
        NotAllowed: The actor may not, or would change their own roles (R4).
        RolesConflict: It would break the separation of powers (R2).
        TeamTooLarge: One person would prepare and approve in a team of three or more (R3).
        NotFound: No such person.
        Invalid: The wish contradicts itself.
        Conflict: Held already or not at all, asked for already, a customer's person, or nobody could approve.
    """
    actor.require(Permission.ROLES_GRANT)
    if actor.person_id is None:
        raise NotAllowed(N_("From the console, use: ./concord users add."))
    row = session.scalars(select(Person).where(Person.public_id == person).with_for_update()).one_or_none()
    if row is None:
        raise NotFound
    if row.id == actor.person_id:
        raise NotAllowed(N_("Nobody changes their own roles or account."))
    today = business_day(now, entity_view(session).time_zone)
    if wish.role not in STAFF_ROLES:
        raise Invalid(N_("There is no role “%(role)s”."), field="role", role=wish.role[:40])
    require_sound(wish, today=today)
    _require_possible(session, row, wish, actor)
    request = StaffRoleRequest(
        person_id=row.id, act=wish.act, role=wish.role, terms=_terms(session, wish), reason=wish.reason.strip()[:500],
        asked_by_id=actor.person_id, asked_at=now,
    )  # fmt: skip
    session.add(request)
    session.flush()
    audit.record(
        session, "roles.requested", subject_kind="person", subject_id=row.public_id,
        details={"act": wish.act, "role": wish.role, "request": request.public_id, "reason": request.reason},
        actor=actor, now=now,
    )  # fmt: skip
    draft = RequestDraft(
        kind=GRANT_KIND, subject_kind="role-request", subject_id=request.public_id, title=row.name[:200],
        content=content_of(session, request.public_id), note=request.reason,
        policy_version=current_policy(session, on=today).version,
    )  # fmt: skip
    request_approval(session, draft, actor=actor, now=now)
    return request.public_id


def _require_possible(session: Session, person: Person, wish: RoleWish, actor: Actor) -> None:
    held = roles_of(session, person.id)
    if held & set(CUSTOMER_ROLES):
        raise Conflict(N_("This is a customer’s person; staff never act for a customer (rule R7)."))
    if wish.act == "give" and wish.role in held:
        raise Conflict(N_("This person already holds the role."))
    if wish.act != "give" and wish.role not in held:
        raise Conflict(N_("This person does not hold the role."))
    if wish.act != "take":
        require_separation(session, person.id, held | {wish.role})
    waiting = select(StaffRoleRequest.id).where(
        StaffRoleRequest.person_id == person.id,
        StaffRoleRequest.role == wish.role,
        StaffRoleRequest.state == "pending",
    )
    if session.scalar(waiting) is not None:
        raise Conflict(N_("This already waits for a second person."))
    if not other_security_admins(session, {actor.person_id or 0, person.id}):
        raise Conflict(
            N_(
                "Nobody else could approve this. Seat another security administrator from the console first: "
                "./concord users add <e-mail> --role security-admin"
            )
        )


def other_security_admins(session: Session, without: set[int]) -> Sequence[int]:
    """Return the active security administrators other than those named."""
    query = select(Grant.person_id).join(Person, Person.id == Grant.person_id)
    query = query.where(
        Grant.role == "security-admin", Grant.ended_at.is_(None), Person.is_active, ~Person.is_sealed
    )
    return session.scalars(query.where(Grant.person_id.not_in(without))).all()


def _terms(session: Session, wish: RoleWish) -> dict[str, Any]:
    """Return the terms with names resolved, as they are frozen.

    Raises:
        Invalid: An entity, a customer or the sample is not there.
    """
    if wish.act == "take":
        return {}
    sample = _sample(session, wish.sample)
    entity = _entity(session, wish.entity)
    zone = ZoneInfo(entity_view(session).time_zone)
    ends_at = datetime.combine(wish.ends_on + timedelta(days=1), time.min, zone) if wish.ends_on else None
    named = _customers(session, wish.customer_numbers)
    return {
        "entity_id": entity, "entity": wish.entity, "portfolio": wish.portfolio,
        "customer_ids": _sampled(session, sample) if sample else list(named.values()),
        "customer_numbers": [] if sample else sorted(named), "departments": sorted(wish.departments),
        "limits": [
            {"currency": one.currency, "act_minor": one.act_minor, "day_minor": one.day_minor} for one in wish.limits
        ],
        "ends_at": ends_at.isoformat() if ends_at else None,
        "ends_on": wish.ends_on.isoformat() if wish.ends_on else None,
        "sample": wish.sample, "sample_id": sample.id if sample else None, "sample_name": sample.name if sample else "",
    }  # fmt: skip


def _entity(session: Session, code: str) -> int | None:
    if not code:
        return None
    found = session.scalar(select(LegalEntity.id).where(LegalEntity.code == code))
    if found is None:
        raise Invalid(N_("There is no such legal entity."), field="entity")
    return found


def _customers(session: Session, numbers: Sequence[str]) -> dict[str, int]:
    wanted = {number.strip() for number in numbers if number.strip()}
    rows = session.execute(select(COMPANIES.c.number, COMPANIES.c.id).where(COMPANIES.c.number.in_(wanted)))
    found: dict[str, int] = dict(rows.tuples().all())
    missing = sorted(wanted - set(found))
    if missing:
        raise Invalid(N_("There is no customer “%(number)s”."), field="customers", number=missing[0][:60])
    return found


def _sample(session: Session, public_id: str) -> Sample | None:
    if not public_id:
        return None
    found = session.scalars(select(Sample).where(Sample.public_id == public_id)).one_or_none()
    if found is None:
        raise Invalid(N_("There is no such sample."), field="sample")
    return found


def _sampled(session: Session, sample: Sample) -> list[int]:
    query = select(SampleItem.customer_id).where(SampleItem.sample_id == sample.id).distinct()
    return sorted(session.scalars(query))


def content_of(session: Session, public_id: str) -> dict[str, Any]:
    """Return all that is approved of a request; a change of the person's roles meanwhile changes it.

    Raises:
        NotFound: Unknown.
    """
    row = request_row(session, public_id)
    held = session.scalars(
        select(Grant.public_id)
        .where(Grant.person_id == row.person_id, Grant.ended_at.is_(None))
        .order_by(Grant.id)
    )
    return {
        "person_id": row.person_id, "act": row.act, "role": row.role, "terms": row.terms, "reason": row.reason,
        "asked_by_id": row.asked_by_id, "held": list(held),
    }  # fmt: skip


def request_row(session: Session, public_id: str) -> StaffRoleRequest:
    """Return a request's row.

    Raises:
        NotFound: Unknown.
    """
    row = session.scalars(
        select(StaffRoleRequest).where(StaffRoleRequest.public_id == public_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    return row


def _run(session: Session, request: Request, actor: Actor, now: datetime) -> None:
    row = request_row(session, request.subject_id)
    person = session.get_one(Person, row.person_id)
    if row.act in {"take", "change"}:
        end_role(
            session,
            public_id=person.public_id,
            role=row.role,
            asked_by_id=row.asked_by_id,
            actor=actor,
            now=now,
        )
    if row.act in {"give", "change"}:
        terms = _grant_terms(row)
        grant_role(session, public_id=person.public_id, role=row.role, terms=terms, actor=actor, now=now)
    row.state = "done"
    session.flush()


def _grant_terms(row: StaffRoleRequest) -> GrantTerms:
    terms = terms_of(row.terms)
    return GrantTerms(
        entity_id=terms["entity_id"], portfolio=terms["portfolio"], customer_ids=tuple(terms["customer_ids"]),
        departments=tuple(terms["departments"]), limits=tuple(LimitTerms(**one) for one in terms["limits"]),
        ends_at=datetime.fromisoformat(terms["ends_at"]) if terms["ends_at"] else None,
        sample_id=terms.get("sample_id"), asked_by_id=row.asked_by_id, reason=row.reason,
    )  # fmt: skip


def _on_rejected(session: Session, request: Request, actor: Actor, now: datetime) -> None:  # noqa: ARG001 - the kind's signature
    request_row(session, request.subject_id).state = request.state
    session.flush()


def _check(session: Session, request: Request, actor: Actor) -> None:
    """Refuse the one whose roles it is about (R4).

    Raises:
        NotAllowed: It is the actor.
    """
    if request_row(session, request.subject_id).person_id == actor.person_id:
        raise NotAllowed(N_("Nobody changes their own roles or account."))


register_kind(
    ApprovalKind(
        kind=GRANT_KIND, run=_run, content_of=content_of, on_rejected=_on_rejected, check=_check,
        permission=Permission.ROLES_GRANT, readers=(Permission.ROLES_GRANT, Permission.REVIEWS_READ),
    )
)  # fmt: skip


def entity_choices(session: Session) -> tuple[tuple[str, str], ...]:
    """Return (code, name) of the legal entities a role may be limited to."""
    rows = session.execute(select(LegalEntity.code, LegalEntity.name).order_by(LegalEntity.id))
    return tuple((code, name) for code, name in rows)
