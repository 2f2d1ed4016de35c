"""Change the words on posted documents: texts and the mark of an old dispute; figures and dates never change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Session

from portal import audit
from portal.access import Actor, Permission
from portal.errors import Invalid, NotFound
from portal.receivables.models import Document

_DOCUMENTS = cast("Table", Document.__table__)

#: What may be said anew about a posted document.
TEXTS = ("reference", "description", "tax_invoice_no", "order_no", "method")


@dataclass(frozen=True, slots=True)
class DescriptionChange:
    """New words for one document.

    Attributes:
        texts: Field of ``TEXTS`` → new text.
        is_marked: Whether it is marked as having been disputed.
    """

    document_id: int
    texts: Mapping[str, str] = field(default_factory=dict)
    is_marked: bool = False


def describe_documents(
    session: Session, changes: Sequence[DescriptionChange], *, actor: Actor, now: datetime
) -> None:
    """Write new words on posted documents, with one audit row ``imports.document-updated`` each.

    Args:
        session: A writing session.
        changes: At most one for a document.
        actor: Needs ``imports:run``.
        now: When.

    Raises:
        NotAllowed: The actor may not run imports.
        NotFound: A document does not exist.
        Invalid: A field that never changes.
    """
    actor.require(Permission.IMPORTS_RUN)
    for change in changes:
        unknown = set(change.texts) - set(TEXTS)
        if unknown:
            raise Invalid(field=min(unknown))
    if not changes:
        return
    known = _locked(session, [change.document_id for change in changes])
    statement = update(_DOCUMENTS).where(_DOCUMENTS.c.id == bindparam("b_id"))
    session.execute(
        statement.values({name: bindparam(f"b_{name}") for name in (*TEXTS, "was_disputed")}),
        [_values(change, known[change.document_id]) for change in changes],
    )
    audited = [_audited(change, known[change.document_id]) for change in changes]
    audit.record_many(session, audited, actor=actor, now=now)


def _locked(session: Session, ids: Sequence[int]) -> dict[int, Any]:
    columns = (
        Document.id,
        Document.public_id,
        Document.customer_id,
        Document.document_no,
        Document.was_disputed,
    )
    texts = [getattr(Document, name) for name in TEXTS]
    rows = session.execute(select(*columns, *texts).where(Document.id.in_(ids)).with_for_update())
    known = {row.id: row for row in rows}
    if len(known) != len(set(ids)):
        raise NotFound
    return known


def _values(change: DescriptionChange, row: Any) -> dict[str, Any]:
    texts = {f"b_{name}": change.texts.get(name, getattr(row, name)) for name in TEXTS}
    return texts | {"b_id": row.id, "b_was_disputed": change.is_marked or row.was_disputed}


def _audited(change: DescriptionChange, row: Any) -> audit.AuditDraft:
    details: dict[str, object] = {"number": row.document_no, **change.texts}
    if change.is_marked:
        details["was_disputed"] = True
    return audit.AuditDraft("imports.document-updated", "document", row.public_id, row.customer_id, details)
