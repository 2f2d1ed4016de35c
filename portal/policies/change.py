"""Change the policy: one security administrator proposes, another approves; versions never change."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import audit
from portal.access import Actor, Permission
from portal.approvals import ApprovalKind, Request, RequestDraft, register_kind, request_approval
from portal.errors import N_, Conflict, Invalid, NotAllowed, NotFound, SecondPersonRequired
from portal.policies.models import PolicyProposal, PolicyVersion
from portal.policies.rules import Policy, body_of, differences, policy_of

CHANGE_KIND = "policies.change"


def change_policy(
    session: Session,
    *,
    policy: Policy,
    valid_from_on: date,
    reason: str,
    asked_by_id: int | None = None,
    actor: Actor,
    now: datetime,
) -> Policy:
    """Write a new version of the policy and return it with its number.

    Args:
        session: A writing session.
        policy: All rules as they shall be; its version is ignored.
        valid_from_on: Business day from which it holds.
        reason: Why; auditors read it.
        asked_by_id: Who proposed it; the actor approves. Only the console needs nobody.
        actor: Needs ``policies:set``.
        now: When.

    Raises:
        NotAllowed: The actor may not.
        SecondPersonRequired: One person alone.
        Invalid: No reason, or a rule that cannot be used.
    """
    actor.require(Permission.POLICIES_SET)
    if actor.person_id is not None and asked_by_id in {None, actor.person_id}:
        raise SecondPersonRequired(
            N_("The policy takes two security administrators: one proposes, the other approves.")
        )
    _require_reason(reason)
    newest = newest_version(session)
    body = body_of(policy)
    made = policy_of(body, version=newest + 1)
    session.add(
        PolicyVersion(
            version=made.version, valid_from_on=valid_from_on, body=body, reason=reason.strip()[:500],
            made_by_id=asked_by_id, approved_by_id=actor.person_id, made_at=now,
        )
    )  # fmt: skip
    session.flush()
    audit.record(
        session, "policies.changed", subject_kind="policy", subject_id=f"v{made.version}",
        details={"body": body, "valid_from": valid_from_on, "reason": reason.strip()}, actor=actor, now=now,
    )  # fmt: skip
    return made


def propose_policy(
    session: Session,
    *,
    policy: Policy,
    valid_from_on: date,
    today: date,
    reason: str,
    actor: Actor,
    now: datetime,
) -> str:
    """Propose the rules from a day on; a second security administrator approves them.

    Args:
        session: A writing session.
        policy: All rules as they shall be.
        valid_from_on: Business day from which they shall hold, not before ``today``.
        today: The business day of ``now``.
        reason: Why; auditors read it.
        actor: Needs ``policies:set``.
        now: When.

    Returns:
        Public id of the approval.

    Raises:
        NotAllowed: The actor may not, or is no person.
        Invalid: No reason, a day in the past, a rule that cannot be used, or nothing differs.
        Conflict: Another proposal waits.
    """
    actor.require(Permission.POLICIES_SET)
    if actor.person_id is None:
        raise NotAllowed
    _require_reason(reason)
    if valid_from_on < today:
        raise Invalid(N_("A policy holds from today or a later day on."), field="valid_from_on")
    newest = newest_version(session)
    body = body_of(policy_of(body_of(policy), version=newest + 1))
    before = _body_of_version(session, newest)
    changes = differences(before, body)
    if not changes:
        raise Invalid(N_("Nothing differs from the policy as it is."))
    if session.scalar(select(PolicyProposal.id).where(PolicyProposal.state == "pending")) is not None:
        raise Conflict(N_("Another change of the policy waits for a decision."))
    row = PolicyProposal(
        base_version=newest, valid_from_on=valid_from_on, body=body, reason=reason.strip()[:500],
        asked_by_id=actor.person_id, asked_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    draft = RequestDraft(
        kind=CHANGE_KIND, subject_kind="policy", subject_id=row.public_id, title=f"v{newest + 1}",
        content=content_of(session, row.public_id), effect={"before": before, "after": body}, note=row.reason,
        policy_version=newest,
    )  # fmt: skip
    return request_approval(session, draft, actor=actor, now=now)


def newest_version(session: Session) -> int:
    """Return the number of the newest version, whether it holds already or not; 0 = as shipped."""
    return session.scalar(select(func.max(PolicyVersion.version))) or 0


def content_of(session: Session, public_id: str) -> dict[str, Any]:
    """Return all that is approved of a proposal; a version made meanwhile changes it.

    Raises:
        NotFound: Unknown.
    """
    row = _proposal(session, public_id)
    return {
        "body": row.body, "valid_from": row.valid_from_on.isoformat(), "reason": row.reason,
        "base_version": row.base_version, "newest": newest_version(session),
    }  # fmt: skip


def _body_of_version(session: Session, version: int) -> dict[str, Any]:
    body = session.scalar(select(PolicyVersion.body).where(PolicyVersion.version == version))
    return body_of(policy_of(body or {}, version=version))


def _proposal(session: Session, public_id: str) -> PolicyProposal:
    row = session.scalars(select(PolicyProposal).where(PolicyProposal.public_id == public_id)).one_or_none()
    if row is None:
        raise NotFound
    return row


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise Invalid(N_("Say why the policy changes."), field="reason")


def _run(session: Session, request: Request, actor: Actor, now: datetime) -> None:
    row = _proposal(session, request.subject_id)
    change_policy(
        session, policy=policy_of(row.body, version=0), valid_from_on=row.valid_from_on, reason=row.reason,
        asked_by_id=row.asked_by_id, actor=actor, now=now,
    )  # fmt: skip
    row.state = "done"
    session.flush()


def _on_rejected(session: Session, request: Request, actor: Actor, now: datetime) -> None:  # noqa: ARG001 - the kind's signature
    _proposal(session, request.subject_id).state = request.state
    session.flush()


register_kind(
    ApprovalKind(
        kind=CHANGE_KIND, run=_run, content_of=content_of, on_rejected=_on_rejected,
        permission=Permission.POLICIES_SET, readers=(Permission.POLICIES_READ,),
    )
)  # fmt: skip
