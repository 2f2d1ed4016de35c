"""Running numbers are given once, also to two writers at once; the list component counts its pages."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from portal.db import Database
from portal.ledger.models import Entry
from portal.lists import ListQuery, Page, UnknownSort
from portal.numbering import next_number, reserve_ids


@pytest.mark.db
def test_counts_each_series_and_year_apart(session: Session) -> None:
    numbers = [
        next_number(session, *part[:1], year=part[1])
        for part in (("D", 2026), ("D", 2026), ("A", 2026), ("D", 2027))
    ]
    assert numbers == ["D-26-0001", "D-26-0002", "A-26-0001", "D-27-0001"]


@pytest.mark.db
def test_two_writers_never_get_one_number(database: Database) -> None:
    def take(_: int) -> str:
        with database.writing() as session:
            return next_number(session, "D", year=2026)

    with ThreadPoolExecutor(4) as pool:
        numbers = list(pool.map(take, range(20)))
    assert sorted(numbers) == [f"D-26-{number:04d}" for number in range(1, 21)]


@pytest.mark.db
def test_the_database_refuses_to_count_back(session: Session) -> None:
    next_number(session, "D", year=2026)
    with pytest.raises(DBAPIError):
        session.execute(text("UPDATE number_series SET last = 0"))


@pytest.mark.db
def test_reserved_row_numbers_ascend_and_are_free(session: Session) -> None:
    first = reserve_ids(session, Entry.__table__, 3)  # type: ignore[arg-type]  # declared as FromClause
    assert first == sorted(set(first))
    assert reserve_ids(session, Entry.__table__, 0) == []  # type: ignore[arg-type]  # the same


@pytest.mark.parametrize(
    ("count", "query", "pages", "first", "last"),
    [
        (0, ListQuery(), 1, 0, 0),
        (101, ListQuery(page=3), 3, 101, 101),
        (100, ListQuery(per_page=0), 1, 1, 100),
    ],
)
def test_a_page_knows_where_it_stands(
    count: int, query: ListQuery, pages: int, first: int, last: int
) -> None:
    shown = count if not query.per_page else max(0, min(query.per_page, count - query.offset))
    page = Page(tuple(range(shown)), count, query)
    assert (page.pages, page.first, page.last) == (pages, first, last)


def test_an_unknown_column_cannot_be_sorted_by() -> None:
    assert ListQuery().sorted_by(("name",), "name") == "name"
    with pytest.raises(UnknownSort):
        ListQuery(sort="password").sorted_by(("name",), "name")
