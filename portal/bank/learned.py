"""The layout that was learned for tables with the columns of a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.bank.models import BankLayout
from portal.connectors.bank_columns import is_known
from portal.connectors.bank_layouts import signature_of
from portal.connectors.rules import UnreadableFile
from portal.connectors.tables import find_header, read_tables

TABLES = frozenset({"csv", "xlsx", "xls", ""})


def learned_layout(session: Session, content: bytes, file_format: str) -> Mapping[str, Any] | None:
    """Return the active layout for a table with these columns; None for other formats and unknown tables."""
    if file_format not in TABLES or session.scalar(select(BankLayout.id).limit(1)) is None:
        return None
    try:
        tables = read_tables(content)
    except UnreadableFile:
        return None
    signatures = [signature_of(find_header(table.head, known=is_known).names) for table in tables[:20]]
    row = session.scalars(
        select(BankLayout)
        .where(BankLayout.signature.in_(signatures), BankLayout.state == "active")
        .order_by(BankLayout.id.desc())
        .limit(1)
    ).one_or_none()
    return row.body if row else None
