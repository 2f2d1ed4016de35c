"""Another allocation of a receipt: the customer previews it by a method, asks for it, may take it back."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access import Permission
from portal.errors import N_, Conflict, Invalid
from portal.http.access import requires
from portal.http.forms import read_money, sent
from portal.http.unit import Unit, unit
from portal.http.words import _, say
from portal.matching import (
    METHOD_WORDS,
    METHODS,
    Preview,
    Wish,
    ask_allocation,
    preview_allocation,
    withdraw_wish,
)
from portal.money import sum_money

bp = Blueprint("allocations", __name__, url_prefix="/allocations")

WISH_CHIPS: dict[str, tuple[str, str]] = {
    "asked": ("act", N_("Asked for")),
    "pending": ("act", N_("Being approved")),
    "applied": ("confirmed", N_("Applied so")),
    "refused": ("disputed", N_("Not agreed")),
    "withdrawn": ("unanswered", N_("Taken back")),
}


@bp.get("/new")
@requires(Permission.ALLOCATIONS_PROPOSE)
def new() -> ResponseReturnValue:
    return _page(unit(), request.args.get("document", ""))


def _page(g: Unit, document: str, refused: str = "") -> str:
    method = sent().get("method", "fifo")
    method = method if method in METHODS else "fifo"
    base = preview_allocation(g.session, document=document, method="specified", wish=Wish(), actor=g.actor)
    try:
        preview = preview_allocation(
            g.session, document=document, method=method, wish=_wish(base, method), actor=g.actor
        )
    except Invalid as refusal:
        refused, preview = refused or say(refusal), base
    return render_template(
        "portal/allocations/new.html",
        preview=preview,
        method=method,
        methods=METHOD_WORDS,
        refused=refused,
        typed=sent(),
        words_typed=sent().get("words", ""),
        then=sum_money((row.then for row in preview.rows), preview.receipt.currency),
        now=sum_money((row.now for row in preview.rows), preview.receipt.currency),
    )


def _wish(base: Preview, method: str) -> Wish:
    """Read numbers or amounts from the request; without any, amounts are as they are now."""
    numbers = tuple(
        part.strip() for part in sent().get("numbers", "").replace(";", ",").split(",") if part.strip()
    )
    if method != "specified":
        return Wish(numbers=numbers)
    typed = any(f"amount-{row.public_id}" in sent() for row in base.rows)
    amounts: dict[int, int] = {}
    for row in base.rows:
        text = sent().get(f"amount-{row.public_id}", "").strip()
        if typed and text:
            amounts[row.document_id] = read_money(text, base.receipt.currency, field="amounts").minor
        elif not typed and row.now.minor:
            amounts[row.document_id] = row.now.minor
    return Wish(amounts=amounts)


@bp.post("/new")
@requires(Permission.ALLOCATIONS_PROPOSE)
def ask() -> ResponseReturnValue:
    g = unit()
    document = request.form.get("document", "")
    method = request.form.get("method", "")
    if request.form.get("act") == "preview":
        return _page(g, document)
    try:
        base = preview_allocation(
            g.session, document=document, method="specified", wish=Wish(), actor=g.actor
        )
        ask_allocation(
            g.session, document=document, method=method, wish=_wish(base, method),
            words=request.form.get("words", ""), actor=g.actor, now=g.now,
        )  # fmt: skip
    except (Invalid, Conflict) as refusal:
        g.session.rollback()
        return _page(g, document, say(refusal)), 409 if isinstance(refusal, Conflict) else 422
    flash(_("Sent. Nothing moves before we have agreed; you see the answer here."), "done")
    return redirect(url_for("documents.show", public_id=document), 303)


@bp.post("/<public_id:public_id>/withdraw")
@requires(Permission.ALLOCATIONS_PROPOSE)
def withdraw(public_id: str) -> ResponseReturnValue:
    g = unit()
    withdraw_wish(g.session, public_id=public_id, actor=g.actor, now=g.now)
    flash(_("Taken back."), "done")
    return redirect(url_for("open_items.index"), 303)
