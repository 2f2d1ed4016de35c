"""What customers ask of matching: other allocations to agree with or refuse, remittance advices that wait."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from admin.views.matching import shared
from admin.views.matching_rules import bp
from portal.access import Permission
from portal.errors import N_, Conflict, Invalid
from portal.http.access import requires
from portal.http.unit import Unit, unit
from portal.http.words import _, language, say
from portal.matching import METHOD_WORDS, WishView, list_advices, list_wishes, refuse_wish, take_wish

__all__ = ["bp"]

STATES: dict[str, tuple[str, str]] = {
    "asked": ("act", N_("Asked for")),
    "pending": ("act", N_("Waiting for approval")),
    "applied": ("confirmed", N_("Applied")),
    "refused": ("disputed", N_("Refused")),
    "withdrawn": ("unanswered", N_("Taken back")),
}


@bp.get("/wishes")
@requires(Permission.MATCHES_READ)
def wishes() -> ResponseReturnValue:
    return _page(unit())


def _page(g: Unit, refused: str = "") -> str:
    return render_template(
        "admin/matching/wishes.html", wishes=list_wishes(g.session, actor=g.actor), refused=refused,
        advices=[one for one in list_advices(g.session, actor=g.actor) if one.state == "new"], states=STATES,
        methods=METHOD_WORDS, name_of=_name, **shared(),
    )  # fmt: skip


def _name(wish: WishView) -> str:
    names = (wish.customer_name_en, wish.customer_name)
    return next(filter(None, names if language() == "en" else names[::-1]), wish.customer_no)


@bp.post("/wishes/<public_id:public_id>")
@requires(Permission.MATCHES_WORK)
def decide_wish(public_id: str) -> ResponseReturnValue:
    g = unit()
    reason = request.form.get("reason", "")
    try:
        if request.form.get("act") == "refuse":
            refuse_wish(g.session, public_id=public_id, reason=reason, actor=g.actor, now=g.now)
            flash(_("Refused. The customer reads why."), "done")
        else:
            take_wish(g.session, public_id=public_id, note=reason, actor=g.actor, now=g.now)
            flash(_("Submitted. Another person must approve it."), "done")
    except (Invalid, Conflict) as refusal:
        g.session.rollback()
        return _page(g, say(refusal)), 409 if isinstance(refusal, Conflict) else 422
    return redirect(url_for(".wishes"), 303)
