"""``privacy``: let go of what is older than it is kept; hand out one person's data."""

from __future__ import annotations

from pathlib import Path

import click

from admin.commands.context import answer, as_json, console_actor, open_database
from portal.clock import utc_now


@click.group()
def privacy() -> None:
    """What is kept how long, and one person's data."""


@privacy.command()
@as_json
def purge(*, as_json: bool) -> None:
    """Delete what is older than the policy keeps it; run again, it finds nothing.

    The audit trail is never touched; the purge writes a row into it.

    Example: ./concord privacy purge --json
    """
    from portal.privacy import purge_old

    _settings, database = open_database()
    with database.writing() as session:
        lines = purge_old(session, actor=console_actor(), now=utc_now())
    facts = {
        line.kind: {
            "deleted": line.deleted,
            "kept_days": line.kept_days,
            "before": line.before_at.isoformat(),
        }
        for line in lines
    }
    deleted = sum(line.deleted for line in lines)
    answer({"deleted": deleted, "kinds": facts}, as_json=as_json, text=f"{deleted} old rows deleted")


@privacy.command()
@as_json
def retention(*, as_json: bool) -> None:
    """Show how many days each kind of data is kept.

    Example: ./concord privacy retention
    """
    from portal.privacy import current_retention

    _settings, database = open_database()
    with database.reading() as session:
        days = current_retention(session, now=utc_now())
    answer(days, as_json=as_json, text="\n".join(f"{kind}: {count} days" for kind, count in days.items()))


@privacy.command()
@click.argument("email")
@click.option(
    "--to", "folder", type=click.Path(path_type=Path, file_okay=False), default=Path(), help="Folder."
)
@as_json
def export(*, email: str, folder: Path, as_json: bool) -> None:
    """Write everything held of one person into a ZIP.

    Example: ./concord privacy export ping@acme.example --to /tmp
    """
    from portal.access import find_person_by_email
    from portal.errors import N_, NotFound
    from portal.privacy import export_person

    _settings, database = open_database()
    actor = console_actor()
    with database.writing() as session:
        person = find_person_by_email(session, email=email, actor=actor)
        if person is None:
            raise NotFound(N_("Nobody has the address %(email)s."), email=email)
        data = export_person(session, public_id=person.public_id, actor=actor, now=utc_now())
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / data.name
    path.write_bytes(data.as_zip())
    answer({"file": str(path), "parts": sorted(data.files)}, as_json=as_json, text=str(path))
