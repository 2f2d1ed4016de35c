"""``keys``: the keys that secrets are sealed with."""

from __future__ import annotations

import click

from admin.commands.context import answer, as_json, console_actor, open_database, say
from portal import audit
from portal.access import rotate_seeds
from portal.attachments import rotate_files
from portal.clock import utc_now
from portal.errors import Conflict
from portal.sealing import Unreadable


@click.group()
def keys() -> None:
    """Keys of attachments and authenticator apps."""


@keys.command()
@as_json
def rotate(*, as_json: bool) -> None:
    """Seal attachments and authenticator seeds again with the newest secret key.

    Put the new key into CONCORD_SECRET_KEY and the earlier one into CONCORD_OLD_SECRET_KEYS, start web and worker
    again, run this, then empty CONCORD_OLD_SECRET_KEYS. Stopped in between, it goes on where it was when run again.

    Example: ./concord keys rotate --json
    """
    settings, database = open_database()
    actor = console_actor()
    facts = {"keys": len(settings.secrets), "seeds": 0, "seeds_sealed": 0, "files": 0, "files_sealed": 0}
    with database.writing() as session:
        audit.record(
            session, "keys.rotation-started", subject_kind="installation", subject_id="keys", details={}, actor=actor,
            now=utc_now(),
        )  # fmt: skip
    try:
        facts["seeds"], facts["seeds_sealed"] = rotate_seeds(database, actor=actor)
        for was_old in rotate_files(database):
            facts["files"] += 1
            facts["files_sealed"] += was_old
            if facts["files"] % 500 == 0:
                say(f"{facts['files']} files …")
    except Unreadable:
        raise Conflict(
            "Something was sealed with a key that is not there. Put it into CONCORD_OLD_SECRET_KEYS and run this again."
        ) from None
    with database.writing() as session:
        audit.record(
            session, "keys.rotated", subject_kind="installation", subject_id="keys", details=facts, actor=actor,
            now=utc_now(),
        )  # fmt: skip
    answer(
        facts,
        as_json=as_json,
        text=f"sealed again: {facts['seeds_sealed']} seeds, {facts['files_sealed']} files",
    )
