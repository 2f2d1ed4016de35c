"""What is done with a receipt: accept, park, refuse, leave alone, unidentified, undo; one form each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from admin.views.matching import bp, page_url, receipt_page, shown_of, workbench
from portal.access import Permission
from portal.errors import N_, Conflict, Invalid, NotAllowed
from portal.http.access import requires
from portal.http.forms import read_count, read_money
from portal.http.unit import Unit, unit
from portal.http.words import _, say, words
from portal.jobs import enqueue
from portal.lists import ListQuery
from portal.matching import (
    MATCH_JOB,
    QUEUE_TABS,
    Chosen,
    MatchView,
    accept_match,
    find_match,
    identify_money,
    leave_alone,
    list_matches,
    park_match,
    post_as_unidentified,
    refuse_match,
    request_undo,
    resume_match,
    undo_last,
    undo_match,
)

__all__ = ["bp"]


def _version() -> int:
    return read_count(request.form.get("row_version", "")) or 0


def _typed() -> dict[str, str]:
    kept = {key: value for key, value in request.form.items() if key.startswith("amount-") or key == "rest"}
    return kept | {"pick": " ".join(request.form.getlist("pick"))}


def _chosen(view: MatchView) -> Chosen:
    """Read the form: ticked items with their amounts, the reason for a difference."""
    items = {item.public_id: item for item in view.items}
    parts = []
    for public_id in request.form.getlist("pick"):
        item = items.get(public_id)
        if item is None:
            raise Conflict(N_("A chosen document is no longer open. Nothing was posted."))
        text = request.form.get(f"amount-{public_id}", "").strip()
        amount = read_money(text, view.currency, field="parts", signed=True) if text else item.open
        parts.append((public_id, amount.minor))
    act = request.form.get("act", "accept")
    rest = act if act in {"part", "advance"} else request.form.get("rest", "")
    return Chosen(tuple(parts), rest, request.form.get("customer", ""))


@bp.post("/<public_id:public_id>/accept")
@requires(Permission.MATCHES_WORK)
def accept(public_id: str) -> ResponseReturnValue:
    g = unit()
    view = find_match(g.session, public_id=public_id, shown=shown_of(), actor=g.actor)
    try:
        state = _accept(g, view)
    except (Invalid, Conflict) as refusal:
        g.session.rollback()
        return _again(g, public_id, say(refusal)), 409 if isinstance(refusal, Conflict) else 422
    tell = {
        "posted": _("Posted: %(money)s.", money=words().headline(view.row.money)),
        "pending": _("%(money)s waits for a second person.", money=words().headline(view.row.money)),
    }
    flash(tell[state], "done" if state == "posted" else "wait")
    return _next(g, public_id)


def _accept(g: Unit, view: MatchView) -> str:
    where: dict[str, Any] = {
        "public_id": view.row.public_id,
        "row_version": _version(),
        "actor": g.actor,
        "now": g.now,
    }
    verb = identify_money if view.row.mark == "unidentified" else accept_match
    return verb(g.session, chosen=_chosen(view), note=request.form.get("note", ""), **where)


def _again(g: Unit, public_id: str, refused: str) -> str:
    """Show the receipt again with what was typed and why nothing was posted."""
    if request.form.get("page") == "show":
        return receipt_page(g, public_id, refused=refused, typed=_typed())
    return workbench(g, refused=refused, typed=_typed(), at=public_id)


def _next(g: Unit, public_id: str) -> ResponseReturnValue:
    """Go to the receipt after this one in the queue, as it was listed."""
    if request.form.get("page") == "show":
        return redirect(url_for("admin_matching.show", public_id=public_id), 303)
    following = request.form.get("next", "")
    tab = request.form.get("tab", QUEUE_TABS[0])
    listing = list_matches(
        g.session, query=ListQuery(q=request.form.get("q", ""), tab=tab, per_page=0), actor=g.actor
    )
    waiting = {row.public_id for row in listing.rows}
    return redirect(page_url(tab=tab, at=following if following in waiting else ""), 303)


_HELD = {
    "park": N_("Parked."),
    "refuse": N_("The candidate is refused. Choose what it pays, or park it."),
    "leave": N_("Left alone: not customers' money."),
    "resume": N_("Back in the queue."),
    "unidentified": N_("Posted as unidentified cash."),
}
_WITH_REASON: dict[str, Callable[..., None]] = {
    "park": park_match, "refuse": refuse_match, "leave": leave_alone,
}  # fmt: skip
_PLAIN: dict[str, Callable[..., None]] = {"resume": resume_match, "unidentified": post_as_unidentified}


@bp.post("/<public_id:public_id>/hold")
@requires(Permission.MATCHES_WORK)
def hold(public_id: str) -> ResponseReturnValue:
    g = unit()
    verb = request.form.get("verb", "")
    if verb not in _HELD:
        raise Invalid(field="verb")
    given: dict[str, Any] = {"row_version": _version(), "actor": g.actor, "now": g.now}
    try:
        if verb in _PLAIN:
            _PLAIN[verb](g.session, public_id=public_id, **given)
        else:
            reason = request.form.get("reason", "")
            _WITH_REASON[verb](g.session, public_id=public_id, reason=reason, **given)
    except (Invalid, Conflict) as refusal:
        g.session.rollback()
        return _again(g, public_id, say(refusal)), 409 if isinstance(refusal, Conflict) else 422
    flash(_(_HELD[verb]), "done")
    return _next(g, public_id)


@bp.post("/<public_id:public_id>/undo")
@requires(Permission.MATCHES_UNDO, Permission.MATCHES_WORK)
def undo(public_id: str) -> ResponseReturnValue:
    g = unit()
    reason = request.form.get("reason", "")
    try:
        if g.actor.may(Permission.MATCHES_UNDO):
            again = undo_match(g.session, public_id=public_id, reason=reason, actor=g.actor, now=g.now)
            flash(_("Undone. The receipt waits again."), "done")
            return redirect(url_for("admin_matching.show", public_id=again), 303)
        request_undo(g.session, public_id=public_id, reason=reason, actor=g.actor, now=g.now)
    except (Invalid, Conflict) as refusal:
        g.session.rollback()
        return receipt_page(g, public_id, refused=say(refusal)), 422
    flash(_("Asked for. An approver must undo it."), "wait")
    return redirect(url_for("admin_matching.show", public_id=public_id), 303)


@bp.post("/undo-last")
@requires(Permission.MATCHES_UNDO, Permission.MATCHES_WORK)
def undo_the_last() -> ResponseReturnValue:
    g = unit()
    try:
        undo_last(g.session, reason=_("Taken back at once."), actor=g.actor, now=g.now)
    except (Conflict, NotAllowed) as refusal:
        g.session.rollback()
        flash(say(refusal), "refused")
        return redirect(page_url(), 303)
    if g.actor.may(Permission.MATCHES_UNDO):
        flash(_("Undone. The receipt waits again."), "done")
    else:
        flash(_("Asked for. An approver must undo it."), "wait")
    return redirect(page_url(), 303)


@bp.post("/run")
@requires(Permission.MATCHES_WORK)
def run() -> ResponseReturnValue:
    g = unit()
    enqueue(
        g.session, MATCH_JOB, key=f"{MATCH_JOB}:{g.now:%Y-%m-%dT%H:%M:%S}", payload={}, now=g.now,
        requested_by_id=g.actor.person_id,
    )  # fmt: skip
    flash(_("Matching has begun. New proposals appear by themselves."), "info")
    return redirect(page_url(), 303)
