"""Versions of the rules: one draft at a time, tried, activated by a second person; active ones never change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.approvals import approve, newest_approval, reject
from portal.errors import Conflict, Invalid, NotAllowed, NotFound
from portal.matching import (
    MatchRule,
    RuleSet,
    active_rules,
    body_of,
    discard_rule_set,
    draft_rule_set,
    dry_run,
    edit_rule_set,
    find_rule_set,
    list_rule_sets,
    rule_effects,
    submit_rule_set,
)
from portal.matching.models import Match, MatchRuleSet
from tests.books import Books
from tests.matching.conftest import Bank

Tell = Callable[[str], Books]
ASK_ALWAYS = RuleSet(rules=(MatchRule("ask", "propose"),))


def drafted(
    session: Session, mei: Actor, now: datetime, rules: RuleSet = ASK_ALWAYS, reason: str = "why"
) -> str:
    public_id = draft_rule_set(session, actor=mei, now=now)
    view = find_rule_set(session, public_id=public_id, actor=mei)
    edit_rule_set(
        session, public_id=public_id, row_version=view.row_version, body=body_of(rules), reason=reason, actor=mei,
        now=now,
    )  # fmt: skip
    return public_id


@pytest.mark.db
def test_a_second_person_activates_a_draft(
    session: Session, mei: Actor, chen: Actor, aud: Actor, now: datetime
) -> None:
    """Requirement 0-15: versions with activation by a second person."""
    for place in (1, 2):
        rules = RuleSet(rules=(MatchRule(f"v{place}", "propose"),))
        public_id = drafted(session, mei, now, rules)
        submit_rule_set(session, public_id=public_id, effect={}, actor=mei, now=now)
        waiting = newest_approval(session, subject_kind="match-rules", subject_id=public_id, actor=chen)
        assert waiting is not None
        approve(session, public_id=waiting.public_id, seen_hash=waiting.content_hash, actor=chen, now=now)
        assert active_rules(session).version == place
    states = [view.state for view in list_rule_sets(session, actor=aud)]
    assert states == ["active", "retired", "retired"]


def test_sent_back_it_is_a_draft_again(session: Session, mei: Actor, chen: Actor, now: datetime) -> None:
    public_id = drafted(session, mei, now)
    submit_rule_set(session, public_id=public_id, effect={}, actor=mei, now=now)
    waiting = newest_approval(session, subject_kind="match-rules", subject_id=public_id, actor=chen)
    assert waiting is not None
    reject(session, public_id=waiting.public_id, note="too strict", actor=chen, now=now)
    assert find_rule_set(session, public_id=public_id, actor=mei).state == "draft"
    discard_rule_set(session, public_id=public_id, actor=mei, now=now)
    with pytest.raises(Conflict):
        discard_rule_set(session, public_id=public_id, actor=mei, now=now)


def test_refuses_what_is_unexplained_unchanged_stale_or_not_theirs(
    session: Session, mei: Actor, aud: Actor, now: datetime
) -> None:
    with pytest.raises(NotAllowed):
        draft_rule_set(session, actor=aud, now=now)
    public_id = drafted(session, mei, now, reason="")
    assert draft_rule_set(session, actor=mei, now=now) == public_id, "one draft at a time"
    with pytest.raises(Invalid):
        submit_rule_set(session, public_id=public_id, effect={}, actor=mei, now=now)
    with pytest.raises(Conflict):
        edit_rule_set(session, public_id=public_id, row_version=99, body={}, reason="x", actor=mei, now=now)
    unchanged = body_of(RuleSet())
    edit_rule_set(session, public_id=public_id, row_version=2, body=unchanged, reason="x", actor=mei, now=now)
    with pytest.raises(Invalid):
        submit_rule_set(session, public_id=public_id, effect={}, actor=mei, now=now)
    with pytest.raises(NotFound):
        find_rule_set(session, public_id="x" * 22, actor=mei)


def test_what_was_active_never_changes(session: Session, mei: Actor, now: datetime) -> None:
    public_id = drafted(session, mei, now)
    row = session.scalars(select(MatchRuleSet).where(MatchRuleSet.public_id == public_id)).one()
    row.state = "active"
    session.flush()
    row.body = {}
    with pytest.raises(DBAPIError):
        session.flush()


def test_a_dry_run_names_what_would_change_and_writes_nothing(
    session: Session, books: Tell, bank: Bank, mei: Actor, aud: Actor, now: datetime
) -> None:
    """Requirement 0-15: the dry run prints what would change."""
    books("2026-01-05 invoice ACME INV-26-08812 743.50 CNY")
    bank.tell("2026-01-20 743.50 CNY Acme/6222 | INV-26-08812")
    bank.propose()
    before = session.scalar(select(func.count(Match.id)))
    found = dry_run(session, rules=RuleSet(rules=(MatchRule("x", "leave", narrative="INV"),)), actor=aud)
    assert (found.receipts, [(row.before != "left", row.after) for row in found.rows]) == (
        1,
        [(True, "left")],
    )
    assert sum(found.after.values()) == found.receipts
    assert (session.scalar(select(func.count(Match.id))), bank.match().state) == (before, "proposed")
    assert [effect.waiting for effect in rule_effects(session, actor=mei)] == [1]
