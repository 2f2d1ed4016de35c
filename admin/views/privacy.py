"""Privacy for the security administrator: export and erase a person, see what is kept how long and what was purged."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access import Permission
from portal.errors import Conflict, Invalid, NotAllowed
from portal.http.access import requires
from portal.http.proof import requires_recent_proof
from portal.http.unit import unit
from portal.http.words import _, say
from portal.privacy import (
    LEAST_DAYS,
    PURGE_LABELS,
    current_retention,
    erasable,
    erase_contact,
    erase_person,
    export_person,
    list_purges,
    purge_old,
)

bp = Blueprint("admin_privacy", __name__, url_prefix="/admin/privacy")


@bp.get("")
@requires(Permission.PRIVACY_MANAGE, Permission.SECURITY_LOG_READ)
def index() -> ResponseReturnValue:
    return _page(request.args.get("email", ""))


def _page(email: str, refused: str = "") -> ResponseReturnValue:
    g = unit()
    may_manage = g.actor.may(Permission.PRIVACY_MANAGE)
    page = render_template(
        "admin/privacy/index.html", email=email, refused=refused, may_manage=may_manage,
        found=erasable(g.session, email=email, actor=g.actor) if may_manage else (),
        kept=current_retention(g.session, now=g.now), least=LEAST_DAYS, labels=PURGE_LABELS,
        purges=list_purges(g.session, actor=g.actor),
    )  # fmt: skip
    return page, 422 if refused else 200


@bp.post("/people/<public_id:public_id>/export")
@requires(Permission.PRIVACY_MANAGE)
def export(public_id: str) -> ResponseReturnValue:
    g = unit()
    data = export_person(g.session, public_id=public_id, actor=g.actor, now=g.now)
    headers = {"Content-Disposition": f'attachment; filename="{data.name}"'}
    return Response(data.as_zip(), mimetype="application/zip", headers=headers)


@bp.post("/<any(people, contacts):kind>/<public_id:public_id>/erase")
@requires(Permission.PRIVACY_MANAGE)
@requires_recent_proof
def erase(kind: str, public_id: str) -> ResponseReturnValue:
    g = unit()
    verb = erase_person if kind == "people" else erase_contact
    try:
        verb(g.session, public_id=public_id, reason=request.form.get("reason", ""), actor=g.actor, now=g.now)
    except (Invalid, Conflict, NotAllowed) as refusal:
        g.session.rollback()
        return _page(request.form.get("email", ""), say(refusal))
    flash(_("Erased. Books, signatures and the audit trail are whole."), "done")
    return redirect(url_for(".index"), 303)


@bp.post("/purge")
@requires(Permission.PRIVACY_MANAGE)
def purge() -> ResponseReturnValue:
    g = unit()
    lines = purge_old(g.session, actor=g.actor, now=g.now)
    deleted = sum(line.deleted for line in lines)
    flash(
        _("%(count)s old rows deleted.", count=deleted) if deleted else _("Nothing is old enough to go."),
        "done",
    )
    return redirect(url_for(".index"), 303)
