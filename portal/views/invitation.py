"""The page of the invited: a name, a password or a passkey later, and the terms; opening it changes nothing."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, PasswordField, StringField

from portal.access import (
    InvitationView,
    Joined,
    accept_invitation,
    find_invitation,
    has_account,
    new_password_hash,
)
from portal.confirmations import TermsText, accept_terms, terms_text
from portal.errors import N_, Conflict, Invalid
from portal.http.access import public
from portal.http.entry import page_values, password_rules
from portal.http.forms import Form, at_most, needed
from portal.http.frame import ROLE_NAMES
from portal.http.words import _, language, say

bp = Blueprint("invitation", __name__, url_prefix="/invitation")


class JoinForm(Form):
    """Who joins, and with which password."""

    name = StringField(N_("Your name"), [needed(), at_most(120)])
    password = PasswordField(N_("Choose a password"), [needed(), at_most(512)])
    agrees = BooleanField(N_("I accept these terms."))


def _found(token: str) -> tuple[InvitationView | None, bool]:
    with g.database.reading() as reading:
        found = find_invitation(reading, token=token, now=g.now)
        return found, found is not None and has_account(reading, found)


def _terms(found: InvitationView) -> TermsText | None:
    if found.customer_id is None:
        return None
    with g.database.reading() as reading:
        return terms_text(reading, customer_id=found.customer_id, language=language())


def _page(token: str, form: JoinForm, refused: str = "") -> ResponseReturnValue:
    found, is_known = _found(token)
    if found is None:
        return render_template("portal/invitation/dead.html", **page_values()), 404
    if request.method == "GET":
        form.name.data = found.name
    is_theirs = g.signed_in is not None and g.actor.email == found.email
    values = page_values(
        form=form, invitation=found, role=ROLE_NAMES.get(found.role, ""), terms=_terms(found), is_known=is_known,
        is_theirs=is_theirs, refused=refused, path=request.path,
        profile=g.settings.password_profile,
    )  # fmt: skip
    return render_template("portal/invitation/show.html", **values), 422 if refused else form.status


@bp.get("/<string:token>")
@public
def show(token: str) -> ResponseReturnValue:
    return _page(token, JoinForm(formdata=None))


@bp.post("/<string:token>")
@public
def join(token: str) -> ResponseReturnValue:
    form = JoinForm()
    found, is_known = _found(token)
    if found is None or is_known or not form.validate_on_submit():
        return _page(token, form)
    if found.customer_id is not None and not form.agrees.data:
        return _page(token, form, _("Please accept the terms."))
    try:
        made = new_password_hash(form.password.data, password_rules(g.settings), email=found.email)
    except Invalid as refusal:
        form.refuse(refusal)
        return _page(token, form)
    joined = accept_invitation(g.session, token=token, name=form.name.data, password_hash=made, now=g.now)
    _keep_consent(found, joined)
    flash(_("Welcome. Please sign in with your new password."), "done")
    return redirect(url_for("sign_in.sign_in"), 303)


@bp.post("/<string:token>/accept")
@public
def accept(token: str) -> ResponseReturnValue:
    """For who has an account already and is signed in with it."""
    form = JoinForm()
    found, _is_known = _found(token)
    if found is None or g.signed_in is None:
        return _page(token, form)
    if found.customer_id is not None and not form.agrees.data:
        return _page(token, form, _("Please accept the terms."))
    try:
        _keep_consent(found, accept_invitation(g.session, token=token, actor=g.actor, now=g.now))
    except Conflict as refusal:
        return _page(token, form, say(refusal))
    flash(_("You have joined. Please sign in again, so that it counts everywhere."), "done")
    return redirect(url_for("sign_in.sign_in"), 303)


def _keep_consent(found: InvitationView, joined: Joined) -> None:
    """Keep the yes to the terms with the exact text; staff confirm nothing and are asked for none."""
    if found.customer_id is not None:
        actor = replace(
            joined.actor,
            address=request.remote_addr or "",
            device=request.user_agent.string[:255],
            method="invitation",
        )
        accept_terms(
            g.session, customer_id=found.customer_id, language=language(), seen_hash=request.form.get("terms", ""),
            actor=actor, now=g.now,
        )  # fmt: skip
