"""Exchange rates from a file: set once, replaced when they differ, refused by row."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from portal.access import Actor
from portal.db import Database
from portal.errors import NotAllowed
from portal.imports import import_rates
from portal.ledger.models import ExchangeRate
from tests.data.files import text_file


def kept(database: Database) -> list[tuple[str, str, str]]:
    with database.reading() as session:
        rows = session.scalars(select(ExchangeRate).order_by(ExchangeRate.rate_on, ExchangeRate.currency))
        return [(row.currency, row.rate_on.isoformat(), row.rate) for row in rows]


@pytest.mark.db
def test_sets_rates_and_replaces_only_what_differs(
    database: Database, mei: Actor, now: datetime, tmp_path: Path
) -> None:
    path = text_file(
        tmp_path / "rates.csv",
        """
        date,currency,rate,book_currency,source
        2026-01-05,USD,7.1234,CNY,central bank
        2026-01-05,EUR,8.05,CNY,
        """,
    )
    first = import_rates(database, path, actor=mei, now=now)
    assert (first.imported, first.updated, first.duplicates, first.is_clean) == (2, 0, 0, True)
    text_file(path, path.read_text().replace("8.05", "8.06"))
    again = import_rates(database, path, actor=mei, now=now)
    assert (again.imported, again.updated, again.duplicates) == (0, 1, 1)
    assert kept(database) == [("EUR", "2026-01-05", "8.06"), ("USD", "2026-01-05", "7.1234")]


def test_refuses_rows_by_column_and_reason(
    database: Database, mei: Actor, now: datetime, tmp_path: Path
) -> None:
    path = text_file(
        tmp_path / "rates.csv",
        """
        date,currency,rate,book_currency
        2026-01-05,USD,7.1,CNY
        5.1.2026,USD,7.1,CNY
        2026-01-05,XXX,7.1,CNY
        2026-01-05,EUR,0,CNY
        2026-01-05,EUR,8,EUR
        2026-01-05,CNY,1,CNY
        2026-01-06,EUR,8.1,
        """,
    )
    result = import_rates(database, path, actor=mei, now=now)
    assert [(problem.row_no, problem.column, problem.code) for problem in result.problems] == [
        (3, "date", "bad_date"), (4, "currency", "unknown_currency"), (5, "rate", "bad_amount"),
        (6, "book_currency", "conflict"), (7, "currency", "unknown_currency"),
    ]  # fmt: skip
    assert (result.rows, result.imported, result.rejected) == (7, 2, 5)


def test_asks_for_a_book_currency_where_none_is_known(
    database: Database, mei: Actor, now: datetime, tmp_path: Path
) -> None:
    path = text_file(tmp_path / "rates.csv", "date,currency,rate\n2026-01-05,USD,7.1")
    refused = import_rates(database, path, actor=mei, now=now)
    assert refused.problems[0].message == "Choose the book currency first."
    assert import_rates(database, path, book_currency="CNY", actor=mei, now=now).imported == 1


def test_who_may_not_import_is_refused(database: Database, aud: Actor, now: datetime, tmp_path: Path) -> None:
    with pytest.raises(NotAllowed):
        import_rates(database, tmp_path / "any.csv", actor=aud, now=now)
