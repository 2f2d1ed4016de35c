"""Files that are expected again and again: how often each comes, when it last came, and a task when one is late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import audit
from portal.access import Actor, Permission
from portal.clock import business_day
from portal.errors import N_, Conflict, Invalid, NotFound
from portal.imports.models import RHYTHMS, ImportBatch, ImportFeed
from portal.imports.profiles import find_profile
from portal.ledger import default_entity
from portal.tasks import TaskDraft, close_tasks_about, open_task

RHYTHM_LABELS = {
    "workday": N_("Every working day"), "daily": N_("Every day"), "weekly": N_("Every week"),
    "monthly": N_("Every month"),
}  # fmt: skip
TASK_KIND = "late-feed"
_FORBIDDEN = set('/\\:*?"<>|.')
#: Folders of the inbox that are its own.
RESERVED = frozenset({"taken", "done", "failed"})


@dataclass(frozen=True, slots=True)
class FeedView:
    """An expected file.

    Attributes:
        due_on: Business day by which the next one is expected, days of grace included.
        is_late: Whether that day has passed.
    """

    public_id: str
    name: str
    profile: str
    rhythm: str
    grace_days: int
    is_active: bool
    last_arrived_at: datetime | None
    due_on: date
    is_late: bool


def next_expected(rhythm: str, last_on: date) -> date:
    """Return the day on which the next file comes after one that came on ``last_on``."""
    if rhythm == "monthly":
        first = (last_on.replace(day=1) + timedelta(days=32)).replace(day=1)
        last_day = ((first + timedelta(days=32)).replace(day=1) - timedelta(days=1)).day
        return first.replace(day=min(last_on.day, last_day))
    if rhythm == "weekly":
        return last_on + timedelta(days=7)
    day = last_on + timedelta(days=1)
    while rhythm == "workday" and day.weekday() >= 5:
        day += timedelta(days=1)
    return day


def list_feeds(session: Session, *, actor: Actor, now: datetime) -> tuple[FeedView, ...]:
    """Return the expected files, the latest first.

    Raises:
        NotAllowed: The actor may not read imports.
    """
    actor.require(Permission.IMPORTS_READ)
    zone = default_entity(session).time_zone
    today = business_day(now, zone)
    rows = session.scalars(select(ImportFeed).order_by(ImportFeed.name)).all()
    views = [_view(row, zone=zone, today=today) for row in rows]
    return tuple(sorted(views, key=lambda view: (not view.is_active, view.due_on, view.name)))


def _view(row: ImportFeed, *, zone: str, today: date) -> FeedView:
    last = business_day(row.last_arrived_at, zone) if row.last_arrived_at else row.began_on
    due_on = next_expected(row.rhythm, last) + timedelta(days=row.grace_days)
    return FeedView(
        row.public_id, row.name, row.profile, row.rhythm, row.grace_days, row.is_active, row.last_arrived_at, due_on,
        row.is_active and due_on < today,
    )  # fmt: skip


def add_feed(
    session: Session, *, name: str, profile: str, rhythm: str, grace_days: int, actor: Actor, now: datetime
) -> str:
    """Expect a file from now on; returns its public id.

    Args:
        session: A writing session.
        name: Also the name of its folder in the inbox.
        profile: Layout; files of this layout count as its arrival.
        rhythm: One of ``RHYTHMS``.
        grace_days: Days after which a missing one is late, 0 to 31.
        actor: Needs ``imports:run``.
        now: When; the first is expected one rhythm later.

    Raises:
        NotAllowed: The actor may not run imports.
        Invalid: A value cannot be used; ``field`` names it.
        Conflict: There is one of this name.
    """
    actor.require(Permission.IMPORTS_RUN)
    cleaned = name.strip()
    if not cleaned or len(cleaned) > 60 or not cleaned.isprintable() or _FORBIDDEN & set(cleaned):
        raise Invalid(N_("Enter a name that a folder can have, at most 60 characters."), field="name")
    if cleaned.casefold() in RESERVED:
        raise Invalid(N_("The inbox uses a folder of this name itself."), field="name")
    if rhythm not in RHYTHMS or not 0 <= grace_days <= 31:
        raise Invalid(field="rhythm" if rhythm not in RHYTHMS else "grace_days")
    find_profile(session, profile)
    if session.scalar(select(ImportFeed.id).where(ImportFeed.name == cleaned)) is not None:
        raise Conflict(N_("A file called “%(name)s” is expected already."), name=cleaned)
    today = business_day(now, default_entity(session).time_zone)
    feed = ImportFeed(
        name=cleaned, profile=profile, rhythm=rhythm, grace_days=grace_days, began_on=today,
        made_by_id=actor.person_id, made_at=now,
    )  # fmt: skip
    session.add(feed)
    session.flush()
    audit.record(
        session, "imports.feed-added", subject_kind="feed", subject_id=feed.public_id,
        details={"name": cleaned, "profile": profile, "rhythm": rhythm, "grace_days": grace_days}, actor=actor, now=now,
    )  # fmt: skip
    return feed.public_id


def set_feed_active(
    session: Session, *, public_id: str, is_active: bool, actor: Actor, now: datetime
) -> None:
    """Stop or resume expecting a file; a stopped one closes its task.

    Raises:
        NotAllowed: The actor may not run imports.
        NotFound: There is none.
    """
    actor.require(Permission.IMPORTS_RUN)
    feed = session.scalars(
        select(ImportFeed).where(ImportFeed.public_id == public_id).with_for_update()
    ).one_or_none()
    if feed is None:
        raise NotFound
    feed.is_active = is_active
    if is_active:
        feed.began_on = business_day(now, default_entity(session).time_zone)
    session.flush()
    if not is_active:
        close_tasks_about(
            session, subject_kind="feed", subject_id=public_id, kind=TASK_KIND, actor=actor, now=now
        )
    audit.record(
        session, "imports.feed-changed", subject_kind="feed", subject_id=public_id,
        details={"name": feed.name, "active": is_active}, actor=actor, now=now,
    )  # fmt: skip


def note_arrival(session: Session, batch: ImportBatch, *, actor: Actor, now: datetime) -> None:
    """Note that an expected file has come: the feed a batch came by, else every one of its layout."""
    wanted = select(ImportFeed).where(ImportFeed.is_active)
    if batch.feed_id is not None:
        wanted = wanted.where(ImportFeed.id == batch.feed_id)
    else:
        wanted = wanted.where(ImportFeed.profile == batch.profile)
    for feed in session.scalars(wanted.with_for_update()).all():
        feed.last_arrived_at = max(now, feed.last_arrived_at or now)
        close_tasks_about(
            session, subject_kind="feed", subject_id=feed.public_id, kind=TASK_KIND, actor=actor, now=now
        )


def check_feeds(session: Session, *, actor: Actor, now: datetime) -> int:
    """Open a task for every expected file that is late, once for each day it was due on; returns how many are late.

    Raises:
        NotAllowed: The actor may not read imports.
    """
    late = [feed for feed in list_feeds(session, actor=actor, now=now) if feed.is_late]
    for feed in late:
        last = feed.last_arrived_at.isoformat() if feed.last_arrived_at else ""
        draft = TaskDraft(
            key=f"{TASK_KIND}:{feed.public_id}:{feed.due_on}", kind=TASK_KIND, subject_kind="feed",
            subject_id=feed.public_id, due_on=feed.due_on,
            facts={"name": feed.name, "profile": feed.profile, "last": last},
        )  # fmt: skip
        open_task(session, draft, actor=actor, now=now)
    return len(late)
