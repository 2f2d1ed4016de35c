"""Keep the monthly roll-up of balances: one upsert for a batch, by the transaction that posts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import cast

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portal.receivables.drafts import DocumentDraft
from portal.receivables.models import MonthBalance
from portal.receivables.rules import COLUMNS

_MONTHS = cast("Table", MonthBalance.__table__)
_SIGNS = {"invoiced": 1, "received": -1, "credited": -1}
_FIGURES = ("invoiced_minor", "received_minor", "credited_minor", "movement_minor")

Key = tuple[int, int, str, date]


def month_movements(drafts: Iterable[DocumentDraft]) -> dict[Key, dict[str, int]]:
    """Return (entity, customer, currency, month) → figures; received and credited positive when they lower the debt."""
    found: dict[Key, dict[str, int]] = {}
    for draft in drafts:
        key = (draft.entity_id, draft.customer_id, draft.currency, draft.posted_on.replace(day=1))
        figures = found.setdefault(key, dict.fromkeys(_FIGURES, 0))
        column = COLUMNS[draft.kind]
        figures[f"{column}_minor"] += _SIGNS[column] * draft.balance_minor
        figures["movement_minor"] += draft.balance_minor
    return found


def add_movements(session: Session, drafts: Iterable[DocumentDraft]) -> None:
    """Add what documents move to the months they are posted in; rows in one order, so that writers do not deadlock."""
    movements = month_movements(drafts)
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    statement = dialect.insert(_MONTHS)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["entity_id", "customer_id", "currency", "month_on"],
            set_={name: _MONTHS.c[name] + statement.excluded[name] for name in _FIGURES},
        ),
        [
            {"entity_id": key[0], "customer_id": key[1], "currency": key[2], "month_on": key[3]}
            | movements[key]
            for key in sorted(movements)
        ],
    )
