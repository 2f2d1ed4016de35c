"""The customer's own administrator: who signs in for the company, as what; and all companies one acts for."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.access import Permission
from portal.http import company_people as page
from portal.http.access import requires
from portal.http.unit import unit
from portal.receivables import balances_of

bp = Blueprint("people", __name__)


def _desk() -> page.Desk:
    g = unit()
    company = g.signed_in.company or g.signed_in.viewing if g.signed_in else None
    assert company is not None  # only people of a customer come here
    return page.Desk(company.id, "portal/people/index.html", url_for(".index"), {"company": company})


def _back() -> ResponseReturnValue:
    return redirect(url_for(".index"), 303)


@bp.get("/people")
@requires(Permission.PEOPLE_COMPANY)
def index() -> ResponseReturnValue:
    return page.people_page(_desk())


@bp.post("/people/invite")
@requires(Permission.PEOPLE_COMPANY)
def invite() -> ResponseReturnValue:
    return page.invite(_desk()) or _back()


@bp.post("/people/<public_id:public_id>/roles")
@requires(Permission.PEOPLE_COMPANY)
def change(public_id: str) -> ResponseReturnValue:
    return page.change(_desk(), public_id) or _back()


@bp.post("/people/<public_id:public_id>/sign-out")
@requires(Permission.PEOPLE_COMPANY)
def sign_out(public_id: str) -> ResponseReturnValue:
    page.sign_out(_desk(), public_id)
    return _back()


@bp.post("/people/invitations/<public_id:public_id>/<any(resend, revoke):act>")
@requires(Permission.PEOPLE_COMPANY)
def move_invitation(public_id: str, act: str) -> ResponseReturnValue:
    page.move_invitation(public_id, act)
    return _back()


@bp.get("/companies")
@requires(Permission.STATEMENTS_READ)
def companies() -> str:
    """Every company one may act for, each with its own balances: nothing is summed across companies."""
    g = unit()
    found = g.signed_in.companies if g.signed_in else ()
    open_ones = [one for one in found if not one.is_paused]
    return render_template(
        "portal/people/companies.html", companies=found, current=g.signed_in.company if g.signed_in else None,
        balances=balances_of(g.session, customer_ids=[one.id for one in open_ones]),
    )  # fmt: skip
