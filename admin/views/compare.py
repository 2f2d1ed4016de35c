"""What customers compared with our books: the list, and each result as the customer sees it."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from portal.access import Permission
from portal.compare import (
    COMPARISON_SORTS,
    FINDING_SORTS,
    STATE_LABELS,
    ComparisonRowView,
    bridge_bars,
    find_comparison,
    list_comparisons,
    list_findings,
)
from portal.customers import find_customer
from portal.http.access import requires
from portal.http.comparisons import (
    axis_note,
    bridge_answer,
    bridge_rows,
    comparison_file,
    finding_columns,
    shown_finding,
    sum_parts,
)
from portal.http.lists import Column, ListLinks, export, list_query, wanted_format
from portal.http.unit import unit
from portal.http.words import _, language, words

bp = Blueprint("admin_compare", __name__, url_prefix="/admin/compare")


@bp.get("")
@requires(Permission.BOOKS_READ)
def index() -> ResponseReturnValue:
    g = unit()
    chosen = request.args.get("customer", "")
    customer = find_customer(g.session, public_id=chosen, actor=g.actor) if chosen else None
    listing = list_comparisons(
        g.session,
        query=list_query(COMPARISON_SORTS),
        actor=g.actor,
        customer_id=customer.id if customer else None,
    )
    if wanted_format():
        return export(listing, _columns(), "comparisons")
    return render_template(
        "admin/compare/index.html",
        listing=listing,
        links=ListLinks(listing),
        states=STATE_LABELS,
        customer=customer,
    )


@bp.get("/<public_id:public_id>")
@requires(Permission.BOOKS_READ)
def show(public_id: str) -> ResponseReturnValue:
    g = unit()
    view = find_comparison(g.session, public_id=public_id, actor=g.actor)
    if view.state != "done":
        return render_template("admin/compare/waiting.html", view=view, states=STATE_LABELS)
    query, cause = list_query(FINDING_SORTS), request.args.get("cause", "")
    listing = list_findings(
        g.session, public_id=public_id, query=query, words=words(), actor=g.actor, cause=cause
    )
    if wanted_format():
        return export(listing, finding_columns(), "comparison")
    return render_template(
        "admin/compare/show.html", view=view, listing=listing, links=ListLinks(listing), cause=cause,
        findings=[shown_finding(one) for one in listing.rows], parts=sum_parts(view), steps=bridge_rows(view),
        bars=bridge_bars(view, words()), note=axis_note(view),
    )  # fmt: skip


@bp.get("/<public_id:public_id>/bridge.json")
@requires(Permission.BOOKS_READ)
def bridge(public_id: str) -> ResponseReturnValue:
    return bridge_answer(public_id)


@bp.get("/<public_id:public_id>/bridge.<any(xlsx, csv):form>")
@requires(Permission.BOOKS_READ)
def download(public_id: str, form: str) -> ResponseReturnValue:
    return comparison_file(public_id, form)


def _columns() -> list[Column[ComparisonRowView]]:
    return [
        Column("customer_no", _("Customer number"), lambda row: row.customer_no),
        Column("customer", _("Customer"), lambda row: row.name_in(language())),
        Column("file", _("File"), lambda row: row.file_name),
        Column("as_of", _("As of"), lambda row: row.as_of, "date"),
        Column("ours", _("Our balance"), lambda row: row.ours, "money"),
        Column("theirs", _("Their balance"), lambda row: row.theirs, "money"),
        Column("differences", _("Differences"), lambda row: row.differences, "count"),
        Column("state", _("State"), lambda row: _(STATE_LABELS[row.state])),
        Column("by", _("By"), lambda row: row.started_by),
        Column("started", _("When"), lambda row: row.started_at, "moment"),
    ]
