"""How often proposals of a kind were right, counted on the books' own decisions."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from portal.access import Actor, Permission
from portal.matching.engine import Calibration
from portal.matching.models import Match

#: Decisions of people and what was undone: what posted by itself and stood proves little.
_JUDGED = ("hand", "bulk", "approval")


@dataclass(frozen=True, slots=True)
class RuleEffect:
    """What one stage of the engine did under one version of the rules.

    Attributes:
        confirmed: Posted exactly as proposed, by itself or by a person.
        changed: Posted otherwise, refused or left alone by a person.
        undone: Posted and taken back.
    """

    version: int
    rule: str
    posted_by_itself: int
    confirmed: int
    changed: int
    undone: int
    waiting: int

    @property
    def right_permille(self) -> int | None:
        """Share of judged proposals that were right, in parts of a thousand; None = none was judged."""
        judged = self.confirmed + self.changed + self.undone
        return self.confirmed * 1000 // judged if judged else None


def calibration_of(session: Session) -> Calibration:
    """Return the shipped calibration corrected by the books' own decisions."""
    right = func.sum(case((_is_right(), 1), else_=0))
    rows = session.execute(
        select(Match.bucket, right, func.count())
        .where(
            Match.bucket != "", (Match.decided_how.in_(_JUDGED)) | (Match.state.in_(("refused", "undone")))
        )
        .group_by(Match.bucket)
    )
    counted = {bucket: (int(good), int(total)) for bucket, good, total in rows}
    return Calibration.default().learned(counted)


def _is_right() -> ColumnElement[bool]:
    return (Match.state == "posted") & Match.was_changed.is_(False)


def rule_effects(session: Session, *, actor: Actor) -> tuple[RuleEffect, ...]:
    """Return what each stage did, newest version of the rules first.

    Raises:
        NotAllowed: The actor does not read matches.
    """
    actor.require(Permission.MATCHES_READ)
    posted, changed = Match.state == "posted", Match.was_changed.is_(True)
    rows = session.execute(
        select(
            Match.rule_set_version, Match.rule, _count(posted & (Match.decided_how == "auto")),
            _count(posted & ~changed), _count((posted & changed) | Match.state.in_(("refused",))),
            _count(Match.state == "undone"), _count(Match.state.in_(("proposed", "pending", "parked"))),
        )
        .where(Match.rule != "")
        .group_by(Match.rule_set_version, Match.rule)
        .order_by(Match.rule_set_version.desc(), Match.rule)
    )  # fmt: skip
    return tuple(RuleEffect(row[0], row[1], *(int(figure) for figure in row[2:])) for row in rows)


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))
