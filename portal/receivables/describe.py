"""Change the words on posted documents: texts and the mark of an old dispute; figures and dates never change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Session

from portal import audit
from portal.access import Actor, Permission
from portal.errors import Invalid, NotFound
from portal.receivables.models import Document

_DOCUMENTS: Table = Document.__table__  # type: ignore[assignment]  # declared by the ORM as FromClause

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
    ids = [change.document_id for change in changes]
    columns = (Document.id, Document.public_id, Document.customer_id, Document.document_no)
    texts = [getattr(Document, name) for name in TEXTS]
    rows = session.execute(
        select(*columns, *texts, Document.was_disputed).where(Document.id.in_(ids)).with_for_update()
    )
    known = {row.id: row for row in rows}
    if len(known) != len(set(ids)):
        raise NotFound
    statement = update(_DOCUMENTS).where(_DOCUMENTS.c.id == bindparam("b_id"))
    session.execute(
        statement.values({name: bindparam(f"b_{name}") for name in (*TEXTS, "was_disputed")}),
        [
            {
                "b_id": change.document_id,
                "b_was_disputed": change.is_marked or known[change.document_id].was_disputed,
            }
            | {
                f"b_{name}": change.texts.get(name, getattr(known[change.document_id], name))
                for name in TEXTS
            }
            for change in changes
        ],
    )
    audit.record_many(
        session,
        [
            audit.AuditDraft(
                "imports.document-updated", "document", known[change.document_id].public_id,
                known[change.document_id].customer_id,
                {"number": known[change.document_id].document_no, **change.texts}
                | ({"was_disputed": True} if change.is_marked else {}),
            )
            for change in changes
        ],
        actor=actor, now=now,
    )  # fmt: skip
