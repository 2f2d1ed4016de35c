"""Layouts: say which column of an unknown file is which, see the rows as read, save a version, have it approved."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin.views.import_words import COLUMN_WORDS, FIGURE_COLUMNS
from portal.access import Permission
from portal.errors import N_, Invalid
from portal.http.access import requires
from portal.http.unit import unit
from portal.http.words import _, say
from portal.imports import (
    MappingDraft,
    Preview,
    check_again,
    column_choices,
    find_batch,
    list_profiles,
    preview_mapping,
    profile_names,
    propose_mapping,
    request_profile,
    save_mapping,
)
from portal.receivables import KIND_LABELS, KINDS

bp = Blueprint("admin_import_layouts", __name__, url_prefix="/admin/imports")

PROFILE_STATES = {
    "draft": N_("Draft: only for files that someone looks at"), "pending": N_("Waits for a second person"),
    "approved": N_("Approved, also for the watched folder"), "rejected": N_("Sent back"),
}  # fmt: skip
DATE_ORDERS = {
    "ymd": N_("Year, month, day (2026-01-31)"), "dmy": N_("Day, month, year (31.1.2026)"),
    "mdy": N_("Month, day, year (1/31/2026)"),
}  # fmt: skip


@bp.get("/layouts")
@requires(Permission.IMPORTS_READ)
def index() -> ResponseReturnValue:
    g = unit()
    saved = list_profiles(g.session)
    names = {row.name for row in saved}
    shipped = {name: title for name, title in profile_names(g.session).items() if name not in names}
    return render_template("admin/imports/layouts.html", saved=saved, shipped=shipped, states=PROFILE_STATES)


@bp.post("/layouts/<public_id:public_id>/request")
@requires(Permission.IMPORTS_RUN)
def ask(public_id: str) -> ResponseReturnValue:
    g = unit()
    approval = request_profile(g.session, public_id=public_id, actor=g.actor, now=g.now)
    flash(_("Someone else must approve it before files are loaded by it without a look."), "wait")
    return redirect(url_for("admin_approvals.show", public_id=approval), 303)


@bp.get("/<public_id:public_id>/mapping")
@requires(Permission.IMPORTS_RUN)
def mapping(public_id: str) -> ResponseReturnValue:
    return _page(public_id, None, {})


@bp.post("/<public_id:public_id>/mapping")
@requires(Permission.IMPORTS_RUN)
def decide(public_id: str) -> ResponseReturnValue:
    """Look again with what was corrected, save it as a layout, or take a known layout."""
    g = unit()
    draft = _typed()
    try:
        if request.form.get("act") == "known":
            known = request.form.get("known", "")
            check_again(g.session, public_id=public_id, profile=known, actor=g.actor, now=g.now)
        elif request.form.get("act") == "save":
            save_mapping(g.session, public_id=public_id, draft=draft, actor=g.actor, now=g.now)
        else:
            return _page(public_id, draft, {})
    except Invalid as refusal:
        return _page(public_id, draft, {refusal.field or "": say(refusal)}), 422
    flash(_("The file is checked by this layout."), "info")
    return redirect(url_for("admin_imports.show", public_id=public_id), 303)


def _typed() -> MappingDraft:
    form = request.form
    columns = {
        int(key.removeprefix("column-")): value
        for key, value in form.items()
        if key.startswith("column-") and key.removeprefix("column-").isdecimal() and len(key) < 12
    }
    return MappingDraft(
        columns=columns, record="customers" if form.get("record") == "customers" else "documents",
        kind=form.get("kind", "") if form.get("kind") in KINDS else "",
        currency=form.get("currency", "").strip().upper()[:3],
        date_order=form.get("date_order", "") if form.get("date_order") in DATE_ORDERS else "ymd",
        decimal="," if form.get("decimal") == "," else ".", name=form.get("name", "").strip()[:60],
        title=form.get("title", "").strip()[:120],
    )  # fmt: skip


def _page(public_id: str, draft: MappingDraft | None, errors: dict[str, str]) -> str:
    g = unit()
    found = propose_mapping(
        g.session, public_id=public_id, actor=g.actor, record=draft.record if draft else ""
    )
    chosen = draft or found.draft
    preview = Preview()
    try:
        preview = preview_mapping(g.session, public_id=public_id, draft=chosen, actor=g.actor)
    except Invalid as refusal:
        errors = errors or {refusal.field or "": say(refusal)}
    return render_template(
        "admin/imports/mapping.html", batch=find_batch(g.session, public_id=public_id, actor=g.actor), found=found,
        draft=chosen, preview=preview, errors=errors, choices=column_choices(chosen.record), kinds=KIND_LABELS,
        orders=DATE_ORDERS, layouts=profile_names(g.session), column_words=COLUMN_WORDS, figures=FIGURE_COLUMNS,
    )  # fmt: skip
