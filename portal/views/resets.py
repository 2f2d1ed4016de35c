"""A forgotten password: asked for, mailed, set anew. The answers never say whether an address is known."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import EmailField, PasswordField

from portal.access import ask_reset, find_reset, new_password_hash, reset_password
from portal.errors import N_, Invalid
from portal.http.access import public
from portal.http.door import seller_payload
from portal.http.entry import page_values, password_rules
from portal.http.forms import Form, at_most, needed
from portal.http.words import _

bp = Blueprint("resets", __name__, url_prefix="/reset")


class AskForm(Form):
    """Whose password."""

    email = EmailField(N_("E-mail"), [needed(), at_most(254)])


class NewPasswordForm(Form):
    """The new password."""

    password = PasswordField(N_("New password"), [needed(), at_most(512)])


@bp.get("")
@public
def ask() -> ResponseReturnValue:
    return render_template(
        "portal/sign_in/reset.html", **page_values(form=AskForm(formdata=None), is_asked=False)
    )


@bp.post("")
@public
def send() -> ResponseReturnValue:
    form = AskForm()
    if not form.validate_on_submit():
        return render_template("portal/sign_in/reset.html", **page_values(form=form, is_asked=False)), 422
    ask_reset(
        g.session,
        email=form.email.data,
        address=request.remote_addr or "",
        seller=seller_payload(),
        now=g.now,
    )
    return redirect(url_for(".sent"), 303)


@bp.get("/sent")
@public
def sent() -> ResponseReturnValue:
    return render_template("portal/sign_in/reset.html", **page_values(form=None, is_asked=True))


def _page(token: str, form: NewPasswordForm) -> ResponseReturnValue:
    with g.database.reading() as reading:
        found = find_reset(reading, token=token, now=g.now)
    if found is None:
        return render_template("portal/sign_in/reset_dead.html", **page_values()), 404
    values = page_values(form=form, email=found.email, profile=g.settings.password_profile)
    return render_template("portal/sign_in/new_password.html", **values), form.status


@bp.get("/<string:token>")
@public
def show(token: str) -> ResponseReturnValue:
    return _page(token, NewPasswordForm(formdata=None))


@bp.post("/<string:token>")
@public
def save(token: str) -> ResponseReturnValue:
    form = NewPasswordForm()
    with g.database.reading() as reading:
        found = find_reset(reading, token=token, now=g.now)
    if found is None or not form.validate_on_submit():
        return _page(token, form)
    try:
        made = new_password_hash(
            form.password.data, password_rules(g.settings), email=found.email, earlier=found.earlier
        )
    except Invalid as refusal:
        form.refuse(refusal)
        return _page(token, form)
    reset_password(g.session, token=token, password_hash=made, seller=seller_payload(), now=g.now)
    flash(_("Your new password counts. Please sign in with it."), "done")
    return redirect(url_for("sign_in.sign_in"), 303)
