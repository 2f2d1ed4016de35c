"""Open disputes for what an imported ledger marks as disputed, in bulk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from portal.access import Actor, Permission
from portal.audit import AuditDraft, record_many
from portal.db import new_public_id
from portal.disputes.models import Dispute, DisputeEvent
from portal.disputes.reasons import REASONS
from portal.disputes.rules import OPEN_STATES, add_business_days
from portal.disputes.timeline import today_of
from portal.errors import N_
from portal.imports import Problem, register_dependents
from portal.money import Money
from portal.numbering import next_number
from portal.receivables.models import Document, OpenItem

#: An imported mark says neither reason nor words; a person re-codes it.
IMPORT_REASON = "OTH"
BATCH = 500


def open_imported_disputes(
    session: Session, *, document_ids: Sequence[int], actor: Actor, now: datetime
) -> int:
    """Open a dispute on each open document that an imported ledger marks as disputed; nobody is mailed.

    Args:
        session: A writing session.
        document_ids: Row numbers; settled documents and those disputed already are passed over.
        actor: Who imports.
        now: When.

    Returns:
        How many were opened.

    Raises:
        NotAllowed: The actor may not import.
    """
    actor.require(Permission.IMPORTS_RUN)
    opened = 0
    for start in range(0, len(document_ids), BATCH):
        documents = _disputable(session, document_ids[start : start + BATCH])
        opened += len(documents)
        if documents:
            _open_all(session, documents, actor=actor, now=now)
    return opened


def _disputable(session: Session, document_ids: Sequence[int]) -> list[tuple[Document, int]]:
    disputed = select(Dispute.document_id).where(
        Dispute.document_id.in_(document_ids), Dispute.state.in_(OPEN_STATES)
    )
    rows = session.execute(
        select(Document, OpenItem.open_minor)
        .join(OpenItem, OpenItem.document_id == Document.id)
        .where(Document.id.in_(document_ids), OpenItem.open_minor > 0, Document.id.not_in(disputed))
        .order_by(Document.id)
    )
    return [(document, open_minor) for document, open_minor in rows]


def _open_all(
    session: Session, documents: Sequence[tuple[Document, int]], *, actor: Actor, now: datetime
) -> None:
    today = today_of(session, documents[0][0].entity_id, now)
    reason = REASONS[IMPORT_REASON]
    due_on = add_business_days(today, reason.sla_days)
    rows: list[dict[str, Any]] = [
        {
            "public_id": new_public_id(), "number": next_number(session, "D", year=today.year),
            "entity_id": document.entity_id, "customer_id": document.customer_id, "document_id": document.id,
            "reason": reason.code, "facts": {}, "currency": document.currency, "disputed_minor": open_minor,
            "resolution": "", "root_cause": "", "department": reason.department, "state": "acknowledged",
            "turn": "ours", "due_on": due_on, "is_on_behalf": True, "opened_by_id": actor.person_id,
            "opened_at": now, "row_version": 1,
        }
        for document, open_minor in documents
    ]  # fmt: skip
    ids = session.scalars(insert(Dispute).returning(Dispute.id, sort_by_parameter_order=True), rows).all()
    steps = (("submit", "draft", "submitted"), ("acknowledge", "submitted", "acknowledged"))
    session.execute(
        insert(DisputeEvent),
        [
            {
                "dispute_id": id_, "kind": "state", "verb": verb, "side": "system", "is_internal": False,
                "person_id": actor.person_id, "person_name": actor.name[:120], "text": "", "from_state": before,
                "to_state": after, "currency": row["currency"], "amount_minor": row["disputed_minor"], "at": now,
            }
            for id_, row in zip(ids, rows, strict=True)
            for verb, before, after in steps
        ],
    )  # fmt: skip
    record_many(session, _audited(rows, documents), actor=actor, now=now)


def _audited(rows: Sequence[dict[str, Any]], documents: Sequence[tuple[Document, int]]) -> list[AuditDraft]:
    """Return one audit row for each of the two changes of each dispute: opened, acknowledged."""
    return [
        AuditDraft(
            event, "dispute", row["public_id"], customer_id=document.customer_id,
            details={
                "number": row["number"], "document_no": document.document_no, "reason": row["reason"],
                "disputed": Money(open_minor, document.currency), "from": "import",
            },
        )
        for row, (document, open_minor) in zip(rows, documents, strict=True)
        for event in ("disputes.opened", "disputes.acknowledged")
    ]  # fmt: skip


def disputes_on(session: Session, document_ids: Sequence[int]) -> list[Problem]:
    """Name the open disputes that stand on documents: a file with one of them is not undone."""
    found = []
    for start in range(0, len(document_ids), BATCH):
        rows = session.execute(
            select(Dispute.number, Document.document_no)
            .join(Document, Document.id == Dispute.document_id)
            .where(
                Dispute.document_id.in_(document_ids[start : start + BATCH]), Dispute.state.in_(OPEN_STATES)
            )
            .order_by(Dispute.id)
        )
        for number, document_no in rows:
            message = N_("Dispute %(dispute)s is open on %(number)s.")
            params = {"dispute": number, "number": document_no}
            found.append(Problem(None, "", "conflict", message, params))
    return found


register_dependents(disputes_on)
