"""Single sign-on: the way to the identity provider, the way back, and the one proof that links an account."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import PasswordField

from portal.access import (
    Identity,
    SignInAgain,
    SsoAnswer,
    SsoRefused,
    WrongPassword,
    finish_sso,
    sign_in_with_password,
    start_sso,
)
from portal.errors import N_
from portal.http.access import public, safe_next
from portal.http.door import seller_payload
from portal.http.entry import attempt, let_in, page_values, sign_in_rules
from portal.http.forms import Form, at_most, needed
from portal.http.sso import Waiting, keep_start, keep_waiting, provider, take_start, waiting_identity
from portal.http.words import say

bp = Blueprint("sso", __name__, url_prefix="/sign-in/sso")
#: Where a sign-in may be begun from: our own page or an address somebody typed, never another site's link.
_OWN_STEPS = frozenset({"same-origin", "none"})


class ProofForm(Form):
    """The password of the account here."""

    password = PasswordField(N_("Password"), [needed(), at_most(512)])


def _refused(refusal: SsoRefused | SignInAgain) -> ResponseReturnValue:
    flash(say(refusal), "refused")
    return redirect(url_for("sign_in.sign_in"), 303)


@bp.get("")
@public
def start() -> ResponseReturnValue:
    known, target = provider(), safe_next(request.args.get("next"), "")
    if request.headers.get("Sec-Fetch-Site", "none") not in _OWN_STEPS:
        return redirect(url_for("sign_in.sign_in", next=target or None))
    try:
        address, begun = start_sso(g.database, attempt(), provider=known, now=g.now)
    except SsoRefused as refusal:
        return _refused(refusal)
    keep_start(begun, target)
    return redirect(address, 303)


def _answer() -> SsoAnswer:
    given = request.args
    return SsoAnswer(*(given.get(name, "")[:2000] for name in ("code", "state", "iss", "error")))


@bp.get("/back")
@public
def back() -> ResponseReturnValue:
    known, (begun, target) = provider(), take_start()
    try:
        found = finish_sso(
            g.database, attempt(), provider=known, answer=_answer(), start=begun, rules=sign_in_rules(g.settings),
            seller=seller_payload(), now=g.now,
        )  # fmt: skip
    except SsoRefused as refusal:
        return _refused(refusal)
    if isinstance(found, Identity):
        keep_waiting(found, target)
        return redirect(url_for(".link"), 303)
    return let_in(found, target=target)


def _page(form: ProofForm, waiting: Waiting, refused: str | None = None) -> str:
    values = page_values(form=form, email=waiting.identity.email, refused=refused, provider=provider().name)
    return render_template("portal/sign_in/sso.html", **values, reset_url=url_for("resets.ask"))


@bp.get("/link")
@public
def link() -> ResponseReturnValue:
    waiting = waiting_identity()
    provider()
    return _page(ProofForm(), waiting) if waiting else _refused(SignInAgain())


@bp.post("/link")
@public
def prove() -> ResponseReturnValue:
    form, waiting = ProofForm(), waiting_identity()
    provider()
    if waiting is None:
        return _refused(SignInAgain())
    if not form.validate_on_submit():
        return _page(form, waiting), 422
    tried, rules = attempt(waiting.identity.email, form.password.data), sign_in_rules(g.settings)
    try:
        started = sign_in_with_password(g.database, tried, rules=rules, seller=seller_payload(), now=g.now)
    except WrongPassword as refusal:
        return _page(form, waiting, say(refusal)), 422
    return let_in(started, target=waiting.target)
