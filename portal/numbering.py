"""Running numbers: ``D-26-0193`` for people, row numbers in blocks for bulk writing."""

from __future__ import annotations

from sqlalchemy import String, Table, func, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.db import Base, refuse


class NumberSeries(Base):
    """The last number given in a series; the row is locked while a number is taken, so none is given twice."""

    __tablename__ = "number_series"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    last: Mapped[int]


refuse("number_series", "UPDATE", "NEW.last <= OLD.last", "number_series: numbers only grow")
refuse("number_series", "DELETE", "", "number_series: a series never vanishes")


def next_number(session: Session, prefix: str, *, year: int) -> str:
    """Take the next number of a series, e.g. ``D-26-0193``; a rolled back transaction gives it back.

    Args:
        session: A writing session; the series stays locked until it commits.
        prefix: What is counted, e.g. ``D`` for disputes.
        year: Calendar year of the seller's business day; each year starts at 1.
    """
    (number,) = next_numbers(session, prefix, year=year, count=1)
    return number


def next_numbers(session: Session, prefix: str, *, year: int, count: int) -> list[str]:
    """Take the next numbers of a series in one go, in order; see ``next_number``."""
    if not count:
        return []
    series = f"{prefix}-{year % 100:02d}"
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    statement = dialect.insert(NumberSeries).values(name=series, last=count)
    last = session.execute(
        statement.on_conflict_do_update(
            index_elements=[NumberSeries.name], set_={"last": NumberSeries.last + count}
        ).returning(NumberSeries.last)
    ).scalar_one()
    return [f"{series}-{number:04d}" for number in range(last - count + 1, last + 1)]


def reserve_ids(session: Session, table: Table, count: int) -> list[int]:
    """Reserve row numbers of a table, ascending, so that rows and what refers to them are written in one go.

    On PostgreSQL they come from the table's sequence; on SQLite from the largest row number, which is safe
    because a writing transaction holds the only write lock and rows of the books never vanish.

    Args:
        session: A writing session.
        table: Table with the single primary key ``id``.
        count: How many.
    """
    if not count:
        return []
    if session.get_bind().dialect.name == "sqlite":
        newest = session.execute(select(func.coalesce(func.max(table.c.id), 0))).scalar_one()
        return list(range(newest + 1, newest + count + 1))
    sequence = text("SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :count)")
    rows = session.execute(sequence, {"name": table.name, "count": count}).scalars()
    return sorted(int(number) for number in rows)
