"""Close a month, so that nothing is posted into it any more, and reopen it with a reason."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import audit
from portal.access import Actor, Permission
from portal.errors import N_, Conflict, Invalid, NotFound
from portal.ledger.models import ClosedPeriod, LegalEntity
from portal.ledger.queries import entity_view


def month_after(month: date) -> date:
    """Return the first day of the following month."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def close_period(
    session: Session, *, month: date, actor: Actor, now: datetime, entity_id: int | None = None
) -> None:
    """Close the month of a day: from now on the database refuses postings into it.

    Args:
        session: A writing session.
        month: Any day of the month.
        actor: Needs ``periods:close``.
        now: When.
        entity_id: Legal entity; None = the default one.

    Raises:
        NotAllowed: The actor may not close periods.
        Conflict: The month is closed already.
    """
    actor.require(Permission.PERIODS_CLOSE)
    entity = entity_view(session, entity_id)
    # Waits for those who are posting: what they post is in before the month is closed, or refused after it.
    session.execute(select(LegalEntity.id).where(LegalEntity.id == entity.id).with_for_update())
    starts_on = month.replace(day=1)
    if _closed(session, entity.id, starts_on) is not None:
        raise Conflict(N_("This month is closed already."))
    session.add(
        ClosedPeriod(
            entity_id=entity.id, starts_on=starts_on, until_on=month_after(starts_on),
            closed_by_id=actor.person_id, closed_at=now,
        )
    )  # fmt: skip
    session.flush()
    audit.record(
        session, "periods.closed", subject_kind="entity", subject_id=entity.public_id,
        details={"month": f"{starts_on:%Y-%m}"}, actor=actor, now=now,
    )  # fmt: skip


def reopen_period(
    session: Session, *, month: date, reason: str, actor: Actor, now: datetime, entity_id: int | None = None
) -> None:
    """Open a closed month again; the row of its closing stays, with who, when and why.

    Args:
        session: A writing session.
        month: Any day of the month.
        reason: Why; auditors read it.
        actor: Needs ``periods:close``.
        now: When.
        entity_id: Legal entity; None = the default one.

    Raises:
        NotAllowed: The actor may not close periods.
        Invalid: No reason.
        NotFound: The month is not closed.
    """
    actor.require(Permission.PERIODS_CLOSE)
    if not reason.strip():
        raise Invalid(N_("Say why the month is reopened."), field="reason")
    entity = entity_view(session, entity_id)
    found = _closed(session, entity.id, month.replace(day=1))
    if found is None:
        raise NotFound
    found.reopened_by_id, found.reopened_at, found.reopen_reason = actor.person_id, now, reason.strip()[:500]
    session.flush()
    audit.record(
        session, "periods.reopened", subject_kind="entity", subject_id=entity.public_id,
        details={"month": f"{found.starts_on:%Y-%m}", "reason": reason.strip()}, actor=actor, now=now,
    )  # fmt: skip


def _closed(session: Session, entity_id: int, starts_on: date) -> ClosedPeriod | None:
    return session.scalars(
        select(ClosedPeriod)
        .where(
            ClosedPeriod.entity_id == entity_id, ClosedPeriod.starts_on == starts_on,
            ClosedPeriod.reopened_at.is_(None),
        )
        .with_for_update()
    ).first()  # fmt: skip
