"""Contacts of a customer: who gets statements and reminders by mail."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, RadioField, StringField

from portal.access import Permission
from portal.customers import (
    ContactDraft,
    ContactView,
    CustomerView,
    add_contact,
    contacts_of,
    edit_contact,
    find_customer,
)
from portal.errors import N_, Conflict, Invalid, NotFound
from portal.http.access import requires
from portal.http.forms import Form, at_most, needed, options
from portal.http.unit import unit
from portal.http.words import _, language

TEXTS = ("name", "email", "phone", "job_title", "language")
SWITCHES = ("wants_statements", "wants_reminders", "is_active")

bp = Blueprint("admin_contacts", __name__, url_prefix="/admin/customers/<public_id:customer>/contacts")


class ContactForm(Form):
    """Someone we write to."""

    name = StringField(N_("Name"), [needed(), at_most(120)])
    email = StringField(N_("E-mail"), [needed(), at_most(254)])
    phone = StringField(N_("Phone"), [at_most(60)])
    job_title = StringField(N_("Job title"), [at_most(120)])
    language = RadioField(
        N_("Language of mails"), choices=options([("zh", "中文"), ("en", "English")]), default="zh"
    )
    wants_statements = BooleanField(N_("Gets statements"), default=True)
    wants_reminders = BooleanField(N_("Gets reminders"), default=True)
    is_active = BooleanField(N_("Still works there"), default=True)


@bp.get("/new")
@requires(Permission.CUSTOMERS_EDIT)
def new(customer: str) -> str:
    return _page(_customer(customer), ContactForm(formdata=None))


@bp.post("/new")
@requires(Permission.CUSTOMERS_EDIT)
def add(customer: str) -> ResponseReturnValue:
    g = unit()
    form = ContactForm()
    if not form.validate_on_submit():
        return _page(_customer(customer), form), 422
    try:
        add_contact(g.session, customer_public_id=customer, draft=_draft(form), actor=g.actor, now=g.now)
    except (Invalid, Conflict) as refusal:
        g.session.rollback()
        form.refuse(refusal)
        return _page(_customer(customer), form), 422
    flash(_("%(name)s was added.", name=form.name.data), "done")
    return redirect(url_for("admin_customers.show", public_id=customer), 303)


@bp.get("/<public_id:public_id>")
@requires(Permission.CUSTOMERS_EDIT)
def edit(customer: str, public_id: str) -> str:
    owner, found = _contact(customer, public_id)
    return _page(owner, ContactForm(formdata=None, obj=found), found)


@bp.post("/<public_id:public_id>")
@requires(Permission.CUSTOMERS_EDIT)
def save(customer: str, public_id: str) -> ResponseReturnValue:
    g = unit()
    owner, found = _contact(customer, public_id)
    form = ContactForm()
    if not form.validate_on_submit():
        return _page(owner, form, found), 422
    try:
        edit_contact(g.session, public_id=public_id, draft=_draft(form), actor=g.actor, now=g.now)
    except (Invalid, Conflict) as refusal:
        g.session.rollback()
        form.refuse(refusal)
        return _page(owner, form, found), 422
    flash(_("Saved."), "done")
    return redirect(url_for("admin_customers.show", public_id=customer), 303)


def _customer(public_id: str) -> CustomerView:
    g = unit()
    return find_customer(g.session, public_id=public_id, actor=g.actor)


def _contact(customer: str, public_id: str) -> tuple[CustomerView, ContactView]:
    """Return a customer and one of its contacts; another customer's is not there."""
    owner = _customer(customer)
    of_owner = contacts_of(unit().session, owner.id, include_inactive=True)
    found = next((one for one in of_owner if one.public_id == public_id), None)
    if found is None:
        raise NotFound
    return owner, found


def _page(customer: CustomerView, form: ContactForm, contact: ContactView | None = None) -> str:
    return render_template(
        "admin/customers/contact.html", customer=customer, form=form, contact=contact,
        title=customer.name_in(language()),
    )  # fmt: skip


def _draft(form: ContactForm) -> ContactDraft:
    given: dict[str, Any] = {name: form[name].data.strip() for name in TEXTS}
    return ContactDraft(**given | {name: bool(form[name].data) for name in SWITCHES})
