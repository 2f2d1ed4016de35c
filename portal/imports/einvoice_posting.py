"""Post an electronic invoice or attach it to its document, within the transaction of its batch."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from portal import audit
from portal.access import Actor
from portal.attachments import FileDraft, store_files
from portal.connectors.amounts import to_minor
from portal.connectors.einvoice import EInvoiceFile
from portal.customers import CustomerDraft, create_customer
from portal.imports.einvoice_match import Match, match_einvoice
from portal.imports.models import EInvoice, ImportBatch
from portal.imports.results import problem_json
from portal.imports.rules import Problem
from portal.receivables import Application, DocumentDraft, LineDraft, post_document
from portal.receivables.describe import DescriptionChange, describe_documents
from portal.receivables.models import Document

_MEDIA = {"ofd": "application/ofd", "factur-x": "application/pdf"}


@dataclass(frozen=True, slots=True)
class EInvoiceOutcome:
    """What became of one file.

    Attributes:
        action: ``attached`` to a document that was there, ``created`` (a dry run: would be), ``duplicate`` or
            ``refused``.
        invoice: What it says; None when it could not be read.
        document_no: Of the document it belongs to.
        problems: Why not.
    """

    file_name: str
    action: str
    invoice: EInvoiceFile | None = None
    document_no: str = ""
    document_public_id: str = ""
    customer_no: str = ""
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = field(default=())

    @property
    def is_clean(self) -> bool:
        """Whether the invoice is in the books now (a dry run: would be)."""
        return self.action in {"attached", "created"}

    def as_json(self) -> dict[str, Any]:
        """Return what other programs read."""
        return {
            "name": self.file_name, "action": self.action, "document_no": self.document_no or None,
            "customer_no": self.customer_no or None, **_facts(self.invoice),
            "errors": [problem_json(problem) for problem in self.problems],
            "notes": [problem_json(note)["message"] for note in self.notes],
        }  # fmt: skip


def _facts(found: EInvoiceFile | None) -> dict[str, Any]:
    if found is None:
        return {"format": None}
    return {
        "format": found.form, "kind": found.kind, "number": found.number, "code": found.code or None,
        "issue_date": found.issued_on.isoformat(), "due_date": found.due_on.isoformat() if found.due_on else None,
        "currency": found.currency, "net": f"{found.net:f}", "tax": f"{found.tax:f}", "total": f"{found.total:f}",
        "prepaid": f"{found.prepaid:f}", "payable": f"{found.payable:f}", "lines": len(found.lines),
        "seller": {"name": found.seller.name, "tax_no": found.seller.tax_no},
        "buyer": {"name": found.buyer.name, "tax_no": found.buyer.tax_no},
    }  # fmt: skip


def post_or_attach(
    session: Session,
    outcome: EInvoiceOutcome,
    *,
    batch: ImportBatch,
    file: FileDraft,
    actor: Actor,
    now: datetime,
) -> EInvoiceOutcome:
    """Post the invoice unless its document is there, and keep the file with it; what was checked holds again."""
    found = outcome.invoice
    assert found is not None, "it was read before"
    match = match_einvoice(session, found)
    document_id = match.document_id or _post(session, found, match, batch=batch, actor=actor, now=now)
    document = session.get_one(Document, document_id)
    if match.document_id and not document.tax_invoice_no and found.code:
        change = DescriptionChange(document_id, {"tax_invoice_no": found.tax_invoice_no[:40]})
        describe_documents(session, [change], actor=actor, now=now)
    session.add(_row(found, match, document_id, batch=batch, now=now))
    store_files(
        session, [file], subject_kind="document", subject_id=document.public_id, customer_id=document.customer_id,
        media_type=_MEDIA.get(found.form, "application/xml"), actor=actor, now=now,
    )  # fmt: skip
    session.flush()
    audit.record(
        session, "imports.einvoice-attached", subject_kind="document", subject_id=document.public_id,
        customer_id=document.customer_id,
        details={"number": found.number, "code": found.code, "format": found.form, "sha256": batch.file_sha256},
        actor=actor, now=now,
    )  # fmt: skip
    return replace(outcome, document_no=document.document_no, document_public_id=document.public_id)


def _post(
    session: Session,
    found: EInvoiceFile,
    match: Match,
    *,
    batch: ImportBatch,
    actor: Actor,
    now: datetime,
) -> int:
    customer_id = match.customer.id if match.customer else _create_customer(session, found, match, actor, now)
    draft = DocumentDraft(
        entity_id=match.entity_id, customer_id=customer_id, kind=found.kind, document_no=found.number,
        currency=found.currency, amount_minor=to_minor(found.total, found.currency), document_on=found.issued_on,
        due_on=found.due_on, tax_minor=to_minor(found.tax, found.currency),
        tax_invoice_no=found.tax_invoice_no[:40] if found.form in {"fapiao", "ofd"} else "",
        order_no=found.order_no[:80], reference=found.buyer_reference[:200], description=found.note[:2000],
        lines=lines_of(found),
        applies_to=(Application(match.corrects_id),) if match.corrects_id else (),
    )  # fmt: skip
    return post_document(session, draft=draft, actor=actor, now=now, batch_id=batch.id)


def _create_customer(session: Session, found: EInvoiceFile, match: Match, actor: Actor, now: datetime) -> int:
    is_chinese = found.currency == "CNY" or any("\u4e00" <= char <= "\u9fff" for char in found.buyer.name)
    draft = CustomerDraft(
        number=match.new_customer_no, name=found.buyer.name[:200], currency=found.currency, first_on=found.issued_on,
        language="zh" if is_chinese else "en", country=found.buyer.country[:20], tax_no=found.buyer.tax_no[:40],
    )  # fmt: skip
    return create_customer(session, draft=draft, actor=actor, now=now)


def lines_of(found: EInvoiceFile) -> tuple[LineDraft, ...]:
    """Return the lines of an invoice, with its charges and its tax as lines, so that they sum to its total."""
    if not found.lines:
        return ()
    is_chinese = found.form in {"fapiao", "ofd"}
    lines = [
        LineDraft(
            line.item[:200] or "—", to_minor(line.amount, found.currency), line.quantity[:30], line.unit[:20],
            line.unit_price[:30], line.tax_rate[:20],
        )
        for line in found.lines
    ]  # fmt: skip
    tax = to_minor(found.tax, found.currency)
    rest = to_minor(found.total, found.currency) - tax - sum(line.amount_minor for line in lines)
    if rest:
        lines.append(LineDraft("折扣、费用及尾差" if is_chinese else "Allowances, charges, rounding", rest))
    if tax:
        lines.append(LineDraft("税额" if is_chinese else "Tax", tax))
    return tuple(lines)


def _row(
    found: EInvoiceFile, match: Match, document_id: int, *, batch: ImportBatch, now: datetime
) -> EInvoice:
    return EInvoice(
        entity_id=match.entity_id, document_id=document_id, batch_id=batch.id, kind=found.kind,
        number=found.number[:80], code=found.code[:40], form=found.form, seller_name=found.seller.name[:200],
        seller_tax_no=found.seller.tax_no[:40], buyer_name=found.buyer.name[:200], buyer_tax_no=found.buyer.tax_no[:40],
        issued_on=found.issued_on, due_on=found.due_on, currency=found.currency,
        total_minor=to_minor(found.total, found.currency), tax_minor=to_minor(found.tax, found.currency),
        payable_minor=to_minor(found.payable, found.currency), file_name=batch.file_name,
        file_sha256=batch.file_sha256, added_at=now,
    )  # fmt: skip
