"""One's own account: name, language, colours, keys, password, devices; and the company one acts for."""

from __future__ import annotations

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, EmailField, PasswordField, RadioField, StringField

from portal.access import (
    PASSWORD_LIFE,
    OwnChoices,
    PasswordRules,
    Permission,
    PersonView,
    advance_sign_in,
    ask_mail_change,
    choose_company,
    confirm_mail_change,
    earlier_hashes,
    edit_own_account,
    end_sign_in,
    find_mail_change,
    find_person,
    list_devices,
    new_password_hash,
    own_factors,
    require_own_password,
    set_password,
    tell_password_changed,
    waiting_mail_change,
)
from portal.errors import N_, Invalid
from portal.http.access import requires, safe_next
from portal.http.door import seller_payload
from portal.http.entry import page_values, passkeys_work, sign_in_rules
from portal.http.forms import Form, at_most, needed, options
from portal.http.frame import ROLE_NAMES
from portal.http.proof import requires_recent_proof
from portal.http.words import _, language
from portal.privacy import export_person

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
    password = PasswordField(N_("New password"), [needed()])


class MailForm(Form):
    """Another address to sign in with."""

    email = EmailField(N_("New e-mail"), [needed(), at_most(254)])


def _role_facts(person: PersonView) -> list[tuple[str, str]]:
    own = "customer_name_en" if language() == "en" else "customer_name"
    return [
        (_(ROLE_NAMES[held.role]), getattr(held, own) or held.customer_name or _("All customers"))
        for held in person.roles
    ]


def _page(
    form: AccountForm | None = None, password: PasswordForm | None = None, mail: MailForm | None = None
) -> str:
    person: PersonView = find_person(g.session, public_id=g.actor.public_id, actor=g.actor)
    devices = list_devices(g.session, this=g.signed_in.public_id, actor=g.actor, now=g.now)
    return render_template(
        "portal/account/show.html", person=person, devices=devices, form=form or AccountForm(formdata=None, obj=person),
        password=password or PasswordForm(formdata=None), mail=mail or MailForm(formdata=None),
        is_staff=g.actor.is_staff, role_facts=_role_facts(person), factors=own_factors(g.session, actor=g.actor),
        waiting=waiting_mail_change(g.session, actor=g.actor, now=g.now), profile=g.settings.password_profile,
        passkeys_work=passkeys_work(), password_life=PASSWORD_LIFE.days,
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


@bp.get("/account/new-password")
@own
def new_password() -> ResponseReturnValue:
    """Return the page of a password that is too old; nothing else opens before."""
    return _password_page(PasswordForm(formdata=None))


def _password_page(form: PasswordForm) -> str:
    if g.signed_in.stage == "full":
        return _page(password=form)
    values = page_values(form=form, profile=g.settings.password_profile, days=PASSWORD_LIFE.days)
    return render_template("portal/account/new_password.html", **values)


@bp.post("/account/password")
@own
def change_password() -> ResponseReturnValue:
    form, rules = PasswordForm(), sign_in_rules(g.settings)
    try:
        if not form.validate_on_submit():
            return _password_page(form), 422
        made = _checked_password(form, rules.passwords)
    except Invalid as refusal:
        form.refuse(refusal)
        return _password_page(form), 422
    keep = g.signed_in.public_id
    set_password(
        g.session, public_id=g.actor.public_id, password_hash=made, keep=keep, actor=g.actor, now=g.now
    )
    tell_password_changed(g.session, seller=seller_payload(), actor=g.actor, now=g.now)
    advance_sign_in(g.session, sign_in=keep, rules=rules, now=g.now)
    flash(_("The password is changed. Your other devices are signed out."), "done")
    return redirect(safe_next(request.args.get("next"), url_for(".show")), 303)


def _checked_password(form: PasswordForm, rules: PasswordRules) -> str:
    """Return the hash of the new password; the work is done outside the writing transaction."""
    require_own_password(g.database, person_id=g.actor.person_id, password=form.current.data, cost=rules.cost)
    with g.database.reading() as reading:
        earlier = earlier_hashes(reading, g.actor.person_id)
    return new_password_hash(form.password.data, rules, email=g.actor.email, earlier=earlier)


@bp.post("/account/e-mail")
@own
@requires_recent_proof
def change_mail() -> ResponseReturnValue:
    form = MailForm()
    try:
        if not form.validate_on_submit():
            return _page(mail=form), 422
        ask_mail_change(g.session, email=form.email.data, seller=seller_payload(), actor=g.actor, now=g.now)
    except Invalid as refusal:
        form.refuse(refusal)
        return _page(mail=form), 422
    flash(_("Look into the new mailbox: the change counts once you confirm it there."), "info")
    return redirect("/account#mail", 303)


@bp.get("/account/e-mail/<string:token>")
@own
def new_mail(token: str) -> ResponseReturnValue:
    found = find_mail_change(g.session, token=token, actor=g.actor, now=g.now)
    values = page_values(email=found, token=token)
    return render_template("portal/account/new_mail.html", **values), 200 if found else 404


@bp.post("/account/e-mail/<string:token>")
@own
def confirm_mail(token: str) -> ResponseReturnValue:
    email = confirm_mail_change(g.session, token=token, seller=seller_payload(), actor=g.actor, now=g.now)
    flash(_("From now on you sign in as %(email)s.", email=email), "done")
    return redirect(url_for(".show"), 303)


@bp.post("/account/devices/<public_id:public_id>/end")
@own
def end_device(public_id: str) -> ResponseReturnValue:
    end_sign_in(g.session, public_id=public_id, actor=g.actor, now=g.now)
    flash(_("That device is signed out."), "done")
    return redirect(url_for(".show"), 303)


@bp.post("/account/data")
@own
def own_data() -> ResponseReturnValue:
    """Hand out everything that is held of the person who asks."""
    data = export_person(g.session, public_id=g.actor.public_id, actor=g.actor, now=g.now)
    headers = {"Content-Disposition": f'attachment; filename="{data.name}"'}
    return Response(data.as_zip(), mimetype="application/zip", headers=headers)


@bp.post("/company")
@requires(Permission.ACCOUNT_OWN)
def choose() -> ResponseReturnValue:
    chosen = request.form.get("company", "")
    choose_company(g.session, sign_in=g.signed_in.public_id, company=chosen, actor=g.actor)
    return redirect("/", 303)
