"""People and roles: who may sign in, as what, within which bounds; accounts, devices, second factors."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import RadioField, StringField

from admin.views import role_words as said
from portal.access import (
    ALL_ROLES,
    CUSTOMER_ROLES,
    PEOPLE_SORTS,
    PeopleFilter,
    Permission,
    PersonView,
    devices_of,
    end_all_sign_ins,
    end_role,
    find_person,
    invite_person,
    list_invitations,
    list_people,
    resend_invitation,
    reset_second_factor,
    revoke_invitation,
    set_active,
)
from portal.clock import business_day
from portal.errors import N_, Conflict, Invalid
from portal.http.access import requires
from portal.http.door import seller_payload
from portal.http.forms import Form, at_most, needed, options
from portal.http.frame import ROLE_NAMES, zone
from portal.http.lists import Column, ListLinks, export, list_query, wanted_format
from portal.http.proof import requires_recent_proof
from portal.http.unit import Unit, unit
from portal.http.words import _
from portal.policies import Policy, current_policy
from portal.roles import double_hatted, grants_of, overdue_people

bp = Blueprint("admin_people", __name__, url_prefix="/admin/people")

#: ``?seen=`` → days and words.
SEEN = {"30": (30, N_("not here for 30 days")), "90": (90, N_("not here for 90 days"))}


class InviteForm(Form):
    """A colleague who shall get an account; roles are given apart, by two people."""

    email = StringField(N_("E-mail"), [needed(), at_most(254)])
    name = StringField(N_("Name"), [needed(), at_most(120)])
    language = RadioField(
        N_("Language of pages and mails"), choices=options([("zh", "中文"), ("en", "English")]), default="zh"
    )


def policy(g: Unit) -> Policy:
    """Return the rules in force today."""
    return current_policy(g.session, on=business_day(g.now, zone()))


def _filter(g: Unit) -> PeopleFilter:
    role, seen = request.args.get("role", ""), SEEN.get(request.args.get("seen", ""))
    overdue = overdue_people(days=policy(g).access_review_days, now=g.now)
    return PeopleFilter(
        role=role if role in ALL_ROLES else "",
        unseen_since=g.now - timedelta(days=seen[0]) if seen else None,
        among=overdue if request.args.get("review") == "overdue" else None,
    )


@bp.get("")
@requires(Permission.PEOPLE_READ)
def index() -> ResponseReturnValue:
    g = unit()
    query = list_query(PEOPLE_SORTS, default="name")
    listing = list_people(g.session, query=query, only=_filter(g), actor=g.actor)
    if wanted_format():
        return export(listing, _columns(), "people")
    may_invite = g.actor.may(Permission.PEOPLE_CREATE)
    waiting = list_invitations(g.session, customer_id=None, actor=g.actor, now=g.now) if may_invite else ()
    return render_template(
        "admin/people/index.html", listing=listing, links=ListLinks(listing), role_names=ROLE_NAMES, roles=ALL_ROLES,
        seen=SEEN, asked=request.args, waiting=waiting, team=double_hatted(g.session),
    )  # fmt: skip


@bp.get("/invite")
@requires(Permission.PEOPLE_CREATE)
def new() -> str:
    return render_template("admin/people/new.html", form=InviteForm(formdata=None))


@bp.post("/invite")
@requires(Permission.PEOPLE_CREATE)
def invite() -> ResponseReturnValue:
    g, form = unit(), InviteForm()
    if form.validate_on_submit():
        try:
            invite_person(
                g.session, email=form.email.data, name=form.name.data, role="", customer_id=None,
                language=form.language.data, seller=seller_payload(), actor=g.actor, now=g.now,
            )  # fmt: skip
        except Invalid as refusal:
            form.refuse(refusal)
        else:
            flash(_("The invitation is on its way. Its link works once, for 72 hours."), "done")
            return redirect(url_for(".index"), 303)
    return render_template("admin/people/new.html", form=form), 422


@bp.post("/invitations/<public_id:public_id>")
@requires(Permission.PEOPLE_CREATE)
def change_invitation(public_id: str) -> ResponseReturnValue:
    g = unit()
    if request.form.get("act") == "revoke":
        revoke_invitation(g.session, public_id=public_id, actor=g.actor, now=g.now)
        flash(_("The invitation was taken back; its link no longer works."), "done")
    else:
        resend_invitation(g.session, public_id=public_id, seller=seller_payload(), actor=g.actor, now=g.now)
        flash(_("Sent again with a new link; the old one no longer works."), "done")
    return redirect(url_for(".index"), 303)


@bp.get("/<public_id:public_id>")
@requires(Permission.PEOPLE_READ)
def show(public_id: str) -> str:
    g = unit()
    person = find_person(g.session, public_id=public_id, actor=g.actor)
    grants = grants_of(
        g.session, person=public_id, days=policy(g).access_review_days, actor=g.actor, now=g.now
    )
    return render_template(
        "admin/people/show.html", person=person, grants=grants, said=said, **_acts(g, person)
    )


def _acts(g: Unit, person: PersonView) -> dict[str, Any]:
    """Return what the reader may do with this person; nobody does anything to themselves here."""
    is_other = person.public_id != g.actor.public_id
    is_customer = any(one.customer_no for one in person.roles)
    changes = Permission.PEOPLE_EDIT if is_customer else Permission.PEOPLE_CREATE
    may = g.actor.may
    sees_devices = may(Permission.SESSIONS_END) or may(Permission.SECURITY_LOG_READ)
    return {
        "is_other": is_other, "is_customer": is_customer, "role_names": ROLE_NAMES,
        "may_grant": is_other and may(Permission.ROLES_GRANT) and not is_customer,
        "may_end_role": is_other and may(Permission.PEOPLE_EDIT),
        "may_disable": is_other and may(changes),
        "may_end": is_other and may(Permission.SESSIONS_END),
        "may_reset": is_other and may(Permission.FACTORS_RESET),
        "devices": devices_of(g.session, public_id=person.public_id, actor=g.actor, now=g.now) if sees_devices else (),
    }  # fmt: skip


@bp.post("/<public_id:public_id>/roles")
@requires(Permission.PEOPLE_EDIT)
def end_customer_role(public_id: str) -> ResponseReturnValue:
    g = unit()
    role, number = request.form.get("role", ""), request.form.get("customer_no", "").strip() or None
    if role not in CUSTOMER_ROLES:
        raise Conflict(N_("A staff role takes two security administrators: one asks, the other approves."))
    end_role(g.session, public_id=public_id, role=role, customer_no=number, actor=g.actor, now=g.now)
    flash(_("Saved. This person’s sign-ins have ended, so that it counts at once."), "done")
    return redirect(url_for(".show", public_id=public_id), 303)


@bp.post("/<public_id:public_id>/active")
@requires(Permission.PEOPLE_CREATE, Permission.PEOPLE_EDIT)
def change_active(public_id: str) -> ResponseReturnValue:
    g = unit()
    is_active = request.form.get("act") == "enable"
    set_active(g.session, public_id=public_id, is_active=is_active, actor=g.actor, now=g.now)
    flash(
        _("This person can sign in again.") if is_active else _("This person can no longer sign in."), "done"
    )
    return redirect(url_for(".show", public_id=public_id), 303)


@bp.post("/<public_id:public_id>/sign-out")
@requires(Permission.SESSIONS_END)
def end_sessions(public_id: str) -> ResponseReturnValue:
    g = unit()
    end_all_sign_ins(g.session, public_id=public_id, actor=g.actor, now=g.now)
    flash(_("Signed out on every device."), "done")
    return redirect(url_for(".show", public_id=public_id), 303)


@bp.post("/<public_id:public_id>/second-factor")
@requires(Permission.FACTORS_RESET)
@requires_recent_proof
def reset_factor(public_id: str) -> ResponseReturnValue:
    g = unit()
    reset_second_factor(g.session, public_id=public_id, seller=seller_payload(), actor=g.actor, now=g.now)
    flash(
        _("The second factor is gone; at the next sign-in they set up a new one. They have a mail about it."),
        "done",
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
    return _(", ").join(f"{_(ROLE_NAMES[one.role])} {one.customer_no}".strip() for one in person.roles)
