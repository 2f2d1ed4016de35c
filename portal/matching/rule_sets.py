"""Versions of the rules of matching: draft, dry run, second person, active; what was active never changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import audit
from portal.access import Actor, Permission
from portal.access.models import Person
from portal.approvals import ApprovalKind, Request, RequestDraft, register_kind, request_approval
from portal.errors import N_, Conflict, Invalid, NotFound, SecondPersonRequired
from portal.matching.models import MatchRuleSet
from portal.matching.rules import RuleChange, RuleSet, body_of, changes_between, rule_set_of

RULES_KIND = "matching.rules"


@dataclass(frozen=True, slots=True)
class RuleSetView:
    """A version of the rules as pages show it.

    Attributes:
        changes: What differs from the rules that are active now; empty for the active set itself.
    """

    public_id: str
    state: str
    reason: str
    made_by: str
    made_at: datetime | None
    active_from_at: datetime | None
    row_version: int
    rules: RuleSet
    changes: tuple[RuleChange, ...] = ()

    @property
    def version(self) -> int:
        """Its number; 0 = as shipped."""
        return self.rules.version


def active_rules(session: Session) -> RuleSet:
    """Return the rules that hold now; as shipped where none was ever activated."""
    row = session.scalars(select(MatchRuleSet).where(MatchRuleSet.state == "active")).one_or_none()
    return RuleSet() if row is None else rule_set_of(row.body, version=row.version)


def list_rule_sets(session: Session, *, actor: Actor) -> tuple[RuleSetView, ...]:
    """Return every version, newest first; the shipped one is last.

    Raises:
        NotAllowed: The actor does not read matches.
    """
    actor.require(Permission.MATCHES_READ)
    now_active = active_rules(session)
    rows = session.execute(
        select(MatchRuleSet, Person.name)
        .outerjoin(Person, Person.id == MatchRuleSet.made_by_id)
        .order_by(MatchRuleSet.version.desc())
    )
    views = [_view(row, name or "", now_active) for row, name in rows]
    shipped = RuleSetView(
        "shipped", "active" if now_active.version == 0 else "retired", "", "", None, None, 0, RuleSet()
    )
    return (*views, shipped)


def find_rule_set(session: Session, *, public_id: str, actor: Actor) -> RuleSetView:
    """Return one version; ``shipped`` names what came with the product.

    Raises:
        NotAllowed: The actor does not read matches.
        NotFound: Unknown.
    """
    found = {view.public_id: view for view in list_rule_sets(session, actor=actor)}
    if public_id not in found:
        raise NotFound
    return found[public_id]


def _view(row: MatchRuleSet, maker: str, now_active: RuleSet) -> RuleSetView:
    rules = rule_set_of(row.body, version=row.version)
    changes = () if rules.version == now_active.version else changes_between(now_active, rules)
    return RuleSetView(
        row.public_id, row.state, row.reason, maker, row.made_at, row.active_from_at, row.row_version, rules, changes
    )  # fmt: skip


def draft_rule_set(session: Session, *, actor: Actor, now: datetime) -> str:
    """Start a draft as a copy of the active rules; returns its public id, of the open draft where there is one.

    Raises:
        NotAllowed: The actor does not work on matches.
    """
    actor.require(Permission.MATCHES_WORK)
    waiting = session.scalars(
        select(MatchRuleSet).where(MatchRuleSet.state.in_(("draft", "pending"))).limit(1)
    ).one_or_none()
    if waiting is not None:
        return waiting.public_id
    newest = session.scalar(select(func.max(MatchRuleSet.version))) or 0
    row = MatchRuleSet(
        version=newest + 1, body=body_of(active_rules(session)), made_by_id=actor.person_id, made_at=now
    )
    session.add(row)
    session.flush()
    _record(session, row, "matching.rules-drafted", actor=actor, now=now)
    return row.public_id


def edit_rule_set(
    session: Session, *, public_id: str, row_version: int, body: Mapping[str, Any], reason: str, actor: Actor,
    now: datetime,
) -> None:  # fmt: skip
    """Change a draft; nothing that matches changes by it.

    Args:
        session: A writing session.
        public_id: The draft.
        row_version: As seen.
        body: The whole rule set as ``body_of`` writes it.
        reason: Why; the second person reads it.
        actor: Needs ``matches:work``.
        now: When.

    Raises:
        NotAllowed: The actor does not work on matches.
        NotFound: Unknown.
        Conflict: It is no draft any more, or was edited since.
        Invalid: A value cannot be used.
    """
    actor.require(Permission.MATCHES_WORK)
    row = _locked(session, public_id)
    if row.state != "draft" or row.row_version != row_version:
        raise Conflict
    row.body = body_of(rule_set_of(body, version=row.version))
    row.reason, row.made_by_id = reason.strip()[:500], actor.person_id
    row.row_version += 1
    session.flush()
    _record(session, row, "matching.rules-edited", actor=actor, now=now)


def discard_rule_set(session: Session, *, public_id: str, actor: Actor, now: datetime) -> None:
    """Throw a draft away; its number is not given again.

    Raises:
        NotAllowed: The actor does not work on matches.
        NotFound: Unknown.
        Conflict: It is no draft.
    """
    actor.require(Permission.MATCHES_WORK)
    row = _locked(session, public_id)
    if row.state != "draft":
        raise Conflict
    row.state = "retired"
    row.row_version += 1
    session.flush()
    _record(session, row, "matching.rules-discarded", actor=actor, now=now)


def submit_rule_set(
    session: Session,
    *,
    public_id: str,
    effect: Mapping[str, Any],
    note: str = "",
    actor: Actor,
    now: datetime,
) -> str:
    """Ask a second person to activate a draft; the dry run goes with it. Returns the approval's public id.

    Args:
        session: A writing session.
        public_id: The draft.
        effect: What the dry run says, for the second person.
        note: Words for the second person.
        actor: Needs ``matches:work``; becomes the maker.
        now: When.

    Raises:
        NotAllowed: The actor does not work on matches, or is no person.
        NotFound: Unknown.
        Conflict: It is no draft, or already waits.
        Invalid: No reason was written, or nothing differs from the active rules.
    """
    actor.require(Permission.MATCHES_WORK)
    row = _locked(session, public_id)
    if row.state != "draft":
        raise Conflict
    if not row.reason:
        raise Invalid(N_("Say why the rules change."), field="reason")
    changes = changes_between(active_rules(session), rule_set_of(row.body, version=row.version))
    if not changes:
        raise Invalid(N_("Nothing differs from the active rules."), field="rules")
    row.state = "pending"
    row.row_version += 1
    session.flush()
    shown = [[change.what, change.before, change.after] for change in changes]
    draft = RequestDraft(
        kind=RULES_KIND, subject_kind="match-rules", subject_id=row.public_id, title=f"v{row.version} · {row.reason}",
        content=_content_of(session, row.public_id), effect={"changes": shown, **effect}, note=note.strip(),
    )  # fmt: skip
    return request_approval(session, draft, actor=actor, now=now)


def _content_of(session: Session, public_id: str) -> dict[str, Any]:
    row = session.scalars(
        select(MatchRuleSet)
        .where(MatchRuleSet.public_id == public_id)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound
    return {"version": row.version, "body": row.body, "reason": row.reason, "made_by_id": row.made_by_id}


def _activate(session: Session, request: Request, actor: Actor, now: datetime) -> None:
    row = _locked(session, request.subject_id)
    if row.state != "pending":
        raise Conflict
    if row.made_by_id == actor.person_id:
        raise SecondPersonRequired
    before = session.scalars(
        select(MatchRuleSet).where(MatchRuleSet.state == "active").with_for_update()
    ).one_or_none()
    if before is not None:
        before.state = "retired"
        session.flush()
    row.state, row.active_from_at = "active", now
    session.flush()
    _record(session, row, "matching.rules-activated", actor=actor, now=now)


def _back_to_draft(session: Session, request: Request, actor: Actor, now: datetime) -> None:
    row = _locked(session, request.subject_id)
    row.state = "draft"
    row.row_version += 1
    session.flush()
    _record(session, row, "matching.rules-returned", actor=actor, now=now)


def _locked(session: Session, public_id: str) -> MatchRuleSet:
    row = session.scalars(
        select(MatchRuleSet)
        .where(MatchRuleSet.public_id == public_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound
    return row


def _record(session: Session, row: MatchRuleSet, event: str, *, actor: Actor, now: datetime) -> None:
    audit.record(
        session, event, subject_kind="match-rules", subject_id=row.public_id,
        details={"version": row.version, "state": row.state, "reason": row.reason}, actor=actor, now=now,
    )  # fmt: skip


register_kind(
    ApprovalKind(kind=RULES_KIND, run=_activate, content_of=_content_of, on_rejected=_back_to_draft)
)
