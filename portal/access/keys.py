"""Rotate the keys of secrets: seal everything again with the newest, batch by batch, safe to stop and start again."""

from __future__ import annotations

from portal.access.rules import Actor
from portal.access.totp import seal_seeds_again
from portal.db import Database
from portal.errors import NotAllowed

_BATCH = 200


def rotate_seeds(database: Database, *, actor: Actor) -> tuple[int, int]:
    """Seal every seed with the newest key; each batch commits by itself.

    Args:
        database: Told how to seal by ``keep_files_in``, with the old keys among its secrets.
        actor: The console.

    Returns:
        How many people's seeds were looked at, and how many seeds had to be sealed again.

    Raises:
        NotAllowed: The actor is a person.
        Unreadable: A seed was sealed with a key that is not among the present ones.
    """
    if actor.person_id is not None:
        raise NotAllowed
    after = seen = done = 0
    while True:
        with database.writing() as session:
            after, looked_at, sealed = seal_seeds_again(session, after=after, limit=_BATCH)
        seen, done = seen + looked_at, done + sealed
        if not after:
            return seen, done
