"""Access review: every role with who granted it, last use, reviewer; and how long portfolios have been held."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from admin.views import role_words as said
from admin.views.people import policy
from portal.access import Permission
from portal.errors import Invalid
from portal.http.access import requires
from portal.http.frame import ROLE_NAMES
from portal.http.lists import Column, ListLinks, export, list_query, wanted_format
from portal.http.unit import unit
from portal.http.words import _, ngettext, say
from portal.roles import (
    GRANT_SORTS,
    ROTATION_SORTS,
    GrantView,
    HoldingView,
    Reviewed,
    double_hatted,
    list_access_review,
    list_rotation,
    portfolio_owners,
    review_grants,
)

bp = Blueprint("admin_reviews", __name__, url_prefix="/admin/reviews")


@bp.get("")
@requires(Permission.REVIEWS_READ)
def index() -> ResponseReturnValue:
    return _page()


def _page(done: tuple[Reviewed, ...] = (), refused: str = "", status: int = 200) -> ResponseReturnValue:
    g = unit()
    rules = policy(g)
    listing = list_access_review(
        g.session, query=list_query(GRANT_SORTS), days=rules.access_review_days, actor=g.actor, now=g.now
    )
    if wanted_format():
        return export(listing, _columns(), "access-review")
    page = render_template(
        "admin/reviews/index.html", listing=listing, links=ListLinks(listing), said=said, role_names=ROLE_NAMES,
        policy=rules, done=[_line(one) for one in done], refused=refused, team=double_hatted(g.session),
        summary=_summary(done), own=g.actor.public_id,
    )  # fmt: skip
    return page, status


def _line(one: Reviewed) -> dict[str, object]:
    who = f"{one.person}, {_(ROLE_NAMES[one.role])}"
    text = who if one.refusal is None else f"{who}: {say(one.refusal)}"
    return {"ok": one.is_ok, "text": text}


def _summary(done: tuple[Reviewed, ...]) -> str:
    good = sum(one.is_ok for one in done)
    refused = len(done) - good
    words = ngettext("%(num)s role looked at", "%(num)s roles looked at", good)
    return f"{words} · {ngettext('%(num)s refused', '%(num)s refused', refused)}" if refused else words


@bp.post("")
@requires(Permission.REVIEWS_DO)
def review() -> ResponseReturnValue:
    g = unit()
    try:
        done = review_grants(
            g.session, grants=request.form.getlist("row"), decision=request.form.get("act", ""),
            note=request.form.get("note", ""), actor=g.actor, now=g.now,
        )  # fmt: skip
    except Invalid as refusal:
        return _page(refused=say(refusal), status=422)
    return _page(done)


def _columns() -> list[Column[GrantView]]:
    return [
        Column("person", _("Person"), lambda row: row.person),
        Column("email", _("E-mail"), lambda row: row.email),
        Column("role", _("Role"), lambda row: _(ROLE_NAMES[row.role])),
        Column("customer", _("Customer"), lambda row: row.customer_no),
        Column("terms", _("Bounds"), lambda row: _(", ").join(said.grant_terms(row))),
        Column("granted_at", _("Given on"), lambda row: row.granted_at, "moment"),
        Column("granted_by", _("Asked by"), lambda row: row.granted_by or _("console")),
        Column("approved_by", _("Approved by"), lambda row: row.approved_by),
        Column("last_seen", _("Last used"), lambda row: row.last_seen_at, "moment"),
        Column("reviewer", _("Looked at by"), lambda row: row.reviewer),
        Column("reviewed_at", _("Looked at on"), lambda row: row.reviewed_at, "moment"),
        Column(
            "decision", _("Decision"), lambda row: _(said.DECISIONS[row.decision]) if row.decision else ""
        ),
        Column("due", _("Due again"), lambda row: row.due_at, "moment"),
        Column("review", _("State"), lambda row: _(said.REVIEW_CHIPS[row.review][1])),
    ]


@bp.get("/rotation")
@requires(Permission.ROTATION_READ)
def rotation() -> ResponseReturnValue:
    g = unit()
    days = policy(g).rotation_days
    query = list_query(ROTATION_SORTS)
    listing = list_rotation(g.session, query=query, days=days, actor=g.actor, now=g.now)
    if wanted_format():
        return export(listing, _rotation_columns(), "portfolio-rotation")
    owners = portfolio_owners(g.session, days=days, actor=g.actor, now=g.now)
    return render_template(
        "admin/reviews/rotation.html",
        listing=listing,
        links=ListLinks(listing),
        owners=owners,
        days=days,
        said=said,
    )


def _rotation_columns() -> list[Column[HoldingView]]:
    return [
        Column("owner", _("Owner"), lambda row: row.owner),
        Column("number", _("Customer number"), lambda row: row.customer_no),
        Column("name", _("Customer"), said.company_name),
        Column("since", _("Since"), lambda row: row.since, "moment"),
        Column("days", _("Days held"), lambda row: row.days, "count"),
        Column("overdue", _("Overdue"), lambda row: _("yes") if row.is_overdue else _("no")),
    ]
