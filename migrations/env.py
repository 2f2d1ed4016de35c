"""Alembic's entry: runs the migrations on the connection the program hands over."""

from __future__ import annotations

from alembic import context

import portal.models  # noqa: F401 - names every models module
from portal.db import Base

config = context.config


def run_migrations() -> None:
    """Run on ``config.attributes["connection"]``, inside the caller's transaction."""
    connection = config.attributes["connection"]
    context.configure(
        connection=connection, target_metadata=Base.metadata, compare_type=True, transactional_ddl=False
    )
    context.run_migrations()


run_migrations()
