"""Checks of statements: figures add up, months join, what is stored hashes to what was issued, answers sum."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import Row, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from portal.checks.probe import Finding, Probe, found
from portal.confirmations.models import Confirmation
from portal.customers.models import Customer
from portal.ledger.models import LegalEntity
from portal.money import minor_to_text
from portal.receivables.models import Document
from portal.statements import SIGNED, content_hash, frozen_content
from portal.statements.facts import BUCKETS, FIGURES
from portal.statements.models import Statement, StatementLine

_IS_ISSUED = Statement.issued_at.is_not(None)


def probes() -> Iterator[Probe]:
    """Yield the checks of I3, Inv6, Inv7 and Inv8."""
    yield _figures()
    yield _lines()
    yield _joined_months()
    yield _ledger_at_issue()
    yield _versions()
    yield _signed_without_signature()


def _money(row: Row[*tuple[Any, ...]], minor: int | None) -> str:
    return f"{minor_to_text(int(minor or 0), row.currency)} {row.currency}"


def _name(row: Row[*tuple[Any, ...]]) -> str:
    return f"statement {row.number} {row.currency} {row.period_from:%Y-%m} v{row.version}"


_WHO = (Customer.number, Statement.currency, Statement.period_from, Statement.version)


def _figures() -> Probe:
    """I3 and I4: opening + movements = closing, and the ageing sums to it."""
    ageing = sum((getattr(Statement, f"{key}_minor") for key in BUCKETS[1:]), Statement.not_due_minor)
    return Probe(
        "I3",
        select(func.count(Statement.id)),
        select(*_WHO, Statement.closing_minor)
        .join(Customer, Customer.id == Statement.customer_id)
        .where(
            or_(
                Statement.opening_minor
                + Statement.invoiced_minor
                - Statement.received_minor
                - Statement.credited_minor
                != Statement.closing_minor,
                ageing != Statement.closing_minor,
            )
        )
        .order_by(Statement.id),
        lambda row: f"{_name(row)}: figures do not add up to {_money(row, row.closing_minor)}",
    )


def _lines() -> Probe:
    """I3: line 0 is the opening balance, lines 0..n sum to the closing balance and none is missing."""
    total, count = func.coalesce(func.sum(StatementLine.amount_minor), 0), func.count(StatementLine.no)
    opening = func.coalesce(func.sum(StatementLine.amount_minor).filter(StatementLine.no == 0), 0)
    return Probe(
        "I3",
        select(func.count(Statement.id)),
        select(*_WHO, Statement.closing_minor, total.label("total"))
        .join(Customer, Customer.id == Statement.customer_id)
        .outerjoin(StatementLine, StatementLine.statement_id == Statement.id)
        .group_by(Statement.id, *_WHO)
        .having(
            or_(
                total != Statement.closing_minor,
                opening != Statement.opening_minor,
                count != Statement.line_count + 1,
            )
        )
        .order_by(Statement.id),
        lambda row: f"{_name(row)}: lines {_money(row, row.total)}, closing {_money(row, row.closing_minor)}",
    )


def _joined_months() -> Probe:
    """I3 and Inv8: a month opens with what the month before had closed with when it was issued."""
    before, newest = aliased(Statement), aliased(Statement)
    version = (
        select(func.max(newest.version))
        .where(
            newest.entity_id == Statement.entity_id, newest.customer_id == Statement.customer_id,
            newest.currency == Statement.currency, newest.kind == Statement.kind,
            newest.period_until == Statement.period_from, newest.issued_at <= Statement.issued_at,
        )
        .correlate(Statement)
        .scalar_subquery()
    )  # fmt: skip
    return Probe(
        "Inv8",
        select(func.count(Statement.id)).where(_IS_ISSUED),
        select(*_WHO, Statement.opening_minor, before.closing_minor)
        .join(Customer, Customer.id == Statement.customer_id)
        .join(
            before,
            and_(
                before.entity_id == Statement.entity_id, before.customer_id == Statement.customer_id,
                before.currency == Statement.currency, before.kind == Statement.kind,
                before.period_until == Statement.period_from, before.version == version,
            ),
        )
        .where(_IS_ISSUED, before.closing_minor != Statement.opening_minor)
        .order_by(Statement.id),
        lambda row: (
            f"{_name(row)}: opens with {_money(row, row.opening_minor)}, "
            f"the month before closed with {_money(row, row.closing_minor)}"
        ),
    )  # fmt: skip


def _ledger_at_issue() -> Probe:
    """Inv6: the closing balance is the ledger's at the cut-off, as known when it was prepared.

    Only the newest version counts; earlier months are joined to it (Inv8). A document noted in the same instant as
    the statement cannot be told to be before or after, so such statements are left out.
    """
    mine = (
        Document.entity_id == Statement.entity_id, Document.customer_id == Statement.customer_id,
        Document.currency == Statement.currency, Document.posting_on < Statement.period_until,
    )  # fmt: skip
    known = select(func.coalesce(func.sum(Document.balance_minor), 0)).where(
        *mine, Document.created_at < Statement.prepared_at
    )
    owed = known.correlate(Statement).scalar_subquery()
    same = select(Document.id).where(*mine, Document.created_at == Statement.prepared_at).exists()
    later = aliased(Statement)
    is_last = ~(
        select(later.id)
        .where(
            later.entity_id == Statement.entity_id, later.customer_id == Statement.customer_id,
            later.currency == Statement.currency, later.kind == Statement.kind, later.issued_at.is_not(None),
            or_(
                later.period_from > Statement.period_from,
                and_(later.period_from == Statement.period_from, later.version > Statement.version),
            ),
        )
        .exists()
    )  # fmt: skip
    return Probe(
        "Inv6",
        select(func.count(Statement.id)).where(_IS_ISSUED, is_last),
        select(*_WHO, Statement.closing_minor, owed.label("owed"))
        .join(Customer, Customer.id == Statement.customer_id)
        .where(_IS_ISSUED, is_last, ~same, owed != Statement.closing_minor)
        .order_by(Statement.id),
        lambda row: f"{_name(row)}: closing {_money(row, row.closing_minor)}, ledger {_money(row, row.owed)}",
    )


def _versions() -> Probe:
    """Inv6: a version replaces the one before it of the same month, which then is superseded once it was issued."""
    old = aliased(Statement)
    return Probe(
        "Inv6",
        select(func.count(Statement.id)).where(Statement.supersedes_id.is_not(None)),
        select(*_WHO)
        .join(Customer, Customer.id == Statement.customer_id)
        .join(old, old.id == Statement.supersedes_id)
        .where(
            or_(
                old.customer_id != Statement.customer_id, old.currency != Statement.currency,
                old.period_from != Statement.period_from, old.version + 1 != Statement.version,
                and_(_IS_ISSUED, old.state != "superseded"),
            )
        )
        .order_by(Statement.id),
        lambda row: f"{_name(row)}: does not replace the version before it",
    )  # fmt: skip


def hashes(session: Session) -> Finding:
    """Inv6: what is stored of every statement hashes to the stored hash; lines are streamed."""
    heads = session.execute(
        select(Statement, LegalEntity.code, Customer.number)
        .join(LegalEntity, LegalEntity.id == Statement.entity_id)
        .join(Customer, Customer.id == Statement.customer_id)
        .order_by(Statement.id)
        .execution_options(yield_per=500)
    )
    lines = session.execute(
        select(
            StatementLine.statement_id, StatementLine.no, StatementLine.document_no, StatementLine.kind,
            StatementLine.document_on, StatementLine.due_on, StatementLine.amount_minor, StatementLine.open_minor,
        )
        .order_by(StatementLine.statement_id, StatementLine.no)
        .execution_options(yield_per=5000)
    )  # fmt: skip
    grouped = groupby(lines, key=lambda line: line.statement_id)
    group = next(grouped, None)
    checked, problems = 0, []
    for head, code, number in heads:
        checked += 1
        while group is not None and group[0] < head.id:
            group = next(grouped, None)
        mine = [tuple(line)[1:] for line in group[1]] if group is not None and group[0] == head.id else []
        if _hash_of(head, code, number, mine) != head.content_hash:
            problems.append(
                f"statement {number} {head.currency} {head.period_from:%Y-%m} v{head.version}: its content has changed"
            )
    return found("Inv6", checked, problems)


def _hash_of(head: Statement, code: str, number: str, lines: list[tuple[Any, ...]]) -> str:
    period: tuple[date, date] = (head.period_from, head.period_until)
    content = frozen_content(
        entity=code, customer_no=number, currency=head.currency, kind=head.kind, period=period,
        minor={key: getattr(head, f"{key}_minor") for key in (*FIGURES, *BUCKETS)},
        lines=lines,
    )  # fmt: skip
    return content_hash(content)


def _signed_without_signature() -> Probe:
    """Inv7: a statement is signed exactly when there is a signature for it."""
    return Probe(
        "Inv7",
        select(func.count(Statement.id)).where(Statement.state.in_(SIGNED)),
        select(*_WHO)
        .join(Customer, Customer.id == Statement.customer_id)
        .outerjoin(Confirmation, Confirmation.statement_id == Statement.id)
        .where(Statement.state.in_(SIGNED), Confirmation.id.is_(None))
        .order_by(Statement.id),
        lambda row: f"{_name(row)}: is shown as signed, but nobody signed it",
    )
