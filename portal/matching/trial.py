"""What a rule set would do differently: both sets over the same waiting lines, nothing written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from portal.access import Actor, Permission
from portal.matching.consider import Candidate, consider
from portal.matching.propose import waiting_lines
from portal.matching.rule_sets import active_rules
from portal.matching.rules import RuleSet
from portal.money import Money

#: What becomes of a receipt under a rule set.
FATES = ("post", "propose", "advance", "none", "left")


@dataclass(frozen=True, slots=True)
class DryRow:
    """One receipt that would fare differently; fates are of ``FATES``."""

    booked_on: date
    payer: str
    narrative: str
    money: Money
    before: str
    after: str
    before_documents: int
    after_documents: int


@dataclass(frozen=True, slots=True)
class DryRun:
    """How many receipts meet which fate, before and after, and which differ."""

    receipts: int
    before: dict[str, int]
    after: dict[str, int]
    rows: tuple[DryRow, ...]

    def as_effect(self) -> dict[str, Any]:
        """Return the figures for the second person."""
        return {"receipts": self.receipts, "counts": {"before": self.before, "after": self.after},
                "changed": len(self.rows)}  # fmt: skip


def dry_run(session: Session, *, rules: RuleSet, actor: Actor) -> DryRun:
    """Compare a rule set with the active one over every receipt that waits; writes nothing.

    Args:
        session: Any session; look-up keys are as of the last matching run.
        rules: The set to try.
        actor: Needs ``matches:read``.

    Raises:
        NotAllowed: The actor does not read matches.

    Source: requirement 0-15.
    """
    actor.require(Permission.MATCHES_READ)
    active = active_rules(session)
    before, after = dict.fromkeys(FATES, 0), dict.fromkeys(FATES, 0)
    rows: list[DryRow] = []
    receipts = 0
    for entity_id, lines in waiting_lines(session):
        if not actor.sees_entity(entity_id):
            continue
        one = consider(session, entity_id=entity_id, lines=lines, rules=active)
        other = consider(session, entity_id=entity_id, lines=lines, rules=rules)
        receipts += len(lines)
        for old, new in zip(one, other, strict=True):
            before[fate_of(old)] += 1
            after[fate_of(new)] += 1
            if fate_of(old) != fate_of(new) or old.parts != new.parts:
                rows.append(_row(old, new))
    return DryRun(receipts, before, after, tuple(rows))


def fate_of(one: Candidate) -> str:
    """Return what becomes of a candidate."""
    if one.is_left:
        return "left"
    if one.may_post:
        return "post"
    return {"allocate": "propose", "advance": "advance"}.get(one.outcome, "none")


def _row(old: Candidate, new: Candidate) -> DryRow:
    line = old.line
    return DryRow(
        line.booked_on, line.payer_name, line.narrative, Money(line.amount_minor, line.currency), fate_of(old),
        fate_of(new), len(old.parts), len(new.parts),
    )  # fmt: skip
