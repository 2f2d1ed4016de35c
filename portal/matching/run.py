"""The matching run: propose for what waits, then post what is sure, in short transactions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from portal.access import Actor
from portal.clock import monotonic_seconds
from portal.db import Database
from portal.matching.propose import post_sure, propose_matches

MATCH_JOB = "matching.run"
_BATCH = 2000


@dataclass(frozen=True, slots=True)
class MatchRun:
    """What a run did: ``receipts`` = ``posted`` + ``proposed`` + ``left``."""

    receipts: int
    posted: int
    proposed: int
    left: int
    seconds: float

    def as_json(self) -> dict[str, object]:
        """Return the figures as the command prints them."""
        return {
            "receipts": self.receipts, "posted": self.posted, "proposed": self.proposed, "left": self.left,
            "seconds": round(self.seconds, 3),
        }  # fmt: skip


def run_matching(
    database: Database,
    *,
    is_dry: bool = False,
    progress: Callable[[int, int], None] | None = None,
    actor: Actor,
    now: datetime,
) -> MatchRun:
    """Match what waits: propose in one transaction, post what is sure in batches; killed in between it goes on.

    Args:
        database: Where the books are.
        is_dry: Only say what would happen; nothing is written, ``posted`` counts what would post.
        progress: Called with (posted, sure) after each batch.
        actor: Needs ``matches:work``.
        now: When.

    Raises:
        NotAllowed: The actor does not work on matches.
    """
    begun = monotonic_seconds()
    if is_dry:
        with database.session("write") as session:
            found = propose_matches(session, actor=actor, now=now)
            session.rollback()
        return MatchRun(found.receipts, found.sure, found.proposed, found.left, monotonic_seconds() - begun)
    with database.writing() as session:
        found = propose_matches(session, actor=actor, now=now)
    posted = 0
    while True:
        with database.writing() as session:
            looked_at, done = post_sure(session, limit=_BATCH, actor=actor, now=now)
        posted += done
        if progress is not None:
            progress(posted, found.sure)
        if not looked_at:
            break
    proposed = found.receipts - found.left - posted
    return MatchRun(found.receipts, posted, max(proposed, 0), found.left, monotonic_seconds() - begun)
