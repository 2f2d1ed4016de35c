"""Links of mails: GET and HEAD change nothing, a dead one offers a new one."""

from __future__ import annotations

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.access import open_link, renew_link
from portal.http.access import public
from portal.http.door import door, label_words, remember_link, seller_payload

bp = Blueprint("links", __name__)


@bp.get("/l/<string:token>")
@public
def show(token: str) -> ResponseReturnValue:
    link = open_link(g.session, token=token, now=g.now)
    if link is None or link.is_expired:
        return render_template("portal/links/dead.html", door=door(), token=token, is_asked=False), 404
    if g.signed_in is not None:
        return redirect(link.path)
    remember_link(link)
    return render_template(
        "portal/links/show.html", door=door(), then=label_words(link.label), next=link.path
    )


@bp.post("/l/<string:token>/new")
@public
def ask_again(token: str) -> ResponseReturnValue:
    renew_link(g.session, token=token, address=request.remote_addr or "", payload=seller_payload(), now=g.now)
    return redirect(url_for(".asked"), 303)


@bp.get("/sign-in/link-sent")
@public
def asked() -> ResponseReturnValue:
    return render_template("portal/links/dead.html", door=door(), token="", is_asked=True)
