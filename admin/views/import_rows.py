"""Quarantine: the refused rows of a file, mended in place and tried again, one or all, or discarded with a reason."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin.views.import_words import COLUMN_WORDS
from portal.access import Permission
from portal.errors import N_, Invalid
from portal.http.access import requires
from portal.http.lists import Column, ListLinks, export, list_query, wanted_format
from portal.http.unit import unit
from portal.http.words import _, ngettext, say, words
from portal.imports import (
    CODE_LABELS,
    ROW_SORTS,
    QuarantineView,
    columns_of,
    discard_rows,
    find_batch,
    find_row,
    list_rows,
    mend_row,
    required_of,
    retry_rows,
)

bp = Blueprint("admin_import_rows", __name__, url_prefix="/admin/imports/<public_id:batch>/rows")


@bp.get("")
@requires(Permission.IMPORTS_READ)
def index(batch: str) -> ResponseReturnValue:
    g = unit()
    listing = list_rows(g.session, public_id=batch, query=list_query(ROW_SORTS), actor=g.actor)
    if wanted_format():
        return export(listing, _columns(), "quarantine")
    return render_template(
        "admin/imports/rows.html", batch=find_batch(g.session, public_id=batch, actor=g.actor), listing=listing,
        links=ListLinks(listing), codes=CODE_LABELS, column_words=COLUMN_WORDS,
    )  # fmt: skip


def _columns() -> list[Column[QuarantineView]]:
    return [
        Column("row", _("Row"), lambda row: row.row_no, "count"),
        Column("state", _("State"), lambda row: row.state),
        Column("reason", _("Reason"), reasons_of),
        Column("cells", _("The row"), lambda row: " | ".join(row.raw)),
        Column("discarded", _("Why discarded"), lambda row: row.reason),
    ]


def reasons_of(row: QuarantineView) -> str:
    """Say why a row is refused."""
    return "; ".join(words().gettext(one.message, **one.params) for one in row.problems)


@bp.post("")
@requires(Permission.IMPORTS_RUN)
def act(batch: str) -> ResponseReturnValue:
    """Try the ticked rows again, or all that wait, or discard the ticked ones."""
    g = unit()
    chosen = request.form.getlist("row")
    wanted = request.form.get("act", "")
    try:
        if wanted == "discard":
            count = discard_rows(
                g.session, batch=batch, public_ids=chosen, reason=request.form.get("reason", ""),
                actor=g.actor, now=g.now,
            )  # fmt: skip
            flash(ngettext("%(num)s row is discarded.", "%(num)s rows are discarded.", count), "done")
        else:
            everything = wanted == "all"
            count = retry_rows(
                g.session, batch=batch, public_ids=None if everything else chosen, actor=g.actor, now=g.now
            )
            flash(ngettext("%(num)s row is tried again.", "%(num)s rows are tried again.", count), "info")
    except Invalid as refusal:
        flash(say(refusal), "refused")
    return redirect(url_for(".index", batch=batch), 303)


@bp.get("/<public_id:row>")
@requires(Permission.IMPORTS_READ)
def show(batch: str, row: str) -> ResponseReturnValue:
    return _page(batch, row, {}, {})


@bp.post("/<public_id:row>")
@requires(Permission.IMPORTS_RUN)
def mend(batch: str, row: str) -> ResponseReturnValue:
    g = unit()
    columns = columns_of(g.session, batch=batch)
    typed = {name: request.form.get(f"c-{name}", "")[:20_000] for name in columns}
    try:
        mend_row(g.session, batch=batch, public_id=row, cells=typed, actor=g.actor, now=g.now)
    except Invalid as refusal:
        return _page(batch, row, typed, {refusal.field or "": say(refusal)}), 422
    flash(_("The row is tried again."), "info")
    return redirect(url_for(".index", batch=batch), 303)


def _page(batch: str, public_id: str, typed: dict[str, str], errors: dict[str, str]) -> str:
    g = unit()
    row = find_row(g.session, batch=batch, public_id=public_id, actor=g.actor)
    columns = columns_of(g.session, batch=batch)
    required = required_of(g.session, batch=batch)
    filled = [name for name in columns if name in required or row.cells.get(name) or typed.get(name)]
    return render_template(
        "admin/imports/row.html", batch=find_batch(g.session, public_id=batch, actor=g.actor), row=row,
        shown=filled, others=[name for name in columns if name not in filled], required=required,
        cells={**row.cells, **typed}, errors=errors, codes=CODE_LABELS, unknown=N_("Row"),
        column_words=COLUMN_WORDS,
    )  # fmt: skip
