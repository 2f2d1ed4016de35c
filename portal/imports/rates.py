"""Import exchange rates: date, currency, rate, and optionally the book currency and the source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor, Permission
from portal.connectors import UnreadableFile
from portal.db import Database
from portal.errors import N_
from portal.imports.cells import read_cells
from portal.imports.results import ImportResult
from portal.imports.row import RowReader
from portal.imports.rules import Problem
from portal.ledger import RateDraft, default_entity, set_book_currency_if_missing, set_rates
from portal.ledger.models import ExchangeRate
from portal.money import CURRENCY_DIGITS

REQUIRED = ("date", "currency", "rate")
OPTIONAL = ("book_currency", "source")


def import_rates(
    database: Database, path: Path, *, book_currency: str = "", actor: Actor, now: datetime
) -> ImportResult:
    """Set the exchange rates of a file; a rate that is there is a duplicate, another one replaces it.

    Args:
        database: Short transactions are opened on it.
        path: CSV or XLSX with the columns ``date,currency,rate[,book_currency][,source]``.
        book_currency: Decides the book currency where neither the books nor the file do.
        actor: Needs ``imports:run``.
        now: When.

    Returns:
        What became of every row.

    Raises:
        NotAllowed: The actor may not run imports.
    """
    actor.require(Permission.IMPORTS_RUN)
    counts: Counter[str] = Counter()
    problems: list[Problem] = []
    try:
        for part in read_cells(path, required=REQUIRED, optional=OPTIONAL):
            counts["rows"] += len(part)
            with database.writing() as session:
                drafts: dict[tuple[str, date], RateDraft] = {}
                for no, cells, unreadable in part:
                    read = [unreadable] if unreadable else _read(session, no, cells, book_currency)
                    if isinstance(read, list):
                        problems += read
                        counts["rejected"] += 1
                        continue
                    known = drafts.get((read.currency, read.rate_on)) or _known(session, read)
                    drafts[read.currency, read.rate_on] = read
                    counts[
                        "imported"
                        if known is None
                        else "duplicates"
                        if known.rate == read.rate
                        else "updated"
                    ] += 1
                changed = [draft for draft in drafts.values() if _known(session, draft) != draft]
                set_rates(session, rates=changed, actor=actor, now=now)
    except UnreadableFile as refusal:
        problems.append(Problem(refusal.row_no, "", refusal.code, refusal.message, refusal.params))
    return ImportResult(
        rows=counts["rows"], imported=counts["imported"], updated=counts["updated"],
        duplicates=counts["duplicates"], conflicts=0, rejected=counts["rejected"], problems=problems,
    )  # fmt: skip


def _read(
    session: Session, no: int, cells: Mapping[str, str], book_currency: str
) -> RateDraft | list[Problem]:
    reader = RowReader(no, {**cells, "exchange_rate": cells.get("rate", "")})
    currency, rate, source = reader.required("currency"), reader.required("rate"), reader.text("source")
    reader.required("date")
    rate_on = reader.day("date")
    reader.rate()
    named = reader.text("book_currency") or book_currency
    for column, code in (("currency", currency), ("book_currency", named)):
        if code and code not in CURRENCY_DIGITS:
            reader.refuse(
                column, "unknown_currency", N_("“%(text)s” is not a currency code."), text=code[:40]
            )
    if not reader.problems:
        kept = default_entity(session).book_currency
        if not kept and named:
            kept = set_book_currency_if_missing(session, currency=named)
        if not kept or (cells.get("book_currency") and named != kept):
            message = (
                N_("The books are kept in %(currency)s.") if kept else N_("Choose the book currency first.")
            )
            reader.refuse("book_currency", "conflict", message, currency=kept)
        elif currency == kept:
            reader.refuse("currency", "unknown_currency", N_("The book currency has no rate of its own."))
    if reader.problems or rate_on is None:
        columns = {"exchange_rate": "rate"}
        return [
            Problem(p.row_no, columns.get(p.column, p.column), p.code, p.message, p.params)
            for p in reader.problems
        ]
    return RateDraft(currency, rate_on, rate, source)


def _known(session: Session, draft: RateDraft) -> RateDraft | None:
    row = session.execute(
        select(ExchangeRate.rate, ExchangeRate.source).where(
            ExchangeRate.currency == draft.currency,
            ExchangeRate.book_currency == default_entity(session).book_currency,
            ExchangeRate.rate_on == draft.rate_on,
        )
    ).one_or_none()
    return None if row is None else RateDraft(draft.currency, draft.rate_on, row.rate, row.source)
