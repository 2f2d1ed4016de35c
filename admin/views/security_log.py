"""The security log for auditors: sign-ins, refusals, what auditors read, broken seals."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from portal.access import SECURITY_SORTS, Permission, SecurityLine, list_security_log
from portal.http.access import requires
from portal.http.lists import Column, ListLinks, export, list_query, wanted_format
from portal.http.unit import unit
from portal.http.words import _

bp = Blueprint("admin_security_log", __name__, url_prefix="/admin/security-log")


@bp.get("")
@requires(Permission.SECURITY_LOG_READ)
def index() -> ResponseReturnValue:
    g = unit()
    listing = list_security_log(g.session, query=list_query(SECURITY_SORTS), actor=g.actor)
    if wanted_format():
        return export(listing, _columns(), "security-log")
    return render_template("admin/security_log/index.html", listing=listing, links=ListLinks(listing))


def _columns() -> list[Column[SecurityLine]]:
    return [
        Column("at", _("Time"), lambda row: row.at, "moment"),
        Column("event", _("Event"), lambda row: row.event),
        Column("person", _("Person"), lambda row: row.person),
        Column("address", _("Address"), lambda row: row.address),
        Column("details", _("Details"), lambda row: row.details),
    ]
