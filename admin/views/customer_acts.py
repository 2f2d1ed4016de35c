"""What staff do with a customer as a whole: pause its access, put it into a group, look at its pages."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField, TextAreaField

from portal.access import Permission
from portal.customers import (
    CustomerView,
    customers_by_number,
    find_customer,
    group_of,
    list_heads,
    pause_customer,
    resume_customer,
    set_group,
    start_viewing,
)
from portal.errors import N_, Conflict, Invalid
from portal.http.access import requires
from portal.http.forms import Form, at_most, needed
from portal.http.unit import unit
from portal.http.words import _, language
from portal.receivables import balances_of

bp = Blueprint("admin_customer_acts", __name__, url_prefix="/admin/customers/<public_id:public_id>")


class PauseForm(Form):
    """Why a customer's people are stopped."""

    reason = TextAreaField(
        N_("Reason"), [needed(), at_most(500)],
        description=N_("For colleagues and auditors; the customer does not see it."),
    )  # fmt: skip


class GroupForm(Form):
    """The head of the group a customer belongs to."""

    head = StringField(
        N_("Customer number of the head"), [at_most(60)], description=N_("Empty = the customer stands alone.")
    )


def _show(public_id: str) -> ResponseReturnValue:
    return redirect(url_for("admin_customers.show", public_id=public_id), 303)


def _customer(public_id: str) -> CustomerView:
    g = unit()
    return find_customer(g.session, public_id=public_id, actor=g.actor)


@bp.get("/pause")
@requires(Permission.CUSTOMERS_EDIT)
def ask_pause(public_id: str) -> ResponseReturnValue:
    return _pause_page(public_id, PauseForm(formdata=None))


@bp.post("/pause")
@requires(Permission.CUSTOMERS_EDIT)
def pause(public_id: str) -> ResponseReturnValue:
    g, form = unit(), PauseForm()
    if not form.validate():
        return _pause_page(public_id, form)
    try:
        pause_customer(g.session, public_id=public_id, reason=form.reason.data, actor=g.actor, now=g.now)
    except (Invalid, Conflict) as refusal:
        g.session.rollback()
        form.refuse(refusal)
        return _pause_page(public_id, form)
    flash(_("Paused. Its people can do nothing from now on; reminders wait."), "done")
    return _show(public_id)


def _pause_page(public_id: str, form: Form) -> ResponseReturnValue:
    customer = _customer(public_id)
    page = render_template(
        "admin/customers/pause.html", customer=customer, form=form, title=customer.name_in(language())
    )
    return page, form.status


@bp.post("/resume")
@requires(Permission.CUSTOMERS_EDIT)
def resume(public_id: str) -> ResponseReturnValue:
    g = unit()
    resume_customer(g.session, public_id=public_id, actor=g.actor, now=g.now)
    flash(_("Its people can sign in again; reminders go on with the next run."), "done")
    return _show(public_id)


@bp.get("/group")
@requires(Permission.CUSTOMERS_READ)
def group(public_id: str) -> ResponseReturnValue:
    return _group_page(public_id, None)


@bp.post("/group")
@requires(Permission.CUSTOMERS_EDIT)
def regroup(public_id: str) -> ResponseReturnValue:
    g, form = unit(), GroupForm()
    number = (form.head.data or "").strip()
    try:
        head = _head(number)
        set_group(g.session, public_id=public_id, head_public_id=head, actor=g.actor, now=g.now)
    except Invalid as refusal:
        g.session.rollback()
        form.refuse(refusal)
        return _group_page(public_id, form)
    flash(_("Saved."), "done")
    return redirect(url_for(".group", public_id=public_id), 303)


def _head(number: str) -> str | None:
    if not number:
        return None
    g = unit()
    found = customers_by_number(g.session, [number]).get(number)
    if found is None or not g.actor.sees(found.id):
        raise Invalid(N_("There is no customer “%(number)s”."), field="head", number=number[:60])
    return found.public_id


def _group_page(public_id: str, form: GroupForm | None) -> ResponseReturnValue:
    g = unit()
    customer = _customer(public_id)
    found = group_of(g.session, public_id=public_id, actor=g.actor)
    companies = found.companies if found else (customer,)
    own_head = found.head.number if found and found.head.id != customer.id else ""
    form = form or GroupForm(formdata=None, head=own_head)
    page = render_template(
        "admin/customers/group.html", customer=customer, group=found, companies=companies, form=form,
        balances=balances_of(g.session, customer_ids=[one.id for one in companies]),
        heads=list_heads(g.session, actor=g.actor), title=customer.name_in(language()),
        may_edit=g.actor.may(Permission.CUSTOMERS_EDIT),
    )  # fmt: skip
    return page, form.status


@bp.post("/view")
@requires(Permission.CUSTOMERS_VIEW_AS)
def view(public_id: str) -> ResponseReturnValue:
    g = unit()
    assert g.signed_in is not None  # the page needs a permission
    start_viewing(g.session, public_id=public_id, sign_in=g.signed_in.public_id, actor=g.actor, now=g.now)
    return redirect(_shown_first(request.form.get("statement", "")), 303)


def _shown_first(statement: str) -> str:
    return (
        f"/statements/{statement}"
        if len(statement) == 22 and statement.replace("-", "").replace("_", "").isalnum()
        else "/"
    )
