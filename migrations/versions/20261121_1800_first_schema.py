"""First schema: every table and guard, as SQL for each database."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SQL = Path(__file__).parent.parent / "sql"


def _run(name: str) -> None:
    for statement in (SQL / name).read_text(encoding="utf-8").split("\n-- next\n"):
        op.get_bind().exec_driver_sql(statement.replace("%", "%%"))


def upgrade() -> None:
    """Create all tables, indexes and guards."""
    _run(f"0001_{op.get_bind().dialect.name}.sql")


def downgrade() -> None:
    """Drop everything; refused while there are documents, because that would lose books."""
    if op.get_bind().exec_driver_sql("SELECT 1 FROM documents LIMIT 1").first():
        raise RuntimeError("the first schema cannot be undone while there are documents")
    _run(f"0001_{op.get_bind().dialect.name}_down.sql")
