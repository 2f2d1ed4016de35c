"""Sign in and sign out; staff and customers use the same form."""

from __future__ import annotations

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import EmailField, PasswordField

from portal.access import Attempt, Permission, WrongPassword, end_sign_in, sign_in_with_password
from portal.errors import N_
from portal.http.access import enter, leave, public, requires, safe_next
from portal.http.door import door, words_of
from portal.http.forms import Form, at_most, needed
from portal.http.words import say

bp = Blueprint("sign_in", __name__)


class SignInForm(Form):
    """E-mail and password."""

    email = EmailField(N_("E-mail"), [needed(), at_most(254)])
    password = PasswordField(N_("Password"), [needed(), at_most(512)])


def _home(side: str) -> str:
    return "/admin/" if side == "staff" else "/"


def _page(form: SignInForm, refused: str | None = None) -> str:
    then = words_of(request.args.get("next"))
    return render_template("portal/sign_in/sign_in.html", form=form, door=door(), then=then, refused=refused)


@bp.get("/sign-in")
@public
def sign_in() -> ResponseReturnValue:
    if g.signed_in is not None:
        return redirect(safe_next(request.args.get("next"), _home(g.actor.side)))
    return _page(SignInForm())


@bp.post("/sign-in")
@public
def enter_password() -> ResponseReturnValue:
    form = SignInForm()
    if not form.validate_on_submit():
        return _page(form), 422
    attempt = Attempt(
        form.email.data,
        form.password.data,
        request.remote_addr or "",
        request.user_agent.string[:255],
        g.request_id,
    )
    try:
        token, side = sign_in_with_password(g.database, attempt, cost=g.settings.password_cost, now=g.now)
    except WrongPassword as refusal:
        return _page(form, say(refusal)), 422
    enter(token)
    return redirect(safe_next(request.args.get("next"), _home(side)), 303)


@bp.post("/sign-out")
@requires(Permission.ACCOUNT_OWN, side="any")
def sign_out() -> ResponseReturnValue:
    end_sign_in(g.session, public_id=g.signed_in.public_id, actor=g.actor, now=g.now)
    leave()
    return redirect(url_for("sign_in.sign_in"), 303)
