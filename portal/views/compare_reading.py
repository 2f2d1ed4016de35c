"""How a ledger is read: the first rows, what each column is, control sums to tick; then the comparison."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access import Permission
from portal.clock import is_usable_day
from portal.compare import (
    BASIS_LABELS,
    ROLES,
    SIGNS,
    ComparisonView,
    ReadingChange,
    correct_reading,
    discard_comparison,
    find_comparison,
    start_comparison,
)
from portal.errors import N_, Invalid
from portal.http.access import requires
from portal.http.forms import read_money
from portal.http.unit import Unit, unit
from portal.http.words import _, say

bp = Blueprint("compare_reading", __name__, url_prefix="/compare")


@bp.get("/<public_id:public_id>/reading")
@requires(Permission.ITEMS_READ)
def reading(public_id: str) -> ResponseReturnValue:
    g = unit()
    view = find_comparison(g.session, public_id=public_id, actor=g.actor)
    if view.state == "comparing":
        return redirect(url_for("compare.show", public_id=public_id))
    return _page(view)


def _page(view: ComparisonView, problem: Invalid | None = None) -> str:
    columns = view.guess.columns
    roles = [request.form.get(f"role-{column.place}", column.role) for column in columns]
    is_posted = request.method == "POST"
    given = view.given_opening.decimal_text if view.given_opening else ""
    return render_template(
        "portal/compare/reading.html", view=view, columns=columns, roles=roles, role_words=ROLES, signs=SIGNS,
        bases=BASIS_LABELS, doubts=sum(1 for column in columns if column.doubt), used=_used(view, roles),
        problem=say(problem) if problem else "",
        given={
            "sign": request.form.get("sign", view.sign), "basis": request.form.get("basis", view.basis),
            "as_of": request.form.get("as_of", view.as_of.isoformat()),
            "currency": request.form.get("currency", view.currency),
            "opening": request.form.get("opening", "") if is_posted else given,
        },
        failed=_(view.error, **view.error_params) if view.error else "",
    )  # fmt: skip


def _used(view: ComparisonView, roles: list[str]) -> set[int]:
    """Return the columns whose cells are read, so that the page can mark them."""
    return {column.place for column, role in zip(view.guess.columns, roles, strict=True) if role != "ignore"}


@bp.post("/<public_id:public_id>/reading")
@requires(Permission.ITEMS_READ)
def correct(public_id: str) -> ResponseReturnValue:
    g = unit()
    act = request.form.get("act", "read")
    if act == "discard":
        discard_comparison(g.session, public_id=public_id, actor=g.actor, now=g.now)
        flash(_("The upload is put aside. Nothing was compared."), "done")
        return redirect(url_for("compare.index"), 303)
    view = find_comparison(g.session, public_id=public_id, actor=g.actor)
    try:
        _apply(g, view, is_start=act == "compare")
    except Invalid as refusal:
        return _page(view, refusal), 422
    target = "compare.show" if act == "compare" else "compare_reading.reading"
    return redirect(url_for(target, public_id=public_id), 303)


def _apply(g: Unit, view: ComparisonView, *, is_start: bool) -> None:
    with g.session.begin_nested():
        correct_reading(g.session, public_id=view.public_id, change=_change(view), actor=g.actor, now=g.now)
        if is_start:
            start_comparison(g.session, public_id=view.public_id, actor=g.actor, now=g.now)


def _change(view: ComparisonView) -> ReadingChange:
    form: Any = request.form
    currency = form.get("currency", view.currency).strip().upper()
    opening = form.get("opening", "").strip()
    money = read_money(opening, currency, field="opening", signed=True) if opening else None
    return ReadingChange(
        roles=tuple(form.get(f"role-{column.place}", column.role) for column in view.guess.columns),
        sign=form.get("sign", view.sign), as_of=_day(form.get("as_of", "")), basis=form.get("basis", view.basis),
        currency=currency, opening_minor=money.minor if money else None,
    )  # fmt: skip


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Invalid(N_("Write the date as year-month-day."), field="as_of") from None
    if not is_usable_day(day):
        raise Invalid(N_("Write the date as year-month-day."), field="as_of")
    return day
