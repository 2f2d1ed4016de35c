"""Ask a second person: freeze the content, show what it changes; above a limit two of them must say yes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor, Permission
from portal.adjustments.draft import locked_adjustment, record_adjustment
from portal.adjustments.effect import effect_of
from portal.adjustments.models import Adjustment
from portal.adjustments.post import post_adjustment, return_adjustment
from portal.adjustments.rules import next_state
from portal.approvals import ApprovalKind, Request, RequestDraft, register_kind, request_approval
from portal.approvals.kinds import kind_of
from portal.clock import business_day
from portal.errors import NotAllowed, NotFound
from portal.ledger import entity_view
from portal.money import Money
from portal.policies import current_policy
from portal.roles import approver_limit, maker_limit

POST_KIND = "adjustments.post"


def submit_adjustment(
    session: Session,
    *,
    public_id: str,
    note: str = "",
    kind: str = POST_KIND,
    more: Mapping[str, Mapping[str, int]] | None = None,
    actor: Actor,
    now: datetime,
) -> str:
    """Ask a second person to approve an adjustment exactly as it stands.

    Args:
        session: A writing session.
        public_id: Of the adjustment.
        note: Words for the approver.
        kind: Kind of approval; a higher feature may register one that does more when approved.
        more: Further figures of ``before`` and ``after``, in minor units, from the asking feature.
        actor: Needs ``postings:request``; becomes the maker.
        now: When.

    Returns:
        Public id of the approval.

    Raises:
        NotAllowed: The actor may not ask for postings, or is no person.
        NotFound: Unknown.
        Conflict: It is not a draft.
        PeriodClosed: The posting date lies in a closed period.
        OverApplied: More than is open.
    """
    actor.require(Permission.POSTINGS_REQUEST)
    if actor.person_id is None:
        raise NotAllowed
    row = locked_adjustment(session, public_id=public_id, verb="submit", actor=actor)
    effect = effect_of(session, row, now=now)
    for side, figures in (more or {}).items():
        effect[side] = {**effect[side], **figures}
    row.state, row.made_by_id = next_state(row.state, "submit"), actor.person_id
    session.flush()
    record_adjustment(session, row, event="adjustments.submitted", actor=actor, now=now)
    today = business_day(now, entity_view(session, row.entity_id).time_zone)
    draft = RequestDraft(
        kind=kind, subject_kind="adjustment", subject_id=row.public_id, customer_id=row.customer_id,
        title=" · ".join(filter(None, (row.number, effect["document_no"]))),
        money=Money(row.amount_minor, row.currency), content=kind_of(kind).content_of(session, row.public_id),
        effect=effect, note=note.strip(), policy_version=current_policy(session, on=today).version,
    )  # fmt: skip
    return request_approval(session, draft, actor=actor, now=now)


def content_of(session: Session, public_id: str) -> dict[str, Any]:
    """Return all that is approved of an adjustment; any edit changes it.

    Raises:
        NotFound: Unknown.
    """
    row = session.scalars(
        select(Adjustment).where(Adjustment.public_id == public_id).execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound
    return {
        "number": row.number, "entity_id": row.entity_id, "customer_id": row.customer_id, "kind": row.kind,
        "currency": row.currency, "amount_minor": row.amount_minor, "tax_minor": row.tax_minor,
        "posting_on": row.posting_on.isoformat(), "document_id": row.document_id, "dispute_id": row.dispute_id,
        "reason": row.reason, "made_by_id": row.made_by_id, "row_version": row.row_version,
    }  # fmt: skip


def _run(session: Session, request: Request, actor: Actor, now: datetime) -> None:
    post_adjustment(session, public_id=request.subject_id, actor=actor, now=now)


def _on_rejected(session: Session, request: Request, actor: Actor, now: datetime) -> None:
    return_adjustment(session, public_id=request.subject_id, actor=actor, now=now)


register_kind(
    ApprovalKind(
        kind=POST_KIND, run=_run, content_of=content_of, on_rejected=_on_rejected, limit=approver_limit,
        maker_limit=maker_limit,
    )
)  # fmt: skip
