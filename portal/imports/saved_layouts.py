"""Layouts that people save: a second person approves a version before files are loaded by it without a look."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor, Permission
from portal.approvals import ApprovalKind, Request, RequestDraft, register_kind, request_approval
from portal.errors import N_, Conflict, NotFound
from portal.imports.models import ImportProfile

PROFILE_KIND = "imports.profile"


def request_profile(session: Session, *, public_id: str, actor: Actor, now: datetime) -> str:
    """Ask a second person to approve a version of a layout; returns the public id of the approval.

    Raises:
        NotAllowed: The actor may not run imports, or is no person.
        NotFound: There is no such version.
        Conflict: It is not a draft.
    """
    actor.require(Permission.IMPORTS_RUN)
    row = _profile(session, public_id)
    if row.state not in {"draft", "rejected"}:
        raise Conflict(N_("This version waits for a second person or was approved already."))
    row.state = "pending"
    session.flush()
    content = profile_content(session, public_id)
    draft = RequestDraft(
        kind=PROFILE_KIND, subject_kind="profile", subject_id=public_id, title=f"{row.name} v{row.version}",
        content=content, effect={"columns": content["body"]["columns"]},
    )  # fmt: skip
    return request_approval(session, draft, actor=actor, now=now)


def profile_content(session: Session, public_id: str) -> dict[str, Any]:
    """Return what approving a version approves: all of its data."""
    row = _profile(session, public_id)
    return {"name": row.name, "version": row.version, "body": row.body}


def _profile(session: Session, public_id: str) -> ImportProfile:
    row = session.scalars(
        select(ImportProfile).where(ImportProfile.public_id == public_id).with_for_update()
    ).one_or_none()
    if row is None:
        raise NotFound
    return row


def _approved(session: Session, request: Request, actor: Actor, now: datetime) -> None:
    row = _profile(session, request.subject_id)
    row.state, row.decided_by_id, row.decided_at = "approved", actor.person_id, now
    session.flush()


def _rejected(session: Session, request: Request, actor: Actor, now: datetime) -> None:
    row = _profile(session, request.subject_id)
    row.state, row.decided_by_id, row.decided_at = (
        "rejected" if request.state == "rejected" else "draft", actor.person_id, now,
    )  # fmt: skip
    session.flush()


register_kind(
    ApprovalKind(kind=PROFILE_KIND, run=_approved, content_of=profile_content, on_rejected=_rejected)
)
