"""Rows of comparisons within the actor's scope, and the statement they belong to."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.access import Actor, Permission
from portal.compare.models import ComparisonRow, LedgerComparison
from portal.errors import NotFound
from portal.receivables.models import Document
from portal.statements import LineView, StatementPage, find_statement
from portal.statements.models import Statement


def comparison_row(session: Session, *, public_id: str, actor: Actor) -> LedgerComparison:
    """Return the row of a comparison in scope.

    Raises:
        NotAllowed: The actor may not read open items.
        NotFound: Unknown or out of scope.
    """
    actor.require(Permission.ITEMS_READ)
    row = session.scalars(
        select(LedgerComparison).where(LedgerComparison.public_id == public_id)
    ).one_or_none()
    if row is None or not actor.sees(row.customer_id) or row.state == "discarded":
        raise NotFound
    return row


def statement_of(session: Session, row: LedgerComparison, *, actor: Actor) -> StatementPage | None:
    """Return the issued statement that ends on the cut-off day, else the newest; None where there is none."""
    query = (
        select(Statement.public_id, Statement.period_until)
        .where(Statement.customer_id == row.customer_id, Statement.currency == row.currency)
        .where(Statement.issued_at.is_not(None), Statement.state != "superseded")
        .order_by(Statement.period_until.desc(), Statement.version.desc())
        .limit(60)
    )
    found = session.execute(query).all()
    if not found:
        return None
    chosen = next((one for one in found if (one.period_until - row.as_of_on).days == 1), found[0])
    return find_statement(session, public_id=chosen.public_id, actor=actor)


def agreed_lines(session: Session, row: LedgerComparison, page: StatementPage | None) -> list[LineView]:
    """Return the lines of a statement that the comparison found agreed and that still wait for an answer."""
    if page is None or row.state != "done" or not page.is_answerable:
        return []
    query = (
        select(Document.public_id, ComparisonRow.our_row, ComparisonRow.our_minor)
        .outerjoin(Document, Document.id == ComparisonRow.document_id)
        .where(ComparisonRow.comparison_id == row.id, ComparisonRow.status == "agreed")
        .where(ComparisonRow.our_row.is_not(None))
    )
    agreed, opening = set(), None
    for document, our_row, minor in session.execute(query):
        if our_row == 0:
            opening = minor
        agreed.add(document)
    found = [
        line
        for line in page.lines
        if line.needs_answer and not line.has_answer and line.document_public_id in agreed
    ]
    line = page.opening
    is_same = opening is not None and opening == line.amount_minor and row.begin_on == page.period_from
    if is_same and line.needs_answer and not line.has_answer:
        found.insert(0, line)
    return found
