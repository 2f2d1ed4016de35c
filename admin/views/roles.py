"""Requests for staff roles: ask, look, approve, send back, take back."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import (
    DateField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Optional
from wtforms.widgets import CheckboxInput, ListWidget

from admin.views import role_words as said
from portal.access import STAFF_ROLES, Permission, PersonView, RolesConflict, TeamTooLarge, find_person
from portal.approvals import approve, reject, withdraw_request
from portal.disputes import DEPARTMENTS
from portal.errors import N_, Conflict, Invalid, NotFound
from portal.http.access import requires
from portal.http.forms import Form, at_most, needed, options, read_money
from portal.http.frame import ROLE_NAMES
from portal.http.lists import Column, ListLinks, export, list_query, wanted_format
from portal.http.proof import requires_recent_proof
from portal.http.unit import Unit, unit
from portal.http.words import _
from portal.money import CURRENCY_DIGITS
from portal.roles import (
    REQUEST_SORTS,
    LimitWish,
    RoleRequestView,
    RoleWish,
    entity_choices,
    find_role_request,
    grants_of,
    list_role_requests,
    other_security_admins,
    request_role,
    sample_choices,
)

bp = Blueprint("admin_roles", __name__, url_prefix="/admin/roles")

#: Rows of limits on the form.
LIMIT_ROWS = 3


class RoleForm(Form):
    """What one security administrator asks of another."""

    act = HiddenField()
    role = SelectField(
        N_("Role"), [needed()], choices=options([(role, ROLE_NAMES[role]) for role in STAFF_ROLES])
    )
    portfolio = RadioField(N_("Customers"), choices=options(list(said.PORTFOLIOS.items())), default="all")
    customers = TextAreaField(
        N_("Customer numbers"),
        [at_most(4000)],
        description=N_("For a named list: numbers, with spaces or line ends between."),
    )
    entity = SelectField(N_("Legal entity"), [Optional()], choices=[])
    departments = SelectMultipleField(
        N_("Departments whose disputes they see"),
        choices=options(list(DEPARTMENTS.items())),
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
        description=N_("Only for the role “Department”."),
    )
    currency_1 = StringField(N_("Currency"), [at_most(3)])
    act_1 = StringField(N_("In one act"), [at_most(40)])
    day_1 = StringField(N_("In one day"), [at_most(40)])
    currency_2 = StringField(N_("Currency"), [at_most(3)])
    act_2 = StringField(N_("In one act"), [at_most(40)])
    day_2 = StringField(N_("In one day"), [at_most(40)])
    currency_3 = StringField(N_("Currency"), [at_most(3)])
    act_3 = StringField(N_("In one act"), [at_most(40)])
    day_3 = StringField(N_("In one day"), [at_most(40)])
    ends_on = DateField(
        N_("Last day"),
        [Optional()],
        description=N_("Then the role ends by itself; needed for external auditors."),
    )
    sample = SelectField(
        N_("Sample"), [Optional()], choices=[], description=N_("What an external auditor may see.")
    )
    reason = TextAreaField(N_("Reason"), [needed(), at_most(500)])


@bp.get("")
@requires(Permission.ROLES_GRANT, Permission.REVIEWS_READ)
def index() -> ResponseReturnValue:
    g = unit()
    listing = list_role_requests(g.session, query=list_query(REQUEST_SORTS), actor=g.actor)
    if wanted_format():
        return export(listing, _columns(), "role-requests")
    return render_template(
        "admin/roles/index.html", listing=listing, links=ListLinks(listing), said=said, role_names=ROLE_NAMES
    )


def _columns() -> list[Column[RoleRequestView]]:
    return [
        Column("person", _("Person"), lambda row: row.person),
        Column("email", _("E-mail"), lambda row: row.email),
        Column("act", _("What"), lambda row: _(said.ACTS[row.act])),
        Column("role", _("Role"), lambda row: _(ROLE_NAMES[row.role])),
        Column("terms", _("Bounds"), lambda row: _(", ").join(said.request_terms(row))),
        Column("reason", _("Reason"), lambda row: row.reason),
        Column("asked_by", _("Asked by"), lambda row: row.asked_by),
        Column("asked_at", _("Asked on"), lambda row: row.asked_at, "moment"),
        Column("state", _("State"), lambda row: _(said.REQUEST_CHIPS[row.state][1])),
    ]


@bp.get("/new/<public_id:person>")
@requires(Permission.ROLES_GRANT)
def new(person: str) -> str:
    g = unit()
    form = RoleForm(formdata=None)
    form.act.data = request.args.get("act", "give")
    if request.args.get("role") in STAFF_ROLES:
        form.role.data = request.args["role"]
        _prefill(g, form, person)
    return _form_page(g, form, person)


def _prefill(g: Unit, form: Form, person: str) -> None:
    """Fill the form with what the person holds now, so that a change starts from there."""
    held = grants_of(g.session, person=person, days=1, actor=g.actor, now=g.now)
    now = next((one for one in held if one.role == form.role.data), None)
    if now is None:
        return
    form.portfolio.data, form.departments.data, form.entity.data = (
        now.portfolio,
        list(now.departments),
        now.entity,
    )
    for number, limit in enumerate(now.limits[:LIMIT_ROWS], 1):
        form[f"currency_{number}"].data = limit.currency
        form[f"act_{number}"].data = limit.act.decimal_text if limit.act else ""
        form[f"day_{number}"].data = limit.day.decimal_text if limit.day else ""


def _form_page(g: Unit, form: Form, public_id: str) -> str:
    person = find_person(g.session, public_id=public_id, actor=g.actor)
    _fill_choices(g, form)
    is_alone = not other_security_admins(g.session, {g.actor.person_id or 0})
    return render_template(
        "admin/roles/new.html", form=form, person=person, rows=range(1, LIMIT_ROWS + 1), is_alone=is_alone,
        title=_title(form, person), is_take=form.act.data == "take",
    )  # fmt: skip


def _fill_choices(g: Unit, form: Form) -> None:
    form.entity.choices = options([("", _("Every legal entity")), *entity_choices(g.session)])
    form.sample.choices = options([("", _("none")), *sample_choices(g.session, actor=g.actor)])


def _title(form: Form, person: PersonView) -> str:
    return f"{_(said.ACTS.get(form.act.data, said.ACTS['give']))}: {person.name}"


@bp.post("/new/<public_id:person>")
@requires(Permission.ROLES_GRANT)
def ask(person: str) -> ResponseReturnValue:
    g, form = unit(), RoleForm()
    _fill_choices(g, form)
    if form.validate_on_submit():
        try:
            made = request_role(g.session, person=person, wish=_wish(form), actor=g.actor, now=g.now)
        except (Invalid, Conflict, RolesConflict, TeamTooLarge) as refusal:
            form.refuse(refusal)
        else:
            flash(_("Asked. It counts when another security administrator approves."), "done")
            return redirect(url_for(".show", public_id=made), 303)
    g.session.rollback()
    return _form_page(g, form, person), 422


def _wish(form: Form) -> RoleWish:
    """Return the form as a wish.

    Raises:
        Invalid: An amount or currency cannot be read.
    """
    is_list = form.portfolio.data == "list"
    return RoleWish(
        act=form.act.data, role=form.role.data, reason=form.reason.data, entity=form.entity.data or "",
        portfolio="list" if form.sample.data else form.portfolio.data,
        customer_numbers=tuple(form.customers.data.replace(",", " ").split()) if is_list else (),
        departments=tuple(form.departments.data or ()), limits=_limits(form), ends_on=form.ends_on.data,
        sample=form.sample.data or "",
    )  # fmt: skip


def _limits(form: Form) -> tuple[LimitWish, ...]:
    found = []
    for number in range(1, LIMIT_ROWS + 1):
        currency = form[f"currency_{number}"].data.strip().upper()
        amounts = [form[f"{key}_{number}"].data.strip() for key in ("act", "day")]
        if not currency and not any(amounts):
            continue
        if currency not in CURRENCY_DIGITS:
            raise Invalid(N_("This currency is not known."), field=f"currency_{number}")
        act, day = (
            read_money(text, currency, field=f"{key}_{number}").minor if text else None
            for key, text in zip(("act", "day"), amounts, strict=True)
        )
        found.append(LimitWish(currency, act, day))
    return tuple(found)


class BackForm(Form):
    """Why it is sent back."""

    note = TextAreaField(N_("Reason"), [at_most(2000)])


@bp.get("/<public_id:public_id>")
@requires(Permission.ROLES_GRANT, Permission.REVIEWS_READ)
def show(public_id: str) -> ResponseReturnValue:
    return _page(public_id, BackForm(formdata=None))


def _page(public_id: str, form: Form) -> ResponseReturnValue:
    g = unit()
    view = find_role_request(g.session, public_id=public_id, actor=g.actor)
    context: dict[str, Any] = {"page": view, "approval": view.approval, "form": form, "said": said}
    held = grants_of(g.session, person=view.person_public_id, days=1, actor=g.actor, now=g.now)
    context["may_decide"] = view.approval is not None and view.approval.may_decide
    return render_template("admin/roles/show.html", held=held, role_names=ROLE_NAMES, **context), form.status


def _approval_id(g: Unit, public_id: str) -> str:
    view = find_role_request(g.session, public_id=public_id, actor=g.actor)
    if view.approval is None:
        raise NotFound
    return view.approval.public_id


@bp.post("/<public_id:public_id>/approve")
@requires(Permission.ROLES_GRANT)
@requires_recent_proof
def yes(public_id: str) -> ResponseReturnValue:
    g = unit()
    seen = request.form.get("seen_hash", "")
    approve(g.session, public_id=_approval_id(g, public_id), seen_hash=seen, actor=g.actor, now=g.now)
    flash(_("Approved. It counts at once; the person signs in again."), "done")
    return redirect(url_for(".show", public_id=public_id), 303)


@bp.post("/<public_id:public_id>/reject")
@requires(Permission.ROLES_GRANT)
def no(public_id: str) -> ResponseReturnValue:
    g, form = unit(), BackForm()
    try:
        reject(g.session, public_id=_approval_id(g, public_id), note=form.note.data, actor=g.actor, now=g.now)
    except Invalid as refusal:
        form.refuse(refusal)
        return _page(public_id, form)
    flash(_("Sent back with your reason."), "done")
    return redirect(url_for(".show", public_id=public_id), 303)


@bp.post("/<public_id:public_id>/withdraw")
@requires(Permission.ROLES_GRANT)
def take_back(public_id: str) -> ResponseReturnValue:
    g = unit()
    withdraw_request(g.session, public_id=_approval_id(g, public_id), actor=g.actor, now=g.now)
    flash(_("Taken back."), "done")
    return redirect(url_for(".show", public_id=public_id), 303)
