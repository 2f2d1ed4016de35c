"""Findings of a comparison with what became of them, and the disputes they propose."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from portal.access import Actor
from portal.compare.engine import SAID_SO, LedgerRow, Words
from portal.compare.engine.words import kind_of
from portal.compare.models import ComparisonRow, LedgerComparison
from portal.compare.rules import Difference, may_ask_for_copy, propose_dispute
from portal.compare.say import say_words
from portal.compare.scope import comparison_row, statement_of
from portal.compare.view import FindingView
from portal.disputes import disputed_documents
from portal.disputes.models import Dispute
from portal.i18n import Translator
from portal.lists import ListQuery, Page, Tab
from portal.money import Money
from portal.receivables.models import Document
from portal.statements import LineView, StatementPage

FINDING_SORTS: tuple[str, ...] = ("row", "amount", "cause")


def list_findings(
    session: Session, *, public_id: str, query: ListQuery, words: Translator, actor: Actor, cause: str = ""
) -> Page[FindingView]:
    """Return findings as a list: tabs open, agreed, all; search in numbers and texts.

    Args:
        session: Any session.
        public_id: The comparison.
        query: Search, tab, order, page.
        words: The reader's language: proposals hold words.
        actor: Who reads.
        cause: Only this one; empty = all.

    Raises:
        NotAllowed: The actor may not read open items.
        NotFound: Unknown or out of scope.
        UnknownSort: Not one of ``FINDING_SORTS``.
    """
    row = comparison_row(session, public_id=public_id, actor=actor)
    base = select(ComparisonRow).where(ComparisonRow.comparison_id == row.id)
    open_only, agreed_only = ComparisonRow.status != "agreed", ComparisonRow.status == "agreed"
    wanted = {"agreed": base.where(agreed_only), "all": base}.get(query.tab, base.where(open_only))
    if cause:
        wanted = wanted.where(ComparisonRow.cause == cause)
    wanted = _searched(wanted, query.q)
    count = session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    wanted = _ordered(wanted, query).limit(query.limit).offset(query.offset if query.per_page else 0)
    rows = list(session.scalars(wanted))
    tabs = _tabs(session, row.id)
    page = statement_of(session, row, actor=actor)
    return Page(tuple(_views(session, row, rows, page, words)), count, query, (), tabs)


def _tabs(session: Session, comparison_id: int) -> tuple[Tab, ...]:
    query = (
        select(ComparisonRow.status == "agreed", func.count())
        .where(ComparisonRow.comparison_id == comparison_id)
        .group_by(ComparisonRow.status == "agreed")
    )
    counts = {bool(is_agreed): count for is_agreed, count in session.execute(query)}
    agreed, others = counts.get(True, 0), counts.get(False, 0)
    return (
        Tab("", "Differences", others),
        Tab("agreed", "Agreed", agreed),
        Tab("all", "All", agreed + others),
    )


def _searched(query: Select[Any], text: str) -> Select[Any]:
    word = text.strip().lower()
    if not word:
        return query
    like = "%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    columns = (
        ComparisonRow.our_number, ComparisonRow.our_text, ComparisonRow.their_number, ComparisonRow.their_text,
    )  # fmt: skip
    return query.where(or_(*(func.lower(column).like(like, escape="\\") for column in columns)))


def _ordered(wanted: Select[Any], query: ListQuery) -> Select[Any]:
    key = query.sorted_by(FINDING_SORTS, "row")
    columns: dict[str, tuple[Any, ...]] = {
        "row": (ComparisonRow.no,),
        "amount": (func.abs(ComparisonRow.difference_minor), ComparisonRow.no),
        "cause": (ComparisonRow.cause, ComparisonRow.no),
    }
    chosen = columns[key]
    return wanted.order_by(*(column.desc() if query.descending else column for column in chosen))


def findings_by_no(
    session: Session, row: LedgerComparison, *, numbers: Sequence[int], words: Translator, actor: Actor
) -> list[FindingView]:
    """Return some findings of a comparison, in order of their numbers."""
    rows: list[ComparisonRow] = []
    for start in range(0, len(numbers), 500):
        query = select(ComparisonRow).where(ComparisonRow.comparison_id == row.id)
        rows += session.scalars(query.where(ComparisonRow.no.in_(numbers[start : start + 500])))
    rows.sort(key=lambda one: one.no)
    return _views(session, row, rows, statement_of(session, row, actor=actor), words)


def _views(
    session: Session,
    row: LedgerComparison,
    rows: Sequence[ComparisonRow],
    page: StatementPage | None,
    words: Translator,
) -> list[FindingView]:
    ids = [one.document_id for one in rows if one.document_id is not None]
    documents = {
        one.id: (one.public_id, one.order_no)
        for start in range(0, len(ids), 500)
        for one in session.execute(
            select(Document.id, Document.public_id, Document.order_no).where(
                Document.id.in_(ids[start : start + 500])
            )
        )
    }
    disputes = {key: one.public_id for key, one in disputed_documents(session, document_ids=ids).items()}
    own = [one.dispute_id for one in rows if one.dispute_id]
    raised = dict(session.execute(select(Dispute.id, Dispute.public_id).where(Dispute.id.in_(own))).all())
    lines = {line.document_public_id: line for line in page.lines} if page else {}
    found = []
    for one in rows:
        document, order_no = documents.get(one.document_id or -1, ("", ""))
        dispute = raised.get(one.dispute_id or -1) or disputes.get(one.document_id or -1, "")
        found.append(_view(row, one, document, order_no, dispute, lines.get(document), words))
    return found


def _view(
    row: LedgerComparison,
    one: ComparisonRow,
    document: str,
    order_no: str,
    dispute: str,
    line: LineView | None,
    words: Translator,
) -> FindingView:
    money = row.currency
    reasons = tuple(
        (message, {key: _shown(value) for key, value in params.items()}) for message, params in one.reasons
    )
    difference = Money(one.difference_minor, money)
    kind = one.our_kind or _their_kind(one)
    twin = next((str(params["number"]) for _, params in one.reasons if "number" in params), "")
    why = say_words(_telling(reasons, is_pair=one.our_row is not None and one.their_row is not None), words)
    proposal = propose_dispute(
        Difference(
            one.status, one.cause, kind, difference, abs(Money(one.our_minor or one.their_minor or 0, money)),
            one.our_number, one.their_number, one.their_text, order_no, one.their_on, why, twin,
        )
    )  # fmt: skip
    if not document and one.status != "only_theirs":
        proposal = None
    may_ask = may_ask_for_copy(one.status, one.our_kind) and one.asked_at is None and bool(document)
    return FindingView(
        one.no, one.group_no, one.status, one.cause, reasons, difference, one.confidence_permille, document,
        one.our_on, one.our_number, one.our_text, one.our_kind,
        None if one.our_minor is None else Money(one.our_minor, money), one.their_label, one.their_on,
        one.their_number, one.their_text, None if one.their_minor is None else Money(one.their_minor, money),
        _state(one, dispute, line), dispute, proposal if not dispute else None, may_ask and not dispute,
        line.no if line else None,
    )  # fmt: skip


def _telling(reasons: Sequence[Words], *, is_pair: bool) -> Sequence[Words]:
    """Return what is worth a word in a dispute: not how two rows were found, not that a word stood on the row."""
    kept = reasons[:-1] if is_pair else reasons
    return [reason for reason in kept if reason[0] != SAID_SO] or kept or reasons


def _their_kind(one: ComparisonRow) -> str:
    kind = kind_of(LedgerRow(0, one.their_on, one.their_minor or 0, one.their_number, one.their_text))
    return "receipt" if kind == "payment" else kind


def _shown(value: object) -> object:
    return date.fromisoformat(value[4:]) if isinstance(value, str) and value.startswith("day:") else value


def _state(one: ComparisonRow, dispute: str, line: LineView | None) -> str:
    if dispute:
        return "disputed"
    if one.asked_at is not None:
        return "asked"
    if one.status == "agreed":
        return "confirmed" if line is not None and line.answer == "confirmed" else "agreed"
    return "waits" if one.cause == "timing" else "open"


def proposals_of(
    session: Session, *, public_id: str, words: Translator, actor: Actor, numbers: Sequence[int] = ()
) -> list[FindingView]:
    """Return the findings one can dispute now, all or those with the numbers.

    Raises:
        NotAllowed: The actor may not read open items.
        NotFound: Unknown or out of scope.
    """
    row = comparison_row(session, public_id=public_id, actor=actor)
    query = select(ComparisonRow.no).where(
        ComparisonRow.comparison_id == row.id,
        ComparisonRow.status != "agreed",
        ComparisonRow.difference_minor != 0,
    )
    if numbers:
        query = query.where(ComparisonRow.no.in_(numbers[:500]))
    chosen = list(session.scalars(query.order_by(ComparisonRow.no).limit(500)))
    return [
        one
        for one in findings_by_no(session, row, numbers=chosen, words=words, actor=actor)
        if one.proposal is not None
    ]
