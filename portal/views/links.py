"""Links of mails: GET and HEAD change nothing, a dead one offers a new one."""

from __future__ import annotations

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField

from portal.access import open_link, renew_link, send_mail_code, sign_in_with_mail_code
from portal.errors import N_, Invalid, NotFound
from portal.http.access import public
from portal.http.door import door, label_words, remember_link, seller_payload
from portal.http.entry import attempt, let_in, page_values
from portal.http.forms import Form, at_most, needed
from portal.http.proof import house_policy

bp = Blueprint("links", __name__)


class MailCodeForm(Form):
    """The code that was mailed apart from the link."""

    code = StringField(N_("Code from the mail"), [needed(), at_most(20)])


@bp.get("/l/<string:token>")
@public
def show(token: str) -> ResponseReturnValue:
    link = open_link(g.session, token=token, now=g.now)
    if link is None or link.is_expired:
        return render_template("portal/links/dead.html", door=door(), token=token, is_asked=False), 404
    if g.signed_in is not None:
        return redirect(link.path)
    remember_link(link)
    values = page_values() | {"next": link.path}
    return render_template(
        "portal/links/show.html", then=label_words(link.label), token=token, takes_codes=house_policy().code_links,
        **values,
    )  # fmt: skip


@bp.post("/l/<string:token>/new")
@public
def ask_again(token: str) -> ResponseReturnValue:
    renew_link(g.session, token=token, address=request.remote_addr or "", payload=seller_payload(), now=g.now)
    return redirect(url_for(".asked"), 303)


def _code_page(token: str, form: MailCodeForm) -> ResponseReturnValue:
    with g.database.reading() as reading:
        link = open_link(reading, token=token, now=g.now)
    if link is None or link.is_expired or not house_policy().code_links:
        raise NotFound
    values = page_values(form=form, token=token, then=label_words(link.label))
    return render_template("portal/links/code.html", **values), form.status


@bp.post("/l/<string:token>/code")
@public
def send_code(token: str) -> ResponseReturnValue:
    if house_policy().code_links:
        address = request.remote_addr or ""
        send_mail_code(g.session, token=token, address=address, seller=seller_payload(), now=g.now)
    return redirect(url_for(".code", token=token), 303)


@bp.get("/l/<string:token>/code")
@public
def code(token: str) -> ResponseReturnValue:
    return _code_page(token, MailCodeForm(formdata=None))


@bp.post("/l/<string:token>/enter")
@public
def enter_code(token: str) -> ResponseReturnValue:
    form = MailCodeForm()
    if not house_policy().code_links or not form.validate_on_submit():
        return _code_page(token, form)
    try:
        started, path = sign_in_with_mail_code(
            g.database, attempt(), token=token, typed=form.code.data, now=g.now
        )
    except Invalid as refusal:
        form.refuse(refusal)
        return _code_page(token, form)
    return let_in(started, target=path)


@bp.get("/sign-in/link-sent")
@public
def asked() -> ResponseReturnValue:
    return render_template("portal/links/dead.html", door=door(), token="", is_asked=True)
