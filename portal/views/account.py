"""One's own account: name, language, colours, keys, password, devices; and the company one acts for."""

from __future__ import annotations

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, PasswordField, RadioField, StringField

from portal.access import (
    OwnChoices,
    Permission,
    PersonView,
    choose_company,
    edit_own_account,
    end_sign_in,
    find_person,
    hash_password,
    list_devices,
    require_own_password,
    set_password,
)
from portal.errors import N_, Invalid
from portal.http.access import requires
from portal.http.forms import Form, at_most, needed, options
from portal.http.frame import ROLE_NAMES
from portal.http.words import _, language

bp = Blueprint("account", __name__)
own = requires(Permission.ACCOUNT_OWN, side="any")


class AccountForm(Form):
    """What a person decides for themselves."""

    name = StringField(N_("Name"), [needed(), at_most(120)])
    job_title = StringField(N_("Job title"), [at_most(120)])
    phone = StringField(N_("Phone"), [at_most(60)])
    language = RadioField(
        N_("Language of pages and mails"), choices=options([("zh", "中文"), ("en", "English")])
    )
    theme = RadioField(
        N_("Colours"),
        choices=options([("auto", N_("As the device says")), ("light", N_("Light")), ("dark", N_("Dark"))]),
    )
    has_single_keys = BooleanField(
        N_("Keys without Ctrl"),
        description=N_("One letter acts on the selected row: c confirms, d disputes."),
    )


class PasswordForm(Form):
    """The password as it is and as it shall be."""

    current = PasswordField(N_("Password now"), [needed()])
    password = PasswordField(N_("New password"), [needed()], description=N_("At least 8 characters."))


def _role_facts(person: PersonView) -> list[tuple[str, str]]:
    own = "customer_name_en" if language() == "en" else "customer_name"
    return [
        (_(ROLE_NAMES[held.role]), getattr(held, own) or held.customer_name or _("All customers"))
        for held in person.roles
    ]


def _page(form: AccountForm | None = None, password: PasswordForm | None = None) -> str:
    person: PersonView = find_person(g.session, public_id=g.actor.public_id, actor=g.actor)
    devices = list_devices(g.session, this=g.signed_in.public_id, actor=g.actor, now=g.now)
    return render_template(
        "portal/account/show.html", person=person, devices=devices, form=form or AccountForm(formdata=None, obj=person),
        password=password or PasswordForm(formdata=None), is_staff=g.actor.is_staff,
        role_facts=_role_facts(person),
    )  # fmt: skip


@bp.get("/account")
@own
def show() -> ResponseReturnValue:
    return _page()


@bp.post("/account")
@own
def save() -> ResponseReturnValue:
    form = AccountForm()
    if not form.validate_on_submit():
        return _page(form), 422
    data = {
        name: form[name].data
        for name in ("name", "job_title", "phone", "language", "theme", "has_single_keys")
    }
    try:
        edit_own_account(g.session, OwnChoices(**data), actor=g.actor, now=g.now)
    except Invalid as refusal:
        form.refuse(refusal)
        return _page(form), 422
    flash(_("Saved."), "done")
    return redirect(url_for(".show"), 303)


@bp.post("/account/password")
@own
def change_password() -> ResponseReturnValue:
    form = PasswordForm()
    try:
        if not form.validate_on_submit():
            return _page(password=form), 422
        cost = g.settings.password_cost
        require_own_password(g.database, person_id=g.actor.person_id, password=form.current.data, cost=cost)
        made = hash_password(form.password.data, cost=cost, email=g.actor.email)
    except Invalid as refusal:
        form.refuse(refusal)
        return _page(password=form), 422
    keep = g.signed_in.public_id
    set_password(
        g.session, public_id=g.actor.public_id, password_hash=made, keep=keep, actor=g.actor, now=g.now
    )
    flash(_("The password is changed. Your other devices are signed out."), "done")
    return redirect(url_for(".show"), 303)


@bp.post("/account/devices/<public_id:public_id>/end")
@own
def end_device(public_id: str) -> ResponseReturnValue:
    end_sign_in(g.session, public_id=public_id, actor=g.actor, now=g.now)
    flash(_("That device is signed out."), "done")
    return redirect(url_for(".show"), 303)


@bp.post("/company")
@requires(Permission.ACCOUNT_OWN)
def choose() -> ResponseReturnValue:
    chosen = request.form.get("company", "")
    choose_company(g.session, sign_in=g.signed_in.public_id, company=chosen, actor=g.actor)
    return redirect("/", 303)
