"""People and roles: who may sign in, as what, for which customer."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import PasswordField, RadioField, StringField

from portal.access import (
    ALL_ROLES,
    CUSTOMER_ROLES,
    PEOPLE_SORTS,
    Permission,
    PersonDraft,
    PersonView,
    RolesConflict,
    add_person,
    end_role,
    find_person,
    grant_role,
    hash_password,
    list_people,
    set_active,
)
from portal.errors import N_, Conflict, Invalid, NotFound
from portal.http.access import requires
from portal.http.forms import Form, at_most, needed, options
from portal.http.frame import ROLE_NAMES
from portal.http.lists import Column, ListLinks, export, list_query, wanted_format
from portal.http.unit import Unit, unit
from portal.http.words import _, say

bp = Blueprint("admin_people", __name__, url_prefix="/admin/people")


class PersonForm(Form):
    """Someone who shall sign in."""

    email = StringField(N_("E-mail"), [needed(), at_most(254)])
    name = StringField(N_("Name"), [needed(), at_most(120)])
    job_title = StringField(N_("Job title"), [at_most(120)])
    language = RadioField(
        N_("Language of pages and mails"), choices=options([("zh", "中文"), ("en", "English")]), default="zh"
    )
    role = RadioField(
        N_("Role"), choices=options([(role, ROLE_NAMES[role]) for role in ALL_ROLES]), default="viewer"
    )
    customer_no = StringField(
        N_("Customer number"), [at_most(60)], description=N_("For a customer’s role, and only then.")
    )
    password = PasswordField(
        N_("First password"), [needed(), at_most(128)],
        description=N_("At least 8 characters. Tell it in person; they can change it under Account."),
    )  # fmt: skip


@bp.get("")
@requires(Permission.PEOPLE_READ)
def index() -> ResponseReturnValue:
    g = unit()
    listing = list_people(g.session, query=list_query(PEOPLE_SORTS, default="name"), actor=g.actor)
    if wanted_format():
        return export(listing, _columns(), "people")
    return render_template(
        "admin/people/index.html", listing=listing, links=ListLinks(listing), role_names=ROLE_NAMES,
        may_edit=g.actor.may(Permission.PEOPLE_EDIT),
    )  # fmt: skip


@bp.get("/new")
@requires(Permission.PEOPLE_EDIT)
def new() -> str:
    return render_template("admin/people/new.html", form=PersonForm(formdata=None))


@bp.post("/new")
@requires(Permission.PEOPLE_EDIT)
def add() -> ResponseReturnValue:
    g = unit()
    form = PersonForm()
    if form.validate_on_submit():
        try:
            person = _add(g, form)
        except (Invalid, Conflict, RolesConflict, NotFound) as refusal:
            g.session.rollback()
            form.refuse(_no_customer(form.customer_no.data) if isinstance(refusal, NotFound) else refusal)
        else:
            flash(_("%(name)s can sign in.", name=form.name.data), "done")
            return redirect(url_for(".show", public_id=person), 303)
    return render_template("admin/people/new.html", form=form), 422


def _add(g: Unit, form: Form) -> str:
    """Add the person with the role and return the public id."""
    draft = PersonDraft(
        email=form.email.data,
        name=form.name.data,
        job_title=form.job_title.data,
        language=form.language.data,
        password_hash=hash_password(form.password.data, cost=g.settings.password_cost),
    )
    person = add_person(g.session, draft, actor=g.actor, now=g.now)
    number = form.customer_no.data.strip() or None
    grant_role(g.session, public_id=person, role=form.role.data, customer_no=number, actor=g.actor, now=g.now)
    return person


@bp.get("/<public_id:public_id>")
@requires(Permission.PEOPLE_READ)
def show(public_id: str) -> str:
    return _page(public_id)


def _page(public_id: str, refused: str = "") -> str:
    g = unit()
    person = find_person(g.session, public_id=public_id, actor=g.actor)
    may_edit = g.actor.may(Permission.PEOPLE_EDIT) and public_id != g.actor.public_id
    return render_template(
        "admin/people/show.html", person=person, may_edit=may_edit, role_names=ROLE_NAMES, refused=refused,
        customer_roles=CUSTOMER_ROLES, all_roles=ALL_ROLES,
    )  # fmt: skip


@bp.post("/<public_id:public_id>/roles")
@requires(Permission.PEOPLE_EDIT)
def change_role(public_id: str) -> ResponseReturnValue:
    g = unit()
    role, number = request.form.get("role", ""), request.form.get("customer_no", "").strip() or None
    verb = end_role if request.form.get("act") == "end" else grant_role
    try:
        verb(g.session, public_id=public_id, role=role, customer_no=number, actor=g.actor, now=g.now)
    except (Invalid, Conflict, RolesConflict, NotFound) as refusal:
        g.session.rollback()
        known = _no_customer(number or "") if isinstance(refusal, NotFound) else refusal
        return _page(public_id, say(known)), 422
    flash(_("Saved. This person’s sign-ins have ended, so that it counts at once."), "done")
    return redirect(url_for(".show", public_id=public_id), 303)


def _no_customer(number: str) -> Invalid:
    return Invalid(N_("There is no customer “%(number)s”."), field="customer_no", number=number[:60])


@bp.post("/<public_id:public_id>/active")
@requires(Permission.PEOPLE_EDIT)
def change_active(public_id: str) -> ResponseReturnValue:
    g = unit()
    is_active = request.form.get("act") == "enable"
    set_active(g.session, public_id=public_id, is_active=is_active, actor=g.actor, now=g.now)
    flash(
        _("This person can sign in again.") if is_active else _("This person can no longer sign in."), "done"
    )
    return redirect(url_for(".show", public_id=public_id), 303)


def _columns() -> list[Column[PersonView]]:
    return [
        Column("name", _("Name"), lambda row: row.name),
        Column("email", _("E-mail"), lambda row: row.email),
        Column("roles", _("Roles"), _roles),
        Column("active", _("Can sign in"), lambda row: _("yes") if row.is_active else _("no")),
        Column("seen", _("Last seen"), lambda row: row.last_seen_at, "moment"),
        Column("created", _("Added"), lambda row: row.created_at, "moment"),
    ]


def _roles(person: PersonView) -> str:
    return ", ".join(f"{_(ROLE_NAMES[one.role])} {one.customer_no}".strip() for one in person.roles)
