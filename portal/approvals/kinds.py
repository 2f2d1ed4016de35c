"""The kinds of approval: each names the verb that runs when a second person says yes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any, Protocol

from sqlalchemy.orm import Session

from portal.access import Actor, Permission
from portal.audit.rules import canonical_body
from portal.money import Money


@dataclass(frozen=True, slots=True)
class Request:
    """One request for a second person, as the verbs of its kind see it.

    Attributes:
        public_id: Of the approval.
        kind: E.g. ``adjustments.post``.
        subject_id: Public id of what is to be approved.
        money: The amount, where one moves.
        content: What was frozen when asked.
        requested_by_id: The maker.
        state: ``pending``, and for ``on_rejected`` ``rejected`` or ``voided``.
        note: The decision's note.
    """

    public_id: str
    kind: str
    subject_kind: str
    subject_id: str
    customer_id: int | None
    money: Money | None
    content: Mapping[str, Any]
    policy_version: int
    requested_by_id: int
    state: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Limit:
    """How much a person may release alone, in minor units of the request's currency; None = as much as there is.

    Attributes:
        act_minor: In one act.
        day_minor: In all acts of the business day ``on``.
    """

    act_minor: int | None
    day_minor: int | None
    on: date


class Run:
    """Signatures of what a kind brings; ``actor`` is the second person."""

    Act = Callable[[Session, Request, Actor, datetime], None]
    ContentOf = Callable[[Session, str], Mapping[str, Any]]
    Check = Callable[[Session, Request, Actor], None]

    class LimitOf(Protocol):
        """How much somebody may do alone in the request's currency; None is without a limit."""

        def __call__(
            self, session: Session, request: Request, *, actor: Actor, now: datetime
        ) -> Limit | None:
            """Return the limit."""


def _nothing(session: Session, request: Request, actor: Actor, now: datetime) -> None:
    """Do nothing more than note the decision."""


def _no_limit(session: Session, request: Request, actor: Actor) -> None:
    """Set no limit."""


@dataclass(frozen=True, slots=True)
class ApprovalKind:
    """What can be approved.

    Attributes:
        kind: E.g. ``adjustments.post``.
        run: ``run(session, request, actor, now)``: does it, when approved.
        content_of: ``content_of(session, subject_id)``: the content as it is now; must equal what was frozen.
        on_rejected: ``on_rejected(session, request, actor, now)``: what follows a rejection or voiding.
        permission: Needed to decide.
        check: ``check(session, request, actor)``: refuses what this approver must not approve at all.
        limit: ``limit(session, request, actor, now)``: above it a second approver is needed; None = no limit.
        maker_limit: The same for who asks; only ``act_minor`` counts.
        readers: One of these permissions shows the requests; the list of approvals shows those of the business.
        is_from_customers: Whether a customer's administrator may ask too; then an active account is enough to ask.
    """

    kind: str
    run: Run.Act
    content_of: Run.ContentOf
    on_rejected: Run.Act = _nothing
    permission: Permission = Permission.APPROVALS_DECIDE
    check: Run.Check = _no_limit
    limit: Run.LimitOf | None = None
    maker_limit: Run.LimitOf | None = None
    readers: tuple[Permission, ...] = (Permission.APPROVALS_READ,)
    is_from_customers: bool = False


_KINDS: dict[str, ApprovalKind] = {}


def register_kind(kind: ApprovalKind) -> None:
    """Make a kind known; features call this once, when they are imported."""
    _KINDS[kind.kind] = kind


def kind_of(name: str) -> ApprovalKind:
    """Return a registered kind."""
    return _KINDS[name]


def kinds_for(actor: Actor, *, to_decide: bool = False) -> tuple[str, ...]:
    """Return the kinds whose requests an actor reads, or those they may decide."""
    return tuple(
        name
        for name, kind in _KINDS.items()
        if (actor.may(kind.permission) if to_decide else any(actor.may(one) for one in kind.readers))
    )


def kinds_read_with(permission: Permission) -> tuple[str, ...]:
    """Return the kinds that a permission shows."""
    return tuple(name for name, kind in _KINDS.items() if permission in kind.readers)


def permission_of(name: str) -> Permission:
    """Return the permission that decides a kind."""
    return _KINDS[name].permission if name in _KINDS else Permission.APPROVALS_DECIDE


def kinds_by_permission() -> dict[Permission, tuple[str, ...]]:
    """Return which kinds each permission decides; kinds of none of the features of today are not among them."""
    permissions = dict.fromkeys(kind.permission for kind in _KINDS.values())
    return {
        one: tuple(name for name, kind in _KINDS.items() if kind.permission == one) for one in permissions
    }


def readers_of(name: str) -> tuple[Permission, ...]:
    """Return the permissions of which one shows a kind."""
    return _KINDS[name].readers if name in _KINDS else (Permission.APPROVALS_READ,)


def content_hash(content: Mapping[str, Any]) -> str:
    """Return the hash of a content: what the approver approves."""
    return sha256(canonical_body(content).encode()).hexdigest()
