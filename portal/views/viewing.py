"""The way back for staff who look at a customer's pages."""

from __future__ import annotations

from flask import Blueprint, redirect
from flask.typing import ResponseReturnValue

from portal.access import Permission
from portal.customers import stop_viewing
from portal.http.access import requires
from portal.http.unit import unit

bp = Blueprint("viewing", __name__)


@bp.post("/viewing/stop")
@requires(Permission.STATEMENTS_READ, side="any")
def stop() -> ResponseReturnValue:
    g = unit()
    signed_in = g.signed_in
    if signed_in is None or signed_in.viewing is None:
        return redirect("/", 303)
    company = signed_in.viewing
    stop_viewing(g.session, company=company, sign_in=signed_in.public_id, actor=g.actor, now=g.now)
    return redirect(f"/admin/customers/{company.public_id}", 303)
