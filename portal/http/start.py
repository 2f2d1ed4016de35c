"""Open an installation: its home folder, its database at this version's schema, its place for files."""

from __future__ import annotations

from pathlib import Path

import portal.models  # noqa: F401 - names every models module
from portal.attachments import keep_files_in
from portal.audit import ANCHORS, write_anchor
from portal.clock import utc_now
from portal.db import Database
from portal.errors import NotFound
from portal.ledger import default_entity, ensure_entity
from portal.migrate import is_current, migrate_database
from portal.settings import Settings


def open_home(settings: Settings) -> Database:
    """Make the home folder, bring the database to this version's schema and name a legal entity where there is none.

    Two processes may start at once: the migration runs in one writing transaction.
    """
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    database = Database(settings.url)
    if not is_current(database):
        migrate_database(database)
    keep_files_in(database, settings)
    try:
        with database.reading() as session:
            default_entity(session)
    except NotFound:
        with database.writing() as session:
            ensure_entity(session, now=utc_now())
    return database


def anchors_of(settings: Settings) -> Path:
    """Return where heads of the audit trail are kept outside the database."""
    return settings.home / ANCHORS


def anchor_now(database: Database, settings: Settings) -> None:
    """Note the head of the audit trail when it has moved."""
    with database.reading() as session:
        write_anchor(session, anchors_of(settings), now=utc_now())
