"""Which seller, which document and which customer an electronic invoice belongs to; read only."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from portal.clock import is_usable_day
from portal.connectors.amounts import to_minor
from portal.connectors.einvoice import EInvoiceFile
from portal.customers.models import Customer
from portal.errors import N_
from portal.imports.models import EInvoice
from portal.imports.rules import Problem
from portal.ledger import EntityView, default_entity, entities_by_code
from portal.money import CURRENCY_DIGITS, BadAmount, minor_to_text
from portal.receivables.models import Document, OpenItem

#: Name of a seller that nobody has named yet.
OUR_NAME = "我公司"
_NOT_CHECKED = N_(
    "Our own tax number is not set, so the seller %(seller)s was not checked. Enter it in the settings."
)
_SEPARATORS = re.compile(r"[^0-9A-Z]")
_NAME_NOISE = re.compile(r"[\s.,()（）·&'-]")


@dataclass(frozen=True, slots=True)
class FoundCustomer:
    """The customer an invoice is for."""

    id: int
    number: str
    name: str


@dataclass(frozen=True, slots=True)
class Match:
    """Where an e-invoice belongs.

    Attributes:
        document_id: The document it is of; 0 = it is to be posted.
        new_customer_no: Number of the customer to create, where none is known.
        corrects_id: The invoice that a credit note corrects and is applied to; 0 = none.
        problems: Why it cannot be taken in.
        notes: What people should know beside.
    """

    entity_id: int = 0
    document_id: int = 0
    document_no: str = ""
    customer: FoundCustomer | None = None
    new_customer_no: str = ""
    corrects_id: int = 0
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()


def match_einvoice(session: Session, found: EInvoiceFile, *, is_dry_run: bool = False) -> Match:
    """Find seller, document and customer of an e-invoice.

    Args:
        session: Any.
        found: What the file says.
        is_dry_run: Whether a seller that cannot be checked, since our own tax number is not set, is only a note.

    Returns:
        Where it belongs, or why it cannot be taken in: another seller's, known already, other figures than the books.
    """
    problem = _unusable(found)
    entity = None if problem else _our_entity(session, found)
    note: tuple[Problem, ...] = ()
    if problem is None and entity is None and is_dry_run and not _is_known_to_itself(session):
        entity = default_entity(session)
        note = (Problem(None, "seller", "note", _NOT_CHECKED, {"seller": found.seller.name or "—"}),)
    if problem is None and entity is None:
        problem = _other_seller(session, found)
    if problem is not None or entity is None:
        return Match(problems=(problem,) if problem else ())
    match = _within(session, entity.id, found)
    return replace(match, notes=(*note, *match.notes))


def _within(session: Session, entity_id: int, found: EInvoiceFile) -> Match:
    known = _known(session, entity_id, found)
    if known is not None:
        return known
    document = _document(session, entity_id, found)
    if document is not None:
        return _compared(found, entity_id, document)
    return _to_post(session, entity_id, found)


def _unusable(found: EInvoiceFile) -> Problem | None:
    if found.currency not in CURRENCY_DIGITS:
        message = N_("“%(text)s” is not a currency code.")
        return Problem(None, "currency", "unknown_currency", message, {"text": found.currency[:40]})
    if not is_usable_day(found.issued_on) or len(found.number) > 80 or not found.number.isprintable():
        return Problem(None, "number", "bad_text", N_("Number or date of this e-invoice cannot be kept."))
    if found.total <= 0 or not 0 <= found.tax <= found.total:
        message = N_("The total of this e-invoice is %(total)s with %(tax)s of tax; that cannot be posted.")
        return Problem(
            None, "amount", "bad_amount", message, {"total": str(found.total), "tax": str(found.tax)}
        )
    try:
        for amount in (found.total, found.tax, found.payable, *(line.amount for line in found.lines)):
            to_minor(amount, found.currency)
    except BadAmount as refusal:
        return Problem(None, "amount", "bad_amount", refusal.message, refusal.params)
    return None


def bare_number(text: str) -> str:
    """Return a tax number as it is compared: capital letters and digits."""
    return _SEPARATORS.sub("", text.upper())


def bare_name(text: str) -> str:
    """Return a company's name as it is compared: case, spaces and points do not count."""
    return _NAME_NOISE.sub("", text.casefold())


def _our_entity(session: Session, found: EInvoiceFile) -> EntityView | None:
    entities = entities_by_code(session).values()
    tax_no = bare_number(found.seller.tax_no)
    for entity in entities:
        if tax_no and bare_number(entity.tax_no) == tax_no:
            return entity
    name = bare_name(found.seller.name)
    for entity in entities:
        is_contradicted = tax_no and bare_number(entity.tax_no)
        if not is_contradicted and name and name in {bare_name(entity.name), bare_name(entity.name_en)}:
            return entity
    return None


def _is_known_to_itself(session: Session) -> bool:
    """Say whether anyone has told the product who we are."""
    return any(
        entity.tax_no or entity.name not in {"", OUR_NAME} for entity in entities_by_code(session).values()
    )


def _other_seller(session: Session, found: EInvoiceFile) -> Problem:
    ours = next(iter(entities_by_code(session).values()))
    params = {
        "seller": found.seller.name or "—", "tax_no": found.seller.tax_no or "—",
        "ours": ours.name or ours.name_en or "—", "our_tax_no": ours.tax_no or "—",
    }  # fmt: skip
    message = N_(
        "The seller is %(seller)s (%(tax_no)s), not %(ours)s (%(our_tax_no)s). If this is us, enter our tax number in "
        "the settings."
    )
    return Problem(None, "seller", "other_seller", message, params)


# --- document -----------------------------------------------------------------------------------------------------


def _known(session: Session, entity_id: int, found: EInvoiceFile) -> Match | None:
    row = session.execute(
        select(EInvoice.added_at, Document.id, Document.document_no)
        .join(Document, Document.id == EInvoice.document_id)
        .where(
            EInvoice.entity_id == entity_id,
            EInvoice.kind == found.kind,
            EInvoice.code == found.code,
            EInvoice.number == found.number,
            EInvoice.is_void.is_(False),
        )
    ).one_or_none()
    if row is None:
        return None
    message = N_("E-invoice %(number)s was imported on %(day)s already; it belongs to %(document)s.")
    params = {
        "number": " ".join(filter(None, (found.code, found.number))), "day": row[0].date().isoformat(),
        "document": row[2],
    }  # fmt: skip
    return Match(entity_id, row[1], row[2], problems=(Problem(None, "number", "duplicate", message, params),))


def _document(session: Session, entity_id: int, found: EInvoiceFile) -> Document | None:
    kinds = ("invoice", "debit_note") if found.kind == "invoice" else ("credit_note",)
    numbers = {
        found.number,
        found.tax_invoice_no,
        f"{found.code}-{found.number}",
        f"{found.code} {found.number}",
    }
    rows = session.scalars(
        select(Document)
        .where(
            Document.entity_id == entity_id,
            Document.kind.in_(kinds),
            or_(Document.document_no == found.number, Document.tax_invoice_no.in_(numbers)),
            ~select(EInvoice.id)
            .where(EInvoice.document_id == Document.id, EInvoice.is_void.is_(False))
            .exists(),
        )
        .order_by(Document.id)
    ).all()
    by_tax_no = [row for row in rows if row.tax_invoice_no]
    return next(iter(by_tax_no or rows), None)


def _compared(found: EInvoiceFile, entity_id: int, document: Document) -> Match:
    total = to_minor(found.total, found.currency)
    differing: list[tuple[str, str, str]] = []
    if document.currency != found.currency:
        differing.append(("currency", found.currency, document.currency))
    elif document.amount_minor != total:
        ours = minor_to_text(document.amount_minor, document.currency)
        differing.append(("amount", minor_to_text(total, found.currency), ours))
    message = N_("This is %(theirs)s here and %(ours)s in the books; nothing was changed.")
    problems = tuple(
        Problem(None, column, "conflict", message, {"theirs": theirs, "ours": ours})
        for column, theirs, ours in differing
    )
    notes = []
    if found.due_on and document.due_on and found.due_on != document.due_on:
        text = N_("The e-invoice is due on %(theirs)s, the books say %(ours)s.")
        days = {"theirs": found.due_on.isoformat(), "ours": document.due_on.isoformat()}
        notes.append(Problem(None, "due_date", "note", text, days))
    return Match(entity_id, document.id, document.document_no, problems=problems, notes=tuple(notes))


# --- customer -----------------------------------------------------------------------------------------------------


def _to_post(session: Session, entity_id: int, found: EInvoiceFile) -> Match:
    customers = _customers(session, found)
    new_no = bare_number(found.buyer.tax_no) or found.buyer.number
    if len(customers) > 1:
        message = N_("Several customers fit the buyer %(buyer)s: %(customers)s. Post the invoice by hand.")
        params = {"buyer": found.buyer.name, "customers": ", ".join(one.number for one in customers[:5])}
        return Match(entity_id, problems=(Problem(None, "buyer", "unknown_customer", message, params),))
    if not customers and (not new_no or not found.buyer.name):
        message = N_(
            "No customer is called %(buyer)s, and the e-invoice names no tax number to create one by."
        )
        params = {"buyer": found.buyer.name or "—"}
        return Match(entity_id, problems=(Problem(None, "buyer", "unknown_customer", message, params),))
    customer, notes = (customers[0] if customers else None), []
    if customer is None:
        text = N_("Customer %(number)s %(name)s is new.")
        notes.append(Problem(None, "buyer", "note", text, {"number": new_no[:60], "name": found.buyer.name}))
    if found.prepaid:
        text = N_("%(prepaid)s was prepaid; %(payable)s is left to pay. Apply the advance to this invoice.")
        sums = {"prepaid": f"{found.prepaid:f}", "payable": f"{found.payable:f}"}
        notes.append(Problem(None, "amount", "note", text, sums))
    corrects_id = _corrected(session, entity_id, customer, found) if customer and found.corrects else 0
    return Match(entity_id, 0, found.number, customer, new_no[:60], corrects_id, notes=tuple(notes))


def _customers(session: Session, found: EInvoiceFile) -> Sequence[FoundCustomer]:
    """Return the customers with the buyer's tax number; where none has it, those of its name or number."""
    tax_no = bare_number(found.buyer.tax_no)
    kept: ColumnElement[str] = func.upper(Customer.tax_no)
    for mark in " .-/":
        kept = func.replace(kept, mark, "")
    by_tax_no = _chosen(session, kept == tax_no) if tax_no else []
    if by_tax_no:
        return by_tax_no
    name = found.buyer.name.strip()
    by_name = _chosen(session, or_(Customer.name == name, Customer.name_en == name)) if name else []
    return by_name or (
        _chosen(session, Customer.number.in_({tax_no, found.buyer.number} - {""}))
        if tax_no or found.buyer.number
        else []
    )


def _chosen(session: Session, condition: ColumnElement[bool]) -> list[FoundCustomer]:
    rows = session.execute(
        select(Customer.id, Customer.number, Customer.name).where(condition).order_by(Customer.id).limit(6)
    )
    return [FoundCustomer(*row) for row in rows]


def _corrected(session: Session, entity_id: int, customer: FoundCustomer, found: EInvoiceFile) -> int:
    """Return the open invoice that a credit note corrects."""
    return (
        session.scalar(
            select(Document.id)
            .join(OpenItem, OpenItem.document_id == Document.id)
            .where(
                Document.entity_id == entity_id, Document.customer_id == customer.id, Document.kind == "invoice",
                Document.currency == found.currency, OpenItem.open_minor > 0,
                or_(Document.document_no == found.corrects, Document.tax_invoice_no == found.corrects),
            )
            .limit(1)
        )
        or 0
    )  # fmt: skip
