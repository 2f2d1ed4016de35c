"""Who may sign in for a customer: invite, change roles, remove; two people where someone would confirm alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor, Permission, invite_person, system_actor
from portal.access.company_people import OWN_ROLES, confirmers_of, roles_at, set_company_roles
from portal.access.letters import SellerWords
from portal.access.models import Person
from portal.access.people import clean_email, clean_line
from portal.approvals import ApprovalKind, Request, RequestDraft, register_kind, request_approval
from portal.customers.models import Customer, RoleRequest
from portal.errors import N_, Invalid, NotAllowed

ROLE_KIND = "customers.give-role"
#: Roles that staff give only two by two.
_STRONG = frozenset({"confirmer", "customer-admin"})
Outcome = Literal["done", "waits"]


@dataclass(frozen=True, slots=True)
class ColleagueDraft:
    """Someone to be invited; ``language`` of the mail, empty = the inviter's."""

    email: str
    name: str
    role: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class RoleRequestView:
    """A role that waits for a second person, as the customer's people page lists it."""

    public_id: str
    kind: str
    email: str
    name: str
    role: str
    requested_at: datetime


def invite_colleague(
    session: Session,
    *,
    customer_id: int,
    draft: ColleagueDraft,
    seller: SellerWords | None = None,
    actor: Actor,
    now: datetime,
) -> Outcome:
    """Invite someone to look or to confirm for a customer.

    The answer is the same whatever else the address belongs to: who has an account accepts after signing in and
    simply gains a role here; nobody is moved from one customer to another.

    Args:
        session: A writing session.
        customer_id: Row number of the customer.
        draft: Who, and as what.
        seller: By language, what the mail says of the seller.
        actor: The customer's administrator (viewers, confirmers), or staff with ``people:company``.
        now: When.

    Returns:
        ``done`` when the mail is under way; ``waits`` when a colleague of the seller must agree first: the first one
        who may confirm, and everyone who may confirm or administer when staff invite them.

    Raises:
        NotAllowed: The actor may not invite, or not for this role.
        NotFound: The customer is out of scope.
        Conflict: The same request waits already.
        Invalid: Address, name or role cannot be used.
    """
    _require_manager(actor, customer_id, {draft.role})
    clean = replace(draft, email=clean_email(draft.email), name=clean_line(draft.name, field="name"))
    if not clean.name:
        raise Invalid(N_("A name is needed."), field="name")
    if _needs_second(session, customer_id, given=frozenset({draft.role}), but="", actor=actor):
        row = RoleRequest(
            customer_id=customer_id, kind="invite", email=clean.email, name=clean.name, role=clean.role,
            requested_by_id=actor.person_id or 0, requested_at=now,
        )  # fmt: skip
        _ask(session, row, actor=actor, now=now)
        return "waits"
    invite_person(
        session, email=clean.email, name=clean.name, role=clean.role, customer_id=customer_id, language=clean.language,
        seller=seller, actor=actor, now=now,
    )  # fmt: skip
    return "done"


def change_colleague(
    session: Session,
    *,
    customer_id: int,
    person: str,
    roles: frozenset[str],
    is_for_group: bool = False,
    actor: Actor,
    now: datetime,
) -> Outcome:
    """Give someone at a customer other roles there; none removes them.

    Args:
        session: A writing session.
        customer_id: Row number of the customer.
        person: Public id of who holds a role there.
        roles: All they shall hold there from now on.
        is_for_group: Whether these hold for the members of the customer's group too; staff decide that.
        actor: The customer's administrator, or staff with ``people:company``.
        now: When.

    Returns:
        ``done``, or ``waits`` when a second person must agree to the new role first.

    Raises:
        NotAllowed: Not these roles, or oneself.
        NotFound: The person holds no role there, or the customer is out of scope.
        Conflict: Nothing changes, or it waits already.
        Invalid: No such role.
    """
    actor.require(Permission.PEOPLE_COMPANY)
    actor.require_scope(customer_id)
    held, covered = roles_at(session, person=person, customer_id=customer_id)
    _require_manager(actor, customer_id, roles ^ held)
    given = roles - held if not is_for_group or covered else roles
    if person == actor.public_id:
        raise NotAllowed(N_("Nobody changes their own roles or account."))
    if _needs_second(session, customer_id, given=given, but=person, actor=actor):
        row = RoleRequest(
            customer_id=customer_id, kind="change", person_public_id=person, role=_joined(roles),
            is_for_group=is_for_group, requested_by_id=actor.person_id or 0, requested_at=now,
        )  # fmt: skip
        _ask(session, row, actor=actor, now=now)
        return "waits"
    set_company_roles(
        session,
        person=person,
        customer_id=customer_id,
        roles=roles,
        is_for_group=is_for_group,
        actor=actor,
        now=now,
    )
    return "done"


def list_role_requests(session: Session, *, customer_id: int, actor: Actor) -> tuple[RoleRequestView, ...]:
    """Return the roles that wait for a second person, oldest first.

    Raises:
        NotAllowed: The actor neither manages the customer's people nor reads customers.
        NotFound: The customer is out of scope.
    """
    actor.require(Permission.PEOPLE_COMPANY, Permission.CUSTOMERS_READ)
    actor.require_scope(customer_id)
    rows = session.execute(
        select(RoleRequest, Person.name, Person.email)
        .outerjoin(Person, Person.public_id == RoleRequest.person_public_id)
        .where(RoleRequest.customer_id == customer_id, RoleRequest.state == "pending")
        .order_by(RoleRequest.id)
    )
    return tuple(
        RoleRequestView(row.public_id, row.kind, row.email or email or "", row.name or name or "", row.role,
                        row.requested_at)
        for row, name, email in rows
    )  # fmt: skip


def _require_manager(actor: Actor, customer_id: int, touched: set[str] | frozenset[str]) -> None:
    actor.require(Permission.PEOPLE_COMPANY)
    actor.require_scope(customer_id)
    if actor.side == "customer" and not touched <= OWN_ROLES:
        raise NotAllowed(N_("The seller gives and takes the administrator’s role. Ask them."))


def _needs_second(
    session: Session, customer_id: int, *, given: frozenset[str], but: str, actor: Actor
) -> bool:
    """Say whether a second person must agree: the only one who confirms, or a strong role given by staff."""
    if actor.side == "staff" and given & _STRONG:
        return True
    return "confirmer" in given and confirmers_of(session, customer_id=customer_id, but=but) == 0


def _joined(roles: frozenset[str]) -> str:
    return " ".join(sorted(roles))


def _ask(session: Session, row: RoleRequest, *, actor: Actor, now: datetime) -> None:
    session.add(row)
    session.flush()
    customer = session.get_one(Customer, row.customer_id)
    request_approval(
        session,
        RequestDraft(
            kind=ROLE_KIND, subject_kind="role-request", subject_id=row.public_id, customer_id=row.customer_id,
            title=customer.number, content=_content(session, row), effect={"after": _content(session, row)},
        ),
        actor=actor, now=now,
    )  # fmt: skip


def _content(session: Session, row: RoleRequest) -> dict[str, Any]:
    email, name = row.email, row.name
    if row.kind == "change":
        found = session.execute(
            select(Person.email, Person.name).where(Person.public_id == row.person_public_id)
        ).one()
        email, name = found
    return {
        "kind": row.kind, "email": email, "name": name, "role": row.role, "is_for_group": row.is_for_group,
        "person": row.person_public_id, "customer_id": row.customer_id,
    }  # fmt: skip


def _row(session: Session, public_id: str) -> RoleRequest:
    return session.scalars(
        select(RoleRequest).where(RoleRequest.public_id == public_id).with_for_update()
    ).one()


def _content_of(session: Session, subject_id: str) -> Mapping[str, Any]:
    return _content(session, _row(session, subject_id))


def _run(session: Session, request: Request, actor: Actor, now: datetime) -> None:
    """Do in the maker's name what the second person agreed to."""
    row = _row(session, request.subject_id)
    row.state = "approved"
    session.flush()
    maker = session.get_one(Person, row.requested_by_id)
    doer = replace(
        system_actor(maker.name, approval=request.public_id, approved_by=actor.public_id), person_id=maker.id,
        public_id=maker.public_id, language=maker.language,
    )  # fmt: skip
    if row.kind == "invite":
        invite_person(
            session,
            email=row.email,
            name=row.name,
            role=row.role,
            customer_id=row.customer_id,
            actor=doer,
            now=now,
        )
        return
    set_company_roles(
        session, person=row.person_public_id, customer_id=row.customer_id, roles=frozenset(row.role.split()),
        is_for_group=row.is_for_group, actor=doer, now=now,
    )  # fmt: skip


def _refused(session: Session, request: Request, _actor: Actor, _now: datetime) -> None:
    row = _row(session, request.subject_id)
    row.state = request.state
    session.flush()


register_kind(
    ApprovalKind(
        kind=ROLE_KIND, run=_run, content_of=_content_of, on_rejected=_refused, is_from_customers=True
    )
)
