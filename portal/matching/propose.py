"""Propose: what each waiting bank line pays; run again it changes nothing that has not changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from portal import audit
from portal.access import Actor, Permission
from portal.bank.lines import set_line_state
from portal.bank.models import BankAccount, BankLine
from portal.db import new_public_id
from portal.errors import Refusal
from portal.matching.consider import Candidate, consider
from portal.matching.keys import chunks, refresh_keys
from portal.matching.models import Match, MatchPart
from portal.matching.post import Decision, post_matches, replace_parts
from portal.matching.rule_sets import active_rules
from portal.matching.rules import RuleSet
from portal.matching.settle import rest_of
from portal.matching.words import stored_reasons
from portal.money import Money
from portal.numbering import reserve_ids
from portal.receivables.models import OpenItem

_MATCHES: Any = Match.__table__


@dataclass(frozen=True, slots=True)
class ProposeResult:
    """What a run found: every receipt is sure, proposed or left; ``changed`` = rows written."""

    receipts: int
    sure: int
    proposed: int
    left: int
    changed: int


def propose_matches(
    session: Session, *, rules: RuleSet | None = None, actor: Actor, now: datetime
) -> ProposeResult:
    """Propose what each waiting receipt pays; posts nothing.

    New bank lines and those still only proposed are asked about; what a person decided is not touched. The same books
    give the same proposals: running again writes nothing. Two runs at once wait for each other.

    Args:
        session: A writing session.
        rules: Rule set to follow; None = the active one.
        actor: Needs ``matches:work``.
        now: When.

    Raises:
        NotAllowed: The actor does not work on matches.
    """
    actor.require(Permission.MATCHES_WORK)
    rules = rules or active_rules(session)
    refresh_keys(session)
    candidates: list[Candidate] = []
    for entity_id, lines in waiting_lines(session):
        if actor.sees_entity(entity_id):
            candidates += consider(session, entity_id=entity_id, lines=lines, rules=rules)
    changed = _keep(session, candidates, rules=rules, actor=actor, now=now)
    sure = sum(one.may_post for one in candidates)
    proposed = sum(not one.may_post and one.outcome != "none" for one in candidates)
    return ProposeResult(len(candidates), sure, proposed, len(candidates) - sure - proposed, changed)


def waiting_lines(session: Session) -> list[tuple[int, list[BankLine]]]:
    """Return money in that is not explained, by legal entity, oldest first; not what a person is deciding on."""
    rows = session.execute(
        select(BankAccount.entity_id, BankLine)
        .join(BankAccount, BankAccount.id == BankLine.account_id)
        .outerjoin(Match, (Match.bank_line_id == BankLine.id) & (Match.state != "undone"))
        .where(
            BankLine.state == "new", BankLine.amount_minor > 0, BankLine.is_reversal.is_(False),
            (Match.id.is_(None)) | ((Match.state == "proposed") & (Match.rule != "undone")),
        )
        .order_by(BankLine.booked_on, BankLine.id)
    )  # fmt: skip
    found: dict[int, list[BankLine]] = {}
    for entity_id, line in rows:
        found.setdefault(entity_id, []).append(line)
    return sorted(found.items())


def _keep(
    session: Session, candidates: Sequence[Candidate], *, rules: RuleSet, actor: Actor, now: datetime
) -> int:
    known = _known(session, [one.line.id for one in candidates])
    fresh = [one for one in candidates if one.line.id not in known]
    moved = [
        (known[one.line.id][0], one)
        for one in candidates
        if one.line.id in known and _differs(*known[one.line.id], one, rules)
    ]
    ids = reserve_ids(session, _MATCHES, len(fresh))
    rows = [
        _row(one) | {
            "id": id_, "public_id": new_public_id(), "bank_line_id": one.line.id, "entity_id": one.entity_id,
            "booked_on": one.line.booked_on, "currency": one.line.currency, "amount_minor": one.line.amount_minor,
            "state": "left" if one.is_left else "proposed", "rule_set_version": rules.version, "made_at": now,
            "decided_how": "auto" if one.is_left else "", "decided_at": now if one.is_left else None,
        }
        for id_, one in zip(ids, fresh, strict=True)
    ]  # fmt: skip
    if rows:
        session.execute(insert(_MATCHES), rows)
        _insert_parts(session, zip(ids, fresh, strict=True))
    for match, one in moved:
        for name, value in (_row(one) | {"rule_set_version": rules.version, "made_at": now}).items():
            setattr(match, name, value)
        match.row_version += 1
        if one.is_left:
            match.state, match.decided_how, match.decided_at = "left", "auto", now
    session.flush()
    replace_parts(session, {match.id: one.parts for match, one in moved})
    _leave(
        session, [one for one in (*fresh, *(one for _, one in moved)) if one.is_left], actor=actor, now=now
    )
    named = [(row["public_id"], one) for row, one in zip(rows, fresh, strict=True)]
    named += [(match.public_id, one) for match, one in moved]
    audit.record_many(
        session, [_audited(public_id, one, rules) for public_id, one in named], actor=actor, now=now
    )
    return len(named)


def _known(session: Session, line_ids: Sequence[int]) -> dict[int, tuple[Match, tuple[tuple[int, int], ...]]]:
    found: dict[int, tuple[Match, tuple[tuple[int, int], ...]]] = {}
    for part in chunks(line_ids):
        matches = session.scalars(
            select(Match).where(Match.bank_line_id.in_(part), Match.state != "undone").with_for_update()
        ).all()
        stored: dict[int, list[tuple[int, int]]] = {}
        rows = session.execute(
            select(MatchPart.match_id, MatchPart.document_id, MatchPart.amount_minor)
            .where(MatchPart.match_id.in_([match.id for match in matches]))
            .order_by(MatchPart.match_id, MatchPart.no)
        )
        for match_id, document_id, minor in rows:
            stored.setdefault(match_id, []).append((document_id, int(minor)))
        found |= {match.bank_line_id: (match, tuple(stored.get(match.id, ()))) for match in matches}
    return found


def _differs(match: Match, parts: tuple[tuple[int, int], ...], one: Candidate, rules: RuleSet) -> bool:
    if match.state != "proposed":
        return False
    if parts != one.parts or one.is_left or match.rule_set_version != rules.version:
        return True
    return any(getattr(match, name) != value for name, value in _row(one).items())


def _row(one: Candidate) -> dict[str, Any]:
    return {
        "customer_id": one.customer_id, "outcome": one.outcome, "item_currency": _item_currency(one),
        "rest_kind": one.rest_kind, "rest_minor": one.rest_minor, "confidence_bp": one.confidence_bp,
        "rule": one.rule, "bucket": one.bucket, "reasons": stored_reasons(one.reasons),
        "alternatives": [list(other) for other in one.alternatives], "is_ambiguous": one.is_ambiguous,
        "may_post": one.may_post,
    }  # fmt: skip


def _item_currency(one: Candidate) -> str:
    return one.item_currency or one.line.currency


def _insert_parts(session: Session, kept: Iterable[tuple[int, Candidate]]) -> None:
    rows = [
        {"match_id": id_, "no": no, "document_id": document_id, "amount_minor": minor}
        for id_, one in kept
        for no, (document_id, minor) in enumerate(one.parts, start=1)
    ]
    if rows:
        session.execute(insert(MatchPart), rows)


def _leave(session: Session, left: Sequence[Candidate], *, actor: Actor, now: datetime) -> None:
    by_note: dict[str, list[int]] = {}
    for one in left:
        by_note.setdefault(one.reasons[0][0] % one.reasons[0][1], []).append(one.line.id)
    for note, line_ids in by_note.items():
        set_line_state(session, line_ids=line_ids, state="ignored", note=note[:300], actor=actor, now=now)


def _audited(public_id: str, one: Candidate, rules: RuleSet) -> audit.AuditDraft:
    details: dict[str, object] = {
        "money": Money(one.line.amount_minor, one.line.currency), "outcome": "left" if one.is_left else one.outcome,
        "rule": one.rule, "confidence": f"{one.confidence_bp / 100:.2f} %", "rules": rules.version,
        "documents": len(one.parts), "reasons": [message % params for message, params in one.reasons][:10],
    }  # fmt: skip
    return audit.AuditDraft("matches.proposed", "match", public_id, one.customer_id, details)


# --- posting by itself ----------------------------------------------------------------------------------------------


def post_sure(session: Session, *, limit: int = 2000, actor: Actor, now: datetime) -> tuple[int, int]:
    """Post the proposals that the rules let post by themselves, oldest first; returns (looked at, posted).

    What no longer fits what is open is left for a person; nothing is applied twice, whoever else posts meanwhile.

    Args:
        session: A writing session.
        limit: At most so many; call again until nothing was looked at.
        actor: Needs ``matches:work``.
        now: When.

    Raises:
        NotAllowed: The actor does not work on matches.
    """
    actor.require(Permission.MATCHES_WORK)
    matches = session.scalars(
        select(Match)
        .where(Match.state == "proposed", Match.may_post)
        .order_by(Match.id)
        .limit(limit)
        .with_for_update()
    ).all()
    parts = _parts_by_match(session, [match.id for match in matches])
    left = _open_amounts(session, {document_id for found in parts.values() for document_id, _ in found})
    decisions = []
    for match in matches:
        wanted = parts.get(match.id, ())
        if match.customer_id is None or any(left[document_id] < abs(minor) for document_id, minor in wanted):
            match.may_post = False  # the next run proposes anew
            continue
        for document_id, minor in wanted:
            left[document_id] -= abs(minor)
        decisions.append(
            Decision(match, match.customer_id, match.item_currency, wanted, rest_of(match.rest_kind), "auto")
        )
    return len(matches), _post_those_that_can(session, decisions, actor=actor, now=now)


def _post_those_that_can(
    session: Session, decisions: Sequence[Decision], *, actor: Actor, now: datetime
) -> int:
    """Post all at once; where one is refused, each by itself, and leave the refused for a person."""
    try:
        with session.begin_nested():
            post_matches(session, decisions, actor=actor, now=now)
        return len(decisions)
    except Refusal:
        session.expire_all()
    posted = 0
    for decision in decisions:
        try:
            with session.begin_nested():
                post_matches(session, [decision], actor=actor, now=now)
            posted += 1
        except Refusal:
            session.refresh(decision.match)
            decision.match.may_post = False
    session.flush()
    return posted


def _parts_by_match(session: Session, ids: Sequence[int]) -> dict[int, tuple[tuple[int, int], ...]]:
    found: dict[int, list[tuple[int, int]]] = {}
    for part in chunks(ids):
        rows = session.execute(
            select(MatchPart.match_id, MatchPart.document_id, MatchPart.amount_minor)
            .where(MatchPart.match_id.in_(part))
            .order_by(MatchPart.match_id, MatchPart.no)
        )
        for match_id, document_id, minor in rows:
            found.setdefault(match_id, []).append((document_id, int(minor)))
    return {match_id: tuple(rows) for match_id, rows in found.items()}


def _open_amounts(session: Session, document_ids: Iterable[int]) -> dict[int, int]:
    """Lock the open items in order of row number and return what is open of each."""
    found: dict[int, int] = {}
    for part in chunks(sorted(set(document_ids)), 5000):
        rows = session.execute(
            select(OpenItem.document_id, OpenItem.open_minor)
            .where(OpenItem.document_id.in_(part))
            .order_by(OpenItem.document_id)
            .with_for_update()
        )
        found |= {document_id: int(open_minor) for document_id, open_minor in rows}
    return found
