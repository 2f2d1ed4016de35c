"""Read comparisons within the actor's scope: one with its sums, its findings, the list of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from portal.access import Actor, Permission
from portal.access.models import Person
from portal.compare.engine import CAUSES, ROOT_OF, SAID_SO, LedgerRow, Words
from portal.compare.engine.words import kind_of
from portal.compare.layout import ColumnGuess, Guess, Layout
from portal.compare.models import ComparisonRow, LedgerComparison
from portal.compare.rules import STATE_LABELS, Difference, may_ask_for_copy, propose_dispute
from portal.compare.say import say_words
from portal.compare.view import CauseSum, ComparisonRowView, ComparisonView, FindingView
from portal.customers.models import Customer
from portal.disputes import disputed_documents
from portal.disputes.models import Dispute
from portal.errors import N_, NotFound
from portal.i18n import Translator
from portal.lists import ListQuery, Page, Tab
from portal.money import Money
from portal.receivables.models import Document
from portal.statements import LineView, StatementPage, find_statement
from portal.statements.models import Statement

COMPARISON_SORTS: tuple[str, ...] = ("started", "as_of", "file")
FINDING_SORTS: tuple[str, ...] = ("row", "amount", "cause")


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


def statement_of(session: Session, row: LedgerComparison, actor: Actor) -> StatementPage | None:
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


def find_comparison(session: Session, *, public_id: str, actor: Actor) -> ComparisonView:
    """Return a comparison with its sums, and the lines of the statement it lets one confirm.

    Raises:
        NotAllowed: The actor may not read open items.
        NotFound: Unknown, discarded or out of scope.
    """
    row = comparison_row(session, public_id=public_id, actor=actor)
    customer = session.get_one(Customer, row.customer_id)
    person = session.get(Person, row.started_by_id) if row.started_by_id else None
    page = statement_of(session, row, actor)
    lines = agreed_lines(session, row, page)
    layout = Layout.from_json(row.layout)

    def money(minor: int) -> Money:
        return Money(minor, row.currency)

    return ComparisonView(
        id=row.id, public_id=row.public_id, state=row.state, file_name=row.file_name, size_bytes=row.size_bytes,
        customer_id=row.customer_id, customer_public_id=customer.public_id, customer_no=customer.number,
        customer_name=customer.name, customer_name_en=customer.name_en, currency=row.currency, as_of=row.as_of_on,
        begin_on=row.begin_on, basis=row.basis, statement_public_id=page.public_id if page else "",
        statement_hash=page.content_hash if page else "", month=page.period_from if page else None,
        ours=money(row.ours_minor), theirs=money(row.theirs_minor), debit=money(row.debit_minor),
        credit=money(row.credit_minor), stated=None if row.stated_minor is None else money(row.stated_minor),
        given_opening=None if row.given_opening_minor is None else money(row.given_opening_minor),
        row_count=row.row_count, left_out=row.left_out, is_mirrored=row.is_mirrored, error=row.error,
        error_params=row.error_params, job_id=row.job_id, started_by=person.name if person else "",
        started_at=row.started_at, finished_at=row.finished_at, guess=_guess(row, layout), sign=layout.sign,
        counts=_counts(session, row.id), steps=_steps(session, row),
        agreed_lines=tuple(line.no for line in lines),
        agreed_sum=money(sum(line.amount_minor for line in lines)),
    )  # fmt: skip


def _guess(row: LedgerComparison, layout: Layout) -> Guess:
    doubts = row.guess.get("doubts", [])
    columns = tuple(
        ColumnGuess(place, name, layout.roles[place], doubts[place] if place < len(doubts) else "")
        for place, name in enumerate(layout.names)
    )
    sample = tuple((int(no), tuple(cells)) for no, cells in row.guess.get("sample", []))
    return Guess(layout, columns, sample, bool(row.guess.get("remembered")))


def _counts(session: Session, comparison_id: int) -> Mapping[str, int]:
    query = (
        select(ComparisonRow.status, func.count(func.distinct(ComparisonRow.group_no)))
        .where(ComparisonRow.comparison_id == comparison_id)
        .group_by(ComparisonRow.status)
    )
    return dict(session.execute(query).all())


def _steps(session: Session, row: LedgerComparison) -> tuple[CauseSum, ...]:
    query = (
        select(ComparisonRow.cause, func.count(), func.sum(ComparisonRow.difference_minor))
        .where(ComparisonRow.comparison_id == row.id, ComparisonRow.difference_minor != 0)
        .group_by(ComparisonRow.cause)
    )
    found = {cause: (count, int(total)) for cause, count, total in session.execute(query)}
    return tuple(
        CauseSum(cause, ROOT_OF[cause], found[cause][0], Money(-found[cause][1], row.currency))
        for cause in CAUSES
        if cause in found
    )


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


# --- findings ---------------------------------------------------------------------------------------------------------


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
    page = statement_of(session, row, actor)
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
    session: Session, row: LedgerComparison, numbers: Sequence[int], words: Translator, actor: Actor
) -> list[FindingView]:
    """Return some findings of a comparison, in order of their numbers."""
    rows: list[ComparisonRow] = []
    for start in range(0, len(numbers), 500):
        query = select(ComparisonRow).where(ComparisonRow.comparison_id == row.id)
        rows += session.scalars(query.where(ComparisonRow.no.in_(numbers[start : start + 500])))
    rows.sort(key=lambda one: one.no)
    return _views(session, row, rows, statement_of(session, row, actor), words)


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
    return [one for one in findings_by_no(session, row, chosen, words, actor) if one.proposal is not None]


# --- the list ---------------------------------------------------------------------------------------------------------


def list_comparisons(
    session: Session, *, query: ListQuery, actor: Actor, customer_id: int | None = None
) -> Page[ComparisonRowView]:
    """Return comparisons in the actor's scope, newest first.

    Raises:
        NotAllowed: The actor may not read open items.
        NotFound: The customer is out of scope.
        UnknownSort: Not one of ``COMPARISON_SORTS``.
    """
    actor.require(Permission.ITEMS_READ)
    base = (
        select(LedgerComparison, Customer, Person.name)
        .join(Customer, Customer.id == LedgerComparison.customer_id)
        .outerjoin(Person, Person.id == LedgerComparison.started_by_id)
        .where(LedgerComparison.state != "discarded")
    )
    if customer_id is not None:
        actor.require_scope(customer_id)
        base = base.where(LedgerComparison.customer_id == customer_id)
    if actor.customer_ids is not None:
        base = base.where(LedgerComparison.customer_id.in_(actor.customer_ids))
    states = Counter(session.scalars(base.with_only_columns(LedgerComparison.state)))
    wanted = base.where(LedgerComparison.state == query.tab) if query.tab else base
    word = query.q.strip().lower()
    if word:
        like = f"%{word}%"
        wanted = wanted.where(
            or_(func.lower(LedgerComparison.file_name).like(like), Customer.name_key.like(like))
        )
    count = session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    columns: dict[str, Any] = {
        "started": LedgerComparison.started_at, "as_of": LedgerComparison.as_of_on,
        "file": LedgerComparison.file_name,
    }  # fmt: skip
    key = columns[query.sorted_by(COMPARISON_SORTS, "started")]
    is_down = query.descending if query.sort else True
    wanted = wanted.order_by(key.desc() if is_down else key, LedgerComparison.id.desc())
    found = session.execute(wanted.limit(query.limit).offset(query.offset if query.per_page else 0)).all()
    counts = _open_counts(session, [row.id for row, _, _ in found])
    rows = tuple(_row_view(row, customer, name or "", counts.get(row.id, 0)) for row, customer, name in found)
    tabs = (
        Tab("", N_("All"), states.total()),
        *(Tab(state, label, states[state]) for state, label in STATE_LABELS.items() if states[state]),
    )
    return Page(rows, count, query, (), tabs)


def _open_counts(session: Session, ids: Sequence[int]) -> dict[int, int]:
    query = (
        select(ComparisonRow.comparison_id, func.count(func.distinct(ComparisonRow.group_no)))
        .where(ComparisonRow.comparison_id.in_(ids), ComparisonRow.status != "agreed")
        .group_by(ComparisonRow.comparison_id)
    )
    return dict(session.execute(query).all())


def _row_view(row: LedgerComparison, customer: Customer, name: str, differences: int) -> ComparisonRowView:
    money = row.currency
    return ComparisonRowView(
        row.public_id, row.file_name, row.state, customer.number, customer.name, customer.name_en, money,
        row.as_of_on, Money(row.ours_minor, money), Money(row.theirs_minor, money),
        Money(row.ours_minor - row.theirs_minor, money), differences, name, row.started_at,
    )  # fmt: skip
