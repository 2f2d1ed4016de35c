"""Break-glass accounts: sealed by security administrators, every opening looked at afterwards."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access import Permission, hash_password, list_staff
from portal.errors import N_, Conflict, Invalid
from portal.http.access import requires
from portal.http.frame import ROLE_NAMES
from portal.http.proof import requires_recent_proof
from portal.http.unit import unit
from portal.http.words import _, say
from portal.roles import list_break_glass, new_secret, review_opening, seal_account

bp = Blueprint("admin_break_glass", __name__, url_prefix="/admin/break-glass")

STATE_CHIPS = {
    "sealed": ("confirmed", N_("Sealed")),
    "open": ("overdue", N_("In use now")),
    "to-review": ("disputed", N_("To be looked at")),
    "reviewed": ("confirmed", N_("Looked at")),
    "voided": ("unanswered", N_("Replaced")),
}


@bp.get("")
@requires(Permission.REVIEWS_READ)
def index() -> ResponseReturnValue:
    return _page()


def _page(*, refused: str = "", secret: str = "", status: int = 200) -> ResponseReturnValue:
    g = unit()
    seals = list_break_glass(g.session, actor=g.actor, now=g.now)
    page = render_template(
        "admin/break_glass/index.html", seals=seals, role_names=ROLE_NAMES, chips=STATE_CHIPS, refused=refused,
        secret=secret, staff=[one for one in list_staff(g.session) if one[0] != g.actor.public_id],
    )  # fmt: skip
    return page, status


@bp.post("")
@requires(Permission.ROLES_GRANT)
@requires_recent_proof
def seal() -> ResponseReturnValue:
    g = unit()
    secret = new_secret()
    made = hash_password(secret, cost=g.settings.password_cost)
    try:
        seal_account(
            g.session, person=request.form.get("person", ""), secret_hash=made, actor=g.actor, now=g.now
        )
    except Conflict as refusal:
        g.session.rollback()
        return _page(refused=say(refusal), status=409)
    return _page(secret=secret)


@bp.post("/<public_id:public_id>/review")
@requires(Permission.REVIEWS_DO)
def review(public_id: str) -> ResponseReturnValue:
    g = unit()
    note = request.form.get("note", "")
    try:
        review_opening(g.session, public_id=public_id, note=note, actor=g.actor, now=g.now)
    except Invalid as refusal:
        return _page(refused=say(refusal), status=422)
    flash(_("Noted."), "done")
    return redirect(url_for(".index"), 303)
