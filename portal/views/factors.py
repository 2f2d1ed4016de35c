"""How one signs in: passkeys, authenticator app, recovery codes; set up, named, removed."""

from __future__ import annotations

from collections.abc import Sequence

import segno
from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField

from portal.access import (
    Permission,
    add_passkey,
    advance_sign_in,
    name_passkey,
    options_to_add,
    own_factors,
    remove_passkey,
    remove_totp,
    renew_recovery_codes,
    seed_address,
    set_up_totp,
    start_totp,
    waiting_seed,
)
from portal.errors import N_, Invalid
from portal.http.access import requires, safe_next
from portal.http.devices import device_name
from portal.http.door import seller_payload
from portal.http.entry import page_values, sign_in_rules, site
from portal.http.forms import Form, at_most, needed
from portal.http.frame import entity
from portal.http.proof import requires_recent_proof
from portal.http.words import _, language, say

bp = Blueprint("factors", __name__, url_prefix="/account")
own = requires(Permission.ACCOUNT_OWN, side="any")


class FirstCodeForm(Form):
    """The first code of a new app."""

    code = StringField(N_("Code of the app"), [needed(), at_most(10)])


def _is_needed() -> bool:
    return bool(g.actor.is_staff and sign_in_rules(g.settings).needs_factor)


def _go_on() -> str:
    """Return the page after a factor was set up: what was asked for before, or one's account."""
    stage = advance_sign_in(
        g.session, sign_in=g.signed_in.public_id, rules=sign_in_rules(g.settings), now=g.now
    )
    if stage == "password":
        return url_for("account.new_password", next=request.args.get("next"))
    home = "/admin/" if g.actor.is_staff else "/"
    return safe_next(request.args.get("next"), home if g.signed_in.stage == "enrol" else "/account#sign-in")


def _codes_or_on(codes: Sequence[str]) -> ResponseReturnValue:
    target = _go_on()
    if not codes:
        return redirect(target, 303)
    return render_template("portal/account/codes.html", **page_values(codes=codes, target=target))


@bp.get("/second-factor")
@own
def enrol() -> ResponseReturnValue:
    is_forced = g.signed_in.stage == "enrol"
    values = page_values(is_forced=is_forced, factors=own_factors(g.session, actor=g.actor))
    return render_template("portal/account/enrol.html", **values)


@bp.post("/app")
@own
@requires_recent_proof
def start_app() -> ResponseReturnValue:
    start_totp(g.session, actor=g.actor)
    return redirect(url_for(".app", next=request.args.get("next")), 303)


def _app_page(form: FirstCodeForm) -> ResponseReturnValue:
    seed = waiting_seed(g.session, actor=g.actor)
    if seed is None:
        return redirect(url_for(".enrol", next=request.args.get("next")))
    address = seed_address(seed, email=g.actor.email, issuer=entity().short_name_in(language()) or "Concord")
    picture = segno.make(address, error="m").svg_data_uri(scale=5, border=3, light="#ffffff")
    groups = " ".join(seed[place : place + 4] for place in range(0, len(seed), 4))
    values = page_values(form=form, picture=picture, seed=groups)
    return Response(render_template("portal/account/app.html", **values), form.status)


@bp.get("/app")
@own
def app() -> ResponseReturnValue:
    return _app_page(FirstCodeForm(formdata=None))


@bp.post("/app/confirm")
@own
def confirm_app() -> ResponseReturnValue:
    form = FirstCodeForm()
    if not form.validate_on_submit():
        return _app_page(form)
    try:
        codes = set_up_totp(g.session, code=form.code.data, seller=seller_payload(), actor=g.actor, now=g.now)
    except Invalid as refusal:
        form.refuse(refusal)
        return _app_page(form)
    flash(_("The app is set up. From now on we ask for its code."), "done")
    return _codes_or_on(codes)


@bp.post("/app/remove")
@own
@requires_recent_proof
def remove_app() -> ResponseReturnValue:
    remove_totp(g.session, is_needed=_is_needed(), seller=seller_payload(), actor=g.actor, now=g.now)
    flash(_("The app is removed."), "done")
    return redirect("/account#sign-in", 303)


@bp.post("/recovery-codes")
@own
@requires_recent_proof
def new_codes() -> ResponseReturnValue:
    codes = renew_recovery_codes(g.session, seller=seller_payload(), actor=g.actor, now=g.now)
    return render_template("portal/account/codes.html", **page_values(codes=codes, target="/account#sign-in"))


@bp.post("/passkeys/options")
@own
def passkey_options() -> ResponseReturnValue:
    options = options_to_add(g.session, site=site(), person_id=g.actor.person_id, now=g.now)
    return Response(options, mimetype="application/json")


@bp.post("/passkeys")
@own
@requires_recent_proof
def add() -> ResponseReturnValue:
    name = request.form.get("name", "").strip() or device_name(request.user_agent.string)
    try:
        codes = add_passkey(
            g.session, site=site(), answer=request.form.get("credential", ""), name=name, seller=seller_payload(),
            actor=g.actor, now=g.now,
        )  # fmt: skip
    except Invalid as refusal:
        flash(say(refusal), "refused")
        return redirect(url_for(".enrol", next=request.args.get("next")), 303)
    flash(_("The passkey is set up. Next time, one touch signs you in."), "done")
    return _codes_or_on(codes)


@bp.post("/passkeys/<public_id:public_id>/name")
@own
def rename(public_id: str) -> ResponseReturnValue:
    name_passkey(g.session, public_id=public_id, name=request.form.get("name", ""), actor=g.actor)
    flash(_("Saved."), "done")
    return redirect("/account#sign-in", 303)


@bp.post("/passkeys/<public_id:public_id>/remove")
@own
@requires_recent_proof
def remove(public_id: str) -> ResponseReturnValue:
    remove_passkey(
        g.session,
        public_id=public_id,
        is_needed=_is_needed(),
        seller=seller_payload(),
        actor=g.actor,
        now=g.now,
    )
    flash(_("The passkey is removed."), "done")
    return redirect("/account#sign-in", 303)
