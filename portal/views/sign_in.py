"""Sign in by passkey, or by password and code; prove oneself again; sign out. Staff and customers use the same."""

from __future__ import annotations

from flask import Blueprint, Response, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from wtforms import EmailField, PasswordField, StringField

from portal.access import (
    Permission,
    SignInAgain,
    WrongPassword,
    end_sign_in,
    options_to_prove,
    pending_sign_in,
    shown_code,
    sign_in_with_code,
    sign_in_with_passkey,
    sign_in_with_password,
)
from portal.errors import N_, Invalid
from portal.http.access import leave, public, requires, safe_next
from portal.http.door import seller_payload, words_of
from portal.http.entry import attempt, let_in, page_values, pending_token, sign_in_rules, site
from portal.http.forms import Form, at_most, needed
from portal.http.proof import check_proof, given_proof, proof_page
from portal.http.words import say

bp = Blueprint("sign_in", __name__)


class SignInForm(Form):
    """E-mail and password."""

    email = EmailField(N_("E-mail"), [needed(), at_most(254)])
    password = PasswordField(N_("Password"), [needed(), at_most(512)])


class CodeForm(Form):
    """A code of the app, or one from the paper."""

    code = StringField(N_("Code"), [needed(), at_most(40)])


def _home(side: str) -> str:
    return "/admin/" if side == "staff" else "/"


def _page(form: SignInForm, refused: str | None = None) -> str:
    then = words_of(request.args.get("next"))
    values = page_values(form=form, then=then, refused=refused, reset_url=url_for("resets.ask"))
    return render_template("portal/sign_in/sign_in.html", **values)


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
    tried, rules = attempt(form.email.data, form.password.data), sign_in_rules(g.settings)
    try:
        started = sign_in_with_password(g.database, tried, rules=rules, seller=seller_payload(), now=g.now)
    except WrongPassword as refusal:
        return _page(form, say(refusal)), 422
    return let_in(started)


def _code_page(form: CodeForm) -> ResponseReturnValue:
    with g.database.reading() as reading:
        pending = pending_sign_in(reading, pending_token(), now=g.now)
        if pending is None:
            flash(say(SignInAgain()), "info")
            return redirect(url_for(".sign_in", next=request.args.get("next")))
        shown = shown_code(reading, pending.person_id, now=g.now) if g.settings.is_demo else None
    values = page_values(form=form, pending=pending, shown=shown)
    return Response(render_template("portal/sign_in/code.html", **values), form.status)


@bp.get("/sign-in/code")
@public
def code() -> ResponseReturnValue:
    return _code_page(CodeForm(formdata=None))


@bp.post("/sign-in/code")
@public
def enter_code() -> ResponseReturnValue:
    form = CodeForm()
    if not form.validate_on_submit():
        return _code_page(form)
    try:
        started = sign_in_with_code(
            g.database, attempt(), token=pending_token(), typed=form.code.data, rules=sign_in_rules(g.settings),
            seller=seller_payload(), now=g.now,
        )  # fmt: skip
    except Invalid as refusal:
        form.refuse(refusal)
        return _code_page(form)
    return let_in(started)


@bp.post("/sign-in/passkey/options")
@public
def passkey_options() -> ResponseReturnValue:
    return Response(options_to_prove(site=site(), now=g.now), mimetype="application/json")


@bp.post("/sign-in/passkey")
@public
def enter_passkey() -> ResponseReturnValue:
    answer = request.form.get("credential", "")
    try:
        started = sign_in_with_passkey(
            g.database, attempt(), answer=answer, site=site(), seller=seller_payload(), now=g.now
        )
    except Invalid as refusal:
        return _page(SignInForm(formdata=None), say(refusal)), 422
    session.pop("pending", None)
    return let_in(started)


@bp.get("/step-up")
@requires(Permission.ACCOUNT_OWN, side="any")
def step_up() -> ResponseReturnValue:
    return proof_page()


@bp.post("/step-up")
@requires(Permission.ACCOUNT_OWN, side="any")
def prove() -> ResponseReturnValue:
    given = given_proof()
    try:
        if given is None:
            return proof_page(), 422
        check_proof(given)
    except Invalid as refusal:
        return proof_page(say(refusal)), 422
    return redirect(safe_next(request.args.get("next"), _home(g.actor.side)), 303)


@bp.post("/sign-out")
@requires(Permission.ACCOUNT_OWN, side="any")
def sign_out() -> ResponseReturnValue:
    end_sign_in(g.session, public_id=g.signed_in.public_id, actor=g.actor, now=g.now)
    leave()
    return redirect(url_for("sign_in.sign_in"), 303)
