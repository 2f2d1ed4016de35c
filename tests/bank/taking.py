"""Shorthand of the tests that take bank files in."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import delete, select

from portal.bank import FileResult
from portal.bank.models import BankAccount, BankFile, BankLine, BankProblem, BankSighting, BankStatement
from portal.db import Database

Take = Callable[..., FileResult]


def kept(database: Database) -> list[tuple[object, ...]]:
    """Return the lines in the books, as facts."""
    with database.reading() as session:
        rows = session.execute(
            select(BankLine.booked_on, BankLine.amount_minor, BankLine.currency, BankLine.payer_name)
        ).all()
    return sorted(tuple(row) for row in rows)


def clear(database: Database) -> None:
    with database.writing() as session:
        for model in (BankSighting, BankProblem, BankLine, BankStatement, BankFile, BankAccount):
            session.execute(delete(model))
