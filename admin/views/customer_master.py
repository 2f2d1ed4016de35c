"""Changes of a customer's addresses and bank details: asked for here, approved by someone else."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField, TextAreaField

from portal.access import Permission
from portal.customers import (
    AccountDraft,
    ContactView,
    CustomerView,
    accounts_of,
    contacts_of,
    find_customer,
    propose_account,
    propose_account_end,
    propose_email,
)
from portal.errors import N_, Conflict, Invalid, NotFound
from portal.http.access import requires
from portal.http.forms import Form, at_most, needed
from portal.http.unit import unit
from portal.http.words import _, language

bp = Blueprint("admin_customer_master", __name__, url_prefix="/admin/customers/<public_id:customer>")

_HOW = N_("Who told us, and how it was checked: call back on a number we knew before.")


class EmailForm(Form):
    """Another address of a contact."""

    email = StringField(N_("New e-mail"), [needed(), at_most(254)])
    reason = TextAreaField(N_("How we know"), [needed(), at_most(500)], description=_HOW)


class AccountForm(Form):
    """A bank account of the customer."""

    account = StringField(N_("IBAN or account number"), [needed(), at_most(60)])
    bank_name = StringField(N_("Bank"), [needed(), at_most(120)])
    bic = StringField(N_("BIC"), [at_most(14)])
    holder = StringField(N_("Account holder"), [needed(), at_most(200)])
    reason = TextAreaField(N_("How we know"), [needed(), at_most(500)], description=_HOW)


class EndForm(Form):
    """Why an account is used no longer."""

    reason = TextAreaField(N_("How we know"), [needed(), at_most(500)], description=_HOW)


def _customer(public_id: str) -> CustomerView:
    g = unit()
    return find_customer(g.session, public_id=public_id, actor=g.actor)


def _asked(customer: str) -> ResponseReturnValue:
    flash(_("Asked for. Someone else must approve it; nothing has changed yet."), "done")
    return redirect(url_for("admin_customers.show", public_id=customer), 303)


def _page(customer: CustomerView, form: Form, **shown: object) -> ResponseReturnValue:
    page = render_template(
        "admin/customers/master.html",
        customer=customer,
        form=form,
        title=customer.name_in(language()),
        **shown,
    )
    return page, form.status


def _contact(customer: CustomerView, public_id: str) -> ContactView:
    """Return one of the customer's contacts; another customer's is not there."""
    known = contacts_of(unit().session, customer.id, include_inactive=True)
    found = next((one for one in known if one.public_id == public_id), None)
    if found is None:
        raise NotFound
    return found


@bp.route("/contacts/<public_id:public_id>/email", methods=["GET", "POST"])
@requires(Permission.CUSTOMERS_EDIT)
def email(customer: str, public_id: str) -> ResponseReturnValue:
    g, owner = unit(), _customer(customer)
    contact, form = _contact(owner, public_id), EmailForm()
    if form.validate_on_submit():
        try:
            propose_email(
                g.session,
                public_id=public_id,
                email=form.email.data,
                reason=form.reason.data,
                actor=g.actor,
                now=g.now,
            )
        except (Invalid, Conflict) as refusal:
            g.session.rollback()
            form.refuse(refusal)
        else:
            return _asked(customer)
    return _page(owner, form, kind="contact-email", contact=contact)


@bp.route("/accounts/new", methods=["GET", "POST"])
@requires(Permission.CUSTOMERS_EDIT)
def add_account(customer: str) -> ResponseReturnValue:
    g, owner = unit(), _customer(customer)
    form = AccountForm(holder=owner.name)
    if form.validate_on_submit():
        draft = AccountDraft(form.account.data, form.bank_name.data, form.holder.data, form.bic.data)
        try:
            propose_account(
                g.session, customer=customer, draft=draft, reason=form.reason.data, actor=g.actor, now=g.now
            )
        except (Invalid, Conflict) as refusal:
            g.session.rollback()
            form.refuse(refusal)
        else:
            return _asked(customer)
    return _page(owner, form, kind="bank-add")


@bp.route("/accounts/<public_id:public_id>/end", methods=["GET", "POST"])
@requires(Permission.CUSTOMERS_EDIT)
def end_account(customer: str, public_id: str) -> ResponseReturnValue:
    g, owner, form = unit(), _customer(customer), EndForm()
    known = accounts_of(g.session, customer_id=owner.id, actor=g.actor)
    account = next((one for one in known if one.public_id == public_id), None)
    if account is None:
        raise NotFound
    if form.validate_on_submit():
        try:
            propose_account_end(
                g.session, public_id=public_id, reason=form.reason.data, actor=g.actor, now=g.now
            )
        except (Invalid, Conflict) as refusal:
            g.session.rollback()
            form.refuse(refusal)
        else:
            return _asked(customer)
    return _page(owner, form, kind="bank-end", account=account)
