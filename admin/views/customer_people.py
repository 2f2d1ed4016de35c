"""Staff pages of a customer's sign-ins: who may sign in for it, invitations, roles by two people."""

from __future__ import annotations

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.access import Permission
from portal.customers import find_customer, group_of
from portal.http import company_people as page
from portal.http.access import requires
from portal.http.unit import unit
from portal.http.words import language

bp = Blueprint("admin_customer_people", __name__, url_prefix="/admin/customers/<public_id:customer>/people")


def _desk(public_id: str) -> page.Desk:
    g = unit()
    customer = find_customer(g.session, public_id=public_id, actor=g.actor)
    group = group_of(g.session, public_id=public_id, actor=g.actor)
    shown = {
        "customer": customer, "title": customer.name_in(language()),
        "in_group": group is not None and group.head.id == customer.id,
    }  # fmt: skip
    return page.Desk(customer.id, "admin/customers/people.html", url_for(".index", customer=public_id), shown)


def _back(customer: str) -> ResponseReturnValue:
    return redirect(url_for(".index", customer=customer), 303)


@bp.get("")
@requires(Permission.CUSTOMERS_READ)
def index(customer: str) -> ResponseReturnValue:
    return page.people_page(_desk(customer))


@bp.post("/invite")
@requires(Permission.PEOPLE_COMPANY)
def invite(customer: str) -> ResponseReturnValue:
    return page.invite(_desk(customer)) or _back(customer)


@bp.post("/<public_id:public_id>/roles")
@requires(Permission.PEOPLE_COMPANY)
def change(customer: str, public_id: str) -> ResponseReturnValue:
    return page.change(_desk(customer), public_id) or _back(customer)


@bp.post("/<public_id:public_id>/sign-out")
@requires(Permission.PEOPLE_COMPANY)
def sign_out(customer: str, public_id: str) -> ResponseReturnValue:
    page.sign_out(_desk(customer), public_id)
    return _back(customer)


@bp.post("/invitations/<public_id:public_id>/<any(resend, revoke):act>")
@requires(Permission.PEOPLE_COMPANY)
def move_invitation(customer: str, public_id: str, act: str) -> ResponseReturnValue:
    page.move_invitation(public_id, act)
    return _back(customer)
