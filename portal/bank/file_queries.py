"""Reads of bank files: what was in them and what became of every row."""

from __future__ import annotations

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.access.models import Person
from portal.bank.models import BankAccount, BankFile, BankLayout, BankProblem, BankStatement
from portal.bank.rules import ChainStep
from portal.bank.views import (
    AccountRow,
    BankProblemRow,
    FileRow,
    StatementRow,
    in_scope,
    plain_account,
    require_bank,
    statement_row,
)
from portal.errors import N_, NotFound
from portal.lists import ListQuery, Page, Tab

FILE_SORTS = ("at", "file", "lines", "imported", "refused")


def list_bank_files(session: Session, *, query: ListQuery, actor: Actor) -> Page[FileRow]:
    """Return the files, newest first; searched by name.

    Raises:
        NotAllowed: The actor may not look at bank lines.
    """
    require_bank(actor)
    columns = {
        "at": BankFile.started_at, "file": BankFile.file_name, "lines": BankFile.line_count,
        "imported": BankFile.imported_count, "refused": BankFile.rejected_count,
    }  # fmt: skip
    column = columns[query.sorted_by(FILE_SORTS, "at")]
    wanted = _files()
    if query.q:
        wanted = wanted.where(func.lower(BankFile.file_name).contains(query.q.lower(), autoescape=True))
    count = session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    descending = query.descending or not query.sort
    rows = session.execute(
        wanted.order_by(column.desc() if descending else column.asc(), BankFile.id.desc())
        .limit(query.limit)
        .offset(query.offset)
    )
    return Page(tuple(_file_row(*row) for row in rows), count, query)


def find_bank_file(session: Session, *, public_id: str, actor: Actor) -> FileRow:
    """Return one file.

    Raises:
        NotAllowed: The actor may not look at bank lines.
        NotFound: There is no such file.
    """
    require_bank(actor)
    row = session.execute(_files().where(BankFile.public_id == public_id)).one_or_none()
    if row is None:
        raise NotFound
    return _file_row(*row)


def statements_in(
    session: Session, *, public_id: str, actor: Actor
) -> tuple[tuple[AccountRow, StatementRow], ...]:
    """Return the statements that a file brought, each with its account.

    Raises:
        NotAllowed: The actor may not look at bank lines.
    """
    require_bank(actor)
    rows = session.execute(
        select(BankStatement, BankAccount, BankFile.public_id, BankFile.file_name)
        .join(BankFile, BankFile.id == BankStatement.file_id)
        .join(BankAccount, BankAccount.id == BankStatement.account_id)
        .where(BankFile.public_id == public_id, in_scope(actor))
        .order_by(BankStatement.id)
        .limit(500)
    ).all()
    return tuple(
        (plain_account(account), statement_row(row, file_id, name, ChainStep("open")))
        for row, account, file_id, name in rows
    )


def list_bank_problems(
    session: Session, *, public_id: str, query: ListQuery, actor: Actor
) -> Page[BankProblemRow]:
    """Return the rows of a file that are no lines; tab ``refused`` or ``left-out``.

    Raises:
        NotAllowed: The actor may not look at bank lines.
        NotFound: There is no such file.
    """
    require_bank(actor)
    file_id = session.scalar(select(BankFile.id).where(BankFile.public_id == public_id))
    if file_id is None:
        raise NotFound
    counts = dict(
        session.execute(
            select(BankProblem.is_refused, func.count())
            .where(BankProblem.file_id == file_id)
            .group_by(BankProblem.is_refused)
        ).all()
    )
    is_refused = query.tab != "left-out" if query.tab else bool(counts.get(True))
    wanted = select(BankProblem).where(BankProblem.file_id == file_id, BankProblem.is_refused.is_(is_refused))
    if query.q:
        wanted = wanted.where(func.lower(BankProblem.text).contains(query.q.lower(), autoescape=True))
    count = session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    rows = session.scalars(
        wanted.order_by(BankProblem.row_no, BankProblem.id).limit(query.limit).offset(query.offset)
    )
    tabs = (
        Tab("refused", N_("Refused"), counts.get(True, 0)),
        Tab("left-out", N_("Left out"), counts.get(False, 0)),
    )
    found = tuple(
        BankProblemRow(row.row_no, row.column, row.code, row.message, row.params, row.text, row.is_refused)
        for row in rows
    )
    return Page(found, count, query, tabs=tabs)


def _files() -> Select[BankFile, str, str, str]:
    return (
        select(BankFile, Person.name, BankAccount.public_id, BankLayout.state)
        .outerjoin(Person, Person.id == BankFile.started_by_id)
        .outerjoin(BankAccount, BankAccount.id == BankFile.account_id)
        .outerjoin(BankLayout, BankLayout.id == BankFile.layout_id)
    )


def _file_row(row: BankFile, person: str | None, account: str | None, layout: str | None) -> FileRow:
    return FileRow(
        row.public_id, row.file_name, row.format, row.state, row.line_count, row.imported_count, row.duplicate_count,
        row.rejected_count, row.skipped_count, person or "", row.started_at, row.finished_at, row.job_id,
        account or "", row.preview or {}, row.file_sha256, row.size_bytes, bool(row.stored_as), row.undo_reason,
        row.undone_at, layout or "",
    )  # fmt: skip
