"""Checks of the audit trail: the chain holds, and each state change left exactly one row."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import and_, func, or_, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from portal.approvals.models import Approval
from portal.audit import ANCHORS, read_anchors, verify_chain
from portal.audit.models import AuditRow
from portal.checks.probe import Finding, Probe, found
from portal.confirmations.models import Confirmation
from portal.disputes.models import Dispute, DisputeEvent
from portal.disputes.rules import TRANSITIONS as DISPUTE_TRANSITIONS
from portal.receivables.models import Document
from portal.statements.models import Statement


def chain(session: Session, home: Path) -> Finding:
    """Inv10: numbers, hashes and head hold, and the head is the last anchor or extends it."""
    try:
        anchors = read_anchors(home / ANCHORS)
    except ValueError:
        return Finding("Inv10", 0, 1, (f"the file of anchors cannot be read: {home / ANCHORS}",))
    report = verify_chain(session, anchors=anchors)
    problems = [] if report.ok else [f"audit row {report.first_bad} is the first that does not hold"]
    return found("Inv10", report.rows, problems)


def probes() -> Iterator[Probe]:
    """Yield the checks of Inv11."""
    yield from _one_row_each()
    yield _dispute_transitions()
    yield _dispute_states()


def _one_row(
    what: str, subject: str, public_id: InstrumentedAttribute[str], events: tuple[str, ...], *conditions: Any
) -> Probe:
    rows = (
        select(func.count(AuditRow.number))
        .where(AuditRow.subject_kind == subject, AuditRow.subject_id == public_id, AuditRow.event.in_(events))
        .scalar_subquery()
    )
    return Probe(
        "Inv11",
        select(func.count(public_id)).where(*conditions),
        select(public_id.label("public_id"), rows.label("rows"))
        .where(rows != 1, *conditions)
        .order_by(public_id),
        lambda row: f"{what} {row.public_id}: {row.rows} audit rows of {', '.join(events)} instead of one",
    )


def _one_row_each() -> Iterator[Probe]:
    yield _one_row("document", "document", Document.public_id, ("documents.posted",))
    yield _one_row(
        "statement",
        "statement",
        Statement.public_id,
        ("statements.issued",),
        Statement.issued_at.is_not(None),
    )
    yield _one_row("dispute", "dispute", Dispute.public_id, ("disputes.opened",), Dispute.state != "draft")
    yield _one_row(
        "approval", "approval", Approval.public_id,
        ("approvals.approved", "approvals.rejected", "approvals.voided"), Approval.state != "pending",
    )  # fmt: skip
    signed = (
        select(func.count(AuditRow.number))
        .where(
            AuditRow.subject_kind == "statement", AuditRow.event.in_(("balances.signed", "balances.recorded")),
            AuditRow.subject_id == Statement.public_id, AuditRow.customer_id == Confirmation.customer_id,
        )
        .scalar_subquery()
    )  # fmt: skip
    yield Probe(
        "Inv11",
        select(func.count(Confirmation.id)),
        select(Confirmation.public_id, signed.label("rows"))
        .join(Statement, Statement.id == Confirmation.statement_id)
        .where(signed != 1)
        .order_by(Confirmation.id),
        lambda row: f"signature {row.public_id}: {row.rows} audit rows instead of one",
    )


def _dispute_transitions() -> Probe:
    """Inv11: a dispute moves only along the table of transitions."""
    legal = [(start, verb, end) for (start, verb), end in sorted(DISPUTE_TRANSITIONS.items())]
    moved = and_(DisputeEvent.from_state != DisputeEvent.to_state, DisputeEvent.to_state != "")
    return Probe(
        "Inv11",
        select(func.count(DisputeEvent.id)).where(moved),
        select(Dispute.number, DisputeEvent.from_state, DisputeEvent.to_state)
        .join(Dispute, Dispute.id == DisputeEvent.dispute_id)
        .where(
            moved,
            DisputeEvent.from_state != "",
            tuple_(DisputeEvent.from_state, DisputeEvent.verb, DisputeEvent.to_state).not_in(legal),
        )
        .order_by(DisputeEvent.id),
        lambda row: f"dispute {row.number}: moved from {row.from_state} to {row.to_state}",
    )


def _dispute_states() -> Probe:
    """Inv11: the state of a dispute is where its timeline ends."""
    last = (
        select(DisputeEvent.to_state)
        .where(DisputeEvent.dispute_id == Dispute.id, DisputeEvent.to_state != "")
        .order_by(DisputeEvent.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return Probe(
        "Inv11",
        select(func.count(Dispute.id)),
        select(Dispute.number, Dispute.state, last.label("last"))
        .where(or_(last != Dispute.state, last.is_(None)), Dispute.state != "draft")
        .order_by(Dispute.id),
        lambda row: f"dispute {row.number}: is {row.state}, its timeline ends at {row.last or 'nothing'}",
    )
