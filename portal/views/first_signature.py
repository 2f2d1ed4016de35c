"""What is asked only before a person's first signature for a company: the terms, and a code from the mail."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.access import Permission
from portal.confirmations import check_code, has_accepted_terms, needs_code, send_code, terms_text
from portal.http.access import requires
from portal.http.unit import Unit, unit
from portal.http.words import _, language
from portal.statements import StatementPage, find_statement

bp = Blueprint("first_signature", __name__, url_prefix="/statements/<public_id:public_id>/sign")


def first_time(g: Unit, page: StatementPage) -> dict[str, Any]:
    """Return what is asked only once: the terms to accept, and whether a mailed code is needed."""
    known: dict[str, Any] = {"customer_id": page.customer.id, "actor": g.actor}
    is_new = not has_accepted_terms(g.session, **known)
    return {
        "terms": terms_text(g.session, customer_id=page.customer.id, language=language()) if is_new else None,
        "terms_ticked": bool(request.form.get("terms")),
        "needs_code": needs_code(g.session, now=g.now, **known),
    }


@bp.post("/code")
@requires(Permission.STATEMENTS_SIGN)
def code(public_id: str) -> ResponseReturnValue:
    """Send a code, or compare the typed one; always back to the sign page, so that a wrong try is counted."""
    g = unit()
    page = find_statement(g.session, public_id=public_id, actor=g.actor)
    known: dict[str, Any] = {"customer_id": page.customer.id, "actor": g.actor, "now": g.now}
    if request.form.get("act") == "send":
        send_code(g.session, **known)
        flash(_("The code is under way to %(email)s. It works for 10 minutes.", email=g.actor.email), "info")
    elif check_code(g.session, code=request.form.get("code", ""), **known):
        flash(_("The code is right. You can sign now."), "done")
    else:
        flash(_("That is not the code. After five tries you need a new one."), "refused")
    return redirect(url_for("confirmations.sign", public_id=public_id), 303)
