"""Find the layout of a file by name: shipped ones, or the newest version that people saved."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.access.models import Person
from portal.errors import N_, Invalid
from portal.imports.layouts import Places, Profile, missing_columns, profile_of
from portal.imports.models import ImportProfile
from portal.imports.shipped import SHIPPED

__all__ = [
    "SHIPPED",
    "Profile",
    "find_profile",
    "missing_columns",
    "profile_names",
    "profile_of",
    "recognise",
]

#: What stands for "find out which layout fits".
AUTO = "auto"
#: So many columns a layout must have in common with a file, and more.
_TOO_FEW = 2.5


@dataclass(frozen=True, slots=True)
class ProfileVersion:
    """One version of a saved layout, for people to look at."""

    public_id: str
    name: str
    title: str
    version: int
    state: str
    record: str
    columns: int
    made_by: str
    made_at: datetime
    decided_by: str
    decided_at: datetime | None


def profile_names(session: Session, *, record: str = "", approved_only: bool = False) -> dict[str, str]:
    """Return name → title of every profile, the shipped ones first.

    Args:
        session: Any.
        record: ``documents`` or ``customers``; empty = both.
        approved_only: Leave out saved ones that a second person has not approved.
    """
    found = {
        name: str(body["title"])
        for name, body in SHIPPED.items()
        if record in {"", body.get("record", "documents")}
    }
    for row in _newest(session, approved_only=approved_only):
        if record in {"", row.body.get("record", "documents")}:
            found[row.name] = str(row.body.get("title", row.name))
    return found


def find_profile(session: Session, name: str, *, version: int = 0, approved_only: bool = False) -> Profile:
    """Return a profile by name.

    Args:
        session: Any.
        name: Of the profile.
        version: Of a saved one; 0 = its newest.
        approved_only: Take only a version that a second person approved.

    Raises:
        Invalid: There is none of this name, or its body cannot be used.
    """
    if name in SHIPPED:
        return profile_of(name, SHIPPED[name])
    wanted = select(ImportProfile).where(ImportProfile.name == name).order_by(ImportProfile.version.desc())
    if version:
        wanted = wanted.where(ImportProfile.version == version)
    if approved_only:
        wanted = wanted.where(ImportProfile.state == "approved")
    kept = session.scalars(wanted.limit(1)).one_or_none()
    if kept is None:
        known = ", ".join(profile_names(session))
        raise Invalid(
            N_("There is no profile “%(name)s”. Known: %(known)s."),
            field="profile",
            name=name[:60],
            known=known,
        )
    return profile_of(name, kept.body, version=kept.version)


def recognise(session: Session, headers: Iterable[tuple[str, ...]], *, approved_only: bool = False) -> str:
    """Return the name of the profile whose columns a file has; empty when none fits.

    The one with most of its columns in the file is taken; saved ones win over shipped ones.

    Args:
        session: Any.
        headers: Rows at the top of the file, any of which may be its header.
        approved_only: Leave out saved ones that a second person has not approved.
    """
    rows = list(headers)
    best, best_score = "", 0.0
    for name in reversed(list(profile_names(session, approved_only=approved_only))):
        profile = find_profile(session, name, approved_only=approved_only)
        for header in rows:
            places = Places(profile, header)
            if places.missing:
                continue
            score: float = len(places.columns) + sum(
                bool(places.find(names)) for names in (profile.debit, profile.credit, profile.balance)
            )
            score += 0.5 * sum(bool(places.find((column,))) for column in (*profile.only, *profile.leave_out))
            score += 0.5 * sum(bool(places.find(n)) for n in (profile.applies_number, profile.applies_amount))
            if score > max(best_score, _TOO_FEW):
                best, best_score = name, score
    return best


def list_profiles(session: Session) -> tuple[ProfileVersion, ...]:
    """Return every version of every saved profile, by name, the newest version first."""
    rows = session.scalars(
        select(ImportProfile).order_by(ImportProfile.name, ImportProfile.version.desc())
    ).all()
    ids = {one for row in rows for one in (row.made_by_id, row.decided_by_id) if one}
    people: dict[int | None, str] = dict(
        session.execute(select(Person.id, Person.name).where(Person.id.in_(ids))).all()
    )
    return tuple(
        ProfileVersion(
            row.public_id, row.name, str(row.body.get("title", row.name)), row.version, row.state,
            str(row.body.get("record", "documents")), len(row.body.get("columns", {})),
            people.get(row.made_by_id, ""), row.made_at, people.get(row.decided_by_id, ""), row.decided_at,
        )
        for row in rows
    )  # fmt: skip


def _newest(session: Session, *, approved_only: bool) -> list[ImportProfile]:
    newest = select(ImportProfile.name, func.max(ImportProfile.version).label("version"))
    if approved_only:
        newest = newest.where(ImportProfile.state == "approved")
    last = newest.group_by(ImportProfile.name).subquery()
    return list(
        session.scalars(
            select(ImportProfile)
            .join(last, (last.c.name == ImportProfile.name) & (last.c.version == ImportProfile.version))
            .order_by(ImportProfile.name)
        )
    )
