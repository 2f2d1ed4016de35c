"""The page of open items: what is unpaid as of any date."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access import Permission
from portal.clock import business_day
from portal.customers import CustomerView, customer_by_id
from portal.disputes import disputed_documents
from portal.errors import N_, Invalid, NotFound
from portal.http.access import requires
from portal.http.frame import zone
from portal.http.lists import Column, ListLinks, export, list_query, wanted_format
from portal.http.unit import Unit, unit
from portal.http.words import _, ngettext, words
from portal.lists import ListQuery, Page
from portal.receivables import (
    OPEN_ITEM_SORTS,
    OpenItemRow,
    ageing_of,
    currencies_of,
    list_open_items,
    open_items_as_of,
)
from portal.statements import KIND_LABELS
from portal.views.statement_page import ageing_parts

bp = Blueprint("open_items", __name__, url_prefix="/open-items")


@bp.get("")
@requires(Permission.ITEMS_READ)
def index() -> ResponseReturnValue:
    g = unit()
    query = list_query(OPEN_ITEM_SORTS, default="due")
    customer, currency, as_of, today = _asked(g)
    known: dict[str, Any] = {"customer_id": customer.id, "currency": currency, "as_of": as_of}
    listing = list_open_items(g.session, query=query, actor=g.actor, **known)
    if wanted_format():
        return export(listing, _columns(), f"open-items-{as_of.isoformat()}-{currency}")
    ages = ageing_of(g.session, **known)
    return render_template(
        "portal/open_items/index.html",
        as_of=as_of,
        today=today,
        currency=currency,
        ages=ages,
        currencies=_currencies(g, customer, currency),
        unapplied_receipts=_unapplied(g, known),
        **_list_context(g, listing, query),
        **dict(zip(("buckets", "unapplied"), ageing_parts(ages, words()), strict=True)),
    )


def _unapplied(g: Unit, known: dict[str, Any]) -> list[OpenItemRow]:
    """Return the newest receipts of which something is not applied yet."""
    items = open_items_as_of(g.session, **known)
    return [row for row in items if row.open.minor < 0 and row.kind == "receipt"][:-9:-1]


def _asked(g: Unit) -> tuple[CustomerView, str, date, date]:
    """Return company, currency, the day asked for and the seller's business day; never a day to come."""
    (customer_id,) = g.actor.customer_ids or (0,)
    customer = customer_by_id(g.session, customer_id=customer_id, actor=g.actor)
    currency = request.args.get("currency", customer.currency)
    if currency != customer.currency and currency not in currencies_of(g.session, customer_id):
        raise NotFound
    today = business_day(g.now, zone())
    try:
        as_of = date.fromisoformat(request.args.get("as_of") or today.isoformat())
    except ValueError:
        raise Invalid(N_("This is not a date."), field="as_of") from None
    return customer, currency, min(as_of, today), today


def _list_context(g: Unit, listing: Page[OpenItemRow], query: ListQuery) -> dict[str, Any]:
    count = listing.count
    disputed = disputed_documents(g.session, document_ids=[row.document_id for row in listing.rows])
    is_whole = len(listing.rows) == count
    shown = ngettext("Open, %(num)s item", "Open, %(num)s items", count)
    return {
        "listing": listing,
        "links": ListLinks(listing),
        "disputed": disputed,
        "total_title": shown if is_whole else _("%(shown)s on all pages", shown=shown),
        "total": listing.sums[0],
        "kinds": KIND_LABELS,
        "filtered": bool(query.q or query.tab),
        "page_url": url_for(".index"),
        "keep_day": {
            key: value for key, value in request.args.items() if key in {"currency", "tab", "sort", "q"}
        },
    }


def _currencies(g: Unit, customer: CustomerView, currency: str) -> list[dict[str, Any]]:
    codes = currencies_of(g.session, customer.id)
    return [
        {"word": code, "url": url_for(".index", currency=code), "active": code == currency} for code in codes
    ]


def _columns() -> list[Column[OpenItemRow]]:
    return [
        Column("number", _("Document"), lambda row: row.document_no),
        Column("kind", _("Kind"), lambda row: _(KIND_LABELS[row.kind])),
        Column("day", _("Date"), lambda row: row.document_on, "date"),
        Column("due", _("Due"), lambda row: row.due_on, "date"),
        Column("order", _("Order"), lambda row: row.order_no),
        Column("text", _("Content"), lambda row: row.description),
        Column("currency", _("Currency"), lambda row: row.open.currency),
        Column("amount", _("Amount"), lambda row: row.amount, "money"),
        Column("open", _("Open"), lambda row: row.open, "money"),
        Column("overdue", _("Days overdue"), lambda row: row.overdue_days, "count"),
    ]
