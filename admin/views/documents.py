"""Documents of all customers: find one, see its figures, lines, entries and what paid it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access import Permission
from portal.clock import is_usable_day
from portal.customers import CustomerView, find_customer
from portal.disputes import REASONS, disputed_documents
from portal.errors import N_, Invalid
from portal.http.access import requires
from portal.http.lists import Column, ListLinks, export, list_query, wanted_format
from portal.http.unit import Unit, unit
from portal.http.words import _, language, words
from portal.insights import StatementPlace, statements_of_document
from portal.lists import Page
from portal.money import sum_money
from portal.receivables import (
    DOCUMENT_SORTS,
    DocumentRow,
    DocumentView,
    EntryView,
    find_document,
    list_documents,
)
from portal.statements import KIND_LABELS

bp = Blueprint("admin_documents", __name__, url_prefix="/admin/documents")


@bp.get("")
@requires(Permission.BOOKS_READ)
def index() -> ResponseReturnValue:
    g = unit()
    customer = _customer(g)
    listing = _listing(g, customer)
    if wanted_format():
        return export(listing, _columns(), "documents")
    links = ListLinks(listing)
    own = {key: value for key, value in request.args.items() if key in {"customer", "since", "until"}}
    return render_template(
        "admin/documents/index.html",
        listing=listing,
        links=links,
        keep=links.keep | own,
        name_of=_name,
        kinds=KIND_LABELS,
        customer=customer,
        since=_day("since"),
        until=_day("until"),
        disputed=disputed_documents(g.session, document_ids=[row.id for row in listing.rows]),
    )


def _listing(g: Unit, customer: CustomerView | None) -> Page[DocumentRow]:
    until = _day("until")
    return list_documents(
        g.session,
        query=list_query(DOCUMENT_SORTS, default="-posted"),
        actor=g.actor,
        customer_id=customer.id if customer else None,
        since=_day("since"),
        until=until + timedelta(days=1) if until else None,
    )


def _customer(g: Unit) -> CustomerView | None:
    public_id = request.args.get("customer", "")
    return find_customer(g.session, public_id=public_id, actor=g.actor) if public_id else None


def _day(name: str) -> date | None:
    text = request.args.get(name, "")
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        day = date.min
    if day and not is_usable_day(day):
        raise Invalid(N_("This is not a date."), field=name)
    return day


def _name(row: DocumentRow | DocumentView) -> str:
    names = (row.customer_name_en, row.customer_name)
    return next(filter(None, names if language() == "en" else names[::-1]), row.customer_no)


def _columns() -> list[Column[DocumentRow]]:
    return [
        Column("number", _("Document"), lambda row: row.document_no),
        Column("kind", _("Kind"), lambda row: _(KIND_LABELS[row.kind])),
        Column("customer_no", _("Customer no."), lambda row: row.customer_no),
        Column("customer", _("Customer"), _name),
        Column("day", _("Date"), lambda row: row.document_on, "date"),
        Column("posted", _("Booked on"), lambda row: row.posting_on, "date"),
        Column("due", _("Due"), lambda row: row.due_on, "date"),
        Column("order", _("Order"), lambda row: row.order_no),
        Column("reference", _("Reference"), lambda row: row.reference),
        Column("text", _("Content"), lambda row: row.description),
        Column("currency", _("Currency"), lambda row: row.amount.currency),
        Column("amount", _("Amount"), lambda row: row.amount, "money"),
        Column("open", _("Open"), lambda row: row.open, "money"),
    ]


# --- one document ---


@bp.get("/<public_id:public_id>")
@requires(Permission.BOOKS_READ)
def show(public_id: str) -> str:
    g = unit()
    document = find_document(g.session, public_id=public_id, actor=g.actor)
    places = statements_of_document(g.session, document_id=document.id, actor=g.actor)
    dispute = disputed_documents(g.session, document_ids=[document.id]).get(document.id)
    return render_template(
        "admin/documents/show.html",
        document=document,
        kinds=KIND_LABELS,
        customer=_name(document),
        dispute=dispute,
        dispute_word=_(REASONS[dispute.reason].name) if dispute else "",
        strip=_strip(document),
        applied_title=_("What paid it") if document.balance.minor > 0 else _("What it was applied to"),
        applied=sum_money((row.amount for row in document.allocations), document.currency),
        known=_facts(document),
        entries=[_entry(entry) for entry in document.entries],
        statements=[_place(place) for place in places],
        **_acts(g, document),
    )


def _strip(document: DocumentView) -> list[dict[str, Any]]:
    applied, op = (document.applied, "\u2212") if document.applied.minor >= 0 else (-document.applied, "+")
    return [
        {"label": _("Amount"), "money": document.balance},
        {"label": _("Applied"), "money": applied, "op": op},
        {"label": _("Open now"), "money": document.open, "op": "=", "total": True},
    ]


def _facts(document: DocumentView) -> list[tuple[str, str]]:
    tr = words()
    days = (
        (_("Date"), document.document_on),
        (_("Booked on"), document.posting_on),
        (_("Due"), document.due_on),
    )
    known = [
        *(
            (word, tr.day(day) if day else "")
            for word, day in (*days, (_("Settled on"), document.settled_on))
        ),
        (_("Tax contained"), tr.headline(document.tax) if document.tax is not None else ""),
        (_("Tax invoice number"), document.tax_invoice_no),
        (_("Order"), document.order_no),
        (_("Reference"), document.reference),
        (_("Content"), document.description),
        (_("Method"), _("Bank transfer") if document.method == "bank" else document.method),
        (_("Exchange rate"), document.exchange_rate),
        (_("Department"), document.department),
        (_("Project"), document.project),
        (_("Posted by"), document.created_by or _("System")),
    ]
    return [(word, value) for word, value in known if value]


def _entry(entry: EntryView) -> dict[str, Any]:
    """Return a journal entry as the macro ``entry_table`` takes it."""
    is_english = language() == "en"
    currency = entry.lines[0].amount.currency
    debits = sum_money((line.amount for line in entry.lines if line.amount.minor > 0), currency)
    lines = [
        {
            "account": line.account_code,
            "note": (line.account_name_en or line.account_name) if is_english else line.account_name,
            "debit": line.amount if line.amount.minor > 0 else None,
            "credit": abs(line.amount) if line.amount.minor < 0 else None,
        }
        for line in sorted(entry.lines, key=lambda line: line.amount.minor < 0)
    ]
    book = [line.book for line in entry.lines if line.book is not None and line.book.minor > 0]
    is_other = bool(book) and book[0].currency != currency
    return {
        "title": _("%(day)s · number %(number)s", day=entry.posting_on, number=entry.id),
        "lines": lines,
        "sum": debits,
        "book": sum_money(book, book[0].currency) if is_other else None,
        "is_valued": entry.is_valued,
    }


def _place(place: StatementPlace) -> dict[str, Any]:
    month = words().month(place.month_on)
    text = _(
        "%(month)s, version %(version)s, line %(line)s",
        month=month,
        version=place.version,
        line=place.line_no,
    )
    return {"word": text, "url": url_for("admin_statements.show", public_id=place.public_id)}


def _acts(g: Unit, document: DocumentView) -> dict[str, str]:
    """Return the addresses of what this person may do with the document; empty where nothing is to be done."""
    may_post, may_request = g.actor.may(Permission.DOCUMENTS_POST), g.actor.may(Permission.POSTINGS_REQUEST)
    is_undone = bool(document.reversed_by_public_id or document.reverses_public_id)
    lowers = document.balance.minor < 0
    public_id = document.public_id
    return {
        "apply_url": url_for(".apply", public_id=public_id)
        if may_post and lowers and document.open.minor
        else "",
        "reverse_url": url_for(".reverse", public_id=public_id)
        if may_post and lowers and not is_undone
        else "",
        "adjust_url": url_for("admin_adjustments.new", document=public_id)
        if may_request and not is_undone
        else "",
        "undo_from": "yes" if may_post else "",
    }
