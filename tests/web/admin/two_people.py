"""What tests of the pages about roles share: a second administrator, reads that let go, the hash shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from portal.access.models import Person
from portal.approvals.models import Approval
from tests.cast import Part
from tests.web.conftest import Browser

Open = Callable[[Part], Browser]


def found(session: Session, query: Select[Any]) -> list[Any]:
    """Read and let the database go again, so that the pages can write."""
    session.expire_all()
    rows = list(session.scalars(query))
    session.commit()
    return rows


def person(session: Session, part: Part) -> str:
    """Return the public id of a member of the cast."""
    return str(found(session, select(Person.public_id).where(Person.email == part.email))[0])


def shown_hash(session: Session) -> str:
    """Return the hash that the newest request shows its approver."""
    return str(found(session, select(Approval.content_hash).order_by(Approval.id.desc()))[0])
